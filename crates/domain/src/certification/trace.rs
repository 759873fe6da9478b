//! What a request went through, kept with it because figures ask for it and nothing else remembers.

use chrono::{DateTime, Utc};

use super::Stage;
use crate::UserId;

/// A stage that was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passage {
    /// Where the request stood.
    pub stage: Stage,
    /// From when.
    pub entered: DateTime<Utc>,
    /// Until when.
    pub left: DateTime<Utc>,
}

/// A fee that was set to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiver {
    /// By whom.
    pub by: UserId,
    /// When.
    pub at: DateTime<Utc>,
}

/// What a request went through: only ever added to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trace {
    /// Stages left, oldest first.
    pub passages: Vec<Passage>,
    /// Fees waived, oldest first.
    pub waivers: Vec<Waiver>,
}
