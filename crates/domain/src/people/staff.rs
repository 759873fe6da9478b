//! Staff: who works on requests.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};

use crate::{Id, Money, PersonId, StaffId, UserId, catalog::Specialty, policy::Role};

crate::codes! {
    /// Part a staff member plays.
    StaffRole {
        /// Registers requests.
        Operator = "OPERATOR",
        /// Follows requests up.
        Manager = "MANAGER",
        /// Evaluates and issues.
        Doctor = "DOCTOR",
    }
}

impl StaffRole {
    /// The user role that goes with it.
    pub const fn user_role(self) -> Role {
        match self {
            Self::Operator => Role::Operator,
            Self::Manager => Role::Manager,
            Self::Doctor => Role::Doctor,
        }
    }

    /// The part that staff whose user has this role play, if any.
    pub fn of_user(role: Role) -> Option<Self> {
        Self::ALL.iter().copied().find(|part| part.user_role() == role)
    }
}

crate::codes! {
    /// Whether a staff member is at work.
    StaffStatus {
        /// At work.
        Active = "ACTIVE",
        /// Suspended.
        Suspended = "SUSPENDED",
        /// On vacation.
        Vacation = "VACATION",
        /// On leave.
        Leave = "LEAVE",
    }
}

crate::codes! {
    /// In what relation a staff member stands to the institution.
    StaffKind {
        /// Employed.
        Employee = "EMPLOYEE",
        /// Works on contract.
        Contractor = "CONTRACTOR",
        /// Of another institution.
        External = "EXTERNAL",
    }
}

crate::codes! {
    /// Why a staff member cannot be given requests in a role.
    NotAssignable {
        /// The staff record is not ACTIVE.
        StaffNotActive = "STAFF_NOT_ACTIVE",
        /// The staff record does not have the role.
        RoleMissing = "ROLE_MISSING",
        /// Nobody signs in as this staff member.
        NoUser = "NO_USER",
        /// The linked user is suspended.
        UserSuspended = "USER_SUSPENDED",
        /// The linked user does not have the role.
        UserRoleMissing = "USER_ROLE_MISSING",
        /// The doctor has no licence number.
        LicenceMissing = "LICENCE_MISSING",
        /// The doctor's licence has ended.
        LicenceExpired = "LICENCE_EXPIRED",
    }
}

/// The account of a staff member, as far as assignment cares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffUser {
    /// The account.
    pub id: UserId,
    /// Whether it may sign in.
    pub active: bool,
    /// Its roles.
    pub roles: BTreeSet<Role>,
}

crate::editable! {
    /// Somebody who works for the institution.
    entity Staff of crate::key::Staff = "staff" {
        /// Who it is; one staff record a person.
        person: PersonId,
    }
    /// Changes to a staff record.
    patch StaffPatch {
        /// Parts played; at least one.
        roles: BTreeSet<StaffRole>,
        /// Whether at work.
        status: StaffStatus,
        /// Relation to the institution.
        kind: StaffKind,
        /// Licence to practise; for doctors.
        licence_number: Option<String>,
        /// Last day of the licence, inclusive; `None` means without end.
        licence_valid_until: Option<NaiveDate>,
        /// Medical specialty as it is printed on certificates.
        specialty: Option<String>,
        /// Its entry in the institution's list.
        specialty_id: Option<Id<Specialty>>,
        /// What the member is paid for a request, as agreed; never negative.
        fee: Option<Money>,
        /// Comment, up to 1000 characters.
        comment: Option<String>,
    }
}

/// A staff member with what assignment needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The staff record.
    pub staff: Staff,
    /// Name of the person.
    pub name: String,
    /// The account of that person.
    pub user: Option<StaffUser>,
}

impl Staff {
    /// Somebody who is employed, at work and has these roles; nothing else is said.
    pub fn employed(id: StaffId, person: PersonId, roles: BTreeSet<StaffRole>, now: DateTime<Utc>) -> Self {
        Self {
            id,
            version: 0,
            person,
            kind: StaffKind::Employee,
            status: StaffStatus::Active,
            roles,
            licence_number: None,
            licence_valid_until: None,
            specialty: None,
            specialty_id: None,
            fee: None,
            comment: None,
            created_at: now,
            updated_at: now,
        }
    }

    /// Why this member cannot be given a request in the role; empty when they can.
    pub fn not_assignable(
        &self,
        role: StaffRole,
        user: Option<&StaffUser>,
        today: NaiveDate,
    ) -> Vec<NotAssignable> {
        let mut reasons = Vec::new();
        let mut when = |holds: bool, reason| {
            if holds {
                reasons.push(reason);
            }
        };
        when(self.status != StaffStatus::Active, NotAssignable::StaffNotActive);
        when(!self.roles.contains(&role), NotAssignable::RoleMissing);
        match user {
            None => when(true, NotAssignable::NoUser),
            Some(user) => {
                when(!user.active, NotAssignable::UserSuspended);
                when(!user.roles.contains(&role.user_role()), NotAssignable::UserRoleMissing);
            }
        }
        if role == StaffRole::Doctor {
            when(self.licence_number.is_none(), NotAssignable::LicenceMissing);
            when(self.licence_valid_until.is_some_and(|last| last < today), NotAssignable::LicenceExpired);
        }
        reasons
    }
}
