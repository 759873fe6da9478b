//! Lists and views of people.

use async_trait::async_trait;
use medcert_application::store::{
    GuardianRow, Page, PageRequest, PeopleReads, PersonFilter, PersonRow, PersonUses, PromoterFilter,
    StaffFilter, StoreError,
};
use medcert_domain::{
    Id,
    people::{Member, Person, Promoter, PromoterSource, Staff},
};

use super::{lists, staff_list};
use crate::{
    directory::{by_name, entries},
    mapped,
    store::SeaStore,
};

#[async_trait]
impl PeopleReads for SeaStore {
    async fn staff_list(
        &self,
        filter: &StaffFilter,
        asked: &PageRequest,
    ) -> Result<Page<Member>, StoreError> {
        staff_list::list(self.reader(), filter, asked).await
    }

    async fn staff_member(&self, id: Id<Staff>) -> Result<Option<Member>, StoreError> {
        staff_list::member(self.reader(), id).await
    }

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

    async fn person(&self, id: Id<Person>) -> Result<Option<(PersonRow, PersonUses)>, StoreError> {
        lists::person(self.reader(), id).await
    }

    async fn guardians(
        &self,
        ward: Id<Person>,
        asked: &PageRequest,
    ) -> Result<Page<GuardianRow>, StoreError> {
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
