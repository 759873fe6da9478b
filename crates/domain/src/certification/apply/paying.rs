//! Money: fees, payments, refunds, doubts.

use chrono::NaiveDate;

use super::super::{
    Action, Certification, Context, Event, Fee, FeeSource, HistoryLine, NewPayment, NewRefund, Outcome,
    Payment, PaymentStatus, Refund, Refusal, Voided, Waiver,
};
use crate::{Checks, Id, Invalid, Money, identity::Role};

fn money_text(money: Money) -> String {
    format!("{} {}", money.amount(), money.currency)
}

fn check_amount(checks: &mut Checks, money: Money, fee: Option<Fee>) {
    if money.minor <= 0 {
        checks.fault("/amount", "not-positive", "must be more than zero");
    }
    if fee.is_some_and(|fee| fee.money.currency != money.currency) {
        checks.fault("/currency", "currency", "must be the currency of the fee");
    }
}

fn check_paid_on(checks: &mut Checks, paid_on: NaiveDate, today: NaiveDate) {
    if paid_on > today {
        checks.fault("/paid_on", "future-date", "must not be in the future");
    }
}

impl Certification {
    fn status_line(&self, action: Action, before: PaymentStatus, out: &mut Outcome) {
        let after = self.payment_status();
        if before != after {
            let line = HistoryLine::of(action);
            out.lines.push(line.field("payment_status", Some(before.to_string()), Some(after.to_string())));
        }
    }

    pub(super) fn override_fee(
        &mut self,
        money: Money,
        reason: String,
        ctx: &Context<'_>,
        out: &mut Outcome,
    ) -> Result<(), Refusal> {
        if money.minor < 0 {
            return Err(Invalid::one("/amount", "negative", "must not be less than zero").into());
        }
        let received = self.payments.iter().any(|p| p.voided.is_none());
        if received && self.fee.is_some_and(|fee| fee.money.currency != money.currency) {
            return Err(
                Invalid::one("/currency", "currency", "stays as it is once money was received").into()
            );
        }
        let (before, old) = (self.payment_status(), self.fee);
        self.fee = Some(Fee { money, source: FeeSource::Override });
        if money.minor == 0 {
            self.trace.waivers.push(Waiver { by: ctx.actor.user, at: ctx.now });
        }
        let line = HistoryLine::of(Action::OverrideFee);
        let old = old.map(|fee| money_text(fee.money));
        out.lines.push(line.field("fee", old, Some(money_text(money))).comment(Some(reason)));
        self.status_line(Action::OverrideFee, before, out);
        Ok(())
    }

    pub(super) fn register_payment(
        &mut self,
        new: NewPayment,
        ctx: &Context<'_>,
        out: &mut Outcome,
    ) -> Result<(), Refusal> {
        let mut checks = Checks::default();
        check_paid_on(&mut checks, new.paid_on, ctx.today);
        check_amount(&mut checks, new.money, self.fee);
        checks.finish()?;
        let only_cashier = !ctx.actor.is(Role::Admin) && !ctx.actor.is(Role::Manager);
        let counts_at_once = ctx.rules.cashier_may_validate || !only_cashier;
        let before = self.payment_status();
        out.lines.push(HistoryLine {
            separation_waived: only_cashier && counts_at_once,
            ..HistoryLine::of(Action::RegisterPayment)
                .field("payment", None, Some(money_text(new.money)))
                .comment(new.comment.clone())
        });
        self.payments.push(Payment {
            id: ctx.id(),
            channel: new.channel,
            paid_on: new.paid_on,
            money: new.money,
            reference: new.reference,
            comment: new.comment,
            registered_by: ctx.actor.user,
            registered_at: ctx.now,
            validated: counts_at_once.then_some((ctx.actor.user, ctx.now)),
            voided: None,
        });
        self.status_line(Action::RegisterPayment, before, out);
        out.events.push(Event::PaymentRegistered);
        Ok(())
    }

