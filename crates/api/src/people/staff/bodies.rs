//! What callers send about staff.

use std::collections::BTreeSet;

use medcert_application::people::{
    NewStaff, StaffPatch, StaffPerson,
    hand_over::{HandOver, Offboarding},
};
use medcert_domain::{
    Invalid,
    catalog::Institution,
    people::{StaffKind, StaffRole, StaffStatus},
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    codes::{AssignmentRoleCode, StaffKindCode, StaffRoleCode, StaffStatusCode},
    field::Field,
    money::MoneyBody,
    parse::{ParseBody, Patch, Reader, code, date, id, line, note, read},
    people::{StaffPersonBody, StaffPersonChanges},
};

/// Characters of licence and specialty.
const MAX_NAME_LEN: usize = 150;
/// Characters of comments.
const MAX_COMMENT_LEN: usize = 1000;

/// A new staff member: `person_id` or `person`, one of them.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewStaff, example = json!({
    "person": {"document_type": "DNI", "document_number": "45678912", "given_names": "Carmen", "family_names": "Salas"},
    "roles": ["DOCTOR"], "licence_number": "CMP 54321", "licence_valid_until": "2028-12-31",
    "specialty": "Occupational medicine", "kind": "CONTRACTOR", "fee": {"amount": "40.00", "currency": "PEN"}
}))]
pub(crate) struct NewStaffBody {
    /// Somebody who is known.
    #[schema(value_type = Option<Uuid>)]
    person_id: Option<String>,
    /// Somebody to find by the document, or to make.
    person: Option<StaffPersonBody>,
    /// Parts played; at least one.
    #[serde(default)]
    #[schema(required = true, value_type = Vec<StaffRoleCode>, min_items = 1)]
    roles: Vec<String>,
    /// Whether at work; ACTIVE when left out.
    #[schema(value_type = Option<StaffStatusCode>)]
    status: Option<String>,
    /// Relation to the institution; EMPLOYEE when left out.
    #[schema(value_type = Option<StaffKindCode>)]
    kind: Option<String>,
    /// Licence to practise; of doctors.
    #[schema(max_length = 150)]
    licence_number: Option<String>,
    /// Last day of the licence.
    #[schema(format = Date)]
    licence_valid_until: Option<String>,
    /// Medical specialty.
    #[schema(max_length = 150)]
    specialty: Option<String>,
    /// What the member is paid for a request.
    fee: Option<MoneyBody>,
    /// Comment.
    #[schema(max_length = 1000)]
    comment: Option<String>,
}

fn roles(r: &mut Reader<'_>, typed: &[String]) -> BTreeSet<StaffRole> {
    if typed.is_empty() {
        r.fault("roles", "required", "at least one role is needed");
    }
    r.elements("roles", typed, code).into_iter().collect()
}

impl ParseBody<NewStaff> for NewStaffBody {
    fn values(&self, profile: &Institution) -> Result<NewStaff, Invalid> {
        read(|r| {
            let person = match (&self.person_id, &self.person) {
                (Some(known), None) => r.required("person_id", Some(known), id).map(StaffPerson::Known),
                (None, Some(patch)) => {
                    Some(StaffPerson::Described(Box::new(patch.read(&mut r.inside("person"), profile))))
                }
                (None, None) => {
                    r.missing("person");
                    None
                }
                (Some(_), Some(_)) => {
                    r.fault("person", "unexpected", "does not go together with person_id");
                    None
                }
            };
            let roles = roles(r, &self.roles);
            let status = r.optional("status", self.status.as_deref(), code);
            let kind = r.optional("kind", self.kind.as_deref(), code);
            let licence_number =
                r.optional("licence_number", self.licence_number.as_deref(), line(MAX_NAME_LEN));
            let until = r.optional("licence_valid_until", self.licence_valid_until.as_deref(), date);
            let specialty = r.optional("specialty", self.specialty.as_deref(), line(MAX_NAME_LEN));
            let fee = self.fee.as_ref().and_then(|fee| fee.read(r, "fee"));
            let comment = r.optional("comment", self.comment.as_deref(), note(MAX_COMMENT_LEN));
            Some(NewStaff {
                person: person?,
                roles,
                status: status.unwrap_or(StaffStatus::Active),
                kind: kind.unwrap_or(StaffKind::Employee),
                licence_number,
                licence_valid_until: until,
                specialty,
                fee,
                comment,
            })
        })
    }
}

