//! The kernel of the policy: permissions, and the one function that decides whether somebody may do something.
//!
//! It knows no room. A room declares its actions ([`DeclaredAction`]) and answers what is asked of one of them
//! ([`Attempt`]). The answer to an attempt has a fixed order: no role has the action anywhere; the object is somebody
//! else's; the state is wrong.

mod actor;
mod permission;
mod room;

pub use actor::{Actor, Grant, Origin, Role};
pub use permission::{DeclaredAction, Permission, Plain};
pub use room::{READ_POLICY, ROOM};

/// Why the policy says no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denial {
    /// No role or grant has the action in any stage.
    NoRole,
    /// The object is not the actor's to act on.
    NotYours,
    /// Allowed in another stage.
    WrongStage,
}

/// An action asked of one thing, as the room of both answers for it.
pub trait Attempt {
    /// What is asked.
    fn action(&self) -> &'static dyn DeclaredAction;

    /// Whether the thing is about the actor: nobody acts on what is about themselves.
    fn is_about(&self, actor: &Actor) -> bool;

    /// Whether the thing is the actor's to act on in this role, which is one of the actor's.
    fn is_for(&self, actor: &Actor, role: Role) -> bool;

    /// Whether this role of the actor has the action as the thing stands now.
    fn is_open_to(&self, actor: &Actor, role: Role) -> bool;

    /// Whether a grant of the action counts as the thing stands now.
    fn is_open_to_grants(&self) -> bool;
}

/// Whether any role or grant of the actor has the action somewhere: asked before anything is loaded.
pub fn may_somewhere(actor: &Actor, action: &'static dyn DeclaredAction) -> bool {
    granted(actor, action) || actor.roles.iter().any(|role| action.is_of(*role))
}

/// Whether the actor may do what is asked.
pub fn permits(actor: &Actor, attempt: &impl Attempt) -> Result<(), Denial> {
    let action = attempt.action();
    if !may_somewhere(actor, action) {
        return Err(Denial::NoRole);
    }
    let by_role = |role: Role| action.is_of(role) && attempt.is_for(actor, role);
    let by_grant = granted(actor, action) && actor.roles.iter().any(|role| attempt.is_for(actor, *role));
    if attempt.is_about(actor) || !(by_grant || actor.roles.iter().any(|role| by_role(*role))) {
        return Err(Denial::NotYours);
    }
    let grant_applies = by_grant && attempt.is_open_to_grants();
    let in_role = |role: Role| by_role(role) && attempt.is_open_to(actor, role);
    if grant_applies || actor.roles.iter().any(|role| in_role(*role)) {
        Ok(())
    } else {
        Err(Denial::WrongStage)
    }
}

/// Whether a grant of the actor gives the action.
pub fn granted(actor: &Actor, action: &'static dyn DeclaredAction) -> bool {
    // A grant ends with the last role, and being an auditor alone is no role to act in: an auditor changes nothing.
    let acts = actor.roles.iter().any(|role| *role != Role::Auditor);
    // What cannot be granted is ignored even when a row of the store says so.
    acts && action.can_be_granted() && actor.permissions.contains(&Permission::Action(action))
}
