//! Who may call what: one rule an operation, in the room that has it. The gate asks it before every handler, and the
//! OpenAPI document says it.

use medcert_domain::{
    certification::{Action, policy},
    policy::{Actor, Permission, Role},
};

use crate::rooms::ROOMS;

/// What an operation asks of the caller before anything is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nothing.
    Public,
    /// Nothing, but somebody who is signed in is told more.
    Optional,
    /// To be signed in.
    SignedIn,
    /// A permission.
    Permission(Permission),
    /// An action on requests, wherever the caller's roles have it.
    Action(Action),
}

/// Whether a header is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Header {
    /// Not read.
    Ignored,
    /// Read when it is there.
    Accepted,
    /// Must be there.
    Required,
}

/// An operation and what it asks for.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// The operation: the handler's name.
    pub operation: &'static str,
    /// Who may call it.
    pub access: Access,
    /// Whether it reads If-Match.
    pub if_match: Header,
    /// Whether it reads Idempotency-Key.
    pub key: Header,
    /// Statuses of problems that it answers with besides those that follow from what it asks for and reads.
    pub problems: &'static [u16],
    /// Whether it is allowed before a password that somebody else made is changed.
    pub before_password_change: bool,
    /// Whether it is what orchestrators and monitors ask again and again, which no limit counts.
    pub probe: bool,
}

impl Access {
    /// Whether the actor may go on.
    pub fn allows(self, actor: &Actor) -> bool {
        match self {
            Self::Public | Self::Optional | Self::SignedIn => true,
            Self::Permission(permission) => permission.held_by(actor),
            Self::Action(action) => policy::may_somewhere(actor, action),
        }
    }

    /// The roles that have it, unless everybody does.
    pub fn roles(self) -> Option<Vec<Role>> {
        match self {
            Self::Public | Self::Optional | Self::SignedIn => None,
            Self::Permission(permission) => Some(permission.roles()),
            Self::Action(action) => Some(Permission::from(action).roles()),
        }
    }

    /// Whether nobody may call it without being signed in.
    pub const fn needs_login(self) -> bool {
        !matches!(self, Self::Public | Self::Optional)
    }

    /// Whether a grant can give it to somebody whose roles do not have it.
    pub fn can_be_granted(self) -> bool {
        match self {
            Self::Public | Self::Optional | Self::SignedIn => false,
            Self::Permission(permission) => permission.can_be_granted(),
            Self::Action(action) => Permission::from(action).can_be_granted(),
        }
    }

    /// What it is called in the audit trail when it is denied: as the use cases call it.
    pub(crate) fn audit_name(self) -> String {
        match self {
            Self::Public | Self::Optional | Self::SignedIn => String::new(),
            Self::Permission(permission) => permission.to_string(),
            Self::Action(action) => format!("certification.{}", action.code().to_ascii_lowercase()),
        }
    }

    /// What the caller is told when it is denied.
    pub(crate) fn denial(self) -> String {
        match self {
            Self::Public | Self::Optional | Self::SignedIn => "not allowed".to_owned(),
            Self::Permission(permission) => format!("none of your roles has {permission}"),
            Self::Action(action) => format!("none of your roles has {action}"),
        }
    }
}

const fn rule(operation: &'static str, access: Access) -> Rule {
    Rule {
        operation,
        access,
        if_match: Header::Ignored,
        key: Header::Ignored,
        problems: &[],
        before_password_change: false,
        probe: false,
    }
}

/// For anybody.
pub(crate) const fn public(operation: &'static str) -> Rule {
    rule(operation, Access::Public)
}

/// For anybody; somebody who is signed in is told more.
pub(crate) const fn optional(operation: &'static str) -> Rule {
    rule(operation, Access::Optional)
}

/// For everybody who is signed in.
pub(crate) const fn signed_in(operation: &'static str) -> Rule {
    rule(operation, Access::SignedIn)
}

/// For whoever has the permission.
pub(crate) const fn permitted(operation: &'static str, permission: Permission) -> Rule {
    rule(operation, Access::Permission(permission))
}

/// For whoever has the action on requests anywhere.
pub(crate) const fn action(operation: &'static str, action: Action) -> Rule {
    rule(operation, Access::Action(action))
}

impl Rule {
    /// Reads If-Match when it is there.
    pub(crate) const fn accepts_if_match(self) -> Self {
        Self { if_match: Header::Accepted, ..self }
    }

    /// Needs If-Match.
    pub(crate) const fn needs_if_match(self) -> Self {
        Self { if_match: Header::Required, ..self }
    }

    /// Reads Idempotency-Key when it is there.
    pub(crate) const fn accepts_key(self) -> Self {
        Self { key: Header::Accepted, ..self }
    }

    /// Needs Idempotency-Key.
    pub(crate) const fn needs_key(self) -> Self {
        Self { key: Header::Required, ..self }
    }

    /// May answer with problems of these statuses, too.
    pub(crate) const fn may_answer(self, problems: &'static [u16]) -> Self {
        Self { problems, ..self }
    }

    /// Is allowed before a password that somebody else made is changed.
    pub(crate) const fn before_password_change(self) -> Self {
        Self { before_password_change: true, ..self }
    }

    /// Is asked again and again by machines.
    pub(crate) const fn probe(self) -> Self {
        Self { probe: true, ..self }
    }
}

/// All rules.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    ROOMS.iter().flat_map(|room| room.access.iter().copied().flatten())
}

/// The rule of an operation.
pub fn of(operation: &str) -> Option<&'static Rule> {
    rules().find(|rule| rule.operation == operation)
}
