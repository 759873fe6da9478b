//! What a request is made of.

use chrono::{DateTime, Utc};

use crate::{
    FieldValue, Id, Money, PersonId, StaffId, UserId,
    certification::{AssignmentRole, CareMode, CloseOutcome, FeeSource},
    people::Relationship,
};

/// Who stands for a client who cannot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guardian {
    /// The person.
    pub person: PersonId,
    /// Relation to the client.
    pub relationship: Relationship,
}

/// How and where the client is seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Care {
    /// How.
    pub mode: CareMode,
    /// Where, up to 255 characters.
    pub place: Option<String>,
}

impl FieldValue for Care {
    fn history_text(&self) -> Option<String> {
        Some(
            self.place
                .as_ref()
                .map_or_else(|| self.mode.to_string(), |place| format!("{}: {place}", self.mode)),
        )
    }
}

/// What is to be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fee {
    /// Amount; 0 means waived.
    pub money: Money,
    /// Where it comes from.
    pub source: FeeSource,
}

/// How a request ended, if it did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// It goes on.
    Open,
    /// Ended with a certificate (`outcome` is `None`) or without.
    Closed {
        /// When.
        at: DateTime<Utc>,
        /// By whom.
        by: UserId,
        /// Why there is no certificate.
        outcome: Option<CloseOutcome>,
        /// In words.
        reason: Option<String>,
    },
    /// Ended without service.
    Cancelled {
        /// When.
        at: DateTime<Utc>,
        /// By whom.
        by: UserId,
        /// In words.
        reason: String,
    },
}

/// A part played in the request from one moment to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// Identifier.
    pub id: Id<Self>,
    /// Part.
    pub role: AssignmentRole,
    /// Who.
    pub staff: StaffId,
    /// Given by whom.
    pub assigned_by: UserId,
    /// Since when.
    pub assigned_at: DateTime<Utc>,
    /// Until when; `None` while current.
    pub ended_at: Option<DateTime<Utc>>,
}
