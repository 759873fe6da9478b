//! The lists of people, of those who stand for them, of promoters and of their sources.

use async_trait::async_trait;
use medcert_application::store::{
    Cursor, GuardianRow, Page, PageRequest, PersonFilter, PersonReads, PersonRow, PersonUses, PromoterFilter,
    StoreError,
};
use medcert_domain::{
    Entity as _, Id,
    people::{Person, Promoter, PromoterSource},
};
use sea_orm::{
    ConnectionTrait, FromQueryResult, Iterable, QueryResult,
    sea_query::{Alias, Condition, Expr, ExprTrait, Order, Query, SelectStatement},
};
use uuid::Uuid;

use super::{guardian, person, promoter, source, staff, uses};
use crate::{
    codec::{corrupt, moment},
    directory::words,
    error::failed,
    identity::user,
    mapped::{self, Row},
    query::{Keyset, join, join_on, page, row_of, select_all, total, value_of},
    stamp::Stamp,
    store::SeaStore,
};

const KIND: &str = Person::KIND;

fn any_of<V: Into<sea_orm::Value>>(all: Condition, column: Expr, values: Vec<V>) -> Condition {
    // One value as an equality, which every optimiser can turn into the order of an index.
    match <[V; 1]>::try_from(values) {
        Ok([value]) => all.add(column.eq(Expr::val(value))),
        Err(values) if values.is_empty() => all,
        Err(values) => all.add(column.is_in(values.into_iter().map(Into::into))),
    }
}

/// Whoever has this number, or into whom the record with it was merged.
async fn with_number(db: &impl ConnectionTrait, number: &str) -> Result<Vec<Uuid>, StoreError> {
    use person::table::{Column, Entity};
    let select = Query::select()
        .columns([Column::Id, Column::MergedIntoId])
        .from(Entity)
        .and_where(Expr::col(Column::DocumentNumber).eq(number))
        .take();
    let rows = db.query_all(&select).await.map_err(failed(KIND))?;
    let whom = |row: &QueryResult| {
        let into: Option<Uuid> = value_of(KIND, row, "merged_into_id")?;
        into.map_or_else(|| value_of(KIND, row, "id"), Ok)
    };
    rows.iter().map(whom).collect()
}

async fn condition(db: &impl ConnectionTrait, filter: &PersonFilter) -> Result<Condition, StoreError> {
    use person::table::Column;
    let col = |column: Column| Expr::col(("person", column));
    let mut all = Condition::all().add(col(Column::MergedIntoId).is_null());
    all = all.add(words::search(db, Person::KIND, &filter.words, ("person", Column::Id)).await?);
    let types = filter.document_types.iter().map(|kind| kind.code()).collect();
    all = any_of(all, col(Column::DocumentType), types);
    if let Some(number) = &filter.document_number {
        all = all.add(col(Column::Id).is_in(with_number(db, number).await?));
    }
    if let Some(day) = filter.birth_date {
        all = all.add(col(Column::BirthDate).eq(day));
    }
    if let Some(email) = &filter.email {
        all = all.add(col(Column::Email).eq(email.as_str()));
    }
    Ok(all)
}

/// People with what they are besides. The page is cut before anything is joined to it.
fn with_roles(cut: SelectStatement) -> SelectStatement {
    let id = ("person", person::table::Column::Id);
    let mut select = Query::select().from_subquery(cut, "person").take();
    join_on::<staff::table::Entity>(&mut select, "staff", staff::table::Column::PersonId, id);
    join_on::<user::table::Entity>(&mut select, "account", user::table::Column::PersonId, id);
    join_on::<promoter::table::Entity>(&mut select, "promoter", promoter::table::Column::PersonId, id);
    select_all::<person::table::Entity>(&mut select, "person");
    for alias in ["staff", "account", "promoter"] {
        select.expr_as(Expr::col((alias, "id")), Alias::new(format!("{alias}_id")));
    }
    select
}

fn person_row(row: &QueryResult) -> Result<PersonRow, StoreError> {
    let known = row_of::<person::table::Entity>(KIND, row, "person")?;
    let id = |name| value_of::<Option<Uuid>>(KIND, row, name);
    Ok(PersonRow {
        person: known.ok_or_else(|| corrupt(KIND, "row is missing"))?.try_into()?,
        is_staff: id("staff_id")?.is_some(),
        has_login: id("account_id")?.is_some(),
        promoter: id("promoter_id")?.map(Id::new),
    })
}

fn all_people() -> SelectStatement {
    use person::table::{Column, Entity};
    let mut select = Query::select().from_as(Entity, "person").take();
    for column in Column::iter() {
        select.expr(Expr::col(("person", column)));
    }
    select
}

fn after_name(asked: &PageRequest) -> Option<(sea_orm::Value, Uuid)> {
    asked.after.as_ref().map(|cursor| (cursor.key.clone().into(), cursor.id))
}

