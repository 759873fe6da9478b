//! What callers of the certification use cases hand in, still with ids instead of people.

use medcert_domain::{
    Id, Money, PaymentId, StaffId,
    billing::{NewPayment, NewRefund},
    catalog::Service,
    certification::{
        Action, CareMode, Certification, CloseOutcome, EndWithoutCertificate, NewEvaluation, ReopenReason,
        RequestPatch,
    },
};

use crate::{
    Conditions,
    input::Input,
    people::{GuardianInput, PersonInput, PromoterInput},
};

/// How the client is seen, as changed: `None` leaves a field, `Some(None)` clears it.
#[derive(Debug, Clone)]
pub struct CareInput {
    /// How; required when nothing was said before.
    pub mode: Option<CareMode>,
    /// Where.
    pub place: Option<Option<String>>,
}

/// What is said of a request: of a new one, with a client; of a change, where `None` leaves a field and `Some(None)`
/// clears it.
#[derive(Debug, Clone, Default)]
pub struct RequestInput {
    /// Whom the certificate is about, or changes to the client.
    pub client: Option<PersonInput>,
    /// Who stands for the client, changes to the guardian, or nobody.
    pub guardian: Option<Option<GuardianInput>>,
    /// Who sent the client, or nobody.
    pub promoter: Option<Option<PromoterInput>>,
    /// What is asked for, or nothing yet.
    pub service: Option<Option<Id<Service>>>,
    /// How the client is to be seen.
    pub care: Option<Option<CareInput>>,
    /// The other fields.
    pub fields: RequestPatch,
}

/// A staff member to assign.
#[derive(Debug, Clone)]
pub struct AssignInput {
    /// Who.
    pub staff: StaffId,
    /// In words.
    pub comment: Option<String>,
}

/// What is to be done to a request.
#[derive(Debug, Clone)]
pub enum Payload {
    /// EDIT.
    Edit(Box<RequestInput>),
    /// ASSIGN_MANAGER, CHANGE_MANAGER, ASSIGN_DOCTOR, CHANGE_DOCTOR.
    Assign(AssignInput),
    /// UNASSIGN_MANAGER, UNASSIGN_DOCTOR, with a reason; CLEAR_OBSERVATION, with a comment.
    Words(Option<String>),
    /// OVERRIDE_FEE.
    OverrideFee {
        /// The fee.
        money: Money,
        /// In words.
        reason: String,
    },
    /// REGISTER_PAYMENT.
    RegisterPayment(NewPayment),
    /// VALIDATE_PAYMENT.
    ValidatePayment(PaymentId),
    /// VOID_PAYMENT.
    VoidPayment {
        /// Which.
        payment: PaymentId,
        /// In words.
        reason: String,
    },
    /// REGISTER_REFUND.
    RegisterRefund(NewRefund),
    /// OBSERVE_PAYMENT.
    Reason(String),
    /// RECORD_EVALUATION.
    RecordEvaluation(Box<NewEvaluation>),
    /// CLOSE.
    Close {
        /// Why there is no certificate.
        outcome: CloseOutcome,
        /// Reason and money.
        end: EndWithoutCertificate,
    },
    /// CANCEL.
    Cancel(EndWithoutCertificate),
    /// REOPEN.
    Reopen {
        /// In words.
        reason: String,
        /// Required when a certificate was issued.
        code: Option<ReopenReason>,
    },
    /// OVERRIDE.
    Override {
        /// In words.
        reason: String,
        /// What is done: EDIT, REGISTER_PAYMENT, VOID_PAYMENT, REGISTER_REFUND or CHANGE_MANAGER.
        action: Action,
        /// How.
        payload: Box<Payload>,
    },
}

/// An attempt at an action.
pub struct Attempt<'a, T> {
    /// The request.
    pub id: Id<Certification>,
    /// If-Match and Idempotency-Key.
    pub conditions: &'a Conditions,
    /// The body.
    pub input: &'a dyn Input<T>,
    /// Writes the answer down, for replays; clinical values are taken out before.
    pub encode: &'a Encode,
}

/// Turns a detail into the body of an answer.
pub type Encode = dyn Fn(&super::Detail) -> String;
