//! What the directories of the catalog and of staff say besides, the logo, and lists of certificates.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::{
    new_table::{
        Column,
        Kind::{Currency, Line, Number, Text},
        add_column, add_index, drop_column, drop_index,
    },
    words::{self, Entries},
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

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column, kind) in NEW {
            add_column(manager, table, column, Column::Optional(*kind)).await?;
        }
        add_column(manager, "staff", "kind", Column::Filled(Line(20), "EMPLOYEE")).await?;
        for (table, columns) in INDEXES {
            add_index(manager, table, columns).await?;
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
            drop_index(manager, table, columns).await?;
        }
        for (table, column, _) in NEW.iter().chain(&[("staff", "kind", Line(20))]) {
            drop_column(manager, table, column).await?;
        }
        Ok(())
    }
}

async fn services(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let select = Query::select().column("name").from("service").take();
    let id = ("service", "id");
    words::index(manager, Entries { kind: "service", select, id, texts: &["name"], phones: &[] }).await
}

async fn staff(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let texts = &["name", "document_number", "licence_number", "specialty"];
    let select = Query::select()
        .columns(*texts)
        .from("staff")
        .inner_join("person", Expr::col(("person", "id")).equals(("staff", "person_id")))
        .take();
    words::index(manager, Entries { kind: "staff", select, id: ("staff", "id"), texts, phones: &[] }).await
}

async fn certificates(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let texts = &["holder_name", "holder_document"];
    let select = Query::select().columns(*texts).from("certificate").take();
    let id = ("certificate", "id");
    words::index(manager, Entries { kind: "certificate", select, id, texts, phones: &[] }).await
}
