//! Persons, staff and promoters.

use sea_orm_migration::prelude::*;

use crate::{
    drop_tables,
    new_table::{
        Kind::{Day, Flag, Id, Line, Moment, Text},
        NewTable,
    },
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
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
            .unique(&["document_type", "document_country", "document_number"])
            .index(&["document_number"])
            .create()
            .await?;
        NewTable::named("staff", manager)
            .entity()
            .col("person_id", Id)
            .col("status", Line(20))
            .col("is_operator", Flag)
            .col("is_manager", Flag)
            .col("is_doctor", Flag)
            .opt("licence_number", Line(255))
            .opt("licence_valid_until", Day)
            .opt("specialty", Line(255))
            .col("created_at", Moment)
            .col("updated_at", Moment)
            .unique(&["person_id"])
            .refers("person_id", "person")
            .create()
            .await?;
        NewTable::named("promoter", manager)
            .entity()
            .col("promoter_type", Line(20))
            .opt("person_id", Id)
            .opt("legal_name", Line(511))
            .opt("own_name", Line(511))
            .col("name", Line(511))
            // The name in lower case: what a search for its beginning looks at.
            .col("name_folded", Line(700))
            .opt("tax_id", Line(64))
            .opt("email", Line(320))
            .opt("phone", Line(64))
            .opt("comment", Text)
            .col("created_at", Moment)
            .col("updated_at", Moment)
            .unique(&["person_id"])
            .unique(&["tax_id"])
            .index(&["name", "id"])
            .index(&["name_folded"])
            .refers("person_id", "person")
            .create()
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["promoter", "staff", "person"]).await
    }
}
