//! Reading what all directories share.

use async_trait::async_trait;
use medcert_application::store::{AuditedEntityReads, ChangeRow, Page, PageRequest, StoreError};
use uuid::Uuid;

use super::changes;
use crate::store::SeaStore;

#[async_trait]
impl AuditedEntityReads for SeaStore {
    async fn changes(
        &self,
        kind: &'static str,
        object: Uuid,
        page: &PageRequest,
    ) -> Result<Page<ChangeRow>, StoreError> {
        changes::list(self.reader(), kind, object, page).await
    }
}
