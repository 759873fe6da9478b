//! What callers send: bodies as typed, and the way from them to the inputs of the use cases.

mod assigning;
mod bulk;
mod ending;
mod evaluation;
mod money;
mod overriding;
mod person;
mod promoter;
mod request;
#[cfg(test)]
mod tests;

pub(super) use assigning::{AssignBody, CommentBody, UnassignBody};
pub(super) use bulk::{Bulk, BulkBody, payload as bulk_payload};
pub(super) use ending::{CancelBody, CloseBody, DeleteBody, IssueBody, ObserveBody, ReopenBody};
pub(super) use evaluation::EvaluationBody;
pub(super) use money::{FeeBody, PaymentBody, RefundBody, ValidateBody, VoidBody};
pub(super) use overriding::OverrideBody;
pub(crate) use person::{PersonBody, PersonChanges, StaffPersonBody, StaffPersonChanges, UserPersonBody};
pub(crate) use promoter::{PromoterBody, tax_id};
pub(super) use request::EditBody;
pub(crate) use request::RegisterBody;

use medcert_domain::{Checks, Invalid, catalog::Institution};

use crate::reading::Reader;

/// Characters of names.
pub(crate) const NAMES: usize = 150;
/// Characters of comments and reasons.
pub(crate) const WORDS: usize = 1000;
/// Characters of references.
const REFERENCE: usize = 100;

/// A body as typed, with the way to its values. The profile supplies defaults.
pub(crate) trait Typed<T> {
    /// Its values, or everything that is wrong with them.
    fn values(&self, profile: &Institution) -> Result<T, Invalid>;
}

/// Reads one object: `read` gives nothing only when it has noted a fault.
pub(crate) fn read<T>(read: impl FnOnce(&mut Reader<'_>) -> Option<T>) -> Result<T, Invalid> {
    let mut checks = Checks::default();
    let value = read(&mut Reader::new(&mut checks));
    checks.done(value)
}
