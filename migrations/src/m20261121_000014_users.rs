//! Administration of accounts: passwords that must be changed, new addresses not confirmed yet, mails on their way.

use sea_orm_migration::prelude::*;

use crate::{
    drop_tables,
    new_table::{
        Kind::{Hash, Id, Line, Moment, Small},
        NewTable, add_index, drop_index,
    },
    words::{self, Entries},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Indexes on tables that are there already.
const INDEXES: [(&str, &[&str]); 3] = [
    // What somebody ever did: asked before their account is removed.
    ("audit_event", &["actor_id", "occurred_at"]),
    ("user_account", &["status"]),
    ("user_account", &["last_login_at"]),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut column = ColumnDef::new("must_change_password");
        let column = column.boolean().not_null().default(false);
        manager.alter_table(Table::alter().table("user_account").add_column(column).take()).await?;
        for (table, columns) in INDEXES {
            add_index(manager, table, columns).await?;
        }
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
            .create()
            .await?;
        let texts = &["account_email", "name", "document_number"];
        let select = Query::select()
            .expr_as(Expr::col(("user_account", "email")), "account_email")
            .columns([("person", "name"), ("person", "document_number")])
            .from("user_account")
            .inner_join("person", Expr::col(("person", "id")).equals(("user_account", "person_id")))
            .take();
        let id = ("user_account", "id");
        words::index(manager, Entries { kind: "user", select, id, texts, phones: &[] }).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let words = Query::delete()
            .from_table("directory_word")
            .and_where(Expr::col("object_kind").eq("user"))
            .take();
        manager.execute(words).await?;
        drop_tables(manager, &["mail_message", "email_change"]).await?;
        for (table, columns) in INDEXES {
            drop_index(manager, table, columns).await?;
        }
        let column = Table::alter().table("user_account").drop_column("must_change_password").take();
        manager.alter_table(column).await
    }
}
