//! The certification request: an aggregate of facts from which the stage follows.

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    Action, AssignmentRole, CareMode, Certificate, CertificateStatus, Channel, CloseOutcome, Evaluation,
    FeeSource, MoneyDecision, Passage, PaymentStatus, Relationship, Stage, Trace, Verdict, WaitingFor,
};
use crate::{
    Entity, Id, Money,
    catalog::Service,
    files::StoredFile,
    identity::{Actor, User},
    people::{Person, Promoter, Staff},
    policy::Subject,
};

/// Who stands for a client who cannot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guardian {
    /// The person.
    pub person: Id<Person>,
    /// Relation to the client.
    pub relationship: Relationship,
}

/// How and where the client is seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Care {
    /// How.
    pub mode: CareMode,
    /// Where, up to 255 characters.
    pub place: Option<String>,
}

/// What is to be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fee {
    /// Amount; 0 means waived.
    pub money: Money,
    /// Where it comes from.
    pub source: FeeSource,
}

/// How a request ended, if it did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// It goes on.
    Open,
    /// Ended with a certificate (`outcome` is `None`) or without.
    Closed {
        /// When.
        at: DateTime<Utc>,
        /// By whom.
        by: Id<User>,
        /// Why there is no certificate.
        outcome: Option<CloseOutcome>,
        /// In words.
        reason: Option<String>,
    },
    /// Ended without service.
    Cancelled {
        /// When.
        at: DateTime<Utc>,
        /// By whom.
        by: Id<User>,
        /// In words.
        reason: String,
    },
}

/// A part played in the request from one moment to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// Identifier.
    pub id: Id<Self>,
    /// Part.
    pub role: AssignmentRole,
    /// Who.
    pub staff: Id<Staff>,
    /// Given by whom.
    pub assigned_by: Id<User>,
    /// Since when.
    pub assigned_at: DateTime<Utc>,
    /// Until when; `None` while current.
    pub ended_at: Option<DateTime<Utc>>,
}

/// Money received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Identifier.
    pub id: Id<Self>,
    /// How it came.
    pub channel: Channel,
    /// Day it was paid.
    pub paid_on: NaiveDate,
    /// How much, more than zero.
    pub money: Money,
    /// Reference of the transaction.
    pub reference: Option<String>,
    /// Comment.
    pub comment: Option<String>,
    /// Who wrote it down.
    pub registered_by: Id<User>,
    /// When.
    pub registered_at: DateTime<Utc>,
    /// Who confirmed it and when; counts only then.
    pub validated: Option<(Id<User>, DateTime<Utc>)>,
    /// Marked as never having happened.
    pub voided: Option<Voided>,
}

/// Why a payment never happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voided {
    /// Who said so.
    pub by: Id<User>,
    /// When.
    pub at: DateTime<Utc>,
    /// In words.
    pub reason: String,
}

/// Money given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// Identifier.
    pub id: Id<Self>,
    /// Of which payment.
    pub payment: Id<Payment>,
    /// How it went.
    pub channel: Channel,
    /// Day it was given back.
    pub paid_on: NaiveDate,
    /// How much, more than zero.
    pub money: Money,
    /// Reference of the transaction.
    pub reference: Option<String>,
    /// In words.
    pub reason: String,
    /// Who.
    pub by: Id<User>,
    /// When it was written down.
    pub at: DateTime<Utc>,
}

/// A request for a certificate, with everything that hangs on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certification {
    /// Identifier.
    pub id: Id<Self>,
    /// Counts every change of the aggregate.
    pub version: i64,
    /// `MC-YYYY-NNNNNN`.
    pub code: String,
    /// Whom the certificate is about.
    pub client: Id<Person>,
    /// Who stands for the client.
    pub guardian: Option<Guardian>,
    /// Who sent the client.
    pub promoter: Option<Id<Promoter>>,
    /// What is asked for.
    pub service: Option<Id<Service>>,
    /// How the client is seen.
    pub care: Option<Care>,
    /// Reference in the integrator's system.
    pub external_reference: Option<String>,
    /// Comment.
    pub comment: Option<String>,
    /// What is to be paid.
    pub fee: Option<Fee>,
    /// Why the money is in doubt.
    pub observed: Option<String>,
    /// What was decided about money when it ended.
    pub money_decision: Option<MoneyDecision>,
    /// The account that registered it.
    pub registered_by: Id<User>,
    /// That account's staff record.
    pub operator: Option<Id<Staff>>,
    /// How it ended.
    pub ending: Ending,
    /// As derived after the last change.
    pub stage: Stage,
    /// Since when.
    pub stage_since: DateTime<Utc>,
    /// What it went through.
    pub trace: Trace,
    /// When it was registered.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Parts played, current and former, oldest first.
    pub assignments: Vec<Assignment>,
    /// Money received, oldest first.
    pub payments: Vec<Payment>,
    /// Money given back, oldest first.
    pub refunds: Vec<Refund>,
    /// Evaluations, oldest first; at most the last one stands.
    pub evaluations: Vec<Evaluation>,
    /// Certificates, oldest first.
    pub certificates: Vec<Certificate>,
    /// Files, oldest first.
    pub files: Vec<StoredFile>,
}

impl Entity for Certification {
    const KIND: &'static str = "certification request";
    fn id(&self) -> Id<Self> {
        self.id
    }
    fn version(&self) -> i64 {
        self.version
    }
}

