//! Services: what the institution offers, and for how much.

use async_trait::async_trait;
use medcert_domain::{
    Id,
    catalog::{NewService, READ_SERVICES, Service, WRITE_SERVICES},
    policy::{Actor, Permission},
};

use crate::{
    App, Conditions, Error,
    audited_entity::search_terms,
    directory::{self, DirectoryEntry},
    idempotent::{EncodeResponse, Idempotent, idempotent},
    input::Input,
    retry::Failed,
    rooms::catalog_followers,
    store::{Page, PageRequest, Repository, ServiceFilter, StoreError, UnitOfWork},
};

/// The services, by name.
pub async fn services(
    app: &App,
    actor: &Actor,
    filter: &ServiceFilter,
    page: &PageRequest,
) -> Result<Page<Service>, Error> {
    app.require(actor, READ_SERVICES).await?;
    Ok(app.store().services(filter, page).await?)
}

/// Makes a service. Its values are looked at before the key.
pub async fn create_service(
    app: &App,
    actor: &Actor,
    input: &(dyn Input<NewService> + Sync),
    conditions: &Conditions,
    write: EncodeResponse<'_, Service>,
) -> Result<Idempotent<Service>, Error> {
    app.require(actor, WRITE_SERVICES).await?;
    input.well_formed()?;
    let new = input.read(&app.profile().await?)?;
    idempotent(app, conditions, 201, write, async |uow: &mut dyn UnitOfWork| {
        directory::create_in(app, actor, uow, new.clone()).await
    })
    .await
}

#[async_trait(?Send)]
impl DirectoryEntry for Service {
    const READ: Permission = READ_SERVICES;
    const WRITE: Permission = WRITE_SERVICES;
    const AUDITED: [&'static str; 3] =
        ["catalog.create_service", "catalog.edit_service", "catalog.delete_service"];
    const TAKEN: &'static str = "a service has this name already";
    const UNKNOWN: &'static str = "is no service";

    fn repository(uow: &mut dyn UnitOfWork) -> &mut dyn Repository<Self> {
        uow
    }

    async fn stored(app: &App, id: Id<Self>) -> Result<Option<Self>, StoreError> {
        app.store().service(id).await
    }

    async fn leaving(uow: &mut dyn UnitOfWork, id: Id<Self>) -> Result<(), Failed> {
        for follower in catalog_followers() {
            follower.service_leaving(uow, id).await?;
        }
        Ok(())
    }

    fn is_active(&self) -> bool {
        self.active
    }

    fn search_terms(&self) -> Vec<String> {
        search_terms([self.name.as_str()])
    }

    /// A name is printed on certificates, and no two services have one that differs by case, accents or blanks alone.
    async fn check(&self, app: &App, uow: &mut dyn UnitOfWork, before: Option<&Self>) -> Result<(), Failed> {
        if before.is_some_and(|before| before.name == self.name) {
            return Ok(());
        }
        app.printable("/name", &self.name)?;
        match uow.service_named(&self.name).await? {
            Some(other) if other != self.id => {
                Err(Error::Duplicate { pointer: "/name", message: Self::TAKEN }.into())
            }
            _ => Ok(()),
        }
    }
}
