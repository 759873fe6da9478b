//! Migrations under a lock.

use std::{collections::BTreeSet, time::Duration};

use medcert_migrations::{Migrator, MigratorTrait as _};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbErr, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait,
};

use crate::connect::{ConnectError, DatabaseOptions, Engine, Pools, server};

/// How long to wait for another process that is migrating.
const PATIENCE: Duration = Duration::from_mins(2);

/// Takes every step that is missing, or so many of them.
pub(crate) async fn up(
    pools: &Pools,
    options: &DatabaseOptions,
    steps: Option<u32>,
) -> Result<(), ConnectError> {
    match pools.engine {
        Engine::Sqlite => {
            in_one_transaction(&pools.writers, steps).await?;
            forget_statistics(&pools.writers).await
        }
        engine => on_a_locked_connection(engine, options, steps).await,
    }
}

/// Names of the steps that are missing.
pub(crate) async fn pending(pools: &Pools) -> Result<Vec<String>, ConnectError> {
    let steps = Migrator::get_pending_migrations_read_only(&pools.readers).await?;
    Ok(steps.iter().map(|step| step.name().to_owned()).collect())
}

/// Whether every step has been taken, perhaps with others of a later version of the program. Those only add what this one
/// does not miss, so that replicas of both run beside each other, and an upgrade can be taken back.
async fn is_done(db: &impl ConnectionTrait) -> Result<bool, DbErr> {
    let taken: BTreeSet<String> =
        Migrator::get_migration_models(db).await?.into_iter().map(|step| step.version).collect();
    Ok(Migrator::migrations().iter().all(|step| taken.contains(step.name())))
}

/// SQLite's writing lock is the lock: a second process waits for it and then finds nothing to do.
async fn in_one_transaction(writer: &DatabaseConnection, steps: Option<u32>) -> Result<(), ConnectError> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let txn = writer.begin_with_options(options).await?;
    if !is_done(&txn).await? {
        Migrator::up(&txn, steps).await?;
    }
    Ok(txn.commit().await?)
}

/// Takes away what somebody's `ANALYZE` or `PRAGMA optimize` left in a SQLite database: its plans come from statements
/// alone (docs/decisions/0020-sqlite-plans.md).
async fn forget_statistics(writer: &DatabaseConnection) -> Result<(), ConnectError> {
    let sql = "SELECT name FROM sqlite_schema WHERE name IN ('sqlite_stat1', 'sqlite_stat4')";
    let known = writer.query_all_raw(Statement::from_string(writer.get_database_backend(), sql)).await?;
    if known.is_empty() {
        return Ok(());
    }
    for row in known {
        let table: String = row.try_get_by_index(0)?;
        writer.execute_unprepared(&format!("DROP TABLE IF EXISTS {table}")).await?;
    }
    // What the connection read of them when it was opened goes with its schema, which is read again.
    writer.execute_unprepared("PRAGMA writable_schema = RESET").await?;
    Ok(())
}

/// The lock belongs to a session, so everything runs on the one connection of a pool of its own; closing it frees
/// the lock whatever happened.
async fn on_a_locked_connection(
    engine: Engine,
    options: &DatabaseOptions,
    steps: Option<u32>,
) -> Result<(), ConnectError> {
    let options = DatabaseOptions { max_connections: 1, lock_timeout: PATIENCE, ..options.clone() };
    let only = server(engine, &options).await?;
    let done = locked(engine, &only, steps).await;
    only.close().await?;
    done
}

async fn locked(engine: Engine, db: &DatabaseConnection, steps: Option<u32>) -> Result<(), ConnectError> {
    let backend = db.get_database_backend();
    if engine == Engine::Postgres {
        // A number nobody else uses; advisory locks are per database.
        let sql = "SELECT pg_advisory_lock(7235442041)";
        db.execute_raw(Statement::from_string(backend, sql)).await?;
    } else {
        // Names of locks are the server's, so this one holds the database's; of at most 64 characters, which is what
        // the name of a database may have by itself.
        let name = "CONCAT('medcert.', LEFT(SHA2(DATABASE(), 256), 32))";
        let sql = format!("SELECT GET_LOCK({name}, {})", PATIENCE.as_secs());
        let row = db.query_one_raw(Statement::from_string(backend, sql)).await?;
        let taken = row.map(|row| row.try_get_by_index::<Option<i64>>(0)).transpose()?.flatten();
        if taken != Some(1) {
            return Err(ConnectError::MigrationBusy);
        }
    }
    if !is_done(db).await? {
        Migrator::up(db, steps).await?;
    }
    Ok(())
}
