//! Staff: who works on requests.

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use medcert_application::{
    App,
    people::{self, StaffSeen, StaffWanted},
};
use medcert_domain::{Checks, Invalid, people::Staff};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    caller::Caller,
    codes::{Day, NotAssignableCode, StaffRoleCode, StaffStatusCode},
    etag::versioned,
    page::{List, Listing, Paging},
    path::PathId,
    problem::Failure,
    query::Query,
    reading::{Reader, code},
    registry::Registry,
};

/// Somebody who works on requests.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Staff, example = json!({
    "id": "01940000-0000-7000-8000-0000000000b3", "name": "Carmen Salas", "roles": ["DOCTOR"], "status": "ACTIVE",
    "assignable": true, "not_assignable_reasons": [], "licence_number": "CMP 54321",
    "licence_valid_until": "2028-12-31", "specialty": "Occupational medicine"
}))]
struct StaffView {
    /// Identifier.
    id: Uuid,
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
    /// Medical specialty.
    #[schema(required = true)]
    specialty: Option<String>,
}

impl From<StaffSeen> for StaffView {
    fn from(seen: StaffSeen) -> Self {
        let staff = seen.member.staff;
        Self {
            id: staff.id.raw(),
            name: seen.member.name,
            roles: staff.roles.iter().copied().map(Into::into).collect(),
            status: staff.status.into(),
            assignable: seen.not_assignable.is_empty(),
            not_assignable_reasons: seen.not_assignable.into_iter().map(Into::into).collect(),
            licence_number: staff.licence_number,
            licence_valid_until: staff.licence_valid_until.map(Into::into),
            specialty: staff.specialty,
        }
    }
}

/// Which staff. Several values of one filter, separated by commas, mean any of them.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct StaffQuery {
    /// Having any of these roles.
    #[param(value_type = Vec<StaffRoleCode>, style = Form, explode = false)]
    role: Vec<String>,
    /// Having any of these statuses.
    #[param(value_type = Vec<StaffStatusCode>, style = Form, explode = false)]
    status: Vec<String>,
    /// Whether requests can be given to them, in at least one of the roles asked for.
    assignable: Option<bool>,
    /// Items wanted, 1 to 200; 20 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    /// Where to go on: `next_cursor` of the part before.
    cursor: Option<String>,
    /// Whether the exact total is wanted.
    with_total: bool,
}

impl StaffQuery {
    fn wanted(&self) -> Result<StaffWanted, Invalid> {
        let mut checks = Checks::default();
        let mut r = Reader::new(&mut checks);
        let roles = r.each("role", &self.role, code);
        let statuses = r.each("status", &self.status, code);
        checks.finish()?;
        Ok(StaffWanted { roles, statuses, assignable: self.assignable })
    }

    fn paging(&self) -> Paging {
        Paging { limit: self.limit, cursor: self.cursor.clone(), with_total: self.with_total }
    }
}

/// List the staff, by name.
#[utoipa::path(tag = "people", params(StaffQuery),
    responses((status = 200, description = "The staff", body = List<StaffView>)))]
#[get("/staff")]
async fn list_staff(
    caller: Caller,
    app: Data<App>,
    req: HttpRequest,
    query: Query<StaffQuery>,
) -> Result<HttpResponse, Failure> {
    let listing = Listing::of(&req);
    let page = listing.request(&app, query.0.paging())?;
    let found = people::staff_list(&app, &caller, query.0.wanted()?, &page).await?;
    listing.answer::<_, StaffView>(&app, &req, found)
}

/// Show a staff member.
#[utoipa::path(tag = "people", responses((status = 200, description = "The staff member", body = StaffView,
        headers(("ETag" = String, description = "Its version")))))]
#[get("/staff/{id}")]
async fn get_staff(
    caller: Caller,
    app: Data<App>,
    req: HttpRequest,
    id: PathId<Staff>,
) -> Result<HttpResponse, Failure> {
    let seen = people::staff_member(&app, &caller, id.0).await?;
    versioned(&req, seen.member.staff.version, &StaffView::from(seen))
}

/// The routes below `/api/v1`.
pub(super) fn routes(cfg: &mut Registry) {
    cfg.service(list_staff).service(get_staff);
}
