//! What the directories of the catalog and of staff say besides, the logo, and lists of certificates.

use std::collections::BTreeSet;

use sea_orm_migration::{
    prelude::*,
    sea_orm::{DbBackend, prelude::Uuid},
};
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

use crate::new_table::{
    Column,
    Kind::{Currency, Line, Number, Text},
    add_column, drop_column,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const NEW: &[(&str, &str, crate::new_table::Kind)] = &[
    ("staff", "fee_minor", Number),
    ("staff", "fee_currency", Currency),
    ("staff", "comment", Text),
    ("service", "description", Text),
    ("institution", "logo_kind", Line(20)),
    ("institution", "logo_sha256", Line(64)),
];

/// Each filter of the lists with the order of its list.
const INDEXES: &[(&str, &[&str])] = &[
    ("certificate", &["doctor_id", "issued_at", "id"]),
    ("certificate", &["kind", "issued_at", "id"]),
    ("certificate", &["status", "issued_at", "id"]),
    ("certificate", &["status", "valid_until", "id"]),
    ("certificate", &["valid_until", "valid_from"]),
    ("service", &["active", "name", "id"]),
    ("service", &["certificate_kind", "name", "id"]),
    // Whether a staff member was ever used is asked before one is deleted, by us and by the foreign key.
    ("certification_request", &["operator_id"]),
];

fn name(table: &str, columns: &[&str]) -> String {
    format!("ix_{table}_{}", columns.join("_"))
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column, kind) in NEW {
            add_column(manager, table, column, Column::Optional(*kind)).await?;
        }
        add_column(manager, "staff", "kind", Column::Filled(Line(20), "EMPLOYEE")).await?;
        for (table, columns) in INDEXES {
            let mut index = Index::create();
            index.name(name(table, columns)).table(*table);
            for column in *columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        services(manager).await?;
        staff(manager).await?;
        certificates(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let words = Query::delete()
            .from_table("directory_word")
            .and_where(Expr::col("object_kind").is_in(["service", "staff", "certificate"]))
            .take();
        manager.execute(words).await?;
        // MariaDB let the indexes it had made for foreign keys go when ours could serve them.
        if manager.get_database_backend() == DbBackend::MySql {
            for (table, column) in [("certificate", "doctor_id"), ("certification_request", "operator_id")] {
                let own = format!("fk_{table}_{column}");
                if !manager.has_index(table, &own).await? {
                    let mut index = Index::create();
                    manager.create_index(index.name(own).table(table).col(column).take()).await?;
                }
            }
        }
        for (table, columns) in INDEXES {
            let index = Index::drop().name(name(table, columns)).table(*table).to_owned();
            manager.drop_index(index).await?;
        }
        for (table, column, _) in NEW.iter().chain(&[("staff", "kind", Line(20))]) {
            drop_column(manager, table, column).await?;
        }
        Ok(())
    }
}

/// The form in which names are searched.
fn folded(text: &str) -> BTreeSet<String> {
    let folded: String = text
        .nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .filter(|c| !matches!(c, 'ʼ' | '’' | '\''))
        .map(|c| match c {
            'ø' => 'o',
            'đ' => 'd',
            'ł' => 'l',
            'ı' => 'i',
            'ґ' => 'г',
            c => c,
        })
        .collect();
    let folded = folded.replace('ß', "ss");
    let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| word.chars().take(100).collect()).collect()
}

/// Entries whose words are written at a time.
const BATCH: u64 = 500;

/// Writes the words of every entry: of the texts of these columns.
async fn index(
    manager: &SchemaManager<'_>,
    kind: &'static str,
    entry: &SelectStatement,
    id: (&'static str, &'static str),
    columns: &[&str],
) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let mut last: Option<Uuid> = None;
    loop {
        let mut select = entry.clone();
        select.expr_as(Expr::col(id), "entry_id").order_by(id, Order::Asc).limit(BATCH);
        if let Some(last) = last {
            select.and_where(Expr::col(id).gt(last));
        }
        let rows = db.query_all(&select).await?;
        if rows.is_empty() {
            return Ok(());
        }
        let mut words: Vec<(String, Uuid)> = Vec::new();
        for row in &rows {
            let entry: Uuid = row.try_get("", "entry_id")?;
            last = Some(entry);
            let mut all = BTreeSet::new();
            for column in columns {
                let text: Option<String> = row.try_get("", column)?;
                all.extend(text.iter().flat_map(|text| folded(text)));
            }
            words.extend(all.into_iter().map(|word| (word, entry)));
        }
        for chunk in words.chunks(1000) {
            let mut insert = Query::insert()
                .into_table("directory_word")
                .columns(["object_kind", "word", "object_id"])
                .take();
            for (word, entry) in chunk {
                insert
                    .values([kind.into(), word.as_str().into(), (*entry).into()])
                    .map_err(|error| DbErr::Custom(error.to_string()))?;
            }
            manager.execute(insert).await?;
        }
    }
}

async fn services(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let entry = Query::select().column("name").from("service").take();
    index(manager, "service", &entry, ("service", "id"), &["name"]).await
}

async fn staff(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = ["name", "document_number", "licence_number", "specialty"];
    let entry = Query::select()
        .columns(columns)
        .from("staff")
        .inner_join("person", Expr::col(("person", "id")).equals(("staff", "person_id")))
        .take();
    index(manager, "staff", &entry, ("staff", "id"), &columns).await
}

async fn certificates(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = ["holder_name", "holder_document"];
    let entry = Query::select().columns(columns).from("certificate").take();
    index(manager, "certificate", &entry, ("certificate", "id"), &columns).await
}
