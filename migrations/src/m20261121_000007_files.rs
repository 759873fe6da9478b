//! Files of requests, and objects that wait to be removed.

use sea_orm_migration::prelude::*;

use crate::{
    Step, drop_tables,
    new_table::{
        Kind::{Hash, Id, Line, Moment, Number},
        NewTable,
    },
};

/// Its tables: children first.
const TABLES: &[&str] = &["discarded_object", "stored_file"];

/// This step.
pub(crate) const STEP: Step = Step { migration: || Box::new(Migration), tables: TABLES };

#[derive(DeriveMigrationName)]
struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("stored_file", manager)
            .col("id", Id)
            .primary_key(&["id"])
            .col("request_id", Id)
            .col("kind", Line(20))
            .col("name", Line(255))
            .col("media_type", Line(127))
            .col("size_bytes", Number)
            .col("sha256", Hash)
            .opt("payment_id", Id)
            .col("uploaded_by", Id)
            .col("uploaded_at", Moment)
            .index(&["request_id", "uploaded_at", "id"])
            .index(&["payment_id"])
            .refers("request_id", "certification_request")
            .refers("payment_id", "payment")
            .refers("uploaded_by", "user_account")
            .create()
            .await?;
        // Outlives whatever its object belonged to.
        NewTable::named("discarded_object", manager)
            .col("object_key", Line(255))
            .primary_key(&["object_key"])
            .col("discarded_at", Moment)
            .index(&["discarded_at", "object_key"])
            .create()
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, TABLES).await
    }
}
