//! SQLite's plans come from statements alone: docs/decisions/0020-sqlite-plans.md.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

use super::engines::steps;

async fn texts(db: &DatabaseConnection, sql: &str) -> Vec<String> {
    let rows = db.query_all_raw(Statement::from_string(DbBackend::Sqlite, sql)).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

#[tokio::test]
async fn sqlite_is_built_to_plan_by_statements() {
    let database = crate::Database::Sqlite.named("guarantee", 16).await;
    let behind = database.behind().await;
    let options = texts(&behind, "PRAGMA compile_options").await;
    let built_with = |name: &str| options.iter().any(|option| option == name);
    assert!(built_with("ENABLE_QPSG"), "was it built without .cargo/config.toml? {options:?}");
    assert!(!built_with("ENABLE_STAT4") && !built_with("ENABLE_MEMORY_MANAGEMENT"), "{options:?}");
    behind.close().await.unwrap();
    database.remove().await;
}

#[tokio::test]
async fn steps_are_counted() {
    let database = crate::Database::Sqlite.named("steps", 16).await;
    let behind = database.behind().await;
    let counting = |rows: u32| {
        let sql = format!(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) SELECT COUNT(*) FROM n"
        );
        Statement::from_string(DbBackend::Sqlite, sql)
    };
    let (few, many) = (steps(&behind, &counting(1_000)).await, steps(&behind, &counting(10_000)).await);
    assert!(few > 1_000.0 && many > few * 5.0, "{few} and {many} steps");
    behind.close().await.unwrap();
    database.remove().await;
}

#[tokio::test]
async fn a_start_forgets_statistics() {
    let database = crate::Database::Sqlite.named("statistics", 16).await;
    let behind = database.behind().await;
    behind.execute_unprepared("ANALYZE").await.unwrap();
    let statistics = "SELECT name FROM sqlite_schema WHERE name LIKE 'sqlite_stat%'";
    assert_eq!(texts(&behind, statistics).await, ["sqlite_stat1"]);
    database.store.migrate().await.unwrap();
    assert!(texts(&behind, statistics).await.is_empty());
    behind.close().await.unwrap();
    database.remove().await;
}
