//! The ports to the database.
//!
//! Writing goes through a [`UnitOfWork`]; reading for lists and views through the read ports, without one. Each room has
//! a pair of them in its own file; [`Store`] and [`UnitOfWork`] are the lists of all.

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

pub use audited_entity::{AuditedEntityReads, AuditedEntityWrites, ChangeRow};
pub use billing::BillingWrites;
pub use bulk::{BulkLoad, Load, LoadedRequest, LoadedSearchTerms};
pub use catalog::{CatalogReads, CatalogWrites, ServiceFilter};
pub use certification::{
    CertificateFilter, CertificationReads, CertificationWrites, HistoryEntry, HistoryRow, OpenRequests,
    RequestAggregate, RequestFilter, RequestRow, Sort, Subject,
};
pub use files::{FileReads, FileWrites};
pub use identity::{
    AccountRow, IdentityReads, IdentityWrites, RefreshToken, SessionRow, SessionState, UserFilter, UserRow,
};
pub use jobs::{JobFilter, JobLine, JobReads, JobRow, JobWrites, Made};
pub use page::{Cursor, Page, PageRequest};
pub use people::{
    GuardianRow, MemberReads, MemberWrites, PeopleReads, PeopleWrites, PersonFilter, PersonRow, PersonUses,
    PromoterFilter, SPECIALTY, StaffFilter,
};
pub use records::{
    AuditEvent, ChangeEntry, DeliveryOutcome, NamedUser, OutboxMessage, QueuedMail, StoredAnswer,
};
pub use reports::{Answers, By, CellFilter, Counted, Names, Question, ReportReads, ReportWrites, Sum};

use async_trait::async_trait;
use medcert_domain::{Entity, Id};

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

/// Create, read, update and delete of one kind of thing, found by the type of the thing or of its identifier.
#[async_trait]
pub trait Repository<E: Entity, K = <E as Entity>::Key>: Send {
    /// The thing, or `None`.
    async fn get(&mut self, id: Id<K>) -> Result<Option<E>, StoreError>;

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
    + MemberReads
    + CatalogReads
    + IdentityReads
    + FileReads
    + ReportReads
    + JobReads
    + AuditedEntityReads
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

/// One transaction. Dropping it rolls back; a failed statement aborts it, and `commit` then answers `Aborted`.
#[async_trait]
pub trait UnitOfWork:
    BillingWrites
    + CertificationWrites
    + PeopleWrites
    + MemberWrites
    + CatalogWrites
    + IdentityWrites
    + FileWrites
    + ReportWrites
    + JobWrites
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
