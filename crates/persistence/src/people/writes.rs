//! What units of work need of people beyond plain repositories.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use medcert_application::store::{PeopleWrites, PersonUses, StoreError};
use medcert_domain::{
    Entity as _, Id, PersonId, StaffId,
    catalog::Specialty,
    people::{Document, Guardianship, Person, PersonUse, Promoter, PromoterSource, Staff},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{guardian, person, promoter, reassign, staff, uses};
use crate::{
    error::failed,
    query::{any_exists, rows_with, total},
    rooms,
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

    async fn person_use(&mut self, id: PersonId) -> Result<PersonUse, StoreError> {
        self.attempt(async |db| {
            let inside = rooms::person_references().filter(|reference| reference.inside);
            let inside = inside.map(|reference| (reference.rows)(id.raw())).collect();
            let inside = any_exists(db, Person::KIND, inside).await?;
            Ok(if inside { PersonUse::Inside } else { PersonUse::Outside })
        })
        .await
    }

    async fn person_in_use(&mut self, id: PersonId) -> Result<bool, StoreError> {
        let all = rooms::person_references().map(|reference| (reference.rows)(id.raw())).collect();
        self.attempt(async |db| any_exists(db, Person::KIND, all).await).await
    }

    async fn staff_of(&mut self, person: PersonId) -> Result<Option<StaffId>, StoreError> {
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

    async fn promoter_by_person(&mut self, person: PersonId) -> Result<Option<Promoter>, StoreError> {
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

    async fn merged_records(&mut self, into: &[PersonId]) -> Result<Vec<Person>, StoreError> {
        let rows = self.attempt(async |db| reassign::merged(db, into).await).await?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    async fn person_uses(&mut self, id: PersonId) -> Result<PersonUses, StoreError> {
        self.attempt(async |db| uses::of(db, id).await).await
    }

    async fn erase_person(&mut self, gone: &Person) -> Result<(), StoreError> {
        self.attempt(async |db| reassign::erase(db, gone).await).await
    }

    async fn guardianships_of(&mut self, id: PersonId) -> Result<Vec<Guardianship>, StoreError> {
        self.attempt(async |db| guardian::of(db, id.raw()).await).await
    }

    async fn add_guardianships(&mut self, all: &[Guardianship]) -> Result<(), StoreError> {
        self.attempt(async |db| guardian::add(db, all).await).await
    }

    async fn remove_guardianship(&mut self, ward: PersonId, guardian: PersonId) -> Result<(), StoreError> {
        self.attempt(async |db| guardian::remove(db, ward.raw(), Some(guardian.raw())).await).await
    }

    async fn move_person(
        &mut self,
        from: PersonId,
        into: PersonId,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.attempt(async |db| reassign::move_person(db, from.raw(), into.raw(), at).await).await
    }

    async fn source_uses(&mut self, id: Id<PromoterSource>) -> Result<u64, StoreError> {
        use promoter::table::{Column, Entity};
        let rows = rows_with::<Entity>(Column::SourceId, id.raw());
        self.attempt(async |db| total(db, PromoterSource::KIND, rows).await).await
    }
}