/// Changes to a staff member: what is left out stays, null clears.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StaffChanges, example = json!({
    "status": "VACATION", "hand_over_to": "01940000-0000-7000-8000-0000000000b2"
}))]
pub(super) struct EditStaffBody {
    /// Changes to the person.
    person: Option<StaffPersonChanges>,
    /// Other parts; at least one.
    #[serde(default)]
    #[schema(required = false, value_type = Vec<StaffRoleCode>, min_items = 1)]
    roles: Field<Vec<String>>,
    /// Whether at work.
    #[serde(default)]
    #[schema(required = false, value_type = StaffStatusCode)]
    status: Field<String>,
    /// Relation to the institution.
    #[serde(default)]
    #[schema(required = false, value_type = StaffKindCode)]
    kind: Field<String>,
    /// Licence to practise.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 150)]
    licence_number: Field<String>,
    /// Last day of the licence.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    licence_valid_until: Field<String>,
    /// Medical specialty.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 150)]
    specialty: Field<String>,
    /// What the member is paid for a request.
    #[serde(default)]
    #[schema(value_type = Option<MoneyBody>)]
    fee: Field<MoneyBody>,
    /// Comment.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 1000)]
    comment: Field<String>,
    /// Who gets the open requests that the member can no longer work on.
    #[schema(value_type = Option<Uuid>)]
    hand_over_to: Option<String>,
    /// Open requests that nobody gets may stay.
    #[serde(default)]
    confirm: bool,
}

fn patch<T: Clone>(field: &Field<T>) -> Patch<T> {
    field.clone().change()
}

impl ParseBody<StaffPatch> for EditStaffBody {
    fn values(&self, profile: &Institution) -> Result<StaffPatch, Invalid> {
        read(|r| {
            let person = self.person.as_ref().map(|patch| patch.read(&mut r.inside("person"), profile));
            let roles = patch(&self.roles).map(|typed| roles(r, &typed.unwrap_or_default()));
            let fee = match patch(&self.fee) {
                None => None,
                Some(None) => Some(None),
                Some(Some(fee)) => fee.read(r, "fee").map(Some),
            };
            let licence = patch(&self.licence_number);
            let until = patch(&self.licence_valid_until);
            Some(StaffPatch {
                person,
                roles,
                status: r.kept("status", patch(&self.status).as_ref(), code),
                kind: r.kept("kind", patch(&self.kind).as_ref(), code),
                licence_number: r.patched("licence_number", licence.as_ref(), line(MAX_NAME_LEN)),
                licence_valid_until: r.patched("licence_valid_until", until.as_ref(), date),
                specialty: r.patched("specialty", patch(&self.specialty).as_ref(), line(MAX_NAME_LEN)),
                fee,
                comment: r.patched("comment", patch(&self.comment).as_ref(), note(MAX_COMMENT_LEN)),
                leaving: Offboarding {
                    hand_over_to: r.optional("hand_over_to", self.hand_over_to.as_deref(), id),
                    confirm: self.confirm,
                },
            })
        })
    }
}

/// Who gets what.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HandOver, example = json!({
    "role": "MANAGER", "to_staff_id": "01940000-0000-7000-8000-0000000000b2", "comment": "On leave until March"
}))]
pub(super) struct HandOverBody {
    /// In which role.
    #[schema(required = true, value_type = AssignmentRoleCode)]
    role: Option<String>,
    /// To whom.
    #[schema(required = true, value_type = Uuid)]
    to_staff_id: Option<String>,
    /// What is written beside each move.
    #[schema(max_length = 1000)]
    comment: Option<String>,
}

impl ParseBody<HandOver> for HandOverBody {
    fn values(&self, _: &Institution) -> Result<HandOver, Invalid> {
        read(|r| {
            let role = r.required("role", self.role.as_deref(), code);
            let to = r.required("to_staff_id", self.to_staff_id.as_deref(), id);
            let comment = r.optional("comment", self.comment.as_deref(), note(MAX_COMMENT_LEN));
            Some(HandOver { role: role?, to: to?, comment })
        })
    }
}
