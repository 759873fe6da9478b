//! People: found, made, completed, merged and removed.

mod views;

use actix_web::{HttpResponse, delete, get, patch, post};
use medcert_application::{
    idempotent::Idempotent,
    people::{self, MergeWanted, PersonMade, VisiblePerson},
    store::PersonFilter,
};
use medcert_domain::{
    Checks, Invalid,
    institution::Institution,
    people::{MERGE_PEOPLE, Person, READ_PEOPLE, WRITE_PEOPLE},
    text,
};
use serde::Deserialize;
use utoipa::ToSchema;

pub(super) use self::views::{GuardianView, PersonView};
use crate::{
    access::{Rule, permitted},
    audited_entity::{ChangeView, ReadRequest, WriteRequest, again, gone, text as kept_text},
    page::{List, ListRequest, PageParams},
    parse::{MAX_COMMENT_LEN, ParseBody, Reader, code, date, document_number, id, note, read, search_terms},
    path::PathId,
    people::{PersonBody, PersonChanges, codes::DocumentTypeCode},
    problem::Failure,
    registry::Registry,
};

/// Where people are.
const PLACE: &str = "/api/v1/people";

/// Into whom a record is merged.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PersonMerge, example = json!({
    "into_person_id": "01940000-0000-7000-8000-0000000000e5", "reason": "Registered twice, with an old passport"
}))]
struct MergeBody {
    /// The record that stays.
    #[schema(required = true, value_type = uuid::Uuid)]
    into_person_id: Option<String>,
    /// Why they are the same person.
    #[schema(required = true, value_type = String, min_length = 1, max_length = 1000)]
    reason: Option<String>,
}

impl ParseBody<MergeWanted> for MergeBody {
    fn values(&self, _: &Institution) -> Result<MergeWanted, Invalid> {
        read(|r| {
            let into = r.required("into_person_id", self.into_person_id.as_deref(), id);
            let reason = r.required("reason", self.reason.as_deref(), note(MAX_COMMENT_LEN));
            Some(MergeWanted { into: into?, reason: reason? })
        })
    }
}

/// Which people. Everything given must hold; several values of one filter, separated by commas, mean any of them.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct PeopleQuery {
    /// Words of name, document, e-mail address or telephones: each must begin one of them, without case or accents.
    #[param(max_length = 100, example = "quispe mar")]
    q: Option<String>,
    /// Kinds of identity document.
    #[param(value_type = Vec<DocumentTypeCode>, style = Form, explode = false)]
    document_type: Vec<String>,
    /// Number of the document, whole; also of a record that was merged into the person.
    #[param(max_length = 50, example = "45678912")]
    document_number: Option<String>,
    /// Date of birth.
    #[param(example = "1990-04-12")]
    birth_date: Option<String>,
    /// E-mail address, whole.
    #[param(max_length = 254)]
    email: Option<String>,
}

impl PeopleQuery {
    fn filter(&self) -> Result<PersonFilter, Invalid> {
        let mut checks = Checks::default();
        let mut r = Reader::new(&mut checks);
        let filter = PersonFilter {
            search_terms: r.optional("q", self.q.as_deref(), search_terms).unwrap_or_default(),
            document_types: r.each("document_type", &self.document_type, code),
            document_number: r.optional("document_number", self.document_number.as_deref(), document_number),
            birth_date: r.optional("birth_date", self.birth_date.as_deref(), date),
            email: r.optional("email", self.email.as_deref(), text::email),
        };
        checks.finish().map(|()| filter)
    }
}

/// List the people, by name. Records merged into others are left out.
#[utoipa::path(tag = "people", params(PeopleQuery, PageParams),
    responses((status = 200, description = "The people", body = List<PersonView>)))]
#[get("/people")]
async fn list_people(call: ListRequest<PeopleQuery>) -> Result<HttpResponse, Failure> {
    let found = people::people(&call.app, &call.caller, &call.query.filter()?, &call.page).await?;
    call.answer::<_, PersonView>(found)
}

/// Show a person. Their requests are `GET /certification-requests?client_id=`.
///
/// A record that was merged into another one says so in `merged_into`, and keeps what was known.
#[utoipa::path(tag = "people", responses((status = 200, description = "The person", body = PersonView,
        headers(("ETag" = String, description = "Its version")))))]
#[get("/people/{id}")]
async fn get_person(call: ReadRequest, id: PathId<Person>) -> Result<HttpResponse, Failure> {
    let seen = people::person(&call.app, &call.caller, id.0).await?;
    call.show(seen.person.version, &PersonView::from(seen))
}

