//! The ports to what is secret: password hashes, access tokens, refresh secrets.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A refused or failed cryptographic operation.
#[derive(Debug, thiserror::Error)]
#[error("a cryptographic operation failed")]
pub struct SecretError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Hashes passwords. Slow on purpose; runs off the async threads, a few at a time.
#[async_trait]
pub trait Passwords: Send + Sync {
    /// A bcrypt hash in its usual text form. The caller has checked the length (at most 72 bytes).
    async fn hash(&self, password: &str) -> Result<String, SecretError>;

    /// Whether the password belongs to the hash. Over 72 bytes: false, never cut.
    /// `None` stands for an unknown account: the same work is done and the answer is false.
    async fn verify(&self, password: &str, hash: Option<&str>) -> Result<bool, SecretError>;
}

/// What an access token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessClaims {
    /// The user.
    pub user: Uuid,
    /// The login session.
    pub session: Uuid,
    /// Identifier of this token.
    pub token: Uuid,
    /// When it was made, whole seconds.
    pub issued_at: DateTime<Utc>,
    /// When it ends, whole seconds.
    pub expires_at: DateTime<Utc>,
}

/// Access tokens (RFC 9068 profile: `typ=at+jwt`), signed with ES256 under a key named by `kid`.
pub trait AccessTokens: Send + Sync {
    /// The signed token.
    fn sign(&self, claims: &AccessClaims) -> Result<String, SecretError>;

    /// The claims of a token that is ours, for us, and not expired at `now`; otherwise `None`.
    fn verify(&self, token: &str, now: DateTime<Utc>) -> Option<AccessClaims>;

    /// The public keys as a JWK set (RFC 7517), JSON text.
    fn jwks(&self) -> String;
}

/// Secrets derived from the server's key, so that only their hashes are stored.
pub trait Derivation: Send + Sync {
    /// The 256-bit secret of the refresh token with this id: the same every time it is asked.
    fn refresh_secret(&self, token: Uuid) -> [u8; 32];

    /// A tag over `bytes` for things handed out and taken back, such as list cursors.
    fn tag(&self, purpose: &str, bytes: &[u8]) -> [u8; 32];
}

/// Makes identifiers and random values.
pub trait Ids: Send + Sync {
    /// A fresh `UUIDv7`.
    fn uuid(&self) -> Uuid;

    /// 128 random bits, for public identifiers.
    fn public_id(&self) -> [u8; 16];
}

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now, in whole microseconds: what all databases keep.
    fn now(&self) -> DateTime<Utc>;
}
