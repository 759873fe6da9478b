//! What the room of files asks of the database.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::StoreError;
use crate::objects::ObjectKey;

/// Reading what is known of objects.
#[async_trait]
pub trait FileReads: Send + Sync {
    /// Keys of objects that are to be removed, oldest first.
    async fn discarded(&self, limit: u64) -> Result<Vec<String>, StoreError>;

    /// Forgets keys of objects that have been removed.
    async fn forget_discarded(&self, keys: &[String]) -> Result<(), StoreError>;
}

/// What whoever owns files needs, beyond the rows of its own.
#[async_trait]
pub trait FileWrites: Send {
    /// Notes objects that are to be removed once this unit of work is kept.
    async fn discard(&mut self, keys: &[ObjectKey], at: DateTime<Utc>) -> Result<(), StoreError>;
}
