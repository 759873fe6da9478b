//! Opening a database: one URL names engine and place, and every connection gets the settings that make the
//! engines behave alike.

use std::{fmt, fs::OpenOptions, path::Path, str::FromStr, time::Duration};

use medcert_migrations::mysql::is_mariadb;
use sea_orm::{
    DatabaseConnection, DbErr, SqlxMySqlConnector, SqlxPostgresConnector, SqlxSqliteConnector,
    sqlx::{
        self, Executor as _,
        mysql::{MySqlConnectOptions, MySqlPoolOptions},
        postgres::{PgConnectOptions, PgPoolOptions},
        sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
    },
};

/// A database engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// SQLite: one file, or memory.
    Sqlite,
    /// PostgreSQL.
    Postgres,
    /// MySQL.
    MySql,
    /// MariaDB, which speaks MySQL's protocol and much of its SQL, but stores, sorts and plans in its own way.
    MariaDb,
}

/// How a database is spoken to, as its URL says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    Sqlite,
    Postgres,
    /// That of MySQL and of MariaDB, whatever the URL calls it.
    MySql,
}

/// Where the database is and how many connections to keep.
#[derive(Clone)]
pub struct DatabaseOptions {
    /// `sqlite:///absolute/path.db`, `sqlite::memory:`, `postgres://user:password@host/database` or
    /// `mysql://user:password@host/database`.
    pub url: String,
    /// Most connections at once; for SQLite those that read, besides the one that writes.
    pub max_connections: u32,
    /// How long to wait for a free connection.
    pub acquire_timeout: Duration,
    /// How long a statement waits for a lock.
    pub lock_timeout: Duration,
}

impl DatabaseOptions {
    /// Ten connections, ten seconds for a connection, five for a lock.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            max_connections: 10,
            acquire_timeout: Duration::from_secs(10),
            lock_timeout: Duration::from_secs(5),
        }
    }
}

impl fmt::Debug for DatabaseOptions {
    /// Without the URL, which holds a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DatabaseOptions")
            .field("protocol", &protocol_of(&self.url).ok())
            .field("max_connections", &self.max_connections)
            .field("acquire_timeout", &self.acquire_timeout)
            .field("lock_timeout", &self.lock_timeout)
            .finish_non_exhaustive()
    }
}

