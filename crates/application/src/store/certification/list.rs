//! The list of requests: what it is asked for, and what its rows show.

use chrono::{DateTime, Utc};
use medcert_domain::{
    Id, PersonId, StaffId, UserId,
    billing::PaymentStatus,
    catalog::Service,
    certification::{Certification, Priority, Stage, WaitingFor},
    people::{Document, Promoter},
};

use crate::export::Value;

/// Order of the list of requests; ties are broken by id in the same direction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sort {
    /// Newest first.
    #[default]
    CreatedDesc,
    /// Oldest first.
    CreatedAsc,
    /// Last changed first.
    UpdatedDesc,
    /// Longest unchanged first.
    UpdatedAsc,
}

/// Which requests. Everything given must hold; several values of one filter mean any of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestFilter {
    /// Words, each of which must begin some search word of the request.
    pub search_terms: Vec<String>,
    /// Stages.
    pub stages: Vec<Stage>,
    /// Payment statuses.
    pub payment_statuses: Vec<PaymentStatus>,
    /// Priorities.
    pub priorities: Vec<Priority>,
    /// Services.
    pub services: Vec<Id<Service>>,
    /// Clients.
    pub clients: Vec<PersonId>,
    /// Promoters.
    pub promoters: Vec<Id<Promoter>>,
    /// Current managers.
    pub managers: Vec<StaffId>,
    /// Current doctors.
    pub doctors: Vec<StaffId>,
    /// Requests that are the caller's: registered by this account, or currently assigned to this staff member.
    pub mine: Option<(UserId, Option<StaffId>)>,
    /// Requests a doctor may see: currently assigned to this staff member.
    pub visible_to_doctor: Option<Option<StaffId>>,
    /// Registered at or after.
    pub created_from: Option<DateTime<Utc>>,
    /// Registered before.
    pub created_before: Option<DateTime<Utc>>,
    /// Changed at or after.
    pub updated_from: Option<DateTime<Utc>>,
    /// Exact document number of the client, as stored.
    pub document_number: Option<String>,
    /// Exact external reference.
    pub external_reference: Option<String>,
    /// Whether money is still to be given back.
    pub refund_due: Option<bool>,
    /// Order.
    pub sort: Sort,
}

/// One row of the list of requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRow {
    /// Identifier.
    pub id: Id<Certification>,
    /// Code.
    pub code: String,
    /// Where it stands.
    pub stage: Stage,
    /// What the money amounts to.
    pub payment_status: PaymentStatus,
    /// How soon it is to be worked on.
    pub priority: Priority,
    /// The client.
    pub client: PersonId,
    /// The client's name.
    pub client_name: String,
    /// The client's document.
    pub client_document: Option<Document>,
    /// Name of the guardian.
    pub guardian_name: Option<String>,
    /// Name of the service.
    pub service_name: Option<String>,
    /// Name of the promoter.
    pub promoter_name: Option<String>,
    /// Name of whoever registered it.
    pub operator_name: Option<String>,
    /// Name of the current manager.
    pub manager_name: Option<String>,
    /// Name of the current doctor.
    pub doctor_name: Option<String>,
    /// In this stage since.
    pub stage_since: DateTime<Utc>,
    /// Whose move it is.
    pub waiting_for: WaitingFor,
    /// When it was registered.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl RequestRow {
    /// Columns of the list as a table: nothing clinical.
    pub(crate) const COLUMNS: &[&str] = &[
        "id",
        "code",
        "stage",
        "payment_status",
        "client_name",
        "document_type",
        "document_country",
        "document_number",
        "guardian_name",
        "service_name",
        "promoter_name",
        "operator_name",
        "manager_name",
        "doctor_name",
        "stage_since",
        "waiting_for",
        "created_at",
        "updated_at",
        "priority",
    ];

    /// Its cells in these columns.
    pub(crate) fn cells(self) -> Vec<Value> {
        let document = self.client_document;
        let of = |text: Option<&str>| Value::maybe(text.map(ToOwned::to_owned));
        vec![
            Value::Text(self.id.to_string()),
            Value::Text(self.code),
            Value::code(self.stage.code()),
            Value::code(self.payment_status.code()),
            Value::Text(self.client_name),
            of(document.as_ref().map(|d| d.kind.code())),
            of(document.as_ref().map(|d| d.country.code())),
            of(document.as_ref().map(|d| d.number.as_str())),
            Value::maybe(self.guardian_name),
            Value::maybe(self.service_name),
            Value::maybe(self.promoter_name),
            Value::maybe(self.operator_name),
            Value::maybe(self.manager_name),
            Value::maybe(self.doctor_name),
            Value::Moment(self.stage_since),
            Value::code(self.waiting_for.code()),
            Value::Moment(self.created_at),
            Value::Moment(self.updated_at),
            Value::code(self.priority.code()),
        ]
    }
}
