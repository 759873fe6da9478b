//! Acting on a request: one way for every action but registering, issuing and erasing.

use medcert_domain::{
    Invalid,
    certification::{Action, Care, Command, Edit, Guardian, OverridePayload, Refusal, policy},
    institution::Institution,
    people::{Member, Person},
    policy::Actor,
};

use super::{
    Answer, AssignInput, Attempt, CareInput, Detail, Payload, RequestInput,
    detail::context,
    may_somewhere,
    paid::keep_with_others,
    register::wanted_service,
    replay::{answer, kept, replay},
    search_terms,
};
use crate::{
    App, Conditions, Error, IfMatch,
    idempotent::once,
    people::{PersonChange, PersonResolver},
    retry::Failed,
    store::{RequestAggregate, UnitOfWork},
};

/// Does the action, or answers in the order: role, message, visibility, object, version, state, values.
pub async fn act(
    app: &App,
    actor: &Actor,
    action: Action,
    attempt: Attempt<'_, Payload>,
) -> Result<Answer, Error> {
    may_somewhere(app, actor, action).await?;
    attempt.input.well_formed()?;
    let if_match = demand(action, attempt.conditions)?;
    if let Some(answer) = replay(app, actor, attempt.conditions).await? {
        return Ok(answer);
    }
    let profile = app.profile().await?;
    // Boxed: what every action may need is held at once.
    let keep = |detail: &Detail| kept(200, detail, attempt.encode);
    let done = Box::pin(once(
        app,
        attempt.conditions,
        if_match.on_stale(),
        keep,
        async |uow: &mut dyn UnitOfWork| {
            let before = uow.request_aggregate(attempt.id).await?;
            let before = permitted(app, actor, action, &profile, if_match, before)?;
            let payload = attempt.input.read(&profile)?;
            demand_key_of_override(&payload, attempt.conditions)?;
            let (around, command, changes) =
                prepare(app, actor, uow, &profile, before, action, payload).await?;
            let relinked = matches!(action, Action::Edit | Action::Override);
            let new_id = || app.parts.ids.uuid();
            let mut request = around.certification.clone();
            let outcome = request.apply(command, &context(actor, &profile, &around, app.now(), &new_id))?;
            let fresh = keep_with_others(app, actor, uow, action, &request, &outcome).await?;
            if relinked {
                search_terms::index(uow, &fresh).await?;
            }
            let mut detail = Detail::of(app, actor, &profile, fresh);
            detail.person_changes = changes;
            Ok(detail)
        },
    ))
    .await;
    let done = done.map_err(|error| match error {
        // What an override does, the caller wrote one level deeper.
        Error::Duplicate { pointer: "/transaction_reference", message } if action == Action::Override => {
            Error::Duplicate { pointer: "/payload/transaction_reference", message }
        }
        other => other,
    });
    answer(app, actor, done?).await
}

/// Whether doing it twice by accident would count money twice.
pub(super) const fn moves_money(action: Action) -> bool {
    matches!(action, Action::RegisterPayment | Action::RegisterRefund)
}

/// The headers that the action needs.
pub(super) fn demand(action: Action, conditions: &Conditions) -> Result<IfMatch, Error> {
    let needs_key = moves_money(action) || action == Action::Issue;
    if needs_key && conditions.idempotency.is_none() {
        return Err(Error::IdempotencyKeyMissing);
    }
    match action {
        Action::Edit | Action::Delete | Action::RecordEvaluation | Action::Issue => {
            conditions.if_match.required()
        }
        _ => Ok(conditions.if_match),
    }
}

/// An override that moves money is as unsafe to repeat as the plain action.
fn demand_key_of_override(payload: &Payload, conditions: &Conditions) -> Result<(), Error> {
    let needs_key = matches!(payload, Payload::Override { action, .. } if moves_money(*action));
    if needs_key && conditions.idempotency.is_none() { Err(Error::IdempotencyKeyMissing) } else { Ok(()) }
}

