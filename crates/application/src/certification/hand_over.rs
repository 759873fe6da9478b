//! Handing over: the open requests of somebody who leaves, or who is given less to do.

use medcert_domain::{
    Checks, Entity as _, Id, Invalid, StaffId,
    certification::{AssignmentRole, Certification},
    people::{Member, Staff, StaffRole, WRITE_STAFF},
    policy::Actor,
};

use super::reassign::{Moved, move_to};
use crate::{
    App, Conditions, Error, InUse,
    audit::About,
    audited_entity::{self, Change, Differences},
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

/// Requests that a refusal lists.
const LISTED: u64 = 20;
/// Requests that are looked up at a time.
const BATCH: u64 = 200;

/// Refuses to take these parts from the staff member while open requests need them.
pub(super) async fn refuse_while_open(
    uow: &mut dyn UnitOfWork,
    staff: StaffId,
    roles: impl IntoIterator<Item = AssignmentRole>,
) -> Result<(), Failed> {
    let mut all = OpenRequests::default();
    for role in roles {
        let open = uow.open_requests_of(staff, role, LISTED).await?;
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

/// Hands over what the staff member has in a part, if there is anything.
pub(super) async fn hand_over_open(
    app: &App,
    actor: &Actor,
    from: StaffId,
    (role, to): (AssignmentRole, StaffId),
    pointer: &str,
) -> Result<(), Error> {
    if !app.store().open_requests_after(from, role, None, 1).await?.is_empty() {
        hand_over(app, actor, from, &HandOver { role, to, comment: None }, pointer).await?;
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
async fn hand_over(
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
pub(super) const fn staff_role(role: AssignmentRole) -> StaffRole {
    match role {
        AssignmentRole::Manager => StaffRole::Manager,
        AssignmentRole::Doctor => StaffRole::Doctor,
    }
}

/// The part in requests that goes with the role of staff.
pub(super) const fn assignment_role(role: StaffRole) -> Option<AssignmentRole> {
    match role {
        StaffRole::Operator => None,
        StaffRole::Manager => Some(AssignmentRole::Manager),
        StaffRole::Doctor => Some(AssignmentRole::Doctor),
    }
}
