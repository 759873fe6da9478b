//! The directories of people and of promoters.

mod correcting;
mod guardians;
mod merging;
mod persons;
mod promoters;
mod sources;

use medcert_testkit::{Answered, Caller};
use serde_json::{Value, json};

const PEOPLE: &str = "/api/v1/people";
const PROMOTERS: &str = "/api/v1/promoters";
const REQUESTS: &str = "/api/v1/certification-requests";

fn id(body: &Value) -> &str {
    body["id"].as_str().expect("an id")
}

fn names(body: &Value) -> Vec<&str> {
    body["items"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|item| item["name"].as_str().expect("a name"))
        .collect()
}

fn ids(body: &Value) -> Vec<String> {
    body["items"].as_array().expect("a list").iter().map(|item| id(item).to_owned()).collect()
}

fn faults(answer: &Answered) -> Vec<(String, String)> {
    assert_eq!(answer.status, 422, "{}", answer.body);
    answer.faults()
}

fn fault(pointer: &str, code: &str) -> Vec<(String, String)> {
    vec![(pointer.to_owned(), code.to_owned())]
}

/// Somebody with this document.
fn somebody(number: &str, given: &str, family: &str) -> Value {
    json!({"document_type": "CE", "document_number": number, "given_names": given, "family_names": family})
}

async fn made(caller: &Caller, body: &Value) -> Value {
    caller.post(PEOPLE, body).await.expect(201).body
}

async fn seen(caller: &Caller, place: &str, of: &str) -> Answered {
    caller.get(&format!("{place}/{of}")).await.expect(200)
}

async fn delete(caller: &Caller, path: &str, etag: &str) -> Answered {
    caller.send("DELETE", path, &[("if-match", etag)], vec![]).await
}

/// What happened, newest first: action, field, before, after.
async fn history(caller: &Caller, place: &str, of: &str) -> Vec<[String; 4]> {
    let answer = caller.get(&format!("{place}/{of}/history?limit=200")).await.expect(200);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let line = |item: &Value| ["action", "field", "old_value", "new_value"].map(|name| text(&item[name]));
    answer.body["items"].as_array().expect("a list").iter().map(line).collect()
}
