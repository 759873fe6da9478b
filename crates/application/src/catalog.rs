//! Catalog: reading services and the institution's profile.

use medcert_domain::{
    Id,
    catalog::{Institution, Service},
    identity::Actor,
    policy::Permission,
};

use crate::{
    App, Error,
    store::{Page, PageRequest},
};

/// The services, by name.
pub async fn services(
    app: &App,
    actor: &Actor,
    active: Option<bool>,
    page: &PageRequest,
) -> Result<Page<Service>, Error> {
    app.require(actor, Permission::ReadServices).await?;
    Ok(app.store().services(active, page).await?)
}

/// One service.
pub async fn service(app: &App, actor: &Actor, id: Id<Service>) -> Result<Service, Error> {
    app.require(actor, Permission::ReadServices).await?;
    app.store().service(id).await?.ok_or(Error::NotFound("service"))
}

/// The institution's profile.
pub async fn institution(app: &App, actor: &Actor) -> Result<Institution, Error> {
    app.require(actor, Permission::ReadInstitution).await?;
    app.profile().await
}
