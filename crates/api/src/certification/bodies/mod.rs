//! What callers send: bodies as typed, and the way from them to the inputs of the use cases.

mod assigning;
mod bulk;
mod ending;
mod evaluation;
mod money;
mod overriding;
mod request;
#[cfg(test)]
mod tests;

pub(super) use assigning::{AssignBody, CommentBody, UnassignBody};
pub(super) use bulk::{Bulk, BulkBody, payload as bulk_payload};
pub(super) use ending::{CancelBody, CloseBody, DeleteBody, IssueBody, ObserveBody, ReopenBody};
pub(super) use evaluation::EvaluationBody;
pub(super) use money::{FeeBody, PaymentBody, RefundBody, ValidateBody, VoidBody};
pub(super) use overriding::OverrideBody;

pub(crate) use request::*;