/// Visibility, object rule, version and state, in this order.
pub(crate) fn permitted(
    app: &App,
    actor: &Actor,
    action: Action,
    profile: &Institution,
    if_match: IfMatch,
    found: Option<RequestAggregate>,
) -> Result<RequestAggregate, Error> {
    let request_aggregate = found.filter(|d| policy::may_see(actor, d.certification.doctor()));
    let request_aggregate = request_aggregate.ok_or(Error::NotFound("certification request"))?;
    let new_id = || app.parts.ids.uuid();
    let checked = request_aggregate
        .certification
        .check(action, &context(actor, profile, &request_aggregate, app.now(), &new_id));
    match checked {
        Err(refusal @ (Refusal::Forbidden(_) | Refusal::NotYours(_))) => Err(refusal.into()),
        other => {
            if_match.check(request_aggregate.certification.version)?;
            other?;
            Ok(request_aggregate)
        }
    }
}

/// Finds the people that a payload names and turns it into a command.
async fn prepare(
    app: &App,
    actor: &Actor,
    uow: &mut dyn UnitOfWork,
    profile: &Institution,
    mut request_aggregate: RequestAggregate,
    action: Action,
    payload: Payload,
) -> Result<(RequestAggregate, Command, Vec<PersonChange>), Failed> {
    let mut changes = vec![];
    let command = match (action, payload) {
        (Action::Edit, Payload::Edit(input)) => {
            let (edit, person_changes) =
                edit(app, actor, uow, profile, &mut request_aggregate, *input).await?;
            changes = person_changes;
            Command::Edit(Box::new(edit))
        }
        (Action::Override, Payload::Override { reason, action, payload }) => {
            let payload = match (action, *payload) {
                (Action::Edit, Payload::Edit(input)) => {
                    let edited = edit(app, actor, uow, profile, &mut request_aggregate, *input).await;
                    let (edit, person_changes) = edited.map_err(below_payload)?;
                    changes = person_changes;
                    OverridePayload::Edit(Box::new(edit))
                }
                (Action::ChangeManager, Payload::Assign(input)) => {
                    let to = Box::new(member(uow, &input).await.map_err(below_payload)?);
                    OverridePayload::ChangeManager { to, comment: input.comment }
                }
                (_, Payload::RegisterPayment(payment)) => OverridePayload::RegisterPayment(payment),
                (_, Payload::VoidPayment { payment, reason }) => {
                    OverridePayload::VoidPayment { payment, reason }
                }
                (_, Payload::RegisterRefund(refund)) => OverridePayload::RegisterRefund(refund),
                _ => {
                    let message = format!("{action} cannot be overridden");
                    return Err(Invalid::one("/action", "not-overridable", message).into());
                }
            };
            Command::Override { reason, payload }
        }
        (_, Payload::Assign(input)) => {
            let to = Box::new(member(uow, &input).await?);
            let comment = input.comment;
            match action {
                Action::AssignManager => Command::AssignManager { to, comment },
                Action::ChangeManager => Command::ChangeManager { to, comment },
                Action::AssignDoctor => Command::AssignDoctor { to, comment },
                Action::ChangeDoctor => Command::ChangeDoctor { to, comment },
                _ => return Err(mismatch(action)),
            }
        }
        (Action::UnassignManager, Payload::Words(reason)) => Command::UnassignManager { reason },
        (Action::UnassignDoctor, Payload::Words(reason)) => Command::UnassignDoctor { reason },
        (Action::ClearObservation, Payload::Words(comment)) => Command::ClearObservation { comment },
        (Action::ObservePayment, Payload::Reason(reason)) => Command::ObservePayment { reason },
        (Action::OverrideFee, Payload::OverrideFee { money, reason }) => {
            Command::OverrideFee { money, reason }
        }
        (Action::RegisterPayment, Payload::RegisterPayment(payment)) => Command::RegisterPayment(payment),
        (Action::ValidatePayment, Payload::ValidatePayment(payment)) => Command::ValidatePayment { payment },
        (Action::VoidPayment, Payload::VoidPayment { payment, reason }) => {
            Command::VoidPayment { payment, reason }
        }
        (Action::RegisterRefund, Payload::RegisterRefund(refund)) => Command::RegisterRefund(refund),
        (Action::RecordEvaluation, Payload::RecordEvaluation(evaluation)) => {
            if let Some(text) = &evaluation.restrictions {
                app.printable("/restrictions", text)?;
            }
            Command::RecordEvaluation(evaluation)
        }
        (Action::Close, Payload::Close { outcome, end }) => Command::Close { outcome, end },
        (Action::Cancel, Payload::Cancel(end)) => Command::Cancel(end),
        (Action::Reopen, Payload::Reopen { reason, code }) => Command::Reopen { reason, code },
        _ => return Err(mismatch(action)),
    };
    Ok((request_aggregate, command, changes))
}

