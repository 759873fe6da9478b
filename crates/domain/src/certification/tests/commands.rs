//! Commands as tests ask them, and what is read off the answers.

use std::sync::atomic::{AtomicU64, Ordering};

use super::*;
use crate::{
    Id, PaymentId,
    files::{FileKind, MediaType, NewFile, StoredFile},
    people::Relationship,
};

pub(super) fn text(value: &str) -> String {
    value.to_owned()
}

pub(super) fn payment(minor: i64) -> NewPayment {
    NewPayment { channel: Channel::Cash, paid_on: today(), money: pen(minor), reference: None, comment: None }
}

pub(super) fn pay(minor: i64) -> Command {
    Command::RegisterPayment(payment(minor))
}

pub(super) fn refund(payment: PaymentId, minor: i64) -> NewRefund {
    NewRefund {
        payment,
        channel: Channel::Transfer,
        paid_on: today(),
        money: pen(minor),
        reference: None,
        reason: text("did not come"),
    }
}

pub(super) fn void(payment: PaymentId) -> Command {
    Command::VoidPayment { payment, reason: text("typed twice") }
}

pub(super) fn fee(minor: i64) -> Command {
    Command::OverrideFee { money: pen(minor), reason: text("agreed") }
}

pub(super) fn observe() -> Command {
    Command::ObservePayment { reason: text("no such transfer") }
}

pub(super) fn clear() -> Command {
    Command::ClearObservation { comment: Some(text("found")) }
}

pub(super) fn fit() -> NewEvaluation {
    NewEvaluation {
        evaluated_on: today(),
        conclusion: Conclusion::Fit,
        verdict: Some(Verdict::Approved),
        observed_reason: None,
        diagnoses: vec![],
        observations: Some(text("secret observation")),
        recommendations: Some(text("secret recommendation")),
        restrictions: None,
        valid_from: None,
        valid_until: None,
    }
}

pub(super) fn evaluate(evaluation: NewEvaluation) -> Command {
    Command::RecordEvaluation(Box::new(evaluation))
}

pub(super) fn end(money: Option<MoneyDecision>) -> EndWithoutCertificate {
    EndWithoutCertificate { reason: text("did not come"), money }
}

pub(super) fn cancel(money: Option<MoneyDecision>) -> Command {
    Command::Cancel(end(money))
}

pub(super) fn close(money: Option<MoneyDecision>) -> Command {
    Command::Close { outcome: CloseOutcome::NoShow, end: end(money) }
}

pub(super) fn reopen(code: Option<ReopenReason>) -> Command {
    Command::Reopen { reason: text("came after all"), code }
}

pub(super) fn edit(edit: Edit) -> Command {
    Command::Edit(Box::new(edit))
}

pub(super) fn overrule(payload: OverridePayload) -> Command {
    Command::Override { reason: text("audit finding"), payload }
}

pub(super) fn parent() -> Guardian {
    Guardian { person: id(GUARDIAN), relationship: Relationship::Parent }
}

/// Pointer and code of every refused value.
pub(super) fn faults<T: std::fmt::Debug>(answer: Result<T, Refusal>) -> Vec<(String, &'static str)> {
    match answer {
        Err(Refusal::Invalid(invalid)) => invalid.faults.into_iter().map(|f| (f.pointer, f.code)).collect(),
        other => panic!("expected refused values, got {other:?}"),
    }
}

/// The only refused value.
pub(super) fn fault<T: std::fmt::Debug>(answer: Result<T, Refusal>) -> (String, &'static str) {
    let mut faults = faults(answer);
    assert_eq!(faults.len(), 1, "{faults:?}");
    faults.remove(0)
}

/// What stands in the way, as told by a refusal.
pub(super) fn reasons<T: std::fmt::Debug>(answer: Result<T, Refusal>) -> Vec<Blocker> {
    match answer {
        Err(Refusal::WrongStage { reasons, .. }) => reasons,
        other => panic!("expected a precondition to fail, got {other:?}"),
    }
}

/// Lines of the history as `ACTION field: old -> new (comment)`, a waived separation marked with an asterisk.
pub(super) fn lines(outcome: &Outcome) -> Vec<String> {
    let value = |v: &Option<String>| v.clone().unwrap_or_else(|| text("-"));
    let print = |line: &HistoryLine| {
        let field = line.field.unwrap_or("-");
        let comment = line.comment.as_ref().map_or_else(String::new, |c| format!(" ({c})"));
        let waived = if line.separation_waived { " *" } else { "" };
        format!("{} {field}: {} -> {}{comment}{waived}", line.action, value(&line.old), value(&line.new))
    };
    outcome.lines.iter().map(print).collect()
}

pub(super) fn new_file(kind: FileKind) -> NewFile {
    static COUNT: AtomicU64 = AtomicU64::new(1_000_000);
    NewFile {
        id: id(u128::from(COUNT.fetch_add(1, Ordering::Relaxed))),
        kind,
        name: text("Scan.pdf"),
        media_type: MediaType::Pdf,
        size: 7,
        sha256: [7; 32],
        payment: None,
    }
}

pub(super) fn add(kind: FileKind, payment: Option<PaymentId>) -> Command {
    Command::AddFile(Box::new(NewFile { payment, ..new_file(kind) }))
}

pub(super) fn take(file: Id<StoredFile>) -> Command {
    Command::DeleteFile { file, reason: Some(text("twice")) }
}
