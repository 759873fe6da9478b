//! The answers that all operations share: one component a status, with an example for each kind of problem.

use serde_json::Value;
use utoipa::openapi::{
    Components, Content, Ref, RefOr, Response,
    content::ContentBuilder,
    example::ExampleBuilder,
    header::{Header, HeaderBuilder},
    response::ResponseBuilder,
    schema::{ObjectBuilder, Type},
};

use crate::problem::{Fault, Kind, MEDIA_TYPE, Problem};

/// Name of the component for a status.
fn name(status: u16) -> String {
    format!("Problem{status}")
}

/// A reference to the answer for a status.
pub(super) fn reference(status: u16) -> RefOr<Response> {
    RefOr::Ref(Ref::from_response_name(name(status)))
}

/// Adds all of them.
pub(super) fn add(components: &mut Components) {
    let mut statuses: Vec<u16> = Kind::ALL.iter().map(|kind| kind.status().as_u16()).collect();
    statuses.dedup();
    for status in statuses {
        components.responses.insert(name(status), RefOr::T(answer(status)));
    }
}

fn answer(status: u16) -> Response {
    let kinds: Vec<Kind> =
        Kind::ALL.iter().copied().filter(|kind| kind.status().as_u16() == status).collect();
    let titles: Vec<&str> = kinds.iter().map(|kind| kind.title()).collect();
    let mut response =
        ResponseBuilder::new().description(titles.join(" · ")).content(MEDIA_TYPE, content(&kinds));
    let headers: &[(&str, &str, Value)] = &match status {
        401 => vec![("WWW-Authenticate", "How to sign in", "Bearer realm=\"medcert\"".into())],
        405 => vec![("Allow", "The methods there are", "GET, HEAD, OPTIONS".into())],
        416 => vec![("Content-Range", "The length there is", "bytes */1024".into())],
        429 => vec![
            ("Retry-After", "Seconds to wait", 1.into()),
            ("RateLimit-Limit", "Requests a second", 100.into()),
            ("RateLimit-Remaining", "Requests left", 0.into()),
            ("RateLimit-Reset", "Seconds until all are left again", 1.into()),
        ],
        503 => vec![("Retry-After", "Seconds to wait", 1.into())],
        _ => vec![],
    };
    for (name, description, example) in headers {
        response = response.header(*name, header(description, example));
    }
    response.build()
}

/// The description of a header of answers.
pub(super) fn header(description: &str, example: &Value) -> Header {
    let kind = if example.is_number() { Type::Integer } else { Type::String };
    HeaderBuilder::new()
        .schema(Some(ObjectBuilder::new().schema_type(kind)))
        .description(Some(description))
        .example(Some(example.clone()))
        .build()
}

fn content(kinds: &[Kind]) -> Content {
    let examples = kinds.iter().map(|kind| {
        let example = ExampleBuilder::new().summary(kind.title()).value(Some(example(*kind))).build();
        (kind.slug(), example)
    });
    ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).examples_from_iter(examples).build()
}

fn example(kind: Kind) -> Value {
    let mut problem = Problem {
        detail: kind.meaning().to_owned(),
        instance: "/api/v1/certification-requests".to_owned(),
        request_id: "01890a5d-ac96-774b-bcce-b302099a8058".to_owned(),
        ..Problem::of(kind)
    };
    if kind == Kind::Invalid {
        problem.errors = vec![Fault {
            pointer: "/client/given_names".to_owned(),
            code: "blank".to_owned(),
            message: "must not be empty".to_owned(),
        }];
    }
    if kind == Kind::WrongStage {
        problem.action = Some("ISSUE".to_owned());
        problem.stage = Some("PAID".to_owned());
        problem.reasons = Some(vec!["EVALUATION_MISSING".to_owned()]);
    }
    serde_json::to_value(&problem).unwrap_or_default()
}
