//! Staff as shown.

use medcert_application::people::VisibleStaff;
use medcert_domain::Id;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    audited_entity::entries,
    codes::{Day, Moment},
    money::MoneyView,
    people::codes::{NotAssignableCode, StaffKindCode, StaffRoleCode, StaffStatusCode},
};

/// Somebody who works on requests.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Staff, example = json!({
    "id": "01940000-0000-7000-8000-0000000000b3", "version": 1, "name": "Carmen Salas", "roles": ["DOCTOR"],
    "status": "ACTIVE", "assignable": true, "not_assignable_reasons": [], "licence_number": "CMP 54321",
    "licence_valid_until": "2028-12-31", "specialty": "Occupational medicine",
    "specialty_id": "01940000-0000-7000-8000-0000000000e1",
    "person_id": "01940000-0000-7000-8000-0000000000c3", "kind": "EMPLOYEE",
    "fee": {"amount": "40.00", "currency": "PEN"}, "comment": null,
    "created_at": "2026-01-05T12:00:00.000000Z", "updated_at": "2026-01-05T12:00:00.000000Z"
}))]
pub(super) struct StaffView {
    /// Identifier.
    id: Uuid,
    /// Number of changes.
    version: i64,
    /// Name.
    name: String,
    /// Parts played.
    roles: Vec<StaffRoleCode>,
    /// Whether at work.
    status: StaffStatusCode,
    /// Whether requests can be given to this member, in at least one of the roles asked for.
    assignable: bool,
    /// Why not.
    not_assignable_reasons: Vec<NotAssignableCode>,
    /// Licence to practise; of doctors.
    #[schema(required = true)]
    licence_number: Option<String>,
    /// Last day of the licence; null without end.
    #[schema(required = true)]
    licence_valid_until: Option<Day>,
    /// Medical specialty as it is printed on certificates.
    #[schema(required = true)]
    specialty: Option<String>,
    /// Its entry in the list of specialties.
    #[schema(required = true)]
    specialty_id: Option<Uuid>,
    /// The person.
    person_id: Uuid,
    /// Relation to the institution.
    kind: StaffKindCode,
    /// What the member is paid for a request; told to those who administer or audit.
    #[schema(required = true)]
    fee: Option<MoneyView>,
    /// Comment; told to those who administer or audit.
    #[schema(required = true)]
    comment: Option<String>,
    /// When the record was made.
    created_at: Moment,
    /// When it was last changed.
    updated_at: Moment,
}

entries!(StaffView);

impl From<VisibleStaff> for StaffView {
    fn from(seen: VisibleStaff) -> Self {
        let staff = seen.member.staff;
        Self {
            id: staff.id.raw(),
            version: staff.version,
            name: seen.member.name,
            roles: staff.roles.iter().copied().map(Into::into).collect(),
            status: staff.status.into(),
            assignable: seen.not_assignable.is_empty(),
            not_assignable_reasons: seen.not_assignable.into_iter().map(Into::into).collect(),
            licence_number: staff.licence_number,
            licence_valid_until: staff.licence_valid_until.map(Into::into),
            specialty: staff.specialty,
            specialty_id: staff.specialty_id.map(Id::raw),
            person_id: staff.person.raw(),
            kind: staff.kind.into(),
            fee: staff.fee.filter(|_| seen.terms).map(Into::into),
            comment: staff.comment.filter(|_| seen.terms),
            created_at: staff.created_at.into(),
            updated_at: staff.updated_at.into(),
        }
    }
}
