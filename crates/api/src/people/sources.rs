//! Where promoters are known from.

use actix_web::{HttpResponse, delete, get, patch, post};
use medcert_application::{directory, people};
use medcert_domain::{
    Invalid,
    institution::Institution,
    people::{
        MANAGE_PROMOTER_SOURCES, NewPromoterSource, PromoterSource, PromoterSourcePatch, READ_PROMOTERS,
    },
};
use serde::Deserialize;

use crate::{
    access::{Rule, permitted},
    audited_entity::{ChangeView, ReadRequest, WriteRequest, gone, text},
    directory::named_entry,
    fields::body,
    page::{List, ListRequest, PageParams},
    parse::{ParseBody, read_as},
    path::PathId,
    problem::Failure,
    registry::Registry,
};

/// Where sources are.
const PLACE: &str = "/api/v1/promoter-sources";

named_entry! {
    /// Where promoters are known from.
    view SourceView of PromoterSource, example "01940000-0000-7000-8000-000000000d01" "Radio";
    /// What is said of a source.
    fields SourceFields gives PromoterSourcePatch {
        /// Name; two that differ by case alone are one.
        name,
        /// False retires it: promoters keep it, and no other gets it.
        active,
    }
}

body! {
    /// A new source.
    NewSourceBody = "NewPromoterSource": Whole SourceFields,
    without ["active"],
    example {"name": "Radio"}
}

body! {
    /// Changes to a source: what is left out stays.
    SourceChanges = "PromoterSourceChanges": Changes SourceFields,
    example {"active": false}
}

impl ParseBody<NewPromoterSource> for NewSourceBody {
    fn values(&self, _: &Institution) -> Result<NewPromoterSource, Invalid> {
        read_as(Self::SCOPE, |r| {
            r.unknown("active", &self.0.active);
            self.0.read(r).whole()
        })
    }
}

impl ParseBody<PromoterSourcePatch> for SourceChanges {
    fn values(&self, _: &Institution) -> Result<PromoterSourcePatch, Invalid> {
        read_as(Self::SCOPE, |r| Some(self.0.read(r)))
    }
}

/// Which sources.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct SourcesQuery {
    /// Those that are offered, or those that are not.
    active: Option<bool>,
}

/// List the sources of promoters, by name.
#[utoipa::path(tag = "people", params(SourcesQuery, PageParams),
    responses((status = 200, description = "The sources", body = List<SourceView>)))]
#[get("/promoter-sources")]
async fn list_promoter_sources(call: ListRequest<SourcesQuery>) -> Result<HttpResponse, Failure> {
    let found = people::promoter_sources(&call.app, &call.caller, call.query.active, &call.page).await?;
    call.answer::<_, SourceView>(found)
}

/// Show a source of promoters.
#[utoipa::path(tag = "people", responses((status = 200, description = "The source", body = SourceView,
        headers(("ETag" = String, description = "Its version")))))]
#[get("/promoter-sources/{id}")]
async fn get_promoter_source(call: ReadRequest, id: PathId<PromoterSource>) -> Result<HttpResponse, Failure> {
    let source = directory::entry(&call.app, &call.caller, id.0).await?;
    call.show(source.version, &SourceView::from(source))
}

/// Add a source of promoters.
#[utoipa::path(tag = "people", request_body = NewSourceBody,
    responses((status = 201, description = "The new source", body = SourceView,
        headers(("Location" = String, description = "Where it is"),
            ("ETag" = String, description = "Its version")))))]
#[post("/promoter-sources")]
async fn create_promoter_source(call: WriteRequest<NewSourceBody>) -> Result<HttpResponse, Failure> {
    let write = |source: &PromoterSource| text(&SourceView::from(source.clone()));
    let conditions = call.conditions()?;
    let done = directory::create(&call.app, &call.caller, &conditions, &call.sent(), &write).await?;
    call.made(PLACE, done.map(SourceView::from))
}

/// Rename a source of promoters, retire it, or offer it again: a merge patch (RFC 7396).
#[utoipa::path(tag = "people", request_body = SourceChanges,
    responses((status = 200, description = "The source as it is now", body = SourceView,
        headers(("ETag" = String, description = "Its version")))))]
#[patch("/promoter-sources/{id}")]
async fn edit_promoter_source(
    call: WriteRequest<SourceChanges>,
    id: PathId<PromoterSource>,
) -> Result<HttpResponse, Failure> {
    let if_match = call.if_match();
    let source = directory::change(&call.app, &call.caller, id.0, &call.sent(), if_match).await?;
    call.show(source.version, &SourceView::from(source))
}

/// Delete a source that no promoter has; one that was used can be retired.
#[utoipa::path(tag = "people", responses((status = 204, description = "The source is gone")))]
#[delete("/promoter-sources/{id}")]
async fn delete_promoter_source(
    call: ReadRequest,
    id: PathId<PromoterSource>,
) -> Result<HttpResponse, Failure> {
    directory::delete(&call.app, &call.caller, id.0, call.if_match()).await?;
    Ok(gone())
}

/// List what happened to a source of promoters, newest first.
#[utoipa::path(tag = "people", params(PageParams),
    responses((status = 200, description = "The history", body = List<ChangeView>)))]
#[get("/promoter-sources/{id}/history")]
async fn list_promoter_source_history(
    call: ListRequest,
    id: PathId<PromoterSource>,
) -> Result<HttpResponse, Failure> {
    let found = directory::history(&call.app, &call.caller, id.0, &call.page).await?;
    call.answer::<_, ChangeView>(found)
}

/// Who may call what.
pub(super) const ACCESS: &[Rule] = &[
    permitted("list_promoter_sources", READ_PROMOTERS),
    permitted("get_promoter_source", READ_PROMOTERS),
    permitted("create_promoter_source", MANAGE_PROMOTER_SOURCES).accepts_key(),
    permitted("edit_promoter_source", MANAGE_PROMOTER_SOURCES).needs_if_match(),
    permitted("delete_promoter_source", MANAGE_PROMOTER_SOURCES).needs_if_match(),
    permitted("list_promoter_source_history", READ_PROMOTERS),
];

/// The routes below `/api/v1`.
pub(super) fn routes(cfg: &mut Registry) {
    cfg.service(list_promoter_sources)
        .service(create_promoter_source)
        .service(get_promoter_source)
        .service(edit_promoter_source)
        .service(delete_promoter_source)
        .service(list_promoter_source_history);
}
