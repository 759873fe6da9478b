//! The outermost layer: gives every request an id, every failure its problem, every answer its headers, and tells
//! log and metrics about it.

use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use actix_web::{
    HttpMessage as _, HttpResponse, ResponseError,
    body::{BodySize, BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method, StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
};
use bytes::Bytes;
use medcert_domain::policy::Origin;
use tracing::{Instrument as _, field};

use crate::{
    api_state::ApiState,
    caller::{self, Source},
    problem::{Failure, Kind, MEDIA_TYPE},
    security_headers::harden,
};

/// What is known of a request before it is served.
#[derive(Debug, Clone)]
struct RequestInfo {
    id: String,
    /// The path without the query, which may hold names.
    path: String,
    https: bool,
}

/// Serves a request and looks after its answer.
pub(crate) async fn watch(
    shared: Arc<ApiState>,
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let began = Instant::now();
    let running = shared.metrics.begin();
    let id = caller::request_id(&req).unwrap_or_else(|| shared.app.parts.ids.uuid().to_string());
    let info = RequestInfo { id, path: req.path().to_owned(), https: shared.https };
    let method = req.method().clone();
    let template =
        shared.table.find(req.match_info().as_str()).map_or("-", |found| found.template).to_owned();
    let origin = Origin {
        request_id: info.id.clone(),
        address: caller::address(&req, &shared.options.trusted_proxies).map(|address| address.to_string()),
        agent: caller::agent(&req),
    };
    req.extensions_mut().insert(Source(origin));
    let span = tracing::info_span!(
        "request", request.id = info.id, method = %method, path = template, trace.id = field::Empty
    );
    if let Some(trace) = trace_id(req.headers()) {
        span.record("trace.id", trace);
    }

    // In a task of its own, so that it runs to its end even when the caller goes away: an abandoned statement can
    // leave a database connection out of step, and a half-told use case helps nobody.
    let served = actix_web::rt::spawn(next.call(req).instrument(span.clone())).await;
    drop(running);
    let answer = span.in_scope(|| match served {
        Ok(Ok(answer)) => Ok(finish(&info, &method, answer)),
        Ok(Err(error)) => Err(unfinished(&info, &error)),
        Err(_) => {
            tracing::error!("a handler panicked");
            Err(Unfinished { failure: Failure::new(Kind::Internal, "internal error"), info: info.clone() })
        }
    });
    let status = answer.as_ref().map_or_else(ResponseError::status_code, ServiceResponse::status);
    tell(&shared, &span, &method, &template, status, began.elapsed());
    answer.map_err(Into::into)
}

fn tell(
    shared: &ApiState,
    span: &tracing::Span,
    method: &Method,
    template: &str,
    status: StatusCode,
    took: Duration,
) {
    shared.metrics.served(method, template, status, took);
    let milliseconds = took.as_secs_f64() * 1000.0;
    span.in_scope(|| tracing::info!(status = status.as_u16(), duration_ms = milliseconds, "answered"));
}

/// The trace that the caller takes part in (W3C Trace Context §3.2).
fn trace_id(headers: &HeaderMap) -> Option<&str> {
    let mut parts = headers.get("traceparent")?.to_str().ok()?.split('-');
    let (version, trace) = (parts.next()?, parts.next()?);
    let hex = |text: &str, length| {
        text.len() == length && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    (hex(version, 2) && hex(trace, 32)).then_some(trace)
}

/// Turns failures into problems and adds what every answer carries.
fn finish<B: MessageBody + 'static>(
    info: &RequestInfo,
    asked: &Method,
    answer: ServiceResponse<B>,
) -> ServiceResponse<BoxBody> {
    let mut answer = match problem(info, &answer) {
        Some(problem) => answer.into_response(problem),
        None => answer.map_into_boxed_body(),
    };
    complete(info, answer.headers_mut());
    if asked == Method::HEAD {
        answer.map_body(|_, body| BoxBody::new(Headless(body.size())))
    } else {
        answer
    }
}

/// What lets other sites read an answer.
const SHARING: [&str; 2] = ["access-control-allow-origin", "cross-origin-resource-policy"];

/// The problem to answer with instead, if this answer is a failure that is none yet.
fn problem<B>(info: &RequestInfo, answer: &ServiceResponse<B>) -> Option<HttpResponse> {
    let known = answer.response().error().and_then(|error| error.as_error::<Failure>());
    if let Some(failure) = known {
        failure.log(&info.id);
        let mut problem = failure.answer(&info.path, &info.id);
        // What the gate said of limits stays true, and a failure may be read by whoever may read the answer.
        for (name, value) in answer.headers() {
            if name.as_str().starts_with("ratelimit-") || SHARING.contains(&name.as_str()) {
                problem.headers_mut().insert(name.clone(), value.clone());
            }
        }
        return Some(problem);
    }
    let status = answer.status();
    // A page says for itself what is wrong.
    let kind = answer.headers().get(header::CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    let is_problem = kind == MEDIA_TYPE.as_bytes() || kind.starts_with(b"text/html");
    let failed = status.is_client_error() || status.is_server_error();
    (failed && !is_problem).then(|| Failure::of_status(status).answer(&info.path, &info.id))
}

fn complete(info: &RequestInfo, headers: &mut HeaderMap) {
    if let Ok(id) = HeaderValue::from_str(&info.id) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
    harden(headers, info.https);
}

/// A failure that left no request to answer: actix answers it by [`ResponseError`].
#[derive(Debug)]
struct Unfinished {
    failure: Failure,
    info: RequestInfo,
}

fn unfinished(info: &RequestInfo, error: &actix_web::Error) -> Unfinished {
    let status = error.as_response_error().status_code();
    Unfinished { failure: Failure::of_status(status), info: info.clone() }
}

impl fmt::Display for Unfinished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.failure.fmt(f)
    }
}

impl ResponseError for Unfinished {
    fn status_code(&self) -> StatusCode {
        self.failure.status_code()
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = self.failure.answer(&self.info.path, &self.info.id);
        complete(&self.info, answer.headers_mut());
        answer
    }
}

/// The body of an answer to HEAD: as long as that of GET, but never sent.
struct Headless(BodySize);

impl MessageBody for Headless {
    type Error = std::convert::Infallible;

    fn size(&self) -> BodySize {
        self.0
    }

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Poll::Ready(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_valid_traces_are_told() {
        let trace = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(HeaderName::from_static("traceparent"), HeaderValue::from_str(text).unwrap());
            trace_id(&headers).map(ToOwned::to_owned)
        };
        let id = "4bf92f3577b34da6a3ce929d0e0e4736";
        assert_eq!(trace(&format!("00-{id}-00f067aa0ba902b7-01")).as_deref(), Some(id));
        assert_eq!(trace("00-secret-00f067aa0ba902b7-01"), None);
    }
}
