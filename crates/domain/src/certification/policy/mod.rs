//! Who may do what to a request: the actions that this room declares to the policy, and the rules on top of the table.
//!
//! Source: the policy table of certification (role × stage) and the object rules on top of it.

mod matrix;

pub use matrix::{MATRIX, Moves, Row, markdown, mermaid, roles_for};

use chrono::{DateTime, Duration, Utc};

use super::{ACT_ON_ANY_REQUEST, Action, Stage};
use crate::{
    PersonId, StaffId,
    files::{FileKind, StoredFile},
    policy::{self, Actor, Attempt, DeclaredAction, Denial, Permission, Role},
};

/// What the policy needs to know of a request.
#[derive(Debug, Clone, Copy)]
pub struct Subject {
    /// Where it stands.
    pub stage: Stage,
    /// Its current manager.
    pub manager: Option<StaffId>,
    /// Its current doctor.
    pub doctor: Option<StaffId>,
    /// Its client.
    pub client: PersonId,
    /// Its guardian.
    pub guardian: Option<PersonId>,
    /// Whether an evaluation stands.
    pub evaluated: bool,
    /// Whether this actor cancelled it within the last 24 hours.
    pub cancelled_by_actor_recently: bool,
}

impl DeclaredAction for Action {
    fn room(&self) -> &'static str {
        "certification"
    }

    fn code(&self) -> &'static str {
        Self::code(*self)
    }

    fn position(&self) -> usize {
        *self as usize
    }

    fn is_of(&self, role: Role) -> bool {
        role_has_somewhere(role, *self)
    }

    /// Never what attests, overrules or erases.
    fn can_be_granted(&self) -> bool {
        !matches!(self, Self::RecordEvaluation | Self::Issue | Self::Override | Self::Delete)
    }
}

impl From<Action> for Permission {
    fn from(action: Action) -> Self {
        Self::Action(action.entry())
    }
}

/// Every action of this room.
pub(crate) fn declared() -> Vec<&'static dyn DeclaredAction> {
    Action::ALL.iter().map(|action| action as &'static dyn DeclaredAction).collect()
}

/// Whether any role or grant of the actor has the action in some stage: asked before anything is loaded.
pub fn may_somewhere(actor: &Actor, action: Action) -> bool {
    policy::may_somewhere(actor, action.entry())
}

/// Whether the actor may do the action to this request in its present stage.
pub fn permits(actor: &Actor, action: Action, subject: &Subject) -> Result<(), Denial> {
    policy::permits(actor, &Asked { action, subject })
}

/// An action asked of a request.
struct Asked<'a> {
    action: Action,
    subject: &'a Subject,
}

impl Attempt for Asked<'_> {
    fn action(&self) -> &'static dyn DeclaredAction {
        self.action.entry()
    }

    fn is_about(&self, actor: &Actor) -> bool {
        self.subject.client == actor.person || self.subject.guardian == Some(actor.person)
    }

    fn is_for(&self, actor: &Actor, role: Role) -> bool {
        owns(actor, role, self.action, self.subject) && may_take_back(actor, role, self.action, self.subject)
    }

    fn is_open_to(&self, actor: &Actor, role: Role) -> bool {
        cell_has(actor, role, self.action, self.subject)
    }

    fn is_open_to_grants(&self) -> bool {
        kept_for(self.action, self.subject).is_none()
            && !roles_for(self.action, self.subject.stage).is_empty()
    }
}

/// Whether the actor may know that the request exists.
pub fn may_see(actor: &Actor, doctor: Option<StaffId>) -> bool {
    const SEE_ALL: [Role; 4] = [Role::Admin, Role::Operator, Role::Manager, Role::Auditor];
    let own_patient = actor.is(Role::Doctor) && doctor.is_some() && doctor == actor.staff;
    // Whoever may act on any request must be able to open it; what is clinical stays the assigned doctor's.
    let any_patient = actor.is(Role::Doctor) && actor.permissions.contains(&ACT_ON_ANY_REQUEST);
    own_patient || any_patient || SEE_ALL.iter().any(|role| actor.is(*role))
}

