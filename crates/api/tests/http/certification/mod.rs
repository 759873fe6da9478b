//! Certification: from registering to the certificate in hand, and everything that is refused on the way.

mod actions;
mod bad_input;
mod clinical;
mod issue;
mod journey;
mod money;
mod people;

use medcert_testkit::{Answered, on_databases};
use serde_json::Value;

on_databases! {
    tokio::test;
    medcert_testkit::plainly;
    leading { journey { whole_way } }
}

/// The texts of a list.
fn texts(list: &Value) -> Vec<&str> {
    list.as_array().expect("a list").iter().map(|text| text.as_str().expect("a text")).collect()
}

/// What stands in the way of an action in the caller's eyes; nothing when the action is not blocked.
fn blocked<'v>(detail: &'v Value, action: &str) -> Option<Vec<&'v str>> {
    let all = detail["blocked_actions"].as_array().expect("a list");
    all.iter().find(|one| one["action"] == action).map(|one| texts(&one["reasons"]))
}

/// Whether the caller may do the action now.
fn available(detail: &Value, action: &str) -> bool {
    texts(&detail["available_actions"]).contains(&action)
}

/// 409 `wrong-stage`, for these reasons.
#[track_caller]
fn wrong_stage(answer: &Answered, stage: &str, reasons: &[&str]) {
    assert_eq!((answer.status, answer.problem()), (409, "wrong-stage"), "{}", answer.body);
    assert_eq!(answer.body["stage"], stage, "{}", answer.body);
    assert_eq!(texts(&answer.body["reasons"]), reasons, "{}", answer.body);
}

/// 422 for exactly these pointers and codes.
#[track_caller]
fn invalid(answer: &Answered, faults: &[(&str, &str)]) {
    assert_eq!((answer.status, answer.problem()), (422, "invalid"), "{}", answer.body);
    let summary = answer.faults();
    let summary: Vec<(&str, &str)> = summary.iter().map(|(at, code)| (at.as_str(), code.as_str())).collect();
    assert_eq!(summary, faults, "{}", answer.body);
}

/// Another kind of problem.
#[track_caller]
fn problem(answer: &Answered, status: u16, slug: &str) {
    assert_eq!((answer.status, answer.problem()), (status, slug), "{}", answer.body);
}

/// Action, field, value before, value after and words of a line of history; what is null is empty.
fn line(entry: &Value) -> [&str; 5] {
    ["action", "field", "old_value", "new_value", "comment"]
        .map(|name| entry[name].as_str().unwrap_or_default())
}
