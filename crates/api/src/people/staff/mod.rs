//! Staff: who works on requests.

mod bodies;
mod views;

use actix_web::{HttpResponse, delete, get, patch, post};
use medcert_application::people::{self, StaffWanted, VisibleStaff};
use medcert_domain::{
    Checks, Invalid,
    people::{READ_STAFF, READ_STAFF_TERMS, Staff, WRITE_STAFF},
};
use serde::Deserialize;

pub(crate) use self::bodies::NewStaffBody;
use self::{bodies::EditStaffBody, views::StaffView};
use crate::{
    access::{Rule, permitted},
    audited_entity::{ChangeView, ReadRequest, WriteRequest, gone, text},
    page::{List, ListRequest, PageParams},
    parse::{Reader, code, search_terms},
    path::PathId,
    people::codes::{StaffRoleCode, StaffStatusCode},
    problem::Failure,
    registry::Registry,
};

/// Where staff are.
const PLACE: &str = "/api/v1/staff";

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
    /// Words of name, document, licence or specialty: each must begin one of them, without case or accents.
    #[param(max_length = 100, example = "car sal")]
    q: Option<String>,
    /// Words of the specialty: each must begin one of them, without case or accents.
    #[param(max_length = 100, example = "occup")]
    specialty: Option<String>,
}

impl StaffQuery {
    fn wanted(&self) -> Result<StaffWanted, Invalid> {
        let mut checks = Checks::default();
        let mut r = Reader::new(&mut checks);
        let roles = r.each("role", &self.role, code);
        let statuses = r.each("status", &self.status, code);
        let found_by = r.optional("q", self.q.as_deref(), search_terms).unwrap_or_default();
        let specialty = r.optional("specialty", self.specialty.as_deref(), search_terms).unwrap_or_default();
        checks.finish()?;
        Ok(StaffWanted { roles, statuses, assignable: self.assignable, search_terms: found_by, specialty })
    }
}

/// List the staff, by name.
#[utoipa::path(tag = "people", params(StaffQuery, PageParams),
    responses((status = 200, description = "The staff", body = List<StaffView>)))]
#[get("/staff")]
async fn list_staff(call: ListRequest<StaffQuery>) -> Result<HttpResponse, Failure> {
    let found = people::staff_list(&call.app, &call.caller, call.query.wanted()?, &call.page).await?;
    call.answer::<_, StaffView>(found)
}

/// Show a staff member.
#[utoipa::path(tag = "people", responses((status = 200, description = "The staff member", body = StaffView,
        headers(("ETag" = String, description = "Its version")))))]
#[get("/staff/{id}")]
async fn get_staff(call: ReadRequest, id: PathId<Staff>) -> Result<HttpResponse, Failure> {
    let seen = people::staff_member(&call.app, &call.caller, id.0).await?;
    call.show(seen.member.staff.version, &StaffView::from(seen))
}

/// Make somebody staff: a person by id, or by data with which a known person is found again by the document.
#[utoipa::path(tag = "people", request_body = NewStaffBody,
    responses((status = 201, description = "The new staff member", body = StaffView,
        headers(("Location" = String, description = "Where it is"),
            ("ETag" = String, description = "Its version")))))]
#[post("/staff")]
async fn create_staff(call: WriteRequest<NewStaffBody>) -> Result<HttpResponse, Failure> {
    let write = |seen: &VisibleStaff| text(&StaffView::from(seen.clone()));
    let conditions = call.conditions()?;
    let done = people::create_staff(&call.app, &call.caller, &call.sent(), &conditions, &write).await?;
    call.made(PLACE, done.map(StaffView::from))
}

/// Change a staff member: a merge patch (RFC 7396).
///
/// Whoever stops being ACTIVE or loses a role while open requests need it hands them over with `hand_over_to`, or the
/// caller says `confirm`; otherwise the answer is 409 `in-use` with their number and the first of them. Requests that
/// cannot be handed over stay, and need `confirm` too.
#[utoipa::path(tag = "people", request_body = EditStaffBody,
    responses((status = 200, description = "The staff member as it is now", body = StaffView,
        headers(("ETag" = String, description = "Its version")))))]
#[patch("/staff/{id}")]
async fn edit_staff(call: WriteRequest<EditStaffBody>, id: PathId<Staff>) -> Result<HttpResponse, Failure> {
    let if_match = call.if_match();
    let seen = people::change_staff(&call.app, &call.caller, id.0, &call.sent(), if_match).await?;
    call.show(seen.member.staff.version, &StaffView::from(seen))
}

/// Delete a staff member who never had a part in a request.
#[utoipa::path(tag = "people", responses((status = 204, description = "The staff record is gone")))]
#[delete("/staff/{id}")]
async fn delete_staff(call: ReadRequest, id: PathId<Staff>) -> Result<HttpResponse, Failure> {
    people::delete_staff(&call.app, &call.caller, id.0, call.if_match()).await?;
    Ok(gone())
}

/// List what happened to a staff record, newest first.
#[utoipa::path(tag = "people", params(PageParams),
    responses((status = 200, description = "The history", body = List<ChangeView>)))]
#[get("/staff/{id}/history")]
async fn list_staff_history(call: ListRequest, id: PathId<Staff>) -> Result<HttpResponse, Failure> {
    let found = people::staff_history(&call.app, &call.caller, id.0, &call.page).await?;
    call.answer::<_, ChangeView>(found)
}

/// Who may call what.
pub(super) const ACCESS: &[Rule] = &[
    permitted("list_staff", READ_STAFF),
    permitted("get_staff", READ_STAFF),
    permitted("create_staff", WRITE_STAFF).accepts_key(),
    permitted("edit_staff", WRITE_STAFF).needs_if_match(),
    permitted("delete_staff", WRITE_STAFF).needs_if_match(),
    permitted("list_staff_history", READ_STAFF_TERMS),
];

/// The routes below `/api/v1`.
pub(super) fn routes(cfg: &mut Registry) {
    cfg.service(list_staff)
        .service(create_staff)
        .service(get_staff)
        .service(edit_staff)
        .service(delete_staff)
        .service(list_staff_history);
}
