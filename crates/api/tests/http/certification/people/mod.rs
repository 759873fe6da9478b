//! The people of a request: found again, completed, protected, and what a guardian must be.

mod finding;
mod guardians;
mod promoters;
mod protected;

use medcert_testkit::Actors;
use serde_json::Value;

/// What registering or editing told about people: part, field, before, after, applied.
fn changes(detail: &Value) -> Vec<(&str, &str, &str, &str, bool)> {
    detail["person_changes"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|change| {
            let text = |name: &str| change[name].as_str().unwrap_or_default();
            (text("part"), text("field"), text("old_value"), text("new_value"), change["applied"] == true)
        })
        .collect()
}

/// Ids of the requests that a search finds.
async fn found(actors: &Actors, q: &str) -> Vec<String> {
    let list = actors.admin.get(&format!("/api/v1/certification-requests?q={q}")).await.expect(200).body;
    let items = list["items"].as_array().expect("a list");
    items.iter().map(|item| item["id"].as_str().expect("an id").to_owned()).collect()
}
