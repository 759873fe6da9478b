//! What callers of the certification use cases hand in, still with ids instead of people.

use medcert_domain::{
    Id, Money,
    catalog::Service,
    certification::{
        Action, Care, CareMode, Certification, CloseOutcome, EndWithoutCertificate, NewEvaluation,
        NewPayment, NewRefund, Payment, ReopenReason,
    },
    people::Staff,
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

/// A new request.
#[derive(Debug, Clone)]
pub struct RegisterInput {
    /// Whom the certificate is about.
    pub client: PersonInput,
    /// Who stands for the client.
    pub guardian: Option<GuardianInput>,
    /// Who sent the client.
    pub promoter: Option<PromoterInput>,
    /// What is asked for.
    pub service: Option<Id<Service>>,
    /// How the client is to be seen.
    pub care: Option<Care>,
    /// Reference in the integrator's system.
    pub external_reference: Option<String>,
    /// Comment.
    pub comment: Option<String>,
}

/// Changes to a request: `None` leaves a field, `Some(None)` clears it.
#[derive(Debug, Clone, Default)]
pub struct EditInput {
    /// Changes to the client.
    pub client: Option<PersonInput>,
    /// Changes to the guardian, another guardian, or none.
    pub guardian: Option<Option<GuardianInput>>,
    /// Another promoter, or none.
    pub promoter: Option<Option<PromoterInput>>,
    /// Another service, or none.
    pub service: Option<Option<Id<Service>>>,
    /// How the client is seen.
    pub care: Option<Option<CareInput>>,
    /// Reference in the integrator's system.
    pub external_reference: Option<Option<String>>,
    /// Comment.
    pub comment: Option<Option<String>>,
}

/// A staff member to assign.
#[derive(Debug, Clone)]
pub struct AssignInput {
    /// Who.
    pub staff: Id<Staff>,
    /// In words.
    pub comment: Option<String>,
}

/// What is to be done to a request.
#[derive(Debug, Clone)]
pub enum Payload {
    /// EDIT.
    Edit(Box<EditInput>),
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
    ValidatePayment(Id<Payment>),
    /// VOID_PAYMENT.
    VoidPayment {
        /// Which.
        payment: Id<Payment>,
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
