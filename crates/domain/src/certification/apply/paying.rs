//! Money: what a request asks of its settlement, and how it follows what happens to that.

use super::super::{Action, Certification, Context, Event, FeeSource, HistoryLine, Outcome, Refusal, Waiver};
use crate::{
    Invalid, Money, PaymentId,
    billing::{Moved, Movement, NewPayment, NewRefund, Settlement},
    policy::Role,
};

impl From<Moved> for Action {
    fn from(moved: Moved) -> Self {
        match moved {
            Moved::Due { .. } => Self::OverrideFee,
            Moved::Received(_) => Self::RegisterPayment,
            Moved::Validated(_) => Self::ValidatePayment,
            Moved::Voided(_) => Self::VoidPayment,
            Moved::Refunded(_) => Self::RegisterRefund,
            Moved::Observed => Self::ObservePayment,
            Moved::Cleared => Self::ClearObservation,
        }
    }
}

impl Certification {
    /// Follows a movement that its settlement has made elsewhere, as if one of its own actions had brought it about.
    pub fn settled(&mut self, settlement: Settlement, movement: Movement) -> Outcome {
        let (stage, now) = (self.stage, movement.at);
        let mut out = Outcome::default();
        self.settlement = settlement;
        self.follow(HistoryLine::of(movement.what.into()), movement, &mut out);
        self.conclude(stage, now, &mut out);
        out
    }

    /// What every movement of the settlement means for the request, besides its stage; `line` names the action.
    pub(super) fn follow(&mut self, line: HistoryLine, movement: Movement, out: &mut Outcome) {
        let action = line.action;
        let status = |line: HistoryLine| {
            let (before, after) = (movement.before.to_string(), movement.after.to_string());
            line.field("payment_status", Some(before), Some(after))
        };
        let text = |money: Money| Some(money.to_string());
        let line = match movement.what {
            Moved::Due { before, after } => line.field("fee", before.and_then(text), after.and_then(text)),
            Moved::Received(money) | Moved::Validated(money) => line.field("payment", None, text(money)),
            Moved::Voided(money) => line.field("payment", text(money), None),
            Moved::Refunded(money) => line.field("refund", None, text(money)),
            Moved::Observed | Moved::Cleared => status(line),
        };
        out.lines.push(line.comment(movement.comment.clone()));
        let told = matches!(movement.what, Moved::Observed | Moved::Cleared);
        // Of a service that was changed the lines of the editing say enough.
        if !told && action != Action::Edit && movement.before != movement.after {
            out.lines.push(status(HistoryLine::of(action)));
        }
        match movement.what {
            Moved::Due { after, .. } if action == Action::OverrideFee => {
                self.fee_source = Some(FeeSource::Override);
                if after.is_some_and(|fee| fee.minor == 0) {
                    self.trace.waivers.push(Waiver { by: movement.by, at: movement.at });
                }
            }
            Moved::Received(_) => out.events.push(Event::PaymentRegistered),
            Moved::Voided(_) => out.events.push(Event::PaymentVoided),
            Moved::Refunded(_) => out.events.push(Event::PaymentRefunded),
            _ => {}
        }
        out.movements.push(movement);
    }

    pub(super) fn override_fee(
        &mut self,
        money: Money,
        reason: String,
        ctx: &Context<'_>,
        out: &mut Outcome,
    ) -> Result<(), Refusal> {
        let movement = self.settlement.set_due(Some(money), Some(reason), &ctx.clerk())?;
        self.follow(HistoryLine::of(Action::OverrideFee), movement, out);
        Ok(())
    }

    pub(super) fn register_payment(
        &mut self,
        new: NewPayment,
        ctx: &Context<'_>,
        out: &mut Outcome,
    ) -> Result<(), Refusal> {
        let only_cashier = !ctx.actor.is(Role::Admin) && !ctx.actor.is(Role::Manager);
        let counts_at_once = ctx.rules.cashier_may_validate || !only_cashier;
        let movement = self.settlement.register(new, counts_at_once, &ctx.clerk())?;
        let separation_waived = only_cashier && counts_at_once;
        let line = HistoryLine { separation_waived, ..HistoryLine::of(Action::RegisterPayment) };
        self.follow(line, movement, out);
        Ok(())
    }

    /// Refuses a payment that is none of this request.
    pub(super) fn check_payment(&self, id: PaymentId) -> Result<(), Invalid> {
        match self.settlement.payment(id) {
            Some(_) => Ok(()),
            None => Err(Invalid::one("/payment_id", "unknown", "is no payment of this request")),
        }
    }

    pub(super) fn validate_payment(
        &mut self,
        id: PaymentId,
        ctx: &Context<'_>,
        out: &mut Outcome,
    ) -> Result<(), Refusal> {
        self.check_payment(id)?;
        let movement = self.settlement.validate(id, &ctx.clerk())?;
        self.follow(HistoryLine::of(Action::ValidatePayment), movement, out);
        Ok(())
    }

    pub(super) fn void_payment(
        &mut self,
        id: PaymentId,
        reason: String,
        ctx: &Context<'_>,
        out: &mut Outcome,
    ) -> Result<(), Refusal> {
        self.check_payment(id)?;
        let movement = self.settlement.void(id, reason, &ctx.clerk())?;
        self.follow(HistoryLine::of(Action::VoidPayment), movement, out);
        Ok(())
    }

    pub(super) fn register_refund(
        &mut self,
        new: NewRefund,
        ctx: &Context<'_>,
        out: &mut Outcome,
    ) -> Result<(), Refusal> {
        self.check_payment(new.payment)?;
        let movement = self.settlement.refund(new, &ctx.clerk())?;
        self.follow(HistoryLine::of(Action::RegisterRefund), movement, out);
        Ok(())
    }

    pub(super) fn observe_payment(&mut self, reason: String, ctx: &Context<'_>, out: &mut Outcome) {
        let movement = self.settlement.observe(reason, &ctx.clerk());
        self.follow(HistoryLine::of(Action::ObservePayment), movement, out);
    }

    pub(super) fn clear_observation(
        &mut self,
        comment: Option<String>,
        ctx: &Context<'_>,
        out: &mut Outcome,
    ) {
        let movement = self.settlement.clear(comment, &ctx.clerk());
        self.follow(HistoryLine::of(Action::ClearObservation), movement, out);
    }
}
