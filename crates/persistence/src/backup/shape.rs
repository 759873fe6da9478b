//! What tables look like: read from the migrations themselves, which are run in memory for it.

use std::collections::{BTreeMap, BTreeSet};

use medcert_migrations::{Migrator, MigratorTrait as _};
use sea_orm::{ConnectionTrait, QueryResult, Statement, TransactionTrait as _};
use serde::{Deserialize, Serialize};

use crate::{
    backup::{
        CopyError,
        rows::{Row, Rows},
    },
    connect::{DatabaseOptions, Pools},
    error::failed,
    query::value_of,
};

const KIND: &str = "schema";

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A UUID: text in JSON.
    Id,
    /// A text.
    Text,
    /// A moment: `2026-11-21T15:04:05.123456Z` in JSON.
    Moment,
    /// A day: `2026-11-21` in JSON.
    Day,
    /// Yes or no.
    Flag,
    /// A whole number.
    Number,
    /// Bytes: hexadecimal in JSON.
    Bytes,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// Whether it may hold nothing.
    pub optional: bool,
}

/// That a column holds the identifier of a row of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// The column.
    pub column: String,
    /// The table that it refers to.
    pub table: String,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// The columns of its primary key, in which order its rows are read.
    pub key: Vec<String>,
    /// Its foreign keys.
    pub references: Vec<Reference>,
}

impl Table {
    /// The column of this name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The columns that refer to the table itself.
    pub(crate) fn to_itself(&self) -> impl Iterator<Item = &str> {
        self.references.iter().filter(|r| r.table == self.name).map(|r| r.column.as_str())
    }

    /// The columns that refer to other tables.
    fn to_others(&self) -> impl Iterator<Item = &str> {
        self.references.iter().filter(|r| r.table != self.name).map(|r| r.table.as_str())
    }
}

/// The tables after some migrations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// The migrations, oldest first.
    pub migrations: Vec<String>,
    /// The tables, each after those that it refers to: the order in which they can be filled.
    pub tables: Vec<Table>,
}

/// The names of all steps, oldest first.
pub(crate) fn steps() -> Vec<String> {
    Migrator::migrations().iter().map(|step| step.name().to_owned()).collect()
}

impl Shape {
    /// The tables after the last step that this program knows.
    pub async fn newest() -> Result<Self, CopyError> {
        Self::after(&steps()).await
    }

    /// The tables after these steps, which must be the first of those that this program knows.
    pub async fn after(migrations: &[String]) -> Result<Self, CopyError> {
        Ok(Fresh::after(migrations).await?.shape)
    }

    /// The table of this name.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }
}

/// A database that was never used.
pub(crate) struct Fresh {
    pub(crate) shape: Shape,
    /// The rows that the steps themselves make, by table.
    pub(crate) rows: BTreeMap<String, Vec<Row>>,
}

impl Fresh {
    pub(crate) async fn after(migrations: &[String]) -> Result<Self, CopyError> {
        let known = steps();
        if !known.starts_with(migrations) {
            let unknown = migrations.iter().filter(|step| !known.contains(step)).cloned().collect();
            return Err(CopyError::UnknownSteps(unknown));
        }
        let pools = Pools::open(&DatabaseOptions::new("sqlite::memory:")).await?;
        let count = u32::try_from(migrations.len()).unwrap_or(u32::MAX);
        if count > 0 {
            Migrator::up(&pools.writers, Some(count)).await.map_err(failed(KIND))?;
        }
        let mut tables = Vec::new();
        for (name, sql) in names(&pools.writers).await? {
            tables.push(describe(&pools.writers, name, &sql).await?);
        }
        let shape = Shape { migrations: migrations.to_vec(), tables: in_order(tables)? };
        let txn = pools.writers.begin().await.map_err(failed(KIND))?;
        let mut rows = BTreeMap::new();
        for table in &shape.tables {
            rows.insert(table.name.clone(), Rows::of(&txn, table).next().await?);
        }
        txn.rollback().await.map_err(failed(KIND))?;
        pools.writers.close_by_ref().await.map_err(failed(KIND))?;
        Ok(Self { shape, rows })
    }
}

async fn ask(
    db: &impl ConnectionTrait,
    sql: &str,
    value: Option<&str>,
) -> Result<Vec<QueryResult>, CopyError> {
    let values = value.map(sea_orm::Value::from);
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    Ok(db.query_all_raw(statement).await.map_err(failed(KIND))?)
}

/// The tables with the statements that made them.
async fn names(db: &impl ConnectionTrait) -> Result<Vec<(String, String)>, CopyError> {
    let sql = "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' \
               AND name <> 'seaql_migrations' ORDER BY name";
    let rows = ask(db, sql, None).await?;
    rows.iter().map(|row| Ok((value_of(KIND, row, "name")?, value_of(KIND, row, "sql")?))).collect()
}

