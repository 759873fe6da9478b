//! What the room of files asks of the database.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use medcert_domain::{Id, certification::Certification, files::StoredFile};

use super::StoreError;
use crate::objects::ObjectKey;

/// Reading what is known of files and their objects.
#[async_trait]
pub trait FileReads: Send + Sync {
    /// The request that a file belongs to.
    async fn request_of_file(&self, id: Id<StoredFile>) -> Result<Option<Id<Certification>>, StoreError>;

    /// Those of these files that there are, each with its request.
    async fn files_known(
        &self,
        ids: &[Id<StoredFile>],
    ) -> Result<Vec<(Id<Certification>, Id<StoredFile>)>, StoreError>;

    /// Keys of objects that are to be removed, oldest first.
    async fn discarded(&self, limit: u64) -> Result<Vec<String>, StoreError>;

    /// Forgets keys of objects that have been removed.
    async fn forget_discarded(&self, keys: &[String]) -> Result<(), StoreError>;
}

/// What use cases of files need beyond the requests that files belong to.
#[async_trait]
pub trait FileWrites: Send {
    /// Notes objects that are to be removed once this unit of work is kept.
    async fn discard(&mut self, keys: &[ObjectKey], at: DateTime<Utc>) -> Result<(), StoreError>;
}
