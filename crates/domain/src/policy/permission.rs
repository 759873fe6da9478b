//! Permissions: what operations ask for, and what a grant can give.

use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
};

use crate::{
    policy::{Actor, Role},
    rooms::ROOMS,
};

/// An action that a room declares: the room itself knows on what and when it is done.
pub trait DeclaredAction: fmt::Debug + Send + Sync {
    /// The room, as it begins the code of the permission.
    fn room(&self) -> &'static str;

    /// Its code in the room: upper snake case.
    fn code(&self) -> &'static str;

    /// Its place among the actions of the room.
    fn position(&self) -> usize;

    /// Whether the role has it on something of the room, whatever the state of that.
    fn is_of(&self, role: Role) -> bool;

    /// Whether a grant may give it.
    fn can_be_granted(&self) -> bool;
}

impl PartialEq for dyn DeclaredAction {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for dyn DeclaredAction {}

impl PartialOrd for dyn DeclaredAction {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for dyn DeclaredAction {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.room(), self.position()).cmp(&(other.room(), other.position()))
    }
}

impl Hash for dyn DeclaredAction {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.room(), self.position()).hash(state);
    }
}

/// Something that may be permitted, apart from the state of what it is done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// An action of a room, wherever some role has it.
    Action(&'static dyn DeclaredAction),
    /// What a room declares besides actions.
    Plain(Plain),
}

/// A permission that is no action, as its room declares it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Plain {
    code: &'static str,
    /// The roles that have it without a grant.
    roles: &'static [Role],
    can_be_granted: bool,
}

impl Permission {
    /// What these roles may do, and nobody else. The code is what grants and callers are told: it never changes.
    pub const fn of_roles(code: &'static str, roles: &'static [Role]) -> Self {
        Self::Plain(Plain { code, roles, can_be_granted: false })
    }

    /// What no role may do without a grant.
    pub const fn by_grant_alone(code: &'static str) -> Self {
        Self::Plain(Plain { code, roles: &[], can_be_granted: true })
    }

    /// Every permission that is not an action.
    pub fn plain() -> impl Iterator<Item = Self> {
        ROOMS.iter().flat_map(|room| room.permissions).copied()
    }

    /// Every action that a room declares.
    pub fn actions() -> impl Iterator<Item = Self> {
        ROOMS.iter().flat_map(|room| (room.actions)()).map(Self::Action)
    }

    /// The roles that have it without a grant; for actions, those that have it in some state.
    pub fn roles(self) -> Vec<Role> {
        match self {
            Self::Action(action) => Role::ALL.iter().copied().filter(|role| action.is_of(*role)).collect(),
            Self::Plain(plain) => plain.roles.to_vec(),
        }
    }

    /// Whether a grant may give it.
    pub fn can_be_granted(self) -> bool {
        match self {
            Self::Action(action) => action.can_be_granted(),
            Self::Plain(plain) => plain.can_be_granted,
        }
    }

    /// Whether the actor has it by role or grant.
    pub fn held_by(self, actor: &Actor) -> bool {
        if let Self::Action(action) = self {
            return super::may_somewhere(actor, action);
        }
        let granted = !actor.roles.is_empty() && self.can_be_granted() && actor.permissions.contains(&self);
        granted || self.roles().iter().any(|role| actor.is(*role))
    }

    /// The permission with this code.
    pub fn parse(code: &str) -> Option<Self> {
        if let Some(known) =
            Self::plain().find(|known| matches!(known, Self::Plain(plain) if plain.code == code))
        {
            return Some(known);
        }
        let (room, name) = code.split_once(':')?;
        let named =
            |action: &dyn DeclaredAction| action.room() == room && action.code().eq_ignore_ascii_case(name);
        Self::actions().find(|known| matches!(known, Self::Action(action) if named(*action)))
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Action(action) => write!(f, "{}:{}", action.room(), action.code().to_ascii_lowercase()),
            Self::Plain(plain) => f.write_str(plain.code),
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{Id, certification::Action, policy::Origin};

    fn holder(role: Role, permission: Permission) -> Actor {
        Actor {
            user: Id::new(Uuid::from_u128(1)),
            session: Id::new(Uuid::from_u128(1)),
            person: Id::new(Uuid::from_u128(1)),
            staff: None,
            display_name: "Holder".to_owned(),
            roles: [role].into(),
            permissions: [permission].into(),
            origin: Origin::default(),
        }
    }

    #[test]
    fn permissions_that_cannot_be_granted_come_from_roles_alone() {
        for permission in Permission::plain().filter(|p| !p.can_be_granted()) {
            for role in Role::ALL.iter().copied() {
                let found = permission.held_by(&holder(role, permission));
                assert_eq!(found, permission.roles().contains(&role), "{permission} by {role}");
            }
        }
    }

    #[test]
    fn permissions_have_one_spelling() {
        let actions = Permission::actions();
        for permission in Permission::plain().chain(actions) {
            assert_eq!(Permission::parse(&permission.to_string()), Some(permission));
        }
        assert_eq!(Permission::from(Action::AssignDoctor).to_string(), "certification:assign_doctor");
        assert_eq!(Permission::parse("certification:fly"), None);
        assert_eq!(Permission::parse("edit"), None);
        assert_eq!(
            Permission::parse("certification:ASSIGN_DOCTOR"),
            Some(Permission::Action(&Action::AssignDoctor))
        );
    }

    #[test]
    fn actions_come_first_in_the_order_in_which_they_are_declared() {
        let plain = Permission::plain().min();
        let all: Vec<Permission> = Permission::actions().chain(plain).collect();
        assert!(all.windows(2).all(|pair| pair[0] < pair[1]), "{all:?}");
    }
}
