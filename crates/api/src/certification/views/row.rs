//! Rows of the list of requests.

use medcert_application::store::RequestRow;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::example::together;
use crate::{
    billing::codes::PaymentStatusCode,
    certification::codes::{StageCode, WaitingForCode},
    codes::Moment,
    people::codes::DocumentTypeCode,
};

/// The client in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ClientSummary)]
pub(crate) struct ClientSummary {
    /// The person.
    id: Uuid,
    /// Name.
    name: String,
    /// Kind of identity document.
    #[schema(required = true)]
    document_type: Option<DocumentTypeCode>,
    /// Number of the document.
    #[schema(required = true)]
    document_number: Option<String>,
}

/// A request in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CertificationRequestSummary, example = json!(example()))]
pub(crate) struct RowView {
    /// Identifier.
    id: Uuid,
    /// Code.
    code: String,
    /// Where it stands.
    stage: StageCode,
    /// What the money amounts to.
    payment_status: PaymentStatusCode,
    /// The client.
    client: ClientSummary,
    /// Name of the guardian.
    #[schema(required = true)]
    guardian_name: Option<String>,
    /// Name of the service.
    #[schema(required = true)]
    service_name: Option<String>,
    /// Name of the promoter.
    #[schema(required = true)]
    promoter_name: Option<String>,
    /// Name of whoever registered it.
    #[schema(required = true)]
    operator_name: Option<String>,
    /// Name of the current manager.
    #[schema(required = true)]
    manager_name: Option<String>,
    /// Name of the current doctor.
    #[schema(required = true)]
    doctor_name: Option<String>,
    /// In this stage since.
    stage_since: Moment,
    /// Whose move it is.
    waiting_for: WaitingForCode,
    /// When it was registered.
    created_at: Moment,
    /// When it was last changed.
    updated_at: Moment,
}

/// What the examples of a request in a list and of the whole request both show.
pub(super) fn shown_everywhere() -> Value {
    json!({
        "id": "01940000-0000-7000-8000-000000000007", "code": "MC-2026-000042",
        "stage_since": "2026-11-20T15:04:05.123456Z",
        "created_at": "2026-11-20T14:58:00.000000Z", "updated_at": "2026-11-20T15:04:05.123456Z"
    })
}

fn example() -> Value {
    let row = json!({
        "stage": "MANAGER_ASSIGNED", "payment_status": "PENDING",
        "client": {
            "id": "01940000-0000-7000-8000-0000000000e5", "name": "María Elena Quispe Rojas",
            "document_type": "DNI", "document_number": "45678912"
        },
        "guardian_name": null, "service_name": "Medical fitness certificate", "promoter_name": null,
        "operator_name": "Rosa Huamán", "manager_name": "Julio Paredes", "doctor_name": null,
        "waiting_for": "PAYMENT"
    });
    together([shown_everywhere(), row])
}

impl From<RequestRow> for RowView {
    fn from(row: RequestRow) -> Self {
        let document = row.client_document;
        Self {
            id: row.id.raw(),
            code: row.code,
            stage: row.stage.into(),
            payment_status: row.payment_status.into(),
            client: ClientSummary {
                id: row.client.raw(),
                name: row.client_name,
                document_type: document.as_ref().map(|d| d.kind.into()),
                document_number: document.map(|d| d.number),
            },
            guardian_name: row.guardian_name,
            service_name: row.service_name,
            promoter_name: row.promoter_name,
            operator_name: row.operator_name,
            manager_name: row.manager_name,
            doctor_name: row.doctor_name,
            stage_since: row.stage_since.into(),
            waiting_for: row.waiting_for.into(),
            created_at: row.created_at.into(),
            updated_at: row.updated_at.into(),
        }
    }
}
