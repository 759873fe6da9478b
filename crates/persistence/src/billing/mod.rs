//! Money: settlements with their payments and refunds.

pub(crate) mod ledger;
pub(crate) mod payment;
pub(crate) mod refund;
pub(crate) mod settlement;
mod writes;