async fn describe(db: &impl ConnectionTrait, name: String, sql: &str) -> Result<Table, CopyError> {
    let unsupported = |why: String| CopyError::Unsupported { table: name.clone(), why };
    if sql.to_ascii_lowercase().contains("autoincrement") {
        let why = "its numbers are counted by the database, which would begin anew".to_owned();
        return Err(unsupported(why));
    }
    let sql = "SELECT name, type AS kind, CAST(\"notnull\" AS INTEGER) AS filled, CAST(pk AS INTEGER) AS place \
               FROM pragma_table_info(?) ORDER BY cid";
    let (mut columns, mut key) = (Vec::new(), Vec::new());
    for row in ask(db, sql, Some(&name)).await? {
        let column: String = value_of(KIND, &row, "name")?;
        let declared: String = value_of(KIND, &row, "kind")?;
        let kind = kind(&declared).ok_or_else(|| unsupported(format!("{column} is of type {declared}")))?;
        let place: i64 = value_of(KIND, &row, "place")?;
        if place > 0 {
            key.push((place, column.clone()));
        }
        let filled: i64 = value_of(KIND, &row, "filled")?;
        columns.push(Column { name: column, kind, optional: filled == 0 && place == 0 });
    }
    key.sort_unstable();
    if key.is_empty() {
        return Err(unsupported("it has no primary key".to_owned()));
    }
    let sql = "SELECT \"table\" AS goal, \"from\" AS begin FROM pragma_foreign_key_list(?) ORDER BY begin";
    let mut references = Vec::new();
    for row in ask(db, sql, Some(&name)).await? {
        let (column, table) = (value_of(KIND, &row, "begin")?, value_of(KIND, &row, "goal")?);
        references.push(Reference { column, table });
    }
    let key = key.into_iter().map(|(_, column)| column).collect();
    let table = Table { name: name.clone(), columns, key, references };
    // Such a column is filled in a second turn, and until then it is empty.
    let stuck = table.to_itself().find(|name| !table.column(name).is_some_and(|column| column.optional));
    match stuck {
        None => Ok(table),
        Some(column) => Err(unsupported(format!("{column} refers to its own table and is never empty"))),
    }
}

/// What a column of this declared type holds.
fn kind(declared: &str) -> Option<Kind> {
    let declared = declared.to_ascii_lowercase();
    let word = declared.split('(').next().unwrap_or_default();
    Some(match word {
        "uuid_text" => Kind::Id,
        "varchar" | "char" | "text" => Kind::Text,
        "datetime_text" => Kind::Moment,
        "date_text" => Kind::Day,
        "boolean" => Kind::Flag,
        "integer" | "bigint" => Kind::Number,
        "blob" => Kind::Bytes,
        _ => return None,
    })
}

/// Each table after those that it refers to.
fn in_order(mut waiting: Vec<Table>) -> Result<Vec<Table>, CopyError> {
    let mut ordered: Vec<Table> = Vec::new();
    while !waiting.is_empty() {
        let done: BTreeSet<String> = ordered.iter().map(|table| table.name.clone()).collect();
        let (free, stuck): (Vec<Table>, Vec<Table>) =
            waiting.into_iter().partition(|table| table.to_others().all(|name| done.contains(name)));
        if free.is_empty() {
            let table = stuck.first().map(|table| table.name.clone()).unwrap_or_default();
            let why = "it refers to a table that refers back to it".to_owned();
            return Err(CopyError::Unsupported { table, why });
        }
        ordered.extend(free);
        waiting = stuck;
    }
    Ok(ordered)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_table_is_described() {
        let shape = Shape::newest().await.unwrap();
        for name in medcert_migrations::tables() {
            assert!(shape.table(name).is_some(), "{name} would be missing from backups");
        }
        assert_eq!(
            shape.tables.len(),
            medcert_migrations::tables().count(),
            "the steps do not name all of them"
        );
    }

    #[tokio::test]
    async fn tables_come_after_those_they_refer_to() {
        let shape = Shape::newest().await.unwrap();
        for (place, table) in shape.tables.iter().enumerate() {
            for name in table.to_others() {
                let there = shape.tables.iter().position(|other| other.name == name).unwrap();
                assert!(there < place, "{} before {name}", table.name);
            }
        }
        let staff = shape.table("staff").unwrap();
        assert_eq!(staff.key, ["id"]);
        let refers = |column: &str, table: &str| Reference { column: column.into(), table: table.into() };
        assert_eq!(staff.references, [refers("person_id", "person"), refers("specialty_id", "specialty")]);
        let year = shape.table("counter").unwrap().column("year").unwrap();
        assert_eq!((year.kind, year.optional), (Kind::Number, false));
        assert!(staff.column("licence_number").unwrap().optional);
    }

    #[tokio::test]
    async fn earlier_states_have_fewer_tables_and_unknown_ones_are_named() {
        let all = steps();
        let first = Shape::after(&all[..3]).await.unwrap();
        assert!(first.table("person").is_some());
        assert!(first.table("user_account").is_none());
        assert_eq!(Shape::after(&[]).await.unwrap().tables, []);
        let newer = [all, vec!["m20991231_000001_future".to_owned()]].concat();
        let error = Shape::after(&newer).await.unwrap_err();
        assert!(matches!(&error, CopyError::UnknownSteps(steps) if steps == &newer[newer.len() - 1..]));
    }

    #[test]
    fn what_cannot_be_filled_in_order_is_refused() {
        let table = |name: &str, to: &str| Table {
            name: name.to_owned(),
            columns: vec![],
            key: vec![],
            references: vec![Reference { column: "x".into(), table: to.into() }],
        };
        assert!(in_order(vec![table("a", "b"), table("b", "a")]).is_err());
        assert_eq!(in_order(vec![table("a", "a")]).unwrap().len(), 1);
    }
}
