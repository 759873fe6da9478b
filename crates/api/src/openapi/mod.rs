//! The OpenAPI document: collected from the routes, completed from the table of access.

mod answers;
mod complete;
mod convert;
mod pages;

use utoipa::{
    OpenApi as _,
    openapi::{
        OpenApi,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

pub(crate) use pages::routes;

use crate::{
    problem::{Fault, Problem},
    registry::Registry,
};

/// What no route says.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Medcert",
        description = "Clinics issue medical certificates: requests, payments, evaluations, certificates that anybody can verify.\n\nEvery failure is a problem (RFC 9457) with a `type` that has a page. Lists are read part by part with `next_cursor`. What has a version answers an `ETag`; send it back in `If-Match`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    servers((url = "/", description = "This installation")),
    components(schemas(Problem, Fault)),
    tags(
        (name = "auth", description = "Signing in and out, one's own account"),
        (name = "users", description = "Accounts of others"),
        (name = "certification", description = "Certification requests: from registration to the certificate"),
        (name = "files", description = "Files of requests"),
        (name = "certificates", description = "Issued certificates"),
        (name = "verification", description = "Checking a certificate, for anybody"),
        (name = "people", description = "Staff and promoters"),
        (name = "catalog", description = "Services and the institution"),
        (name = "jobs", description = "Work done in the background: imports, and what came of each line"),
        (name = "policy", description = "Who may do what"),
        (name = "reports", description = "Figures of the work, and exports"),
        (name = "operations", description = "Version, health and numbers of the installation"),
        (name = "documents", description = "This document and the pages of problems"),
    ),
)]
struct Base;

/// Name of the security scheme.
const BEARER: &str = "bearer";

/// The document (OpenAPI 3.1).
pub fn document() -> OpenApi {
    let mut document = Base::openapi();
    crate::app::routes(&mut Registry::describing(&mut document));
    let scheme = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("The access_token of POST /api/v1/auth/login"))
        .build();
    let components = document.components.get_or_insert_default();
    components.add_security_scheme(BEARER, SecurityScheme::Http(scheme));
    document.info.contact = None;
    complete::complete(&mut document);
    document
}

/// The addresses with what is answered there, and nothing else: enough to know which methods an address has.
pub(crate) fn addresses() -> OpenApi {
    let mut document = OpenApi::default();
    crate::app::routes(&mut Registry::addressing(&mut document));
    document
}

/// The document as text: indented, with a line break at the end.
pub fn text() -> String {
    let mut text = document().to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

/// The same in OpenAPI 3.0.3, for tools that know no newer one.
pub fn text_3_0() -> String {
    let document = serde_json::to_value(document()).unwrap_or_default();
    let mut text = serde_json::to_string_pretty(&convert::to_3_0(document)).unwrap_or_default();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests;
