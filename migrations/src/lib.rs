//! The database schema of Medcert, step by step: first one for what all rooms share and one a room, in the order in which
//! their tables refer to each other, then what changes.
//!
//! Steps are append-only: a released one is never edited, because databases out there have already taken it.
//! Change in two releases, expand then contract, since an old process may still run against a new schema. What steps are
//! written with is in [`new_table`].

mod m20261121_000001_kernel;
mod m20261121_000002_catalog;
mod m20261121_000003_people;
mod m20261121_000004_identity;
mod m20261121_000005_billing;
mod m20261121_000006_certification;
mod m20261121_000007_files;
mod m20261121_000008_reports;
mod m20261121_000009_jobs;
pub mod mysql;
pub mod new_table;

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;

/// A step with the tables that it makes.
struct Step {
    migration: fn() -> Box<dyn MigrationTrait>,
    tables: &'static [&'static str],
}

/// Every step, oldest first: the one list of them.
const STEPS: &[Step] = &[
    m20261121_000001_kernel::STEP,
    m20261121_000002_catalog::STEP,
    m20261121_000003_people::STEP,
    m20261121_000004_identity::STEP,
    m20261121_000005_billing::STEP,
    m20261121_000006_certification::STEP,
    m20261121_000007_files::STEP,
    m20261121_000008_reports::STEP,
    m20261121_000009_jobs::STEP,
];

/// Takes a database through every step.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        STEPS.iter().map(|step| (step.migration)()).collect()
    }
}

/// Names of the tables there are after the last step.
pub fn tables() -> impl Iterator<Item = &'static str> {
    STEPS.iter().flat_map(|step| step.tables).copied()
}

/// Drops the tables in the order given: children first.
async fn drop_tables(manager: &SchemaManager<'_>, names: &[&'static str]) -> Result<(), DbErr> {
    for name in names {
        manager.drop_table(Table::drop().table(*name).take()).await?;
    }
    Ok(())
}
