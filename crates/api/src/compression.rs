//! Which answers are compressed on their way: none whose bytes are compressed in themselves. Doing it again costs time,
//! gains nothing, and takes the length from the answer.

use actix_web::{
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::{self, HeaderMap, HeaderValue},
    middleware::Next,
};

/// Beginnings of media types whose bytes are dense already.
const DENSE: &[&str] = &[
    "application/gzip",
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.",
    "application/zip",
    "font/woff",
    "image/",
];

/// A picture that is a text.
const DRAWING: &str = "image/svg";

/// Whom the middleware that compresses leaves alone.
const MARK: &str = "identity";

fn is_dense(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    !kind.starts_with(DRAWING) && DENSE.iter().any(|dense| kind.starts_with(dense))
}

/// Inside of what compresses: marks what is to be left as it is.
pub(crate) async fn spare<B: MessageBody + 'static>(
    req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let mut answer = next.call(req).await?;
    if is_dense(answer.headers()) {
        answer.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(MARK));
    }
    Ok(answer)
}

/// Outside of it: takes the mark away, which is no encoding that an answer may name (RFC 9110 §8.4.1).
pub(crate) async fn unmark<B: MessageBody + 'static>(
    req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let mut answer = next.call(req).await?;
    if answer.headers().get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding == MARK) {
        answer.headers_mut().remove(header::CONTENT_ENCODING);
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use medcert_domain::files::MediaType;

    use super::*;

    #[test]
    fn every_file_that_is_kept_is_dense() {
        let dense = |kind: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
            is_dense(&headers)
        };
        for kind in MediaType::ALL {
            assert!(dense(kind.code()), "{kind}");
        }
        for text in ["application/json", "text/csv; charset=utf-8", "text/html", "image/svg+xml", ""] {
            assert!(!dense(text), "{text}");
        }
        assert!(!is_dense(&HeaderMap::new()));
    }
}
