//! Operations: what those who run an installation ask it.

use std::net::SocketAddr;

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header,
    web::{self, Data, Json},
};
use medcert_application::App;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::{
    access::{Rule, public},
    metrics::Metrics,
    problem::{Failure, Kind},
    registry::Registry,
    rooms::Room,
};

/// What is running.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Version, example = json!({"name": "medcert", "version": "0.1.0"}))]
struct VersionView {
    /// Name of the program.
    name: &'static str,
    /// Its version (semantic versioning).
    version: &'static str,
}

/// How it is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Health, example = json!({"status": "ok"}))]
struct HealthView {
    /// `ok`, or the answer is a problem.
    status: &'static str,
}

/// Tell name and version of the program.
#[utoipa::path(tag = "operations", responses((status = 200, description = "What is running", body = VersionView)))]
#[get("/version")]
async fn version() -> Json<VersionView> {
    Json(VersionView { name: "medcert", version: env!("CARGO_PKG_VERSION") })
}

/// Tell that the process is alive.
#[utoipa::path(tag = "operations", responses((status = 200, description = "It is alive", body = HealthView)))]
#[get("/healthz")]
async fn healthz() -> Json<HealthView> {
    Json(HealthView { status: "ok" })
}

/// Tell whether requests can be served: database and object storage answer.
#[utoipa::path(tag = "operations", responses((status = 200, description = "It is ready", body = HealthView)))]
#[get("/readyz")]
async fn readyz(app: Data<App>) -> Result<Json<HealthView>, Failure> {
    let unavailable =
        |what: &str| Failure::new(Kind::Unavailable, format!("{what} does not answer")).retry_after(1);
    app.parts.store.check().await.map_err(|error| {
        tracing::warn!(error = %error, "the database does not answer");
        unavailable("the database")
    })?;
    app.parts.objects.check().await.map_err(|error| {
        tracing::warn!(error = %error, "the object storage does not answer");
        unavailable("the object storage")
    })?;
    Ok(Json(HealthView { status: "ok" }))
}

/// Numbers about requests, for Prometheus. Answered only to programs on the same machine that ask without a proxy;
/// those on other machines have a listener of their own where the installation opens one.
#[utoipa::path(tag = "operations", responses(
    (status = 200, description = "Numbers in the text format of Prometheus", body = String, content_type = "text/plain",
     example = "http_requests_in_flight 1\n")
))]
#[get("/metrics")]
async fn metrics(req: HttpRequest, metrics: Data<Metrics>) -> Result<HttpResponse, Failure> {
    let local =
        req.peer_addr().as_ref().map(SocketAddr::ip).is_some_and(|ip| ip.to_canonical().is_loopback());
    let relayed =
        req.headers().contains_key("x-forwarded-for") || req.headers().contains_key(header::FORWARDED);
    if !local || relayed {
        return Err(Failure::new(Kind::NotFound, "there is nothing at this address"));
    }
    Ok(numbers(metrics).await)
}

/// All numbers.
pub(crate) async fn numbers(counted: Data<Metrics>) -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(counted.text())
}

/// What this room brings.
pub(crate) const ROOM: Room = Room {
    tags: &[("operations", "Version, health and numbers of the installation")],
    access: &[ACCESS],
    root: routes,
    ..Room::EMPTY
};

/// Who may call what.
const ACCESS: &[Rule] = &[
    public("version"),
    public("healthz").probe(),
    public("readyz").probe(),
    public("metrics").probe().may_answer(&[404]),
    public("docs"),
];

fn routes(cfg: &mut Registry) {
    cfg.service(version).service(healthz).service(readyz).service(metrics);
}

/// The pages that show the OpenAPI document: they are no part of it.
pub(crate) fn undocumented(cfg: &mut web::ServiceConfig) {
    let pages = SwaggerUi::new("/docs/{_:.*}").config(Config::new(["/openapi.json"]));
    cfg.service(web::redirect("/docs", "/docs/")).service(pages);
}