/// Why a database cannot be used. No message holds the URL.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The URL names no engine known here.
    #[error("the database URL must begin with sqlite:, postgres:// or mysql://")]
    UnknownScheme,
    /// The URL cannot be read.
    #[error("the database URL cannot be read")]
    Url(#[source] sqlx::Error),
    /// The server does not answer, or does not let us in.
    #[error("the database cannot be reached")]
    Unreachable(#[source] sqlx::Error),
    /// The server or the database is set up otherwise than Medcert needs.
    #[error("the database cannot be used: {0}")]
    Unsuitable(String),
    /// Another process holds the lock for migrations.
    #[error("another process has been migrating the database for too long")]
    MigrationBusy,
    /// A statement failed.
    #[error("a statement failed while the database was being prepared")]
    Database(#[from] DbErr),
}

fn protocol_of(url: &str) -> Result<Protocol, ConnectError> {
    match url.split_once(':').map(|(scheme, _)| scheme) {
        Some("sqlite") => Ok(Protocol::Sqlite),
        Some("postgres" | "postgresql") => Ok(Protocol::Postgres),
        Some("mysql" | "mariadb") => Ok(Protocol::MySql),
        _ => Err(ConnectError::UnknownScheme),
    }
}

/// The connections of a store.
#[derive(Clone)]
pub(crate) struct Pools {
    pub(crate) engine: Engine,
    /// Where units of work run.
    pub(crate) writers: DatabaseConnection,
    /// Where reads run; the same as `writers` except on a SQLite file.
    pub(crate) readers: DatabaseConnection,
}

impl Pools {
    pub(crate) async fn open(options: &DatabaseOptions) -> Result<Self, ConnectError> {
        let (engine, shared) = match protocol_of(&options.url)? {
            Protocol::Sqlite => return sqlite(options).await,
            Protocol::Postgres => (Engine::Postgres, postgres(options).await?),
            Protocol::MySql => {
                let shared = mysql(options).await?;
                let engine = if is_mariadb(&shared).await? { Engine::MariaDb } else { Engine::MySql };
                (engine, shared)
            }
        };
        Ok(Self { engine, writers: shared.clone(), readers: shared })
    }
}

/// A pool on a server.
pub(crate) async fn server(
    engine: Engine,
    options: &DatabaseOptions,
) -> Result<DatabaseConnection, ConnectError> {
    if engine == Engine::Postgres { postgres(options).await } else { mysql(options).await }
}

async fn sqlite(options: &DatabaseOptions) -> Result<Pools, ConnectError> {
    let place = SqliteConnectOptions::from_str(&options.url)
        .map_err(ConnectError::Url)?
        .create_if_missing(true)
        .foreign_keys(true)
        .busy_timeout(options.lock_timeout)
        .synchronous(SqliteSynchronous::Full);
    // A single connection that is never given up: SQLite lets one write at a time anyway, and a pool lets the
    // others wait in order where SQLite would have them try again and again.
    let one = SqlitePoolOptions::new()
        .max_connections(1)
        .min_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .acquire_timeout(options.acquire_timeout);
    if in_memory(&options.url) {
        // The database is the connection, so reads go through it, too.
        let only = one.connect_with(place).await.map_err(ConnectError::Unreachable)?;
        let only = SqlxSqliteConnector::from_sqlx_sqlite_pool(only);
        return Ok(Pools { engine: Engine::Sqlite, writers: only.clone(), readers: only });
    }
    let place = place.journal_mode(SqliteJournalMode::Wal);
    private_file(place.get_filename()).map_err(|error| ConnectError::Unreachable(error.into()))?;
    // In KiB. What a transaction has written must fit, or SQLite writes the same pages out again and again: with its
    // usual 2 MiB, seeding wrote thirty pages a request.
    let writing = place.clone().pragma("cache_size", "-16384");
    let writer = one.connect_with(writing).await.map_err(ConnectError::Unreachable)?;
    let readers = SqlitePoolOptions::new()
        .max_connections(options.max_connections.max(1))
        .test_before_acquire(false)
        .acquire_timeout(options.acquire_timeout)
        .connect_lazy_with(place.pragma("query_only", "ON"));
    Ok(Pools {
        engine: Engine::Sqlite,
        writers: SqlxSqliteConnector::from_sqlx_sqlite_pool(writer),
        readers: SqlxSqliteConnector::from_sqlx_sqlite_pool(readers),
    })
}

/// Makes the file for its owner's eyes only; SQLite gives its companions the same rights. One that is there keeps
/// the rights it has.
fn private_file(path: &Path) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

fn in_memory(url: &str) -> bool {
    url.starts_with("sqlite::memory:") || url.contains("mode=memory")
}

/// Asks a connection that was idle for a while whether it still works. Asking before every use would double the
/// way of each read.
async fn alive<C: sqlx::Connection>(connection: &mut C, idle: Duration) -> Result<bool, sqlx::Error> {
    if idle > Duration::from_secs(5) {
        connection.ping().await?;
    }
    Ok(true)
}

async fn postgres(options: &DatabaseOptions) -> Result<DatabaseConnection, ConnectError> {
    let lock_timeout = format!("{}ms", options.lock_timeout.as_millis());
    let place = PgConnectOptions::from_str(&options.url)
        .map_err(ConnectError::Url)?
        .application_name("medcert")
        .options([
            ("lock_timeout", lock_timeout.as_str()),
            ("timezone", "UTC"),
            ("default_transaction_isolation", "read committed"),
            // Wide reads join names to rows that are found by then, in any order: looking for the best of all orders
            // takes twenty times as long as reading. And nothing here runs long enough to be worth compiling.
            ("join_collapse_limit", "1"),
            ("jit", "off"),
            // What is looked for is in memory or on a disk without heads. Otherwise a few hundred rows from here and
            // there are believed to cost more than reading on in order until they turn up.
            ("random_page_cost", "1.1"),
        ]);
    let pool = PgPoolOptions::new()
        .max_connections(options.max_connections.max(1))
        .acquire_timeout(options.acquire_timeout)
        .test_before_acquire(false)
        .before_acquire(|connection, usage| Box::pin(alive(connection, usage.idle_for)))
        .connect_with(place)
        .await
        .map_err(ConnectError::Unreachable)?;
    Ok(SqlxPostgresConnector::from_sqlx_postgres_pool(pool))
}

/// What every session of MySQL or MariaDB must be told; the server's own defaults may be anything.
fn mysql_settings(lock_timeout: Duration) -> String {
    format!(
        "SET SESSION sql_mode = 'STRICT_ALL_TABLES,STRICT_TRANS_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,\
         ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', \
         innodb_lock_wait_timeout = {}, time_zone = '+00:00'",
        lock_timeout.as_secs().max(1)
    )
}

async fn mysql(options: &DatabaseOptions) -> Result<DatabaseConnection, ConnectError> {
    let url = options.url.replacen("mariadb://", "mysql://", 1);
    let place = MySqlConnectOptions::from_str(&url)
        .map_err(ConnectError::Url)?
        .charset("utf8mb4")
        .timezone("+00:00".to_owned());
    let settings = mysql_settings(options.lock_timeout);
    let pool = MySqlPoolOptions::new()
        .max_connections(options.max_connections.max(1))
        .acquire_timeout(options.acquire_timeout)
        .test_before_acquire(false)
        .before_acquire(|connection, usage| Box::pin(alive(connection, usage.idle_for)))
        .after_connect(move |connection, _| {
            let settings = settings.clone();
            Box::pin(async move {
                connection.execute(sqlx::AssertSqlSafe(settings)).await?;
                connection.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED").await?;
                Ok(())
            })
        })
        .connect_with(place)
        .await
        .map_err(ConnectError::Unreachable)?;
    Ok(SqlxMySqlConnector::from_sqlx_mysql_pool(pool))
}
