//! Money: what is owed and what came in for it.
//!
//! A [`Settlement`] is the one place where that is added up, whatever is paid: its payables (a certification request)
//! hold it and follow each of its [`Movement`]s.

mod codes;
mod ledger;
mod settlement;

pub use codes::{Channel, PaymentStatus};
pub use ledger::{NewPayment, NewRefund, Payment, Refund, Voided};
pub use settlement::{Clerk, Moved, Movement, Settlement};

#[cfg(test)]
mod tests;
