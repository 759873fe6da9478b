//! What each engine tells of how it answers a statement.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, Ordering},
};

use medcert_migrations::mysql::is_mariadb;
use medcert_persistence::SeaStore;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use serde_json::Value;

use crate::database::TestDatabase;

/// What is looked at.
pub(super) struct Watch {
    /// Tables that grow.
    pub(super) growing: &'static [&'static str],
    /// Rows that one part of a statement may read.
    pub(super) most: f64,
}

/// The statements that something runs on the store it is given.
pub(super) async fn statements<T>(
    database: &TestDatabase,
    run: impl AsyncFnOnce(SeaStore) -> T,
) -> (Vec<Statement>, T) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let summary = Arc::clone(&seen);
    let answer =
        run(database.store.watched(move |statement| summary.lock().unwrap().push(statement.clone()))).await;
    let seen = std::mem::take(&mut *seen.lock().unwrap());
    assert!(!seen.is_empty());
    (seen, answer)
}

/// Steps of SQLite's machine between two of which it is looked at.
const STRIDE: u32 = 100;
/// Steps that SQLite takes for a row: to find it, to read its columns, to compare them and to put them in order.
const STEPS: f64 = 35.0;

/// What the engine does for the statement that it should not.
async fn faults(db: &DatabaseConnection, watch: &Watch, statement: &Statement) -> Vec<String> {
    let backend = db.get_database_backend();
    let on_mariadb = backend == DbBackend::MySql && is_mariadb(db).await.unwrap();
    let explain = match backend {
        DbBackend::Postgres => "EXPLAIN (ANALYZE, FORMAT JSON)",
        DbBackend::MySql if on_mariadb => "ANALYZE FORMAT=JSON",
        DbBackend::MySql => "EXPLAIN ANALYZE FORMAT=JSON",
        _ => "EXPLAIN QUERY PLAN",
    };
    let explain = Statement { sql: format!("{explain} {}", statement.sql), ..statement.clone() };
    let rows = db.query_all_raw(explain).await.unwrap();
    let mut found = Vec::new();
    match backend {
        DbBackend::Postgres => {
            postgres(&rows[0].try_get_by_index::<Value>(0).unwrap()[0]["Plan"], watch, &mut found);
        }
        DbBackend::MySql => {
            let summary: String = rows[0].try_get_by_index(0).unwrap();
            // Conditions are told with whatever bytes their values have.
            let plan = serde_json::from_str(&readable(&summary)).unwrap();
            if on_mariadb { mariadb(&plan, watch, &mut found) } else { mysql(&plan, watch, &mut found) }
        }
        _ => {
            let lines: Vec<String> = rows.iter().map(|row| row.try_get("", "detail").unwrap()).collect();
            sqlite(&lines, &statement.sql, watch, &mut found);
            let steps = steps(db, statement).await;
            if steps > watch.most * STEPS {
                found.push(format!("takes {steps} steps: {lines:?}"));
            }
        }
    }
    found
}

/// The same with only the escapes that JSON knows.
fn readable(summary: &str) -> String {
    let mut chars = summary.chars();
    let mut clean = String::new();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some(next @ ('"' | '\\')) => clean.extend(['\\', next]),
                _ => clean.push('?'),
            },
            c if c.is_control() => clean.push(' '),
            c => clean.push(c),
        }
    }
    clean
}

fn number(plan: &Value, name: &str) -> f64 {
    plan[name].as_f64().unwrap_or_default()
}

fn postgres(plan: &Value, watch: &Watch, found: &mut Vec<String>) {
    let (kind, table) =
        (plan["Node Type"].as_str().unwrap(), plan["Relation Name"].as_str().unwrap_or_default());
    if watch.growing.contains(&table) {
        let read = (number(plan, "Actual Rows")
            + number(plan, "Rows Removed by Filter")
            + number(plan, "Rows Removed by Index Recheck"))
            * number(plan, "Actual Loops");
        if (kind == "Seq Scan" && read > 0.0) || read > watch.most {
            found.push(format!("{kind} of {table} reads {read} rows"));
        }
    }
    for part in plan["Plans"].as_array().into_iter().flatten() {
        postgres(part, watch, found);
    }
}

