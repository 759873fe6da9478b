//! Rows that are written and read as they are, without behaviour.

use chrono::{DateTime, Utc};
use medcert_domain::{
    Id, Locale, PersonId, UserId,
    certification::{Certification, Event},
};
use uuid::Uuid;

use crate::mail::LetterKind;

/// An account with the name of its person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedUser {
    /// The account.
    pub id: UserId,
    /// The person's name.
    pub name: String,
}

/// One change of an entry of a directory: a service, a promoter, a staff member, a person, an account, the institution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeEntry {
    /// Identifier; ascending within one change.
    pub id: Uuid,
    /// Kind of entry: its `Entity::KIND`.
    pub kind: &'static str,
    /// Which entry.
    pub object: Uuid,
    /// When, in microseconds.
    pub at: DateTime<Utc>,
    /// Who; `None` from the command line.
    pub by: Option<UserId>,
    /// What was done: a code such as `CREATE`.
    pub action: &'static str,
    /// Field that changed.
    pub field: Option<&'static str>,
    /// Value before.
    pub old: Option<String>,
    /// Value after.
    pub new: Option<String>,
    /// What the actor said.
    pub comment: Option<String>,
}

/// One event of the audit trail. Holds ids, never names or clinical values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    /// Identifier.
    pub id: Uuid,
    /// When, in microseconds.
    pub at: DateTime<Utc>,
    /// Who; `None` for somebody not signed in.
    pub actor: Option<UserId>,
    /// Role codes of the actor, comma-separated.
    pub roles: String,
    /// What: `room.verb`, such as `certification.assign_manager` or `identity.login`.
    pub action: String,
    /// Kind of object.
    pub object_kind: Option<&'static str>,
    /// Which object.
    pub object_id: Option<Uuid>,
    /// Whose data it is about.
    pub patient: Option<PersonId>,
    /// `ok`, `denied` or `failed`.
    pub outcome: &'static str,
    /// Where it came from.
    pub address: Option<String>,
    /// By which program.
    pub agent: Option<String>,
    /// The HTTP request.
    pub request_id: String,
    /// What the actor gave as reason.
    pub reason: Option<String>,
}

/// A message for the outside world: ids and stage only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxMessage {
    /// Identifier, also for receivers to recognise repeats.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Kind of event.
    pub event: Event,
    /// The request it is about.
    pub request: Id<Certification>,
    /// Code of the request.
    pub code: String,
    /// Stage after the change.
    pub stage: medcert_domain::certification::Stage,
}

/// A mail on its way. What it says is put together when it is sent, so that no secret is stored for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedMail {
    /// Identifier, also of the message that is sent.
    pub id: Uuid,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// What kind of letter.
    pub letter: LetterKind,
    /// What it is about, by kind of letter.
    pub subject: Option<Uuid>,
    /// Language.
    pub locale: Locale,
    /// Address.
    pub recipient: String,
    /// How often sending was begun.
    pub attempts: u32,
    /// When it is due next.
    pub due_at: DateTime<Utc>,
}

/// What came of an attempt at sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryOutcome {
    /// It was taken over at this moment.
    Delivered(DateTime<Utc>),
    /// Not yet: to be tried again from this moment on.
    Later(DateTime<Utc>),
    /// Never.
    GivenUp,
}

/// A claimed Idempotency-Key and, once the call is done, its answer without clinical values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAnswer {
    /// Caller, method and path, joined.
    pub scope: String,
    /// The key.
    pub key: String,
    /// SHA-256 of the payload.
    pub fingerprint: [u8; 32],
    /// What was acted on, where that decides who may have the answer again.
    pub object: Option<Uuid>,
    /// Status of the answer; 0 while the call runs.
    pub status: u16,
    /// Body of the answer.
    pub body: String,
    /// When the key was claimed.
    pub created_at: DateTime<Utc>,
}
