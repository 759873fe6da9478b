//! What units of work need of people beyond plain repositories.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use medcert_application::store::{PeopleWrites, PersonUses, StoreError};
use medcert_domain::{
    Entity as _, Id,
    catalog::Specialty,
    people::{Document, Guardianship, Member, Person, PersonUse, Promoter, PromoterSource, Staff},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{guardian, person, promoter, reassign, staff, staff_list, uses};
use crate::{
    error::failed,
    identity::user,
    query::{any_exists, rows_with, total},
    unit_of_work::SeaUnitOfWork,
};

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
                rows_with::<staff::table::Entity>(staff::table::Column::PersonId, id.raw()),
                rows_with::<user::table::Entity>(user::table::Column::PersonId, id.raw()),
            ];
            let inside = any_exists(db, Person::KIND, inside).await?;
            Ok(if inside { PersonUse::Inside } else { PersonUse::Outside })
        })
        .await
    }

    async fn person_in_use(&mut self, id: Id<Person>) -> Result<bool, StoreError> {
        let all = uses::all(id.raw()).into_iter().map(|(_, rows)| rows).collect();
        self.attempt(async |db| any_exists(db, Person::KIND, all).await).await
    }

    async fn member(&mut self, id: Id<Staff>) -> Result<Option<Member>, StoreError> {
        self.attempt(async |db| staff_list::member(db, id).await).await
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

    async fn staff_of_specialty(&mut self, id: Id<Specialty>) -> Result<u64, StoreError> {
        let rows = rows_with::<staff::table::Entity>(staff::table::Column::SpecialtyId, id.raw());
        self.attempt(async |db| total(db, Staff::KIND, rows).await).await
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

    async fn holder_of(&mut self, document: &Document) -> Result<Option<Person>, StoreError> {
        self.attempt(async |db| person::with_document(db, document).await).await
    }

    async fn merged_records(&mut self, into: &[Id<Person>]) -> Result<Vec<Person>, StoreError> {
        let rows = self.attempt(async |db| reassign::merged(db, into).await).await?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    async fn person_uses(&mut self, id: Id<Person>) -> Result<PersonUses, StoreError> {
        self.attempt(async |db| uses::of(db, id).await).await
    }

    async fn erase_person(&mut self, gone: &Person) -> Result<(), StoreError> {
        self.attempt(async |db| reassign::erase(db, gone).await).await
    }

    async fn guardianships_of(&mut self, id: Id<Person>) -> Result<Vec<Guardianship>, StoreError> {
        self.attempt(async |db| guardian::of(db, id.raw()).await).await
    }

    async fn add_guardianships(&mut self, all: &[Guardianship]) -> Result<(), StoreError> {
        self.attempt(async |db| guardian::add(db, all).await).await
    }

    async fn remove_guardianship(
        &mut self,
        ward: Id<Person>,
        guardian: Id<Person>,
    ) -> Result<(), StoreError> {
        self.attempt(async |db| guardian::remove(db, ward.raw(), Some(guardian.raw())).await).await
    }

    async fn move_uses(
        &mut self,
        from: Id<Person>,
        into: Id<Person>,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.forget_loaded();
        self.attempt(async |db| reassign::move_uses(db, from.raw(), into.raw(), at).await).await
    }

    async fn source_uses(&mut self, id: Id<PromoterSource>) -> Result<u64, StoreError> {
        use promoter::table::{Column, Entity};
        let rows = rows_with::<Entity>(Column::SourceId, id.raw());
        self.attempt(async |db| total(db, PromoterSource::KIND, rows).await).await
    }
}
