//! The database schema of Medcert, step by step: first one for what all rooms share and one a room, in the order in which
//! their tables refer to each other, then what changes.
//!
//! Steps are append-only: a released one is never edited, because databases out there have already taken it.
//! Change in two releases, expand then contract, since an old process may still run against a new schema. What steps are
//! written with is in [`new_table`].

mod m20261121_000001_kernel;
mod m20261121_000002_people;
mod m20261121_000003_identity;
mod m20261121_000004_catalog;
mod m20261121_000005_billing;
mod m20261121_000006_certification;
mod m20261121_000007_files;
mod m20261121_000008_reports;
mod m20261121_000009_jobs;
pub mod new_table;

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;

/// Every step, oldest first.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_kernel::Migration),
            Box::new(m20261121_000002_people::Migration),
            Box::new(m20261121_000003_identity::Migration),
            Box::new(m20261121_000004_catalog::Migration),
            Box::new(m20261121_000005_billing::Migration),
            Box::new(m20261121_000006_certification::Migration),
            Box::new(m20261121_000007_files::Migration),
            Box::new(m20261121_000008_reports::Migration),
            Box::new(m20261121_000009_jobs::Migration),
        ]
    }
}

/// Names of the tables there are after the last step.
pub const TABLES: &[&str] = &[
    "assignment",
    "audit_event",
    "certificate",
    "certification_request",
    "change_entry",
    "counter",
    "entity_search_term",
    "discarded_object",
    "email_change",
    "evaluation",
    "history_entry",
    "idempotency_key",
    "institution",
    "job",
    "job_line",
    "lease",
    "login_session",
    "mail_message",
    "outbox_message",
    "payment",
    "person",
    "person_guardian",
    "promoter",
    "promoter_source",
    "refresh_token",
    "refund",
    "report_delta",
    "report_generation",
    "report_total",
    "request_search_term",
    "service",
    "settlement",
    "staff",
    "stored_file",
    "user_account",
];

/// Drops the tables in the order given: children first.
async fn drop_tables(manager: &SchemaManager<'_>, names: &[&'static str]) -> Result<(), DbErr> {
    for name in names {
        manager.drop_table(Table::drop().table(*name).take()).await?;
    }
    Ok(())
}