fn mariadb(plan: &Value, watch: &Watch, found: &mut Vec<String>) {
    if let Some(table) = plan["table_name"].as_str() {
        let read = number(plan, "r_rows") * number(plan, "r_loops");
        let whole = plan["access_type"] == "ALL"
            && plan.get("materialized").is_none()
            && !table.starts_with('<')
            && number(plan, "rows") > watch.most;
        // It finds the words of a request by the request, and then looks at each.
        let most = if table == "other" { watch.most * 10.0 } else { watch.most };
        if whole || read > most {
            found.push(format!("{} access to {table} reads {read} rows", plan["access_type"]));
        }
    }
    match plan {
        Value::Object(parts) => parts.values().for_each(|part| mariadb(part, watch, found)),
        Value::Array(parts) => parts.iter().for_each(|part| mariadb(part, watch, found)),
        _ => {}
    }
}

/// Whatever reads a table is a part of its own, with the rows that it reads each time.
fn mysql(plan: &Value, watch: &Watch, found: &mut Vec<String>) {
    if let Some(table) = plan["table_name"].as_str().filter(|_| plan.get("schema_name").is_some()) {
        let read = number(plan, "actual_rows") * number(plan, "actual_loops");
        if read > watch.most {
            found.push(format!("{} reads {read} rows of {table}", plan["operation"]));
        }
    }
    match plan {
        Value::Object(parts) => parts.values().for_each(|part| mysql(part, watch, found)),
        Value::Array(parts) => parts.iter().for_each(|part| mysql(part, watch, found)),
        _ => {}
    }
}

/// How many steps SQLite takes for the statement.
pub(super) async fn steps(db: &DatabaseConnection, statement: &Statement) -> f64 {
    let pool = db.get_sqlite_connection_pool();
    let passed = Arc::new(AtomicU32::new(0));
    let seen = Arc::clone(&passed);
    // Statements run one after another, so that this connection is the one that the pool gives to the next.
    let mut connection = pool.acquire().await.unwrap();
    connection.lock_handle().await.unwrap().set_progress_handler(STRIDE.cast_signed(), move || {
        seen.fetch_add(STRIDE, Ordering::Relaxed);
        true
    });
    drop(connection);
    db.query_all_raw(statement.clone()).await.unwrap();
    let mut connection = pool.acquire().await.unwrap();
    connection.lock_handle().await.unwrap().remove_progress_handler();
    f64::from(passed.load(Ordering::Relaxed))
}

/// SQLite does not tell rows; it tells when it reads a table without an index, or makes one first.
fn sqlite(lines: &[String], sql: &str, watch: &Watch, found: &mut Vec<String>) {
    for line in lines {
        let table = line.strip_prefix("SCAN ").and_then(|rest| rest.split(' ').next());
        let of_table = |alias: &str| {
            watch
                .growing
                .iter()
                .any(|table| *table == alias || sql.contains(&format!("\"{table}\" AS \"{alias}\"")))
        };
        // The alias of the page is that of the table it is cut from.
        let derived = |alias: &str| sql.contains(&format!(") AS \"{alias}\""));
        let scan = table.is_some_and(|alias| !line.contains(" USING ") && of_table(alias) && !derived(alias));
        if scan || line.contains("AUTOMATIC") {
            found.push(line.clone());
        }
    }
}

/// Runs it again, explained, and notes what is wrong.
pub(super) async fn explain(
    db: &DatabaseConnection,
    watch: &Watch,
    what: &str,
    statements: Vec<Statement>,
    wrong: &mut Vec<String>,
) {
    for statement in statements {
        let faults = faults(db, watch, &statement).await;
        if !faults.is_empty() {
            wrong.push(format!("{what}: {faults:?}\n    {statement}"));
        }
    }
}
