//! Completes the collected document: security, roles, shared headers and answers, from the rules of access.

use serde_json::{Value, json};
use utoipa::openapi::{
    Components, KnownFormat, OpenApi, RefOr, Required, SchemaFormat,
    extensions::Extensions,
    path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem},
    response::ResponseBuilder,
    schema::{ObjectBuilder, Type},
    security::SecurityRequirement,
};

use super::{BEARER, answers};
use crate::access::{self, Access, Header, Rule};

/// Completes all operations.
pub(super) fn complete(document: &mut OpenApi) {
    answers::add(document.components.get_or_insert_with(Components::new));
    for (path, item) in &mut document.paths.paths {
        for operation in operations(item) {
            let rule = operation.operation_id.as_deref().and_then(access::of);
            identify(path, operation);
            if let Some(rule) = rule {
                secure(rule, operation);
                headers(rule, operation);
            }
            share_answers(rule, operation);
        }
        if let Some(read) = &mut item.get {
            not_modified(read);
        }
    }
}

/// What is read with an ETag need not be sent again to whoever names it in If-None-Match.
fn not_modified(operation: &mut Operation) {
    let answers = &mut operation.responses.responses;
    let tagged = matches!(answers.get("200"), Some(RefOr::T(answer)) if answer.headers.contains_key("ETag"));
    if tagged {
        let answer =
            ResponseBuilder::new().description("What If-None-Match names is still what would be sent");
        answers.entry("304".to_owned()).or_insert_with(|| RefOr::T(answer.build()));
    }
}

/// The operations of a path.
pub(super) fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let methods = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
    methods.into_iter().flatten()
}

fn parameters(operation: &Operation, place: &ParameterIn) -> bool {
    let parameters = operation.parameters.iter().flatten();
    parameters
        .filter_map(|p| if let RefOr::T(p) = p { Some(p) } else { None })
        .any(|p| p.parameter_in == *place)
}

fn add_parameter(operation: &mut Operation, parameter: Parameter) {
    operation.parameters.get_or_insert_default().push(RefOr::T(parameter));
}

/// Describes `{id}`, which handlers take as a typed id that the collector cannot see.
fn identify(path: &str, operation: &mut Operation) {
    if !path.contains("{id}") {
        return;
    }
    let parameters = operation.parameters.get_or_insert_default();
    if parameters.iter().any(|p| matches!(p, RefOr::T(p) if p.name == "id" && p.schema.is_some())) {
        return;
    }
    let id = ParameterBuilder::new()
        .name("id")
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some("Identifier"))
        .schema(Some(
            ObjectBuilder::new()
                .schema_type(Type::String)
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid))),
        ))
        .example(Some("01890a5d-ac96-774b-bcce-b302099a8057".into()))
        .build();
    parameters.insert(0, RefOr::T(id));
}

/// Says who may call it.
fn secure(rule: &Rule, operation: &mut Operation) {
    let (requirements, sentence) = match rule.access {
        Access::Public => (vec![], "Needs no login.".to_owned()),
        Access::Optional => (
            vec![SecurityRequirement::default(), bearer()],
            "Needs no login, but knows who has one.".to_owned(),
        ),
        Access::SignedIn => (vec![bearer()], "For every signed-in user.".to_owned()),
        access => {
            let roles = access.roles().unwrap_or_default();
            let codes: Vec<&str> = roles.iter().map(|role| role.code()).collect();
            let granted = if access.can_be_granted() { ", and whoever is granted it" } else { "" };
            (vec![bearer()], format!("For {}{granted}.", codes.join(", ")))
        }
    };
    operation.security = Some(requirements);
    let described = operation.description.take().filter(|text| !text.is_empty());
    operation.description =
        Some(described.map_or_else(|| sentence.clone(), |text| format!("{text}\n\n{sentence}")));
    let roles: Value = rule.access.roles().map_or_else(
        || json!(if rule.access == Access::SignedIn { vec!["*"] } else { vec![] }),
        |roles| roles.iter().map(|role| role.code()).collect(),
    );
    operation.extensions.get_or_insert_with(Extensions::default).insert("x-roles".to_owned(), roles);
}

fn bearer() -> SecurityRequirement {
    SecurityRequirement::new(BEARER, Vec::<String>::new())
}

/// Describes the headers it reads.
fn headers(rule: &Rule, operation: &mut Operation) {
    let mut header = |read: Header, name: &str, description: &str, example: &str| {
        if read == Header::Ignored {
            return;
        }
        let required = if read == Header::Required { Required::True } else { Required::False };
        let parameter = ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Header)
            .required(required)
            .description(Some(description))
            .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
            .example(Some(example.into()))
            .build();
        add_parameter(operation, parameter);
    };
    header(
        rule.if_match,
        "If-Match",
        "The ETag you have seen; only its version is compared",
        "\"v3-5d41402a\"",
    );
    header(
        rule.key,
        "Idempotency-Key",
        "A string of your choice: a call repeated with it within 24 hours gets the first answer again",
        "\"8e03978e-40d5-43dd-bc93-6894a57f9324\"",
    );
}

/// Adds the problems it can answer with.
fn share_answers(rule: Option<&Rule>, operation: &mut Operation) {
    let access = rule.map_or(Access::Public, |rule| rule.access);
    let if_match = rule.map_or(Header::Ignored, |rule| rule.if_match);
    let key = rule.map_or(Header::Ignored, |rule| rule.key);
    let body = operation.request_body.is_some();
    let query = parameters(operation, &ParameterIn::Query);
    let path = parameters(operation, &ParameterIn::Path);
    let ranged = operation.responses.responses.contains_key("206");
    let action = matches!(access, Access::Action(_));
    let before_password_change = rule.is_some_and(|rule| rule.before_password_change);
    // What others refer to cannot be removed.
    let removes = operation.operation_id.as_deref().is_some_and(|id| id.starts_with("delete_"));
    let has = |holds: bool, statuses: &'static [u16]| if holds { statuses } else { &[] };
    let statuses = [
        has(true, &[406, 429, 500, 503]),
        has(access.needs_login(), &[401]),
        // Also for whoever must change the password first.
        has(access.needs_login() && !before_password_change, &[403]),
        has(path, &[404]),
        has(body, &[400, 413, 415, 422]),
        has(query, &[422]),
        has(ranged, &[416]),
        has(action || if_match == Header::Required || (body || removes) && access.needs_login(), &[409]),
        has(if_match != Header::Ignored, &[412]),
        has(if_match == Header::Required, &[428]),
        has(key != Header::Ignored, &[400, 409, 422]),
        rule.map_or(&[], |rule| rule.problems),
    ];
    for status in statuses.into_iter().flatten() {
        let answers = &mut operation.responses.responses;
        answers.entry(status.to_string()).or_insert_with(|| answers::reference(*status));
    }
}
