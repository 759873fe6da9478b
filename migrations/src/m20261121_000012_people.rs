//! What the directories of people and promoters say besides, who stands for whom, and the words of both.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::{
    drop_tables,
    new_table::{
        Column,
        Kind::{self, Currency, Flag, Id, Line, Moment, Number, Text},
        NewTable, add_column, add_index, drop_index,
    },
    words::{self, Entries},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const NEW: &[(&str, &str, Kind)] = &[
    ("person", "comment", Text),
    ("person", "merged_into_id", Id),
    ("promoter", "fee_minor", Number),
    ("promoter", "fee_currency", Currency),
];

/// Each filter of the lists with the order of its list, as far as the engines' limit on the length of keys allows.
const INDEXES: &[(&str, &[&str])] = &[
    ("person", &["name", "id"]),
    ("person", &["document_type", "name", "id"]),
    ("person", &["birth_date", "name", "id"]),
    ("person", &["email"]),
    ("person", &["merged_into_id"]),
    ("promoter", &["promoter_type", "name", "id"]),
    ("promoter", &["source_id", "name", "id"]),
];

const SOURCE_KEY: &str = "fk_promoter_source_id";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("promoter_source", manager)
            .entity()
            .col("name", Line(255))
            // The name in lower case: two that differ by case alone are one.
            .col("name_folded", Line(511))
            .col("active", Flag)
            .col("created_at", Moment)
            .col("updated_at", Moment)
            .unique(&["name_folded"])
            .index(&["name", "id"])
            .create()
            .await?;
        NewTable::named("person_guardian", manager)
            .col("person_id", Id)
            .col("guardian_id", Id)
            .primary_key(&["person_id", "guardian_id"])
            .col("relationship", Line(20))
            .col("created_at", Moment)
            .index(&["guardian_id"])
            .refers("person_id", "person")
            .refers("guardian_id", "person")
            .create()
            .await?;
        for (table, column, kind) in NEW {
            add_column(manager, table, column, Column::Optional(*kind)).await?;
        }
        add_source(manager).await?;
        for (table, columns) in INDEXES {
            add_index(manager, table, columns).await?;
        }
        words(manager, "person", &["name", "document_number", "email"], &["phone", "phone_2", "landline"])
            .await?;
        words(manager, "promoter", &["name", "tax_id", "email"], &["phone"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let words = Query::delete()
            .from_table("directory_word")
            .and_where(Expr::col("object_kind").is_in(["person", "promoter"]))
            .take();
        manager.execute(words).await?;
        if manager.get_database_backend() != DbBackend::Sqlite {
            manager
                .drop_foreign_key(ForeignKey::drop().name(SOURCE_KEY).table("promoter").to_owned())
                .await?;
        }
        for (table, columns) in INDEXES {
            drop_index(manager, table, columns).await?;
        }
        for (table, column, _) in NEW.iter().chain(&[("promoter", "source_id", Id)]) {
            manager.alter_table(Table::alter().table(*table).drop_column(*column).take()).await?;
        }
        drop_tables(manager, &["person_guardian", "promoter_source"]).await
    }
}

/// Lets promoters refer to their source.
async fn add_source(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Sqlite {
        // SQLite takes a foreign key only together with its column.
        let mut column = ColumnDef::new("source_id").uuid().null().to_owned();
        column.extra("REFERENCES \"promoter_source\" (\"id\")");
        return manager.alter_table(Table::alter().table("promoter").add_column(column).take()).await;
    }
    add_column(manager, "promoter", "source_id", Column::Optional(Id)).await?;
    let mut key = ForeignKey::create();
    key.name(SOURCE_KEY).from("promoter", "source_id").to("promoter_source", "id");
    manager.create_foreign_key(key).await
}

async fn words(
    manager: &SchemaManager<'_>,
    kind: &'static str,
    texts: &[&'static str],
    phones: &[&'static str],
) -> Result<(), DbErr> {
    let select = Query::select().columns(texts.iter().chain(phones).copied()).from(kind).take();
    words::index(manager, Entries { kind, select, id: (kind, "id"), texts, phones }).await
}
