//! Lists and views of the catalog.

use async_trait::async_trait;
use medcert_application::store::{CatalogReads, Cursor, Page, PageRequest, ServiceFilter, StoreError};
use medcert_domain::{Entity as _, Id, catalog::Service, institution::Institution};
use sea_orm::{
    ConnectionTrait, FromQueryResult, Iterable,
    sea_query::{Expr, ExprTrait, Order, Query},
};

use super::service::table::{Column, Entity};
use crate::{
    audited_entity::search_terms::entries_with,
    error::failed,
    mapped::{self, Row},
    query::{Keyset, page, total},
    store::SeaStore,
};

#[async_trait]
impl CatalogReads for SeaStore {
    async fn services(
        &self,
        filter: &ServiceFilter,
        asked: &PageRequest,
    ) -> Result<Page<Service>, StoreError> {
        let db = self.reader();
        let mut select = Query::select().from(Entity).columns(Column::iter()).take();
        for word in &filter.search_terms {
            select.and_where(Expr::col(Column::Id).in_subquery(entries_with(Service::KIND, word)));
        }
        if let Some(active) = filter.active {
            select.and_where(Expr::col(Column::Active).eq(active));
        }
        if !filter.kinds.is_empty() {
            let kinds = filter.kinds.iter().map(|kind| kind.code());
            select.and_where(Expr::col(Column::CertificateKind).is_in(kinds));
        }
        let count =
            if asked.with_total { Some(total(db, Service::KIND, select.clone()).await?) } else { None };
        let after = asked.after.as_ref().map(|c| (c.key.clone().into(), c.id));
        Keyset::new(Column::Name, Column::Id, Order::Asc).apply(&mut select, after, asked.limit);
        let rows = db.query_all(&select).await.map_err(failed(Service::KIND))?;
        let found: Vec<Service> = rows
            .iter()
            .map(|row| Row::<Entity>::from_query_result(row, "").map_err(failed(Service::KIND))?.try_into())
            .collect::<Result<_, _>>()?;
        Ok(page(found, asked, count, |last| Cursor { key: last.name.clone(), id: last.id.raw() }))
    }

    async fn service(&self, id: Id<Service>) -> Result<Option<Service>, StoreError> {
        mapped::get(self.reader(), id).await
    }

    async fn institution(&self) -> Result<Option<Institution>, StoreError> {
        mapped::get(self.reader(), Institution::the_id()).await
    }
}
