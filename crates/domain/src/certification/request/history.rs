//! What is written down and told of a request.

use crate::certification::Action;

/// One line of the history of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryLine {
    /// What was done.
    pub action: Action,
    /// Field that changed.
    pub field: Option<&'static str>,
    /// Value before; never a clinical one.
    pub old: Option<String>,
    /// Value after; never a clinical one.
    pub new: Option<String>,
    /// What the actor said.
    pub comment: Option<String>,
    /// Whether a relaxed setting of the institution allowed what separation of duties would refuse.
    pub separation_waived: bool,
}

impl HistoryLine {
    /// A line that names the action only.
    pub const fn of(action: Action) -> Self {
        Self { action, field: None, old: None, new: None, comment: None, separation_waived: false }
    }

    /// The same with a field and its values.
    #[must_use]
    pub fn field(mut self, field: &'static str, old: Option<String>, new: Option<String>) -> Self {
        (self.field, self.old, self.new) = (Some(field), old, new);
        self
    }

    /// The same with what the actor said.
    #[must_use]
    pub fn comment(mut self, comment: Option<String>) -> Self {
        self.comment = comment;
        self
    }
}

crate::codes! {
    /// What other systems are told; never with names, conclusions or diagnoses.
    Event {
        /// A request was registered.
        RequestRegistered = "request.registered",
        /// A request stands elsewhere now.
        StageChanged = "request.stage_changed",
        /// A request was cancelled.
        RequestCancelled = "request.cancelled",
        /// A request was taken up again.
        RequestReopened = "request.reopened",
        /// Money was received.
        PaymentRegistered = "payment.registered",
        /// A payment was marked as never having happened.
        PaymentVoided = "payment.voided",
        /// Money was given back.
        PaymentRefunded = "payment.refunded",
        /// An evaluation was recorded.
        EvaluationRecorded = "evaluation.recorded",
        /// A certificate was issued.
        CertificateIssued = "certificate.issued",
        /// A certificate was replaced.
        CertificateSuperseded = "certificate.superseded",
    }
}
