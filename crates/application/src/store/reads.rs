//! Read models: what lists and views need, in one or two statements.

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use medcert_domain::{
    Id,
    catalog::{Institution, Service},
    certification::{
        AssignmentRole, Certificate, CertificateKind, CertificateStatus, Certification, Member,
        PaymentStatus, Stage, WaitingFor,
    },
    files::StoredFile,
    identity::{EmailChange, Role, Session, User, UserStatus},
    people::{Document, Person as DomainPerson, Promoter, Staff, StaffRole, StaffStatus},
};
use uuid::Uuid;

use super::{PromoterFilter, StoreError};

/// An account with the name of its person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The account.
    pub id: Id<User>,
    /// The person's name.
    pub name: String,
}

/// Place in a list: the sort key and the id of the last row seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The sort key of that row: microseconds since 1970 as text, or the name, or the number.
    pub key: String,
    /// Its id.
    pub id: Uuid,
}

/// Which part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// Rows wanted, 1 to 200.
    pub limit: u64,
    /// After which row.
    pub after: Option<Cursor>,
    /// Whether the exact total is wanted.
    pub with_total: bool,
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Where to go on; `None` at the end.
    pub next: Option<Cursor>,
    /// The exact number of rows over all pages, when asked for.
    pub total: Option<u64>,
}

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
    pub words: Vec<String>,
    /// Stages.
    pub stages: Vec<Stage>,
    /// Payment statuses.
    pub payment_statuses: Vec<PaymentStatus>,
    /// Services.
    pub services: Vec<Id<Service>>,
    /// Clients.
    pub clients: Vec<Id<DomainPerson>>,
    /// Promoters.
    pub promoters: Vec<Id<Promoter>>,
    /// Current managers.
    pub managers: Vec<Id<Staff>>,
    /// Current doctors.
    pub doctors: Vec<Id<Staff>>,
    /// Requests that are the caller's: registered by this account, or currently assigned to this staff member.
    pub mine: Option<(Id<User>, Option<Id<Staff>>)>,
    /// Requests a doctor may see: currently assigned to this staff member.
    pub visible_to_doctor: Option<Option<Id<Staff>>>,
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
    /// The client.
    pub client: Id<DomainPerson>,
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

/// A request with everything around it that a detail view or an action needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dossier {
    /// The request.
    pub certification: Certification,
    /// The client.
    pub client: DomainPerson,
    /// The guardian.
    pub guardian: Option<DomainPerson>,
    /// The promoter.
    pub promoter: Option<Promoter>,
    /// The service.
    pub service: Option<Service>,
    /// The staff record behind the account that registered it.
    pub operator: Option<(Id<Staff>, String)>,
    /// The current manager.
    pub manager: Option<Member>,
    /// The current doctor.
    pub doctor: Option<Member>,
    /// Names of all accounts and staff the request mentions, by raw id.
    pub names: Vec<(Uuid, String)>,
}

impl Dossier {
    /// The name behind a raw id of an account or staff member.
    pub fn name_of(&self, id: Uuid) -> Option<&str> {
        self.names.iter().find(|(known, _)| *known == id).map(|(_, name)| name.as_str())
    }
}

/// One line of history as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryRow {
    /// Identifier.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: Person,
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
    pub words: Vec<String>,
    /// Beginning of the number.
    pub number: Option<String>,
    /// Attesting doctors.
    pub doctors: Vec<Id<Staff>>,
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
    pub visible_to_doctor: Option<Option<Id<Staff>>>,
}

/// The open requests that somebody has to do with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenRequests {
    /// How many.
    pub count: u64,
    /// The first of them with their codes, by id.
    pub first: Vec<(Id<Certification>, String)>,
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
    async fn dossier(&self, id: Id<Certification>) -> Result<Option<Dossier>, StoreError>;

    /// The history of a request, newest first; ties by id, descending.
    async fn history(
        &self,
        id: Id<Certification>,
        page: &PageRequest,
    ) -> Result<Page<HistoryRow>, StoreError>;

    /// Open requests that the staff member has in the role, by id behind the one given.
    async fn open_requests_after(
        &self,
        staff: Id<Staff>,
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
}

/// One change of an entry of a directory as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRow {
    /// Identifier.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Who; `None` from the command line.
    pub by: Option<Person>,
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
}

/// Reading what all directories share.
#[async_trait]
pub trait DirectoryReads: Send + Sync {
    /// The history of an entry, newest first; ties by id, descending.
    async fn changes(
        &self,
        kind: &'static str,
        object: Uuid,
        page: &PageRequest,
    ) -> Result<Page<ChangeRow>, StoreError>;
}

/// Reading what is known of files and their objects.
#[async_trait]
pub trait FileReads: Send + Sync {
    /// The request that a file belongs to.
    async fn request_of_file(&self, id: Id<StoredFile>) -> Result<Option<Id<Certification>>, StoreError>;

    /// Those of these files that there are, each with its request.
    async fn files_known(
        &self,
        ids: &[Id<StoredFile>],
    ) -> Result<Vec<(Id<Certification>, Id<StoredFile>)>, StoreError>;

    /// The keys of the objects of those of these certificates that there are.
    async fn certificate_keys(&self, ids: &[Id<Certificate>]) -> Result<Vec<String>, StoreError>;

    /// Keys of objects that are to be removed, oldest first.
    async fn discarded(&self, limit: u64) -> Result<Vec<String>, StoreError>;

    /// Forgets keys of objects that have been removed.
    async fn forget_discarded(&self, keys: &[String]) -> Result<(), StoreError>;
}

