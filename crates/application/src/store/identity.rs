//! What the room of identity asks of the database.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use medcert_domain::{
    PersonId, SessionId, StaffId, UserId,
    identity::{EmailChange, Session, User, UserStatus},
    people::Person,
    policy::Role,
};
use uuid::Uuid;

use super::{Page, PageRequest, Repository, StoreError};

/// What a request with an access token needs to know: the session and its user, as of now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionState {
    /// The session.
    pub session: Session,
    /// The account.
    pub user: User,
    /// Name of the person.
    pub display_name: String,
    /// The staff record of the person.
    pub staff: Option<StaffId>,
}

/// An account as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    /// The account.
    pub user: User,
    /// Name of the person.
    pub display_name: String,
    /// The staff record of the person.
    pub staff: Option<StaffId>,
}

/// Which accounts. Everything given must hold; several values of one filter mean any of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserFilter {
    /// Words, each of which must begin some search word of the account.
    pub search_terms: Vec<String>,
    /// Roles.
    pub roles: Vec<Role>,
    /// Statuses.
    pub statuses: Vec<UserStatus>,
    /// Whether the person has a staff record.
    pub has_staff: Option<bool>,
    /// Having signed in, but not since this moment.
    pub last_login_before: Option<DateTime<Utc>>,
    /// Whether nobody ever signed in with it.
    pub never_logged_in: Option<bool>,
}

/// An account with its person, as the administration sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRow {
    /// The account.
    pub user: User,
    /// Whose it is.
    pub person: Person,
    /// The staff record of the person.
    pub staff: Option<StaffId>,
    /// The new address that waits for its confirmation, and until when.
    pub pending_email: Option<(String, DateTime<Utc>)>,
}

/// A login of somebody, with where it was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// The session.
    pub session: Session,
    /// Network address of the login.
    pub address: Option<String>,
    /// Program of the login.
    pub agent: Option<String>,
}

/// One refresh token of a session's family. Only the hash of its secret is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshToken {
    /// Identifier; its secret is derived from it.
    pub id: Uuid,
    /// SHA-256 of the secret.
    pub hash: [u8; 32],
    /// Family.
    pub session: SessionId,
    /// The token it came from.
    pub parent: Option<Uuid>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// When it was exchanged for its successor.
    pub used_at: Option<DateTime<Utc>>,
}

/// Reading identity.
#[async_trait]
pub trait IdentityReads: Send + Sync {
    /// The session with its user, in one statement.
    async fn session_state(&self, id: SessionId) -> Result<Option<SessionState>, StoreError>;

    /// The account with this address.
    async fn account_by_email(&self, email: &str) -> Result<Option<AccountRow>, StoreError>;

    /// One account.
    async fn account(&self, id: UserId) -> Result<Option<AccountRow>, StoreError>;

    /// Accounts by the name of their person (key of the cursor), then id.
    async fn users(&self, filter: &UserFilter, page: &PageRequest) -> Result<Page<UserRow>, StoreError>;

    /// One account with its person.
    async fn user(&self, id: UserId) -> Result<Option<UserRow>, StoreError>;

    /// Whether the account is the actor of any event that changed something, but for what concerns itself alone.
    async fn has_acted(&self, id: UserId) -> Result<bool, StoreError>;

    /// Whether the account is named in the history of any request or entry that is not itself. Reads the whole history
    /// of requests, so it is for the rare moment before an account is removed.
    async fn in_history(&self, id: UserId) -> Result<bool, StoreError>;

    /// Number of active administrators.
    async fn active_admins(&self) -> Result<u64, StoreError>;

    /// Logins of the user that have not ended by now, newest first (key of the cursor: when they began).
    async fn open_sessions(
        &self,
        user: UserId,
        now: DateTime<Utc>,
        page: &PageRequest,
    ) -> Result<Page<SessionRow>, StoreError>;

    /// The new address with this token identifier.
    async fn email_change(&self, token: Uuid) -> Result<Option<EmailChange>, StoreError>;

    /// Whether any account exists with this status.
    async fn any_user(&self, status: UserStatus) -> Result<bool, StoreError>;
}

/// What use cases need of identity beyond plain repositories.
#[async_trait]
pub trait IdentityWrites: Repository<User> + Repository<Session> + Repository<EmailChange> + Send {
    /// The account with this address.
    async fn user_by_email(&mut self, email: &str) -> Result<Option<User>, StoreError>;

    /// Gives the account of one person, if there is one, to another; it counts a version.
    async fn move_account(
        &mut self,
        from: PersonId,
        into: PersonId,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError>;

    /// The account of the person.
    async fn user_by_person(&mut self, person: PersonId) -> Result<Option<User>, StoreError>;

    /// Notes that a login succeeded, if the account is still active and has this password: one statement with a
    /// condition, which leaves the version alone. False when it is not.
    async fn note_login(&mut self, user: &User, at: DateTime<Utc>) -> Result<bool, StoreError>;

    /// Whether the account is the actor of any event that changed something, but for what concerns itself alone.
    async fn user_acted(&mut self, id: UserId) -> Result<bool, StoreError>;

    /// Removes the account with its sessions, its pending new address, its history and its search words; `Stale` when
    /// the version is another, `Reference` when something still refers to it.
    async fn erase_user(&mut self, user: &User) -> Result<(), StoreError>;

    /// The new address that the account asked for.
    async fn email_change_of(&mut self, user: UserId) -> Result<Option<EmailChange>, StoreError>;

    /// The new address whose token has this hash.
    async fn email_change_by_token(&mut self, hash: &[u8; 32]) -> Result<Option<EmailChange>, StoreError>;

    /// Stores a new refresh token.
    async fn insert_refresh(&mut self, token: &RefreshToken) -> Result<(), StoreError>;

    /// The refresh token with this hash.
    async fn refresh_by_hash(&mut self, hash: &[u8; 32]) -> Result<Option<RefreshToken>, StoreError>;

    /// Marks the token as used, if it was not: one statement with a condition. False when it was.
    async fn use_refresh(&mut self, token: &RefreshToken, at: DateTime<Utc>) -> Result<bool, StoreError>;

    /// Ends all sessions of the user that have not ended, but for one; tells how many.
    async fn end_sessions(
        &mut self,
        user: UserId,
        except: Option<SessionId>,
        at: DateTime<Utc>,
    ) -> Result<u64, StoreError>;

    /// Number of active administrators, with their rows locked until the end of the unit of work.
    async fn lock_active_admins(&mut self) -> Result<Vec<UserId>, StoreError>;

    /// Number of accounts.
    async fn count_users(&mut self) -> Result<u64, StoreError>;
}
