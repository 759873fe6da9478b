//! Password hashes with bcrypt (OWASP ASVS 5.0, 6.2 and 11.4.2).

use std::sync::Arc;

use async_trait::async_trait;
use medcert_application::secrets::{Passwords, SecretError};
use tokio::sync::Semaphore;

/// What bcrypt reads of a password; it ignores every byte after these.
const MAX_BYTES: usize = 72;

/// Hashes passwords with bcrypt on the blocking threads, a fixed number at a time.
#[derive(Debug)]
pub struct BcryptPasswords {
    cost: u32,
    turns: Arc<Semaphore>,
}

impl BcryptPasswords {
    /// The cost outside tests: 2¹² rounds.
    pub const COST: u32 = 12;

    /// Hashes with 2^`cost` rounds, at most `parallel` at once (at least one).
    ///
    /// Only tests go below [`Self::COST`]. Stored hashes of another cost still verify.
    pub fn new(cost: u32, parallel: usize) -> Self {
        Self { cost, turns: Arc::new(Semaphore::new(parallel.max(1))) }
    }

    async fn run<T, F>(&self, work: F) -> Result<T, SecretError>
    where
        T: Send + 'static,
        F: FnOnce() -> Result<T, bcrypt::BcryptError> + Send + 'static,
    {
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(secret_error)?;
        tokio::task::spawn_blocking(move || {
            // Held by the work itself: a caller who goes away does not let another hash start beside it.
            let _turn = turn;
            work()
        })
        .await
        .map_err(secret_error)?
        .map_err(secret_error)
    }
}

fn secret_error(error: impl std::error::Error + Send + Sync + 'static) -> SecretError {
    SecretError(Box::new(error))
}

/// The work for an unknown account: one hash, which is all that a verification costs too. The salt needs no secrecy
/// and nothing is prepared at start.
fn against_nobody(password: &str, cost: u32) -> Result<bcrypt::HashParts, bcrypt::BcryptError> {
    bcrypt::hash_with_salt(password, cost, [0; 16])
}

/// A password that bcrypt would cut.
#[derive(Debug, thiserror::Error)]
#[error("a password of more than {MAX_BYTES} bytes")]
struct TooLong;

#[async_trait]
impl Passwords for BcryptPasswords {
    async fn hash(&self, password: &str) -> Result<String, SecretError> {
        if password.len() > MAX_BYTES {
            return Err(secret_error(TooLong));
        }
        let (password, cost) = (password.to_owned(), self.cost);
        self.run(move || bcrypt::hash(password, cost)).await
    }

    async fn verify(&self, password: &str, hash: Option<&str>) -> Result<bool, SecretError> {
        // Depends on the password alone, so a quick answer tells nothing about the account.
        if password.len() > MAX_BYTES {
            return Ok(false);
        }
        let password = password.to_owned();
        if let Some(hash) = hash.map(ToOwned::to_owned) {
            self.run(move || bcrypt::verify(password, &hash)).await
        } else {
            let cost = self.cost;
            self.run(move || against_nobody(&password, cost).map(|_| false)).await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quick() -> BcryptPasswords {
        BcryptPasswords::new(5, 2)
    }

    #[tokio::test]
    async fn a_password_verifies_against_its_own_hash_only() {
        let passwords = quick();
        let hash = passwords.hash("correct horse battery").await.unwrap();
        assert!(hash.starts_with("$2b$05$"), "{hash}");
        assert!(passwords.verify("correct horse battery", Some(&hash)).await.unwrap());
        assert!(!passwords.verify("correct horse batterx", Some(&hash)).await.unwrap());
        assert!(passwords.verify("x", Some("not a hash")).await.is_err());
    }

    #[tokio::test]
    async fn seventy_two_bytes_are_the_limit_and_nothing_is_cut() {
        let passwords = quick();
        let longest = "ñ".repeat(36);
        let hash = passwords.hash(&longest).await.unwrap();
        assert!(passwords.verify(&longest, Some(&hash)).await.unwrap());
        let longer = format!("{longest}x");
        assert!(!passwords.verify(&longer, Some(&hash)).await.unwrap(), "cut to 72 bytes it would match");
        assert!(passwords.hash(&longer).await.is_err());
    }

    #[tokio::test]
    async fn the_last_of_seventy_two_bytes_counts() {
        let passwords = quick();
        let (one, other) = (format!("{}a", "x".repeat(71)), format!("{}b", "x".repeat(71)));
        let hash = passwords.hash(&one).await.unwrap();
        assert!(passwords.verify(&one, Some(&hash)).await.unwrap());
        assert!(!passwords.verify(&other, Some(&hash)).await.unwrap());
    }

    #[tokio::test]
    async fn an_unknown_account_costs_the_same_rounds() {
        // Counted in rounds and not in seconds: a clock on a busy machine proves nothing.
        let known: bcrypt::HashParts = quick().hash("a long enough password").await.unwrap().parse().unwrap();
        let unknown = against_nobody("another password", quick().cost).unwrap();
        assert_eq!(known.get_cost(), unknown.get_cost());
        assert!(!quick().verify("another password", None).await.unwrap());
    }

    #[tokio::test]
    async fn hashes_of_a_lower_cost_still_verify() {
        let old = BcryptPasswords::new(4, 1).hash("from long ago").await.unwrap();
        assert!(quick().verify("from long ago", Some(&old)).await.unwrap());
    }
}
