//! Counting requests into a new generation, a batch at a time, while others write.
//!
//! The requests of a batch are locked, so what is read of them is all that was done to them. What others have added
//! for them to the new generation so far is part of it and goes; what they add afterwards comes on top. A request
//! that is registered meanwhile and not seen here brings all it adds with it. Of a request that was erased meanwhile,
//! what it took away was never counted and goes as well; its ledger lines are counted instead.

use std::collections::BTreeMap;

use medcert_application::store::{Counted, StoreError};
use medcert_domain::{
    Calendar, Entity as _,
    certification::{Assignment, Certification},
    reports::{self, Cell, contributions},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, Query},
};
use uuid::Uuid;

use super::{
    delta::{self, table as deltas},
    generation,
    total::Totals,
};
use crate::{
    billing::{ledger, settlement},
    certification::{assignment, certificate, request},
    column::corrupt,
    error::failed,
    mapped::{Row, Table},
};

const KIND: &str = Certification::KIND;

/// Counts a batch.
pub(crate) async fn batch(
    db: &impl ConnectionTrait,
    generation: i32,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Counted, StoreError> {
    let calendar = generation::counting(db, generation).await?;
    let mut select = request::table::Entity::find();
    if let Some(after) = after {
        select = select.filter(request::table::Column::Id.gt(after));
    }
    let rows = select
        .order_by_asc(request::table::Column::Id)
        .limit(limit)
        .lock_exclusive()
        .all(db)
        .await
        .map_err(failed(KIND))?;
    let last = rows.last().map(|row| row.id).filter(|_| rows.len() as u64 == limit);
    let gone = gone(db, generation, after, last).await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    for part in [&ids, &gone] {
        for chunk in part.chunks(1_000) {
            deltas::Entity::delete_many()
                .filter(deltas::Column::Generation.eq(generation))
                .filter(deltas::Column::RequestId.is_in(chunk.iter().copied()))
                .exec(db)
                .await
                .map_err(failed(delta::KIND))?;
        }
    }
    let mut sums = Sums::default();
    requests(db, calendar, rows, &ids, &mut sums).await?;
    ledgers(db, calendar, &gone, &mut sums).await?;
    Ok(Counted { last, cells: sums.into_iter().collect() })
}

/// Adds what batches told to the totals.
pub(crate) async fn add(
    db: &impl ConnectionTrait,
    generation: i32,
    cells: &[(Cell, i64)],
) -> Result<(), StoreError> {
    generation::counting(db, generation).await?;
    let mut totals = Totals::default();
    for (cell, amount) in cells {
        totals.add(cell, *amount);
    }
    // Few sums are nothing while requests are counted, and none of these does harm.
    totals.add_to(db, generation).await.map(drop)
}

/// What requests add to figures.
type Sums = BTreeMap<Cell, i64>;

/// Requests in the range that are erased. Nothing is ever added to them again.
async fn gone(
    db: &impl ConnectionTrait,
    generation: i32,
    after: Option<Uuid>,
    last: Option<Uuid>,
) -> Result<Vec<Uuid>, StoreError> {
    let there = Query::select()
        .expr(Expr::val(1))
        .from(request::table::Entity)
        .and_where(
            Expr::col((request::table::Entity, request::table::Column::Id))
                .equals(("orphan", deltas::Column::RequestId)),
        )
        .take();
    let id = || Expr::col(("orphan", deltas::Column::RequestId));
    let mut select = Query::select().distinct().expr(id()).from_as(deltas::Entity, "orphan").take();
    select
        .and_where(Expr::exists(there).not())
        .and_where_option(after.map(|after| id().gt(after)))
        .and_where_option(last.map(|last| id().lte(last)))
        .and_where(Expr::col(("orphan", deltas::Column::Generation)).eq(generation));
    let mut ids = ledger::erased(db, after, last).await?;
    for row in db.query_all(&select).await.map_err(failed(KIND))? {
        ids.push(row.try_get_by_index(0).map_err(failed(KIND))?);
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// Rows of children by the request they belong to, in their order.
async fn children<T: Table>(
    db: &impl ConnectionTrait,
    requests: &[Uuid],
    request: T::Column,
    order: T::Column,
) -> Result<Vec<Row<T>>, StoreError> {
    let mut all = Vec::new();
    for chunk in requests.chunks(1_000) {
        let found = T::find().filter(request.is_in(chunk.iter().copied())).order_by_asc(order).all(db).await;
        all.extend(found.map_err(failed(KIND))?);
    }
    Ok(all)
}

/// Counts requests, with the parts of them that figures look at.
async fn requests(
    db: &impl ConnectionTrait,
    calendar: Calendar,
    rows: Vec<request::table::Model>,
    ids: &[Uuid],
    sums: &mut Sums,
) -> Result<(), StoreError> {
    let settlements: Vec<Uuid> = rows.iter().map(|row| row.settlement_id).collect();
    let mut settlements = ledger::settlements(db, settlement::table::Column::Id, &settlements).await?;
    let mut assignments: BTreeMap<Uuid, Vec<Assignment>> = BTreeMap::new();
    let (of, order) = (assignment::table::Column::RequestId, assignment::table::Column::Position);
    for row in children::<assignment::table::Entity>(db, ids, of, order).await? {
        assignments.entry(row.request_id).or_default().push(row.try_into()?);
    }
    let mut certificates: BTreeMap<Uuid, Vec<_>> = BTreeMap::new();
    let (of, order) = (certificate::table::Column::RequestId, certificate::table::Column::IssuedAt);
    for row in children::<certificate::table::Entity>(db, ids, of, order).await? {
        certificates.entry(row.request_id).or_default().push(row.try_into()?);
    }
    for row in rows {
        let id = row.id;
        let settlement = settlements.remove(&row.settlement_id);
        let settlement = settlement.ok_or_else(|| corrupt(KIND, "settlement is missing"))?;
        let mut request = request::request(row, settlement)?;
        request.assignments = assignments.remove(&id).unwrap_or_default();
        request.certificates = certificates.remove(&id).unwrap_or_default();
        for (cell, amount) in contributions(&request, &|at| calendar.day_of(at)) {
            *sums.entry(cell).or_default() += amount;
        }
    }
    Ok(())
}

/// Counts what is left of erased requests.
async fn ledgers(
    db: &impl ConnectionTrait,
    calendar: Calendar,
    gone: &[Uuid],
    sums: &mut Sums,
) -> Result<(), StoreError> {
    let left = ledger::settlements(db, settlement::table::Column::ErasedId, gone).await?;
    for settlement in left.values() {
        for (cell, amount) in reports::ledger(settlement, &|at| calendar.day_of(at)) {
            *sums.entry(cell).or_default() += amount;
        }
    }
    Ok(())
}
