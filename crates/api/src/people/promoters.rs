//! Promoters: who sends clients.

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use medcert_application::{App, people};
use medcert_domain::{
    Checks, Invalid,
    people::{Promoter, PromoterIdentity},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    caller::Caller,
    codes::{Moment, PromoterTypeCode},
    etag::versioned,
    page::{List, Listing, Paging},
    path::PathId,
    problem::Failure,
    query::Query,
    reading::{Reader, line},
    registry::Registry,
};

/// Somebody or something that refers clients.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Promoter, example = json!({
    "id": "01940000-0000-7000-8000-000000000c01", "type": "COMPANY", "name": "Transportes Andinos S.A.C.",
    "person_id": null, "legal_name": "Transportes Andinos S.A.C.", "tax_id": "20100070970",
    "email": "rrhh@example.org", "phone": "+51 1 555 0199", "comment": null,
    "created_at": "2026-01-05T12:00:00.000000Z", "updated_at": "2026-01-05T12:00:00.000000Z"
}))]
struct PromoterView {
    /// Identifier.
    id: Uuid,
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
    /// Comment.
    #[schema(required = true)]
    comment: Option<String>,
    /// When it was made.
    created_at: Moment,
    /// When it was last changed.
    updated_at: Moment,
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
            kind: promoter.kind().into(),
            person_id,
            legal_name,
            name: promoter.name,
            tax_id: promoter.tax_id,
            email: promoter.email,
            phone: promoter.phone,
            comment: promoter.comment,
            created_at: promoter.created_at.into(),
            updated_at: promoter.updated_at.into(),
        }
    }
}

/// Which promoters.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct PromotersQuery {
    /// Beginning of the name, in any case.
    #[param(max_length = 100)]
    q: Option<String>,
    /// Items wanted, 1 to 200; 20 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    /// Where to go on: `next_cursor` of the part before.
    cursor: Option<String>,
    /// Whether the exact total is wanted.
    with_total: bool,
}

impl PromotersQuery {
    fn prefix(&self) -> Result<Option<String>, Invalid> {
        let mut checks = Checks::default();
        let prefix = Reader::new(&mut checks).optional("q", self.q.as_deref(), line(100));
        checks.finish().map(|()| prefix)
    }

    fn paging(&self) -> Paging {
        Paging { limit: self.limit, cursor: self.cursor.clone(), with_total: self.with_total }
    }
}

/// List the promoters, by name.
#[utoipa::path(tag = "people", params(PromotersQuery),
    responses((status = 200, description = "The promoters", body = List<PromoterView>)))]
#[get("/promoters")]
async fn list_promoters(
    caller: Caller,
    app: Data<App>,
    req: HttpRequest,
    query: Query<PromotersQuery>,
) -> Result<HttpResponse, Failure> {
    let listing = Listing::of(&req);
    let page = listing.request(&app, query.0.paging())?;
    let found = people::promoters(&app, &caller, query.0.prefix()?.as_deref(), &page).await?;
    listing.answer::<_, PromoterView>(&app, &req, found)
}

/// Show a promoter.
#[utoipa::path(tag = "people", responses((status = 200, description = "The promoter", body = PromoterView,
        headers(("ETag" = String, description = "Its version")))))]
#[get("/promoters/{id}")]
async fn get_promoter(
    caller: Caller,
    app: Data<App>,
    req: HttpRequest,
    id: PathId<Promoter>,
) -> Result<HttpResponse, Failure> {
    let promoter = people::promoter(&app, &caller, id.0).await?;
    versioned(&req, promoter.version, &PromoterView::from(promoter))
}

/// The routes below `/api/v1`.
pub(super) fn routes(cfg: &mut Registry) {
    cfg.service(list_promoters).service(get_promoter);
}
