//! The list of requests: one statement for a page, one more when the total is asked for, and a few where words are.

mod driver;
mod filter;
mod search;

use medcert_application::store::{Cursor, Page, PageRequest, RequestFilter, RequestRow, Sort, StoreError};
use medcert_domain::{Entity as _, certification::Certification};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{
        Alias, Asterisk, Condition, Expr, ExprTrait, Func, Order, Query, SelectStatement, UnionType,
    },
};
use uuid::Uuid;

use self::{
    driver::Source,
    filter::{Equal, Parts},
    search::Search,
};
use super::request::{
    LISTED, listed,
    table::{Column, Entity},
};
use crate::{
    catalog::service,
    error::failed,
    identity::user,
    people::{person, promoter, staff},
    query::{Keyset, after_moment, cursor_moment, join, number, page, total},
};

const KIND: &str = Certification::KIND;

fn col(column: Column) -> Expr {
    Expr::col(("request", column))
}

fn add_names(select: &mut SelectStatement) {
    let person_name = person::table::Column::Name;
    join::<person::table::Entity>(select, "client", ("request", Column::ClientId));
    join::<person::table::Entity>(select, "guardian", ("request", Column::GuardianId));
    join::<service::table::Entity>(select, "service", ("request", Column::ServiceId));
    join::<promoter::table::Entity>(select, "promoter", ("request", Column::PromoterId));
    join::<user::table::Entity>(select, "registrar", ("request", Column::RegisteredBy));
    join::<person::table::Entity>(select, "operator", ("registrar", user::table::Column::PersonId));
    join::<staff::table::Entity>(select, "managing", ("request", Column::ManagerId));
    join::<person::table::Entity>(select, "manager", ("managing", staff::table::Column::PersonId));
    join::<staff::table::Entity>(select, "treating", ("request", Column::DoctorId));
    join::<person::table::Entity>(select, "doctor", ("treating", staff::table::Column::PersonId));
    for alias in ["client", "guardian", "operator", "manager", "doctor"] {
        select.expr_as(Expr::col((alias, person_name)), Alias::new(format!("{alias}_name")));
    }
    select
        .expr_as(Expr::col(("service", service::table::Column::Name)), Alias::new("service_name"))
        .expr_as(Expr::col(("promoter", promoter::table::Column::Name)), Alias::new("promoter_name"));
    for column in [
        person::table::Column::DocumentType,
        person::table::Column::DocumentCountry,
        person::table::Column::DocumentNumber,
    ] {
        select.expr(Expr::col(("client", column)));
    }
}

/// Columns of the request by which its names are found.
const LINKS: &[Column] = &[
    Column::GuardianId,
    Column::ServiceId,
    Column::PromoterId,
    Column::RegisteredBy,
    Column::ManagerId,
    Column::DoctorId,
];

/// Most selects that a page is put together from. A filter with more alternatives is answered by walking the list.
const BRANCHES: usize = 24;
fn beyond(
    select: &mut SelectStatement,
    filter: &RequestFilter,
    asked: &PageRequest,
) -> Result<(), StoreError> {
    let (key, order) = order(filter.sort);
    let keyset = Keyset::new(("request", key), ("request", Column::Id), order);
    keyset.apply(select, after_moment(asked)?, asked.limit);
    Ok(())
}

fn with_columns(mut select: SelectStatement) -> SelectStatement {
    for column in LISTED.iter().chain(LINKS) {
        select.expr(col(*column));
    }
    select
}

/// Selects the rows of a page, without names.
///
/// Several values of a filter, and the columns of `mine`, are one select each that reads no more than a page in the
/// order of its index; the page is cut out of them together. As one condition, they would make the engines read and
/// sort all they match, or walk the whole list.
fn page_query(
    backend: DbBackend,
    filter: &RequestFilter,
    parts: &Parts,
    source: Source,
    asked: &PageRequest,
) -> Result<SelectStatement, StoreError> {
    if let Source::Few(few) = source {
        let mut page_query = with_columns(Query::select().from_subquery(*few, "request").take());
        page_query.cond_where(parts.whole());
        beyond(&mut page_query, filter, asked)?;
        return Ok(page_query);
    }
    let mut branches = vec![(Vec::new(), parts.walked(backend, filter.sort, cursor_moment(asked)?))];
    let mut overlap = false;
    for choice in &parts.choices {
        let each = choice.each();
        if branches.len() * each.len() > BRANCHES {
            branches = branches.into_iter().map(|(equal, rest)| (equal, rest.add(choice.whole()))).collect();
            continue;
        }
        overlap |= choice.overlaps();
        let with = |(equal, rest): &(Vec<Equal>, Condition), one: &Equal| {
            ([equal.as_slice(), std::slice::from_ref(one)].concat(), rest.clone())
        };
        branches = branches.iter().flat_map(|branch| each.iter().map(move |one| with(branch, one))).collect();
    }
    let mut selects = Vec::new();
    for (equal, rest) in branches {
        let mut select = with_columns(Query::select().from_as(Entity, "request").take());
        select.cond_where(rest);
        let ranged = backend == DbBackend::MySql;
        for one in &equal {
            select.cond_where(if ranged { filter::ranged(one) } else { filter::equal(one) });
        }
        for column in filter::leading(&equal).into_iter().filter(|_| ranged) {
            select.order_by(("request", column), order(filter.sort).1);
        }
        beyond(&mut select, filter, asked)?;
        selects.push(select);
    }
    if selects.len() == 1 {
        return Ok(selects.remove(0));
    }
    // SQLite takes an order and a limit only inside of a subquery.
    let mut selects = selects
        .into_iter()
        .map(|select| Query::select().column(Asterisk).from_subquery(select, "part").take());
    let mut all = selects.next().unwrap_or_default();
    for select in selects {
        all.union(if overlap { UnionType::Distinct } else { UnionType::All }, select);
    }
    let mut page_query = with_columns(Query::select().from_subquery(all, "request").take());
    let (key, order) = order(filter.sort);
    page_query
        .order_by(("request", key), order.clone())
        .order_by(("request", Column::Id), order)
        .limit(Ord::max(asked.limit, 1) + 1);
    Ok(page_query)
}

