//! Requests, who handles them, their history and search words, evaluations and certificates.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::{
    Step, drop_tables,
    new_table::{
        Kind::{Currency, Day, Flag, Id, Line, Moment, Number, Small, Text},
        NewTable,
    },
};

/// Its tables: children first.
const TABLES: &[&str] =
    &["certificate", "evaluation", "request_search_term", "history_entry", "assignment", REQUEST];

/// This step.
pub(crate) const STEP: Step = Step { migration: || Box::new(Migration), tables: TABLES };

#[derive(DeriveMigrationName)]
struct Migration;

const REQUEST: &str = "certification_request";

/// Filters of the list of requests that say something about each other, for PostgreSQL, which else believes that there
/// must be as many paid requests without a manager as with one, and looks for them in the order of the list until its
/// end.
const TOGETHER: &[(&str, &str)] = &[
    ("st_request_manager", "manager_id, stage, payment_status"),
    ("st_request_doctor", "doctor_id, stage, payment_status"),
    ("st_request_money", "stage, payment_status, refund_due"),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        request(manager).await?;
        assignment(manager).await?;
        history_and_words(manager).await?;
        evaluation(manager).await?;
        certificate(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, TABLES).await
    }
}

async fn request(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = NewTable::named(REQUEST, manager)
        .entity()
        .col("code", Line(40))
        .col("client_id", Id)
        .opt("guardian_id", Id)
        .opt("guardian_relationship", Line(20))
        .opt("promoter_id", Id)
        .opt("service_id", Id)
        .opt("care_mode", Line(20))
        .opt("care_place", Line(511))
        .opt("external_reference", Line(255))
        .opt("comment", Text)
        .col("priority", Line(20))
        .col("settlement_id", Id)
        .opt("fee_source", Line(20))
        .opt("money_decision", Line(20))
        .col("registered_by", Id)
        .opt("operator_id", Id)
        .col("ending", Line(20))
        .opt("ended_at", Moment)
        .opt("ended_by", Id)
        .opt("close_outcome", Line(30))
        .opt("ending_reason", Text)
        .col("stage", Line(20))
        .col("stage_since", Moment)
        // Derived by the domain in the same write, or copied from the settlement, so that lists can filter by them.
        .opt("fee_currency", Currency)
        .col("payment_status", Line(20))
        .col("waiting_for", Line(20))
        .col("paid_total_minor", Number)
        .col("refund_due", Flag)
        .opt("manager_id", Id)
        .opt("doctor_id", Id)
        .col("created_at", Moment)
        .col("updated_at", Moment)
        // What it went through, for reports.
        .opt("trace", Text)
        .unique(&["code"])
        .unique(&["settlement_id"])
        .index(&["created_at", "id"])
        .index(&["updated_at", "id"])
        .index(&["client_id", "created_at", "id"])
        .index(&["guardian_id"])
        // Whether a staff member was ever used is asked before one is deleted, by us and by the foreign key.
        .index(&["operator_id"])
        // When an operator, by whom no list is filtered, last did something.
        .index(&["operator_id", "updated_at"])
        .refers("settlement_id", "settlement")
        .refers("client_id", "person")
        .refers("guardian_id", "person")
        .refers("promoter_id", "promoter")
        .refers("service_id", "service")
        .refers("registered_by", "user_account")
        .refers("operator_id", "staff")
        .refers("manager_id", "staff")
        .refers("doctor_id", "staff");
    // An index for each filter of the list in each of its orders, so that a page reads no more rows than it shows.
    for filter in [
        "stage",
        "payment_status",
        "priority",
        "manager_id",
        "doctor_id",
        "service_id",
        "promoter_id",
        "registered_by",
        "refund_due",
        "external_reference",
    ] {
        table = table.index(&[filter, "created_at", "id"]).index(&[filter, "updated_at", "id"]);
    }
    // What people look at every day: their own work in one stage.
    for who in ["manager_id", "doctor_id"] {
        table = table.index(&[who, "stage", "created_at", "id"]).index(&[who, "stage", "updated_at", "id"]);
    }
    table.create().await?;
    if manager.get_database_backend() == DbBackend::Postgres {
        for (name, columns) in TOGETHER {
            let sql = format!("CREATE STATISTICS {name} (mcv) ON {columns} FROM {REQUEST}");
            manager.get_connection().execute_unprepared(&sql).await?;
        }
    }
    Ok(())
}

async fn assignment(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    NewTable::named("assignment", manager)
        .col("id", Id)
        .primary_key(&["id"])
        .col("request_id", Id)
        .col("position", Small)
        .col("role", Line(20))
        // The role while current and NULL afterwards: one current assignment a role without a partial
        // index, which not every engine has.
        .opt("current_role", Line(20))
        .col("staff_id", Id)
        .col("assigned_by", Id)
        .col("assigned_at", Moment)
        .opt("ended_at", Moment)
        .unique(&["request_id", "current_role"])
        .index(&["staff_id"])
        .refers("request_id", REQUEST)
        .refers("staff_id", "staff")
        .create()
        .await
}

async fn history_and_words(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    NewTable::named("history_entry", manager)
        .col("id", Id)
        .primary_key(&["id"])
        .col("request_id", Id)
        .col("occurred_at", Moment)
        .col("user_id", Id)
        .col("action", Line(40))
        .opt("field", Line(64))
        .opt("old_value", Text)
        .opt("new_value", Text)
        .opt("comment", Text)
        .col("separation_waived", Flag)
        .index(&["request_id", "occurred_at", "id"])
        .refers("request_id", REQUEST)
        .create()
        .await?;
    // Words by the week of their request, so that a page of a search is cut inside the index.
    NewTable::named("request_search_term", manager)
        // The week in which the request was registered, counted from the first of 1970.
        .col("week_bucket", Small)
        .col("word", Line(100))
        .col("created_at", Moment)
        .col("request_id", Id)
        // A bit for the beginning of each of the request's words: most requests without a second word are told
        // apart by it without being looked up.
        .col("prefix_bloom", Number)
        .primary_key(&["week_bucket", "word", "created_at", "request_id", "prefix_bloom"])
        .index(&["request_id", "word"])
        .refers("request_id", REQUEST)
        .create()
        .await
}

async fn evaluation(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
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
        .refers("request_id", REQUEST)
        .refers("doctor_id", "staff")
        .create()
        .await
}

async fn certificate(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
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
        // Each filter of the list with its order.
        .index(&["issued_at", "id"])
        .index(&["doctor_id", "issued_at", "id"])
        .index(&["kind", "issued_at", "id"])
        .index(&["status", "issued_at", "id"])
        .index(&["status", "valid_until", "id"])
        .index(&["valid_until", "valid_from"])
        .refers("request_id", REQUEST)
        .refers("holder_person_id", "person")
        .refers("doctor_id", "staff")
        .create()
        .await
}
