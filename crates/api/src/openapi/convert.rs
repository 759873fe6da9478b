//! OpenAPI 3.1 as 3.0: the differences that this document has, and no others.

use serde_json::{Map, Value, json};

/// The document in OpenAPI 3.0.3.
pub(super) fn to_3_0(mut document: Value) -> Value {
    if let Some(license) = document.pointer_mut("/info/license").and_then(Value::as_object_mut) {
        license.remove("identifier");
        license.insert("url".to_owned(), json!("https://www.apache.org/licenses/LICENSE-2.0"));
    }
    convert(&mut document);
    if let Some(members) = document.as_object_mut() {
        members.insert("openapi".to_owned(), json!("3.0.3"));
    }
    document
}

fn convert(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(convert),
        Value::Object(members) => {
            // Examples are data, whatever they look like.
            for (name, member) in members.iter_mut() {
                if !matches!(name.as_str(), "example" | "examples" | "default" | "enum") {
                    convert(member);
                }
            }
            schema(members);
        }
        _ => {}
    }
}

/// Rewrites what only a schema has.
fn schema(members: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = members.get("type").cloned() {
        let mut others = types.iter().filter(|t| *t != "null");
        let first = others.next().cloned();
        match (first, others.next()) {
            (Some(only), None) => members.insert("type".to_owned(), only),
            _ => members.remove("type"),
        };
        if types.iter().any(|t| t == "null") {
            members.insert("nullable".to_owned(), json!(true));
        }
    }
    for choice in ["oneOf", "anyOf"] {
        let Some(Value::Array(choices)) = members.get(choice).cloned() else { continue };
        let is_null = |schema: &Value| schema.get("type").is_some_and(|t| t == "null");
        let (nulls, rest): (Vec<Value>, Vec<Value>) = choices.into_iter().partition(is_null);
        if nulls.is_empty() {
            continue;
        }
        members.insert("nullable".to_owned(), json!(true));
        // A reference may have no neighbours in 3.0, so a single one is wrapped.
        let name = if rest.len() == 1 { "allOf" } else { choice };
        members.remove(choice);
        members.insert(name.to_owned(), Value::Array(rest));
    }
    if let Some(constant) = members.get("const").cloned().filter(|_| members.contains_key("type")) {
        members.remove("const");
        members.insert("enum".to_owned(), json!([constant]));
    }
    for bound in ["Minimum", "Maximum"] {
        let exclusive = format!("exclusive{bound}");
        if let Some(limit) = members.get(&exclusive).filter(|limit| limit.is_number()).cloned() {
            members.insert(exclusive, json!(true));
            members.insert(bound.to_lowercase(), limit);
        }
    }
    // 3.0 has one example a schema; a map of examples beside content is the same in both.
    if let Some(Value::Array(examples)) = members.get("examples").cloned() {
        members.remove("examples");
        if let Some(first) = examples.into_iter().next() {
            members.entry("example").or_insert(first);
        }
    }
    members.remove("propertyNames");
    let neighboured = members.len() > 1 && !members.contains_key("type");
    if let Some(reference) = members.get("$ref").filter(|_| neighboured).cloned() {
        members.remove("$ref");
        members.insert("allOf".to_owned(), json!([{"$ref": reference}]));
    }
}
