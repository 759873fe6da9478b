//! Registering, reading, editing and erasing requests.

use crate::registry::Registry;
use actix_web::{HttpResponse, delete, get, patch, post};
use medcert_application::certification;
use medcert_domain::certification::{Action, Certification, READ_REQUESTS};

use super::super::{
    action_request::ActionRequest,
    bodies::{DeleteBody, EditBody, RegisterBody},
    filter::{RequestsOrder, RequestsQuery},
    views::{DetailView, HistoryView, RowView},
};
use crate::{
    access::{Rule, action, permitted},
    audited_entity::ReadRequest,
    page::{List, ListRequest, PageParams},
    path::PathId,
    problem::Failure,
};

/// Register a request.
///
/// People are found again by their document; what is said of them completes or corrects what is known. The answer
/// names what changed (`person_changes`) and other open requests of the same client for the same service
/// (`possible_duplicates`); it refuses neither.
#[utoipa::path(tag = "certification", request_body = RegisterBody,
    responses((status = 201, description = "The request", body = DetailView, headers(
        ("Location" = String, description = "Its address"),
        ("ETag" = String, description = "Its version"),
        ("Idempotency-Replayed" = bool, description = "`true` when this is the answer to an earlier call"),
    ))))]
#[post("/certification-requests")]
async fn register_request(call: ActionRequest<RegisterBody>) -> Result<HttpResponse, Failure> {
    call.register().await
}

/// List requests: for doctors those assigned to them, for everybody else all.
#[utoipa::path(tag = "certification", params(RequestsQuery, RequestsOrder, PageParams),
    responses((status = 200, description = "The requests", body = List<RowView>,
        headers(("Link" = String, description = "The next part, `rel=next`")))))]
#[get("/certification-requests")]
async fn list_requests(call: ListRequest<RequestsQuery, RequestsOrder>) -> Result<HttpResponse, Failure> {
    let filter = call.query.filter(&call.order, &call.app, &call.caller).await?;
    let found = certification::list(&call.app, &call.caller, filter, &call.page).await?;
    call.answer::<_, RowView>(found)
}

/// Show a request with everything around it, and what the caller may do to it.
#[utoipa::path(tag = "certification",
    responses((status = 200, description = "The request", body = DetailView,
        headers(("ETag" = String, description = "Its version")))))]
#[get("/certification-requests/{id}")]
async fn get_request(call: ReadRequest, id: PathId<Certification>) -> Result<HttpResponse, Failure> {
    let view = DetailView::of(&certification::detail(&call.app, &call.caller, id.0).await?);
    call.show(view.version, &view)
}

/// Edit a request: a merge patch (RFC 7396).
///
/// Left-out fields stay, null clears. Editing may complete or correct the data of client and guardian, but never
/// those of people who are staff or have a login.
#[utoipa::path(tag = "certification", request_body = EditBody,
    responses((status = 200, description = "The request as it is now", body = DetailView,
        headers(("ETag" = String, description = "Its version")))))]
#[patch("/certification-requests/{id}")]
async fn edit_request(
    call: ActionRequest<EditBody>,
    id: PathId<Certification>,
) -> Result<HttpResponse, Failure> {
    call.act(id, Action::Edit).await
}

/// Erase a request that never came to a medical act.
///
/// Its payments stay as ledger lines without personal data; people without any other use are erased with it.
#[utoipa::path(tag = "certification", request_body = DeleteBody,
    responses((status = 204, description = "The request is erased")))]
#[delete("/certification-requests/{id}")]
async fn delete_request(
    call: ActionRequest<DeleteBody>,
    id: PathId<Certification>,
) -> Result<HttpResponse, Failure> {
    call.erase(id).await
}

/// List what happened to a request, newest first.
#[utoipa::path(tag = "certification", params(PageParams),
    responses((status = 200, description = "The history", body = List<HistoryView>,
        headers(("Link" = String, description = "The next part, `rel=next`")))))]
#[get("/certification-requests/{id}/history")]
async fn list_history(call: ListRequest, id: PathId<Certification>) -> Result<HttpResponse, Failure> {
    let found = certification::history(&call.app, &call.caller, id.0, &call.page).await?;
    call.answer::<_, HistoryView>(found)
}

/// Who may call what.
pub(super) const ACCESS: &[Rule] = &[
    action("register_request", Action::Register).accepts_key(),
    permitted("list_requests", READ_REQUESTS),
    permitted("get_request", READ_REQUESTS),
    action("edit_request", Action::Edit).needs_if_match().accepts_key(),
    action("delete_request", Action::Delete).needs_if_match(),
    permitted("list_history", READ_REQUESTS),
];

pub(super) fn routes(cfg: &mut Registry) {
    cfg.service(register_request)
        .service(list_requests)
        .service(get_request)
        .service(edit_request)
        .service(delete_request)
        .service(list_history);
}
