//! The database of Medcert: SQLite, PostgreSQL, MySQL, MariaDB.
//!
//! [`SeaStore`] implements the store ports of `medcert-application` with SeaORM statements that mean the same on
//! every engine. A room's folder holds its tables, how rows become domain types, and the named queries it needs;
//! create, read, update and delete are written once in `mapped`.

mod audited_entity;
pub mod backup;
mod billing;
mod catalog;
mod certification;
mod children;
mod column;
mod connect;
mod db_timestamp;
mod directory;
mod error;
mod files;
mod identity;
mod jobs;
mod keyset;
mod mapped;
mod migrate;
mod named_user;
mod people;
mod preflight;
mod query;
mod records;
mod reports;
mod rooms;
pub mod statements;
mod store;
mod unit_of_work;

pub use connect::{ConnectError, DatabaseOptions, Engine};
pub use store::SeaStore;
