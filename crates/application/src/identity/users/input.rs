//! What callers hand in to make and change accounts.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use medcert_domain::{
    Locale, PersonId, StaffId,
    people::StaffRole,
    policy::{Grant, Role},
};

use super::VisibleUser;
use crate::people::PersonInput;

/// An account to be made.
#[derive(Clone)]
pub struct NewUser {
    /// E-mail address, trimmed and lower case.
    pub email: String,
    /// Password as typed; `None` to have one made.
    pub password: Option<String>,
    /// Who will sign in.
    pub person: WhoseAccount,
    /// Language.
    pub locale: Locale,
    /// Roles, at least one.
    pub roles: BTreeSet<Role>,
    /// Grants, none twice, all of them grantable.
    pub grants: Vec<Grant>,
    /// What is said of the staff record.
    pub staff: Option<StaffInput>,
}

/// Who will sign in.
#[derive(Debug, Clone)]
pub enum WhoseAccount {
    /// Somebody who is known.
    Known(PersonId),
    /// Found again by the document, or made.
    Described(Box<PersonInput>),
}

/// What is said of a staff record: `None` leaves a field, `Some(None)` clears it.
#[derive(Debug, Clone, Default)]
pub struct StaffInput {
    /// Parts played besides those that the roles of the account bring.
    pub roles: BTreeSet<StaffRole>,
    /// Licence to practise.
    pub licence_number: Option<Option<String>>,
    /// Last day of the licence.
    pub licence_valid_until: Option<Option<NaiveDate>>,
    /// Medical specialty.
    pub specialty: Option<Option<String>>,
}

/// An account with a password that was made for it.
pub struct Issued {
    /// The account.
    pub seen: VisibleUser,
    /// The password, when it was made here: shown this once.
    pub password: Option<String>,
}

/// What is changed of an account: `None` leaves a field.
#[derive(Debug, Clone, Default)]
pub struct UserEdit {
    /// Language.
    pub locale: Option<Locale>,
    /// The person.
    pub person: PersonInput,
    /// The staff record, which is made when there is none.
    pub staff: Option<StaffInput>,
}

/// What becomes of the open requests of somebody who can no longer follow them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HandOver {
    /// Who takes those the user is manager of.
    pub manager: Option<StaffId>,
    /// Who takes those the user is doctor of.
    pub doctor: Option<StaffId>,
    /// Whether one was named for both.
    pub one: bool,
    /// They may stay where they are.
    pub confirmed: bool,
}

/// Roles that replace those there are.
#[derive(Debug, Clone)]
pub struct NewRoles {
    /// Roles, at least one.
    pub roles: BTreeSet<Role>,
    /// What becomes of open requests.
    pub hand_over: HandOver,
}

/// Grants that replace those there are.
#[derive(Debug, Clone)]
pub struct NewGrants {
    /// Grants, none twice, all of them grantable.
    pub grants: Vec<Grant>,
}

/// Why an account is kept out.
#[derive(Debug, Clone)]
pub struct Suspension {
    /// In words, 1 to 1000 characters.
    pub reason: String,
    /// What becomes of open requests.
    pub hand_over: HandOver,
}