/// Whether the actor may read diagnoses, observations and recommendations: the assigned doctor alone.
pub fn may_read_clinical(actor: &Actor, doctor: Option<StaffId>) -> bool {
    actor.is(Role::Doctor) && doctor.is_some() && doctor == actor.staff
}

/// Whether the actor may read a file of this kind: what is clinical is the assigned doctor's, anything else is for
/// whoever may see the request.
pub fn may_read_file(actor: &Actor, doctor: Option<StaffId>, kind: FileKind) -> bool {
    may_see(actor, doctor) && (!kind.is_clinical() || may_read_clinical(actor, doctor))
}

/// Whether a file is the actor's to take away: the administrator's, and for a day that of whoever uploaded it.
pub fn may_delete_file(actor: &Actor, file: &StoredFile, now: DateTime<Utc>) -> bool {
    let fresh = file.uploaded_by == actor.user && now - file.uploaded_at <= Duration::hours(24);
    fresh || actor.is(Role::Admin)
}

fn role_has_somewhere(role: Role, action: Action) -> bool {
    if action == Action::Register {
        return roles_for(action, Stage::Registered).contains(&role);
    }
    // Whoever may cancel may also take that back for a day.
    let by_own_cancel = action == Action::Reopen && role_has_somewhere(role, Action::Cancel);
    by_own_cancel || Stage::ALL.iter().any(|stage| roles_for(action, *stage).contains(&role))
}

/// The object rule: administrators and operators act on all, managers on their own and free ones, doctors on
/// those assigned to them; a grant lifts it, but never for acts that only the assigned doctor can attest.
fn owns(actor: &Actor, role: Role, action: Action, subject: &Subject) -> bool {
    let is_doctor = subject.doctor.is_some() && subject.doctor == actor.staff;
    if matches!(action, Action::RecordEvaluation | Action::Issue) {
        return is_doctor;
    }
    if actor.permissions.contains(&ACT_ON_ANY_REQUEST) {
        return true;
    }
    match role {
        Role::Admin | Role::Operator => true,
        Role::Manager => subject.manager.is_none() || subject.manager == actor.staff,
        Role::Doctor => is_doctor,
        Role::Auditor => false,
    }
}

/// Administrators take any cancellation back; everybody else only their own, and only for a day.
fn may_take_back(actor: &Actor, role: Role, action: Action, subject: &Subject) -> bool {
    let others = action == Action::Reopen
        && subject.stage == Stage::Cancelled
        && role != Role::Admin
        && !policy::granted(actor, action.entry());
    !others || subject.cancelled_by_actor_recently
}

fn cell_has(actor: &Actor, role: Role, action: Action, subject: &Subject) -> bool {
    if action == Action::Reopen && subject.stage == Stage::Cancelled && subject.cancelled_by_actor_recently {
        return true;
    }
    match kept_for(action, subject) {
        // Lifting the object rule makes nobody the author of the evaluation.
        Some(roles) if role == Role::Doctor => roles.contains(&role) && subject.doctor == actor.staff,
        Some(roles) => roles.contains(&role),
        None => roles_for(action, subject.stage).contains(&role),
    }
}

/// A standing evaluation is the doctor's work: while there is one, in any open stage, only the administrator and
/// that doctor end the request or take the doctor away, and only the administrator gives it to another doctor.
fn kept_for(action: Action, subject: &Subject) -> Option<&'static [Role]> {
    match action {
        _ if !subject.evaluated || !subject.stage.is_open() => None,
        Action::Cancel | Action::Close | Action::UnassignDoctor => Some(&[Role::Admin, Role::Doctor]),
        Action::ChangeDoctor => Some(&[Role::Admin]),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
