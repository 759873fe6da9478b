//! Copying everything out of a database and into another one, whatever the engines.
//!
//! No table is named here: what there is to copy is read from the migrations, so a table that a later step makes is
//! copied as well. Rows are JSON objects, which mean the same on every engine.

mod cell;
mod restoration;
mod rows;
mod shape;
mod snapshot;

use medcert_application::store::StoreError;

use crate::connect::ConnectError;

pub use restoration::Restoration;
pub use rows::{Row, Rows};
pub use shape::{Column, Kind, Reference, Shape, Table};
pub use snapshot::Snapshot;

/// Why rows could not be copied.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The database holds no Medcert: none of its migrations was taken.
    #[error("the database holds no tables of Medcert; is it the right one?")]
    NoTables,
    /// This program does not know some of the steps that were taken.
    #[error("steps were taken that this version of the program does not know: {}", .0.join(", "))]
    UnknownSteps(Vec<String>),
    /// The database that is to be filled is ahead of the rows.
    #[error(
        "the database has taken steps that came after the backup was made ({}); restore into a new database",
        .0.join(", ")
    )]
    Ahead(Vec<String>),
    /// The database that is to be filled holds something.
    #[error("the database is not empty: there are rows in {0}; restore into a new database")]
    NotEmpty(String),
    /// A row does not fit its table. No value is told.
    #[error("a row of {table} does not fit: {column}")]
    Misfit {
        /// The table.
        table: String,
        /// The column, or what is wrong with the row.
        column: String,
    },
    /// A step made something that cannot be copied.
    #[error("{table} cannot be copied: {why}")]
    Unsupported {
        /// The table.
        table: String,
        /// What is in the way.
        why: String,
    },
    /// The database could not be prepared.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
