//! What all directories share: their history, the words by which entries are found, and leases on periodic work.

use sea_orm_migration::prelude::*;

use crate::{
    drop_tables,
    new_table::{
        Kind::{Id, Line, Moment, Text},
        NewTable,
    },
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
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
        NewTable::named("directory_word", manager)
            .col("object_kind", Line(40))
            .col("word", Line(100))
            .col("object_id", Id)
            .primary_key(&["object_kind", "word", "object_id"])
            .index(&["object_id"])
            .create()
            .await?;
        NewTable::named("lease", manager)
            .col("name", Line(64))
            .primary_key(&["name"])
            .col("holder", Id)
            .col("held_until", Moment)
            .create()
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["lease", "directory_word", "change_entry"]).await
    }
}
