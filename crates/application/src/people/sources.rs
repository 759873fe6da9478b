//! Where promoters are known from: a list of the institution's own.

use async_trait::async_trait;
use medcert_domain::{
    Id,
    people::{MANAGE_PROMOTER_SOURCES, PromoterSource, READ_PROMOTERS},
    policy::{Actor, Permission},
};

use crate::{
    App, Error,
    directory::{DirectoryEntry, unused},
    retry::Failed,
    store::{Page, PageRequest, Repository, StoreError, UnitOfWork},
};

/// The sources by name.
pub async fn promoter_sources(
    app: &App,
    actor: &Actor,
    active: Option<bool>,
    page: &PageRequest,
) -> Result<Page<PromoterSource>, Error> {
    app.require(actor, READ_PROMOTERS).await?;
    Ok(app.store().promoter_sources(active, page).await?)
}

#[async_trait(?Send)]
impl DirectoryEntry for PromoterSource {
    const READ: Permission = READ_PROMOTERS;
    const WRITE: Permission = MANAGE_PROMOTER_SOURCES;
    const AUDITED: [&'static str; 3] =
        ["promoters.create_source", "promoters.edit_source", "promoters.delete_source"];
    const TELLS_FIRST_VALUES: bool = false;
    const TAKEN: &'static str = "a source has this name already";
    const UNKNOWN: &'static str = "is no source of promoters";

    fn repository(uow: &mut dyn UnitOfWork) -> &mut dyn Repository<Self> {
        uow
    }

    async fn stored(app: &App, id: Id<Self>) -> Result<Option<Self>, StoreError> {
        app.store().promoter_source(id).await
    }

    async fn leaving(uow: &mut dyn UnitOfWork, id: Id<Self>) -> Result<(), Failed> {
        unused(uow.source_uses(id).await?, "promoters have this source; retire it instead")
    }

    fn is_active(&self) -> bool {
        self.active
    }
}
