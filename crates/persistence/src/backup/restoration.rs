//! Filling an empty database, all of it or nothing.

use std::collections::BTreeMap;

use medcert_migrations::{Migrator, MigratorTrait as _};
use sea_orm::{
    ConnectionTrait as _, DatabaseTransaction, Value as Stored,
    sea_query::{Alias, Expr, ExprTrait as _, Query},
};

use crate::{
    backup::{
        CopyError, cell,
        rows::{KIND, Row, Rows},
        shape::{Fresh, Shape, Table, steps},
    },
    error::failed,
    migrate,
    store::SeaStore,
};

/// Values in one statement at the most. SQLite takes 32,766 parameters, and that is the least of all.
const VALUES: usize = 30_000;

/// Rows in one statement at the most, so that it stays below what a server takes at once.
const ROWS: usize = 250;

/// One writing transaction: until it is committed, nobody sees anything of it.
pub struct Restoration {
    txn: DatabaseTransaction,
    shape: Shape,
    /// What refers to its own table: table, column, primary key and value.
    later: Vec<Later>,
}

struct Later {
    table: usize,
    column: String,
    key: Vec<(String, Stored)>,
    value: Stored,
}

impl SeaStore {
    /// Begins to fill the database with rows of a database that had taken these steps. Those that it lacks are taken
    /// first, and no further ones; refused when it has taken others, or holds any row.
    pub async fn restoration(&self, migrations: &[String]) -> Result<Restoration, CopyError> {
        let Fresh { shape, rows } = Fresh::after(migrations).await?;
        let known = steps();
        let pending = self.pending_migrations().await?.len();
        let applied = known.get(..known.len().saturating_sub(pending)).unwrap_or_default();
        if let Some(ahead) = applied.get(migrations.len()..).filter(|ahead| !ahead.is_empty()) {
            return Err(CopyError::Ahead(ahead.to_vec()));
        }
        let missing = u32::try_from(migrations.len().saturating_sub(applied.len())).unwrap_or(u32::MAX);
        if missing > 0 {
            migrate::up(self.pools(), self.options(), Some(missing)).await?;
        }
        let txn = self.transaction().await?;
        let taken = Migrator::get_applied_migrations_read_only(&txn).await.map_err(failed(KIND))?;
        if taken.len() != migrations.len() {
            // Another process has gone on migrating in between.
            return Err(CopyError::Ahead(known.get(migrations.len()..).unwrap_or_default().to_vec()));
        }
        let restoration = Restoration { txn, shape, later: Vec::new() };
        restoration.empty(&rows).await?;
        Ok(restoration)
    }
}

impl Restoration {
    /// The tables, in the order in which they must be filled.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Refuses a database that holds more than the migrations themselves put there, and removes that: it is among
    /// the rows to come, as it is by now.
    async fn empty(&self, made: &BTreeMap<String, Vec<Row>>) -> Result<(), CopyError> {
        for table in self.shape.tables.iter().rev() {
            let found = self.rows(table).next().await?;
            if found.is_empty() {
                continue;
            }
            if made.get(&table.name) != Some(&found) {
                return Err(CopyError::NotEmpty(table.name.clone()));
            }
            let mut delete = Query::delete();
            delete.from_table(Alias::new(&table.name));
            self.txn.execute(&delete).await.map_err(failed(KIND))?;
        }
        Ok(())
    }

    /// Adds rows to a table; the tables that it refers to must be filled.
    pub async fn add(&mut self, table: &str, rows: &[Row]) -> Result<(), CopyError> {
        let misfit = |column: &str| CopyError::Misfit { table: table.to_owned(), column: column.to_owned() };
        let place = self.shape.tables.iter().position(|known| known.name == table);
        let (index, table) = place
            .and_then(|place| Some((place, self.shape.tables.get(place)?)))
            .ok_or_else(|| misfit("there is no such table"))?;
        let to_itself: Vec<&str> = table.to_itself().collect();
        let at_once = (VALUES / table.columns.len().max(1)).clamp(1, ROWS);
        for rows in rows.chunks(at_once) {
            let mut insert = Query::insert();
            insert.into_table(Alias::new(&table.name));
            insert.columns(table.columns.iter().map(|column| Alias::new(&column.name)));
            for row in rows {
                if row.0.len() != table.columns.len() {
                    return Err(misfit("it has other columns"));
                }
                let mut values = Vec::with_capacity(table.columns.len());
                for column in &table.columns {
                    let given = row.0.get(&column.name);
                    let value = given
                        .and_then(|value| cell::store(value, column))
                        .ok_or_else(|| misfit(&column.name))?;
                    if to_itself.contains(&column.name.as_str()) && given.is_some_and(|v| !v.is_null()) {
                        // The row that it refers to may come later.
                        let key = key(table, row).ok_or_else(|| misfit("its primary key is wrong"))?;
                        self.later.push(Later { table: index, column: column.name.clone(), key, value });
                        values.push(Expr::val(cell::nothing(column.kind)));
                    } else {
                        values.push(Expr::val(value));
                    }
                }
                insert.values(values).map_err(|_| misfit("it has other columns"))?;
            }
            self.txn.execute(&insert).await.map_err(failed(KIND))?;
        }
        Ok(())
    }