/// A caller inside the program handed in what belongs to another action.
fn mismatch(action: Action) -> Failed {
    Error::internal(format!("{action} was given what belongs to another action")).into()
}

fn below_payload(failed: Failed) -> Failed {
    match failed {
        Failed::Answer(Error::Invalid(invalid)) => invalid.below("/payload").into(),
        other => other,
    }
}

async fn member(uow: &mut dyn UnitOfWork, input: &AssignInput) -> Result<Member, Failed> {
    let found = uow.member(input.staff).await?;
    found.ok_or_else(|| Invalid::one("/staff_id", "unknown", "is no staff member").into())
}

/// Completes what was said of the care by what is known of it.
pub(super) fn merged_care(
    present: Option<&Care>,
    given: Option<Option<CareInput>>,
) -> Result<Option<Option<Care>>, Invalid> {
    let Some(Some(given)) = given else { return Ok(given.map(|_| None)) };
    let mode = given.mode.or(present.map(|care| care.mode));
    let mode = mode.ok_or_else(|| Invalid::one("/care/mode", "required", "is required"))?;
    let place = given.place.unwrap_or_else(|| present.and_then(|care| care.place.clone()));
    Ok(Some(Some(Care { mode, place })))
}

/// Changes the people of a request and puts the changed ones into its aggregate.
async fn edit(
    app: &App,
    actor: &Actor,
    uow: &mut dyn UnitOfWork,
    profile: &Institution,
    request_aggregate: &mut RequestAggregate,
    input: RequestInput,
) -> Result<(Edit, Vec<PersonChange>), Failed> {
    let mut edit = Edit { fields: input.fields, ..Edit::default() };
    edit.fields.care = merged_care(request_aggregate.certification.info.care.as_ref(), input.care)?;
    let mut finder = PersonResolver::new(app, actor, &mut *uow, profile);
    if let Some(client) = &input.client {
        let person = finder.edit("client", request_aggregate.client.clone(), client).await?;
        edit.client = (person.id != request_aggregate.client.id).then_some(person.id);
        request_aggregate.client = person;
    }
    match &input.guardian {
        None => {}
        Some(None) => {
            edit.guardian = Some(None);
            request_aggregate.guardian = None;
        }
        Some(Some(given)) => {
            let present = request_aggregate.certification.guardian.zip(request_aggregate.guardian.clone());
            let (person, relationship): (Person, _) = if let Some((guardian, person)) = present {
                let person = finder.edit("guardian", person, &given.person).await?;
                (person, given.relationship.unwrap_or(guardian.relationship))
            } else {
                let person = finder.find_or_make("guardian", &given.person).await?;
                let missing = || Invalid::one("/guardian/relationship", "required", "is required");
                (person, given.relationship.ok_or_else(missing)?)
            };
            let guardian = Guardian { person: person.id, relationship };
            if request_aggregate.certification.guardian != Some(guardian) {
                edit.guardian = Some(Some(guardian));
            }
            request_aggregate.guardian = Some(person);
        }
    }
    edit.promoter = match &input.promoter {
        None => None,
        Some(None) => Some(None),
        Some(Some(given)) => Some(Some(finder.promoter(given).await?.id)),
    };
    finder.reindex_renamed().await?;
    let changes = finder.changes;
    edit.service = match input.service {
        None => None,
        Some(None) => Some(None),
        // A service that is set already may stay although it is no longer offered.
        Some(Some(id)) if request_aggregate.certification.service == Some(id) => None,
        Some(id) => Some(wanted_service(uow, id).await?),
    };
    let of = |part| changes.iter().filter(move |c: &&PersonChange| c.part == part).map(|c| c.change.clone());
    edit.client_changes = of("client").collect();
    edit.guardian_changes = of("guardian").collect();
    Ok((edit, changes))
}
