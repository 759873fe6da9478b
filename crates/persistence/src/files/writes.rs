//! Writing what is known of the objects of files.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use medcert_application::{
    objects::ObjectKey,
    store::{FileWrites, StoreError},
};

use super::discarded;
use crate::unit_of_work::SeaUnitOfWork;

#[async_trait]
impl FileWrites for SeaUnitOfWork {
    async fn discard(&mut self, keys: &[ObjectKey], at: DateTime<Utc>) -> Result<(), StoreError> {
        self.attempt(async |db| discarded::append(db, keys, at).await).await
    }
}
