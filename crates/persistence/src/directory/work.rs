//! Writing what all directories share.

use async_trait::async_trait;
use medcert_application::store::{ChangeEntry, DirectoryWork, StoreError};
use uuid::Uuid;

use super::{changes, words};
use crate::unit_of_work::SeaUnitOfWork;

#[async_trait]
impl DirectoryWork for SeaUnitOfWork {
    async fn record_changes(&mut self, entries: &[ChangeEntry]) -> Result<(), StoreError> {
        self.attempt(async |db| changes::append(db, entries).await).await
    }

    async fn index_entry(
        &mut self,
        kind: &'static str,
        object: Uuid,
        words: &[String],
    ) -> Result<(), StoreError> {
        self.attempt(async |db| words::replace(db, kind, object, words).await).await
    }
}
