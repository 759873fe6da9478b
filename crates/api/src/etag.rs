//! Answers that can be asked for again without being sent again.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        Method, StatusCode,
        header::{self, HeaderValue},
    },
};
use medcert_application::Error;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::problem::Failure;

/// The ETag of a version and what the caller is shown of it: callers may see different parts of the same version.
pub fn etag(version: i64, body: &[u8]) -> String {
    let [a, b, c, d, ..]: [u8; 32] = Sha256::digest(body).into();
    format!("\"v{version}-{a:02x}{b:02x}{c:02x}{d:02x}\"")
}

/// 200 with ETag, or 304 when a GET names in If-None-Match what would be sent.
pub fn versioned(req: &HttpRequest, version: i64, view: &impl Serialize) -> Result<HttpResponse, Failure> {
    let body = serde_json::to_vec(view).map_err(Error::internal)?;
    let tag = etag(version, &body);
    let read = matches!(*req.method(), Method::GET | Method::HEAD);
    if read && none_match(req, &tag) {
        return Ok(HttpResponse::NotModified().insert_header((header::ETAG, tag)).finish());
    }
    Ok(json(StatusCode::OK, &tag, body))
}

/// 201 with Location and ETag.
pub fn created(location: &str, version: i64, view: &impl Serialize) -> Result<HttpResponse, Failure> {
    let body = serde_json::to_vec(view).map_err(Error::internal)?;
    let mut answer = json(StatusCode::CREATED, &etag(version, &body), body);
    let location = HeaderValue::from_str(location).map_err(Error::internal)?;
    answer.headers_mut().insert(header::LOCATION, location);
    Ok(answer)
}

fn json(status: StatusCode, tag: &str, body: Vec<u8>) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((header::ETAG, tag))
        .insert_header(header::ContentType::json())
        .body(body)
}

/// Whether If-None-Match names the tag; compared weakly (RFC 9110 §13.1.2).
pub(crate) fn none_match(req: &HttpRequest, tag: &str) -> bool {
    req.headers()
        .get_all(header::IF_NONE_MATCH)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|seen| seen == "*" || seen.strip_prefix("W/").unwrap_or(seen) == tag)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_whole_match_is_not_sent_again() {
        let tag = etag(3, b"\"x\"");
        assert!(tag.starts_with("\"v3-") && tag.len() == 13);
        let status = |request: TestRequest, seen: &str| {
            let req = request.insert_header((header::IF_NONE_MATCH, seen)).to_http_request();
            versioned(&req, 3, &"x").unwrap().status().as_u16()
        };
        assert_eq!(status(TestRequest::get(), &tag), 304);
        assert_eq!(status(TestRequest::get(), &format!("\"a\", W/{tag}")), 304);
        assert_eq!(status(TestRequest::get(), "*"), 304);
        assert_eq!(status(TestRequest::get(), "\"v3-00000000\""), 200);
        assert_eq!(status(TestRequest::post(), &tag), 200);
    }
}
