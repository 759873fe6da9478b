//! Reading what is known of files and their objects.

use async_trait::async_trait;
use medcert_application::store::{FileReads, StoreError};
use medcert_domain::{Entity as _, Id, certification::Certification, files::StoredFile};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{
    discarded,
    stored_file::table::{Column, Entity},
};
use crate::{error::failed, store::SeaStore};

#[async_trait]
impl FileReads for SeaStore {
    async fn request_of_file(&self, id: Id<StoredFile>) -> Result<Option<Id<Certification>>, StoreError> {
        let found: Option<Uuid> = Entity::find_by_id(id.raw())
            .select_only()
            .column(Column::RequestId)
            .into_tuple()
            .one(self.reader())
            .await
            .map_err(failed(StoredFile::KIND))?;
        Ok(found.map(Id::new))
    }

    async fn files_known(
        &self,
        ids: &[Id<StoredFile>],
    ) -> Result<Vec<(Id<Certification>, Id<StoredFile>)>, StoreError> {
        let found: Vec<(Uuid, Uuid)> = Entity::find()
            .select_only()
            .columns([Column::RequestId, Column::Id])
            .filter(Column::Id.is_in(ids.iter().map(|id| id.raw())))
            .into_tuple()
            .all(self.reader())
            .await
            .map_err(failed(StoredFile::KIND))?;
        Ok(found.into_iter().map(|(request, file)| (Id::new(request), Id::new(file))).collect())
    }

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
