//! Editing: one line of history for each field that really changed.

use super::super::{
    Action, Blocker, Certification, Context, Edit, Fee, FeeSource, Guardian, HistoryLine, Outcome, Refusal,
};
use crate::{FieldChange, Invalid, PersonId, catalog::Service, field_changes};

/// Fields of a person that a certificate prints.
const PRINTED: &[&str] = &["given_names", "family_names", "birth_date", "document"];

impl Edit {
    /// Whether a certificate would print something else afterwards.
    pub fn touches_print(&self) -> bool {
        let printed =
            |changes: &[FieldChange]| changes.iter().any(|c| c.applied && PRINTED.contains(&c.field));
        self.client.is_some()
            || self.guardian.is_some()
            || self.service.is_some()
            || printed(&self.client_changes)
            || printed(&self.guardian_changes)
    }
}

/// A guardian is an adult and somebody else than the client.
pub(super) fn check_guardian(
    guardian: Option<&Guardian>,
    client: PersonId,
    ctx: &Context<'_>,
) -> Result<(), Invalid> {
    let Some(guardian) = guardian else { return Ok(()) };
    if guardian.person == client {
        return Err(Invalid::one("", "same-person", "must be somebody else than the client"));
    }
    let majority = i32::try_from(ctx.rules.age_of_majority).unwrap_or(i32::MAX);
    if ctx.guardian.and_then(|person| person.age_on(ctx.today)).is_some_and(|age| age < majority) {
        return Err(Invalid::one("/birth_date", "minor", "a guardian must be of age"));
    }
    Ok(())
}

fn replace<T: PartialEq>(
    out: &mut Outcome,
    field: &'static str,
    slot: &mut Option<T>,
    new: Option<T>,
    print: impl Fn(&T) -> String,
) {
    if new != *slot {
        let line = HistoryLine::of(Action::Edit);
        out.lines.push(line.field(field, slot.as_ref().map(&print), new.as_ref().map(&print)));
        *slot = new;
    }
}

impl Certification {
    pub(super) fn edit(&mut self, edit: Edit, ctx: &Context<'_>, out: &mut Outcome) -> Result<(), Refusal> {
        if let Some(client) = edit.client.filter(|client| *client != self.client) {
            if !self.evaluations.is_empty() {
                let reasons = vec![Blocker::MedicalActExists];
                return Err(Refusal::WrongStage { action: Action::Edit, stage: self.stage, reasons });
            }
            let line = HistoryLine::of(Action::Edit);
            out.lines.push(line.field("client", Some(self.client.to_string()), Some(client.to_string())));
            self.client = client;
            let stays = edit.guardian.is_none().then_some(self.guardian).flatten();
            if stays.is_some_and(|guardian| guardian.person == client) {
                return Err(Invalid::one("/client", "same-person", "is the guardian already").into());
            }
        }
        if let Some(guardian) = edit.guardian {
            check_guardian(guardian.as_ref(), self.client, ctx).map_err(|e| e.below("/guardian"))?;
            let relation = |g: &Guardian| format!("{} {}", g.relationship, g.person);
            replace(out, "guardian", &mut self.guardian, guardian, relation);
        } else if !edit.guardian_changes.is_empty() {
            check_guardian(self.guardian.as_ref(), self.client, ctx).map_err(|e| e.below("/guardian"))?;
        }
        // Nobody acts on a request whose client or guardian they are, nor makes themselves one of them.
        if self.client == ctx.actor.person || self.guardian.is_some_and(|g| g.person == ctx.actor.person) {
            return Err(Refusal::NotYours(Action::Edit));
        }
        person_lines(out, client_field, edit.client_changes);
        person_lines(out, guardian_field, edit.guardian_changes);
        if let Some(service) = edit.service {
            self.change_service(service.as_ref(), ctx, out)?;
        }
        if let Some(promoter) = edit.promoter {
            replace(out, "promoter", &mut self.promoter, promoter, ToString::to_string);
        }
        let before = self.clone();
        edit.fields.apply(self);
        for change in field_changes(Some(&before), self) {
            out.lines.push(HistoryLine::of(Action::Edit).field(change.field, change.old, change.new));
        }
        Ok(())
    }

    /// A changed service brings its fee until money has come in.
    fn change_service(
        &mut self,
        service: Option<&Service>,
        ctx: &Context<'_>,
        out: &mut Outcome,
    ) -> Result<(), Refusal> {
        if self.service == service.map(|s| s.id) {
            return Ok(());
        }
        // The doctor was chosen for this service; neither money in doubt nor the end of the request frees it.
        if self.doctor().is_some() {
            let reasons = vec![Blocker::DoctorAssigned];
            return Err(Refusal::WrongStage { action: Action::Edit, stage: self.stage, reasons });
        }
        let name = |s: Option<&Service>| s.map(|s| s.name.clone());
        let line = HistoryLine::of(Action::Edit);
        out.lines.push(line.field("service", name(ctx.service), name(service)));
        self.service = service.map(|s| s.id);
        let fee = service.map(|s| Fee { money: s.fee, source: FeeSource::Service });
        if self.settlement.in_force().next().is_none() && fee != self.fee() {
            let movement = self.settlement.set_due(fee.map(|fee| fee.money), None, &ctx.clerk())?;
            self.fee_source = fee.map(|fee| fee.source);
            self.follow(HistoryLine::of(Action::Edit), movement, out);
        }
        Ok(())
    }
}

fn client_field(field: &str) -> &'static str {
    match field {
        "given_names" => "client.given_names",
        "family_names" => "client.family_names",
        "birth_date" => "client.birth_date",
        "email" => "client.email",
        "phone" => "client.phone",
        "phone_2" => "client.phone_2",
        "landline" => "client.landline",
        "address" => "client.address",
        "preferred_locale" => "client.preferred_locale",
        _ => "client.document",
    }
}

fn guardian_field(field: &str) -> &'static str {
    match field {
        "given_names" => "guardian.given_names",
        "family_names" => "guardian.family_names",
        "birth_date" => "guardian.birth_date",
        "email" => "guardian.email",
        "phone" => "guardian.phone",
        "phone_2" => "guardian.phone_2",
        "landline" => "guardian.landline",
        "address" => "guardian.address",
        "preferred_locale" => "guardian.preferred_locale",
        _ => "guardian.document",
    }
}

fn person_lines(out: &mut Outcome, name: fn(&str) -> &'static str, changes: Vec<FieldChange>) {
    for change in changes.into_iter().filter(|change| change.applied) {
        let line = HistoryLine::of(Action::Edit);
        out.lines.push(line.field(name(change.field), change.old, change.new));
    }
}
