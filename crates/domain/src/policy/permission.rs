//! Permissions: what operations outside the stage machine ask for, and what a grant can give.

use std::fmt;

use crate::{
    certification::Action,
    identity::{Actor, Role},
};

/// Something that may be permitted, apart from where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// An action on requests, wherever some role has it.
    Certification(Action),
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

    /// Its code, and the roles that have it without a grant; `None` for an action, whose roles the matrix tells.
    const fn row(self) -> Option<(&'static str, &'static [Role])> {
        use Role::{Admin, Auditor, Doctor, Manager, Operator};
        const EVERYONE: &[Role] = &[Admin, Operator, Manager, Doctor, Auditor];
        Some(match self {
            Self::Certification(_) => return None,
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

    /// The roles that have it without a grant; for actions, those that have it in some stage.
    pub fn roles(self) -> Vec<Role> {
        if let Self::Certification(action) = self {
            return Role::ALL
                .iter()
                .copied()
                .filter(|role| super::role_has_somewhere(*role, action))
                .collect();
        }
        self.row().map_or(vec![], |(_, roles)| roles.to_vec())
    }

    /// Whether a grant may give it: never what attests, overrules or erases.
    pub const fn can_be_granted(self) -> bool {
        match self {
            Self::Certification(action) => !matches!(
                action,
                Action::RecordEvaluation | Action::Issue | Action::Override | Action::Delete
            ),
            Self::ActOnAnyRequest => true,
            _ => false,
        }
    }

    /// Whether the actor has it by role or grant.
    pub fn held_by(self, actor: &Actor) -> bool {
        if let Self::Certification(action) = self {
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
        let action = code.strip_prefix("certification:")?;
        Action::parse(&action.to_ascii_uppercase()).map(Self::Certification)
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Certification(action) = self {
            return write!(f, "certification:{}", action.code().to_ascii_lowercase());
        }
        f.write_str(self.row().map_or("", |(code, _)| code))
    }
}
