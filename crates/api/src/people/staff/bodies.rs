//! What callers send about staff.

use std::collections::BTreeSet;

use medcert_application::people::{NewStaff, Offboarding, PersonInput, StaffEdit, StaffPerson};
use medcert_domain::{
    Invalid,
    institution::Institution,
    people::{StaffKind, StaffPatch, StaffRole, StaffStatus},
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    field::Field,
    fields::body,
    money::MoneyBody,
    parse::{MAX_COMMENT_LEN, MAX_NAME_LEN, ParseBody, Reader, code, date, id, line, note, read_as},
    people::{
        PersonFields, StaffPersonBody, StaffPersonChanges,
        codes::{StaffKindCode, StaffRoleCode, StaffStatusCode},
    },
};

/// What is said of a staff member, and as `P` of the person.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StaffFields<P> {
    /// Parts played; at least one.
    #[serde(default)]
    #[schema(value_type = Vec<StaffRoleCode>, min_items = 1)]
    roles: Field<Vec<String>>,
    /// Whether at work; of new staff ACTIVE when left out.
    #[serde(default)]
    #[schema(value_type = StaffStatusCode)]
    status: Field<String>,
    /// Relation to the institution; of new staff EMPLOYEE when left out.
    #[serde(default)]
    #[schema(value_type = StaffKindCode)]
    kind: Field<String>,
    /// Licence to practise; of doctors.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 150)]
    licence_number: Field<String>,
    /// Last day of the licence.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    licence_valid_until: Field<String>,
    /// Medical specialty as it is printed on certificates.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 150)]
    specialty: Field<String>,
    /// Its entry in the list of specialties; a new one must be active.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    specialty_id: Field<String>,
    /// What the member is paid for a request.
    #[serde(default)]
    #[schema(value_type = Option<MoneyBody>)]
    fee: Field<MoneyBody>,
    /// Comment.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 1000)]
    comment: Field<String>,
    /// Somebody who is known.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    person_id: Field<String>,
    /// The person: somebody to find by the document or to make, or changes to who it is.
    #[serde(default)]
    #[schema(value_type = Option<P>)]
    person: Field<P>,
    /// Who gets the open requests that the member can no longer work on.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    hand_over_to: Field<String>,
    /// Open requests that nobody gets may stay.
    #[serde(default)]
    #[schema(value_type = bool)]
    confirm: Field<bool>,
}

fn roles(r: &mut Reader<'_>, typed: &[String]) -> BTreeSet<StaffRole> {
    if typed.is_empty() {
        r.fault("roles", "required", "at least one role is needed");
    }
    r.elements("roles", typed, code).into_iter().collect()
}

impl<P: AsRef<PersonFields>> StaffFields<P> {
    fn patch(&self, r: &mut Reader<'_>) -> StaffPatch {
        StaffPatch {
            roles: if r.is_whole() && !matches!(self.roles, Field::Value(_)) {
                Some(roles(r, &[]))
            } else {
                r.set("roles", self.roles.clone()).map(|typed| roles(r, &typed))
            },
            status: r
                .set_or("status", self.status.clone(), StaffStatus::Active.code().to_owned())
                .and_then(|typed| r.value("status", code(&typed))),
            kind: r
                .set_or("kind", self.kind.clone(), StaffKind::Employee.code().to_owned())
                .and_then(|typed| r.value("kind", code(&typed))),
            licence_number: r.clearable("licence_number", &self.licence_number, line(MAX_NAME_LEN)),
            licence_valid_until: r.clearable("licence_valid_until", &self.licence_valid_until, date),
            specialty: r.clearable("specialty", &self.specialty, line(MAX_NAME_LEN)),
            specialty_id: r.clearable("specialty_id", &self.specialty_id, id),
            fee: r.set_clearable(&self.fee, |r, fee| fee.read(r, "fee")),
            comment: r.clearable("comment", &self.comment, note(MAX_COMMENT_LEN)),
        }
    }

    fn person(&self, r: &mut Reader<'_>, profile: &Institution) -> Option<PersonInput> {
        match &self.person {
            Field::Value(person) => Some(person.as_ref().read(&mut r.inside("person"), profile)),
            Field::Absent | Field::Null => None,
        }
    }
}

body! {
    /// A new staff member: `person_id` or `person`, one of them.
    pub(crate) NewStaffBody = "NewStaff": Whole StaffFields<StaffPersonBody>,
    of [StaffPersonBody],
    without ["hand_over_to", "confirm"],
    defaults ["status", "kind"],
    example {
        "person": {"document_type": "DNI", "document_number": "45678912", "given_names": "Carmen", "family_names": "Salas"},
        "roles": ["DOCTOR"], "licence_number": "CMP 54321", "licence_valid_until": "2028-12-31",
        "specialty": "Occupational medicine", "kind": "CONTRACTOR", "fee": {"amount": "40.00", "currency": "PEN"}
    }
}

body! {
    /// Changes to a staff member: what is left out stays, null clears.
    pub(super) EditStaffBody = "StaffChanges": Changes StaffFields<StaffPersonChanges>,
    of [StaffPersonChanges],
    without ["person_id"],
    example {"status": "VACATION", "hand_over_to": "01940000-0000-7000-8000-0000000000b2"}
}

impl ParseBody<NewStaff> for NewStaffBody {
    fn values(&self, profile: &Institution) -> Result<NewStaff, Invalid> {
        let fields = &self.0;
        read_as(Self::SCOPE, |r| {
            r.unknown("hand_over_to", &fields.hand_over_to);
            r.unknown("confirm", &fields.confirm);
            let person = match (&fields.person_id, fields.person(r, profile)) {
                (Field::Value(known), None) => r.value("person_id", id(known)).map(StaffPerson::Known),
                (Field::Value(_), Some(_)) => {
                    r.fault("person", "unexpected", "does not go together with person_id");
                    None
                }
                (_, Some(described)) => Some(StaffPerson::Described(Box::new(described))),
                (_, None) => {
                    r.missing("person");
                    None
                }
            };
            let fields = fields.patch(r);
            Some(NewStaff { person: person?, fields })
        })
    }
}

impl ParseBody<StaffEdit> for EditStaffBody {
    fn values(&self, profile: &Institution) -> Result<StaffEdit, Invalid> {
        let fields = &self.0;
        read_as(Self::SCOPE, |r| {
            r.unknown("person_id", &fields.person_id);
            let leaving = Offboarding {
                hand_over_to: r.clearable("hand_over_to", &fields.hand_over_to, id).flatten(),
                confirm: matches!(fields.confirm, Field::Value(true)),
            };
            Some(StaffEdit { person: fields.person(r, profile), fields: fields.patch(r), leaving })
        })
    }
}
