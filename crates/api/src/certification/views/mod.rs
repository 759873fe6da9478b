//! What callers are shown. Some views are read again when a stored answer is completed for its caller.

mod certificate;
mod detail;
mod evaluation;
mod example;
mod history;
mod money;
mod people;
mod public;
mod row;
#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;

pub(crate) use certificate::CertificateView;
pub(crate) use detail::DetailView;
pub(crate) use evaluation::EvaluationView;
pub(crate) use history::HistoryView;
pub(crate) use money::{FeeView, PaymentView, RefundView};
use people::account;
pub(crate) use people::{ClientView, GuardianView, PersonChangeView, PromoterRef, StaffRef};
pub(crate) use public::PublicCertificateView;
pub(crate) use row::RowView;
