//! Who acts, and by what right.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::Permission;
use crate::{PersonId, SessionId, StaffId, UserId};

crate::codes! {
    /// What a user is to the institution; a user may be several.
    Role {
        /// Runs the installation; does not practise medicine by it.
        Admin = "ADMIN",
        /// Registers requests.
        Operator = "OPERATOR",
        /// Follows requests up and handles money.
        Manager = "MANAGER",
        /// Evaluates and issues.
        Doctor = "DOCTOR",
        /// Reads everything but clinical values, changes nothing.
        Auditor = "AUDITOR",
    }
}

/// A single permission given to a user besides the roles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// What is permitted.
    pub permission: Permission,
    /// When it ends by itself.
    pub ends_at: Option<DateTime<Utc>>,
}

/// Who is acting: a signed-in user as of this moment. Every use case takes one first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The account.
    pub user: UserId,
    /// The login it acts through.
    pub session: SessionId,
    /// The person behind it.
    pub person: PersonId,
    /// The staff record of that person.
    pub staff: Option<StaffId>,
    /// Name shown to others.
    pub display_name: String,
    /// What the user is.
    pub roles: BTreeSet<Role>,
    /// Grants that have not ended.
    pub permissions: BTreeSet<Permission>,
    /// Where the request came from.
    pub origin: Origin,
}

/// Where a request came from, for the audit trail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// Identifier of the HTTP request.
    pub request_id: String,
    /// Network address of the caller.
    pub address: Option<String>,
    /// What the caller's program calls itself, cut to 255 characters.
    pub agent: Option<String>,
}

impl Actor {
    /// Whether the user has the role.
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}
