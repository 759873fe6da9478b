//! Handing over the open requests of a staff member.

use actix_web::{HttpResponse, post};
use medcert_application::{
    certification::{HandOver, HandedOver, Kept, hand_over_requests},
    idempotent::Idempotent,
};
use medcert_domain::{
    Invalid,
    institution::Institution,
    people::{Staff, WRITE_STAFF},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    access::{Rule, permitted},
    audited_entity::{WriteRequest, again, text},
    certification::codes::AssignmentRoleCode,
    parse::{MAX_COMMENT_LEN, ParseBody, code, id, note, read},
    path::PathId,
    problem::Failure,
    registry::Registry,
};

/// Who gets what.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HandOver, example = json!({
    "role": "MANAGER", "to_staff_id": "01940000-0000-7000-8000-0000000000b2", "comment": "On leave until March"
}))]
struct HandOverBody {
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

/// A request that stayed where it was.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = KeptRequest)]
struct KeptView {
    /// The request.
    request_id: Uuid,
    /// Its code.
    #[schema(example = "MC-2026-000123")]
    request_code: String,
    /// Why, for programs.
    #[schema(example = "evaluated")]
    code: &'static str,
    /// Why, for people.
    #[schema(example = "an evaluation by the present doctor stands")]
    reason: String,
}

impl From<&Kept> for KeptView {
    fn from(kept: &Kept) -> Self {
        Self {
            request_id: kept.request.raw(),
            request_code: kept.request_code.clone(),
            code: kept.code,
            reason: kept.reason.clone(),
        }
    }
}

/// What became of the open requests.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = HandedOver, example = json!({"moved": 12, "skipped": [{
    "request_id": "01940000-0000-7000-8000-000000000007", "request_code": "MC-2026-000123", "code": "evaluated",
    "reason": "an evaluation by the present doctor stands"
}]}))]
struct HandedOverView {
    /// How many are the other's now.
    moved: u64,
    /// Those that stayed.
    skipped: Vec<KeptView>,
}

impl From<&HandedOver> for HandedOverView {
    fn from(done: &HandedOver) -> Self {
        Self { moved: done.moved, skipped: done.skipped.iter().map(Into::into).collect() }
    }
}

/// Hand the open requests of a staff member in a role over to another one.
///
/// Each request is moved by itself, under the rules of changing its manager or doctor. Those that stay are told:
/// `evaluated` (an evaluation stands), `party` (the other is its client or guardian), `registrar` (the other
/// registered it), `stale` (others kept changing it). A call that was cut off can be repeated.
#[utoipa::path(tag = "people", request_body = HandOverBody,
    responses((status = 200, description = "What became of them", body = HandedOverView)))]
#[post("/staff/{id}/hand-over")]
async fn hand_over_staff(
    call: WriteRequest<HandOverBody>,
    id: PathId<Staff>,
) -> Result<HttpResponse, Failure> {
    let write = |done: &HandedOver| text(&HandedOverView::from(done));
    let conditions = call.conditions()?;
    let sent = call.sent();
    let done = hand_over_requests(&call.app, &call.caller, id.0, &sent, &conditions, &write);
    match done.await? {
        Idempotent::Done(done) => Ok(HttpResponse::Ok().json(HandedOverView::from(&done))),
        Idempotent::Replayed(kept) => again(kept, None),
    }
}

/// Who may call what.
pub(super) const ACCESS: &[Rule] = &[permitted("hand_over_staff", WRITE_STAFF).accepts_key()];

/// The routes below `/api/v1`.
pub(super) fn routes(cfg: &mut Registry) {
    cfg.service(hand_over_staff);
}
