//! Users and their login sessions.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::{
    Entity, Locale, PersonId, SessionId, UserId, key,
    policy::{Grant, Role},
};

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

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Identifier.
    pub id: UserId,
    /// Number of changes.
    pub version: i64,
    /// Trimmed, lower case, unique.
    pub email: String,
    /// The person who signs in.
    pub person: PersonId,
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
    type Key = key::User;
    const KIND: &'static str = "user";
    fn id(&self) -> UserId {
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
    pub id: SessionId,
    /// Number of changes.
    pub version: i64,
    /// Whose.
    pub user: UserId,
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
    type Key = key::Session;
    const KIND: &'static str = "session";
    fn id(&self) -> SessionId {
        self.id
    }
    fn version(&self) -> i64 {
        self.version
    }
}
