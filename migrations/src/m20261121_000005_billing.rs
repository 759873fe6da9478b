//! What is owed and what came in for it, whatever is paid.

use sea_orm_migration::prelude::*;

use crate::{
    Step, drop_tables,
    new_table::{
        Kind::{Currency, Day, Id, Line, Moment, Number, Small, Text},
        NewTable,
    },
};

/// Its tables: children first.
const TABLES: &[&str] = &["refund", "payment", "settlement"];

/// This step.
pub(crate) const STEP: Step = Step { migration: || Box::new(Migration), tables: TABLES };

#[derive(DeriveMigrationName)]
struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("settlement", manager)
            .entity()
            .opt("due_minor", Number)
            .opt("due_currency", Currency)
            .opt("observed_reason", Text)
            // What was paid through it, once that is erased and has left lines of the ledger. No foreign key: they
            // outlive it.
            .opt("erased_id", Id)
            .index(&["erased_id"])
            .create()
            .await?;
        NewTable::named("payment", manager)
            .col("id", Id)
            .primary_key(&["id"])
            .col("settlement_id", Id)
            .col("position", Small)
            .col("channel", Line(20))
            .col("paid_on", Day)
            .col("amount_minor", Number)
            .col("currency", Currency)
            .opt("reference", Line(511))
            // Channel and reference while in force, NULL otherwise.
            .opt("reference_key", Line(600))
            .opt("comment", Text)
            .col("registered_by", Id)
            .col("registered_at", Moment)
            .opt("validated_by", Id)
            .opt("validated_at", Moment)
            .opt("voided_by", Id)
            .opt("voided_at", Moment)
            .opt("voided_reason", Text)
            .unique(&["reference_key"])
            .index(&["settlement_id"])
            .index(&["paid_on"])
            .refers("settlement_id", "settlement")
            .create()
            .await?;
        NewTable::named("refund", manager)
            .col("id", Id)
            .primary_key(&["id"])
            .col("settlement_id", Id)
            .col("position", Small)
            .col("payment_id", Id)
            .col("channel", Line(20))
            .col("paid_on", Day)
            .col("amount_minor", Number)
            .col("currency", Currency)
            .opt("reference", Line(511))
            .col("reason", Text)
            .col("made_by", Id)
            .col("made_at", Moment)
            .index(&["settlement_id"])
            .index(&["payment_id"])
            .refers("settlement_id", "settlement")
            .refers("payment_id", "payment")
            .create()
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, TABLES).await
    }
}
