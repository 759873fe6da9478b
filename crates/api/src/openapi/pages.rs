//! The documents and pages that describe the API.

use std::sync::LazyLock;

use actix_web::{HttpResponse, get, web::Path};

use crate::{
    access::{Rule, public},
    problem::{Failure, Kind},
    registry::Registry,
    rooms::Room,
};

/// Both texts are the same for the life of the process.
static TEXT: LazyLock<String> = LazyLock::new(super::text);
static TEXT_3_0: LazyLock<String> = LazyLock::new(super::text_3_0);

fn json(text: &'static str) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(text)
}

/// This document (OpenAPI 3.1).
#[utoipa::path(tag = "documents", responses(
    (status = 200, description = "The document", body = serde_json::Value, example = json!({"openapi": "3.1.0"}))
))]
#[get("/openapi.json")]
async fn openapi_3_1() -> HttpResponse {
    json(&TEXT)
}

/// This document for tools that know only OpenAPI 3.0.
#[utoipa::path(tag = "documents", responses(
    (status = 200, description = "The document", body = serde_json::Value, example = json!({"openapi": "3.0.3"}))
))]
#[get("/openapi-3.0.json")]
async fn openapi_3_0() -> HttpResponse {
    json(&TEXT_3_0)
}

/// The page of a kind of problem.
#[utoipa::path(tag = "documents", params(("slug" = String, Path, description = "End of the problem's type", example = "stale")),
    responses((status = 200, description = "The page", body = String, content_type = "text/html",
               example = "<!doctype html><title>Changed meanwhile</title>")))]
#[get("/problems/{slug}")]
async fn problem_page(slug: Path<String>) -> Result<HttpResponse, Failure> {
    let kind = Kind::ALL.iter().find(|kind| kind.slug() == slug.as_str());
    let kind = kind.ok_or_else(|| Failure::new(Kind::NotFound, "there is no such kind of problem"))?;
    Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(page(*kind)))
}

/// Everything on it comes from the table, so nothing needs escaping.
fn page(kind: Kind) -> String {
    let (title, status, slug, meaning) = (kind.title(), kind.status(), kind.slug(), kind.meaning());
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title} – Medcert</title></head>\n\
         <body style=\"font-family: sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem\">\n\
         <h1>{title}</h1>\n<p>{meaning}</p>\n<p>Status {status}, type <code>/problems/{slug}</code> \
         (RFC 9457).</p>\n</body>\n</html>\n"
    )
}

/// What this room brings.
pub(crate) const ROOM: Room = Room {
    tags: &[("documents", "This document and the pages of problems")],
    access: &[ACCESS],
    root: routes,
    ..Room::EMPTY
};

/// Who may call what.
const ACCESS: &[Rule] = &[public("openapi_3_1"), public("openapi_3_0"), public("problem_page")];

fn routes(cfg: &mut Registry) {
    cfg.service(openapi_3_1).service(openapi_3_0).service(problem_page);
}
