use std::{collections::BTreeSet, fs, path::Path};

use serde_json::Value;

use super::*;
use crate::access;

fn value() -> Value {
    serde_json::to_value(document()).unwrap()
}

fn operations(document: &Value) -> Vec<(String, Value)> {
    let items = document["paths"].as_object().unwrap();
    let operations = items.iter().flat_map(|(path, item)| {
        let operations = item.as_object().unwrap().iter();
        operations.map(move |(method, operation)| (format!("{method} {path}"), operation.clone()))
    });
    operations.collect()
}

fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                found.insert(reference.clone());
            }
            members.values().for_each(|member| references(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[test]
fn the_document_is_ours() {
    let document = value();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["info"]["title"], "Medcert");
    assert_eq!(document["info"]["license"]["name"], "Apache-2.0");
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(document["info"].get("contact"), None);
    assert_eq!(document["servers"][0]["url"], "/");
}

#[test]
fn every_reference_leads_somewhere() {
    for document in [value(), serde_json::from_str(&text_3_0()).unwrap()] {
        let mut found = BTreeSet::new();
        references(&document, &mut found);
        for reference in found {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
    }
}

#[test]
fn every_operation_has_its_rule_and_every_rule_its_operation() {
    let document = value();
    let mut ids: Vec<String> =
        operations(&document).iter().map(|(_, o)| o["operationId"].as_str().unwrap().to_owned()).collect();
    let mut ruled: Vec<String> =
        access::rules().map(|rule| rule.operation.to_owned()).filter(|id| id != "docs").collect();
    ids.sort_unstable();
    ruled.sort_unstable();
    assert_eq!(ids, ruled);
}

#[test]
fn every_operation_is_described() {
    let document = value();
    let tags: Vec<&Value> = document["tags"].as_array().unwrap().iter().map(|tag| &tag["name"]).collect();
    for (name, operation) in operations(&document) {
        assert!(operation["summary"].is_string(), "{name}");
        assert!(operation["x-roles"].is_array(), "{name}");
        assert!(operation["security"].is_array(), "{name}");
        let own = operation["tags"].as_array().unwrap();
        assert!(own.len() == 1 && tags.contains(&&own[0]), "{name}: {own:?}");
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            assert!(parameter["description"].is_string(), "{name}: {parameter}");
            assert!(parameter["schema"].is_object(), "{name}: {parameter}");
        }
        let template: usize = name.matches('{').count();
        let in_path = operation["parameters"].as_array().into_iter().flatten();
        assert_eq!(in_path.filter(|p| p["in"] == "path").count(), template, "{name}");
    }
}

#[test]
fn every_list_can_be_paged() {
    let document = value();
    for (name, operation) in operations(&document) {
        let answer = &operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"];
        if !answer.as_str().unwrap_or_default().starts_with("#/components/schemas/List_") {
            continue;
        }
        let parameters =
            operation["parameters"].as_array().unwrap_or_else(|| panic!("{name} has no parameters"));
        for wanted in ["limit", "cursor", "with_total"] {
            let there = parameters.iter().any(|p| p["name"] == wanted && p["in"] == "query");
            assert!(there, "{name} does not document {wanted}");
        }
    }
}

/// Whether a schema says what its values look like, itself or in all its parts.
fn exemplified(document: &Value, schema: &Value) -> bool {
    if schema.get("example").is_some() || schema.get("examples").is_some() || schema.get("enum").is_some() {
        return true;
    }
    if let Some(reference) = schema["$ref"].as_str() {
        return exemplified(document, document.pointer(&reference[1..]).unwrap());
    }
    if let Some(items) = schema.get("items") {
        return exemplified(document, items);
    }
    if let Some(properties) = schema["properties"].as_object() {
        return properties.values().all(|part| exemplified(document, part));
    }
    let parts = ["allOf", "oneOf", "anyOf"].into_iter().filter_map(|name| schema[name].as_array()).flatten();
    parts.filter(|part| part["type"] != "null").map(|part| exemplified(document, part)).reduce(|a, b| a && b)
        == Some(true)
}

#[test]
fn every_body_has_an_example() {
    let document = value();
    for (name, operation) in operations(&document) {
        let good =
            operation["responses"].as_object().unwrap().iter().filter(|(status, _)| status.starts_with('2'));
        let bodies = good.map(|(_, answer)| answer).chain(operation.get("requestBody"));
        for content in bodies.filter_map(|body| body["content"].as_object()).flat_map(|c| c.values()) {
            let shown = content.get("example").is_some() || content.get("examples").is_some();
            assert!(shown || exemplified(&document, &content["schema"]), "{name}");
        }
    }
}

#[test]
fn answers_follow_from_the_table() {
    let document = value();
    let statuses = |path: &str, method: &str| -> Vec<String> {
        document["paths"][path][method]["responses"].as_object().unwrap().keys().cloned().collect()
    };
    let suspend = "/api/v1/users/{id}/suspend";
    assert_eq!(
        statuses(suspend, "post"),
        ["200", "400", "401", "403", "404", "406", "409", "412", "413", "415", "422", "429", "500", "503"]
    );
    assert_eq!(document["paths"][suspend]["post"]["x-roles"], serde_json::json!(["ADMIN"]));
    assert_eq!(document["paths"][suspend]["post"]["security"], serde_json::json!([{"bearer": []}]));
    assert_eq!(statuses("/version", "get"), ["200", "406", "429", "500", "503"]);
}

#[test]
fn the_older_document_has_nothing_newer() {
    fn check(value: &Value) {
        match value {
            Value::Object(members) => {
                assert!(!members.get("type").is_some_and(Value::is_array), "{value}");
                assert!(members.get("type") != Some(&Value::String("null".to_owned())), "{value}");
                for (name, member) in members {
                    if name != "example" && name != "value" {
                        check(member);
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(check),
            _ => {}
        }
    }
    let document: Value = serde_json::from_str(&text_3_0()).unwrap();
    assert_eq!(document["openapi"], "3.0.3");
    check(&document);
}

/// The committed documents are the generated ones; `UPDATE_GOLDEN=1` writes them anew.
#[test]
fn committed_documents_are_up_to_date() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi");
    for (name, text) in [("openapi.json", text()), ("openapi-3.0.json", text_3_0())] {
        let path = folder.join(name);
        if option_env!("UPDATE_GOLDEN").is_some() || std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&path, &text).unwrap();
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == text, "{name} is out of date: run the tests with UPDATE_GOLDEN=1");
    }
}
