//! The start-up check: refuses a server on which the same statement would mean something else.

use sea_orm::{ConnectionTrait as _, DatabaseConnection, Statement};

use crate::connect::{ConnectError, Engine, Pools};

const COLLATION: &str = "utf8mb4_nopad_bin";

pub(crate) async fn check(pools: &Pools) -> Result<(), ConnectError> {
    match pools.engine {
        Engine::Sqlite => Ok(()),
        Engine::Postgres => postgres(&pools.readers).await,
        Engine::MySql => mysql(&pools.readers).await,
    }
}

/// The tables of Medcert, as SQL texts; others in the same place are none of our business.
fn own_tables() -> String {
    let quoted: Vec<String> = medcert_migrations::tables().map(|name| format!("'{name}'")).collect();
    quoted.join(", ")
}

/// The first column of the first row.
async fn ask(db: &DatabaseConnection, sql: &str) -> Result<Option<String>, ConnectError> {
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let row = db.query_one_raw(statement).await?;
    Ok(row.map(|row| row.try_get_by_index::<Option<String>>(0)).transpose()?.flatten())
}

async fn postgres(db: &DatabaseConnection) -> Result<(), ConnectError> {
    let encoding = ask(db, "SELECT current_setting('server_encoding')").await?.unwrap_or_default();
    if encoding != "UTF8" {
        return Err(ConnectError::Unsuitable(format!(
            "its encoding is {encoding}; create it with ENCODING 'UTF8'"
        )));
    }
    let sql = format!(
        "SELECT table_name || '.' || column_name FROM information_schema.columns \
         WHERE table_schema = current_schema() AND table_name IN ({}) \
         AND data_type IN ('text', 'character varying', 'character') \
         AND collation_name IS DISTINCT FROM 'C' LIMIT 1",
        own_tables()
    );
    let other = ask(db, &sql).await?;
    match other {
        None => Ok(()),
        Some(column) => {
            Err(ConnectError::Unsuitable(format!("column {column} must have the collation \"C\"")))
        }
    }
}

async fn mysql(db: &DatabaseConnection) -> Result<(), ConnectError> {
    let known = ask(
        db,
        "SELECT CAST(COLLATION_NAME AS CHAR) FROM information_schema.COLLATIONS \
         WHERE COLLATION_NAME = 'utf8mb4_nopad_bin'",
    )
    .await?;
    if known.is_none() {
        let version = ask(db, "SELECT VERSION()").await?.unwrap_or_default();
        return Err(ConnectError::Unsuitable(format!(
            "server version {version} does not know the collation {COLLATION}; use MariaDB 10.2 or later, \
             which does"
        )));
    }
    let mode = ask(db, "SELECT @@SESSION.sql_mode").await?.unwrap_or_default();
    if !mode.contains("STRICT_ALL_TABLES") && !mode.contains("STRICT_TRANS_TABLES") {
        return Err(ConnectError::Unsuitable(
            "the server does not let a session set a strict sql_mode; set STRICT_ALL_TABLES in its \
             configuration"
                .to_owned(),
        ));
    }
    let charset = ask(db, "SELECT @@character_set_database").await?.unwrap_or_default();
    if charset != "utf8mb4" {
        return Err(ConnectError::Unsuitable(format!(
            "its character set is {charset}; run ALTER DATABASE … CHARACTER SET utf8mb4 COLLATE {COLLATION}"
        )));
    }
    let sql = format!(
        "SELECT CAST(CONCAT(TABLE_NAME, '.', COLUMN_NAME) AS CHAR) FROM information_schema.COLUMNS \
         WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN ({}) \
         AND COLLATION_NAME IS NOT NULL AND COLLATION_NAME <> '{COLLATION}' LIMIT 1",
        own_tables()
    );
    let other = ask(db, &sql).await?;
    match other {
        None => Ok(()),
        Some(column) => Err(ConnectError::Unsuitable(format!(
            "column {column} must have the collation {COLLATION}; convert its table with ALTER TABLE … CONVERT \
             TO CHARACTER SET utf8mb4 COLLATE {COLLATION}"
        ))),
    }
}
