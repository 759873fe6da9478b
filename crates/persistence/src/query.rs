//! Joined selects and keyset pages: what the named queries are made of.

use std::sync::OnceLock;

use chrono::{DateTime, Utc};
use medcert_application::store::{Cursor, Page, PageRequest, StoreError};
use sea_orm::{
    ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, IdenStatic, Iterable, QueryResult, Statement,
    TryGetable, Value,
    sea_query::{
        Alias, Asterisk, Condition, Expr, ExprTrait, Func, IntoColumnRef, Order, Query, SelectStatement,
    },
};
use uuid::Uuid;

use crate::{
    column::{corrupt, stored},
    error::failed,
    mapped::{Row, Table},
};

/// Selects every column of the table joined as `alias`, to be read by [`row_of`].
pub(crate) fn select_all<T: EntityTrait>(select: &mut SelectStatement, alias: &'static str) {
    for column in T::Column::iter() {
        let name = format!("{alias}__{}", column.as_str());
        select.expr_as(Expr::col((alias, column)), Alias::new(name));
    }
}

/// The row of the table joined as `alias`; `None` when a left join found nothing.
pub(crate) fn row_of<T: Table>(
    kind: &'static str,
    row: &QueryResult,
    alias: &str,
) -> Result<Option<Row<T>>, StoreError> {
    let prefix = format!("{alias}__");
    let id: Option<Uuid> = row.try_get(&prefix, T::ID.as_str()).map_err(failed(kind))?;
    match id {
        None => Ok(None),
        Some(_) => Row::<T>::from_query_result(row, &prefix).map(Some).map_err(failed(kind)),
    }
}

/// One value of a row.
pub(crate) fn value_of<V: TryGetable>(
    kind: &'static str,
    row: &QueryResult,
    name: &str,
) -> Result<V, StoreError> {
    row.try_get("", name).map_err(failed(kind))
}

/// A select that differs from call to call by one identifier only. Its text is written once for each engine: putting
/// a wide select together takes about as long as the database takes to answer it.
pub(crate) struct ById {
    select: fn(Uuid) -> SelectStatement,
    sqlite: OnceLock<Statement>,
    postgres: OnceLock<Statement>,
    mysql: OnceLock<Statement>,
}

impl ById {
    /// The select that this function makes for an identifier, which it must put nowhere but among the values.
    pub(crate) const fn new(select: fn(Uuid) -> SelectStatement) -> Self {
        Self { select, sqlite: OnceLock::new(), postgres: OnceLock::new(), mysql: OnceLock::new() }
    }

    /// The statement for this identifier.
    pub(crate) fn of(&self, backend: DbBackend, id: Uuid) -> Statement {
        let written = match backend {
            DbBackend::Sqlite => &self.sqlite,
            DbBackend::Postgres => &self.postgres,
            _ => &self.mysql,
        };
        // Nothing has the identifier of nothing, so that it marks the place of the one that is asked for.
        let mut statement = written.get_or_init(|| backend.build(&(self.select)(Uuid::nil()))).clone();
        for value in statement.values.iter_mut().flat_map(|values| &mut values.0) {
            if *value == Value::from(Uuid::nil()) {
                *value = id.into();
            }
        }
        statement
    }
}

/// Joins `table` as `alias` where its `id` is the given column. Always a left join, also where a foreign key
/// promises a row: it keeps the optimiser from beginning anywhere but in the first table, whose index gives the
/// order of the page.
pub(crate) fn join<T: Table + Default>(
    select: &mut SelectStatement,
    alias: &'static str,
    to: impl IntoColumnRef,
) {
    join_on::<T>(select, alias, T::ID, to);
}

/// The same by another column of `table`.
pub(crate) fn join_on<T: Table + Default>(
    select: &mut SelectStatement,
    alias: &'static str,
    by: T::Column,
    to: impl IntoColumnRef,
) {
    let on = Expr::col((alias, by)).equals(to);
    select.join_as(sea_orm::JoinType::LeftJoin, T::default(), alias, on);
}

/// Where a page goes on, and in which direction.
pub(crate) struct Keyset {
    key: Expr,
    id: Expr,
    order: Order,
}

impl Keyset {
    /// Order by `key`, then `id`, both in the same direction.
    pub(crate) fn new(key: impl IntoColumnRef, id: impl IntoColumnRef, order: Order) -> Self {
        Self { key: Expr::col(key), id: Expr::col(id), order }
    }

    /// Puts the select into order, behind the row with this key and id, with one row more than asked for: it
    /// tells whether there is a next page.
    pub(crate) fn apply(&self, select: &mut SelectStatement, after: Option<(Value, Uuid)>, limit: u64) {
        if let Some((key, id)) = after {
            let beyond = |column: &Expr, value: Value| match self.order {
                Order::Desc => column.clone().lt(Expr::val(value)),
                _ => column.clone().gt(Expr::val(value)),
            };
            let reach = match self.order {
                Order::Desc => self.key.clone().lte(Expr::val(key.clone())),
                _ => self.key.clone().gte(Expr::val(key.clone())),
            };
            let tie = Condition::all()
                .add(self.key.clone().eq(Expr::val(key.clone())))
                .add(beyond(&self.id, id.into()));
            // `reach` says nothing new, but it is what every engine can begin an index scan with.
            select.cond_where(
                Condition::all().add(reach).add(Condition::any().add(beyond(&self.key, key)).add(tie)),
            );
        }
        select
            .order_by_expr(self.key.clone(), self.order.clone())
            .order_by_expr(self.id.clone(), self.order.clone())
            .limit(Ord::max(limit, 1) + 1);
    }
}

