//! Issued certificates, for the clinic.

use crate::registry::Registry;
use actix_web::{HttpRequest, HttpResponse, get, http::header, web::Data};
use medcert_application::{App, certification};
use medcert_domain::{
    Invalid,
    certification::{Certificate, READ_CERTIFICATES},
};
use serde::Deserialize;

use super::super::{certificate_filter::CertificatesQuery, views::CertificateView};
use crate::{
    access::{Rule, permitted},
    audited_entity::ReadRequest,
    caller::Caller,
    etag::none_match,
    page::{List, ListRequest, PageParams},
    path::PathId,
    problem::Failure,
    query::Query,
};

/// List certificates, newest first. A doctor sees those they attested.
#[utoipa::path(tag = "certificates", params(CertificatesQuery, PageParams),
    responses((status = 200, description = "The certificates", body = List<CertificateView>,
        headers(("Link" = String, description = "The next part, `rel=next`")))))]
#[get("/certificates")]
async fn list_certificates(call: ListRequest<CertificatesQuery>) -> Result<HttpResponse, Failure> {
    let filter = call.query.filter(&call.app).await?;
    let found = certification::certificates(&call.app, &call.caller, filter, &call.page).await?;
    call.answer_with(found, |seen| CertificateView::from(&seen))
}

/// Show a certificate.
#[utoipa::path(tag = "certificates",
    responses((status = 200, description = "The certificate", body = CertificateView,
        headers(("ETag" = String, description = "Its version")))))]
#[get("/certificates/{id}")]
async fn get_certificate(call: ReadRequest, id: PathId<Certificate>) -> Result<HttpResponse, Failure> {
    let seen = certification::certificate(&call.app, &call.caller, id.0).await?;
    call.show(seen.certificate.version, &CertificateView::from(&seen))
}

/// Which copy.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct CopyQuery {
    /// `holder`: the copy without diagnoses; also when left out. There is no other copy yet: any other word is
    /// refused.
    #[param(example = "holder", pattern = "^holder$")]
    copy: Option<String>,
}

impl CopyQuery {
    fn check(&self) -> Result<(), Invalid> {
        match self.copy.as_deref() {
            None | Some("holder") => Ok(()),
            Some(_) => Err(Invalid::one("/copy", "unknown-value", "must be holder")),
        }
    }
}

/// Fetch the PDF of a certificate. Its bytes never change.
#[utoipa::path(tag = "certificates", params(CopyQuery),
    responses((status = 200, description = "The PDF", body = String, content_type = "application/pdf",
        headers(
            ("ETag" = String, description = "SHA-256 of the file"),
            ("Content-Disposition" = String, description = "A file name made of the number"),
        ), example = json!("%PDF-1.7"))))]
#[get("/certificates/{id}/pdf")]
async fn get_certificate_pdf(
    caller: Caller,
    app: Data<App>,
    req: HttpRequest,
    id: PathId<Certificate>,
    query: Query<CopyQuery>,
) -> Result<HttpResponse, Failure> {
    query.0.check()?;
    let (certificate, pdf) = certification::certificate_pdf(&app, &caller, id.0).await?;
    let tag = format!("\"{}\"", certificate.pdf_sha256);
    if none_match(&req, &tag) {
        return Ok(HttpResponse::NotModified().insert_header((header::ETAG, tag)).finish());
    }
    // Numbers are letters, digits and hyphens, so the name needs no escaping.
    let name = format!("inline; filename=\"{}.pdf\"", certificate.number);
    Ok(HttpResponse::Ok()
        .content_type("application/pdf")
        .insert_header((header::ETAG, tag))
        .insert_header((header::CONTENT_DISPOSITION, name))
        .body(pdf))
}

/// Who may call what.
pub(super) const ACCESS: &[Rule] = &[
    permitted("list_certificates", READ_CERTIFICATES),
    permitted("get_certificate", READ_CERTIFICATES),
    permitted("get_certificate_pdf", READ_CERTIFICATES),
];

pub(super) fn routes(cfg: &mut Registry) {
    cfg.service(list_certificates).service(get_certificate).service(get_certificate_pdf);
}

#[cfg(test)]
mod tests {
    use super::CopyQuery;

    #[test]
    fn only_the_holders_copy_is_there() {
        let check = |query: &str| crate::query::read::<CopyQuery>(query).and_then(|query| query.check());
        assert!(check("").is_ok() && check("copy=holder").is_ok());
        assert_eq!(check("copy=clinical").unwrap_err().faults[0].pointer, "/copy");
    }
}
