//! The institution's logo.

use actix_web::{
    FromRequest, HttpRequest, HttpResponse, delete, dev::Payload, get, http::header, put, web::Data,
};
use bytes::{Bytes, BytesMut};
use futures::{StreamExt as _, future::LocalBoxFuture};
use medcert_application::{
    App, Error,
    catalog::{self, LOGO_LIMIT},
};
use medcert_domain::catalog::WRITE_INSTITUTION;

use super::institution::InstitutionView;
use crate::{
    access::{Rule, permitted, public},
    caller::Caller,
    etag::{none_match, versioned},
    preconditions::Preconditions,
    problem::Failure,
    registry::Registry,
};

/// A file as sent, read no further than a logo may be long.
struct File(Result<Bytes, Error>);

impl FromRequest for File {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(_: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let mut payload = payload.take();
        Box::pin(async move {
            let mut bytes = BytesMut::new();
            while let Some(part) = payload.next().await {
                let Ok(part) = part else {
                    let what = "the body ended too early".to_owned();
                    return Ok(Self(Err(Error::Malformed(what))));
                };
                if bytes.len() + part.len() > LOGO_LIMIT {
                    return Ok(Self(Err(Error::TooLarge(LOGO_LIMIT))));
                }
                bytes.extend_from_slice(&part);
            }
            Ok(Self(Ok(bytes.freeze())))
        })
    }
}

/// Fetch the logo; it is printed on every certificate, so anybody may.
#[utoipa::path(tag = "catalog", responses(
    (status = 200, description = "The logo",
        content((String = "image/png", example = json!("\u{89}PNG")), (String = "image/jpeg", example = json!("\u{ff}\u{d8}"))),
        headers(
            ("ETag" = String, description = "SHA-256 of the file"),
            ("Cache-Control" = String, description = "Five minutes, for everybody"),
        ))))]
#[get("/institution/logo")]
async fn get_logo(app: Data<App>, req: HttpRequest) -> Result<HttpResponse, Failure> {
    let (logo, bytes) = catalog::logo(&app).await?;
    let tag = format!("\"{}\"", logo.sha256);
    let cached = (header::CACHE_CONTROL, "public, max-age=300");
    if none_match(&req, &tag) {
        return Ok(HttpResponse::NotModified()
            .insert_header((header::ETAG, tag))
            .insert_header(cached)
            .finish());
    }
    Ok(HttpResponse::Ok()
        .content_type(logo.kind.media_type())
        .insert_header((header::ETAG, tag))
        .insert_header(cached)
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        // A site that shows the verdict of a certificate may show whose it is.
        .insert_header((header::CROSS_ORIGIN_RESOURCE_POLICY, "cross-origin"))
        // Shown in pages only: whoever opens it by itself runs nothing.
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .body(bytes))
}

/// Set the logo: a PNG or JPEG of at most 512 KiB and four million pixels, known by its contents.
///
/// It is printed on certificates issued from now on.
#[utoipa::path(tag = "catalog",
    request_body(content = String, content_type = "image/png", description = "The file: PNG or JPEG",
        example = json!("\u{89}PNG")),
    responses((status = 200, description = "The profile as it is now", body = InstitutionView,
        headers(("ETag" = String, description = "Its version")))))]
#[put("/institution/logo")]
async fn set_logo(
    caller: Caller,
    app: Data<App>,
    req: HttpRequest,
    preconditions: Preconditions,
    file: File,
) -> Result<HttpResponse, Failure> {
    let profile = catalog::set_logo(&app, &caller, file.0?, preconditions.if_match()).await?;
    versioned(&req, profile.version, &InstitutionView::from(profile))
}

/// Take the logo away. Certificates keep the one they were printed with.
#[utoipa::path(tag = "catalog", responses((status = 204, description = "There is no logo any longer")))]
#[delete("/institution/logo")]
async fn remove_logo(
    caller: Caller,
    app: Data<App>,
    preconditions: Preconditions,
) -> Result<HttpResponse, Failure> {
    catalog::remove_logo(&app, &caller, preconditions.if_match()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Who may call what.
pub(super) const ACCESS: &[Rule] = &[
    public("get_logo").may_answer(&[404]),
    permitted("set_logo", WRITE_INSTITUTION).needs_if_match(),
    permitted("remove_logo", WRITE_INSTITUTION).needs_if_match().may_answer(&[404]),
];

pub(super) fn routes(cfg: &mut Registry) {
    cfg.service(get_logo).service(set_logo).service(remove_logo);
}
