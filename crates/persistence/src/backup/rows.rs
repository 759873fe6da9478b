//! Reading a table from its beginning to its end, a page at a time.

use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, Value as Stored,
    sea_query::{Alias, Condition, Expr, ExprTrait, Order, Query, SelectStatement},
};
use serde_json::{Map, Value};

use crate::{
    backup::{
        CopyError, cell,
        shape::{Column, Table},
    },
    error::failed,
};

pub(crate) const KIND: &str = "backup";

/// Rows read at once: enough that the way to the database counts little, few enough that memory stays small.
const PAGE: u64 = 1000;

/// A row: a JSON object with a member for each column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row(pub Map<String, Value>);

impl Row {
    /// As one line of text, with its end. The same row is always the same line.
    pub fn line(&self) -> String {
        format!("{}\n", Value::Object(self.0.clone()))
    }

    /// The row of a line; `None` when it is no JSON object.
    pub fn parse(line: &[u8]) -> Option<Self> {
        serde_json::from_slice(line).ok().map(Self)
    }
}

/// The rows of a table, in the order of its primary key.
pub struct Rows<'s> {
    db: &'s DatabaseTransaction,
    table: &'s Table,
    after: Option<Vec<Stored>>,
    ended: bool,
}

impl<'s> Rows<'s> {
    pub(crate) fn of(db: &'s DatabaseTransaction, table: &'s Table) -> Self {
        Self { db, table, after: None, ended: false }
    }

    /// The next rows; none when there are no more.
    pub async fn next(&mut self) -> Result<Vec<Row>, CopyError> {
        if self.ended {
            return Ok(Vec::new());
        }
        let select = self.select();
        let found = self.db.query_all(&select).await.map_err(failed(KIND))?;
        let mut rows = Vec::with_capacity(found.len());
        for result in &found {
            let mut row = Map::new();
            for column in &self.table.columns {
                let value = cell::read(result, column).map_err(failed(KIND))?;
                row.insert(column.name.clone(), value);
            }
            rows.push(Row(row));
        }
        self.ended = u64::try_from(rows.len()).unwrap_or(u64::MAX) < PAGE;
        if let Some(last) = rows.last() {
            self.after = Some(key(self.table, last)?);
        }
        Ok(rows)
    }

    fn select(&self) -> SelectStatement {
        let mut select = Query::select();
        select.columns(self.table.columns.iter().map(|column| Alias::new(&column.name)));
        select.from(Alias::new(&self.table.name)).limit(PAGE);
        for name in &self.table.key {
            select.order_by(Alias::new(name), Order::Asc);
        }
        if let Some(after) = &self.after {
            select.cond_where(beyond(self.db.get_database_backend(), &self.table.key, after));
        }
        select
    }
}

/// The values of a row's primary key.
fn key(table: &Table, row: &Row) -> Result<Vec<Stored>, CopyError> {
    let value = |name: &String| {
        let column: Option<&Column> = table.column(name);
        column.and_then(|column| cell::store(row.0.get(name)?, column))
    };
    let values: Option<Vec<Stored>> = table.key.iter().map(value).collect();
    values.ok_or_else(|| CopyError::Misfit { table: table.name.clone(), column: table.key.join(", ") })
}

/// Behind this key, so that every engine goes on in its index instead of beginning anew: MariaDB takes ranges from
/// alternatives, the others from the comparison of rows.
fn beyond(backend: DbBackend, names: &[String], values: &[Stored]) -> Condition {
    let column = |name: &String| Expr::col(Alias::new(name));
    let value = |value: &Stored| Expr::val(value.clone());
    if backend != DbBackend::MySql {
        let columns = Expr::tuple(names.iter().map(column).collect::<Vec<_>>());
        return Condition::all().add(columns.gt(Expr::tuple(values.iter().map(value).collect::<Vec<_>>())));
    }
    let pairs: Vec<_> = names.iter().zip(values).collect();
    let mut any = Condition::any();
    for (place, (name, bound)) in pairs.iter().enumerate() {
        let same = pairs.iter().take(place).map(|(name, bound)| column(name).eq(value(bound)));
        let ahead = same.fold(Condition::all(), Condition::add);
        any = any.add(ahead.add(column(name).gt(value(bound))));
    }
    any
}
