//! Ending without a certificate, and taking up again.

use super::super::{
    Action, Certification, CloseOutcome, Context, EndWithoutCertificate, Ending, Event, HistoryLine,
    MoneyDecision, Outcome, Refusal, ReopenReason,
};
use crate::Invalid;

impl Certification {
    pub(super) fn close(
        &mut self,
        outcome: CloseOutcome,
        end: EndWithoutCertificate,
        ctx: &Context<'_>,
        out: &mut Outcome,
    ) -> Result<(), Refusal> {
        self.decide_money(Action::Close, end.money, out)?;
        let line = HistoryLine::of(Action::Close).field("close_outcome", None, Some(outcome.to_string()));
        out.lines.push(line.comment(Some(end.reason.clone())));
        let reason = Some(end.reason);
        self.ending = Ending::Closed { at: ctx.now, by: ctx.actor.user, outcome: Some(outcome), reason };
        Ok(())
    }

    pub(super) fn cancel(
        &mut self,
        end: EndWithoutCertificate,
        ctx: &Context<'_>,
        out: &mut Outcome,
    ) -> Result<(), Refusal> {
        self.decide_money(Action::Cancel, end.money, out)?;
        let line = HistoryLine::of(Action::Cancel).field(
            "stage",
            Some(self.stage.to_string()),
            Some("CANCELLED".to_owned()),
        );
        out.lines.push(line.comment(Some(end.reason.clone())));
        self.ending = Ending::Cancelled { at: ctx.now, by: ctx.actor.user, reason: end.reason };
        out.events.push(Event::RequestCancelled);
        Ok(())
    }

    fn decide_money(
        &mut self,
        action: Action,
        decision: Option<MoneyDecision>,
        out: &mut Outcome,
    ) -> Result<(), Refusal> {
        if self.settlement.paid_total() > 0 && decision.is_none() {
            let message = "say what happens to the money received: KEEP or REFUND_DUE";
            return Err(Invalid::one("/money", "required", message).into());
        }
        self.money_decision = decision.filter(|_| self.settlement.paid_total() > 0);
        if let Some(decision) = self.money_decision {
            out.lines.push(HistoryLine::of(action).field("money", None, Some(decision.to_string())));
        }
        Ok(())
    }

    pub(super) fn reopen(
        &mut self,
        reason: &str,
        code: Option<ReopenReason>,
        out: &mut Outcome,
    ) -> Result<(), Refusal> {
        let with_certificate = matches!(self.ending, Ending::Closed { outcome: None, .. });
        if with_certificate && code.is_none() {
            let message = "is required after a certificate was issued";
            return Err(Invalid::one("/reason_code", "required", message).into());
        }
        let before = self.stage;
        self.ending = Ending::Open;
        self.money_decision = None;
        let after = self.derived_stage();
        let line = HistoryLine::of(Action::Reopen);
        let line = line.field("stage", Some(before.to_string()), Some(after.to_string()));
        let comment = code.map_or_else(|| reason.to_owned(), |code| format!("{code}: {reason}"));
        out.lines.push(line.comment(Some(comment)));
        out.events.push(Event::RequestReopened);
        Ok(())
    }
}
