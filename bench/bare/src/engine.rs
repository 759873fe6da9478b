//! Connections with the settings that Medcert's reading connections have (`persistence/src/connect.rs`), and running
//! a statement on them.

use std::{str::FromStr as _, time::Duration};

use anyhow::Context as _;
use medcert_persistence::statements::{Bound, Statement};
use sqlx::{
    AssertSqlSafe, PgPool, SqlitePool,
    postgres::{PgConnectOptions, PgPoolOptions, PgRow},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous},
};
use uuid::Uuid;

use crate::row::Cells;

/// A pool that can run a statement.
pub(crate) trait Run: Send + Sync + 'static {
    /// A row of its engine.
    type Row: Cells;

    /// The rows; `id` is put where the statement has an identifier of nothing.
    async fn run(&self, statement: &Statement, id: Uuid) -> Result<Vec<Self::Row>, sqlx::Error>;
}

/// Statements are written once, with the identifier of nothing in the place of the one that is asked for.
fn filled(bound: Uuid, id: Uuid) -> Uuid {
    if bound.is_nil() { id } else { bound }
}

impl Run for SqlitePool {
    type Row = SqliteRow;

    async fn run(&self, statement: &Statement, id: Uuid) -> Result<Vec<SqliteRow>, sqlx::Error> {
        let query = sqlx::query(AssertSqlSafe(statement.text.as_str()));
        let query = statement.values.iter().fold(query, |query, value| match *value {
            Bound::Small(number) => query.bind(number),
            Bound::Number(number) => query.bind(number),
            Bound::Id(bound) => query.bind(filled(bound, id)),
        });
        query.fetch_all(self).await
    }
}

impl Run for PgPool {
    type Row = PgRow;

    async fn run(&self, statement: &Statement, id: Uuid) -> Result<Vec<PgRow>, sqlx::Error> {
        let query = sqlx::query(AssertSqlSafe(statement.text.as_str()));
        let query = statement.values.iter().fold(query, |query, value| match *value {
            Bound::Small(number) => query.bind(number),
            Bound::Number(number) => query.bind(number),
            Bound::Id(bound) => query.bind(filled(bound, id)),
        });
        query.fetch_all(self).await
    }
}

const LOCK_TIMEOUT: Duration = Duration::from_secs(5);
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

pub(crate) fn sqlite(url: &str, connections: u32) -> anyhow::Result<SqlitePool> {
    let place = SqliteConnectOptions::from_str(url)
        .context("the database URL cannot be read")?
        .foreign_keys(true)
        .busy_timeout(LOCK_TIMEOUT)
        .synchronous(SqliteSynchronous::Full)
        .journal_mode(SqliteJournalMode::Wal)
        .pragma("query_only", "ON");
    Ok(SqlitePoolOptions::new()
        .max_connections(connections)
        .test_before_acquire(false)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_lazy_with(place))
}

pub(crate) async fn postgres(url: &str, connections: u32) -> anyhow::Result<PgPool> {
    let lock_timeout = format!("{}ms", LOCK_TIMEOUT.as_millis());
    let place = PgConnectOptions::from_str(url).context("the database URL cannot be read")?.options([
        ("lock_timeout", lock_timeout.as_str()),
        ("timezone", "UTC"),
        ("default_transaction_isolation", "read committed"),
        ("join_collapse_limit", "1"),
        ("jit", "off"),
    ]);
    let pool = PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire(false);
    pool.connect_with(place).await.context("the database cannot be reached")
}
