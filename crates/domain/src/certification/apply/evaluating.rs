//! Evaluating and issuing: what only the assigned doctor does.

use chrono::{Days, NaiveDate};

use super::super::{
    Action, Certificate, CertificateStatus, Certification, Conclusion, Context, Ending, Evaluation, Event,
    Findings, HistoryLine, NewEvaluation, Outcome, Refusal, Verdict, default_valid_until,
};
use crate::{Checks, Invalid};

impl Certification {
    pub(super) fn record_evaluation(
        &mut self,
        new: NewEvaluation,
        ctx: &Context<'_>,
        out: &mut Outcome,
    ) -> Result<(), Refusal> {
        let findings = findings(new, ctx)?;
        let Some(doctor) = self.doctor() else {
            return Err(Refusal::NotYours(Action::RecordEvaluation));
        };
        self.supersede_evaluation(ctx);
        let id = ctx.id();
        self.evaluations.push(Evaluation {
            id,
            doctor,
            recorded_by: ctx.actor.user,
            recorded_at: ctx.now,
            findings,
            printed: self.printed(ctx),
            superseded_at: None,
        });
        // The history names the evaluation; its values are for the doctor's eyes only.
        let line = HistoryLine::of(Action::RecordEvaluation);
        out.lines.push(line.field("evaluation", None, Some(id.to_string())));
        out.events.push(Event::EvaluationRecorded);
        Ok(())
    }

    pub(super) fn issue(&mut self, mut certificate: Certificate, ctx: &Context<'_>, out: &mut Outcome) {
        let number = certificate.number.clone();
        let former = self
            .certificates
            .iter_mut()
            .rev()
            .find(|c| matches!(c.stored_status, CertificateStatus::Valid | CertificateStatus::Suspended));
        let old_number = former.as_ref().map(|c| c.number.clone());
        if let Some(former) = former {
            former.stored_status = CertificateStatus::Superseded;
            former.replaced_by = Some(certificate.id);
            certificate.replaces = Some(former.id);
            out.events.push(Event::CertificateSuperseded);
        }
        self.certificates.push(certificate);
        self.ending = Ending::Closed { at: ctx.now, by: ctx.actor.user, outcome: None, reason: None };
        out.lines.push(HistoryLine::of(Action::Issue).field("certificate", old_number, Some(number)));
        out.events.push(Event::CertificateIssued);
    }
}

fn findings(new: NewEvaluation, ctx: &Context<'_>) -> Result<Findings, Invalid> {
    let mut checks = Checks::default();
    if new.evaluated_on > ctx.today {
        checks.fault("/evaluated_on", "future-date", "must not be in the future");
    }
    if ctx.client.birth_date.is_some_and(|born| new.evaluated_on < born) {
        checks.fault("/evaluated_on", "before-birth", "must not be before the client's birth");
    }
    let inconclusive = new.conclusion == Conclusion::Inconclusive;
    let verdict = match new.verdict {
        Some(Verdict::Approved) if inconclusive => {
            checks.fault("/verdict", "inconclusive", "an inconclusive evaluation cannot be approved");
            Verdict::Observed
        }
        Some(verdict) => verdict,
        None if inconclusive => Verdict::Observed,
        None => {
            checks.fault("/verdict", "required", "is required");
            Verdict::Observed
        }
    };
    if new.verdict == Some(Verdict::Observed) && new.observed_reason.is_none() && !inconclusive {
        checks.fault("/observed_reason", "required", "say what is missing");
    }
    if verdict == Verdict::Approved && new.observed_reason.is_some() {
        checks.fault("/observed_reason", "not-observed", "belongs to the verdict OBSERVED");
    }
    if new.conclusion == Conclusion::FitWithRestrictions && new.restrictions.is_none() {
        checks.fault("/restrictions", "required", "say what the restrictions are");
    }
    if new.conclusion == Conclusion::Fit && new.restrictions.is_some() {
        checks.fault("/restrictions", "contradiction", "belong to the conclusion FIT_WITH_RESTRICTIONS");
    }
    let valid_from = new.valid_from.unwrap_or(new.evaluated_on);
    let back = Days::new(u64::from(ctx.rules.backdating_days));
    let earliest = new.evaluated_on.checked_sub_days(back).unwrap_or(NaiveDate::MIN);
    if valid_from < earliest {
        checks.fault("/valid_from", "backdated", format!("must not be before {earliest}"));
    }
    let valid_until =
        new.valid_until.or_else(|| ctx.service.map(|s| default_valid_until(valid_from, s.validity_days)));
    if valid_until.is_some_and(|last| last < valid_from) {
        checks.fault("/valid_until", "before-start", "must not be before valid_from");
    }
    checks.finish()?;
    Ok(Findings {
        evaluated_on: new.evaluated_on,
        conclusion: new.conclusion,
        verdict,
        observed_reason: new.observed_reason,
        diagnoses: new.diagnoses,
        observations: new.observations,
        recommendations: new.recommendations,
        restrictions: new.restrictions,
        valid_from,
        valid_until,
    })
}
