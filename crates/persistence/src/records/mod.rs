//! Rows without behaviour: audit events, outgoing messages, counters, idempotency keys, leases, mails.

pub(crate) mod audit;
pub(crate) mod counter;
pub(crate) mod idempotency;
pub(crate) mod lease;
pub(crate) mod mail;
pub(crate) mod outbox;
