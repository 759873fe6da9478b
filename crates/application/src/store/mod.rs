//! The ports to the database.
//!
//! Writing goes through a [`UnitOfWork`]; reading for lists and views through the read ports, without one.

mod audited_entity;
mod billing;
mod bulk;
mod catalog;
mod certification;
mod files;
mod identity;
mod jobs;
mod page;
mod people;
mod records;
mod reports;

pub use audited_entity::{AuditedEntityReads, ChangeRow};
pub use billing::BillingWork;
pub use bulk::{BulkLoad, Load, LoadedRequest, LoadedSearchTerms};
pub use catalog::{CatalogReads, ServiceFilter};
pub use certification::{
    CertificateFilter, CertificationReads, HistoryRow, OpenRequests, RequestAggregate, RequestFilter,
    RequestRow, Sort,
};
pub use files::FileReads;
pub use identity::{AccountRow, IdentityReads, NamedUser, SessionRow, SessionState, UserFilter, UserRow};
pub use jobs::{JobFilter, JobLine, JobReads, JobRow, JobWrites, Made};
pub use page::{Cursor, Page, PageRequest};
pub use people::{
    GuardianRow, PeopleReads, PersonFilter, PersonReads, PersonRow, PersonUses, PersonWrites, PromoterFilter,
    SPECIALTY, StaffFilter, Subject,
};
pub use records::{
    AuditEvent, ChangeEntry, DeliveryOutcome, HistoryEntry, OutboxMessage, QueuedMail, RefreshToken,
    StoredAnswer,
};
pub use reports::{Answers, By, CellFilter, Counted, Names, Question, ReportReads, ReportWrites, Sum};

use async_trait::async_trait;
use medcert_domain::{
    Entity, Id,
    billing::Settlement,
    catalog::{Institution, Service},
    certification::{AssignmentRole, Certificate, Certification},
    identity::{EmailChange, Session, User},
    jobs::Job,
    people::{Document, Member, Person, PersonUse, Promoter, PromoterSource, Staff},
};

use crate::objects::ObjectKey;

