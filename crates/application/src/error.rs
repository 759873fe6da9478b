//! Why a use case did not do what it was asked: one list for every caller.

use medcert_domain::{
    Id, Invalid,
    certification::{Certification, Refusal},
};

use crate::{objects::ObjectError, rendering::RenderError, secrets::SecretError, store::StoreError};

/// What still refers to something that was to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InUse {
    /// One sentence, without personal data.
    pub message: String,
    /// How many do.
    pub count: u64,
    /// The first of them with their codes, where they are requests that somebody has to look at.
    pub requests: Vec<(Id<Certification>, String)>,
}

/// Why a use case did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody is signed in, or no longer.
    #[error("not signed in")]
    Unauthenticated,
    /// Unknown account, wrong password, suspended account: one answer for all.
    #[error("e-mail address or password is wrong")]
    WrongCredentials,
    /// No role or grant has it, or the object is not the caller's to act on.
    #[error("{0}")]
    Forbidden(String),
    /// Unknown, or not visible to the caller.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// The request refuses the action.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The message itself cannot be read: broken syntax or encoding.
    #[error("{0}")]
    Malformed(String),
    /// The message comes in a format that is not read here; the sentence names the one that is.
    #[error("{0}")]
    UnsupportedFormat(&'static str),
    /// What was sent is larger than allowed.
    #[error("it is larger than {0} bytes")]
    TooLarge(usize),
    /// A value is refused.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The change must name the version that was seen, and names none.
    #[error("this change needs the version you have seen")]
    VersionMissing,
    /// It names another version than the present one.
    #[error("it was changed since you read it")]
    VersionMismatch,
    /// The key that makes repeating safe is needed and missing.
    #[error("this operation needs an idempotency key")]
    IdempotencyKeyMissing,
    /// The key was used with another payload.
    #[error("this idempotency key was used with another payload")]
    IdempotencyMismatch,
    /// The first call with this key has not finished.
    #[error("the first call with this idempotency key has not finished")]
    InFlight,
    /// Others were faster, again and again.
    #[error("it is being changed by others; try again")]
    Stale,
    /// Something that must be unique is there already.
    #[error("{message}")]
    Duplicate {
        /// JSON pointer to what is there already.
        pointer: &'static str,
        /// One sentence.
        message: &'static str,
    },
    /// It belongs to somebody else.
    #[error("another record has it already")]
    Taken {
        /// JSON pointer to what is there already.
        pointer: &'static str,
        /// The record that has it.
        by: uuid::Uuid,
    },
    /// It was merged into another record, which is used instead.
    #[error("it was merged into {0}; use that one")]
    Merged(uuid::Uuid),
    /// A list cursor that is not ours, or of another list.
    #[error("the cursor is not one of this list")]
    InvalidCursor,
    /// Too many tries; seconds to wait.
    #[error("too many tries; wait {0} seconds")]
    Throttled(u64),
    /// An account that must stay cannot be taken away.
    #[error("{0}")]
    LastAdministrator(&'static str),
    /// It is over, so there is nothing to stop.
    #[error("{0} is over already")]
    Over(&'static str),
    /// It cannot go while others refer to it.
    #[error("{}", .0.message)]
    InUse(Box<InUse>),
    /// The password was made by somebody else: nothing else is done before it is changed.
    #[error("the password must be changed first")]
    PasswordChangeRequired,
    /// The operation needs a mail to be sent, and this installation sends none.
    #[error("this installation sends no mail, so this cannot be done")]
    MailNotConfigured,
    /// The database is too busy at the moment.
    #[error("the database is busy; try again")]
    Busy(#[source] StoreError),
    /// Whether a file does harm cannot be told at the moment.
    #[error("files cannot be scanned at the moment; try again")]
    ScannerUnavailable,
    /// Anything else; the cause goes to the log only.
    #[error("internal error")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// So many refer to it; nobody has to look at them one by one.
    pub fn in_use(message: impl Into<String>, count: u64) -> Self {
        Self::InUse(Box::new(InUse { message: message.into(), count, requests: vec![] }))
    }

    /// An unexpected failure with its cause.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Stale(_) => Self::Stale,
            busy @ (StoreError::Conflict | StoreError::LockTimeout | StoreError::Unavailable(_)) => {
                Self::Busy(busy)
            }
            StoreError::Duplicate(_) => Self::Duplicate { pointer: "", message: "it is there already" },
            other => Self::internal(other),
        }
    }
}

impl From<ObjectError> for Error {
    fn from(error: ObjectError) -> Self {
        Self::internal(error)
    }
}

impl From<SecretError> for Error {
    fn from(error: SecretError) -> Self {
        Self::internal(error)
    }
}

impl From<RenderError> for Error {
    fn from(error: RenderError) -> Self {
        match error {
            RenderError::TooLong => {
                Invalid::one("/restrictions", "too-long", "the texts do not fit on one page").into()
            }
            other => Self::internal(other),
        }
    }
}
