//! A new e-mail address, until whoever reads its mail confirms it.

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use crate::{Entity, Id, UserId};

/// A new address that was asked for; one a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailChange {
    /// Identifier.
    pub id: Id<Self>,
    /// Number of changes.
    pub version: i64,
    /// Whose.
    pub user: UserId,
    /// The new address: trimmed, lower case.
    pub email: String,
    /// What the token of the mail is derived from.
    pub token: Uuid,
    /// SHA-256 of the token.
    pub token_hash: [u8; 32],
    /// When it was last asked for.
    pub asked_at: DateTime<Utc>,
    /// When the token ends.
    pub expires_at: DateTime<Utc>,
    /// When the mails began to be counted.
    pub counted_since: DateTime<Utc>,
    /// Mails since then.
    pub count: u32,
}

impl Entity for EmailChange {
    type Key = Self;
    const KIND: &'static str = "email change";
    fn id(&self) -> Id<Self> {
        self.id
    }
    fn version(&self) -> i64 {
        self.version
    }
}

impl EmailChange {
    /// How long a token is good.
    pub const LIFETIME: Duration = Duration::minutes(30);
    /// Mails to new addresses in [`Self::WINDOW`] at the most.
    const MOST: u32 = 5;
    const WINDOW: Duration = Duration::hours(1);
    /// Time between two of them at the least.
    const PAUSE: Duration = Duration::minutes(1);

    /// Seconds, at least one, to wait before another mail may be asked for; `None` when it may be now.
    pub fn wait(&self, now: DateTime<Utc>) -> Option<u64> {
        let full = self.count >= Self::MOST;
        let free = if full { self.counted_since + Self::WINDOW } else { self.asked_at + Self::PAUSE };
        let left = (free - now).num_milliseconds();
        (left > 0).then(|| u64::try_from(left).unwrap_or_default().div_ceil(1000))
    }

    /// The same account asks for another address, or for the same once more: the token before is void.
    pub fn ask_again(&mut self, email: &str, token: Uuid, token_hash: [u8; 32], now: DateTime<Utc>) {
        if now - self.counted_since >= Self::WINDOW {
            (self.counted_since, self.count) = (now, 0);
        }
        email.clone_into(&mut self.email);
        (self.token, self.token_hash) = (token, token_hash);
        (self.asked_at, self.expires_at) = (now, now + Self::LIFETIME);
        self.count += 1;
    }

    /// Whether the token is still good.
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        now < self.expires_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mails_are_few_and_tokens_short_lived() {
        let start = DateTime::from_timestamp(1_795_000_000, 0).unwrap();
        let mut change = EmailChange {
            id: Id::new(Uuid::nil()),
            version: 1,
            user: Id::new(Uuid::nil()),
            email: "a@example.org".to_owned(),
            token: Uuid::nil(),
            token_hash: [0; 32],
            asked_at: start,
            expires_at: start + EmailChange::LIFETIME,
            counted_since: start,
            count: 1,
        };
        let at = |seconds| start + Duration::seconds(seconds);
        assert_eq!((change.wait(at(0)), change.wait(at(59)), change.wait(at(60))), (Some(60), Some(1), None));
        assert!(change.is_open(at(1799)) && !change.is_open(at(1800)));
        for minute in 1..5 {
            change.ask_again("b@example.org", Uuid::max(), [1; 32], at(60 * minute));
        }
        assert_eq!((change.count, change.wait(at(600)), change.wait(at(3600))), (5, Some(3000), None));
        assert!(change.is_open(at(1800)));
        change.ask_again("b@example.org", Uuid::max(), [2; 32], at(3600));
        assert_eq!((change.count, change.counted_since, change.token_hash), (1, at(3600), [2; 32]));
    }
}
