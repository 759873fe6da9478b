//! Lists and views of the catalog.

use async_trait::async_trait;
use medcert_application::store::{CatalogReads, Page, PageRequest, ServiceFilter, StoreError};
use medcert_domain::{
    Id,
    catalog::{Service, Specialty},
    institution::Institution,
};
use sea_orm::sea_query::{Expr, ExprTrait};

use super::service::table::Column;
use crate::{
    directory::{by_name, entries},
    mapped,
    store::SeaStore,
};

#[async_trait]
impl CatalogReads for SeaStore {
    async fn services(
        &self,
        filter: &ServiceFilter,
        asked: &PageRequest,
    ) -> Result<Page<Service>, StoreError> {
        let mut select = entries::<Service>(filter.active, &filter.search_terms);
        if !filter.kinds.is_empty() {
            let kinds = filter.kinds.iter().map(|kind| kind.code());
            select.and_where(Expr::col(Column::CertificateKind).is_in(kinds));
        }
        by_name(self.reader(), select, asked).await
    }

    async fn service(&self, id: Id<Service>) -> Result<Option<Service>, StoreError> {
        mapped::get(self.reader(), id).await
    }

    async fn specialties(
        &self,
        active: Option<bool>,
        search_terms: &[String],
        asked: &PageRequest,
    ) -> Result<Page<Specialty>, StoreError> {
        by_name(self.reader(), entries::<Specialty>(active, search_terms), asked).await
    }

    async fn specialty(&self, id: Id<Specialty>) -> Result<Option<Specialty>, StoreError> {
        mapped::get(self.reader(), id).await
    }

    async fn institution(&self) -> Result<Option<Institution>, StoreError> {
        mapped::get(self.reader(), Institution::the_id()).await
    }
}