/// Promoters by name.
pub(super) async fn promoters(
    db: &impl ConnectionTrait,
    filter: &PromoterFilter,
    asked: &PageRequest,
) -> Result<Page<Promoter>, StoreError> {
    use promoter::table::{Column, Entity};
    let col = |column: Column| Expr::col(("promoter", column));
    let mut select = Query::select().from_as(Entity, "promoter").take();
    for column in Column::iter() {
        select.expr(col(column));
    }
    let mut all = Condition::all();
    all = all.add(words::search(db, Promoter::KIND, &filter.words, ("promoter", Column::Id)).await?);
    all = any_of(all, col(Column::PromoterType), filter.kinds.iter().map(|kind| kind.code()).collect());
    all = any_of(all, col(Column::SourceId), filter.sources.iter().map(|id| id.raw()).collect());
    select.cond_where(all);
    let count = if asked.with_total { Some(total(db, Promoter::KIND, select.clone()).await?) } else { None };
    Keyset::new(("promoter", Column::Name), ("promoter", Column::Id), Order::Asc).apply(
        &mut select,
        after_name(asked),
        asked.limit,
    );
    let rows = db.query_all(&select).await.map_err(failed(Promoter::KIND))?;
    let found: Vec<Promoter> = rows
        .iter()
        .map(|row| Row::<Entity>::from_query_result(row, "").map_err(failed(Promoter::KIND))?.try_into())
        .collect::<Result<_, _>>()?;
    Ok(page(found, asked, count, |last| Cursor { key: last.name.clone(), id: last.id.raw() }))
}

#[async_trait]
impl PersonReads for SeaStore {
    async fn people(
        &self,
        filter: &PersonFilter,
        asked: &PageRequest,
    ) -> Result<Page<PersonRow>, StoreError> {
        use person::table::Column;
        let db = self.reader();
        let mut cut = all_people();
        cut.cond_where(condition(db, filter).await?);
        let count = if asked.with_total { Some(total(db, KIND, cut.clone()).await?) } else { None };
        Keyset::new(("person", Column::Name), ("person", Column::Id), Order::Asc).apply(
            &mut cut,
            after_name(asked),
            asked.limit,
        );
        let mut select = with_roles(cut);
        select.order_by(("person", Column::Name), Order::Asc).order_by(("person", Column::Id), Order::Asc);
        let rows = db.query_all(&select).await.map_err(failed(KIND))?;
        let found: Vec<PersonRow> = rows.iter().map(person_row).collect::<Result<_, _>>()?;
        Ok(page(found, asked, count, |last| Cursor { key: last.person.name(), id: last.person.id.raw() }))
    }

    async fn person(&self, id: Id<Person>) -> Result<Option<(PersonRow, PersonUses)>, StoreError> {
        let db = self.reader();
        let mut cut = all_people();
        cut.and_where(Expr::col(("person", person::table::Column::Id)).eq(id.raw()));
        let row = db.query_one(&with_roles(cut)).await.map_err(failed(KIND))?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some((person_row(&row)?, uses::of(db, id).await?)))
    }

    async fn guardians(
        &self,
        ward: Id<Person>,
        asked: &PageRequest,
    ) -> Result<Page<GuardianRow>, StoreError> {
        use guardian::table::{Column, Entity};
        let db = self.reader();
        let mut select = Query::select()
            .from_as(Entity, "standing")
            .and_where(Expr::col(("standing", Column::PersonId)).eq(ward.raw()))
            .take();
        let count = if asked.with_total { Some(total(db, KIND, select.clone()).await?) } else { None };
        join::<person::table::Entity>(&mut select, "person", ("standing", Column::GuardianId));
        select_all::<person::table::Entity>(&mut select, "person");
        select
            .expr_as(Expr::col(("standing", Column::Relationship)), Alias::new("relationship"))
            .expr_as(Expr::col(("standing", Column::CreatedAt)), Alias::new("since"));
        let (name, id) = (person::table::Column::Name, person::table::Column::Id);
        Keyset::new(("person", name), ("person", id), Order::Asc).apply(
            &mut select,
            after_name(asked),
            asked.limit,
        );
        let rows = db.query_all(&select).await.map_err(failed(KIND))?;
        let read = |row: &QueryResult| -> Result<GuardianRow, StoreError> {
            let known = row_of::<person::table::Entity>(KIND, row, "person")?;
            let relationship: String = value_of(KIND, row, "relationship")?;
            let since: Stamp = value_of(KIND, row, "since")?;
            Ok(GuardianRow {
                person: known.ok_or_else(|| corrupt(KIND, "row is missing"))?.try_into()?,
                relationship: guardian::relationship(&relationship)?,
                since: moment(since),
            })
        };
        let found: Vec<GuardianRow> = rows.iter().map(read).collect::<Result<_, _>>()?;
        Ok(page(found, asked, count, |last| Cursor { key: last.person.name(), id: last.person.id.raw() }))
    }

    async fn promoter_sources(
        &self,
        active: Option<bool>,
        asked: &PageRequest,
    ) -> Result<Page<PromoterSource>, StoreError> {
        use source::table::{Column, Entity};
        const KIND: &str = PromoterSource::KIND;
        let db = self.reader();
        let mut select = Query::select().from(Entity).columns(Column::iter()).take();
        if let Some(active) = active {
            select.and_where(Expr::col(Column::Active).eq(active));
        }
        let count = if asked.with_total { Some(total(db, KIND, select.clone()).await?) } else { None };
        Keyset::new(Column::Name, Column::Id, Order::Asc).apply(&mut select, after_name(asked), asked.limit);
        let rows = db.query_all(&select).await.map_err(failed(KIND))?;
        let found: Vec<PromoterSource> = rows
            .iter()
            .map(|row| Row::<Entity>::from_query_result(row, "").map_err(failed(KIND))?.try_into())
            .collect::<Result<_, _>>()?;
        Ok(page(found, asked, count, |last| Cursor { key: last.name.clone(), id: last.id.raw() }))
    }

    async fn promoter_source(&self, id: Id<PromoterSource>) -> Result<Option<PromoterSource>, StoreError> {
        mapped::get(self.reader(), id).await
    }
}
