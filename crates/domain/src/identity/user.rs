//! Users, their roles and grants, their login sessions.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::{
    Entity, Id, Locale,
    people::{Person, Staff, StaffRole},
    policy::Permission,
};

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

crate::codes! {
    /// Whether a user may sign in.
    UserStatus {
        /// May sign in.
        Active = "ACTIVE",
        /// Kept out; every session ended.
        Suspended = "SUSPENDED",
    }
}

crate::codes! {
    /// What an administrator can do to an account.
    UserAction {
        /// Change language, person and staff record.
        Edit = "EDIT",
        /// Replace the roles.
        SetRoles = "SET_ROLES",
        /// Replace the grants.
        SetGrants = "SET_GRANTS",
        /// Keep it out.
        Suspend = "SUSPEND",
        /// Let it in again.
        Reactivate = "REACTIVATE",
        /// Give it a new password.
        ResetPassword = "RESET_PASSWORD",
        /// Remove it, if it never acted.
        Delete = "DELETE",
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

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Identifier.
    pub id: Id<Self>,
    /// Number of changes.
    pub version: i64,
    /// Trimmed, lower case, unique.
    pub email: String,
    /// The person who signs in.
    pub person: Id<Person>,
    /// bcrypt hash.
    pub password_hash: String,
    /// Whether somebody else made the password, so that it must be changed before anything else is done.
    pub must_change_password: bool,
    /// Whether signing in is allowed.
    pub status: UserStatus,
    /// Language of the web app and of mails.
    pub locale: Locale,
    /// What the user is.
    pub roles: BTreeSet<Role>,
    /// What the user may besides.
    pub grants: Vec<Grant>,
    /// When a login last succeeded.
    pub last_login_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl Entity for User {
    const KIND: &'static str = "user";
    fn id(&self) -> Id<Self> {
        self.id
    }
    fn version(&self) -> i64 {
        self.version
    }
}

impl User {
    /// Whether it is one of those who can look after the others.
    pub fn is_active_admin(&self) -> bool {
        self.status == UserStatus::Active && self.roles.contains(&Role::Admin)
    }

    /// What can be done to the account: by whom (`own`: by its user, who never suspends, resets or removes it), and
    /// given whether it is the last active administrator and whether it ever changed anything.
    pub fn actions(&self, own: bool, last_administrator: bool, acted: bool) -> Vec<UserAction> {
        let stays = own || last_administrator;
        let active = self.status == UserStatus::Active;
        let holds = |action: &UserAction| match action {
            UserAction::Edit | UserAction::SetRoles | UserAction::SetGrants => true,
            UserAction::Suspend => active && !stays,
            UserAction::Reactivate => !active,
            UserAction::ResetPassword => !own,
            UserAction::Delete => !stays && !acted,
        };
        UserAction::ALL.iter().copied().filter(holds).collect()
    }
}

/// One login: from signing in to signing out. Its refresh tokens form one family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Identifier; also the family of its refresh tokens.
    pub id: Id<Self>,
    /// Number of changes.
    pub version: i64,
    /// Whose.
    pub user: Id<User>,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it ends at the latest.
    pub expires_at: DateTime<Utc>,
    /// When it was ended before that.
    pub ended_at: Option<DateTime<Utc>>,
    /// Until when acts that need a fresh proof of identity are allowed.
    pub stepped_up_until: Option<DateTime<Utc>>,
}

impl Entity for Session {
    const KIND: &'static str = "session";
    fn id(&self) -> Id<Self> {
        self.id
    }
    fn version(&self) -> i64 {
        self.version
    }
}

/// Who is acting: a signed-in user as of this moment. Every use case takes one first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The account.
    pub user: Id<User>,
    /// The login it acts through.
    pub session: Id<Session>,
    /// The person behind it.
    pub person: Id<Person>,
    /// The staff record of that person.
    pub staff: Option<Id<Staff>>,
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

impl Role {
    /// The part that staff with this role play, if any.
    pub fn staff_role(self) -> Option<StaffRole> {
        StaffRole::ALL.iter().copied().find(|part| part.user_role() == self)
    }
}

impl Actor {
    /// Whether the user has the role.
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}
