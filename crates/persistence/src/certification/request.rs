//! The table of requests: the root of the aggregate, without its children.

use medcert_application::store::{RequestRow, StoreError};
use medcert_domain::{
    Entity as _, Id,
    billing::{PaymentStatus, Settlement},
    certification::{
        Care, CareMode, Certification, CloseOutcome, Ending, FeeSource, Guardian, MoneyDecision, RequestInfo,
        Stage, WaitingFor,
    },
    people::Relationship,
};
use sea_orm::QueryResult;

use super::trace;
use crate::{
    children::Parent,
    column::{all_or_none, corrupt, moment, read, read_opt, stored},
    mapped::Table,
    people::person,
    query::value_of,
};

const KIND: &str = Certification::KIND;
const OPEN: &str = "OPEN";
const CLOSED: &str = "CLOSED";
const CANCELLED: &str = "CANCELLED";

#[expect(unreachable_pub, reason = "the derived entity is public, and its model must be no less")]
pub(crate) mod table {
    use sea_orm::entity::prelude::*;

    use crate::db_timestamp::DbTimestamp;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "certification_request")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        pub code: String,
        pub client_id: Uuid,
        pub guardian_id: Option<Uuid>,
        pub guardian_relationship: Option<String>,
        pub promoter_id: Option<Uuid>,
        pub service_id: Option<Uuid>,
        pub care_mode: Option<String>,
        pub care_place: Option<String>,
        pub external_reference: Option<String>,
        pub comment: Option<String>,
        pub settlement_id: Uuid,
        pub fee_source: Option<String>,
        pub money_decision: Option<String>,
        pub registered_by: Uuid,
        pub operator_id: Option<Uuid>,
        pub ending: String,
        pub ended_at: Option<DbTimestamp>,
        pub ended_by: Option<Uuid>,
        pub close_outcome: Option<String>,
        pub ending_reason: Option<String>,
        pub stage: String,
        pub stage_since: DbTimestamp,
        pub trace: Option<String>,
        pub fee_currency: Option<String>,
        pub payment_status: String,
        pub waiting_for: String,
        pub paid_total_minor: i64,
        pub refund_due: bool,
        pub manager_id: Option<Uuid>,
        pub doctor_id: Option<Uuid>,
        pub created_at: DbTimestamp,
        pub updated_at: DbTimestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

impl Table for table::Entity {
    const ID: table::Column = table::Column::Id;
}

impl Parent for table::Entity {
    const VERSION: table::Column = table::Column::Version;
}

fn ending(row: &mut table::Model) -> Result<Ending, StoreError> {
    let end = all_or_none(KIND, "ending is incomplete", row.ended_at.map(moment), row.ended_by.map(Id::new))?;
    let outcome = read_opt(KIND, "close_outcome", row.close_outcome.as_deref(), CloseOutcome::parse)?;
    match (row.ending.as_str(), end, outcome, row.ending_reason.take()) {
        (OPEN, None, None, None) => Ok(Ending::Open),
        (CLOSED, Some((at, by)), outcome, reason) => Ok(Ending::Closed { at, by, outcome, reason }),
        (CANCELLED, Some((at, by)), None, Some(reason)) => Ok(Ending::Cancelled { at, by, reason }),
        _ => Err(corrupt(KIND, "ending does not fit its columns")),
    }
}

/// The request in a row, with its settlement and without its children.
pub(crate) fn request(mut row: table::Model, settlement: Settlement) -> Result<Certification, StoreError> {
    let relationship =
        read_opt(KIND, "guardian_relationship", row.guardian_relationship.as_deref(), Relationship::parse)?;
    let guardian = all_or_none(KIND, "guardian is incomplete", row.guardian_id, relationship)?;
    let mode = read_opt(KIND, "care_mode", row.care_mode.as_deref(), CareMode::parse)?;
    if mode.is_none() && row.care_place.is_some() {
        return Err(corrupt(KIND, "care has a place and no mode"));
    }
    Ok(Certification {
        id: Id::new(row.id),
        version: row.version,
        ending: ending(&mut row)?,
        settlement,
        fee_source: read_opt(KIND, "fee_source", row.fee_source.as_deref(), FeeSource::parse)?,
        guardian: guardian.map(|(person, relationship)| Guardian { person: Id::new(person), relationship }),
        client: Id::new(row.client_id),
        promoter: row.promoter_id.map(Id::new),
        service: row.service_id.map(Id::new),
        info: RequestInfo {
            care: mode.map(|mode| Care { mode, place: row.care_place }),
            external_reference: row.external_reference,
            comment: row.comment,
        },
        money_decision: read_opt(
            KIND,
            "money_decision",
            row.money_decision.as_deref(),
            MoneyDecision::parse,
        )?,
        registered_by: Id::new(row.registered_by),
        operator: row.operator_id.map(Id::new),
        stage: read(KIND, "stage", &row.stage, Stage::parse)?,
        stage_since: moment(row.stage_since),
        trace: trace::parsed(row.trace.as_deref())?,
        created_at: moment(row.created_at),
        updated_at: moment(row.updated_at),
        code: row.code,
        assignments: vec![],
        evaluations: vec![],
        certificates: vec![],
        files: vec![],
    })
}

