//! SeedRng and time that are the same on every run with the same seed.

use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use medcert_application::secrets::{Clock, Ids};
use rand::{Rng as _, RngCore as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use uuid::Uuid;

/// A clock that is set by hand, and identifiers and draws from one seeded stream.
pub(crate) struct SeedRng {
    state: Mutex<(DateTime<Utc>, ChaCha8Rng)>,
}

impl SeedRng {
    pub(crate) fn new(seed: u64, now: DateTime<Utc>) -> Self {
        Self { state: Mutex::new((now, ChaCha8Rng::seed_from_u64(seed))) }
    }

    fn state(&self) -> MutexGuard<'_, (DateTime<Utc>, ChaCha8Rng)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets the clock.
    pub(crate) fn set(&self, now: DateTime<Utc>) {
        self.state().0 = now;
    }

    /// A number from 0 to `below`, exclusive.
    pub(crate) fn below(&self, below: u32) -> u32 {
        if below == 0 { 0 } else { self.state().1.random_range(0..below) }
    }

    /// One of the choices.
    pub(crate) fn pick<'a, T: ?Sized>(&self, choices: &[&'a T]) -> Option<&'a T> {
        let most = u32::try_from(choices.len()).unwrap_or(u32::MAX);
        choices.get(self.below(most) as usize).copied()
    }

    /// True in so many cases of a hundred.
    pub(crate) fn percent(&self, of_a_hundred: u32) -> bool {
        self.below(100) < of_a_hundred
    }
}

impl Clock for SeedRng {
    fn now(&self) -> DateTime<Utc> {
        self.state().0
    }
}

impl Ids for SeedRng {
    fn uuid(&self) -> Uuid {
        let mut state = self.state();
        let millis = u64::try_from(state.0.timestamp_millis()).unwrap_or_default();
        let mut random = [0_u8; 10];
        state.1.fill_bytes(&mut random);
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }

    fn public_id(&self) -> [u8; 16] {
        let mut bytes = [0_u8; 16];
        self.state().1.fill_bytes(&mut bytes);
        bytes
    }
}
