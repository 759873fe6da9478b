//! A clock that is set by hand, and identifiers that follow it.

use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

use chrono::{DateTime, Duration, Utc};
use medcert_application::secrets::{Clock, Ids};
use uuid::Uuid;

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl TestClock {
    /// Stands at ten in the morning of 21 November 2026, Lima time.
    pub fn new() -> Arc<Self> {
        let start = "2026-11-21T15:00:00Z".parse::<DateTime<Utc>>().expect("the start is a time");
        Arc::new(Self(AtomicI64::new(start.timestamp_micros())))
    }

    /// Moves it on.
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(by.num_microseconds().expect("a test moves less than an age"), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0.load(Ordering::SeqCst)).expect("a clock in range")
    }
}

/// Identifiers that count up: the same test makes the same ones.
#[derive(Debug)]
pub struct TestIds {
    clock: Arc<TestClock>,
    count: AtomicU64,
}

impl TestIds {
    /// Follows the clock.
    pub fn new(clock: Arc<TestClock>) -> Arc<Self> {
        Arc::new(Self { clock, count: AtomicU64::new(0) })
    }

    fn next(&self) -> u64 {
        self.count.fetch_add(1, Ordering::SeqCst)
    }
}

impl Ids for TestIds {
    fn uuid(&self) -> Uuid {
        let millis = u64::try_from(self.clock.now().timestamp_millis()).expect("after 1970");
        let mut tail = [0_u8; 10];
        // The first two bytes hold the version: counting starts behind them, so that ids ascend.
        tail[2..].copy_from_slice(&self.next().to_be_bytes());
        uuid::Builder::from_unix_timestamp_millis(millis, &tail).into_uuid()
    }

    fn public_id(&self) -> [u8; 16] {
        let mut bytes = [0xAB_u8; 16];
        bytes[8..].copy_from_slice(&self.next().to_be_bytes());
        bytes
    }
}
