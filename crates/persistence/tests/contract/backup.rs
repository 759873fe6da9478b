//! Copying everything out of a database and into another one.

use medcert_migrations::{Migrator, MigratorTrait};
use medcert_persistence::{
    SeaStore,
    backup::{Column, CopyError, Kind, Row, Rows, Shape, Table},
};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Map, Value, json};

use crate::{database::TestDatabase, fixture::person, insert};

/// So many rows: more than are read at once.
const MANY: usize = 1100;

/// An identifier of the row of this number.
fn id(number: usize) -> String {
    uuid::Uuid::from_u128(number as u128 + 1).to_string()
}

fn value(table: &Table, column: &Column, number: usize) -> Value {
    // The first row has nothing where nothing may be. No row refers to one of its own table that comes earlier.
    if column.optional && number == 0 {
        return Value::Null;
    }
    if let Some(to) = table.references.iter().find(|to| to.column == column.name) {
        let other = if to.table == table.name { MANY - number } else { number };
        return of_kind(column, other % MANY);
    }
    of_kind(column, number)
}

fn of_kind(column: &Column, number: usize) -> Value {
    let letter = |n: usize| char::from_u32(0x430 + u32::try_from(n).unwrap()).unwrap();
    match column.kind {
        Kind::Id => json!(id(number)),
        // The narrowest columns have two characters; of one width, because PostgreSQL fills up currencies.
        Kind::Text if column.name.ends_with("currency") => json!("PEN"),
        Kind::Text => json!(format!("{}{}", letter(number / 32), letter(number % 32))),
        Kind::Moment => json!(format!("2026-02-28T23:59:59.{:06}Z", 999_999 - number)),
        Kind::Day => json!(if number.is_multiple_of(2) { "2024-02-29" } else { "1899-12-31" }),
        Kind::Flag => json!(number % 2 == 1),
        Kind::Number => json!(i64::from(i32::MAX) - i64::try_from(number).unwrap()),
        Kind::Bytes => json!(format!("{number:064x}")),
    }
}

fn row(table: &Table, number: usize) -> Row {
    let cells = table.columns.iter().map(|column| (column.name.clone(), value(table, column, number)));
    Row(cells.collect::<Map<_, _>>())
}

async fn all(mut rows: Rows<'_>) -> Vec<Row> {
    let mut found = Vec::new();
    loop {
        let page = rows.next().await.unwrap();
        if page.is_empty() {
            return found;
        }
        found.extend(page);
    }
}

/// Rows of every table there is, whatever it is for, written and read again.
pub(crate) async fn round_trip(database: &TestDatabase) {
    let shape = Shape::newest().await.unwrap();
    let mut restoration = database.store.restoration(&shape.migrations).await.unwrap();
    assert_eq!(restoration.shape(), &shape);
    for table in &shape.tables {
        let rows: Vec<Row> = (0..MANY).rev().map(|number| row(table, number)).collect();
        restoration.add(&table.name, &rows).await.unwrap();
    }
    restoration.complete().await.unwrap();
    restoration.commit().await.unwrap();
    let snapshot = database.store.snapshot().await.unwrap();
    assert_eq!(snapshot.shape(), &shape);
    for table in &shape.tables {
        let mut expected: Vec<Row> = (0..MANY).map(|number| row(table, number)).collect();
        let order = |row: &Row| -> Vec<String> {
            let key = |name: &String| match &row.0[name] {
                Value::Number(number) => format!("{number:>20}"),
                Value::String(text) => text.clone(),
                other => panic!("{other}"),
            };
            table.key.iter().map(key).collect()
        };
        expected.sort_by_key(order);
        assert!(all(snapshot.rows(table)).await == expected, "{}", table.name);
    }
    snapshot.close().await.unwrap();
    let again = database.store.restoration(&shape.migrations).await.err().unwrap();
    assert!(matches!(again, CopyError::NotEmpty(_)), "{again}");
}

/// The columns that the migrations describe are those that the engine has.
pub(crate) async fn described(database: &TestDatabase) {
    let behind = database.behind().await;
    for table in Shape::newest().await.unwrap().tables {
        let backend = behind.get_database_backend();
        let sql = match backend {
            sea_orm::DbBackend::Sqlite => "SELECT name FROM pragma_table_info(?)",
            sea_orm::DbBackend::Postgres => {
                "SELECT column_name::text AS name FROM information_schema.columns \
                 WHERE table_schema = current_schema() AND table_name = $1"
            }
            _ => {
                "SELECT CAST(COLUMN_NAME AS CHAR) AS name FROM information_schema.COLUMNS \
                 WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?"
            }
        };
        let statement = Statement::from_sql_and_values(backend, sql, [table.name.as_str().into()]);
        let found = behind.query_all_raw(statement).await.unwrap();
        let mut names: Vec<String> = found.iter().map(|row| row.try_get("", "name").unwrap()).collect();
        let mut described: Vec<String> = table.columns.into_iter().map(|column| column.name).collect();
        names.sort();
        described.sort();
        assert_eq!(names, described, "{}", table.name);
    }
    behind.close().await.unwrap();
}

