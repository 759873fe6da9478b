//! Evaluations and certificates.

use sea_orm_migration::prelude::*;

use crate::{
    drop_tables,
    new_table::{
        Kind::{Day, Id, Line, Moment, Small, Text},
        NewTable,
    },
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("evaluation", manager)
            .col("id", Id)
            .primary_key(&["id"])
            .col("request_id", Id)
            .col("position", Small)
            // 1 while not superseded, NULL afterwards: at most one stands.
            .opt("standing", Small)
            .col("doctor_id", Id)
            .col("recorded_by", Id)
            .col("recorded_at", Moment)
            .opt("superseded_at", Moment)
            .col("evaluated_on", Day)
            .col("conclusion", Line(30))
            .col("verdict", Line(20))
            .opt("observed_reason", Text)
            .col("diagnoses", Text)
            .opt("observations", Text)
            .opt("recommendations", Text)
            .opt("restrictions", Text)
            .col("valid_from", Day)
            .opt("valid_until", Day)
            .col("printed", Text)
            .unique(&["request_id", "standing"])
            .index(&["doctor_id"])
            .refers("request_id", "certification_request")
            .refers("doctor_id", "staff")
            .create()
            .await?;
        NewTable::named("certificate", manager)
            .entity()
            .col("number", Line(64))
            .col("public_id", Line(64))
            .col("request_id", Id)
            // 1 while VALID or SUSPENDED, NULL afterwards: at most one is in force.
            .opt("in_force", Small)
            .col("kind", Line(30))
            .col("service_name", Line(255))
            .col("conclusion", Line(30))
            .opt("restrictions", Text)
            .col("status", Line(20))
            .col("issued_at", Moment)
            .col("issued_by", Id)
            .col("valid_from", Day)
            .col("valid_until", Day)
            .col("evaluated_on", Day)
            .col("holder_person_id", Id)
            .col("holder_name", Line(511))
            .col("holder_document", Line(128))
            .col("holder_birth_date", Day)
            .opt("representative_name", Line(511))
            .opt("representative_relationship", Line(20))
            .col("doctor_id", Id)
            .col("doctor_name", Line(511))
            .col("licence_number", Line(255))
            .col("institution_name", Line(511))
            .col("locale", Line(8))
            .opt("replaces_id", Id)
            .opt("replaced_by_id", Id)
            .col("pdf_key", Line(255))
            .col("pdf_sha256", Line(64))
            .unique(&["number"])
            .unique(&["public_id"])
            .unique(&["request_id", "in_force"])
            .index(&["holder_person_id"])
            .index(&["issued_at", "id"])
            .refers("request_id", "certification_request")
            .refers("holder_person_id", "person")
            .refers("doctor_id", "staff")
            .create()
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["certificate", "evaluation"]).await
    }
}
