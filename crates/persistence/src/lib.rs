//! The database of Medcert: SQLite, PostgreSQL, MariaDB.
//!
//! [`SeaStore`] implements the store ports of `medcert-application` with SeaORM statements that mean the same on
//! every engine. A room's folder holds its tables, how rows become domain types, and the named queries it needs;
//! create, read, update and delete are written once in `mapped`.

pub mod backup;
mod catalog;
mod certification;
mod codec;
mod connect;
mod cut;
mod directory;
mod error;
mod files;
mod identity;
mod jobs;
mod mapped;
mod migrate;
mod people;
mod query;
mod records;
mod reports;
mod stamp;
pub mod statements;
mod store;
mod suitable;
mod unit_of_work;

pub use connect::{ConnectError, DatabaseOptions, Engine};
pub use store::SeaStore;
