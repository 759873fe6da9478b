//! Permissions: what operations ask for, and what a grant can give.

use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
};

use super::rooms::ACTIONS;
use crate::identity::{Actor, Role};

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
    /// Lifts the rule that managers and doctors act on their own requests only.
    ActOnAnyRequest,
    /// List and open requests.
    ReadRequests,
    /// Open certificates and fetch their PDF.
    ReadCertificates,
    /// List and open services.
    ReadServices,
    /// Make, change and delete services.
    WriteServices,
    /// List and open staff.
    ReadStaff,
    /// See what staff are paid, comments on them, and the history of their records.
    ReadStaffTerms,
    /// Make, change and delete staff records, and hand their requests over.
    WriteStaff,
    /// List and open promoters.
    ReadPromoters,
    /// Make and change promoters.
    WritePromoters,
    /// Remove promoters that nothing refers to.
    DeletePromoters,
    /// Change the list of sources of promoters.
    ManagePromoterSources,
    /// List and open people.
    ReadPeople,
    /// Make and change people, and say who stands for whom.
    WritePeople,
    /// Merge records of the same person, and remove people that nothing refers to.
    MergePeople,
    /// Open the institution's profile.
    ReadInstitution,
    /// Do one action to many requests in one call; each request asks for the action besides.
    ActInBulk,
    /// See the jobs of everybody.
    ReadAllJobs,
    /// Cancel the jobs of everybody.
    CancelAnyJob,
    /// Change the institution's profile.
    WriteInstitution,
    /// List and open accounts.
    ReadUsers,
    /// Make, change and remove accounts, their roles, grants and passwords.
    ManageUsers,
    /// Suspend and reactivate users.
    SuspendUsers,
    /// See the policy matrix.
    ReadPolicy,
    /// Read reports.
    ReadReports,
    /// Export reports and lists.
    Export,
}

impl Permission {
    /// Every permission that is not an action.
    pub const PLAIN: &'static [Self] = &[
        Self::ActOnAnyRequest,
        Self::ReadRequests,
        Self::ReadCertificates,
        Self::ReadServices,
        Self::WriteServices,
        Self::ReadStaff,
        Self::ReadStaffTerms,
        Self::WriteStaff,
        Self::ReadPromoters,
        Self::WritePromoters,
        Self::DeletePromoters,
        Self::ManagePromoterSources,
        Self::ReadPeople,
        Self::WritePeople,
        Self::MergePeople,
        Self::ReadInstitution,
        Self::WriteInstitution,
        Self::ActInBulk,
        Self::ReadAllJobs,
        Self::CancelAnyJob,
        Self::ReadUsers,
        Self::ManageUsers,
        Self::SuspendUsers,
        Self::ReadPolicy,
        Self::ReadReports,
        Self::Export,
    ];

    /// Its code, and the roles that have it without a grant; `None` for an action, which says so itself.
    const fn row(self) -> Option<(&'static str, &'static [Role])> {
        use Role::{Admin, Auditor, Doctor, Manager, Operator};
        const EVERYONE: &[Role] = &[Admin, Operator, Manager, Doctor, Auditor];
        Some(match self {
            Self::Action(_) => return None,
            Self::ActOnAnyRequest => ("certification:act_on_any", &[]),
            Self::ReadRequests => ("certification:read", EVERYONE),
            Self::ReadCertificates => ("certificates:read", EVERYONE),
            Self::ReadServices => ("services:read", EVERYONE),
            Self::WriteServices => ("services:write", &[Admin]),
            Self::ReadStaff => ("staff:read", EVERYONE),
            Self::ReadStaffTerms => ("staff:read_terms", &[Admin, Auditor]),
            Self::WriteStaff => ("staff:write", &[Admin]),
            Self::ReadPromoters => ("promoters:read", &[Admin, Operator, Manager, Auditor]),
            Self::WritePromoters => ("promoters:write", &[Admin, Operator, Manager]),
            Self::DeletePromoters => ("promoters:delete", &[Admin]),
            Self::ManagePromoterSources => ("promoters:sources", &[Admin]),
            Self::ReadPeople => ("people:read", &[Admin, Operator, Manager, Auditor]),
            Self::WritePeople => ("people:write", &[Admin, Operator, Manager]),
            Self::MergePeople => ("people:merge", &[Admin]),
            Self::ReadInstitution => ("institution:read", EVERYONE),
            Self::WriteInstitution => ("institution:write", &[Admin]),
            Self::ActInBulk => ("certification:bulk", &[Admin, Operator, Manager, Doctor]),
            Self::ReadAllJobs => ("jobs:read_all", &[Admin, Auditor]),
            Self::CancelAnyJob => ("jobs:cancel_any", &[Admin]),
            Self::ReadUsers => ("users:read", &[Admin, Auditor]),
            Self::ManageUsers => ("users:write", &[Admin]),
            Self::SuspendUsers => ("users:suspend", &[Admin]),
            Self::ReadPolicy => ("policy:read", &[Admin, Auditor]),
            Self::ReadReports => ("reports:read", &[Admin, Auditor]),
            Self::Export => ("exports:make", &[Admin, Auditor]),
        })
    }

    /// Every action that a room declares.
    pub fn actions() -> impl Iterator<Item = Self> {
        ACTIONS.iter().flat_map(|declared| declared()).map(Self::Action)
    }

    /// The roles that have it without a grant; for actions, those that have it in some state.
    pub fn roles(self) -> Vec<Role> {
        match self {
            Self::Action(action) => Role::ALL.iter().copied().filter(|role| action.is_of(*role)).collect(),
            _ => self.row().map_or(vec![], |(_, roles)| roles.to_vec()),
        }
    }

    /// Whether a grant may give it.
    pub fn can_be_granted(self) -> bool {
        match self {
            Self::Action(action) => action.can_be_granted(),
            Self::ActOnAnyRequest => true,
            _ => false,
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
        if let Some(plain) = Self::PLAIN.iter().find(|p| p.to_string() == code) {
            return Some(*plain);
        }
        let (room, name) = code.split_once(':')?;
        let named =
            |action: &dyn DeclaredAction| action.room() == room && action.code().eq_ignore_ascii_case(name);
        Self::actions().find(|known| matches!(known, Self::Action(action) if named(*action)))
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Action(action) = self {
            return write!(f, "{}:{}", action.room(), action.code().to_ascii_lowercase());
        }
        f.write_str(self.row().map_or("", |(code, _)| code))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{Id, certification::Action, identity::Origin};

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
        for permission in Permission::PLAIN.iter().copied().filter(|p| !p.can_be_granted()) {
            for role in Role::ALL.iter().copied() {
                let found = permission.held_by(&holder(role, permission));
                assert_eq!(found, permission.roles().contains(&role), "{permission} by {role}");
            }
        }
    }

    #[test]
    fn permissions_have_one_spelling() {
        let actions = Permission::actions();
        for permission in Permission::PLAIN.iter().copied().chain(actions) {
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
        let plain = Permission::PLAIN.iter().copied().min();
        let all: Vec<Permission> = Permission::actions().chain(plain).collect();
        assert!(all.windows(2).all(|pair| pair[0] < pair[1]), "{all:?}");
    }
}
