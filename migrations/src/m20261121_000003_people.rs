//! Persons, who stands for whom, staff, and promoters with where they come from.

use sea_orm_migration::prelude::*;

use crate::{
    Step, drop_tables,
    new_table::{
        Column,
        Kind::{Currency, Day, Flag, Id, Line, Moment, Number, Text},
        NewTable,
    },
};

/// Its tables: children first.
const TABLES: &[&str] = &["promoter", "promoter_source", "staff", "person_guardian", "person"];

/// This step.
pub(crate) const STEP: Step = Step { migration: || Box::new(Migration), tables: TABLES };

#[derive(DeriveMigrationName)]
struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        person(manager).await?;
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
        staff(manager).await?;
        promoter(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, TABLES).await
    }
}

async fn person(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    NewTable::named("person", manager)
        .entity()
        .opt("document_type", Line(20))
        .opt("document_country", Line(2))
        .opt("document_number", Line(64))
        .col("given_names", Line(255))
        .col("family_names", Line(255))
        // Given and family names joined, so that lists sort by one column.
        .col("name", Line(511))
        .opt("birth_date", Day)
        .opt("email", Line(320))
        .opt("phone", Line(64))
        .opt("phone_2", Line(64))
        .opt("landline", Line(64))
        .opt("address", Text)
        .opt("preferred_locale", Line(8))
        .col("created_at", Moment)
        .col("updated_at", Moment)
        .opt("comment", Text)
        .opt("merged_into_id", Id)
        .unique(&["document_type", "document_country", "document_number"])
        .index(&["document_number"])
        // Each filter of the list with its order, as far as the engines' limit on the length of keys allows.
        .index(&["name", "id"])
        .index(&["document_type", "name", "id"])
        .index(&["birth_date", "name", "id"])
        .index(&["email"])
        .index(&["merged_into_id"])
        .create()
        .await
}

/// Staff keep the name of their person, by which their list is ordered; each filter gets an index that goes on with it.
async fn staff(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = NewTable::named("staff", manager)
        .entity()
        .col("person_id", Id)
        .with("name", Column::Filled(Line(511), ""))
        .with("kind", Column::Filled(Line(20), "EMPLOYEE"))
        .col("status", Line(20))
        .col("is_operator", Flag)
        .col("is_manager", Flag)
        .col("is_doctor", Flag)
        .opt("licence_number", Line(255))
        .opt("licence_valid_until", Day)
        .opt("specialty", Line(255))
        .opt("specialty_id", Id)
        .opt("fee_minor", Number)
        .opt("fee_currency", Currency)
        .col("created_at", Moment)
        .col("updated_at", Moment)
        .opt("comment", Text)
        .unique(&["person_id"])
        .index(&["name", "id"])
        .index(&["specialty_id"])
        .refers("person_id", "person")
        .refers("specialty_id", "specialty");
    for filter in ["status", "is_operator", "is_manager", "is_doctor"] {
        table = table.index(&[filter, "name", "id"]);
    }
    table.create().await
}

async fn promoter(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
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
    NewTable::named("promoter", manager)
        .entity()
        .col("promoter_type", Line(20))
        .opt("person_id", Id)
        .opt("source_id", Id)
        .opt("legal_name", Line(511))
        .opt("own_name", Line(511))
        .col("name", Line(511))
        // The name in lower case: what a search for its beginning looks at.
        .col("name_folded", Line(700))
        .opt("tax_id", Line(64))
        .opt("email", Line(320))
        .opt("phone", Line(64))
        .opt("fee_minor", Number)
        .opt("fee_currency", Currency)
        .opt("comment", Text)
        .col("created_at", Moment)
        .col("updated_at", Moment)
        .unique(&["person_id"])
        .unique(&["tax_id"])
        .index(&["name", "id"])
        .index(&["name_folded"])
        .index(&["promoter_type", "name", "id"])
        .index(&["source_id", "name", "id"])
        .refers("person_id", "person")
        .refers("source_id", "promoter_source")
        .create()
        .await
}
