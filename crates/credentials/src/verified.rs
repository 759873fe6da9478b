//! Access tokens whose signature was found right.
//!
//! Verifying an ES256 signature takes longer than reading a request from the database, and one caller sends the same
//! token for a quarter of an hour. Only what never changes is remembered: that this very text was signed by us for
//! us, what it says and when it ends. Whether its session still lasts is asked elsewhere, each time.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, Utc};
use medcert_application::secrets::AccessClaims;
use sha2::{Digest as _, Sha256};

/// The hash of a whole token, signature included: the memory holds nothing that could be used to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Fingerprint([u8; 32]);

impl Fingerprint {
    pub(crate) fn of(token: &str) -> Self {
        Self(Sha256::digest(token).into())
    }
}

/// Verified tokens, at most [`Self::MOST`] of them.
#[derive(Default)]
pub(crate) struct Verified(Mutex<HashMap<Fingerprint, AccessClaims>>);

impl Verified {
    /// A bound on memory (some 150 bytes each), above the tokens that a clinic has in use at the same time.
    const MOST: usize = 4096;

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Fingerprint, AccessClaims>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the token says, if it was verified before and has not ended.
    pub(crate) fn get(&self, token: &Fingerprint, now: DateTime<Utc>) -> Option<AccessClaims> {
        self.lock().get(token).filter(|claims| now < claims.expires_at).cloned()
    }

    /// Remembers a token whose signature is right.
    pub(crate) fn put(&self, token: Fingerprint, claims: AccessClaims, now: DateTime<Utc>) {
        let mut known = self.lock();
        if known.len() >= Self::MOST {
            known.retain(|_, claims| now < claims.expires_at);
        }
        // Nobody gets here without tokens that we signed, so forgetting all of them costs one verification each.
        if known.len() >= Self::MOST {
            known.clear();
        }
        known.insert(token, claims);
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_000_000 + seconds, 0).unwrap()
    }

    fn until(seconds: i64) -> AccessClaims {
        AccessClaims {
            user: Uuid::from_u128(1),
            session: Uuid::from_u128(2),
            token: Uuid::from_u128(3),
            issued_at: at(0),
            expires_at: at(seconds),
        }
    }

    #[test]
    fn a_token_is_remembered_until_it_ends() {
        let known = Verified::default();
        let token = Fingerprint::of("a.b.c");
        known.put(token, until(900), at(0));
        assert_eq!(known.get(&token, at(899)), Some(until(900)));
        assert_eq!(known.get(&token, at(900)), None);
        assert_eq!(known.get(&Fingerprint::of("a.b.d"), at(0)), None);
    }

    /// Full of tokens of which the first lasts longer than the others.
    fn full() -> Verified {
        let known = Verified::default();
        for number in 0..Verified::MOST {
            let ends = if number == 0 { 900 } else { 10 };
            known.put(Fingerprint::of(&number.to_string()), until(ends), at(0));
        }
        known
    }

    #[test]
    fn those_that_have_ended_go_first() {
        let known = full();
        known.put(Fingerprint::of("new"), until(900), at(20));
        assert_eq!(known.lock().len(), 2);
        assert!(known.get(&Fingerprint::of("0"), at(20)).is_some());
    }

    #[test]
    fn memory_is_bounded() {
        let known = full();
        known.put(Fingerprint::of("new"), until(900), at(5));
        assert_eq!(known.lock().len(), 1);
    }
}