/// What others write while a snapshot is read is not in it.
pub(crate) async fn at_one_moment(database: &TestDatabase) {
    let before = person("before", "x");
    insert!(database, &before);
    let snapshot = database.store.snapshot().await.unwrap();
    let shape = snapshot.shape().clone();
    let people = shape.table("person").unwrap();
    let promoters = shape.table("promoter").unwrap();
    let first = all(snapshot.rows(promoters)).await;
    insert!(database, &person("after", "x"));
    let seen = all(snapshot.rows(people)).await;
    assert_eq!((first.len(), seen.len()), (0, 1));
    assert_eq!(seen[0].0["id"], json!(before.id.raw().to_string()));
    assert_eq!(seen[0].0["given_names"], "before");
    snapshot.close().await.unwrap();
    let later = database.store.snapshot().await.unwrap();
    assert_eq!(all(later.rows(people)).await.len(), 2);
}

/// Nothing of what is not committed is kept, and what does not fit is refused.
pub(crate) async fn all_or_nothing(database: &TestDatabase) {
    let shape = Shape::newest().await.unwrap();
    let people = shape.table("person").unwrap();
    let good = row(people, 1);
    let mut misfits = vec![row(people, 2), row(people, 2), row(people, 2), row(people, 2)];
    misfits[0].0.insert("version".into(), json!("x"));
    misfits[1].0.insert("given_names".into(), Value::Null);
    misfits[2].0.insert("birth_date".into(), json!("2023-02-29"));
    misfits[3].0.remove("email");
    for misfit in misfits {
        let mut restoration = database.store.restoration(&shape.migrations).await.unwrap();
        restoration.add("person", std::slice::from_ref(&good)).await.unwrap();
        let error = restoration.add("person", &[misfit]).await.unwrap_err();
        assert!(matches!(error, CopyError::Misfit { .. }), "{error}");
    }
    let mut restoration = database.store.restoration(&shape.migrations).await.unwrap();
    restoration.add("nothing", std::slice::from_ref(&good)).await.unwrap_err();
    // Somebody on the staff who is nobody.
    let staff = row(shape.table("staff").unwrap(), 1);
    restoration.add("staff", &[staff]).await.unwrap_err();
    drop(restoration);
    let snapshot = database.store.snapshot().await.unwrap();
    assert!(all(snapshot.rows(people)).await.is_empty());
}

/// A database of an earlier state is filled at that state, and one that is ahead is refused.
pub(crate) async fn states(database: &TestDatabase) {
    let all: Vec<String> = Migrator::migrations().iter().map(|step| step.name().to_owned()).collect();
    let store = &database.store;
    let ahead = store.restoration(&all[..3]).await.err().unwrap();
    assert!(matches!(&ahead, CopyError::Ahead(steps) if steps == &all[3..]), "{ahead}");
    let newer = [all.clone(), vec!["m20991231_000001_future".to_owned()]].concat();
    let unknown = store.restoration(&newer).await.err().unwrap();
    assert!(unknown.to_string().contains("m20991231_000001_future"), "{unknown}");
    let behind = database.behind().await;
    Migrator::down(&behind, None).await.unwrap();
    assert!(matches!(store.snapshot().await.err(), Some(CopyError::NoTables)));
    let mut restoration = store.restoration(&all[..3]).await.unwrap();
    let shape = restoration.shape().clone();
    restoration.add("person", &[row(shape.table("person").unwrap(), 7)]).await.unwrap();
    restoration.commit().await.unwrap();
    assert_eq!(store.pending_migrations().await.unwrap(), all[3..]);
    let reopened = SeaStore::connect(&database.options).await.unwrap();
    let snapshot = reopened.snapshot().await.unwrap();
    assert_eq!(snapshot.shape(), &shape);
    snapshot.close().await.unwrap();
    reopened.migrate().await.unwrap();
    assert_eq!(store.pending_migrations().await.unwrap(), Vec::<String>::new());
    reopened.close().await.unwrap();
    behind.close().await.unwrap();
}