/// Why the database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The row has another version than the caller thinks.
    #[error("{0} was changed by somebody else")]
    Stale(&'static str),
    /// A unique constraint holds another row; names the kind of thing.
    #[error("{0} already exists")]
    Duplicate(&'static str),
    /// A foreign key points nowhere, or a row that is still pointed at was to go.
    #[error("{0} is still referred to, or refers to nothing")]
    Reference(&'static str),
    /// A statement of this unit of work failed, so none of it may be kept.
    #[error("the unit of work already failed")]
    Aborted,
    /// Deadlock or serialization failure: running it again is the answer.
    #[error("the transaction lost against another one")]
    Conflict,
    /// A lock was not to be had in time.
    #[error("waited too long for a lock")]
    LockTimeout,
    /// What is stored makes no sense.
    #[error("stored {kind} is corrupt: {detail}")]
    Corrupt {
        /// Kind of thing.
        kind: &'static str,
        /// What is wrong with it; no personal data.
        detail: String,
    },
    /// The database cannot be reached, or no connection was free in time.
    #[error("the database is not available")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Anything else.
    #[error("the database failed")]
    Backend(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Create, read, update and delete of one kind of thing.
#[async_trait]
pub trait Repository<E: Entity>: Send {
    /// The thing, or `None`.
    async fn get(&mut self, id: Id<E>) -> Result<Option<E>, StoreError>;

    /// Stores a new thing with version 1, whatever its own `version` says.
    async fn insert(&mut self, entity: &E) -> Result<(), StoreError>;

    /// Stores a changed thing with `version + 1`, if the stored version is still `version`; else `Stale`.
    async fn update(&mut self, entity: &E) -> Result<(), StoreError>;

    /// Removes it, if the stored version is still `version`; else `Stale`.
    async fn delete(&mut self, entity: &E) -> Result<(), StoreError>;
}

/// Where new units of work and read models come from.
#[async_trait]
pub trait Store:
    CertificationReads
    + PeopleReads
    + PersonReads
    + CatalogReads
    + IdentityReads
    + AuditedEntityReads
    + FileReads
    + ReportReads
    + JobReads
    + MailQueue
    + BulkLoad
    + Send
    + Sync
{
    /// Begins a unit of work.
    async fn begin(&self) -> Result<Box<dyn UnitOfWork>, StoreError>;

    /// Appends audit events that belong to no change: reads, denials, logins.
    async fn append_audit(&self, events: &[AuditEvent]) -> Result<(), StoreError>;

    /// The counter's present value; 0 when it was never used.
    async fn counter(&self, series: &str, year: i32) -> Result<i64, StoreError>;

    /// The stored answer to a call with this key, not older than 24 hours before `now`.
    async fn answer(
        &self,
        scope: &str,
        key: &str,
        now: chrono::DateTime<chrono::Utc>,
    ) -> Result<Option<StoredAnswer>, StoreError>;

    /// Takes or keeps the lease of this name for the holder, until the moment given, if nobody else holds it now;
    /// whether the holder has it.
    async fn lease(
        &self,
        name: &str,
        holder: uuid::Uuid,
        now: chrono::DateTime<chrono::Utc>,
        until: chrono::DateTime<chrono::Utc>,
    ) -> Result<bool, StoreError>;

    /// Removes claimed keys and their answers from before this moment; tells how many.
    async fn forget_answers(&self, before: chrono::DateTime<chrono::Utc>) -> Result<u64, StoreError>;

    /// Whether the database answers.
    async fn check(&self) -> Result<(), StoreError>;
}

/// One transaction. Dropping it rolls back; a failed statement spoils it, and `commit` then answers `Aborted`.
#[async_trait]
pub trait UnitOfWork:
    Repository<Certification>
    + Repository<Certificate>
    + Repository<Person>
    + Repository<Staff>
    + Repository<Promoter>
    + Repository<PromoterSource>
    + Repository<Service>
    + Repository<Institution>
    + Repository<User>
    + Repository<Session>
    + Repository<Job>
    + Repository<EmailChange>
    + BillingWork
    + CertificationWrites
    + PeopleWrites
    + PersonWrites
    + IdentityWrites
    + ReportWrites
    + JobWrites
    + FileWrites
    + AuditedEntityWrites
    + Send
{
    /// Appends audit events.
    async fn audit(&mut self, events: &[AuditEvent]) -> Result<(), StoreError>;

    /// Appends messages for the outside world.
    async fn publish(&mut self, messages: &[OutboxMessage]) -> Result<(), StoreError>;

    /// Puts a mail into the queue.
    async fn queue_mail(&mut self, mail: &QueuedMail) -> Result<(), StoreError>;

    /// The counter's next value (1 for a new one), locked until the end of the unit of work.
    async fn next_number(&mut self, series: &str, year: i32) -> Result<i64, StoreError>;

    /// Moves the counter from `expected` to `expected + 1`; `Stale` when it is elsewhere.
    async fn swap_number(&mut self, series: &str, year: i32, expected: i64) -> Result<(), StoreError>;

    /// Claims an Idempotency-Key; `Duplicate("idempotency key")` when it is taken. Claims older than 24 hours
    /// before `claim.created_at` are free again.
    async fn claim(&mut self, claim: &StoredAnswer) -> Result<(), StoreError>;

    /// Writes the answer to a claimed key.
    async fn answer_claim(&mut self, claim: &StoredAnswer) -> Result<(), StoreError>;

    /// Keeps everything, with what its changes of requests change in the figures of reports.
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;
}

/// Mails that are on their way: taken by one process at a time, by compare-and-swap.
#[async_trait]
pub trait MailQueue: Send + Sync {
    /// Mails that are due, the longest waiting first, at most `limit`.
    async fn due_mail(
        &self,
        now: chrono::DateTime<chrono::Utc>,
        limit: u64,
    ) -> Result<Vec<QueuedMail>, StoreError>;

    /// Takes a mail as it was read, so that nobody else tries it before `until`, and counts the attempt; false when
    /// somebody else was faster.
    async fn take_mail(
        &self,
        mail: &QueuedMail,
        until: chrono::DateTime<chrono::Utc>,
    ) -> Result<bool, StoreError>;

    /// Writes down what came of the attempt of this number; nothing, when another attempt has begun since. A mail that
    /// is done with loses its address.
    async fn settle_mail(
        &self,
        id: uuid::Uuid,
        attempt: u32,
        fate: DeliveryOutcome,
    ) -> Result<(), StoreError>;

    /// Removes mails with which nothing is left to do: those delivered before this moment, and those given up and
    /// written before it; tells how many.
    async fn forget_mail(&self, before: chrono::DateTime<chrono::Utc>) -> Result<u64, StoreError>;
}

/// What use cases of every directory need beyond plain repositories.
#[async_trait]
pub trait AuditedEntityWrites: Send {
    /// Appends changes to the history of entries.
    async fn record_changes(&mut self, changes: &[ChangeEntry]) -> Result<(), StoreError>;

    /// Replaces the words by which an entry is found; none removes it from the index. The entry has been written
    /// before, since its words keep its place in the list.
    async fn index_entry(
        &mut self,
        kind: &'static str,
        object: uuid::Uuid,
        search_terms: &[String],
    ) -> Result<(), StoreError>;
}

/// What use cases of certification need beyond plain repositories.
#[async_trait]
pub trait CertificationWrites: Send {
    /// A request with everything around it, as [`CertificationReads::dossier`] gives, inside the transaction.
    async fn request_aggregate(
        &mut self,
        id: Id<Certification>,
    ) -> Result<Option<RequestAggregate>, StoreError>;

    /// Appends lines to the history of a request.
    async fn record(&mut self, entries: &[HistoryEntry]) -> Result<(), StoreError>;

    /// Replaces the search words of a request.
    async fn index_search_terms(
        &mut self,
        id: Id<Certification>,
        search_terms: &[String],
    ) -> Result<(), StoreError>;

    /// Requests in which the person is client or guardian.
    async fn requests_of(&mut self, person: Id<Person>) -> Result<Vec<Id<Certification>>, StoreError>;

    /// Codes of open requests of the same client and service, among the newest two hundred of the client; oldest first.
    async fn open_requests_like(
        &mut self,
        client: Id<Person>,
        service: Option<Id<Service>>,
    ) -> Result<Vec<(Id<Certification>, String)>, StoreError>;

    /// How many open requests the staff member has in the role, and the first of them, at most `first`.
    async fn open_requests_of(
        &mut self,
        staff: Id<Staff>,
        role: AssignmentRole,
        first: u64,
    ) -> Result<OpenRequests, StoreError>;

    /// Number of requests in which the staff member ever had a part.
    async fn requests_with_staff(&mut self, staff: Id<Staff>) -> Result<u64, StoreError>;

    /// The service whose name is [alike](medcert_domain::text::alike).
    async fn service_named(&mut self, name: &str) -> Result<Option<Id<Service>>, StoreError>;

    /// Number of requests for the service.
    async fn requests_for_service(&mut self, service: Id<Service>) -> Result<u64, StoreError>;

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

/// What use cases of files need beyond the requests that files belong to.
#[async_trait]
pub trait FileWrites: Send {
    /// Notes objects that are to be removed once this unit of work is kept.
    async fn discard(
        &mut self,
        keys: &[ObjectKey],
        at: chrono::DateTime<chrono::Utc>,
    ) -> Result<(), StoreError>;
}

/// What use cases need of people beyond plain repositories.
#[async_trait]
pub trait PeopleWrites: Send {
    /// The person with this document, or into whom the record with it was merged; locked until the end of the unit
    /// of work, so that nobody merges them meanwhile.
    async fn person_by_document(&mut self, document: &Document) -> Result<Option<Person>, StoreError>;

    /// Whether the person is staff or has a login.
    async fn person_use(&mut self, id: Id<Person>) -> Result<PersonUse, StoreError>;

    /// Whether anything refers to the person: request, promoter, staff, user, certificate, somebody they stand for.
    async fn person_in_use(&mut self, id: Id<Person>) -> Result<bool, StoreError>;

    /// The staff member with name and account.
    async fn member(&mut self, id: Id<Staff>) -> Result<Option<Member>, StoreError>;

    /// The staff record of the person.
    async fn staff_of(&mut self, person: Id<Person>) -> Result<Option<Id<Staff>>, StoreError>;

    /// The promoter with this tax id.
    async fn promoter_by_tax_id(&mut self, tax_id: &str) -> Result<Option<Promoter>, StoreError>;

    /// The promoter that is this person.
    async fn promoter_by_person(&mut self, person: Id<Person>) -> Result<Option<Promoter>, StoreError>;
}

/// What use cases need of identity beyond plain repositories.
#[async_trait]
pub trait IdentityWrites: Send {
    /// The account with this address.
    async fn user_by_email(&mut self, email: &str) -> Result<Option<User>, StoreError>;

    /// The account of the person.
    async fn user_by_person(&mut self, person: Id<Person>) -> Result<Option<User>, StoreError>;

    /// Notes that a login succeeded, if the account is still active and has this password: one statement with a
    /// condition, which leaves the version alone. False when it is not.
    async fn note_login(
        &mut self,
        user: &User,
        at: chrono::DateTime<chrono::Utc>,
    ) -> Result<bool, StoreError>;

    /// Whether the account is the actor of any event that changed something, but for what concerns itself alone.
    async fn user_acted(&mut self, id: Id<User>) -> Result<bool, StoreError>;

    /// Removes the account with its sessions, its pending new address, its history and its search words; `Stale` when
    /// the version is another, `Reference` when something still refers to it.
    async fn erase_user(&mut self, user: &User) -> Result<(), StoreError>;

    /// The new address that the account asked for.
    async fn email_change_of(&mut self, user: Id<User>) -> Result<Option<EmailChange>, StoreError>;

    /// The new address whose token has this hash.
    async fn email_change_by_token(&mut self, hash: &[u8; 32]) -> Result<Option<EmailChange>, StoreError>;

    /// Stores a new refresh token.
    async fn insert_refresh(&mut self, token: &RefreshToken) -> Result<(), StoreError>;

    /// The refresh token with this hash.
    async fn refresh_by_hash(&mut self, hash: &[u8; 32]) -> Result<Option<RefreshToken>, StoreError>;

    /// Marks the token as used, if it was not: one statement with a condition. False when it was.
    async fn use_refresh(
        &mut self,
        token: &RefreshToken,
        at: chrono::DateTime<chrono::Utc>,
    ) -> Result<bool, StoreError>;

    /// Ends all sessions of the user that have not ended, but for one; tells how many.
    async fn end_sessions(
        &mut self,
        user: Id<User>,
        except: Option<Id<Session>>,
        at: chrono::DateTime<chrono::Utc>,
    ) -> Result<u64, StoreError>;

    /// Number of active administrators, with their rows locked until the end of the unit of work.
    async fn lock_active_admins(&mut self) -> Result<Vec<Id<User>>, StoreError>;

    /// Number of accounts.
    async fn count_users(&mut self) -> Result<u64, StoreError>;
}
