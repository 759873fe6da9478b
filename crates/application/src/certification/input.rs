//! What callers of the certification use cases hand in, still with ids instead of people.

use chrono::NaiveDate;
use medcert_domain::{
    Id, Money,
    catalog::{Institution, Service},
    certification::{
        Action, Care, CareMode, Certification, CloseOutcome, EndWithoutCertificate, NewEvaluation,
        NewPayment, NewRefund, Payment, Relationship, ReopenReason,
    },
    people::{Country, DocumentType, Person, PersonPatch, Promoter, PromoterSource, PromoterType, Staff},
};

use crate::{Conditions, Error};

/// A document that a caller sent: asked whether it can be read at all before anything is loaded, and for its
/// values last, when the caller is known to be allowed and the request to be in the right stage.
pub trait Input<T> {
    /// Refuses what is no document: broken syntax, encoding, size, media type.
    fn well_formed(&self) -> Result<(), Error>;

    /// Its values; the profile supplies defaults such as the currency. May be asked more than once.
    fn read(&self, profile: &Institution) -> Result<T, Error>;
}

/// An input that is known already, for callers inside the program.
pub struct Known<T>(pub T);

impl<T: Clone> Input<T> for Known<T> {
    fn well_formed(&self) -> Result<(), Error> {
        Ok(())
    }

    fn read(&self, _: &Institution) -> Result<T, Error> {
        Ok(self.0.clone())
    }
}

/// A document as typed. In a change, what is left out is that of the present document.
#[derive(Debug, Clone)]
pub struct DocumentInput {
    /// Kind.
    pub kind: Option<DocumentType>,
    /// Country that issued it; of a new document, the institution's.
    pub country: Option<Country>,
    /// Number as typed.
    pub number: Option<String>,
}

/// How the client is seen, as changed: `None` leaves a field, `Some(None)` clears it.
#[derive(Debug, Clone)]
pub struct CareInput {
    /// How; required when nothing was said before.
    pub mode: Option<CareMode>,
    /// Where.
    pub place: Option<Option<String>>,
}

/// What is said of a person: fields left out keep their values.
#[derive(Debug, Clone, Default)]
pub struct PersonInput {
    /// Document; required for a person not yet known.
    pub document: Option<DocumentInput>,
    /// The other fields.
    pub fields: PersonPatch,
}

/// What is said of a guardian.
#[derive(Debug, Clone, Default)]
pub struct GuardianInput {
    /// The person.
    pub person: PersonInput,
    /// Relation to the client; required for a new guardian.
    pub relationship: Option<Relationship>,
}

/// Who sent the client.
#[derive(Debug, Clone)]
pub enum PromoterInput {
    /// One that is known.
    Known(Id<Promoter>),
    /// One to find by document or tax id, or to make.
    Inline(Box<NewPromoter>),
}

/// A promoter given inline.
#[derive(Debug, Clone)]
pub struct NewPromoter {
    /// What it is.
    pub kind: PromoterType,
    /// For PERSON: who, when known already.
    pub person_id: Option<Id<Person>>,
    /// For PERSON: who, otherwise.
    pub person: PersonInput,
    /// For COMPANY: legal name; for OTHER: name.
    pub name: Option<String>,
    /// Tax id.
    pub tax_id: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Telephone.
    pub phone: Option<String>,
    /// Where the institution knows it from.
    pub source: Option<Id<PromoterSource>>,
    /// What it is paid for each client.
    pub fee: Option<Money>,
    /// Comment.
    pub comment: Option<String>,
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

/// Something about a person that registering or editing changed, or would have changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonChange {
    /// `client`, `guardian` or `promoter`.
    pub part: &'static str,
    /// The person.
    pub person: Id<Person>,
    /// What.
    pub change: medcert_domain::people::FieldChange,
}

/// Refuses dates of birth that cannot be, below a pointer.
pub(super) fn check_birth(fields: &PersonPatch, today: NaiveDate) -> Result<(), medcert_domain::Invalid> {
    match fields.birth_date {
        Some(Some(born)) => {
            Person::check_birth_date(born, today).map(drop).map_err(|e| e.below("/birth_date"))
        }
        _ => Ok(()),
    }
}
