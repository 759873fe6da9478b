//! Accounts, their login sessions, refresh tokens, and new addresses that are not confirmed yet.

use sea_orm_migration::prelude::*;

use crate::{
    Step, drop_tables,
    new_table::{
        Column,
        Kind::{Flag, Hash, Id, Line, Moment, Small, Text},
        NewTable,
    },
};

/// Its tables: children first.
const TABLES: &[&str] = &["email_change", "refresh_token", "login_session", "user_account"];

/// This step.
pub(crate) const STEP: Step = Step { migration: || Box::new(Migration), tables: TABLES };

#[derive(DeriveMigrationName)]
struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        user_account(manager).await?;
        NewTable::named("login_session", manager)
            .entity()
            .col("user_id", Id)
            .col("created_at", Moment)
            .col("expires_at", Moment)
            .opt("ended_at", Moment)
            .opt("stepped_up_until", Moment)
            .index(&["user_id", "ended_at"])
            // Sessions that are not over, of somebody who has signed in for years.
            .index(&["user_id", "expires_at"])
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
            .await?;
        NewTable::named("email_change", manager)
            .entity()
            // One a user: a new address asked for replaces the one before.
            .col("user_id", Id)
            .col("email", Line(320))
            .col("token_id", Id)
            .col("token_hash", Hash)
            .col("asked_at", Moment)
            .col("expires_at", Moment)
            // Mails since then, for the throttle.
            .col("counted_since", Moment)
            .col("count", Small)
            .unique(&["user_id"])
            .unique(&["token_hash"])
            .refers("user_id", "user_account")
            .create()
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, TABLES).await
    }
}

/// Accounts keep the name of their person, by which their list is ordered; each filter gets an index that goes on
/// with it.
async fn user_account(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = NewTable::named("user_account", manager)
        .entity()
        .col("email", Line(320))
        .col("person_id", Id)
        .with("name", Column::Filled(Line(511), ""))
        // Whether the person has a staff record.
        .with("has_staff", Column::Unset)
        .col("password_hash", Line(255))
        .with("must_change_password", Column::Unset)
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
        .index(&["status"])
        .index(&["last_login_at"])
        .index(&["name", "id"])
        .refers("person_id", "person");
    for filter in ["status", "has_staff", "is_admin", "is_operator", "is_manager", "is_doctor", "is_auditor"]
    {
        table = table.index(&[filter, "name", "id"]);
    }
    table.create().await
}
