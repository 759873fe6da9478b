//! What all rooms share: counters, idempotency keys, the audit trail, outgoing messages and mails, leases on periodic
//! work, and of all directories their history and the words by which entries are found.

use sea_orm_migration::prelude::*;

use crate::{
    Step, drop_tables,
    new_table::{
        Column,
        Kind::{Hash, Id, Line, LongText, Moment, Number, Small, Text},
        NewTable,
    },
};

/// Its tables: children first.
const TABLES: &[&str] = &[
    "entity_search_term",
    "change_entry",
    "mail_message",
    "outbox_message",
    "audit_event",
    "lease",
    "idempotency_key",
    "counter",
];

/// This step.
pub(crate) const STEP: Step = Step { migration: || Box::new(Migration), tables: TABLES };

#[derive(DeriveMigrationName)]
struct Migration;

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
            .opt("object_id", Id)
            .col("status", Small)
            .col("body", LongText)
            .col("created_at", Moment)
            .index(&["created_at"])
            .create()
            .await?;
        NewTable::named("lease", manager)
            .col("name", Line(64))
            .primary_key(&["name"])
            .col("holder", Id)
            .col("held_until", Moment)
            .create()
            .await?;
        audit_event(manager).await?;
        messages(manager).await?;
        directories(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, TABLES).await
    }
}

async fn audit_event(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
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
        // What somebody ever did: asked before their account is removed.
        .index(&["actor_id", "occurred_at"])
        .create()
        .await
}

async fn messages(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
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
        .await?;
    NewTable::named("mail_message", manager)
        .col("id", Id)
        .primary_key(&["id"])
        .col("created_at", Moment)
        .col("letter", Line(40))
        .opt("subject_id", Id)
        .col("locale", Line(8))
        // NULL once it is delivered or given up.
        .opt("recipient", Line(320))
        .col("attempts", Small)
        // When it is due; while somebody tries, when somebody else may. NULL once nothing is left to do.
        .opt("due_at", Moment)
        .opt("delivered_at", Moment)
        .index(&["due_at", "id"])
        // Mails that are done with, by their age.
        .index(&["due_at", "created_at"])
        .create()
        .await
}

async fn directories(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    NewTable::named("change_entry", manager)
        .col("id", Id)
        .primary_key(&["id"])
        .col("object_kind", Line(40))
        .col("object_id", Id)
        .col("occurred_at", Moment)
        // NULL: from the command line, by whoever runs the installation.
        .opt("user_id", Id)
        .col("action", Line(40))
        .opt("field", Line(64))
        .opt("old_value", Text)
        .opt("new_value", Text)
        .opt("comment", Text)
        .index(&["object_id", "occurred_at", "id"])
        .create()
        .await?;
    NewTable::named("entity_search_term", manager)
        .col("object_kind", Line(40))
        .col("word", Line(100))
        // What orders the list of the entry, so that the entries of a word lie in its order.
        .with("sort_key", Column::Filled(Line(511), ""))
        .col("object_id", Id)
        .primary_key(&["object_kind", "word", "sort_key", "object_id"])
        // Whether an entry that a list comes to has a word.
        .index(&["object_id", "object_kind", "word"])
        .create()
        .await
}