/// A condition on each row of a list that is walked in its order. SQLite and MariaDB are not shown that an index could
/// answer it: they would rather read all that the index has, and sort it.
pub(crate) fn walked(backend: DbBackend, condition: Condition) -> Condition {
    if backend == DbBackend::Postgres {
        return condition;
    }
    let told: Expr = Expr::case(condition, 1).finally(0).into();
    Condition::all().add(told.eq(1))
}

/// From one moment on and before another, of what a list is ordered by.
#[derive(Clone, Copy, Default)]
pub(crate) struct TimeRange {
    pub(crate) from: Option<DateTime<Utc>>,
    pub(crate) before: Option<DateTime<Utc>>,
}

impl TimeRange {
    /// Whether it is all time.
    pub(crate) const fn is_all(self) -> bool {
        self.from.is_none() && self.before.is_none()
    }

    /// The column in it, as one condition; nothing when it is all time.
    pub(crate) fn of(self, column: &Expr) -> Option<Condition> {
        let from = self.from.map(|from| column.clone().gte(stored(from)));
        let before = self.before.map(|before| column.clone().lt(stored(before)));
        let bounds = from.into_iter().chain(before);
        (!self.is_all()).then(|| bounds.fold(Condition::all(), Condition::add))
    }

    /// What is left to ask where the list goes on behind a cursor. A bound that the cursor has passed says nothing new,
    /// but of two on the same side SQLite would begin at whichever is written first.
    pub(crate) fn behind(mut self, order: &Order, cursor: Option<DateTime<Utc>>) -> Self {
        let Some(cursor) = cursor.map(stored) else { return self };
        if matches!(order, Order::Desc) {
            self.before = self.before.filter(|before| stored(*before) <= cursor);
        } else {
            self.from = self.from.filter(|from| stored(*from) > cursor);
        }
        self
    }
}

/// Makes a page of the rows read, of which there is one more than asked for when others follow.
pub(crate) fn page<T>(
    mut items: Vec<T>,
    asked: &PageRequest,
    total: Option<u64>,
    cursor: impl FnOnce(&T) -> Cursor,
) -> Page<T> {
    let limit = usize::try_from(Ord::max(asked.limit, 1)).unwrap_or(usize::MAX);
    let more = items.len() > limit;
    items.truncate(limit);
    let next = if more { items.last().map(cursor) } else { None };
    Page { items, next, total }
}

/// Counts what a select without columns, order and limit finds.
pub(crate) async fn total(
    db: &impl ConnectionTrait,
    kind: &'static str,
    mut select: SelectStatement,
) -> Result<u64, StoreError> {
    select.clear_selects().expr_as(Func::count(Expr::col(Asterisk)), Alias::new("total"));
    number(db, kind, &select).await
}

/// The number that a select finds, which it calls `total`.
pub(crate) async fn number(
    db: &impl ConnectionTrait,
    kind: &'static str,
    select: &SelectStatement,
) -> Result<u64, StoreError> {
    let row = db.query_one(select).await.map_err(failed(kind))?;
    let count: i64 = row.map_or(Ok(0), |row| value_of(kind, &row, "total"))?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// The moment of the cursor of a list that is ordered by one.
pub(crate) fn cursor_moment(asked: &PageRequest) -> Result<Option<DateTime<Utc>>, StoreError> {
    let Some(cursor) = &asked.after else { return Ok(None) };
    let moment = cursor.key.parse().ok().and_then(DateTime::from_timestamp_micros);
    moment.map(Some).ok_or_else(|| corrupt("cursor", "key is no moment"))
}

/// The place behind which such a list goes on.
pub(crate) fn after_moment(asked: &PageRequest) -> Result<Option<(Value, Uuid)>, StoreError> {
    let moment = cursor_moment(asked)?;
    Ok(moment.zip(asked.after.as_ref()).map(|(moment, cursor)| (stored(moment).into(), cursor.id)))
}

/// The place behind which a list ordered by names goes on.
pub(crate) fn after_name(asked: &PageRequest) -> Option<(Value, Uuid)> {
    asked.after.as_ref().map(|cursor| (cursor.key.clone().into(), cursor.id))
}

/// A column that holds the truth of a condition: a boolean here, a number there.
pub(crate) fn flag_of(kind: &'static str, row: &QueryResult, name: &str) -> Result<bool, StoreError> {
    if let Ok(flag) = row.try_get::<bool>("", name) {
        return Ok(flag);
    }
    row.try_get::<i64>("", name).map(|number| number != 0).map_err(failed(kind))
}

/// The rows of a table that have this value in the column.
pub(crate) fn rows_with<T: EntityTrait + Default>(column: T::Column, value: Uuid) -> SelectStatement {
    Query::select().from(T::default()).and_where(Expr::col(column).eq(value)).take()
}

/// Which of the selects find anything, in one statement.
pub(crate) async fn any_exists(
    db: &impl ConnectionTrait,
    kind: &'static str,
    selects: Vec<SelectStatement>,
) -> Result<bool, StoreError> {
    let one = |mut select: SelectStatement| Expr::exists(select.expr(Expr::val(1)).take());
    let any = selects.into_iter().map(one).reduce(ExprTrait::or);
    let Some(any) = any else { return Ok(false) };
    let select = Query::select().expr_as(any, Alias::new("found")).take();
    let row = db.query_one(&select).await.map_err(failed(kind))?;
    row.map_or(Ok(false), |row| flag_of(kind, &row, "found"))
}
