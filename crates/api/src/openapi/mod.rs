//! The OpenAPI document: collected from the routes, completed from the rules of access.

mod answers;
mod complete;
mod convert;
mod pages;

use utoipa::{
    OpenApi as _,
    openapi::{
        OpenApi,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
        tag::TagBuilder,
    },
};

pub(crate) use pages::ROOM;

use crate::{
    problem::{Fault, Problem},
    registry::Registry,
    rooms::{self, ROOMS},
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
)]
struct Base;

/// Name of the security scheme.
const BEARER: &str = "bearer";

/// The document (OpenAPI 3.1).
pub fn document() -> OpenApi {
    let mut document = Base::openapi();
    rooms::routes(&mut Registry::describing(&mut document));
    let tags = ROOMS.iter().flat_map(|room| room.tags);
    let tag = |(name, says): &(&str, &str)| TagBuilder::new().name(*name).description(Some(*says)).build();
    document.tags = Some(tags.map(tag).collect());
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
    rooms::routes(&mut Registry::addressing(&mut document));
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
