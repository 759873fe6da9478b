//! Lists and views of people.

use async_trait::async_trait;
use medcert_application::store::{
    GuardianRow, Page, PageRequest, PeopleReads, PersonFilter, PersonRow, PersonUses, PromoterFilter,
    StoreError,
};
use medcert_domain::{
    Id, PersonId,
    people::{Promoter, PromoterSource},
};

use super::lists;
use crate::{
    directory::{by_name, entries},
    mapped,
    store::SeaStore,
};

#[async_trait]
impl PeopleReads for SeaStore {
    async fn promoters(
        &self,
        filter: &PromoterFilter,
        asked: &PageRequest,
    ) -> Result<Page<Promoter>, StoreError> {
        lists::promoters(self.reader(), filter, asked).await
    }

    async fn promoter(&self, id: Id<Promoter>) -> Result<Option<Promoter>, StoreError> {
        mapped::get(self.reader(), id).await
    }

    async fn people(
        &self,
        filter: &PersonFilter,
        asked: &PageRequest,
    ) -> Result<Page<PersonRow>, StoreError> {
        lists::people(self.reader(), filter, asked).await
    }

    async fn person(&self, id: PersonId) -> Result<Option<(PersonRow, PersonUses)>, StoreError> {
        lists::person(self.reader(), id).await
    }

    async fn guardians(&self, ward: PersonId, asked: &PageRequest) -> Result<Page<GuardianRow>, StoreError> {
        lists::guardians(self.reader(), ward, asked).await
    }

    async fn promoter_sources(
        &self,
        active: Option<bool>,
        asked: &PageRequest,
    ) -> Result<Page<PromoterSource>, StoreError> {
        by_name(self.reader(), entries::<PromoterSource>(active, &[]), asked).await
    }

    async fn promoter_source(&self, id: Id<PromoterSource>) -> Result<Option<PromoterSource>, StoreError> {
        mapped::get(self.reader(), id).await
    }
}