/// Find a person again by the document, or make one.
///
/// Of a person who is found nothing is changed: `differences` tells where what was said differs from what is known.
#[utoipa::path(tag = "people", request_body = PersonBody, responses(
    (status = 200, description = "The person was known already", body = PersonView,
        headers(("ETag" = String, description = "Its version"))),
    (status = 201, description = "The new person", body = PersonView,
        headers(("Location" = String, description = "Where it is"),
            ("ETag" = String, description = "Its version")))))]
#[post("/people")]
async fn create_person(call: WriteRequest<PersonBody>) -> Result<HttpResponse, Failure> {
    let write = |made: &PersonMade| kept_text(&PersonView::from(made));
    let conditions = call.conditions()?;
    let done = people::create_person(&call.app, &call.caller, &conditions, &call.sent(), &write).await?;
    call.found_or_made(PLACE, done.map(|made| (PersonView::from(&made), made.created)))
}

/// Change a person: a merge patch (RFC 7396).
///
/// Identity, e-mail address and telephones of somebody who is staff or has an account are changed there, and are 422
/// `protected` here. A document that somebody else has is 409 `duplicate`, with `existing_id`.
#[utoipa::path(tag = "people", request_body = PersonChanges,
    responses((status = 200, description = "The person as they are now", body = PersonView,
        headers(("ETag" = String, description = "Its version")))))]
#[patch("/people/{id}")]
async fn edit_person(call: WriteRequest<PersonChanges>, id: PathId<Person>) -> Result<HttpResponse, Failure> {
    let if_match = call.if_match();
    let seen = people::edit_person(&call.app, &call.caller, id.0, if_match, &call.sent()).await?;
    call.show(seen.person.version, &PersonView::from(seen))
}

/// Delete a person to whom nothing refers, with everything that is known of them.
#[utoipa::path(tag = "people", responses((status = 204, description = "The person is gone")))]
#[delete("/people/{id}")]
async fn delete_person(call: ReadRequest, id: PathId<Person>) -> Result<HttpResponse, Failure> {
    people::delete_person(&call.app, &call.caller, id.0, call.if_match()).await?;
    Ok(gone())
}

/// Merge a record into another one of the same person.
///
/// Requests, certificates, promoter, staff record, account and guardians of the record belong to the other afterwards;
/// what a certificate prints stays. The other is changed in nothing else. The merged record is in no list any more, and
/// its document leads to the other from now on. Refused (422) where both are staff, both have an account, or one stands
/// for the other.
#[utoipa::path(tag = "people", request_body = MergeBody,
    responses((status = 200, description = "The record that stays", body = PersonView,
        headers(("ETag" = String, description = "Its version")))))]
#[post("/people/{id}/merge")]
async fn merge_person(call: WriteRequest<MergeBody>, id: PathId<Person>) -> Result<HttpResponse, Failure> {
    let write = |seen: &VisiblePerson| kept_text(&PersonView::from(seen.clone()));
    let conditions = call.conditions()?;
    let sent = call.sent();
    // Boxed: the future holds both people in several states.
    let done = Box::pin(people::merge_person(&call.app, &call.caller, id.0, &conditions, &sent, &write));
    match done.await? {
        Idempotent::Done(seen) => call.show(seen.person.version, &PersonView::from(seen)),
        Idempotent::Replayed(kept) => again(kept, None),
    }
}

/// List what happened to a person, newest first.
#[utoipa::path(tag = "people", params(PageParams),
    responses((status = 200, description = "The history", body = List<ChangeView>)))]
#[get("/people/{id}/history")]
async fn list_person_history(call: ListRequest, id: PathId<Person>) -> Result<HttpResponse, Failure> {
    let found = people::person_history(&call.app, &call.caller, id.0, &call.page).await?;
    call.answer::<_, ChangeView>(found)
}

/// Who may call what.
pub(super) const ACCESS: &[Rule] = &[
    permitted("list_people", READ_PEOPLE),
    permitted("get_person", READ_PEOPLE),
    permitted("create_person", WRITE_PEOPLE).accepts_key(),
    permitted("edit_person", WRITE_PEOPLE).needs_if_match(),
    permitted("delete_person", MERGE_PEOPLE).needs_if_match(),
    permitted("merge_person", MERGE_PEOPLE).accepts_if_match().accepts_key(),
    permitted("list_person_history", READ_PEOPLE),
];

/// The routes below `/api/v1`.
pub(super) fn routes(cfg: &mut Registry) {
    cfg.service(list_people)
        .service(create_person)
        .service(get_person)
        .service(edit_person)
        .service(delete_person)
        .service(merge_person)
        .service(list_person_history);
}
