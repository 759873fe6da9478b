//! Exports: anything that can be read part by part, as rows of cells.

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use medcert_domain::{Money, policy::Actor};

use crate::{
    App, Error,
    audit::{self, About},
};

/// One cell of an exported table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing.
    Empty,
    /// A text, whatever it looks like.
    Text(String),
    /// A number.
    Number(i64),
    /// So many hundredths.
    Hundredths(i64),
    /// An amount, without its currency.
    Amount(Money),
    /// A day.
    Day(NaiveDate),
    /// A moment.
    Moment(DateTime<Utc>),
}

impl Value {
    /// A text that may be missing.
    pub fn maybe(text: Option<String>) -> Self {
        text.map_or(Self::Empty, Self::Text)
    }

    /// A code.
    pub fn code(code: &str) -> Self {
        Self::Text(code.to_owned())
    }
}

/// Rows that are read part by part: no more than one part is ever in memory.
#[async_trait]
pub trait Rows: Send {
    /// The next rows, each as long as there are columns; `None` at the end. An error ends the export unfinished.
    async fn next(&mut self) -> Result<Option<Vec<Vec<Value>>>, Error>;
}

/// A table to be exported.
pub struct Export {
    /// Name of the file, without its ending: letters, digits and hyphens.
    pub name: String,
    /// Names of the columns.
    pub columns: &'static [&'static str],
    /// The rows.
    pub rows: Box<dyn Rows>,
}

impl Export {
    /// A table, once the audit trail has written down that it is exported: before its first byte.
    pub(crate) async fn audited(
        app: &App,
        actor: &Actor,
        about: About,
        name: String,
        columns: &'static [&'static str],
        rows: Box<dyn Rows>,
    ) -> Result<Self, Error> {
        let event = audit::event(app, actor, &format!("{}.export", about.kind), about, "ok");
        app.store().append_audit(&[event]).await?;
        Ok(Self { name, columns, rows })
    }
}
