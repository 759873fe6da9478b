//! Handing over: the open requests of somebody who leaves, or who is given less to do.

use medcert_domain::{
    Checks, Entity as _, Id, Invalid, StaffId,
    certification::{AssignmentRole, Certification},
    people::{Member, Staff, StaffRole, WRITE_STAFF},
    policy::Actor,
};

use crate::{
    App, Conditions, Error, InUse,
    audit::About,
    audited_entity::{self, Change, Differences},
    certification::{Moved, move_to},
    idempotent::{EncodeResponse, Idempotent, idempotent, replay},
    input::Input,
    retry::{Failed, OnStale, run},
    store::{OpenRequests, UnitOfWork},
};

/// What is asked for.
#[derive(Debug, Clone)]
pub struct HandOver {
    /// In which role.
    pub role: AssignmentRole,
    /// To whom.
    pub to: StaffId,
    /// What is written beside each move.
    pub comment: Option<String>,
}

/// A request that stayed where it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The request.
    pub request: Id<Certification>,
    /// Its code.
    pub request_code: String,
    /// Why, for programs: kebab case.
    pub code: &'static str,
    /// Why, for people.
    pub reason: String,
}

/// What became of the requests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HandedOver {
    /// How many are the other's now.
    pub moved: u64,
    /// Those that stayed, by id.
    pub skipped: Vec<Kept>,
}

/// What is to become of open requests when somebody can no longer work on them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Offboarding {
    /// Who gets them.
    pub hand_over_to: Option<StaffId>,
    /// Those that stay may stay.
    pub confirm: bool,
}

/// Requests that a refusal lists.
const LISTED: u64 = 20;
/// Requests that are looked up at a time.
const BATCH: u64 = 200;

/// The open requests of a staff member in a role: how many, and the first twenty.
pub(crate) async fn open_requests_of(
    uow: &mut dyn UnitOfWork,
    staff: StaffId,
    role: AssignmentRole,
) -> Result<OpenRequests, Failed> {
    Ok(uow.open_requests_of(staff, role, LISTED).await?)
}

/// Refuses to take these roles from the staff member while open requests need them, unless that was confirmed.
pub(crate) async fn refuse_while_open(
    uow: &mut dyn UnitOfWork,
    staff: StaffId,
    roles: &[AssignmentRole],
    leaving: Offboarding,
) -> Result<(), Failed> {
    if leaving.confirm {
        return Ok(());
    }
    let mut all = OpenRequests::default();
    for role in roles {
        let open = open_requests_of(uow, staff, *role).await?;
        all.count += open.count;
        all.first.extend(open.first);
    }
    if all.count == 0 {
        return Ok(());
    }
    all.first.truncate(usize::try_from(LISTED).unwrap_or(usize::MAX));
    let message = format!("{} open requests are handled by this staff member", all.count);
    let in_use = InUse { message, count: all.count, requests: all.first };
    Err(Failed::Answer(Error::InUse(Box::new(in_use))))
}

/// Hands over what a leaving staff member has in these roles, as far as the rules allow and somebody was named. Done
/// before the change that makes them leave, request by request; what stays is left to [`refuse_while_open`].
pub(crate) async fn hand_over_all(
    app: &App,
    actor: &Actor,
    from: StaffId,
    roles: &[AssignmentRole],
    leaving: Offboarding,
) -> Result<(), Error> {
    let Some(to) = leaving.hand_over_to else { return Ok(()) };
    for role in roles {
        if !app.store().open_requests_after(from, *role, None, 1).await?.is_empty() {
            hand_over(app, actor, from, &HandOver { role: *role, to, comment: None }, "/hand_over_to")
                .await?;
        }
    }
    Ok(())
}

