//! What a caller attaches to a change: the version it saw, and the key that makes repeating safe.

use crate::Error;

/// The header If-Match, as far as it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfMatch {
    /// Not sent.
    Absent,
    /// The version it names.
    Version(i64),
    /// `*`: any version.
    Any,
    /// Something that is no ETag of ours, so it can match nothing.
    Unknown,
}

impl IfMatch {
    /// The version must be named.
    pub fn required(self) -> Result<Self, Error> {
        if self == Self::Absent { Err(Error::VersionMissing) } else { Ok(self) }
    }

    /// Compares with the version found.
    pub fn check(self, version: i64) -> Result<(), Error> {
        match self {
            Self::Absent | Self::Any => Ok(()),
            Self::Version(seen) if seen == version => Ok(()),
            Self::Version(_) | Self::Unknown => Err(Error::VersionMismatch),
        }
    }

    pub(crate) const fn on_stale(self) -> crate::retry::OnStale {
        match self {
            Self::Absent | Self::Any => crate::retry::OnStale::Retry,
            Self::Version(_) | Self::Unknown => crate::retry::OnStale::Refuse,
        }
    }
}

/// The header Idempotency-Key with what it is bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// Caller, method and path, joined.
    pub scope: String,
    /// The key, 1 to 255 characters.
    pub key: String,
    /// SHA-256 of the payload.
    pub fingerprint: [u8; 32],
}

/// All of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conditions {
    /// If-Match.
    pub if_match: IfMatch,
    /// Idempotency-Key.
    pub idempotency: Option<IdempotencyKey>,
}
