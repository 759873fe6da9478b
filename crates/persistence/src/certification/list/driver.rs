//! What the rows of a page are read from: the list itself, words, or the few requests that something else asked for has.
//!
//! Whichever is rarest leads, and the others are looked up for each row it gives; which that is is counted where the
//! list begins, and no further than it matters.

use medcert_application::store::{RequestFilter, Sort, StoreError};
use sea_orm::{
    ConnectionTrait, DbBackend,
    sea_query::{Alias, Asterisk, Condition, Expr, ExprTrait, Func, Order, Query, SelectStatement},
};
use uuid::Uuid;

use super::{
    BRANCHES, Column, Entity, KIND, col,
    filter::{self, Choice, Equal, Parts},
    search::Search,
    with_columns,
};
use crate::{
    error::failed,
    query::{join, value_of},
};

/// Rows that are read and put in order where no index gives it.
const FEW: u64 = 1000;

/// Where the rows of a page come from.
pub(super) enum Source {
    /// The table, in the order of the list.
    Table,
    /// These few requests.
    Few(Box<SelectStatement>),
}

/// Selects the columns that a filter may ask about, of no more requests than few.
fn with_all_columns(mut select: SelectStatement) -> SelectStatement {
    // The limit keeps the engines from looking for another way.
    select.clear_selects().limit(FEW + 1);
    let mut select = with_columns(select);
    select.expr(col(Column::RefundDue)).expr(col(Column::ExternalReference));
    select
}

/// How many rows such selects have together, as far as it matters.
fn counted(selects: Vec<SelectStatement>) -> Expr {
    let counts = selects.into_iter().map(|rows| {
        let rows = Query::select().column(Asterisk).from_subquery(rows, "few").limit(FEW + 1).take();
        let count = Query::select().expr(Func::count(Expr::val(1))).from_subquery(rows, "counted").take();
        Expr::from(count)
    });
    counts.reduce(ExprTrait::add).unwrap_or_else(|| Expr::val(0))
}

/// These sums.
async fn sums(db: &impl ConnectionTrait, sums: Vec<Expr>) -> Result<Vec<i64>, StoreError> {
    let name = |number: usize| format!("sum_{number}");
    let (mut select, all) = (Query::select(), sums.len());
    for (number, sum) in sums.into_iter().enumerate() {
        select.expr_as(sum, Alias::new(name(number)));
    }
    let Some(row) = db.query_one(&select).await.map_err(failed(KIND))? else { return Ok(vec![]) };
    (0..all).map(|number| value_of(KIND, &row, &name(number))).collect()
}

fn is_few(sum: i64) -> bool {
    u64::try_from(sum).is_ok_and(|sum| sum <= FEW)
}

/// Whether such rows are few.
async fn few(db: &impl ConnectionTrait, rows: SelectStatement) -> Result<bool, StoreError> {
    Ok(sums(db, vec![counted(vec![rows])]).await?.into_iter().all(is_few))
}

/// The first requests that the index with this condition and key has.
fn indexed(condition: Condition, key: Column) -> SelectStatement {
    let mut select = Query::select().expr(col(key)).from_as(Entity, "request").take();
    select.cond_where(condition).order_by(("request", key), Order::Asc).limit(FEW + 1);
    select
}

/// The first requests with this value: as a range in the order of its column, which no index has but the one that is
/// meant. Of an equality PostgreSQL would walk the list at times.
fn valued(one: &Equal) -> SelectStatement {
    let mut select = Query::select().expr(col(Column::CreatedAt)).from_as(Entity, "request").take();
    select
        .cond_where(filter::ranged(one))
        .order_by(("request", one.0), Order::Asc)
        .order_by(("request", Column::CreatedAt), Order::Asc)
        .limit(FEW + 1);
    select
}

/// Where the rows come from when the order of the list is not that of what is asked for: a range of the other moment,
/// or words in the order of changes. Few are put in order; otherwise the list is walked, which finds many soon.
pub(super) async fn source(
    db: &impl ConnectionTrait,
    filter: &RequestFilter,
    clients: &[Uuid],
    parts: &Parts,
) -> Result<Source, StoreError> {
    let by_change = is_by_change(filter);
    if by_change && !filter.search_terms.is_empty() && !is_narrow(filter) {
        let found = Search::new(db, filter, clients).await?.some(FEW + 1);
        if few(db, found.clone()).await? {
            let mut once = Query::select().from_subquery(found, "found").take();
            once.column("request_id").distinct();
            let mut few = Query::select().from_subquery(once, "found").take();
            join::<Entity>(&mut few, "request", ("found", "request_id"));
            return Ok(Source::Few(Box::new(with_all_columns(few))));
        }
        return Ok(Source::Table);
    }
    let (range, key) =
        if by_change { (parts.created(), Column::CreatedAt) } else { (parts.updated(), Column::UpdatedAt) };
    let Some(range) = range else { return Ok(Source::Table) };
    let rows = indexed(range, key);
    if !few(db, rows.clone()).await? {
        return Ok(Source::Table);
    }
    Ok(Source::Few(Box::new(with_all_columns(rows))))
}

/// Whether the filter names the requests of one client or with one reference, which are few.
fn is_narrow(filter: &RequestFilter) -> bool {
    filter.document_number.is_some() || filter.external_reference.is_some()
}

/// The requests that have this value and were registered in such a time.
fn valued_within(backend: DbBackend, one: &Equal, time: &Condition) -> SelectStatement {
    let ranged = backend == DbBackend::MySql;
    let mut select = Query::select().expr(col(Column::CreatedAt)).from_as(Entity, "request").take();
    select
        .cond_where(if ranged { filter::ranged(one) } else { filter::equal(one) })
        .cond_where(time.clone())
        .limit(FEW + 1);
    select
}

fn is_by_change(filter: &RequestFilter) -> bool {
    matches!(filter.sort, Sort::UpdatedDesc | Sort::UpdatedAsc)
}

/// The search, where its words lead: not in the order of changes, which words do not know, and not where something
/// else that is asked for has few requests, or fewer than the rarest word in the weeks in which the list begins.
pub(super) async fn search<'a>(
    db: &impl ConnectionTrait,
    filter: &'a RequestFilter,
    clients: &[Uuid],
    parts: &Parts,
) -> Result<Option<Search<'a>>, StoreError> {
    if filter.search_terms.is_empty() || is_by_change(filter) || is_narrow(filter) {
        return Ok(None);
    }
    let choices = parts.choices.iter().map(Choice::each);
    let choices: Vec<Vec<Equal>> = choices.filter(|each| each.len() <= BRANCHES).collect();
    let all = choices.iter().map(|each| counted(each.iter().map(valued).collect())).collect();
    if !choices.is_empty() && sums(db, all).await?.into_iter().any(is_few) {
        return Ok(None);
    }
    let search = Search::new(db, filter, clients).await?;
    let Some((word, time)) = search.beginning().filter(|_| !choices.is_empty()) else {
        return Ok(Some(search));
    };
    let backend = db.get_database_backend();
    let within = |one: &Equal| valued_within(backend, one, &time);
    let of_choices = choices.iter().map(|each| counted(each.iter().map(within).collect()));
    let found = sums(db, std::iter::once(counted(vec![word])).chain(of_choices).collect()).await?;
    let leads = found.split_first().is_none_or(|(word, choices)| choices.iter().all(|choice| choice >= word));
    Ok(leads.then_some(search))
}
