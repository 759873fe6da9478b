//! The lists of people, of those who stand for them, and of promoters.

use medcert_application::store::{
    Cursor, GuardianRow, Page, PageRequest, PersonFilter, PersonRow, PersonUses, PromoterFilter, StoreError,
};
use medcert_domain::{
    Entity as _, Id, PersonId,
    people::{Person, Promoter},
};
use sea_orm::{
    ConnectionTrait, FromQueryResult, IdenStatic, QueryResult,
    sea_query::{Alias, Condition, Expr, ExprTrait, Order, Query, SelectStatement},
};
use uuid::Uuid;

use super::{guardian, person, promoter, uses};
use crate::{
    column::{corrupt, moment},
    db_timestamp::DbTimestamp,
    error::failed,
    keyset::ListQuery,
    mapped::Row,
    query::{Keyset, after_name, join, page, row_of, select_all, total, value_of},
    rooms,
};

const KIND: &str = Person::KIND;

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

async fn asked_for(
    db: &impl ConnectionTrait,
    filter: &PersonFilter,
) -> Result<ListQuery<person::table::Entity>, StoreError> {
    use person::table::Column;
    let col = |column: Column| Expr::col(("person", column));
    let mut query = ListQuery::by("person", Column::Name.as_str(), Order::Asc)
        .having(Column::BirthDate.as_str(), filter.birth_date)
        .having(Column::DocumentType.as_str(), filter.document_types.iter().map(|kind| kind.code()))
        .listing(Condition::all().add(col(Column::MergedIntoId).is_null()))
        .found_by(db, KIND, &filter.search_terms)
        .await?;
    if let Some(number) = &filter.document_number {
        query = query.only(Condition::all().add(col(Column::Id).is_in(with_number(db, number).await?)));
    }
    if let Some(email) = &filter.email {
        query = query.at(Column::Email.as_str(), Condition::all().add(col(Column::Email).eq(email.as_str())));
    }
    Ok(query)
}

/// People with what they are besides. The page is cut before anything is joined to it.
fn with_roles(mut select: SelectStatement) -> SelectStatement {
    for join in rooms::person_references().filter_map(|reference| reference.joined) {
        join(&mut select);
    }
    select_all::<person::table::Entity>(&mut select, "person");
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

/// Promoters by name.
pub(super) async fn promoters(
    db: &impl ConnectionTrait,
    filter: &PromoterFilter,
    asked: &PageRequest,
) -> Result<Page<Promoter>, StoreError> {
    use promoter::table::{Column, Entity};
    let query = ListQuery::<Entity>::by("promoter", Column::Name.as_str(), Order::Asc)
        .having(Column::SourceId.as_str(), filter.sources.iter().map(|id| id.raw()))
        .having(Column::PromoterType.as_str(), filter.kinds.iter().map(|kind| kind.code()))
        .found_by(db, Promoter::KIND, &filter.search_terms)
        .await?;
    let count = if asked.with_total { Some(query.total(db, Promoter::KIND).await?) } else { None };
    let select = query.page(db, Promoter::KIND, asked, after_name(asked)).await?;
    let rows = db.query_all(&select).await.map_err(failed(Promoter::KIND))?;
    let found: Vec<Promoter> = rows
        .iter()
        .map(|row| Row::<Entity>::from_query_result(row, "").map_err(failed(Promoter::KIND))?.try_into())
        .collect::<Result<_, _>>()?;
    Ok(page(found, asked, count, |last| Cursor { key: last.name.clone(), id: last.id.raw() }))
}

/// People by name, with what they are besides.
pub(super) async fn people(
    db: &impl ConnectionTrait,
    filter: &PersonFilter,
    asked: &PageRequest,
) -> Result<Page<PersonRow>, StoreError> {
    let query = asked_for(db, filter).await?;
    let count = if asked.with_total { Some(query.total(db, KIND).await?) } else { None };
    let select = with_roles(query.around(query.page(db, KIND, asked, after_name(asked)).await?));
    let rows = db.query_all(&select).await.map_err(failed(KIND))?;
    let found: Vec<PersonRow> = rows.iter().map(person_row).collect::<Result<_, _>>()?;
    Ok(page(found, asked, count, |last| Cursor { key: last.person.name(), id: last.person.id.raw() }))
}

/// One person with how often they are referred to.
pub(super) async fn person(
    db: &impl ConnectionTrait,
    id: PersonId,
) -> Result<Option<(PersonRow, PersonUses)>, StoreError> {
    let mut one = Query::select().from_as(person::table::Entity, "person").take();
    one.and_where(Expr::col(("person", person::table::Column::Id)).eq(id.raw()));
    let row = db.query_one(&with_roles(one)).await.map_err(failed(KIND))?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some((person_row(&row)?, uses::of(db, id).await?)))
}

/// Who stands for the person, by name.
pub(super) async fn guardians(
    db: &impl ConnectionTrait,
    ward: PersonId,
    asked: &PageRequest,
) -> Result<Page<GuardianRow>, StoreError> {
    use guardian::table::{Column, Entity};
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
        let since: DbTimestamp = value_of(KIND, row, "since")?;
        Ok(GuardianRow {
            person: known.ok_or_else(|| corrupt(KIND, "row is missing"))?.try_into()?,
            relationship: guardian::relationship(&relationship)?,
            since: moment(since),
        })
    };
    let found: Vec<GuardianRow> = rows.iter().map(read).collect::<Result<_, _>>()?;
    Ok(page(found, asked, count, |last| Cursor { key: last.person.name(), id: last.person.id.raw() }))
}
