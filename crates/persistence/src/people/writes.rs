//! What units of work need of people beyond plain repositories.

use async_trait::async_trait;
use medcert_application::store::{PeopleWrites, StoreError};
use medcert_domain::{
    Entity as _, Id,
    people::{Document, Member, Person, PersonUse, Promoter, Staff},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{person, promoter, staff, uses};
use crate::{error::failed, identity::user, unit_of_work::SeaUnitOfWork};

#[async_trait]
impl PeopleWrites for SeaUnitOfWork {
    async fn person_by_document(&mut self, document: &Document) -> Result<Option<Person>, StoreError> {
        self.attempt(async |db| {
            let mut found = person::with_document(db, document).await?;
            // Whoever it was merged into may be merged further just now; then the next one is looked at.
            while let Some(into) = found.as_ref().and_then(|person| person.merged_into) {
                found = person::locked(db, into).await?;
            }
            Ok(found)
        })
        .await
    }

    async fn person_use(&mut self, id: Id<Person>) -> Result<PersonUse, StoreError> {
        self.attempt(async |db| {
            let inside = vec![
                uses::rows_with::<staff::table::Entity>(staff::table::Column::PersonId, id.raw()),
                uses::rows_with::<user::table::Entity>(user::table::Column::PersonId, id.raw()),
            ];
            let inside = uses::any_exists(db, inside).await?;
            Ok(if inside { PersonUse::Inside } else { PersonUse::Outside })
        })
        .await
    }

    async fn person_in_use(&mut self, id: Id<Person>) -> Result<bool, StoreError> {
        let all = uses::all(id.raw()).into_iter().map(|(_, rows)| rows).collect();
        self.attempt(async |db| uses::any_exists(db, all).await).await
    }

    async fn member(&mut self, id: Id<Staff>) -> Result<Option<Member>, StoreError> {
        self.attempt(async |db| super::reads::member(db, id).await).await
    }

    async fn staff_of(&mut self, person: Id<Person>) -> Result<Option<Id<Staff>>, StoreError> {
        self.attempt(async |db| {
            let found: Option<Uuid> = staff::table::Entity::find()
                .select_only()
                .column(staff::table::Column::Id)
                .filter(staff::table::Column::PersonId.eq(person.raw()))
                .into_tuple()
                .one(db)
                .await
                .map_err(failed(Staff::KIND))?;
            Ok(found.map(Id::new))
        })
        .await
    }

    async fn promoter_by_tax_id(&mut self, tax_id: &str) -> Result<Option<Promoter>, StoreError> {
        self.attempt(async |db| {
            let found = promoter::table::Entity::find()
                .filter(promoter::table::Column::TaxId.eq(tax_id))
                .one(db)
                .await;
            found.map_err(failed(Promoter::KIND))?.map(TryInto::try_into).transpose()
        })
        .await
    }

    async fn promoter_by_person(&mut self, person: Id<Person>) -> Result<Option<Promoter>, StoreError> {
        self.attempt(async |db| {
            let found = promoter::table::Entity::find()
                .filter(promoter::table::Column::PersonId.eq(person.raw()))
                .one(db)
                .await;
            found.map_err(failed(Promoter::KIND))?.map(TryInto::try_into).transpose()
        })
        .await
    }
}
