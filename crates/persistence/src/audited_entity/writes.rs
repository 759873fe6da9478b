//! Writing what all directories share.

use async_trait::async_trait;
use medcert_application::store::{AuditedEntityWrites, ChangeEntry, StoreError};
use uuid::Uuid;

use super::{changes, search_terms};
use crate::unit_of_work::SeaUnitOfWork;

#[async_trait]
impl AuditedEntityWrites for SeaUnitOfWork {
    async fn record_changes(&mut self, entries: &[ChangeEntry]) -> Result<(), StoreError> {
        self.attempt(async |db| changes::append(db, entries).await).await
    }

    async fn index_entry(
        &mut self,
        kind: &'static str,
        object: Uuid,
        search_terms: &[String],
    ) -> Result<(), StoreError> {
        self.attempt(async |db| search_terms::replace(db, kind, object, search_terms).await).await
    }

    async fn blank_changes(&mut self, kind: &'static str, object: Uuid) -> Result<(), StoreError> {
        self.attempt(async |db| changes::blank(db, kind, object).await).await
    }
}