/// Joins names to the rows of a page.
///
/// The page is cut before: left to themselves, planners join whole tables first when their statistics are old, and
/// the work grows with the table.
fn named(page_query: SelectStatement, sort: Sort) -> SelectStatement {
    let mut select = Query::select().from_subquery(page_query, "request").take();
    for column in LISTED {
        select.expr(col(*column));
    }
    add_names(&mut select);
    let (key, order) = order(sort);
    select.order_by(("request", key), order.clone()).order_by(("request", Column::Id), order);
    select
}

/// The statement of the first page of the list as it is without filters.
pub(crate) fn first_page(backend: DbBackend, asked: &PageRequest) -> Result<SelectStatement, StoreError> {
    let filter = RequestFilter::default();
    Ok(named(page_query(backend, &filter, &filter::parts(&filter, &[]), Source::Table, asked)?, filter.sort))
}

fn order(sort: Sort) -> (Column, Order) {
    match sort {
        Sort::CreatedDesc => (Column::CreatedAt, Order::Desc),
        Sort::CreatedAsc => (Column::CreatedAt, Order::Asc),
        Sort::UpdatedDesc => (Column::UpdatedAt, Order::Desc),
        Sort::UpdatedAsc => (Column::UpdatedAt, Order::Asc),
    }
}

/// People with a document of this number: one of each kind and country at most.
async fn holders(db: &impl ConnectionTrait, filter: &RequestFilter) -> Result<Vec<Uuid>, StoreError> {
    let Some(number) = &filter.document_number else { return Ok(vec![]) };
    // The number of a merged record is one of whoever it was merged into.
    let holder = [person::table::Column::MergedIntoId, person::table::Column::Id].map(Expr::col);
    let select = person::table::Entity::find()
        .select_only()
        .expr_as(Func::coalesce(holder), "holder")
        .filter(person::table::Column::DocumentNumber.eq(number.as_str()));
    select.into_tuple().all(db).await.map_err(failed(KIND))
}

async fn found(
    db: &impl ConnectionTrait,
    search: Search<'_>,
    sort: Sort,
    asked: &PageRequest,
) -> Result<Page<RequestRow>, StoreError> {
    let count = if asked.with_total { Some(number(db, KIND, &search.total()).await?) } else { None };
    let found = page(search.page(db, asked).await?, asked, count, |(at, id)| Cursor {
        key: at.timestamp_micros().to_string(),
        id: *id,
    });
    let ids = found.items.iter().map(|(_, id)| *id);
    let mut page_query = with_columns(Query::select().from_as(Entity, "request").take());
    page_query.and_where(col(Column::Id).is_in(ids));
    let rows = if found.items.is_empty() {
        vec![]
    } else {
        db.query_all(&named(page_query, sort)).await.map_err(failed(KIND))?
    };
    Ok(Page {
        items: rows.iter().map(listed).collect::<Result<_, _>>()?,
        next: found.next,
        total: found.total,
    })
}

/// A page of the list.
pub(crate) async fn requests(
    db: &impl ConnectionTrait,
    filter: &RequestFilter,
    asked: &PageRequest,
) -> Result<Page<RequestRow>, StoreError> {
    let clients = holders(db, filter).await?;
    let parts = filter::parts(filter, &clients);
    if let Some(search) = driver::search(db, filter, &clients, &parts).await? {
        return found(db, search, filter.sort, asked).await;
    }
    let count = if asked.with_total {
        let mut all = Query::select().from_as(Entity, "request").take();
        all.cond_where(parts.whole());
        Some(total(db, KIND, all).await?)
    } else {
        None
    };
    let source = driver::source(db, filter, &clients, &parts).await?;
    let select = named(page_query(db.get_database_backend(), filter, &parts, source, asked)?, filter.sort);
    let found = db.query_all(&select).await.map_err(failed(KIND))?;
    let rows: Vec<RequestRow> = found.iter().map(listed).collect::<Result<_, _>>()?;
    Ok(page(rows, asked, count, |last| {
        let by_creation = matches!(filter.sort, Sort::CreatedDesc | Sort::CreatedAsc);
        let at = if by_creation { last.created_at } else { last.updated_at };
        Cursor { key: at.timestamp_micros().to_string(), id: last.id.raw() }
    }))
}
