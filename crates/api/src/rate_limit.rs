//! The general limit of requests a second, by caller.

use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering},
};

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use governor::{
    Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
    middleware::StateInformationMiddleware,
    state::keyed::DefaultKeyedStateStore,
};
use uuid::Uuid;

/// Who is counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Counted {
    /// A signed-in user, from wherever.
    User(Uuid),
    /// Somebody at an address.
    Address(IpAddr),
    /// Somebody whose address is not known.
    Unknown,
}

impl Counted {
    /// An address; one subscriber of IPv6 has 64 bits of them.
    pub(crate) fn at(address: Option<IpAddr>) -> Self {
        match address {
            None => Self::Unknown,
            Some(IpAddr::V6(v6)) => {
                let [a, b, c, d, ..] = v6.segments();
                Self::Address(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into())
            }
            Some(v4) => Self::Address(v4),
        }
    }
}

/// What is left to a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Allowance {
    limit: u32,
    remaining: u32,
    /// Seconds until the whole limit is there again.
    reset: u64,
}

impl Allowance {
    /// Writes the fields of draft-ietf-httpapi-ratelimit-headers-03 §3, which clients know.
    pub(crate) fn write(self, headers: &mut HeaderMap) {
        let mut put =
            |name, value: u64| headers.insert(HeaderName::from_static(name), HeaderValue::from(value));
        put("ratelimit-limit", self.limit.into());
        put("ratelimit-remaining", self.remaining.into());
        put("ratelimit-reset", self.reset);
    }
}

type Buckets =
    RateLimiter<Counted, DefaultKeyedStateStore<Counted>, DefaultClock, StateInformationMiddleware>;

/// Counts requests.
pub(crate) struct Limiter {
    limit: NonZeroU32,
    buckets: Buckets,
    clock: DefaultClock,
    since_cleaning: AtomicU32,
}

/// Callers that were not seen for a while are forgotten after this many requests.
const CLEANING: u32 = 4096;

impl Limiter {
    /// So many requests a second.
    pub(crate) fn new(limit: NonZeroU32) -> Self {
        let buckets = RateLimiter::keyed(Quota::per_second(limit));
        Self {
            limit,
            buckets: buckets.with_middleware(),
            clock: DefaultClock::default(),
            since_cleaning: AtomicU32::new(0),
        }
    }

    /// Counts a request; an error says how many seconds to wait.
    pub(crate) fn count(&self, who: &Counted) -> Result<Allowance, (Allowance, u64)> {
        if self.since_cleaning.fetch_add(1, Ordering::Relaxed) % CLEANING == CLEANING - 1 {
            self.buckets.retain_recent();
        }
        let limit = self.limit.get();
        match self.buckets.check_key(who) {
            Ok(state) => {
                let remaining = state.remaining_burst_capacity();
                Ok(Allowance { limit, remaining, reset: u64::from(remaining < limit) })
            }
            Err(until) => {
                let wait = until.wait_time_from(self.clock.now()).as_secs().saturating_add(1);
                Err((Allowance { limit, remaining: 0, reset: wait }, wait))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callers_are_counted_apart() {
        let limiter = Limiter::new(NonZeroU32::new(2).unwrap());
        let one = Counted::at(Some("2001:db8::1".parse().unwrap()));
        let neighbour = Counted::at(Some("2001:db8::2".parse().unwrap()));
        let user = Counted::User(Uuid::nil());
        assert_eq!(limiter.count(&one).unwrap().remaining, 1);
        assert_eq!(limiter.count(&neighbour).unwrap().remaining, 0);
        assert_eq!(limiter.count(&one).unwrap_err().1, 1);
        assert!(limiter.count(&user).is_ok());
    }
}
