//! Names of services that nobody tells apart are one, staff are found by their specialty, and mails that are done with
//! are found by their age.

use std::collections::BTreeSet;

use sea_orm_migration::{
    prelude::*,
    sea_orm::{QueryResult, prelude::Uuid},
};

use crate::{
    new_table::{Column, Kind::Line, add_column, drop_column},
    words::{self, Entries, alike},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const FOLDED: &str = "uq_service_name_folded";
const MAILS: &str = "ix_mail_message_due_at_created_at";

/// Longest name of a service.
const LONGEST: usize = 255;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // May be NULL, which never collides: the version before this one goes on making services while it is replaced.
        add_column(manager, "service", "name_folded", Column::Optional(Line(511))).await?;
        fold_names(manager).await?;
        let mut folded = Index::create();
        manager.create_index(folded.name(FOLDED).table("service").col("name_folded").unique().take()).await?;
        let mut mails = Index::create();
        let mails = mails.name(MAILS).table("mail_message").col("due_at").col("created_at");
        manager.create_index(mails.take()).await?;
        let select = Query::select().column("specialty").from("staff").take();
        let (id, texts) = (("staff", "id"), &["specialty"]);
        words::index(manager, Entries { kind: "specialty", select, id, texts, phones: &[] }).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let words = Query::delete()
            .from_table("directory_word")
            .and_where(Expr::col("object_kind").eq("specialty"))
            .take();
        manager.execute(words).await?;
        for (name, table) in [(MAILS, "mail_message"), (FOLDED, "service")] {
            manager.drop_index(Index::drop().name(name).table(table).to_owned()).await?;
        }
        drop_column(manager, "service", "name_folded").await
    }
}

/// Gives every service the form of its name. Of names that were alike all but the oldest get a number behind them, so
/// that people tell them apart, too, and none is lost.
async fn fold_names(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let select = Query::select()
        .columns(["id", "name"])
        .from("service")
        .order_by("created_at", Order::Asc)
        .order_by("id", Order::Asc)
        .take();
    let rows = manager.get_connection().query_all(&select).await?;
    let read = |row: &QueryResult| -> Result<(Uuid, String), DbErr> {
        Ok((row.try_get("", "id")?, row.try_get("", "name")?))
    };
    let services: Vec<(Uuid, String)> = rows.iter().map(read).collect::<Result<_, _>>()?;
    let mut taken: BTreeSet<String> = services.iter().map(|(_, name)| alike(name)).collect();
    let mut seen = BTreeSet::new();
    for (id, name) in services {
        let mut update = Query::update();
        update.table("service").and_where(Expr::col("id").eq(id));
        if seen.insert(alike(&name)) {
            manager.execute(update.value("name_folded", alike(&name)).take()).await?;
            continue;
        }
        let renamed = free(&name, &taken);
        taken.insert(alike(&renamed));
        update.value("name_folded", alike(&renamed)).value("name", renamed.as_str());
        update.value("version", Expr::col("version").add(1));
        manager.execute(update.take()).await?;
        index_again(manager, id).await?;
    }
    Ok(())
}

/// The name with the first number behind it that nothing has.
fn free(name: &str, taken: &BTreeSet<String>) -> String {
    let mut number = 2_u64;
    loop {
        let suffix = format!(" ({number})");
        let kept: String = name.chars().take(LONGEST - suffix.len()).collect();
        let renamed = kept + &suffix;
        if !taken.contains(&alike(&renamed)) {
            return renamed;
        }
        number += 1;
    }
}

/// The words of a service that was renamed.
async fn index_again(manager: &SchemaManager<'_>, id: Uuid) -> Result<(), DbErr> {
    let gone = Query::delete()
        .from_table("directory_word")
        .and_where(Expr::col("object_kind").eq("service"))
        .and_where(Expr::col("object_id").eq(id))
        .take();
    manager.execute(gone).await?;
    let select = Query::select().column("name").from("service").and_where(Expr::col("id").eq(id)).take();
    let (kind, id) = ("service", ("service", "id"));
    words::index(manager, Entries { kind, select, id, texts: &["name"], phones: &[] }).await
}
