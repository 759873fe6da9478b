//! Reading what is known of objects.

use async_trait::async_trait;
use medcert_application::store::{FileReads, StoreError};

use super::discarded;
use crate::{error::failed, store::SeaStore};

#[async_trait]
impl FileReads for SeaStore {
    async fn discarded(&self, limit: u64) -> Result<Vec<String>, StoreError> {
        discarded::list(self.reader(), limit).await
    }

    async fn forget_discarded(&self, keys: &[String]) -> Result<(), StoreError> {
        if keys.is_empty() {
            return Ok(());
        }
        let txn = self.transaction().await?;
        discarded::forget(&txn, keys).await?;
        txn.commit().await.map_err(failed("discarded object"))
    }
}
