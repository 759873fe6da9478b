//! Use cases on the real persistence: what happens when something fails, and races.
//!
//! Races: 64 callers at once, over 16 connections and four processes' worth of applications, on three databases.
//! Exactly one wins; everybody else gets the answer for what they now find; nothing is lost or doubled.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::large_futures,
    reason = "a test fails by panicking, also in its helpers"
)]

mod failures;
mod floor;
mod rounds;

use medcert_testkit::Database;

macro_rules! on_every_database {
    ($($race:ident),+ $(,)?) => {
        mod sqlite { $(#[tokio::test] async fn $race() { super::rounds::$race(super::Database::Sqlite).await; })+ }
        mod postgres { $(#[tokio::test] async fn $race() { super::rounds::$race(super::Database::Postgres).await; })+ }
        mod mariadb { $(#[tokio::test] async fn $race() { super::rounds::$race(super::Database::MariaDb).await; })+ }
    };
}

on_every_database!(
    assign_manager,
    assign_doctor,
    pay_with_one_key,
    pay_with_one_reference,
    issue,
    number_requests
);
