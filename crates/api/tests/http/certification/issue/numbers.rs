//! Numbers without gap, and no file without its certificate.

use chrono::Duration;
use medcert_testkit::{Actors, Clinic};
use serde_json::{Value, json};

use super::{super::wrong_stage, issue};

async fn number(actors: &Actors, id: &str) -> Value {
    issue(actors, id).await.expect(200).body["certificate"]["number"].clone()
}

#[tokio::test]
async fn failed_attempts_take_no_number_and_leave_no_file() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let ids = [actors.evaluated().await, actors.evaluated().await, actors.evaluated().await];
    assert_eq!(number(&actors, &ids[0]).await, "MC-2026-000001");
    // Refused before rendering.
    let edit = |names: &str| json!({"client": {"given_names": names}});
    actors.edit(&actors.operator, &ids[1], &edit("Lucia")).await.expect(200);
    assert_eq!(issue(&actors, &ids[1]).await.expect(409).problem(), "stale");
    wrong_stage(&issue(&actors, &ids[0]).await, "CLOSED", &[]);
    let path = format!("/api/v1/certification-requests/{}/issue", ids[2]);
    let headers = [("idempotency-key", "k"), ("if-match", "*")];
    let forged = actors.doctor.json("POST", &path, &headers, &json!({"number": "MC-2026-000099"})).await;
    assert_eq!(forged.expect(422).faults(), [("/number".to_owned(), "unknown-field".to_owned())]);
    // More lines than a page has.
    let endless = super::findings("restrictions", &json!(vec!["x"; 500].join("\n")));
    actors.act(&actors.doctor, &ids[2], "record-evaluation", endless).await;
    super::super::invalid(&issue(&actors, &ids[2]).await, &[("/restrictions", "too-long")]);
    actors.act(&actors.doctor, &ids[2], "record-evaluation", Actors::findings()).await;
    assert_eq!(clinic.objects.list("certificates").await.unwrap().len(), 1);

    actors.edit(&actors.operator, &ids[1], &edit("Lucía")).await.expect(200);
    assert_eq!(number(&actors, &ids[1]).await, "MC-2026-000002");
    assert_eq!(number(&actors, &ids[2]).await, "MC-2026-000003");
    let mut files: Vec<String> = clinic
        .objects
        .list("certificates")
        .await
        .unwrap()
        .iter()
        .map(|key| key.as_str().to_owned())
        .collect();
    let mut rows = clinic.texts("SELECT pdf_key FROM certificate").await;
    files.sort();
    rows.sort();
    assert_eq!(files, rows);
}

#[tokio::test]
async fn every_year_of_the_institution_begins_anew() {
    let clinic = Clinic::open().await;
    let mut actors = Actors::of(&clinic).await;
    assert_eq!(actors.register(&actors.new_request()).await["code"], "MC-2026-000001");
    // Three in the morning of New Year in Greenwich is ten in the evening of New Year's Eve in Lima.
    clinic.clock.advance(Duration::hours(40 * 24 + 12));
    actors.again(&clinic).await;
    assert_eq!(actors.register(&actors.new_request()).await["code"], "MC-2026-000002");
    let id = actors.with_doctor().await;
    clinic.clock.advance(Duration::hours(3));
    actors.again(&clinic).await;
    assert_eq!(actors.register(&actors.new_request()).await["code"], "MC-2027-000001");
    let mut findings = Actors::findings();
    findings["evaluated_on"] = json!("2027-01-01");
    actors.act(&actors.doctor, &id, "record-evaluation", findings).await;
    let issued = issue(&actors, &id).await.expect(200).body;
    assert_eq!(issued["certificate"]["number"], "MC-2027-000001");
    assert_eq!(issued["certificate"]["valid_until"], "2027-12-31");
}

#[tokio::test]
async fn the_institution_names_its_series() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let ids = [actors.evaluated().await, actors.evaluated().await];
    assert_eq!(number(&actors, &ids[0]).await, "MC-2026-000001");
    clinic.change_institution(|profile| profile.certificate_series = "CSR".to_owned()).await;
    assert_eq!(number(&actors, &ids[1]).await, "CSR-2026-000001");
}
