//! Requests, who handles them, their money, history and search words.

use sea_orm_migration::prelude::*;

use crate::{
    drop_tables,
    new_table::{
        Kind::{Currency, Day, Flag, Id, Line, Moment, Number, Small, Text},
        NewTable,
    },
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        request(manager).await?;
        NewTable::named("assignment", manager)
            .col("id", Id)
            .primary_key(&["id"])
            .col("request_id", Id)
            .col("position", Small)
            .col("role", Line(20))
            // The role while current and NULL afterwards: one current assignment a role without a partial
            // index, which not every engine has.
            .opt("current_role", Line(20))
            .col("staff_id", Id)
            .col("assigned_by", Id)
            .col("assigned_at", Moment)
            .opt("ended_at", Moment)
            .unique(&["request_id", "current_role"])
            .index(&["staff_id"])
            .refers("request_id", "certification_request")
            .refers("staff_id", "staff")
            .create()
            .await?;
        // No foreign key to the request: ledger lines outlive it.
        NewTable::named("payment", manager)
            .col("id", Id)
            .primary_key(&["id"])
            .col("request_id", Id)
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
            .index(&["request_id"])
            .index(&["paid_on"])
            .create()
            .await?;
        NewTable::named("refund", manager)
            .col("id", Id)
            .primary_key(&["id"])
            .col("request_id", Id)
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
            .index(&["request_id"])
            .index(&["payment_id"])
            .refers("payment_id", "payment")
            .create()
            .await?;
        NewTable::named("history_entry", manager)
            .col("id", Id)
            .primary_key(&["id"])
            .col("request_id", Id)
            .col("occurred_at", Moment)
            .col("user_id", Id)
            .col("action", Line(40))
            .opt("field", Line(64))
            .opt("old_value", Text)
            .opt("new_value", Text)
            .opt("comment", Text)
            .col("separation_waived", Flag)
            .index(&["request_id", "occurred_at", "id"])
            .refers("request_id", "certification_request")
            .create()
            .await?;
        NewTable::named("search_word", manager)
            .col("word", Line(100))
            .col("request_id", Id)
            .primary_key(&["word", "request_id"])
            .index(&["request_id"])
            .refers("request_id", "certification_request")
            .create()
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(
            manager,
            &["search_word", "history_entry", "refund", "payment", "assignment", "certification_request"],
        )
        .await
    }
}

async fn request(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = NewTable::named("certification_request", manager)
        .entity()
        .col("code", Line(40))
        .col("client_id", Id)
        .opt("guardian_id", Id)
        .opt("guardian_relationship", Line(20))
        .opt("promoter_id", Id)
        .opt("service_id", Id)
        .opt("care_mode", Line(20))
        .opt("care_place", Line(511))
        .opt("external_reference", Line(255))
        .opt("comment", Text)
        .opt("fee_minor", Number)
        .opt("fee_currency", Currency)
        .opt("fee_source", Line(20))
        .opt("observed_reason", Text)
        .opt("money_decision", Line(20))
        .col("registered_by", Id)
        .opt("operator_id", Id)
        .col("ending", Line(20))
        .opt("ended_at", Moment)
        .opt("ended_by", Id)
        .opt("close_outcome", Line(30))
        .opt("ending_reason", Text)
        .col("stage", Line(20))
        .col("stage_since", Moment)
        // Derived by the domain in the same write, so that lists can filter by them.
        .col("payment_status", Line(20))
        .col("waiting_for", Line(20))
        .col("paid_total_minor", Number)
        .col("refund_due", Flag)
        .opt("manager_id", Id)
        .opt("doctor_id", Id)
        .col("created_at", Moment)
        .col("updated_at", Moment)
        .unique(&["code"])
        .index(&["created_at", "id"])
        .index(&["updated_at", "id"])
        .index(&["stage", "updated_at", "id"])
        .index(&["client_id", "created_at", "id"])
        .index(&["guardian_id"])
        .index(&["external_reference"])
        .refers("client_id", "person")
        .refers("guardian_id", "person")
        .refers("promoter_id", "promoter")
        .refers("service_id", "service")
        .refers("registered_by", "user_account")
        .refers("operator_id", "staff")
        .refers("manager_id", "staff")
        .refers("doctor_id", "staff");
    // One index a filter of the list, each ending in the order of the list, so that a page reads no more rows
    // than it shows.
    for filter in [
        "stage",
        "payment_status",
        "manager_id",
        "doctor_id",
        "service_id",
        "promoter_id",
        "registered_by",
        "refund_due",
    ] {
        table = table.index(&[filter, "created_at", "id"]);
    }
    table.create().await
}
