//! Problems (RFC 9457): the one answer to whatever does not work, and the one table of their kinds.

mod kind;
mod refused;

use std::{error::Error as StdError, fmt};

use actix_web::{
    HttpResponse, ResponseError,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
};
use serde::Serialize;
use utoipa::ToSchema;

pub use kind::Kind;

/// Media type of problems.
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";

/// A value that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ProblemFault, example = json!({
    "pointer": "/client/given_names", "code": "blank", "message": "must not be empty"
}))]
pub struct Fault {
    /// JSON pointer (RFC 6901) into the body; the name of a query parameter or path part follows a slash too.
    pub pointer: String,
    /// What is wrong, for programs: kebab case, stable.
    pub code: String,
    /// What is wrong, for people.
    pub message: String,
}

/// A request that stands in the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ProblemRequest, example = json!({
    "request_id": "01940000-0000-7000-8000-000000000007", "code": "MC-2026-000123"
}))]
pub struct ProblemRequest {
    /// The request.
    pub request_id: uuid::Uuid,
    /// Its code.
    pub code: String,
}

/// A problem (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({
    "type": "/problems/not-found", "title": "Not found", "status": 404, "detail": "user not found",
    "instance": "/api/v1/users/01890a5d-ac96-774b-bcce-b302099a8057/suspend",
    "request_id": "01890a5d-ac96-774b-bcce-b302099a8058"
}))]
pub struct Problem {
    /// What kind of problem it is: the address of its page.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in words.
    pub title: &'static str,
    /// The status of the answer.
    pub status: u16,
    /// This occurrence in words.
    pub detail: String,
    /// The path that was asked for.
    pub instance: String,
    /// Identifier of the HTTP request, to be told to whoever looks into it.
    pub request_id: String,
    /// The values that were refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<Fault>,
    /// `wrong-stage`: what was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// `wrong-stage`: where the request stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// `wrong-stage`: what stands in the way; empty when the stage itself does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasons: Option<Vec<String>>,
    /// `stale`: what changed since the evaluation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fields: Option<Vec<String>>,
    /// `in-use`: how many things refer to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// `in-use`: the first of them, where they are requests that somebody has to look at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests: Option<Vec<ProblemRequest>>,
    /// `duplicate`, `stale`: the record that is there already, or that is used instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub existing_id: Option<uuid::Uuid>,
}

impl Problem {
    /// A problem of this kind that says nothing but its kind.
    pub fn of(kind: Kind) -> Self {
        Self {
            kind: format!("/problems/{}", kind.slug()),
            title: kind.title(),
            status: kind.status().as_u16(),
            detail: String::new(),
            instance: String::new(),
            request_id: String::new(),
            errors: Vec::new(),
            action: None,
            stage: None,
            reasons: None,
            fields: None,
            count: None,
            requests: None,
            existing_id: None,
        }
    }
}

/// Why a handler or the gate before it answers with a problem. Path and request id are filled in by the outermost
/// middleware, which also logs the cause of what is unexpected.
#[derive(Debug)]
pub struct Failure(Box<Parts>);

#[derive(Debug)]
struct Parts {
    kind: Kind,
    problem: Problem,
    retry_after: Option<u64>,
    allow: Option<String>,
    length: Option<u64>,
    cause: Option<Box<dyn StdError + Send + Sync>>,
}

impl Failure {
    /// A problem of this kind; `detail` is one sentence without personal data.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        let problem = Problem { detail: detail.into(), ..Problem::of(kind) };
        Self(Box::new(Parts { kind, problem, retry_after: None, allow: None, length: None, cause: None }))
    }

    /// The problem for an answer that came from below us with nothing but a status.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        let kind = Kind::of_status(status);
        Self::new(kind, kind.title())
    }

    /// 405 with the methods there are.
    pub(crate) fn method_not_allowed(allow: String) -> Self {
        let mut failure = Self::new(Kind::MethodNotAllowed, format!("this address has {allow}"));
        failure.0.allow = Some(allow);
        failure
    }

    /// 416 with the length there is.
    pub(crate) fn range_not_satisfiable(length: u64) -> Self {
        let detail = format!("there are {length} bytes");
        let mut failure = Self::new(Kind::RangeNotSatisfiable, detail);
        failure.0.length = Some(length);
        failure
    }

    /// Adds Retry-After, in seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    fn caused_by(mut self, cause: Box<dyn StdError + Send + Sync>) -> Self {
        self.0.cause = Some(cause);
        self
    }

    fn with(mut self, change: impl FnOnce(&mut Problem)) -> Self {
        change(&mut self.0.problem);
        self
    }

    /// Its kind.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// Writes the cause of what is unexpected to the log: called once, where the answer is made.
    pub(crate) fn log(&self, request_id: &str) {
        if let Some(cause) = &self.0.cause {
            let mut chain = cause.to_string();
            let mut source = cause.source();
            while let Some(deeper) = source {
                chain.push_str(": ");
                chain.push_str(&deeper.to_string());
                source = deeper.source();
            }
            tracing::error!(request.id = request_id, error = %chain, "a request failed");
        }
    }

    /// The problem itself, for answers that hold several.
    pub(crate) fn problem(&self, instance: &str, request_id: &str) -> Problem {
        Problem { instance: instance.to_owned(), request_id: request_id.to_owned(), ..self.0.problem.clone() }
    }

    /// The answer, complete but for what every answer carries.
    pub(crate) fn answer(&self, instance: &str, request_id: &str) -> HttpResponse {
        let problem = self.problem(instance, request_id);
        let mut answer = HttpResponse::build(self.0.kind.status());
        answer.insert_header((header::CONTENT_TYPE, MEDIA_TYPE));
        if self.0.kind.status() == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Bearer realm=\"medcert\"");
            answer.insert_header((header::WWW_AUTHENTICATE, challenge));
        }
        if let Some(seconds) = self.0.retry_after {
            answer.insert_header((header::RETRY_AFTER, seconds));
        }
        if let Some(allow) = &self.0.allow {
            answer.insert_header((header::ALLOW, allow.as_str()));
        }
        if let Some(length) = self.0.length {
            answer.insert_header((header::CONTENT_RANGE, format!("bytes */{length}")));
        }
        answer.body(serde_json::to_vec(&problem).unwrap_or_default())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.problem.detail)
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        self.0.kind.status()
    }

    fn error_response(&self) -> HttpResponse {
        self.answer("", "")
    }
}

#[cfg(test)]
mod tests;
