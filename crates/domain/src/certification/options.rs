//! What the actor may do next, and what stands in the way.

use chrono::{Days, NaiveDate};

use super::{Action, Blocker, Certification, Context, Printed, Refusal, Verdict, policy};
use crate::{files::MOST_FILES, policy::Denial};

/// The actions of a request for one actor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Possible now.
    pub available: Vec<Action>,
    /// Allowed by the policy, but something stands in the way.
    pub blocked: Vec<(Action, Vec<Blocker>)>,
}

/// The last day of a certificate valid for `days` days from `from`, both counted.
pub fn default_valid_until(from: NaiveDate, days: u32) -> NaiveDate {
    from.checked_add_days(Days::new(u64::from(days.max(1) - 1))).unwrap_or(NaiveDate::MAX)
}

impl Certification {
    /// Policy, object rule and preconditions of state, asked in their fixed order.
    pub fn check(&self, action: Action, ctx: &Context<'_>) -> Result<(), Refusal> {
        policy::permits(ctx.actor, action, &self.subject(ctx.actor, ctx.now)).map_err(
            |denial| match denial {
                Denial::NoRole => Refusal::Forbidden(action),
                Denial::NotYours => Refusal::NotYours(action),
                Denial::WrongStage => Refusal::WrongStage { action, stage: self.stage, reasons: vec![] },
            },
        )?;
        self.check_state(action, ctx)
    }

    /// The preconditions of state alone: what OVERRIDE keeps of the rules.
    pub(super) fn check_state(&self, action: Action, ctx: &Context<'_>) -> Result<(), Refusal> {
        let reasons = self.blockers(action, ctx);
        match reasons.as_slice() {
            [] => Ok(()),
            [Blocker::FeeMissing, ..] => Err(Refusal::FeeMissing),
            [Blocker::PrintedDataChanged] => {
                Err(Refusal::PrintedDataChanged(self.changed_since_evaluation(ctx)))
            }
            _ => Err(Refusal::WrongStage { action, stage: self.stage, reasons }),
        }
    }

    /// Everything the actor may do, in the order of the actions.
    pub fn options(&self, ctx: &Context<'_>) -> Options {
        let mut options = Options::default();
        let subject = self.subject(ctx.actor, ctx.now);
        // A request that is there is not registered any more, and which file may go each file says for itself.
        let elsewhere = [Action::Register, Action::DeleteFile];
        for action in Action::ALL.iter().copied().filter(|a| !elsewhere.contains(a)) {
            if policy::permits(ctx.actor, action, &subject).is_ok() {
                let blockers = self.blockers(action, ctx);
                if blockers.is_empty() {
                    options.available.push(action);
                } else {
                    options.blocked.push((action, blockers));
                }
            }
        }
        options
    }

    /// The facts that stand in the way of an action that the policy allows here.
    pub fn blockers(&self, action: Action, ctx: &Context<'_>) -> Vec<Blocker> {
        let mut found = Vec::new();
        let mut when = |holds: bool, blocker| {
            if holds {
                found.push(blocker);
            }
        };
        let in_force = self.certificate_in_force().is_some();
        match action {
            Action::AssignManager => when(self.manager().is_some(), Blocker::ManagerAssigned),
            Action::UnassignManager | Action::ChangeManager => {
                when(self.manager().is_none(), Blocker::ManagerMissing);
            }
            Action::RegisterPayment => when(self.fee().is_none(), Blocker::FeeMissing),
            Action::ValidatePayment => {
                let waiting = self.settlement.in_force().any(|p| p.validated.is_none());
                when(!waiting, Blocker::NothingToValidate);
            }
            Action::VoidPayment => {
                when(self.settlement.in_force().next().is_none(), Blocker::PaymentMissing);
            }
            Action::RegisterRefund => when(self.settlement.paid_total() <= 0, Blocker::NothingToRefund),
            Action::ObservePayment => when(self.settlement.observed.is_some(), Blocker::PaymentObserved),
            Action::ClearObservation => when(self.settlement.observed.is_none(), Blocker::PaymentNotObserved),
            Action::AssignDoctor => when(self.doctor().is_some(), Blocker::DoctorAssigned),
            Action::ChangeDoctor | Action::UnassignDoctor => {
                when(self.doctor().is_none(), Blocker::DoctorMissing);
            }
            Action::RecordEvaluation => {
                when(ctx.client_is_minor() && self.guardian.is_none(), Blocker::GuardianMissing);
            }
            Action::Issue => {
                for blocker in self.issue_blockers(ctx) {
                    when(true, blocker);
                }
            }
            Action::Close | Action::Cancel => when(in_force, Blocker::CertificateInForce),
            Action::Delete => {
                let acted = !self.evaluations.is_empty() || !self.certificates.is_empty();
                when(acted, Blocker::MedicalActExists);
            }
            Action::AddFile => when(self.files.len() >= MOST_FILES, Blocker::TooManyFiles),
            Action::DeleteFile => when(!self.certificates.is_empty(), Blocker::CertificateIssued),
            Action::Register | Action::Edit | Action::OverrideFee | Action::Reopen | Action::Override => {}
        }
        found
    }

    fn issue_blockers(&self, ctx: &Context<'_>) -> Vec<Blocker> {
        let mut found = Vec::new();
        let mut when = |holds: bool, blocker| {
            if holds {
                found.push(blocker);
            }
        };
        match self.standing_evaluation() {
            None => when(true, Blocker::EvaluationMissing),
            Some(evaluation) => {
                when(evaluation.findings.verdict == Verdict::Observed, Blocker::EvaluationObserved);
                let age = (ctx.today - evaluation.findings.evaluated_on).num_days();
                when(age > i64::from(ctx.rules.evaluation_max_age_days), Blocker::EvaluationTooOld);
            }
        }
        when(ctx.service.is_none(), Blocker::ServiceMissing);
        when(ctx.client.birth_date.is_none(), Blocker::BirthDateMissing);
        when(ctx.client.document.is_none(), Blocker::DocumentMissing);
        when(ctx.client_is_minor() && self.guardian.is_none(), Blocker::GuardianMissing);
        let fit_to_act = ctx.doctor.is_some_and(|member| {
            member
                .staff
                .not_assignable(crate::people::StaffRole::Doctor, member.user.as_ref(), ctx.today)
                .is_empty()
        });
        when(!fit_to_act, Blocker::DoctorNotActive);
        let changed = !self.changed_since_evaluation(ctx).is_empty();
        when(changed, Blocker::PrintedDataChanged);
        found
    }

    /// What a certificate would print: the request's own data and in what relation the guardian stands.
    pub(super) fn printed(&self, ctx: &Context<'_>) -> Printed {
        let mut printed = ctx.printed();
        if let Some(guardian) = self.guardian {
            printed.0.insert("guardian.relationship".to_owned(), guardian.relationship.to_string());
        }
        printed
    }

    fn changed_since_evaluation(&self, ctx: &Context<'_>) -> Vec<String> {
        self.standing_evaluation().map(|e| self.printed(ctx).changed_since(&e.printed)).unwrap_or_default()
    }
}
