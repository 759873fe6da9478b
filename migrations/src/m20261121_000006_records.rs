//! Counters, idempotency keys, audit events and outgoing messages.

use sea_orm_migration::prelude::*;

use crate::{
    drop_tables,
    new_table::{
        Kind::{Hash, Id, Line, LongText, Moment, Number, Small, Text},
        NewTable,
    },
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("counter", manager)
            .col("series", Line(40))
            .col("year", Small)
            .col("value", Number)
            .primary_key(&["series", "year"])
            .create()
            .await?;
        NewTable::named("idempotency_key", manager)
            // The scope holds a path of any length; its SHA-256 fits into a key.
            .col("scope_hash", Hash)
            .col("claim_key", Line(255))
            .primary_key(&["scope_hash", "claim_key"])
            .col("fingerprint", Hash)
            .opt("request_id", Id)
            .col("status", Small)
            .col("body", LongText)
            .col("created_at", Moment)
            .index(&["created_at"])
            .create()
            .await?;
        NewTable::named("audit_event", manager)
            .col("id", Id)
            .primary_key(&["id"])
            .col("occurred_at", Moment)
            .opt("actor_id", Id)
            .col("roles", Line(255))
            .col("action", Line(128))
            .opt("object_kind", Line(64))
            .opt("object_id", Id)
            .opt("patient_id", Id)
            .col("outcome", Line(20))
            .opt("address", Line(128))
            .opt("agent", Text)
            .col("request_id", Line(128))
            .opt("reason", Text)
            .index(&["occurred_at", "id"])
            .index(&["object_id", "occurred_at"])
            .index(&["patient_id", "occurred_at"])
            .create()
            .await?;
        NewTable::named("outbox_message", manager)
            .col("id", Id)
            .primary_key(&["id"])
            .col("occurred_at", Moment)
            .col("event", Line(64))
            .col("request_id", Id)
            .col("code", Line(40))
            .col("stage", Line(20))
            .opt("delivered_at", Moment)
            .index(&["delivered_at", "occurred_at", "id"])
            .create()
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["outbox_message", "audit_event", "idempotency_key", "counter"]).await
    }
}
