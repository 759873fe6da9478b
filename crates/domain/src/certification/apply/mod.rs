//! Acting on a request. Pure: the caller stores what comes of it.

mod assigning;
mod editing;
mod ending;
mod evaluating;
mod filing;
mod paying;

use chrono::{DateTime, Utc};

use super::{
    Action, Blocker, Certification, Command, Context, Ending, Event, FeeSource, HistoryLine,
    NewCertification, Outcome, OverridePayload, Refusal, RequestInfo, Stage, Trace, policy,
};
use crate::{Invalid, billing::Settlement};

impl Certification {
    /// A new request: registered, with the fee of its service.
    pub fn register(new: NewCertification, ctx: &Context<'_>) -> Result<(Self, Outcome), Refusal> {
        if !policy::may_somewhere(ctx.actor, Action::Register) {
            return Err(Refusal::Forbidden(Action::Register));
        }
        let guardian = new.guardian.map(|g| g.person);
        if ctx.client.id == ctx.actor.person || guardian == Some(ctx.actor.person) {
            return Err(Refusal::NotYours(Action::Register));
        }
        editing::check_guardian(new.guardian.as_ref(), ctx.client.id, ctx)
            .map_err(|e| e.below("/guardian"))?;
        let mut request = Self {
            id: ctx.id(),
            version: 0,
            code: new.code,
            client: ctx.client.id,
            guardian: new.guardian,
            promoter: new.promoter,
            service: ctx.service.map(|s| s.id),
            info: RequestInfo::default(),
            settlement: Settlement::open(ctx.id(), ctx.service.map(|s| s.fee)),
            fee_source: ctx.service.map(|_| FeeSource::Service),
            money_decision: None,
            registered_by: ctx.actor.user,
            operator: ctx.actor.staff,
            ending: Ending::Open,
            stage: Stage::Registered,
            stage_since: ctx.now,
            trace: Trace::default(),
            created_at: ctx.now,
            updated_at: ctx.now,
            assignments: vec![],
            evaluations: vec![],
            certificates: vec![],
            files: vec![],
        };
        new.fields.apply(&mut request);
        // It was never anywhere else, so nothing was left: a request without a fee to pay begins as paid.
        request.stage = request.derived_stage();
        let line = HistoryLine::of(Action::Register).field("stage", None, Some(request.stage.to_string()));
        Ok((
            request,
            Outcome { lines: vec![line], events: vec![Event::RequestRegistered], movements: vec![] },
        ))
    }

    /// Does what is asked, or tells why not and changes nothing that may be kept: on an error the caller
    /// throws the value away.
    pub fn apply(&mut self, command: Command, ctx: &Context<'_>) -> Result<Outcome, Refusal> {
        self.check(command.action(), ctx)?;
        let stage = self.stage;
        let mut outcome = Outcome::default();
        self.perform(command, ctx, &mut outcome)?;
        self.conclude(stage, ctx.now, &mut outcome);
        Ok(outcome)
    }

    /// The end of every change: the stage follows from the facts as they are now.
    fn conclude(&mut self, before: Stage, now: DateTime<Utc>, out: &mut Outcome) {
        self.restage(now);
        if self.stage != before {
            out.events.push(Event::StageChanged);
        }
    }

    fn perform(&mut self, command: Command, ctx: &Context<'_>, out: &mut Outcome) -> Result<(), Refusal> {
        match command {
            Command::Edit(edit) => self.edit(*edit, ctx, out)?,
            Command::AssignManager { to, comment } => self.assign_manager(&to, comment, ctx, out)?,
            Command::ChangeManager { to, comment } => self.change_manager(&to, comment, ctx, out)?,
            Command::UnassignManager { reason } => self.unassign_manager(reason, ctx, out),
            Command::OverrideFee { money, reason } => self.override_fee(money, reason, ctx, out)?,
            Command::RegisterPayment(payment) => self.register_payment(payment, ctx, out)?,
            Command::ValidatePayment { payment } => self.validate_payment(payment, ctx, out)?,
            Command::VoidPayment { payment, reason } => self.void_payment(payment, reason, ctx, out)?,
            Command::RegisterRefund(refund) => self.register_refund(refund, ctx, out)?,
            Command::ObservePayment { reason } => self.observe_payment(reason, ctx, out),
            Command::ClearObservation { comment } => self.clear_observation(comment, ctx, out),
            Command::AssignDoctor { to, comment } => self.assign_doctor(&to, comment, ctx, out)?,
            Command::ChangeDoctor { to, comment } => self.change_doctor(&to, comment, ctx, out)?,
            Command::UnassignDoctor { reason } => self.unassign_doctor(reason, ctx, out)?,
            Command::RecordEvaluation(evaluation) => self.record_evaluation(*evaluation, ctx, out)?,
            Command::Issue(certificate) => self.issue(*certificate, ctx, out),
            Command::Close { outcome, end } => self.close(outcome, end, ctx, out)?,
            Command::Cancel(end) => self.cancel(end, ctx, out)?,
            Command::Reopen { reason, code } => self.reopen(&reason, code, out)?,
            Command::Override { reason, payload } => self.overrule(reason, payload, ctx, out)?,
            Command::AddFile(file) => self.add_file(*file, ctx, out)?,
            Command::DeleteFile { file, reason } => self.delete_file(file, reason, ctx, out)?,
        }
        Ok(())
    }

    /// Acts on a finished request without reopening it: the same rules but for the stage.
    fn overrule(
        &mut self,
        reason: String,
        payload: OverridePayload,
        ctx: &Context<'_>,
        out: &mut Outcome,
    ) -> Result<(), Refusal> {
        let inner = match payload {
            OverridePayload::Edit(edit) => {
                if self.certificate_in_force().is_some() && edit.touches_print() {
                    let reasons = vec![Blocker::CertificateInForce];
                    return Err(Refusal::WrongStage { action: Action::Override, stage: self.stage, reasons });
                }
                Command::Edit(edit)
            }
            OverridePayload::RegisterPayment(payment) => Command::RegisterPayment(payment),
            OverridePayload::VoidPayment { payment, reason } => Command::VoidPayment { payment, reason },
            OverridePayload::RegisterRefund(refund) => Command::RegisterRefund(refund),
            OverridePayload::ChangeManager { to, comment } => Command::ChangeManager { to, comment },
        };
        let action = inner.action();
        self.check_state(action, ctx)?;
        let line = HistoryLine::of(Action::Override);
        out.lines.push(line.field("override", None, Some(action.code().to_owned())).comment(Some(reason)));
        self.perform(inner, ctx, out).map_err(|refusal| match refusal {
            Refusal::Invalid(invalid) => Refusal::Invalid(invalid.below("/payload")),
            other => other,
        })
    }
}

impl Invalid {
    /// The same faults, below a pointer.
    #[must_use]
    pub fn below(mut self, pointer: &str) -> Self {
        for fault in &mut self.faults {
            fault.pointer.insert_str(0, pointer);
        }
        self
    }
}
