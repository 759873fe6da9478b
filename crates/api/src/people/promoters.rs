//! Promoters: who sends clients.

use actix_web::{HttpResponse, delete, get, patch, post};
use medcert_application::{
    people::{self, PromoterMade},
    store::PromoterFilter,
};
use medcert_domain::{
    Checks, Invalid,
    people::{DELETE_PROMOTERS, Promoter, PromoterIdentity, READ_PROMOTERS, WRITE_PROMOTERS},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::DifferenceView;
use crate::{
    access::{Rule, permitted},
    audited_entity::{self, ChangeView, ReadRequest, WriteRequest, entries, gone},
    codes::Moment,
    money::MoneyView,
    page::{List, ListRequest, PageParams},
    parse::{Reader, code, id, search_terms},
    path::PathId,
    people::{PromoterBody, PromoterChanges, codes::PromoterTypeCode},
    problem::Failure,
    registry::Registry,
};

/// Where promoters are.
const PLACE: &str = "/api/v1/promoters";

/// Somebody or something that refers clients.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Promoter, example = json!({
    "id": "01940000-0000-7000-8000-000000000c01", "version": 1, "type": "COMPANY",
    "name": "Transportes Andinos S.A.C.", "person_id": null, "legal_name": "Transportes Andinos S.A.C.",
    "tax_id": "20100070970", "email": "rrhh@example.org", "phone": "+51 1 555 0199",
    "source_id": "01940000-0000-7000-8000-000000000d01", "fee": {"amount": "15.00", "currency": "PEN"},
    "comment": null, "created_at": "2026-01-05T12:00:00.000000Z", "updated_at": "2026-01-05T12:00:00.000000Z"
}))]
struct PromoterView {
    /// Identifier.
    id: Uuid,
    /// Number of changes.
    version: i64,
    /// What it is.
    #[serde(rename = "type")]
    kind: PromoterTypeCode,
    /// Name.
    name: String,
    /// PERSON: who.
    #[schema(required = true)]
    person_id: Option<Uuid>,
    /// COMPANY: legal name.
    #[schema(required = true)]
    legal_name: Option<String>,
    /// Tax id.
    #[schema(required = true)]
    tax_id: Option<String>,
    /// E-mail address.
    #[schema(required = true)]
    email: Option<String>,
    /// Telephone.
    #[schema(required = true)]
    phone: Option<String>,
    /// Where the institution knows it from.
    #[schema(required = true)]
    source_id: Option<Uuid>,
    /// What it is paid for each client, as agreed.
    #[schema(required = true)]
    fee: Option<MoneyView>,
    /// Comment.
    #[schema(required = true)]
    comment: Option<String>,
    /// When it was made.
    created_at: Moment,
    /// When it was last changed.
    updated_at: Moment,
    /// Only when one that was to be made was found: where what was said differs from what is known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    differences: Vec<DifferenceView>,
}

entries!(PromoterView);

impl PromoterView {
    fn made(made: &PromoterMade) -> Self {
        let differences = made.differences.iter().map(Into::into).collect();
        Self { differences, ..Self::from(made.promoter.clone()) }
    }
}

impl From<Promoter> for PromoterView {
    fn from(promoter: Promoter) -> Self {
        let (person_id, legal_name) = match &promoter.identity {
            PromoterIdentity::Person(id) => (Some(id.raw()), None),
            PromoterIdentity::Company { legal_name } => (None, Some(legal_name.clone())),
            PromoterIdentity::Other { .. } => (None, None),
        };
        Self {
            id: promoter.id.raw(),
            version: promoter.version,
            kind: promoter.kind().into(),
            person_id,
            legal_name,
            name: promoter.name,
            tax_id: promoter.tax_id,
            email: promoter.email,
            phone: promoter.phone,
            source_id: promoter.source.map(medcert_domain::Id::raw),
            fee: promoter.fee.map(Into::into),
            comment: promoter.comment,
            created_at: promoter.created_at.into(),
            updated_at: promoter.updated_at.into(),
            differences: vec![],
        }
    }
}

/// Which promoters. Everything given must hold; several values of one filter, separated by commas, mean any of them.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct PromotersQuery {
    /// Words of name, tax id, document, e-mail address or telephone: each must begin one of them, without case or
    /// accents.
    #[param(max_length = 100, example = "andin")]
    q: Option<String>,
    /// What they are.
    #[param(value_type = Vec<PromoterTypeCode>, style = Form, explode = false)]
    #[serde(rename = "type")]
    #[param(rename = "type")]
    kind: Vec<String>,
    /// Where they are known from.
    #[param(value_type = Vec<Uuid>, style = Form, explode = false)]
    source_id: Vec<String>,
}