/// Which staff.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StaffFilter {
    /// Having any of these roles.
    pub roles: Vec<StaffRole>,
    /// Having any of these statuses.
    pub statuses: Vec<StaffStatus>,
    /// Assignable in the asked roles (or in any of their roles, when none is asked) on this day, or not.
    pub assignable: Option<(bool, NaiveDate)>,
    /// Words, each of which must begin some word of the member.
    pub words: Vec<String>,
    /// Words, each of which must begin some word of the specialty.
    pub specialty: Vec<String>,
}

/// The kind under which the words of specialties are kept, each with the staff record that has it.
pub const SPECIALTY: &str = "specialty";

/// Reading people.
#[async_trait]
pub trait PeopleReads: Send + Sync {
    /// Staff by name (key of the cursor), then id.
    async fn staff_list(&self, filter: &StaffFilter, page: &PageRequest) -> Result<Page<Member>, StoreError>;

    /// One staff member.
    async fn staff_member(&self, id: Id<Staff>) -> Result<Option<Member>, StoreError>;

    /// Promoters by name (key of the cursor), then id.
    async fn promoters(
        &self,
        filter: &PromoterFilter,
        page: &PageRequest,
    ) -> Result<Page<Promoter>, StoreError>;

    /// One promoter.
    async fn promoter(&self, id: Id<Promoter>) -> Result<Option<Promoter>, StoreError>;
}

/// Which services. Everything given must hold; several values of one filter mean any of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServiceFilter {
    /// Those still offered, or those no longer.
    pub active: Option<bool>,
    /// Leading to these certificates.
    pub kinds: Vec<CertificateKind>,
    /// Words, each of which must begin some word of the name.
    pub words: Vec<String>,
}

/// Reading the catalog.
#[async_trait]
pub trait CatalogReads: Send + Sync {
    /// Services by name, then id.
    async fn services(&self, filter: &ServiceFilter, page: &PageRequest)
    -> Result<Page<Service>, StoreError>;

    /// One service.
    async fn service(&self, id: Id<Service>) -> Result<Option<Service>, StoreError>;

    /// The institution, when its profile was written.
    async fn institution(&self) -> Result<Option<Institution>, StoreError>;
}

/// What a request with an access token needs to know: the session and its user, as of now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionState {
    /// The session.
    pub session: Session,
    /// The account.
    pub user: User,
    /// Name of the person.
    pub display_name: String,
    /// The staff record of the person.
    pub staff: Option<Id<Staff>>,
}

/// An account as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    /// The account.
    pub user: User,
    /// Name of the person.
    pub display_name: String,
    /// The staff record of the person.
    pub staff: Option<Id<Staff>>,
}

/// Which accounts. Everything given must hold; several values of one filter mean any of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserFilter {
    /// Words, each of which must begin some search word of the account.
    pub words: Vec<String>,
    /// Roles.
    pub roles: Vec<Role>,
    /// Statuses.
    pub statuses: Vec<UserStatus>,
    /// Whether the person has a staff record.
    pub has_staff: Option<bool>,
    /// Having signed in, but not since this moment.
    pub last_login_before: Option<DateTime<Utc>>,
    /// Whether nobody ever signed in with it.
    pub never_logged_in: Option<bool>,
}

/// An account with its person, as the administration sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRow {
    /// The account.
    pub user: User,
    /// Whose it is.
    pub person: DomainPerson,
    /// The staff record of the person.
    pub staff: Option<Id<Staff>>,
    /// The new address that waits for its confirmation, and until when.
    pub pending_email: Option<(String, DateTime<Utc>)>,
}

/// A login of somebody, with where it was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// The session.
    pub session: Session,
    /// Network address of the login.
    pub address: Option<String>,
    /// Program of the login.
    pub agent: Option<String>,
}

/// Reading identity.
#[async_trait]
pub trait IdentityReads: Send + Sync {
    /// The session with its user, in one statement.
    async fn session_state(&self, id: Id<Session>) -> Result<Option<SessionState>, StoreError>;

    /// The account with this address.
    async fn account_by_email(&self, email: &str) -> Result<Option<AccountRow>, StoreError>;

    /// One account.
    async fn account(&self, id: Id<User>) -> Result<Option<AccountRow>, StoreError>;

    /// Accounts by the name of their person (key of the cursor), then id.
    async fn users(&self, filter: &UserFilter, page: &PageRequest) -> Result<Page<UserRow>, StoreError>;

    /// One account with its person.
    async fn user(&self, id: Id<User>) -> Result<Option<UserRow>, StoreError>;

    /// Whether the account is the actor of any event that changed something, but for what concerns itself alone.
    async fn has_acted(&self, id: Id<User>) -> Result<bool, StoreError>;

    /// Whether the account is named in the history of any request or entry that is not itself. Reads the whole history
    /// of requests, so it is for the rare moment before an account is removed.
    async fn in_history(&self, id: Id<User>) -> Result<bool, StoreError>;

    /// Number of active administrators.
    async fn active_admins(&self) -> Result<u64, StoreError>;

    /// Logins of the user that have not ended by now, newest first (key of the cursor: when they began).
    async fn open_sessions(
        &self,
        user: Id<User>,
        now: DateTime<Utc>,
        page: &PageRequest,
    ) -> Result<Page<SessionRow>, StoreError>;

    /// The new address with this token identifier.
    async fn email_change(&self, token: Uuid) -> Result<Option<EmailChange>, StoreError>;

    /// Whether any account exists with this status.
    async fn any_user(&self, status: UserStatus) -> Result<bool, StoreError>;
}
