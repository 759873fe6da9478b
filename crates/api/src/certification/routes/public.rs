//! Checking a certificate: for anybody with the paper in hand.

use crate::registry::Registry;
use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header,
    middleware::DefaultHeaders,
    web::{Data, Json, Path},
};
use medcert_application::{App, Error, certification};

use super::super::{public_page, views::PublicCertificateView};
use crate::access::{Rule, public};
use crate::problem::Failure;

/// Check a certificate by the identifier its QR code leads to.
///
/// The answer tells no more than the paper does. Compare both, and the holder's identity document.
#[utoipa::path(tag = "verification",
    params(("public_id" = String, Path, description = "32 hexadecimal digits",
        example = "3f2c9a7e5b1d48068c4e2f6a9d0b7c11")),
    responses((status = 200, description = "What anybody may know", body = PublicCertificateView,
        headers(("Access-Control-Allow-Origin" = String, description = "`*`: any site may ask")))))]
#[get("/certificates/{public_id}")]
async fn get_public_certificate(
    app: Data<App>,
    public_id: Path<String>,
) -> Result<Json<PublicCertificateView>, Failure> {
    Ok(Json(certification::public_certificate(&app, &public_id).await?.into()))
}

/// Show the page that the QR code of a certificate leads to.
#[utoipa::path(tag = "verification",
    params(
        ("public_id" = String, Path, description = "32 hexadecimal digits",
            example = "3f2c9a7e5b1d48068c4e2f6a9d0b7c11"),
        ("lang" = Option<String>, Query, description = "`en`, `es`, `pt` or `uk`; else as the browser prefers",
            example = "es"),
    ),
    responses(
        (status = 200, description = "The page", body = String, content_type = "text/html",
            example = "<!doctype html><title>Genuine</title>"),
        (status = 404, description = "The page for a certificate that is not known here", body = String,
            content_type = "text/html", example = "<!doctype html><title>Unknown</title>"),
    ))]
#[get("/v/{public_id}")]
async fn certificate_page(
    app: Data<App>,
    req: HttpRequest,
    public_id: Path<String>,
) -> Result<HttpResponse, Failure> {
    let (mut answer, page) = match certification::public_certificate(&app, &public_id).await {
        Ok(found) => {
            (HttpResponse::Ok(), public_page::known(&found, public_page::language(&req, Some(found.locale))))
        }
        Err(Error::NotFound(_)) => {
            let profile = app.profile().await?;
            let language = public_page::language(&req, None);
            (HttpResponse::NotFound(), public_page::unknown(&profile, app.now(), language))
        }
        Err(error) => return Err(error.into()),
    };
    let vary = (header::VARY, "Accept-Language");
    Ok(answer.content_type("text/html; charset=utf-8").insert_header(vary).body(page))
}

/// Who may call what.
pub(super) const ACCESS: &[Rule] = &[public("get_public_certificate"), public("certificate_page")];

pub(super) fn routes(cfg: &mut Registry) {
    let open = DefaultHeaders::new()
        .add((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .add(("Cross-Origin-Resource-Policy", "cross-origin"));
    cfg.service(utoipa_actix_web::scope("/public").wrap(open).service(get_public_certificate));
}

pub(super) fn root(cfg: &mut Registry) {
    cfg.service(certificate_page);
}
