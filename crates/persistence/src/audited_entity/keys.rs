//! By what the lists of entries are ordered, as text: words keep it, so that the entries of a word are read from the
//! index in the order of their list.

use std::collections::BTreeMap;

use medcert_application::store::StoreError;
use sea_orm::{
    ConnectionTrait, EntityTrait, QueryResult, Value,
    sea_query::{Expr, ExprTrait, IntoColumnRef, Query, SelectStatement},
};
use uuid::Uuid;

use crate::{
    column::corrupt, db_timestamp::DbTimestamp, error::failed, mapped::Table, query::value_of, rooms::ROOMS,
};

const KIND: &str = "search term";
/// Entries whose keys are looked up by one statement.
const AT_ONCE: usize = 1000;

/// Entries that are found by words, and what orders their list: stands beside their table.
pub(crate) struct Searchable {
    /// The kinds of words by which they are found.
    pub(crate) kinds: &'static [&'static str],
    /// Selects them with their keys: see [`keyed`].
    pub(crate) select: fn() -> SelectStatement,
    /// What a key is.
    pub(crate) key: KeyType,
}

/// What orders a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyType {
    /// Names.
    Text,
    /// Moments.
    Moment,
}

/// Selects every row of a table, known as `entry`, with the column that orders its list.
pub(crate) fn keyed<T: Table + Default>(key: impl IntoColumnRef) -> SelectStatement {
    let mut select = Query::select().from_as(T::default(), "entry").take();
    select.expr_as(Expr::col(("entry", T::ID)), "entry_id").expr_as(Expr::col(key), "sort_key").take()
}

/// The same where a column of the table itself orders it.
pub(crate) fn keyed_by<T: Table + Default>(key: <T as EntityTrait>::Column) -> SelectStatement {
    keyed::<T>(("entry", key))
}

/// A moment as the text that sorts as it does.
fn moment_key(at: DbTimestamp) -> String {
    at.0.format("%Y-%m-%d %H:%M:%S%.6f").to_string()
}

/// A value of the column that orders a list, as words keep it.
pub(super) fn text(value: Value) -> Result<String, StoreError> {
    match value {
        Value::String(Some(name)) => Ok(name),
        Value::ChronoDateTime(Some(at)) => Ok(moment_key(DbTimestamp(at))),
        _ => Err(corrupt("cursor", "key orders no list")),
    }
}

/// The entries found by this kind of words; none, for words that belong to no list of their own.
fn searchable(kind: &str) -> Option<&'static Searchable> {
    ROOMS.iter().flat_map(|room| room.searchable).find(|entries| entries.kinds.contains(&kind))
}

fn read(key: KeyType, row: &QueryResult) -> Result<String, StoreError> {
    match key {
        KeyType::Text => value_of(KIND, row, "sort_key"),
        KeyType::Moment => value_of(KIND, row, "sort_key").map(moment_key),
    }
}

/// What orders these entries in the list of their kind. They have been written before.
pub(super) async fn of(
    db: &impl ConnectionTrait,
    kind: &'static str,
    entries: &[Uuid],
) -> Result<BTreeMap<Uuid, String>, StoreError> {
    let Some(Searchable { select, key, .. }) = searchable(kind) else {
        return Ok(entries.iter().map(|entry| (*entry, String::new())).collect());
    };
    let mut found = BTreeMap::new();
    for part in entries.chunks(AT_ONCE) {
        let mut select = select();
        select.and_where(Expr::col(("entry", "id")).is_in(part.iter().copied()));
        for row in db.query_all(&select).await.map_err(failed(KIND))? {
            found.insert(value_of(KIND, &row, "entry_id")?, read(*key, &row)?);
        }
    }
    Ok(found)
}
