//! Accounts, their login sessions and refresh tokens.

use sea_orm_migration::prelude::*;

use crate::{
    drop_tables,
    new_table::{
        Kind::{Flag, Hash, Id, Line, Moment, Text},
        NewTable,
    },
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("user_account", manager)
            .entity()
            .col("email", Line(320))
            .col("person_id", Id)
            .col("password_hash", Line(255))
            .col("status", Line(20))
            .col("locale", Line(8))
            .col("is_admin", Flag)
            .col("is_operator", Flag)
            .col("is_manager", Flag)
            .col("is_doctor", Flag)
            .col("is_auditor", Flag)
            // JSON: grants are read and written with their user and never searched.
            .col("grants", Text)
            .opt("last_login_at", Moment)
            .col("created_at", Moment)
            .col("updated_at", Moment)
            .unique(&["email"])
            .unique(&["person_id"])
            .index(&["is_admin", "status"])
            .refers("person_id", "person")
            .create()
            .await?;
        NewTable::named("login_session", manager)
            .entity()
            .col("user_id", Id)
            .col("created_at", Moment)
            .col("expires_at", Moment)
            .opt("ended_at", Moment)
            .opt("stepped_up_until", Moment)
            .index(&["user_id", "ended_at"])
            .refers("user_id", "user_account")
            .create()
            .await?;
        NewTable::named("refresh_token", manager)
            .col("id", Id)
            .primary_key(&["id"])
            .col("hash", Hash)
            .col("session_id", Id)
            .opt("parent_id", Id)
            .col("created_at", Moment)
            .col("expires_at", Moment)
            .opt("used_at", Moment)
            .unique(&["hash"])
            .index(&["session_id"])
            .refers("session_id", "login_session")
            .create()
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["refresh_token", "login_session", "user_account"]).await
    }
}
