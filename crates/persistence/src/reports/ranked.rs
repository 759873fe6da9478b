//! What is told of those in rankings besides their sums: read from requests, for it cannot be added up.

use chrono::{DateTime, Utc};
use medcert_application::store::{By, CellFilter, StoreError};
use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, Expr, ExprTrait, Func, Query, SelectStatement},
};
use uuid::Uuid;

use super::total_key::named_dimensions;
use crate::{
    certification::request::table::{Column, Entity},
    column::{moment, stored},
    db_timestamp::DbTimestamp,
    error::failed,
    query::value_of,
};

const KIND: &str = "report";

/// How many different clients the requests have that each of these promoters sent in this time.
pub(super) async fn clients(
    db: &impl ConnectionTrait,
    by: &[Uuid],
    (from, before): (DateTime<Utc>, DateTime<Utc>),
    of: &CellFilter,
) -> Result<Vec<(Uuid, i64)>, StoreError> {
    let mut select = Query::select().from(Entity).column(Column::PromoterId).take();
    select
        .expr_as(Func::count_distinct(Expr::col(Column::ClientId)), Alias::new("clients"))
        .and_where(Expr::col(Column::PromoterId).is_in(by.iter().copied()))
        .and_where(Expr::col(Column::CreatedAt).gte(stored(from)))
        .and_where(Expr::col(Column::CreatedAt).lt(stored(before)))
        .group_by_col(Column::PromoterId);
    if !of.stages.is_empty() {
        select.and_where(Expr::col(Column::Stage).is_in(of.stages.iter().map(|stage| stage.code())));
    }
    if !of.currencies.is_empty() {
        let codes = of.currencies.iter().map(ToString::to_string);
        select.and_where(Expr::col(Column::FeeCurrency).is_in(codes));
    }
    for (_, column, ids) in named_dimensions(of) {
        select.and_where(Expr::col(column).is_in(ids));
    }
    let rows = db.query_all(&select).await.map_err(failed(KIND))?;
    let latest =
        rows.iter().map(|row| Ok((value_of(KIND, row, "promoter_id")?, value_of(KIND, row, "clients")?)));
    latest.collect()
}

/// When a request of each of these last changed: one look into an index each.
pub(super) async fn last_changes(
    db: &impl ConnectionTrait,
    by: By,
    who: &[Uuid],
) -> Result<Vec<(Uuid, DateTime<Utc>)>, StoreError> {
    let column = match by {
        By::Promoter => Column::PromoterId,
        By::Manager => Column::ManagerId,
        By::Doctor => Column::DoctorId,
        By::Operator => Column::OperatorId,
        By::Stage | By::Day => return Ok(vec![]),
    };
    if who.is_empty() {
        return Ok(vec![]);
    }
    let name = |position: usize| format!("at_{position}");
    let mut select: SelectStatement = Query::select();
    for (position, id) in who.iter().enumerate() {
        let last = Query::select()
            .expr(Func::max(Expr::col(Column::UpdatedAt)))
            .from(Entity)
            .and_where(Expr::col(column).eq(*id))
            .take();
        select.expr_as(Expr::from(last), Alias::new(name(position)));
    }
    let Some(row) = db.query_one(&select).await.map_err(failed(KIND))? else { return Ok(vec![]) };
    let mut latest = Vec::with_capacity(who.len());
    for (position, id) in who.iter().enumerate() {
        let at: Option<DbTimestamp> = value_of(KIND, &row, &name(position))?;
        latest.extend(at.map(|at| (*id, moment(at))));
    }
    Ok(latest)
}
