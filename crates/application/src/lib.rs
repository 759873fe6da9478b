//! Use cases of Medcert and the ports they need.
//!
//! A use case takes the actor first, asks the role question before anything is loaded and the object question
//! before anything is revealed or changed. One unit of work holds the change, its history, its audit event and its
//! outbox messages.
#![warn(missing_docs)]

mod app;
pub mod audit;
pub mod audited_entity;
pub mod billing;
pub mod catalog;
pub mod certification;
mod conditions;
pub mod demo;
pub mod directory;
mod error;
pub mod export;
pub mod files;
pub mod idempotent;
pub mod identity;
pub mod input;
pub mod jobs;
pub mod mail;
pub mod objects;
pub mod people;
pub mod rendering;
pub mod reports;
mod retry;
mod rooms;
pub mod scanning;
pub mod secrets;
pub mod store;
pub mod upkeep;

pub use app::{App, Parts, Settings};
pub use conditions::{Conditions, IdempotencyKey, IfMatch};
pub use error::{Error, InUse};
