//! Words of directories keep what orders the list of their entry, so that the entries of a word lie in its order.

use std::collections::BTreeMap;

use sea_orm_migration::{
    prelude::*,
    sea_orm::{
        QueryResult,
        prelude::{DateTime, Uuid},
    },
};

use crate::{
    drop_tables,
    new_table::{
        Kind::{Id, Line},
        NewTable,
    },
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const WORDS: &str = "directory_word";
const SORTED: &str = "sorted_directory_word";
const FORMER: &str = "former_directory_word";

/// Kinds whose list is ordered by a name: their table, and the column by which it finds the person whose name it is.
const NAMED: &[(&str, &str, Option<&str>)] = &[
    ("person", "person", None),
    ("promoter", "promoter", None),
    ("service", "service", None),
    ("staff", "staff", Some("person_id")),
    ("specialty", "staff", Some("person_id")),
    ("user", "user_account", Some("person_id")),
];

/// The kind whose list is ordered by a moment.
const CERTIFICATE: &str = "certificate";
/// Certificates whose words are copied at a time.
const BATCH: u64 = 500;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named(SORTED, manager)
            .col("object_kind", Line(40))
            .col("word", Line(100))
            .or_empty("sort_key", Line(511))
            .col("object_id", Id)
            .primary_key(&["object_kind", "word", "sort_key", "object_id"])
            .index(&["object_id", "word"])
            .create()
            .await?;
        for (kind, table, person) in NAMED {
            copy_named(manager, kind, table, *person).await?;
        }
        copy_certificates(manager).await?;
        drop_tables(manager, &[WORDS]).await?;
        manager.rename_table(Table::rename().table(SORTED, WORDS).take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.rename_table(Table::rename().table(WORDS, FORMER).take()).await?;
        NewTable::named(WORDS, manager)
            .col("object_kind", Line(40))
            .col("word", Line(100))
            .col("object_id", Id)
            .primary_key(&["object_kind", "word", "object_id"])
            .index(&["object_id"])
            .index(&["object_id", "word"])
            .create()
            .await?;
        let columns = ["object_kind", "word", "object_id"];
        let all = Query::select().columns(columns).from(FORMER).take();
        insert(manager, WORDS, &columns, all).await?;
        drop_tables(manager, &[FORMER]).await
    }
}

async fn insert(
    manager: &SchemaManager<'_>,
    table: &'static str,
    columns: &[&'static str],
    select: SelectStatement,
) -> Result<(), DbErr> {
    let mut insert = Query::insert().into_table(table).columns(columns.iter().copied()).take();
    insert.select_from(select).map_err(|error| DbErr::Custom(error.to_string()))?;
    manager.execute(insert).await
}

const COLUMNS: &[&str] = &["object_kind", "word", "sort_key", "object_id"];

async fn copy_named(
    manager: &SchemaManager<'_>,
    kind: &'static str,
    table: &'static str,
    person: Option<&'static str>,
) -> Result<(), DbErr> {
    let mut select = Query::select()
        .columns([("known", "object_kind"), ("known", "word")])
        .from_as(WORDS, "known")
        .and_where(Expr::col(("known", "object_kind")).eq(kind))
        .take();
    select.join_as(
        JoinType::InnerJoin,
        table,
        "entry",
        Expr::col(("entry", "id")).equals(("known", "object_id")),
    );
    let named = match person {
        None => "entry",
        Some(column) => {
            let on = Expr::col(("person", "id")).equals(("entry", column));
            select.join_as(JoinType::InnerJoin, "person", "person", on);
            "person"
        }
    };
    select.column((named, "name")).column(("known", "object_id"));
    insert(manager, SORTED, COLUMNS, select).await
}

/// Copies the words of certificates with the moment of their issue as a text that sorts as it does.
async fn copy_certificates(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let mut last: Option<Uuid> = None;
    loop {
        let mut part =
            Query::select().columns(["id", "issued_at"]).from(CERTIFICATE).order_by("id", Order::Asc).take();
        if let Some(last) = last {
            part.and_where(Expr::col("id").gt(last));
        }
        let rows = db.query_all(part.limit(BATCH)).await?;
        let issued: BTreeMap<Uuid, String> = rows.iter().map(issued).collect::<Result<_, _>>()?;
        let Some(end) = rows.last() else { return Ok(()) };
        last = Some(end.try_get("", "id")?);
        let known = Query::select()
            .columns(["word", "object_id"])
            .from(WORDS)
            .and_where(Expr::col("object_id").is_in(issued.keys().copied()))
            .and_where(Expr::col("object_kind").eq(CERTIFICATE))
            .take();
        let rows = db.query_all(&known).await?;
        // SQLite takes at most 32,766 parameters a statement.
        for chunk in rows.chunks(1000) {
            let mut insert = Query::insert().into_table(SORTED).columns(COLUMNS.iter().copied()).take();
            for row in chunk {
                let (word, entry): (String, Uuid) = (row.try_get("", "word")?, row.try_get("", "object_id")?);
                let key = issued.get(&entry).map_or("", String::as_str);
                insert
                    .values([CERTIFICATE.into(), word.into(), key.into(), entry.into()])
                    .map_err(|error| DbErr::Custom(error.to_string()))?;
            }
            manager.execute(insert).await?;
        }
    }
}

fn issued(row: &QueryResult) -> Result<(Uuid, String), DbErr> {
    let at: DateTime = row.try_get("", "issued_at")?;
    Ok((row.try_get("", "id")?, at.format("%Y-%m-%d %H:%M:%S%.6f").to_string()))
}
