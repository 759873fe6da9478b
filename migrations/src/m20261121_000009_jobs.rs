//! Jobs and their lines.

use sea_orm_migration::prelude::*;

use crate::{
    Step, drop_tables,
    new_table::{
        Kind::{Flag, Id, Line, LongText, Moment, Number},
        NewTable,
    },
};

/// Its tables: children first.
const TABLES: &[&str] = &["job_line", "job"];

/// This step.
pub(crate) const STEP: Step = Step { migration: || Box::new(Migration), tables: TABLES };

#[derive(DeriveMigrationName)]
struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("job", manager)
            .entity()
            .col("kind", Line(40))
            .col("dry_run", Flag)
            .col("status", Line(20))
            .col("created_by", Id)
            .col("total", Number)
            .col("done", Number)
            .col("failed", Number)
            .col("tries", Number)
            .col("created_at", Moment)
            .opt("started_at", Moment)
            .opt("finished_at", Moment)
            .opt("held_by", Id)
            // NULL once the job is over.
            .opt("due_at", Moment)
            // NULL while it is open, and when there is nothing left to erase.
            .opt("erase_at", Moment)
            .index(&["created_at", "id"])
            .index(&["created_by", "created_at", "id"])
            .index(&["kind", "created_at", "id"])
            .index(&["status", "created_at", "id"])
            .index(&["due_at", "id"])
            .index(&["erase_at", "id"])
            .refers("created_by", "user_account")
            .create()
            .await?;
        NewTable::named("job_line", manager)
            .col("id", Id)
            .primary_key(&["id"])
            .col("job_id", Id)
            .col("number", Number)
            .col("outcome", Line(20))
            .opt("body", LongText)
            .opt("made_id", Id)
            .opt("made_code", Line(64))
            .col("duplicates", LongText)
            .opt("problem", LongText)
            .unique(&["job_id", "number"])
            .index(&["job_id", "outcome", "number"])
            // The unique key goes on with nothing, of which MariaDB makes no order with the id behind it.
            .index(&["job_id", "number", "id"])
            .refers("job_id", "job")
            .create()
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, TABLES).await
    }
}
