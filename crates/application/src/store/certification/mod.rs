//! What the room of certification asks of the database.

mod list;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use medcert_domain::{
    Id, PersonId, StaffId, UserId,
    billing::Settlement,
    catalog::{CertificateKind, Service},
    certification::{AssignmentRole, Certificate, CertificateStatus, Certification, HistoryLine},
    files::StoredFile,
    people::{Member, Person, Promoter},
};
use uuid::Uuid;

pub use list::{RequestFilter, RequestRow, Sort};

use super::{NamedUser, Page, PageRequest, Repository, StoreError};

/// A request with everything around it that a detail view or an action needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestAggregate {
    /// The request.
    pub certification: Certification,
    /// The client.
    pub client: Person,
    /// The guardian.
    pub guardian: Option<Person>,
    /// The promoter.
    pub promoter: Option<Promoter>,
    /// The service.
    pub service: Option<Service>,
    /// The staff record behind the account that registered it.
    pub operator: Option<(StaffId, String)>,
    /// The current manager.
    pub manager: Option<Member>,
    /// The current doctor.
    pub doctor: Option<Member>,
    /// Names of all accounts and staff the request mentions, by raw id.
    pub names: Vec<(Uuid, String)>,
}

impl RequestAggregate {
    /// The name behind a raw id of an account or staff member.
    pub fn name_of(&self, id: Uuid) -> Option<&str> {
        self.names.iter().find(|(known, _)| *known == id).map(|(_, name)| name.as_str())
    }
}

/// One line of a request's history, with who and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEntry {
    /// Identifier; ascending within one change.
    pub id: Uuid,
    /// The request.
    pub request: Id<Certification>,
    /// When, in microseconds.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: UserId,
    /// What.
    pub line: HistoryLine,
}

/// One line of history as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryRow {
    /// Identifier.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: NamedUser,
    /// Code of the action.
    pub action: String,
    /// Field.
    pub field: Option<String>,
    /// Value before.
    pub old_value: Option<String>,
    /// Value after.
    pub new_value: Option<String>,
    /// Comment.
    pub comment: Option<String>,
    /// Whether a relaxed setting allowed it.
    pub separation_waived: bool,
}

/// Which certificates. Everything given must hold; several values of one filter mean any of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CertificateFilter {
    /// Words, each of which must begin some word of the holder's name or document as printed.
    pub search_terms: Vec<String>,
    /// Beginning of the number.
    pub number: Option<String>,
    /// Attesting doctors.
    pub doctors: Vec<StaffId>,
    /// Kinds.
    pub kinds: Vec<CertificateKind>,
    /// Where they stand on this day.
    pub statuses: Option<(Vec<CertificateStatus>, NaiveDate)>,
    /// Issued at or after.
    pub issued_from: Option<DateTime<Utc>>,
    /// Issued before.
    pub issued_before: Option<DateTime<Utc>>,
    /// Within their first and last day, whatever their status.
    pub valid_on: Option<NaiveDate>,
    /// Certificates a doctor may see: attested by this staff member.
    pub visible_to_doctor: Option<Option<StaffId>>,
}

/// The open requests that somebody has to do with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenRequests {
    /// How many.
    pub count: u64,
    /// The first of them with their codes, by id.
    pub first: Vec<(Id<Certification>, String)>,
}

/// What the search words of a request are made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The request.
    pub request: Id<Certification>,
    /// Its code.
    pub code: String,
    /// The client.
    pub client: Person,
    /// The guardian.
    pub guardian: Option<Person>,
}

/// Reading certification.
#[async_trait]
pub trait CertificationReads: Send + Sync {
    /// The list of requests.
    async fn requests(
        &self,
        filter: &RequestFilter,
        page: &PageRequest,
    ) -> Result<Page<RequestRow>, StoreError>;

    /// One request with everything around it.
    async fn request_aggregate(&self, id: Id<Certification>) -> Result<Option<RequestAggregate>, StoreError>;

    /// The history of a request, newest first; ties by id, descending.
    async fn history(
        &self,
        id: Id<Certification>,
        page: &PageRequest,
    ) -> Result<Page<HistoryRow>, StoreError>;

    /// Open requests that the staff member has in the role, by id behind the one given.
    async fn open_requests_after(
        &self,
        staff: StaffId,
        role: AssignmentRole,
        after: Option<Id<Certification>>,
        limit: u64,
    ) -> Result<Vec<(Id<Certification>, String)>, StoreError>;

