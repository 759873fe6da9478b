//! The start-up check: refuses a server on which the same statement would mean something else.

use medcert_migrations::mysql::collation;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, Statement};

use crate::connect::{ConnectError, Engine, Pools};

/// The oldest MySQL that knows a collation which compares by code point without padding.
const OLDEST_MYSQL: (u32, u32, u32) = (8, 0, 17);

pub(crate) async fn check(pools: &Pools) -> Result<(), ConnectError> {
    match pools.engine {
        Engine::Sqlite => Ok(()),
        Engine::Postgres => postgres(&pools.readers).await,
        Engine::MySql => {
            let version = ask(&pools.readers, "SELECT VERSION()").await?.unwrap_or_default();
            recent_mysql(&version)?;
            mysql(&pools.readers, collation(false)).await
        }
        Engine::MariaDb => {
            mariadb(&pools.readers, collation(true)).await?;
            mysql(&pools.readers, collation(true)).await
        }
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

/// Refuses a MySQL that lacks the collation.
fn recent_mysql(version: &str) -> Result<(), ConnectError> {
    let mut numbers = version.split(|c: char| !c.is_ascii_digit()).map(|number| number.parse().unwrap_or(0));
    let mut next = || numbers.next().unwrap_or(0);
    if (next(), next(), next()) >= OLDEST_MYSQL {
        return Ok(());
    }
    let (major, minor, patch) = OLDEST_MYSQL;
    Err(ConnectError::Unsuitable(format!(
        "server version {version} is too old; use MySQL {major}.{minor}.{patch} or later"
    )))
}

/// Refuses a MariaDB that does not know the collation.
async fn mariadb(db: &DatabaseConnection, collation: &str) -> Result<(), ConnectError> {
    let sql = format!(
        "SELECT CAST(COLLATION_NAME AS CHAR) FROM information_schema.COLLATIONS \
         WHERE COLLATION_NAME = '{collation}'"
    );
    if ask(db, &sql).await?.is_some() {
        return Ok(());
    }
    let version = ask(db, "SELECT VERSION()").await?.unwrap_or_default();
    Err(ConnectError::Unsuitable(format!(
        "server version {version} does not know the collation {collation}; use MariaDB 10.2 or later, which does"
    )))
}

async fn mysql(db: &DatabaseConnection, collation: &str) -> Result<(), ConnectError> {
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
            "its character set is {charset}; run ALTER DATABASE … CHARACTER SET utf8mb4 COLLATE {collation}"
        )));
    }
    let sql = format!(
        "SELECT CAST(CONCAT(TABLE_NAME, '.', COLUMN_NAME) AS CHAR) FROM information_schema.COLUMNS \
         WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN ({}) \
         AND COLLATION_NAME IS NOT NULL AND COLLATION_NAME <> '{collation}' LIMIT 1",
        own_tables()
    );
    let other = ask(db, &sql).await?;
    match other {
        None => Ok(()),
        Some(column) => Err(ConnectError::Unsuitable(format!(
            "column {column} must have the collation {collation}; convert its table with ALTER TABLE … CONVERT \
             TO CHARACTER SET utf8mb4 COLLATE {collation}"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_versions_of_mysql_are_refused() {
        for version in ["5.7.44-log", "8.0.0", "8.0.16", "8.0", ""] {
            let error = recent_mysql(version).unwrap_err().to_string();
            assert!(error.contains("MySQL 8.0.17 or later"), "{version}: {error}");
        }
        for version in ["8.0.17", "8.0.36-28.1", "8.4.0", "9.7.4-2", "10.0.0-commercial"] {
            recent_mysql(version).unwrap();
        }
    }
}
