//! Promoters: who sends clients.

use medcert_domain::{Id, identity::Actor, people::Promoter, policy::Permission};

use crate::{
    App, Error,
    store::{Page, PageRequest},
};

/// Promoters, by name.
pub async fn promoters(
    app: &App,
    actor: &Actor,
    prefix: Option<&str>,
    page: &PageRequest,
) -> Result<Page<Promoter>, Error> {
    app.require(actor, Permission::ReadPromoters).await?;
    Ok(app.store().promoters(prefix, page).await?)
}

/// One promoter.
pub async fn promoter(app: &App, actor: &Actor, id: Id<Promoter>) -> Result<Promoter, Error> {
    app.require(actor, Permission::ReadPromoters).await?;
    app.store().promoter(id).await?.ok_or(Error::NotFound("promoter"))
}