/// Hands the open requests of a staff member in a role over to another one. Each request is a unit of work of its
/// own, so a call that was cut off has done a part of it, and the next one does the rest.
pub async fn hand_over_requests(
    app: &App,
    actor: &Actor,
    from: StaffId,
    input: &(dyn Input<HandOver> + Sync),
    conditions: &Conditions,
    write: EncodeResponse<'_, HandedOver>,
) -> Result<Idempotent<HandedOver>, Error> {
    app.require(actor, WRITE_STAFF).await?;
    input.well_formed()?;
    if let Some(before) = replay(app, conditions).await? {
        return Ok(before);
    }
    let member = app.store().staff_member(from).await?;
    member.ok_or(Error::NotFound("staff member"))?;
    let wanted = &input.read(&app.profile().await?)?;
    let done = hand_over(app, actor, from, wanted, "/to_staff_id").await?;
    idempotent(app, conditions, 200, write, async |uow: &mut dyn UnitOfWork| {
        let to: Option<Member> = uow.member(wanted.to).await?;
        let mut differences = Differences::default();
        let summary = to.map(|to| format!("{}: {} to {}", wanted.role, done.moved, to.name));
        differences.note("requests", None, summary);
        let change = Change {
            about: About::object(Staff::KIND, from.raw()),
            action: "HAND_OVER",
            audited: "people.hand_over",
            differences,
            comment: wanted.comment.clone(),
        };
        audited_entity::journal(app, actor, uow, change).await?;
        Ok(done.clone())
    })
    .await
}

/// The same as part of another use case; `pointer` is where its caller named who gets them.
pub(crate) async fn hand_over(
    app: &App,
    actor: &Actor,
    from: StaffId,
    wanted: &HandOver,
    pointer: &str,
) -> Result<HandedOver, Error> {
    let profile = app.profile().await?;
    let to = app.store().staff_member(wanted.to).await?;
    check_target(to.as_ref(), from, wanted.role, profile.day_of(app.now())).map_err(|e| e.below(pointer))?;
    let mut done = HandedOver::default();
    let mut last = None;
    loop {
        let batch = app.store().open_requests_after(from, wanted.role, last, BATCH).await?;
        let Some((end, _)) = batch.last() else { return Ok(done) };
        last = Some(*end);
        for (request, request_code) in batch {
            let moved = run(app, OnStale::Retry, async |uow: &mut dyn UnitOfWork| {
                let to = uow.member(wanted.to).await?;
                let to = to.ok_or_else(|| Error::internal("a staff member just seen is not there"))?;
                let parts = (wanted.role, from, &to);
                let comment = wanted.comment.as_deref();
                move_to(app, actor, &profile, uow, request, parts, comment).await
            })
            .await;
            let kept = match moved {
                Ok(Moved::Done) => {
                    done.moved += 1;
                    continue;
                }
                Ok(Moved::Elsewhere) => continue,
                Ok(Moved::Kept(code, reason)) => (code, reason),
                Err(Error::Stale) => ("stale", "it is being changed by others".to_owned()),
                Err(error) => return Err(error),
            };
            done.skipped.push(Kept { request, request_code, code: kept.0, reason: kept.1 });
        }
    }
}

fn check_target(
    to: Option<&Member>,
    from: StaffId,
    role: AssignmentRole,
    today: chrono::NaiveDate,
) -> Result<(), Invalid> {
    let mut checks = Checks::default();
    match to {
        None => checks.fault("", "unknown", "is no staff member"),
        Some(to) if to.staff.id == from => checks.fault("", "unchanged", "has these requests already"),
        Some(to) => {
            let reasons = to.staff.not_assignable(staff_role(role), to.user.as_ref(), today);
            if !reasons.is_empty() {
                let reasons: Vec<&str> = reasons.iter().map(|reason| reason.code()).collect();
                let message = format!("cannot be assigned: {}", reasons.join(", "));
                checks.fault("", "not-assignable", message);
            }
        }
    }
    checks.finish()
}

/// The role of staff that goes with the part in a request.
pub(crate) const fn staff_role(role: AssignmentRole) -> StaffRole {
    match role {
        AssignmentRole::Manager => StaffRole::Manager,
        AssignmentRole::Doctor => StaffRole::Doctor,
    }
}

/// The part in requests that goes with the role of staff.
pub(crate) const fn assignment_role(role: StaffRole) -> Option<AssignmentRole> {
    match role {
        StaffRole::Operator => None,
        StaffRole::Manager => Some(AssignmentRole::Manager),
        StaffRole::Doctor => Some(AssignmentRole::Doctor),
    }
}