    /// Says that every table is filled: what refers to rows of its own table is written now.
    pub async fn complete(&mut self) -> Result<(), CopyError> {
        for later in std::mem::take(&mut self.later) {
            let Some(table) = self.shape.tables.get(later.table) else { continue };
            let mut update = Query::update();
            update.table(Alias::new(&table.name)).value(Alias::new(&later.column), later.value);
            for (name, value) in later.key {
                update.and_where(Expr::col(Alias::new(name)).eq(Expr::val(value)));
            }
            self.txn.execute(&update).await.map_err(failed(KIND))?;
        }
        Ok(())
    }

    /// The rows that a table has now.
    pub fn rows<'s>(&'s self, table: &'s Table) -> Rows<'s> {
        Rows::of(&self.txn, table)
    }

    /// Keeps everything.
    pub async fn commit(self) -> Result<(), CopyError> {
        Ok(self.txn.commit().await.map_err(failed(KIND))?)
    }
}

fn key(table: &Table, row: &Row) -> Option<Vec<(String, Stored)>> {
    let value = |name: &String| {
        let column = table.column(name)?;
        Some((name.clone(), cell::store(row.0.get(name)?, column)?))
    };
    table.key.iter().map(value).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        backup::shape::{Column, Kind, Reference},
        connect::DatabaseOptions,
    };

    #[tokio::test]
    async fn rows_may_refer_to_later_rows_of_their_own_table() {
        let store = SeaStore::connect(&DatabaseOptions::new("sqlite::memory:")).await.unwrap();
        let column = |name: &str, optional| Column { name: name.into(), kind: Kind::Id, optional };
        let table = Table {
            name: "link".into(),
            columns: vec![column("id", false), column("next_id", true)],
            key: vec!["id".into()],
            references: vec![Reference { column: "next_id".into(), table: "link".into() }],
        };
        let txn = store.transaction().await.unwrap();
        let sql = "CREATE TABLE link (id uuid_text PRIMARY KEY, next_id uuid_text REFERENCES link (id))";
        txn.execute_unprepared(sql).await.unwrap();
        let shape = Shape { migrations: vec![], tables: vec![table.clone()] };
        let mut restoration = Restoration { txn, shape, later: vec![] };
        let id = |number: u128| json!(uuid::Uuid::from_u128(number).to_string());
        let row =
            |own: u128, next| Row([("id".into(), id(own)), ("next_id".into(), next)].into_iter().collect());
        let rows = [row(1, id(3)), row(2, json!(null)), row(3, id(1))];
        restoration.add("link", &rows).await.unwrap();
        restoration.complete().await.unwrap();
        assert_eq!(restoration.rows(&table).next().await.unwrap(), rows);
        // Nothing but what the migrations make may be there, and that makes room.
        let made = |rows: &[Row]| BTreeMap::from([("link".to_owned(), rows.to_vec())]);
        let error = restoration.empty(&made(&rows[..2])).await.unwrap_err();
        assert!(matches!(error, CopyError::NotEmpty(name) if name == "link"));
        let cut = "UPDATE link SET next_id = NULL";
        restoration.txn.execute_unprepared(cut).await.unwrap();
        let rows = restoration.rows(&table).next().await.unwrap();
        restoration.empty(&made(&rows)).await.unwrap();
        assert!(restoration.rows(&table).next().await.unwrap().is_empty());
    }
}
