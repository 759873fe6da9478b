//! Services, specialties and the institution.

use sea_orm_migration::prelude::*;

use crate::{
    Step, drop_tables,
    new_table::{
        Kind::{Currency, Flag, Line, Moment, Number, Text},
        NewTable,
    },
};

/// Its tables: children first.
const TABLES: &[&str] = &["institution", "specialty", "service"];

/// This step.
pub(crate) const STEP: Step = Step { migration: || Box::new(Migration), tables: TABLES };

#[derive(DeriveMigrationName)]
struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("service", manager)
            .entity()
            .col("name", Line(255))
            // The form in which names that nobody tells apart are the same.
            .opt("name_folded", Line(511))
            .opt("description", Text)
            .col("fee_minor", Number)
            .col("fee_currency", Currency)
            .col("certificate_kind", Line(30))
            .col("validity_days", Number)
            .col("active", Flag)
            .col("created_at", Moment)
            .col("updated_at", Moment)
            .unique(&["name"])
            .unique(&["name_folded"])
            .index(&["active", "name", "id"])
            .index(&["certificate_kind", "name", "id"])
            .create()
            .await?;
        NewTable::named("specialty", manager)
            .entity()
            .col("name", Line(255))
            // The form in which names that nobody tells apart are the same.
            .col("name_folded", Line(511))
            .col("active", Flag)
            .col("created_at", Moment)
            .col("updated_at", Moment)
            .unique(&["name_folded"])
            .index(&["name", "id"])
            .index(&["active", "name", "id"])
            .create()
            .await?;
        NewTable::named("institution", manager)
            .entity()
            .col("name", Line(511))
            .opt("tax_id", Line(64))
            .opt("address", Text)
            .opt("phone", Line(64))
            .opt("logo_kind", Line(20))
            .opt("logo_sha256", Line(64))
            .col("country", Line(2))
            .col("time_zone", Line(64))
            .col("locale", Line(8))
            .col("currency", Currency)
            .col("certificate_series", Line(16))
            .col("registrar_may_evaluate", Flag)
            .col("cashier_may_validate", Flag)
            .col("evaluation_max_age_days", Number)
            .col("backdating_days", Number)
            .col("age_of_majority", Number)
            .col("updated_at", Moment)
            .create()
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, TABLES).await
    }
}
