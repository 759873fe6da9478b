//! How soon a request is to be worked on: through every way in and out.

use medcert_testkit::{Actors, Clinic};
use serde_json::{Value, json};

use super::invalid;
use crate::imports::{done, send};

const REQUESTS: &str = "/api/v1/certification-requests";

/// The priorities of the list with this filter, newest first.
async fn listed(actors: &Actors, filter: &str) -> Vec<String> {
    let list = actors.operator.get(&format!("{REQUESTS}{filter}")).await.expect(200);
    let rows = list.body["items"].as_array().unwrap().iter();
    rows.map(|row| row["priority"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn is_set_changed_listed_and_remembered() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let plain = actors.register(&actors.new_request()).await;
    assert_eq!(plain["priority"], "NORMAL");
    let mut body = actors.new_request();
    body["priority"] = json!("URGENT");
    let urgent = actors.register(&body).await;
    assert_eq!(urgent["priority"], "URGENT");
    assert_eq!(listed(&actors, "").await, ["URGENT", "NORMAL"]);
    assert_eq!(listed(&actors, "?priority=URGENT").await, ["URGENT"]);
    assert_eq!(listed(&actors, "?priority=NORMAL,URGENT&sort=updated_at").await, ["NORMAL", "URGENT"]);

    let id = urgent["id"].as_str().unwrap();
    let edited = actors.edit(&actors.operator, id, &json!({"priority": "NORMAL"})).await.expect(200);
    assert_eq!(edited.body["priority"], "NORMAL");
    // What is left out stays.
    let edited = actors.edit(&actors.operator, id, &json!({"comment": "Called back"})).await.expect(200);
    assert_eq!(edited.body["priority"], "NORMAL");
    let history = actors.history(id).await;
    let line = history.iter().find(|line| line["field"] == "priority").unwrap();
    assert_eq!((&line["old_value"], &line["new_value"]), (&json!("URGENT"), &json!("NORMAL")));
    assert_eq!(listed(&actors, "?priority=URGENT").await, [""; 0]);
}

#[tokio::test]
async fn is_one_of_two_words() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let mut body = actors.new_request();
    body["priority"] = json!("SOON");
    invalid(&actors.operator.post(REQUESTS, &body).await, &[("/priority", "unknown-value")]);
    let id = actors.registered().await;
    invalid(
        &actors.edit(&actors.operator, &id, &json!({"priority": null})).await,
        &[("/priority", "required")],
    );
    invalid(
        &actors.operator.get(&format!("{REQUESTS}?priority=SOON")).await,
        &[("/priority", "unknown-value")],
    );
    // In a new request null says no more than leaving it out.
    body["priority"] = Value::Null;
    assert_eq!(actors.register(&body).await["priority"], "NORMAL");
}

#[tokio::test]
async fn comes_and_goes_in_files() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let file = "client.document_type,client.document_number,client.given_names,client.family_names,\
                client.birth_date,priority\n\
                DNI,45678912,Ana,Quispe,1990-04-12,URGENT\n\
                DNI,45678913,Eva,Rojas,1990-04-12,\n";
    let accepted = send(&actors.operator, "import_requests", "", "text/csv", file).await.expect(202);
    let job = done(&clinic, &actors.operator, &accepted).await;
    assert_eq!(job["status"], "SUCCEEDED");
    assert_eq!(listed(&actors, "?sort=created_at").await, ["URGENT", "NORMAL"]);
    let export = actors.admin.get(&format!("{REQUESTS}/export?priority=URGENT")).await.expect(200);
    let text = String::from_utf8(export.bytes).unwrap();
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert!(
        lines[0].ends_with(",priority") && lines[1].ends_with(",URGENT") && lines[2].is_empty(),
        "{text}"
    );
}
