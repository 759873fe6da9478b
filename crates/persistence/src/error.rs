//! What the database says, in the words of the port. Only codes are looked at: messages differ by engine,
//! version and language.

use medcert_application::store::StoreError;
use sea_orm::{
    DbErr, RuntimeErr,
    sqlx::{self, error::DatabaseError, mysql::MySqlDatabaseError, postgres::PgDatabaseError},
};

/// Turns a failure into the port's; `kind` is what was being written.
pub(crate) fn failed(kind: &'static str) -> impl FnOnce(DbErr) -> StoreError {
    move |error| classify(kind, error)
}

fn classify(kind: &'static str, error: DbErr) -> StoreError {
    let trouble = match &error {
        DbErr::ConnectionAcquire(_) => Trouble::Unavailable,
        DbErr::Conn(RuntimeErr::SqlxError(cause))
        | DbErr::Exec(RuntimeErr::SqlxError(cause))
        | DbErr::Query(RuntimeErr::SqlxError(cause)) => of_driver(cause),
        DbErr::Type(_) | DbErr::Json(_) | DbErr::TryIntoErr { .. } => Trouble::Unreadable,
        _ => Trouble::Unknown,
    };
    match trouble {
        Trouble::Duplicate => StoreError::Duplicate(kind),
        Trouble::Reference => StoreError::Reference(kind),
        Trouble::Conflict => StoreError::Conflict,
        Trouble::LockTimeout => StoreError::LockTimeout,
        Trouble::Unavailable => StoreError::Unavailable(Box::new(error)),
        Trouble::Unreadable => {
            StoreError::Corrupt { kind, detail: "a column has an unexpected type".to_owned() }
        }
        Trouble::Unknown => StoreError::Backend(Box::new(error)),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    Duplicate,
    Reference,
    Conflict,
    LockTimeout,
    Unavailable,
    Unreadable,
    Unknown,
}

fn of_driver(error: &sqlx::Error) -> Trouble {
    match error {
        sqlx::Error::Database(error) => of_server(error.as_ref()),
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => Trouble::Unavailable,
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => Trouble::Unreadable,
        _ => Trouble::Unknown,
    }
}

fn of_server(error: &dyn DatabaseError) -> Trouble {
    if let Some(error) = error.try_downcast_ref::<MySqlDatabaseError>() {
        return of_mysql(error.number());
    }
    let code = error.code().unwrap_or_default();
    if error.try_downcast_ref::<PgDatabaseError>().is_some() {
        return of_postgres(&code);
    }
    code.parse().map_or(Trouble::Unknown, of_sqlite)
}

/// Error numbers that MySQL and MariaDB share (their server error references).
fn of_mysql(number: u16) -> Trouble {
    match number {
        1022 | 1062 | 1169 | 1586 => Trouble::Duplicate,
        1216 | 1217 | 1451 | 1452 | 1557 | 1761 | 1762 => Trouble::Reference,
        // Deadlock; record changed since last read; transaction aborted by a cluster.
        1213 | 1020 | 1047 => Trouble::Conflict,
        1205 => Trouble::LockTimeout,
        // Too many connections; server going down; shut down in progress; connection killed.
        1040 | 1203 | 1053 | 1077 | 1079 | 1927 => Trouble::Unavailable,
        _ => Trouble::Unknown,
    }
}

/// PostgreSQL's SQLSTATE (appendix A of its manual).
fn of_postgres(code: &str) -> Trouble {
    match code {
        "23505" => Trouble::Duplicate,
        "23503" | "23001" => Trouble::Reference,
        "40001" | "40P01" => Trouble::Conflict,
        "55P03" => Trouble::LockTimeout,
        "53300" | "57P01" | "57P02" | "57P03" => Trouble::Unavailable,
        code if code.starts_with("08") => Trouble::Unavailable,
        _ => Trouble::Unknown,
    }
}

/// SQLite's extended result codes; the low byte is the primary one.
fn of_sqlite(code: i32) -> Trouble {
    match code {
        1555 | 2067 => Trouble::Duplicate,
        787 | 1811 => Trouble::Reference,
        // BUSY_SNAPSHOT: somebody wrote since this transaction began to read.
        517 => Trouble::Conflict,
        code if matches!(code & 0xff, 5 | 6) => Trouble::LockTimeout,
        // Cannot be opened.
        code if code & 0xff == 14 => Trouble::Unavailable,
        _ => Trouble::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_told_apart() {
        assert_eq!(of_postgres("40P01"), Trouble::Conflict);
        assert_eq!(of_postgres("55P03"), Trouble::LockTimeout);
        assert_eq!(of_postgres("08006"), Trouble::Unavailable);
        assert_eq!(of_postgres("42P01"), Trouble::Unknown);
        assert_eq!(of_mysql(1213), Trouble::Conflict);
        assert_eq!(of_mysql(1205), Trouble::LockTimeout);
        assert_eq!(of_sqlite(5), Trouble::LockTimeout);
        assert_eq!(of_sqlite(261), Trouble::LockTimeout);
        assert_eq!(of_sqlite(262), Trouble::LockTimeout);
        assert_eq!(of_sqlite(517), Trouble::Conflict);
        assert_eq!(of_sqlite(2067), Trouble::Duplicate);
        assert_eq!(of_sqlite(11), Trouble::Unknown);
        let closed = DbErr::ConnectionAcquire(sea_orm::error::ConnAcquireErr::Timeout);
        assert!(matches!(classify("person", closed), StoreError::Unavailable(_)));
    }
}
