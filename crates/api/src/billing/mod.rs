//! Billing: how money is told to callers, whatever it pays.

pub(crate) mod codes;
