//! Adding files and taking them away.

use super::super::{Action, Blocker, Certification, Context, HistoryLine, Outcome, Refusal, policy};
use crate::{
    Id, Invalid, PaymentId,
    files::{FileKind, NewFile, StoredFile},
};

/// A file as history names it: what is clinical by its kind alone.
fn describe(file: &StoredFile) -> String {
    if file.kind.is_clinical() { file.kind.to_string() } else { format!("{}: {}", file.kind, file.name) }
}

impl Certification {
    pub(super) fn add_file(
        &mut self,
        new: NewFile,
        ctx: &Context<'_>,
        out: &mut Outcome,
    ) -> Result<(), Refusal> {
        self.check_evidence(new.kind, new.payment)?;
        let file = StoredFile {
            id: new.id,
            kind: new.kind,
            name: new.name,
            media_type: new.media_type,
            size: new.size,
            sha256: new.sha256,
            payment: new.payment,
            uploaded_by: ctx.actor.user,
            uploaded_at: ctx.now,
        };
        out.lines.push(HistoryLine::of(Action::AddFile).field("file", None, Some(describe(&file))));
        self.files.push(file);
        Ok(())
    }

    /// Refuses a payment that is none of this request, and evidence of it that is none by its kind.
    pub fn check_evidence(&self, kind: FileKind, payment: Option<PaymentId>) -> Result<(), Invalid> {
        let Some(payment) = payment else { return Ok(()) };
        if kind != FileKind::PaymentEvidence {
            let message =
                format!("only a file of kind {} is evidence of a payment", FileKind::PaymentEvidence);
            return Err(Invalid::one("/payment_id", "not-evidence", message));
        }
        self.check_payment(payment)
    }

    /// Whether the actor may take the file away: role, object and uploader first, then stage and what stands in the
    /// way.
    pub fn check_file_deletion(&self, file: &StoredFile, ctx: &Context<'_>) -> Result<(), Refusal> {
        let action = Action::DeleteFile;
        let checked = self.check(action, ctx);
        if matches!(checked, Err(Refusal::Forbidden(_) | Refusal::NotYours(_))) {
            return checked;
        }
        if !policy::may_delete_file(ctx.actor, file, ctx.now) {
            return Err(Refusal::NotYours(action));
        }
        checked?;
        let evidence = file.payment.and_then(|payment| self.settlement.payment(payment));
        if evidence.is_some_and(|payment| payment.voided.is_none()) {
            let reasons = vec![Blocker::PaymentInForce];
            return Err(Refusal::WrongStage { action, stage: self.stage, reasons });
        }
        Ok(())
    }

    pub(super) fn delete_file(
        &mut self,
        id: Id<StoredFile>,
        reason: Option<String>,
        ctx: &Context<'_>,
        out: &mut Outcome,
    ) -> Result<(), Refusal> {
        let Some(file) = self.file(id) else {
            return Err(Invalid::one("", "unknown", "is no file of this request").into());
        };
        self.check_file_deletion(file, ctx)?;
        let line = HistoryLine::of(Action::DeleteFile).field("file", Some(describe(file)), None);
        out.lines.push(line.comment(reason));
        self.files.retain(|file| file.id != id);
        Ok(())
    }
}
