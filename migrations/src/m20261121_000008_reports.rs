//! What reports are added up from.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::{
    Step, drop_tables,
    new_table::{
        Kind::{Currency, Day, Id, Line, Number, Small},
        NewTable,
    },
};

/// Its tables: children first.
const TABLES: &[&str] = &["report_total", "report_delta", "report_generation"];

/// This step.
pub(crate) const STEP: Step = Step { migration: || Box::new(Migration), tables: TABLES };

#[derive(DeriveMigrationName)]
struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("report_generation", manager)
            .col("id", Small)
            .primary_key(&["id"])
            // Empty until the requests there are have been counted once.
            .col("time_zone", Line(64))
            .col("state", Line(20))
            // 1 while reports are read from it, NULL otherwise: exactly one is.
            .opt("current_mark", Small)
            .unique(&["current_mark"])
            .create()
            .await?;
        // The foreign key is a lock, too: whoever begins to count anew waits for those who are writing.
        let deltas = NewTable::named("report_delta", manager)
            .col("id", Id)
            .primary_key(&["id"])
            .col("generation", Small)
            .col("request_id", Id);
        cell(deltas)
            .index(&["generation", "figure", "day"])
            .index(&["generation", "request_id"])
            .refers("generation", "report_generation")
            .create()
            .await?;
        let totals = NewTable::named("report_total", manager)
            .col("generation", Small)
            // Made of all that follows but the amount.
            .col("id", Id)
            .primary_key(&["generation", "id"])
            .col("part", Line(20));
        let mut totals = cell(totals);
        // Identifiers begin with part, figure and day, and on MariaDB the primary key is the table: it needs no other.
        if manager.get_database_backend() != DbBackend::MySql {
            totals = totals.index(&["generation", "part", "figure", "day"]);
        }
        for filter in ["service_id", "promoter_id", "manager_id", "doctor_id", "operator_id"] {
            totals = totals.index(&[filter, "part", "figure", "day"]);
        }
        totals.create().await?;
        let first = Query::insert()
            .into_table("report_generation")
            .columns(["id", "time_zone", "state", "current_mark"])
            .values_panic([1.into(), "".into(), "CURRENT".into(), 1.into()])
            .take();
        manager.execute(first).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, TABLES).await
    }
}

fn cell(table: NewTable<'_>) -> NewTable<'_> {
    table
        .col("figure", Line(20))
        .col("day", Day)
        .opt("stage", Line(20))
        .opt("currency", Currency)
        .opt("service_id", Id)
        .opt("promoter_id", Id)
        .opt("manager_id", Id)
        .opt("doctor_id", Id)
        .opt("operator_id", Id)
        .col("detail", Line(64))
        .col("amount", Number)
}
