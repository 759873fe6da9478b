//! Lists and views of certification.

use async_trait::async_trait;
use medcert_application::store::{
    CertificateFilter, CertificationReads, HistoryRow, Page, PageRequest, RequestAggregate, RequestFilter,
    RequestRow, StoreError,
};
use medcert_domain::{
    Entity as _, Id, StaffId,
    certification::{AssignmentRole, Certificate, Certification},
    files::StoredFile,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{certificate, certificates, history, list, parts, request_aggregate, stored_file};
use crate::{error::failed, mapped, store::SeaStore};

#[async_trait]
impl CertificationReads for SeaStore {
    async fn requests(
        &self,
        filter: &RequestFilter,
        page: &PageRequest,
    ) -> Result<Page<RequestRow>, StoreError> {
        list::requests(self.reader(), filter, page).await
    }

    async fn request_aggregate(&self, id: Id<Certification>) -> Result<Option<RequestAggregate>, StoreError> {
        request_aggregate::get(self.reader(), id).await
    }

    async fn history(
        &self,
        id: Id<Certification>,
        page: &PageRequest,
    ) -> Result<Page<HistoryRow>, StoreError> {
        history::list(self.reader(), id, page).await
    }

    async fn open_requests_after(
        &self,
        staff: StaffId,
        role: AssignmentRole,
        after: Option<Id<Certification>>,
        limit: u64,
    ) -> Result<Vec<(Id<Certification>, String)>, StoreError> {
        parts::open_after(self.reader(), staff, role, after, limit).await
    }

    async fn certificates(
        &self,
        filter: &CertificateFilter,
        page: &PageRequest,
    ) -> Result<Page<Certificate>, StoreError> {
        certificates::list(self.reader(), filter, page).await
    }

    async fn certificate(&self, id: Id<Certificate>) -> Result<Option<Certificate>, StoreError> {
        mapped::get(self.reader(), id).await
    }

    async fn certificate_by_public_id(&self, public_id: &str) -> Result<Option<Certificate>, StoreError> {
        let found = certificate::table::Entity::find()
            .filter(certificate::table::Column::PublicId.eq(public_id))
            .one(self.reader())
            .await;
        found.map_err(failed(Certificate::KIND))?.map(TryInto::try_into).transpose()
    }

    async fn request_of_file(&self, id: Id<StoredFile>) -> Result<Option<Id<Certification>>, StoreError> {
        let found: Option<Uuid> = stored_file::table::Entity::find_by_id(id.raw())
            .select_only()
            .column(stored_file::table::Column::RequestId)
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
        use stored_file::table::{Column, Entity};
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

    async fn certificate_keys(&self, ids: &[Id<Certificate>]) -> Result<Vec<String>, StoreError> {
        use certificate::table::{Column, Entity};
        Entity::find()
            .select_only()
            .column(Column::PdfKey)
            .filter(Column::Id.is_in(ids.iter().map(|id| id.raw())))
            .into_tuple()
            .all(self.reader())
            .await
            .map_err(failed(Certificate::KIND))
    }
}
