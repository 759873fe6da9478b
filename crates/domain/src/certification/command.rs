//! What can be asked of a request, and what is known while it is asked.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::{
    Action, AssignmentRole, Certificate, CloseOutcome, Conclusion, Diagnosis, Event, Guardian, HistoryLine,
    MoneyDecision, Printed, ReopenReason, RequestPatch, Verdict,
};
use crate::{
    FieldChange, Id, Money, PaymentId, PersonId,
    billing::{Clerk, Movement, NewPayment, NewRefund},
    catalog::Service,
    files::{NewFile, StoredFile},
    institution::Rules,
    people::{Member, Person, Promoter},
    policy::Actor,
};

/// What is known around a request at the moment it is acted on.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Who acts.
    pub actor: &'a Actor,
    /// Now, in whole microseconds.
    pub now: DateTime<Utc>,
    /// The institution's day.
    pub today: NaiveDate,
    /// The institution's rules.
    pub rules: Rules,
    /// The client.
    pub client: &'a Person,
    /// The guardian.
    pub guardian: Option<&'a Person>,
    /// The service.
    pub service: Option<&'a Service>,
    /// The current doctor.
    pub doctor: Option<&'a Member>,
    /// Name of the current manager, for the history.
    pub manager_name: Option<&'a str>,
    /// Makes identifiers.
    pub new_id: &'a dyn Fn() -> Uuid,
}

impl Context<'_> {
    /// What a certificate would print of the request's own data, by field name.
    pub fn printed(&self) -> Printed {
        let mut fields = std::collections::BTreeMap::new();
        let mut put = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                fields.insert(name.to_owned(), value);
            }
        };
        put("client.given_names", Some(self.client.given_names.clone()));
        put("client.family_names", Some(self.client.family_names.clone()));
        put("client.document", self.client.document.as_ref().map(ToString::to_string));
        put("client.birth_date", self.client.birth_date.map(|d| d.to_string()));
        put("guardian.name", self.guardian.map(Person::name));
        put("guardian.document", self.guardian.and_then(|g| g.document.as_ref()).map(ToString::to_string));
        put("service.name", self.service.map(|s| s.name.clone()));
        put("service.certificate_kind", self.service.map(|s| s.certificate_kind.to_string()));
        put("doctor.name", self.doctor.map(|d| d.name.clone()));
        put("doctor.licence_number", self.doctor.and_then(|d| d.staff.licence_number.clone()));
        put("doctor.specialty", self.doctor.and_then(|d| d.staff.specialty.clone()));
        Printed(fields)
    }

    /// Whether the client is a minor, when the date of birth is known.
    pub fn client_is_minor(&self) -> bool {
        let majority = i32::try_from(self.rules.age_of_majority).unwrap_or(i32::MAX);
        self.client.age_on(self.today).is_some_and(|age| age < majority)
    }

    /// Who writes down what happens to the settlement.
    pub(super) fn clerk(&self) -> Clerk<'_> {
        Clerk { user: self.actor.user, now: self.now, today: self.today, new_id: self.new_id }
    }

    pub(super) fn name_of(&self, role: AssignmentRole) -> Option<String> {
        match role {
            AssignmentRole::Manager => self.manager_name.map(ToOwned::to_owned),
            AssignmentRole::Doctor => self.doctor.map(|d| d.name.clone()),
        }
    }

    pub(super) fn id<E>(&self) -> Id<E> {
        Id::new((self.new_id)())
    }
}

/// What a new request says, with people already found or made.
#[derive(Debug, Clone)]
pub struct NewCertification {
    /// Its code, from the counter.
    pub code: String,
    /// Guardian.
    pub guardian: Option<Guardian>,
    /// Promoter.
    pub promoter: Option<Id<Promoter>>,
    /// The fields that whoever registers it may edit.
    pub fields: RequestPatch,
}

/// Changes to a request: `None` leaves a field, `Some(None)` clears it. People have been changed already.
#[derive(Debug, Clone, Default)]
pub struct Edit {
    /// Links the request to another person.
    pub client: Option<PersonId>,
    /// What was changed of the client.
    pub client_changes: Vec<FieldChange>,
    /// Sets or clears the guardian.
    pub guardian: Option<Option<Guardian>>,
    /// What was changed of the guardian.
    pub guardian_changes: Vec<FieldChange>,
    /// Sets or clears the promoter.
    pub promoter: Option<Option<Id<Promoter>>>,
    /// Sets or clears the service.
    pub service: Option<Option<Service>>,
    /// The other fields.
    pub fields: RequestPatch,
}

/// What the doctor found.
#[derive(Debug, Clone)]
pub struct NewEvaluation {
    /// Day of the evaluation.
    pub evaluated_on: NaiveDate,
    /// Conclusion.
    pub conclusion: Conclusion,
    /// Verdict; inconclusive implies OBSERVED.
    pub verdict: Option<Verdict>,
    /// What is missing.
    pub observed_reason: Option<String>,
    /// Clinical: diagnoses.
    pub diagnoses: Vec<Diagnosis>,
    /// Clinical: observations.
    pub observations: Option<String>,
    /// Clinical: recommendations.
    pub recommendations: Option<String>,
    /// Restrictions.
    pub restrictions: Option<String>,
    /// First day of validity; defaults to the day of the evaluation.
    pub valid_from: Option<NaiveDate>,
    /// Last day of validity; defaults by the service.
    pub valid_until: Option<NaiveDate>,
}

