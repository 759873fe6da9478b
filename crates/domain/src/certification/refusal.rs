//! Why a request does not do what it is asked.

use super::{Action, Stage};
use crate::Invalid;

crate::codes! {
    /// A fact that stands in the way of an action the policy would allow.
    Blocker {
        /// A manager is assigned already.
        ManagerAssigned = "MANAGER_ASSIGNED",
        /// No manager is assigned.
        ManagerMissing = "MANAGER_MISSING",
        /// A doctor is assigned already.
        DoctorAssigned = "DOCTOR_ASSIGNED",
        /// No doctor is assigned.
        DoctorMissing = "DOCTOR_MISSING",
        /// No fee is set.
        FeeMissing = "FEE_MISSING",
        /// The request has no payment to act on.
        PaymentMissing = "PAYMENT_MISSING",
        /// Every payment is confirmed already.
        NothingToValidate = "NOTHING_TO_VALIDATE",
        /// Nothing is left to give back.
        NothingToRefund = "NOTHING_TO_REFUND",
        /// The payment is flagged as doubtful.
        PaymentObserved = "PAYMENT_OBSERVED",
        /// The payment is not flagged.
        PaymentNotObserved = "PAYMENT_NOT_OBSERVED",
        /// The fee is not covered.
        NotPaid = "NOT_PAID",
        /// No evaluation stands.
        EvaluationMissing = "EVALUATION_MISSING",
        /// The evaluation says that something is missing.
        EvaluationObserved = "EVALUATION_OBSERVED",
        /// The evaluation is older than the institution allows.
        EvaluationTooOld = "EVALUATION_TOO_OLD",
        /// No service is set.
        ServiceMissing = "SERVICE_MISSING",
        /// The client has no date of birth.
        BirthDateMissing = "BIRTH_DATE_MISSING",
        /// The client has no identity document.
        DocumentMissing = "DOCUMENT_MISSING",
        /// The client is a minor without a guardian.
        GuardianMissing = "GUARDIAN_MISSING",
        /// The doctor may not practise at present.
        DoctorNotActive = "DOCTOR_NOT_ACTIVE",
        /// A certificate is in force.
        CertificateInForce = "CERTIFICATE_IN_FORCE",
        /// What the certificate prints changed since the evaluation.
        PrintedDataChanged = "PRINTED_DATA_CHANGED",
        /// The request has an evaluation or certificate, now or earlier.
        MedicalActExists = "MEDICAL_ACT_EXISTS",
        /// The request has as many files as it may have.
        TooManyFiles = "TOO_MANY_FILES",
        /// A certificate was issued, now or earlier.
        CertificateIssued = "CERTIFICATE_ISSUED",
        /// The file is evidence of a payment in force.
        PaymentInForce = "PAYMENT_IN_FORCE",
    }
}

/// Why an action was refused, in the order in which the questions are asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No role or grant of the actor has the action.
    #[error("no role of yours has {0}")]
    Forbidden(Action),
    /// The object is not the actor's to act on.
    #[error("{0} is for those who handle this request")]
    NotYours(Action),
    /// Wrong stage, or a precondition of state fails.
    #[error("{action} is not possible in stage {stage}")]
    WrongStage {
        /// What was asked.
        action: Action,
        /// Where the request stands.
        stage: Stage,
        /// What stands in the way; empty when the stage itself does.
        reasons: Vec<Blocker>,
    },
    /// `REGISTER_PAYMENT` without a fee.
    #[error("the request has no fee yet")]
    FeeMissing,
    /// What a certificate prints changed since the evaluation.
    #[error("changed since the evaluation: {}", .0.join(", "))]
    PrintedDataChanged(Vec<String>),
    /// A value is refused.
    #[error(transparent)]
    Invalid(#[from] Invalid),
}
