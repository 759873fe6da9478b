//! What units of work need of people beyond plain repositories.

use async_trait::async_trait;
use medcert_application::store::{PeopleWork, StoreError};
use medcert_domain::{
    Entity as _, Id,
    certification::Member,
    people::{Document, Person, PersonUse, Promoter, Staff},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Alias, Expr, ExprTrait, Query, SelectStatement},
};
use uuid::Uuid;

use super::{person, promoter, staff};
use crate::{
    certification::{certificate, request},
    error::failed,
    identity::user,
    mapped::Table,
    query::flag_of,
    unit_of_work::SeaUnitOfWork,
};

/// A select of which `EXISTS` asks whether a row of the table has this value in the column.
fn rows_with<T: Table + Default>(column: T::Column, value: Uuid) -> SelectStatement {
    Query::select().expr(Expr::val(1)).from(T::default()).and_where(Expr::col(column).eq(value)).take()
}

/// Which of the selects find anything, in one statement.
async fn any_exists(db: &impl ConnectionTrait, selects: Vec<SelectStatement>) -> Result<bool, StoreError> {
    let any = selects.into_iter().map(Expr::exists).reduce(ExprTrait::or);
    let Some(any) = any else { return Ok(false) };
    let select = Query::select().expr_as(any, Alias::new("found")).take();
    let row = db.query_one(&select).await.map_err(failed(Person::KIND))?;
    row.map_or(Ok(false), |row| flag_of(Person::KIND, &row, "found"))
}

#[async_trait]
impl PeopleWork for SeaUnitOfWork {
    async fn person_by_document(&mut self, document: &Document) -> Result<Option<Person>, StoreError> {
        use person::table::Column;
        self.attempt(async |db| {
            let found = person::table::Entity::find()
                .filter(Column::DocumentType.eq(document.kind.code()))
                .filter(Column::DocumentCountry.eq(document.country.code()))
                .filter(Column::DocumentNumber.eq(document.number.as_str()))
                .one(db)
                .await;
            found.map_err(failed(Person::KIND))?.map(TryInto::try_into).transpose()
        })
        .await
    }

    async fn person_use(&mut self, id: Id<Person>) -> Result<PersonUse, StoreError> {
        self.attempt(async |db| {
            let inside = vec![
                rows_with::<staff::table::Entity>(staff::table::Column::PersonId, id.raw()),
                rows_with::<user::table::Entity>(user::table::Column::PersonId, id.raw()),
            ];
            let inside = any_exists(db, inside).await?;
            Ok(if inside { PersonUse::Inside } else { PersonUse::Outside })
        })
        .await
    }

    async fn person_in_use(&mut self, id: Id<Person>) -> Result<bool, StoreError> {
        use request::table::{Column, Entity};
        self.attempt(async |db| {
            let uses = vec![
                rows_with::<Entity>(Column::ClientId, id.raw()),
                rows_with::<Entity>(Column::GuardianId, id.raw()),
                rows_with::<promoter::table::Entity>(promoter::table::Column::PersonId, id.raw()),
                rows_with::<staff::table::Entity>(staff::table::Column::PersonId, id.raw()),
                rows_with::<user::table::Entity>(user::table::Column::PersonId, id.raw()),
                rows_with::<certificate::table::Entity>(certificate::table::Column::HolderPersonId, id.raw()),
            ];
            any_exists(db, uses).await
        })
        .await
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