/// How a request is ended without a certificate.
#[derive(Debug, Clone)]
pub struct EndWithoutCertificate {
    /// In words.
    pub reason: String,
    /// What happens to money received.
    pub money: Option<MoneyDecision>,
}

/// What an administrator may do to a finished request without reopening it.
#[derive(Debug, Clone)]
pub enum OverridePayload {
    /// EDIT.
    Edit(Box<Edit>),
    /// `REGISTER_PAYMENT`.
    RegisterPayment(NewPayment),
    /// `VOID_PAYMENT`.
    VoidPayment {
        /// Which.
        payment: PaymentId,
        /// In words.
        reason: String,
    },
    /// `REGISTER_REFUND`.
    RegisterRefund(NewRefund),
    /// `CHANGE_MANAGER`.
    ChangeManager {
        /// To whom.
        to: Box<Member>,
        /// In words.
        comment: Option<String>,
    },
}

/// Something asked of a request.
#[derive(Debug, Clone)]
pub enum Command {
    /// EDIT.
    Edit(Box<Edit>),
    /// `ASSIGN_MANAGER`.
    AssignManager {
        /// To whom.
        to: Box<Member>,
        /// In words.
        comment: Option<String>,
    },
    /// `CHANGE_MANAGER`.
    ChangeManager {
        /// To whom.
        to: Box<Member>,
        /// In words.
        comment: Option<String>,
    },
    /// `UNASSIGN_MANAGER`.
    UnassignManager {
        /// In words.
        reason: Option<String>,
    },
    /// `OVERRIDE_FEE`.
    OverrideFee {
        /// The fee.
        money: Money,
        /// In words.
        reason: String,
    },
    /// `REGISTER_PAYMENT`.
    RegisterPayment(NewPayment),
    /// `VALIDATE_PAYMENT`.
    ValidatePayment {
        /// Which.
        payment: PaymentId,
    },
    /// `VOID_PAYMENT`.
    VoidPayment {
        /// Which.
        payment: PaymentId,
        /// In words.
        reason: String,
    },
    /// `REGISTER_REFUND`.
    RegisterRefund(NewRefund),
    /// `OBSERVE_PAYMENT`.
    ObservePayment {
        /// In words.
        reason: String,
    },
    /// `CLEAR_OBSERVATION`.
    ClearObservation {
        /// In words.
        comment: Option<String>,
    },
    /// `ASSIGN_DOCTOR`.
    AssignDoctor {
        /// To whom.
        to: Box<Member>,
        /// In words.
        comment: Option<String>,
    },
    /// `CHANGE_DOCTOR`.
    ChangeDoctor {
        /// To whom.
        to: Box<Member>,
        /// In words.
        comment: Option<String>,
    },
    /// `UNASSIGN_DOCTOR`.
    UnassignDoctor {
        /// In words; required of a doctor who declines.
        reason: Option<String>,
    },
    /// `RECORD_EVALUATION`.
    RecordEvaluation(Box<NewEvaluation>),
    /// ISSUE, with the certificate already rendered and stored.
    Issue(Box<Certificate>),
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
        /// What is done.
        payload: OverridePayload,
    },
    /// `ADD_FILE`, with its bytes already looked at and stored.
    AddFile(Box<NewFile>),
    /// `DELETE_FILE`.
    DeleteFile {
        /// Which.
        file: Id<StoredFile>,
        /// In words.
        reason: Option<String>,
    },
}

impl Command {
    /// The action it is an instance of.
    pub const fn action(&self) -> Action {
        match self {
            Self::Edit(_) => Action::Edit,
            Self::AssignManager { .. } => Action::AssignManager,
            Self::ChangeManager { .. } => Action::ChangeManager,
            Self::UnassignManager { .. } => Action::UnassignManager,
            Self::OverrideFee { .. } => Action::OverrideFee,
            Self::RegisterPayment(_) => Action::RegisterPayment,
            Self::ValidatePayment { .. } => Action::ValidatePayment,
            Self::VoidPayment { .. } => Action::VoidPayment,
            Self::RegisterRefund(_) => Action::RegisterRefund,
            Self::ObservePayment { .. } => Action::ObservePayment,
            Self::ClearObservation { .. } => Action::ClearObservation,
            Self::AssignDoctor { .. } => Action::AssignDoctor,
            Self::ChangeDoctor { .. } => Action::ChangeDoctor,
            Self::UnassignDoctor { .. } => Action::UnassignDoctor,
            Self::RecordEvaluation(_) => Action::RecordEvaluation,
            Self::Issue(_) => Action::Issue,
            Self::Close { .. } => Action::Close,
            Self::Cancel(_) => Action::Cancel,
            Self::Reopen { .. } => Action::Reopen,
            Self::Override { .. } => Action::Override,
            Self::AddFile(_) => Action::AddFile,
            Self::DeleteFile { .. } => Action::DeleteFile,
        }
    }
}

/// What came of a command, besides the changed request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Lines for the history, in the order they happened.
    pub lines: Vec<HistoryLine>,
    /// What other systems are told.
    pub events: Vec<Event>,
    /// What happened to the settlement, for whatever else is paid through it.
    pub movements: Vec<Movement>,
}