    fn payment_mut(&mut self, id: Id<Payment>) -> Result<&mut Payment, Refusal> {
        let payment = self.payments.iter_mut().find(|p| p.id == id);
        let payment =
            payment.ok_or_else(|| Invalid::one("/payment_id", "unknown", "is no payment of this request"))?;
        if payment.voided.is_some() {
            return Err(Invalid::one("/payment_id", "voided", "was voided").into());
        }
        Ok(payment)
    }

    pub(super) fn validate_payment(
        &mut self,
        id: Id<Payment>,
        ctx: &Context<'_>,
        out: &mut Outcome,
    ) -> Result<(), Refusal> {
        let before = self.payment_status();
        let payment = self.payment_mut(id)?;
        if payment.validated.is_some() {
            return Err(Invalid::one("/payment_id", "validated", "is validated already").into());
        }
        if payment.registered_by == ctx.actor.user {
            let message = "is validated by somebody other than who registered it";
            return Err(Invalid::one("/payment_id", "same-person", message).into());
        }
        payment.validated = Some((ctx.actor.user, ctx.now));
        let amount = money_text(payment.money);
        out.lines.push(HistoryLine::of(Action::ValidatePayment).field("payment", None, Some(amount)));
        self.status_line(Action::ValidatePayment, before, out);
        Ok(())
    }

    pub(super) fn void_payment(
        &mut self,
        id: Id<Payment>,
        reason: String,
        ctx: &Context<'_>,
        out: &mut Outcome,
    ) -> Result<(), Refusal> {
        let before = self.payment_status();
        if self.refunds.iter().any(|refund| refund.payment == id) {
            return Err(Invalid::one("/payment_id", "refunded", "was refunded, at least in part").into());
        }
        let payment = self.payment_mut(id)?;
        payment.voided = Some(Voided { by: ctx.actor.user, at: ctx.now, reason: reason.clone() });
        let amount = money_text(payment.money);
        let line = HistoryLine::of(Action::VoidPayment);
        out.lines.push(line.field("payment", Some(amount), None).comment(Some(reason)));
        self.status_line(Action::VoidPayment, before, out);
        out.events.push(Event::PaymentVoided);
        Ok(())
    }

    pub(super) fn register_refund(
        &mut self,
        new: NewRefund,
        ctx: &Context<'_>,
        out: &mut Outcome,
    ) -> Result<(), Refusal> {
        let before = self.payment_status();
        let payment = self.payment_mut(new.payment)?.clone();
        let mut checks = Checks::default();
        check_paid_on(&mut checks, new.paid_on, ctx.today);
        if new.money.currency != payment.money.currency {
            checks.fault("/currency", "currency", "must be the currency of the payment");
        }
        if new.money.minor <= 0 {
            checks.fault("/amount", "not-positive", "must be more than zero");
        } else if new.money.minor > self.rest_of(&payment) {
            checks.fault("/amount", "exceeds-rest", "is more than what is left of the payment");
        }
        checks.finish()?;
        let line = HistoryLine::of(Action::RegisterRefund).field("refund", None, Some(money_text(new.money)));
        out.lines.push(line.comment(Some(new.reason.clone())));
        self.refunds.push(Refund {
            id: ctx.id(),
            payment: new.payment,
            channel: new.channel,
            paid_on: new.paid_on,
            money: new.money,
            reference: new.reference,
            reason: new.reason,
            by: ctx.actor.user,
            at: ctx.now,
        });
        self.status_line(Action::RegisterRefund, before, out);
        out.events.push(Event::PaymentRefunded);
        Ok(())
    }

    pub(super) fn observe_payment(&mut self, reason: String, out: &mut Outcome) {
        let before = self.payment_status();
        self.observed = Some(reason.clone());
        let line = HistoryLine::of(Action::ObservePayment);
        let after = PaymentStatus::Observed;
        let line = line.field("payment_status", Some(before.to_string()), Some(after.to_string()));
        out.lines.push(line.comment(Some(reason)));
    }

    pub(super) fn clear_observation(&mut self, comment: Option<String>, out: &mut Outcome) {
        let before = self.payment_status();
        self.observed = None;
        let after = self.payment_status();
        let line = HistoryLine::of(Action::ClearObservation);
        let line = line.field("payment_status", Some(before.to_string()), Some(after.to_string()));
        out.lines.push(line.comment(comment));
    }
}
