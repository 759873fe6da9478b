//! The certification request: an aggregate of facts from which the stage follows.

mod history;
mod parts;

use chrono::{DateTime, Utc};

pub use self::{
    history::{Event, HistoryLine},
    parts::{Assignment, Care, Ending, Fee, Guardian},
};
use super::{
    AssignmentRole, Certificate, CertificateStatus, Evaluation, FeeSource, MoneyDecision, Passage, Stage,
    Trace, Verdict, WaitingFor, policy::Subject,
};
use crate::{
    Entity, Id, PersonId, StaffId, UserId,
    billing::{PaymentStatus, Settlement},
    catalog::Service,
    files::StoredFile,
    people::Promoter,
    policy::Actor,
};

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
    pub client: PersonId,
    /// Who stands for the client.
    pub guardian: Option<Guardian>,
    /// Who sent the client.
    pub promoter: Option<Id<Promoter>>,
    /// What is asked for.
    pub service: Option<Id<Service>>,
    /// What it says of itself.
    pub info: RequestInfo,
    /// What is to be paid, and what was.
    pub settlement: Settlement,
    /// Where the fee comes from, which is what is due.
    pub fee_source: Option<FeeSource>,
    /// What was decided about money when it ended.
    pub money_decision: Option<MoneyDecision>,
    /// The account that registered it.
    pub registered_by: UserId,
    /// That account's staff record.
    pub operator: Option<StaffId>,
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
    /// Evaluations, oldest first; at most the last one stands.
    pub evaluations: Vec<Evaluation>,
    /// Certificates, oldest first.
    pub certificates: Vec<Certificate>,
    /// Files, oldest first.
    pub files: Vec<StoredFile>,
}

crate::codes! {
    /// How soon a request is to be worked on.
    #[derive(Default)]
    Priority {
        /// In its turn.
        #[default]
        Normal = "NORMAL",
        /// Before others.
        Urgent = "URGENT",
    }
}

crate::editable! {
    /// What a request says of itself: besides people, service and money, which have rules of their own.
    part RequestInfo;
    /// Changes to that.
    patch RequestPatch of Certification, in info {
        /// How the client is seen.
        care: Option<Care>,
        /// Reference in the integrator's system.
        external_reference: Option<String>,
        /// Comment.
        comment: Option<String>,
        /// How soon it is to be worked on.
        priority: Priority,
    }
}

impl Entity for Certification {
    type Key = Self;
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
    pub fn assigned(&self, role: AssignmentRole) -> Option<StaffId> {
        self.assignments.iter().find(|a| a.role == role && a.ended_at.is_none()).map(|a| a.staff)
    }

    /// The current manager.
    pub fn manager(&self) -> Option<StaffId> {
        self.assigned(AssignmentRole::Manager)
    }

    /// The current doctor.
    pub fn doctor(&self) -> Option<StaffId> {
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

    /// What is to be paid.
    pub fn fee(&self) -> Option<Fee> {
        self.settlement.due.zip(self.fee_source).map(|(money, source)| Fee { money, source })
    }

    /// Whether money is still to be given back.
    pub fn refund_due(&self) -> bool {
        self.money_decision == Some(MoneyDecision::RefundDue) && self.settlement.paid_total() > 0
    }

    /// Where the request stands: the first rule that holds wins.
    pub fn derived_stage(&self) -> Stage {
        let paid = self.settlement.status() == PaymentStatus::Paid;
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
            _ if self.settlement.observed.is_some() => WaitingFor::Manager,
            Stage::ManagerAssigned if self.fee().is_none() => WaitingFor::Manager,
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
}
