//! Medical specialties: a list of the institution's own, from which staff have theirs.

use async_trait::async_trait;
use medcert_domain::{
    Id,
    catalog::{READ_SPECIALTIES, Specialty, WRITE_SPECIALTIES},
    policy::{Actor, Permission},
};

use crate::{
    App, Error,
    audited_entity::search_terms,
    directory::DirectoryEntry,
    retry::Failed,
    rooms::catalog_followers,
    store::{Page, PageRequest, Repository, StoreError, UnitOfWork},
};

/// The specialties that are active or not and have these words, by name.
pub async fn specialties(
    app: &App,
    actor: &Actor,
    (active, search_terms): (Option<bool>, &[String]),
    page: &PageRequest,
) -> Result<Page<Specialty>, Error> {
    app.require(actor, READ_SPECIALTIES).await?;
    Ok(app.store().specialties(active, search_terms, page).await?)
}

#[async_trait(?Send)]
impl DirectoryEntry for Specialty {
    const READ: Permission = READ_SPECIALTIES;
    const WRITE: Permission = WRITE_SPECIALTIES;
    const AUDITED: [&'static str; 3] =
        ["catalog.create_specialty", "catalog.edit_specialty", "catalog.delete_specialty"];
    const TAKEN: &'static str = "a specialty has this name already";
    const UNKNOWN: &'static str = "is no specialty";

    fn repository(uow: &mut dyn UnitOfWork) -> &mut dyn Repository<Self> {
        uow
    }

    async fn stored(app: &App, id: Id<Self>) -> Result<Option<Self>, StoreError> {
        app.store().specialty(id).await
    }

    async fn leaving(uow: &mut dyn UnitOfWork, id: Id<Self>) -> Result<(), Failed> {
        for follower in catalog_followers() {
            follower.specialty_leaving(uow, id).await?;
        }
        Ok(())
    }

    fn is_active(&self) -> bool {
        self.active
    }

    fn search_terms(&self) -> Vec<String> {
        search_terms([self.name.as_str()])
    }
}
