//! What units of work need of the catalog beyond plain repositories.

use async_trait::async_trait;
use medcert_application::store::{CatalogWrites, StoreError};
use medcert_domain::{Entity as _, Id, catalog::Service, text};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::service::table::{Column, Entity};
use crate::{error::failed, unit_of_work::SeaUnitOfWork};

#[async_trait]
impl CatalogWrites for SeaUnitOfWork {
    async fn service_named(&mut self, name: &str) -> Result<Option<Id<Service>>, StoreError> {
        self.attempt(async |db| {
            let found: Option<Uuid> = Entity::find()
                .select_only()
                .column(Column::Id)
                .filter(Column::NameFolded.eq(text::alike(name)))
                .into_tuple()
                .one(db)
                .await
                .map_err(failed(Service::KIND))?;
            Ok(found.map(Id::new))
        })
        .await
    }
}
