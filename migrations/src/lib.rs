//! The database schema of Medcert, step by step.
//!
//! Steps are append-only: a released one is never edited, because databases out there have already taken it.
//! Change in two releases, expand then contract, since an old process may still run against a new schema.

mod m20261121_000001_people;
mod m20261121_000002_identity;
mod m20261121_000003_catalog;
mod m20261121_000004_certification;
mod m20261121_000005_medical_acts;
mod m20261121_000006_records;
mod m20261121_000007_directories;
mod m20261121_000008_files;
mod m20261121_000009_reports;
mod m20261121_000010_scale;
mod m20261121_000011_jobs;
mod m20261121_000012_people;
mod m20261121_000013_catalog;
mod m20261121_000014_users;
mod m20261121_000015_edges;
mod m20261121_000016_reads;
mod m20261121_000017_sorted_words;
mod m20261121_000018_rankings;
mod new_table;
mod words;

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;

/// Every step, oldest first.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_people::Migration),
            Box::new(m20261121_000002_identity::Migration),
            Box::new(m20261121_000003_catalog::Migration),
            Box::new(m20261121_000004_certification::Migration),
            Box::new(m20261121_000005_medical_acts::Migration),
            Box::new(m20261121_000006_records::Migration),
            Box::new(m20261121_000007_directories::Migration),
            Box::new(m20261121_000008_files::Migration),
            Box::new(m20261121_000009_reports::Migration),
            Box::new(m20261121_000010_scale::Migration),
            Box::new(m20261121_000011_jobs::Migration),
            Box::new(m20261121_000012_people::Migration),
            Box::new(m20261121_000013_catalog::Migration),
            Box::new(m20261121_000014_users::Migration),
            Box::new(m20261121_000015_edges::Migration),
            Box::new(m20261121_000016_reads::Migration),
            Box::new(m20261121_000017_sorted_words::Migration),
            Box::new(m20261121_000018_rankings::Migration),
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
    "directory_word",
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
    "request_word",
    "service",
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