impl PromotersQuery {
    fn filter(&self) -> Result<PromoterFilter, Invalid> {
        let mut checks = Checks::default();
        let mut r = Reader::new(&mut checks);
        let filter = PromoterFilter {
            search_terms: r.optional("q", self.q.as_deref(), search_terms).unwrap_or_default(),
            kinds: r.each("type", &self.kind, code),
            sources: r.each("source_id", &self.source_id, id),
        };
        checks.finish().map(|()| filter)
    }
}

/// List the promoters, by name.
#[utoipa::path(tag = "people", params(PromotersQuery, PageParams),
    responses((status = 200, description = "The promoters", body = List<PromoterView>)))]
#[get("/promoters")]
async fn list_promoters(call: ListRequest<PromotersQuery>) -> Result<HttpResponse, Failure> {
    let found = people::promoters(&call.app, &call.caller, &call.query.filter()?, &call.page).await?;
    call.answer::<_, PromoterView>(found)
}

/// Show a promoter.
#[utoipa::path(tag = "people", responses((status = 200, description = "The promoter", body = PromoterView,
        headers(("ETag" = String, description = "Its version")))))]
#[get("/promoters/{id}")]
async fn get_promoter(call: ReadRequest, id: PathId<Promoter>) -> Result<HttpResponse, Failure> {
    let promoter = people::promoter(&call.app, &call.caller, id.0).await?;
    call.show(promoter.version, &PromoterView::from(promoter))
}

/// Find a promoter again by tax id or document, or make one.
///
/// Of one that is found nothing is changed: `differences` tells where what was said differs from what is known. A name
/// alone is no key, so an OTHER without tax id is always new.
#[utoipa::path(tag = "people", request_body = PromoterBody, responses(
    (status = 200, description = "It was there already", body = PromoterView,
        headers(("ETag" = String, description = "Its version"))),
    (status = 201, description = "The new promoter", body = PromoterView,
        headers(("Location" = String, description = "Where it is"),
            ("ETag" = String, description = "Its version")))))]
#[post("/promoters")]
async fn create_promoter(call: WriteRequest<PromoterBody>) -> Result<HttpResponse, Failure> {
    let write = |made: &PromoterMade| audited_entity::text(&PromoterView::made(made));
    let conditions = call.conditions()?;
    let done = people::create_promoter(&call.app, &call.caller, &conditions, &call.sent(), &write).await?;
    call.found_or_made(PLACE, done.map(|made| (PromoterView::made(&made), made.created)))
}

/// Change a promoter: a merge patch (RFC 7396).
#[utoipa::path(tag = "people", request_body = PromoterChanges,
    responses((status = 200, description = "The promoter as it is now", body = PromoterView,
        headers(("ETag" = String, description = "Its version")))))]
#[patch("/promoters/{id}")]
async fn edit_promoter(
    call: WriteRequest<PromoterChanges>,
    id: PathId<Promoter>,
) -> Result<HttpResponse, Failure> {
    let if_match = call.if_match();
    let promoter = people::edit_promoter(&call.app, &call.caller, id.0, if_match, &call.sent()).await?;
    call.show(promoter.version, &PromoterView::from(promoter))
}

/// Delete a promoter that no request names. Its history stays.
#[utoipa::path(tag = "people", responses((status = 204, description = "The promoter is gone")))]
#[delete("/promoters/{id}")]
async fn delete_promoter(call: ReadRequest, id: PathId<Promoter>) -> Result<HttpResponse, Failure> {
    people::delete_promoter(&call.app, &call.caller, id.0, call.if_match()).await?;
    Ok(gone())
}

/// List what happened to a promoter, newest first; of one that was deleted too.
#[utoipa::path(tag = "people", params(PageParams),
    responses((status = 200, description = "The history", body = List<ChangeView>)))]
#[get("/promoters/{id}/history")]
async fn list_promoter_history(call: ListRequest, id: PathId<Promoter>) -> Result<HttpResponse, Failure> {
    let found = people::promoter_history(&call.app, &call.caller, id.0, &call.page).await?;
    call.answer::<_, ChangeView>(found)
}

/// Who may call what.
pub(super) const ACCESS: &[Rule] = &[
    permitted("list_promoters", READ_PROMOTERS),
    permitted("get_promoter", READ_PROMOTERS),
    permitted("create_promoter", WRITE_PROMOTERS).accepts_key(),
    permitted("edit_promoter", WRITE_PROMOTERS).needs_if_match(),
    permitted("delete_promoter", DELETE_PROMOTERS).needs_if_match(),
    permitted("list_promoter_history", READ_PROMOTERS),
];

/// The routes below `/api/v1`.
pub(super) fn routes(cfg: &mut Registry) {
    cfg.service(list_promoters)
        .service(create_promoter)
        .service(get_promoter)
        .service(edit_promoter)
        .service(delete_promoter)
        .service(list_promoter_history);
}