/// The row that holds the request, with all that the domain derives from the whole aggregate.
pub(crate) fn row(request: &Certification, version: i64) -> table::Model {
    let (ending, end, close_outcome, ending_reason) = match &request.ending {
        Ending::Open => (OPEN, None, None, None),
        Ending::Closed { at, by, outcome, reason } => (CLOSED, Some((*at, *by)), *outcome, reason.clone()),
        Ending::Cancelled { at, by, reason } => (CANCELLED, Some((*at, *by)), None, Some(reason.clone())),
    };
    let code = |code: &'static str| code.to_owned();
    table::Model {
        id: request.id.raw(),
        version,
        code: request.code.clone(),
        client_id: request.client.raw(),
        guardian_id: request.guardian.map(|g| g.person.raw()),
        guardian_relationship: request.guardian.map(|g| code(g.relationship.code())),
        promoter_id: request.promoter.map(Id::raw),
        service_id: request.service.map(Id::raw),
        care_mode: request.info.care.as_ref().map(|c| code(c.mode.code())),
        care_place: request.info.care.as_ref().and_then(|c| c.place.clone()),
        external_reference: request.info.external_reference.clone(),
        comment: request.info.comment.clone(),
        settlement_id: request.settlement.id.raw(),
        fee_source: request.fee_source.map(|source| code(source.code())),
        money_decision: request.money_decision.map(|d| code(d.code())),
        registered_by: request.registered_by.raw(),
        operator_id: request.operator.map(Id::raw),
        ending: code(ending),
        ended_at: end.map(|(at, _)| stored(at)),
        ended_by: end.map(|(_, by)| by.raw()),
        close_outcome: close_outcome.map(|o| code(o.code())),
        ending_reason,
        stage: code(request.stage.code()),
        stage_since: stored(request.stage_since),
        trace: trace::text(&request.trace),
        fee_currency: request.settlement.currency().map(|currency| currency.code().to_owned()),
        payment_status: code(request.settlement.status().code()),
        waiting_for: code(request.waiting_for().code()),
        paid_total_minor: request.settlement.paid_total(),
        refund_due: request.refund_due(),
        manager_id: request.manager().map(Id::raw),
        doctor_id: request.doctor().map(Id::raw),
        created_at: stored(request.created_at),
        updated_at: stored(request.updated_at),
    }
}

/// Columns of the request itself that a row shows.
pub(crate) const LISTED: &[table::Column] = &[
    table::Column::Id,
    table::Column::Code,
    table::Column::Stage,
    table::Column::PaymentStatus,
    table::Column::ClientId,
    table::Column::StageSince,
    table::Column::WaitingFor,
    table::Column::CreatedAt,
    table::Column::UpdatedAt,
];

/// A row of the list, from a query that selects these columns and the names around them.
pub(crate) fn listed(found: &QueryResult) -> Result<RequestRow, StoreError> {
    let text = |name| value_of::<Option<String>>(KIND, found, name);
    let code = |name| value_of::<String>(KIND, found, name);
    let at = |name| value_of(KIND, found, name).map(moment);
    let (document_type, document_country) = (text("document_type")?, text("document_country")?);
    Ok(RequestRow {
        id: Id::new(value_of(KIND, found, "id")?),
        code: code("code")?,
        stage: read(KIND, "stage", &code("stage")?, Stage::parse)?,
        payment_status: read(KIND, "payment_status", &code("payment_status")?, PaymentStatus::parse)?,
        client: Id::new(value_of(KIND, found, "client_id")?),
        client_name: code("client_name")?,
        client_document: person::document(
            document_type.as_deref(),
            document_country.as_deref(),
            text("document_number")?,
        )?,
        guardian_name: text("guardian_name")?,
        service_name: text("service_name")?,
        promoter_name: text("promoter_name")?,
        operator_name: text("operator_name")?,
        manager_name: text("manager_name")?,
        doctor_name: text("doctor_name")?,
        stage_since: at("stage_since")?,
        waiting_for: read(KIND, "waiting_for", &code("waiting_for")?, WaitingFor::parse)?,
        created_at: at("created_at")?,
        updated_at: at("updated_at")?,
    })
}
