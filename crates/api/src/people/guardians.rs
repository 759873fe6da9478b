//! Who stands for whom.

use actix_web::{HttpResponse, delete, get, put};
use medcert_application::people::{self, GuardianWanted};
use medcert_domain::{
    Invalid,
    institution::Institution,
    people::{Person, READ_PEOPLE, WRITE_PEOPLE},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::persons::{GuardianView, PersonView};
use crate::{
    access::{Rule, permitted},
    audited_entity::{ReadRequest, WriteRequest, gone},
    page::{List, ListRequest, PageParams},
    parse::{ParseBody, code, read},
    path::{GuardianId, PathId},
    people::codes::RelationshipCode,
    problem::Failure,
    registry::Registry,
};

/// What a guardian is to a person.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StandingGuardianBody, example = json!({"relationship": "PARENT"}))]
struct GuardianBody {
    /// What the guardian is to the person.
    #[schema(required = true, value_type = RelationshipCode)]
    relationship: Option<String>,
}

impl ParseBody<GuardianWanted> for GuardianBody {
    fn values(&self, _: &Institution) -> Result<GuardianWanted, Invalid> {
        read(|r| {
            let relationship = r.required("relationship", self.relationship.as_deref(), code);
            Some(GuardianWanted { relationship: relationship? })
        })
    }
}

/// List who stands for a person, by name: offered when a request is registered for them.
#[utoipa::path(tag = "people", params(PageParams),
    responses((status = 200, description = "The guardians", body = List<GuardianView>)))]
#[get("/people/{id}/guardians")]
async fn list_guardians(call: ListRequest, id: PathId<Person>) -> Result<HttpResponse, Failure> {
    let found = people::guardians(&call.app, &call.caller, id.0, &call.page).await?;
    call.answer::<_, GuardianView>(found)
}

/// Let somebody stand for a person, or change what they are to them. If-Match is that of the person.
#[utoipa::path(tag = "people", request_body = GuardianBody,
    params(("guardian_id" = Uuid, Path, description = "The guardian: an adult, and somebody else")),
    responses((status = 200, description = "The person", body = PersonView,
        headers(("ETag" = String, description = "Its version")))))]
#[put("/people/{id}/guardians/{guardian_id}")]
async fn set_guardian(
    call: WriteRequest<GuardianBody>,
    id: PathId<Person>,
    guardian: GuardianId,
) -> Result<HttpResponse, Failure> {
    let if_match = call.if_match();
    let sent = call.sent();
    let seen = people::set_guardian(&call.app, &call.caller, id.0, guardian.0, if_match, &sent).await?;
    call.show(seen.person.version, &PersonView::from(seen))
}

/// End that somebody stands for a person. If-Match is that of the person.
#[utoipa::path(tag = "people",
    params(("guardian_id" = Uuid, Path, description = "The guardian")),
    responses((status = 204, description = "They no longer stand for them")))]
#[delete("/people/{id}/guardians/{guardian_id}")]
async fn remove_guardian(
    call: ReadRequest,
    id: PathId<Person>,
    guardian: GuardianId,
) -> Result<HttpResponse, Failure> {
    people::remove_guardian(&call.app, &call.caller, id.0, guardian.0, call.if_match()).await?;
    Ok(gone())
}

/// Who may call what.
pub(super) const ACCESS: &[Rule] = &[
    permitted("list_guardians", READ_PEOPLE),
    permitted("set_guardian", WRITE_PEOPLE).needs_if_match(),
    permitted("remove_guardian", WRITE_PEOPLE).needs_if_match(),
];

/// The routes below `/api/v1`.
pub(super) fn routes(cfg: &mut Registry) {
    cfg.service(list_guardians).service(set_guardian).service(remove_guardian);
}