    /// Certificates, newest first; ties by id, descending.
    async fn certificates(
        &self,
        filter: &CertificateFilter,
        page: &PageRequest,
    ) -> Result<Page<Certificate>, StoreError>;

    /// One certificate.
    async fn certificate(&self, id: Id<Certificate>) -> Result<Option<Certificate>, StoreError>;

    /// The certificate its QR code leads to.
    async fn certificate_by_public_id(&self, public_id: &str) -> Result<Option<Certificate>, StoreError>;

    /// The request that a file belongs to.
    async fn request_of_file(&self, id: Id<StoredFile>) -> Result<Option<Id<Certification>>, StoreError>;

    /// Those of these files that there are, each with its request.
    async fn files_known(
        &self,
        ids: &[Id<StoredFile>],
    ) -> Result<Vec<(Id<Certification>, Id<StoredFile>)>, StoreError>;

    /// The keys of the objects of those of these certificates that there are.
    async fn certificate_keys(&self, ids: &[Id<Certificate>]) -> Result<Vec<String>, StoreError>;
}

/// What use cases of certification need beyond plain repositories.
#[async_trait]
pub trait CertificationWrites: Repository<Certification> + Repository<Certificate> + Send {
    /// A request with everything around it, as [`CertificationReads::request_aggregate`] gives, inside the transaction.
    async fn request_aggregate(
        &mut self,
        id: Id<Certification>,
    ) -> Result<Option<RequestAggregate>, StoreError>;

    /// Appends lines to the history of a request.
    async fn append_history(&mut self, entries: &[HistoryEntry]) -> Result<(), StoreError>;

    /// Replaces the search words of a request.
    async fn index_search_terms(
        &mut self,
        id: Id<Certification>,
        search_terms: &[String],
    ) -> Result<(), StoreError>;

    /// Requests in which the person is client or guardian.
    async fn requests_of(&mut self, person: PersonId) -> Result<Vec<Id<Certification>>, StoreError>;

    /// Codes of open requests of the same client and service, among the newest two hundred of the client; oldest first.
    async fn open_requests_like(
        &mut self,
        client: PersonId,
        service: Option<Id<Service>>,
    ) -> Result<Vec<(Id<Certification>, String)>, StoreError>;

    /// How many open requests the staff member has in the role, and the first of them, at most `first`.
    async fn open_requests_of(
        &mut self,
        staff: StaffId,
        role: AssignmentRole,
        first: u64,
    ) -> Result<OpenRequests, StoreError>;

    /// Number of requests in which the staff member ever had a part.
    async fn requests_with_staff(&mut self, staff: StaffId) -> Result<u64, StoreError>;

    /// Number of requests for the service.
    async fn requests_for_service(&mut self, service: Id<Service>) -> Result<u64, StoreError>;

    /// Gives the requests (each of which counts a version) and certificates of one person to another, in a few
    /// statements however many there are.
    async fn move_requests(
        &mut self,
        from: PersonId,
        into: PersonId,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError>;

    /// Whether one of them is the client and the other the guardian of the same request.
    async fn share_a_request(&mut self, one: PersonId, other: PersonId) -> Result<bool, StoreError>;

    /// How many requests name the promoter.
    async fn requests_with_promoter(&mut self, promoter: Id<Promoter>) -> Result<u64, StoreError>;

    /// Requests that name the promoter.
    async fn requests_by(&mut self, promoter: Id<Promoter>) -> Result<Vec<Id<Certification>>, StoreError>;

    /// What the search words of these requests are made of: at most 500 at a time.
    async fn subjects(&mut self, requests: &[Id<Certification>]) -> Result<Vec<Subject>, StoreError>;

    /// Replaces the search words of these requests, in a few statements: at most 500 at a time.
    async fn index_requests(
        &mut self,
        search_terms: &[(Id<Certification>, Vec<String>)],
    ) -> Result<(), StoreError>;

    /// Erases a request: its history, words and assignments go; its payments and refunds stay with their settlement as
    /// ledger lines without comment, reference and reason. `Stale` when the version is another.
    async fn erase(&mut self, request: &Certification) -> Result<(), StoreError>;

    /// The request that is paid through the settlement, locked until the end of the unit of work. Figures tell what
    /// becomes of it from here on, of its settlement as well.
    async fn hold_request_of(
        &mut self,
        settlement: Id<Settlement>,
    ) -> Result<Option<Certification>, StoreError>;
}