impl Certification {
    /// Who plays the part now.
    pub fn assigned(&self, role: AssignmentRole) -> Option<Id<Staff>> {
        self.assignments.iter().find(|a| a.role == role && a.ended_at.is_none()).map(|a| a.staff)
    }

    /// The current manager.
    pub fn manager(&self) -> Option<Id<Staff>> {
        self.assigned(AssignmentRole::Manager)
    }

    /// The current doctor.
    pub fn doctor(&self) -> Option<Id<Staff>> {
        self.assigned(AssignmentRole::Doctor)
    }

    /// The evaluation that stands: the current doctor's own, not superseded.
    pub fn standing_evaluation(&self) -> Option<&Evaluation> {
        let doctor = self.doctor()?;
        self.evaluations.iter().rev().find(|e| e.superseded_at.is_none() && e.doctor == doctor)
    }

    /// The certificate that has not been replaced or withdrawn.
    pub fn certificate_in_force(&self) -> Option<&Certificate> {
        let gone = |status| matches!(status, CertificateStatus::Superseded | CertificateStatus::Revoked);
        self.certificates.iter().rev().find(|c| !gone(c.stored_status))
    }

    /// What is left of a payment that counts: its amount less what was given back.
    pub fn rest_of(&self, payment: &Payment) -> i64 {
        if payment.voided.is_some() || payment.validated.is_none() {
            return 0;
        }
        let back: i64 = self.refunds.iter().filter(|r| r.payment == payment.id).map(|r| r.money.minor).sum();
        payment.money.minor - back
    }

    /// Validated, not voided, less refunds; minor units of the fee's currency.
    pub fn paid_total(&self) -> i64 {
        self.payments.iter().map(|payment| self.rest_of(payment)).sum()
    }

    /// What the money amounts to.
    pub fn payment_status(&self) -> PaymentStatus {
        let paid = self.paid_total();
        match self.fee {
            _ if self.observed.is_some() => PaymentStatus::Observed,
            Some(fee) if paid >= fee.money.minor => PaymentStatus::Paid,
            Some(_) if paid > 0 => PaymentStatus::Partial,
            _ => PaymentStatus::Pending,
        }
    }

    /// Whether money is still to be given back.
    pub fn refund_due(&self) -> bool {
        self.money_decision == Some(MoneyDecision::RefundDue) && self.paid_total() > 0
    }

    /// Where the request stands: the first rule that holds wins.
    pub fn derived_stage(&self) -> Stage {
        let paid = self.payment_status() == PaymentStatus::Paid;
        match self.ending {
            Ending::Cancelled { .. } => Stage::Cancelled,
            Ending::Closed { .. } => Stage::Closed,
            Ending::Open if paid && self.standing_evaluation().is_some() => Stage::Evaluated,
            Ending::Open if paid && self.doctor().is_some() => Stage::DoctorAssigned,
            Ending::Open if paid => Stage::Paid,
            Ending::Open if self.manager().is_some() => Stage::ManagerAssigned,
            Ending::Open => Stage::Registered,
        }
    }

    /// Whose move it is.
    pub fn waiting_for(&self) -> WaitingFor {
        match self.derived_stage() {
            Stage::Closed | Stage::Cancelled => WaitingFor::Nobody,
            Stage::Evaluated => match self.standing_evaluation().map(|e| e.findings.verdict) {
                Some(Verdict::Observed) => WaitingFor::Client,
                _ => WaitingFor::Doctor,
            },
            Stage::DoctorAssigned => WaitingFor::Doctor,
            Stage::Paid => WaitingFor::Manager,
            _ if self.observed.is_some() => WaitingFor::Manager,
            Stage::ManagerAssigned if self.fee.is_none() => WaitingFor::Manager,
            Stage::ManagerAssigned => WaitingFor::Payment,
            Stage::Registered => WaitingFor::Operator,
        }
    }

    /// What the policy needs to know, for this actor at this moment.
    pub fn subject(&self, actor: &Actor, now: DateTime<Utc>) -> Subject {
        let cancelled_by_actor_recently = match &self.ending {
            Ending::Cancelled { by, at, .. } => *by == actor.user && now - *at <= chrono::Duration::hours(24),
            _ => false,
        };
        Subject {
            stage: self.stage,
            manager: self.manager(),
            doctor: self.doctor(),
            client: self.client,
            guardian: self.guardian.map(|g| g.person),
            evaluated: self.standing_evaluation().is_some(),
            cancelled_by_actor_recently,
        }
    }

    /// Writes the derived stage down; called once at the end of every change.
    pub(super) fn restage(&mut self, now: DateTime<Utc>) {
        let stage = self.derived_stage();
        if stage != self.stage {
            let left = Passage { stage: self.stage, entered: self.stage_since, left: now };
            self.trace.passages.push(left);
            self.stage = stage;
            self.stage_since = now;
        }
        self.updated_at = now;
    }

    /// The file with this id.
    pub fn file(&self, id: Id<StoredFile>) -> Option<&StoredFile> {
        self.files.iter().find(|file| file.id == id)
    }

    /// The payment with this id.
    pub fn payment(&self, id: Id<Payment>) -> Option<&Payment> {
        self.payments.iter().find(|p| p.id == id)
    }
}

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
