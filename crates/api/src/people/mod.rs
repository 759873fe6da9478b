//! People: persons, who stands for whom, staff, promoters and where they are known from.

pub(crate) mod codes;
mod guardians;
mod import;
mod person_body;
mod persons;
mod promoter_body;
mod promoters;
mod sources;
mod staff;

use serde::Serialize;
use utoipa::ToSchema;

use medcert_domain::FieldChange;

pub(crate) use self::{
    person_body::{
        ClientBody, ClientChanges, GuardianBody, GuardianChanges, PersonBody, PersonChanges, PersonFields,
        StaffPersonBody, StaffPersonChanges, UserPersonBody,
    },
    promoter_body::{PromoterBody, PromoterChanges, PromoterFields},
};
use crate::{registry::Registry, rooms::Room};

/// Where what was said differs from what is known of something found again; what is known was kept.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Difference, example = json!({
    "field": "phone", "known_value": "+51 987 654 321", "given_value": "+51 912 345 678"
}))]
struct DifferenceView {
    /// Field.
    field: String,
    /// What is known.
    #[schema(required = true)]
    known_value: Option<String>,
    /// What was said.
    #[schema(required = true)]
    given_value: Option<String>,
}

impl From<&FieldChange> for DifferenceView {
    fn from(change: &FieldChange) -> Self {
        Self {
            field: change.field.to_owned(),
            known_value: change.old.clone(),
            given_value: change.new.clone(),
        }
    }
}

/// What this room brings.
pub(crate) const ROOM: Room = Room {
    tags: &[("people", "Staff and promoters")],
    access: &[
        staff::ACCESS,
        promoters::ACCESS,
        sources::ACCESS,
        persons::ACCESS,
        guardians::ACCESS,
        import::ACCESS,
    ],
    imports: &[import::PERSON_IMPORT, import::PROMOTER_IMPORT, import::STAFF_IMPORT],
    routes,
    ..Room::EMPTY
};

fn routes(cfg: &mut Registry) {
    cfg.configure(staff::routes)
        .configure(promoters::routes)
        .configure(sources::routes)
        .configure(persons::routes)
        .configure(guardians::routes)
        .configure(import::routes);
}
