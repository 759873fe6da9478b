//! Headers that every answer carries.

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};

/// For pages: own scripts and styles only, framed by nobody.
const PAGE_POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// For everything that is no page: it loads nothing.
const DATA_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// For documents that a viewer in the browser shows: what the viewer loads is its own affair.
const VIEWED_POLICY: &str = "frame-ancestors 'none'";

/// Adds what is missing; a handler that sets one of them knows better.
pub(crate) fn harden(headers: &mut HeaderMap, https: bool) {
    let kind = headers.get(header::CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    let policy = if kind.starts_with(b"text/html") {
        PAGE_POLICY
    } else if kind.starts_with(b"application/pdf") || kind.starts_with(b"image/") {
        VIEWED_POLICY
    } else {
        DATA_POLICY
    };
    let mut add = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    add(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    add(header::REFERRER_POLICY, "no-referrer");
    add(header::X_FRAME_OPTIONS, "DENY");
    add(header::CONTENT_SECURITY_POLICY, policy);
    add(header::CACHE_CONTROL, "no-store");
    add(header::PERMISSIONS_POLICY, "camera=(), geolocation=(), microphone=()");
    add(header::CROSS_ORIGIN_OPENER_POLICY, "same-origin");
    add(header::CROSS_ORIGIN_RESOURCE_POLICY, "same-origin");
    if https {
        add(header::STRICT_TRANSPORT_SECURITY, "max-age=63072000");
    }
}
