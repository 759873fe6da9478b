//! Found again by the document, completed and corrected.

use medcert_testkit::{Actors, Clinic};
use serde_json::{Value, json};

use super::{
    super::{invalid, line, texts, wrong_stage},
    changes, found,
};

const REQUESTS: &str = "/api/v1/certification-requests";

#[tokio::test]
async fn a_person_is_found_again_and_completed() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let mut body = actors.new_request();
    body["client"]["document_number"] = json!("12.345-678");
    body["client"]["phone"] = json!("+51 987 654 321");
    let first = actors.register(&body).await;
    assert_eq!(first["client"]["document_number"], "12345678");
    assert_eq!(first["client"]["document_country"], "PE", "the institution's country when none is named");
    assert_eq!((changes(&first), texts(&first["possible_duplicates"])), (vec![], vec![]));

    let again = json!({
        "client": {
            "document_type": "DNI", "document_country": "PE", "document_number": " 12345678 ",
            "given_names": "Lucía Inés", "family_names": "Ñahui Ponce", "email": "Lucia@Example.ORG", "phone": " "
        },
        "service_id": actors.service_id
    });
    let second = actors.register(&again).await;
    assert_eq!(second["client"]["id"], first["client"]["id"]);
    assert_eq!(
        changes(&second),
        [
            ("client", "given_names", "Lucía", "Lucía Inés", true),
            ("client", "email", "", "lucia@example.org", true),
        ]
    );
    // What was left out or blank keeps its value.
    assert_eq!(second["client"]["phone"], "+51 987 654 321");
    assert_eq!(second["client"]["birth_date"], "1990-04-12");
    let duplicate = json!([{"id": first["id"], "code": first["code"]}]);
    assert_eq!(second["possible_duplicates"], duplicate);

    // Another service, another country of the document, or an ended request is no duplicate.
    let other_service = json!({"client": again["client"]});
    assert_eq!(actors.register(&other_service).await["possible_duplicates"], json!([]));
    let mut abroad = again.clone();
    abroad["client"]["document_country"] = json!("BO");
    let abroad = actors.register(&abroad).await;
    assert_ne!(abroad["client"]["id"], first["client"]["id"]);
    assert_eq!(abroad["possible_duplicates"], json!([]));
    actors.act(&actors.operator, first["id"].as_str().unwrap(), "cancel", json!({"reason": "x"})).await;
    let third = actors.register(&again).await;
    assert_eq!(third["possible_duplicates"], json!([{"id": second["id"], "code": second["code"]}]));
}

#[tokio::test]
async fn document_numbers_have_one_spelling() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    for (kind, typed, stored) in [
        ("DNI", "01 234 567", "01234567"),
        ("CE", "ce-001.234", "CE001234"),
        ("PASSPORT", "ab 12345", "AB12345"),
        ("RUC", "20-10007097-0", "20100070970"),
        ("NIF", "123 456 789", "123456789"),
        ("NATIONAL_ID", "кв/123456", "КВ123456"),
        ("OTHER", "x", "X"),
    ] {
        let mut body = actors.new_request();
        body["client"]["document_type"] = json!(kind);
        body["client"]["document_number"] = json!(typed);
        let made = actors.register(&body).await;
        assert_eq!(made["client"]["document_number"], stored);
        body["client"]["document_number"] = json!(stored);
        assert_eq!(actors.register(&body).await["client"]["id"], made["client"]["id"], "{kind}");
    }
    for (kind, typed) in [
        ("DNI", "1234567"),
        ("DNI", "123456789"),
        ("DNI", "1234567X"),
        ("CE", "1234567890123"),
        ("PASSPORT", "1234"),
        ("RUC", "20100070971"),
        ("NIF", "123456788"),
        ("OTHER", "'; DROP TABLE person"),
        ("OTHER", "-"),
        ("OTHER", ""),
    ] {
        let mut body = actors.new_request();
        body["client"]["document_type"] = json!(kind);
        body["client"]["document_number"] = json!(typed);
        let answer = actors.operator.post(REQUESTS, &body).await;
        invalid(&answer, &[("/client/document_number", "document-number")]);
    }
}

#[tokio::test]
async fn editing_tells_each_field_before_and_after() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.registered().await;
    let edited = json!({
        "client": {"given_names": "Lucía Inés", "email": "lucia@example.org", "address": "Jr. Ica 1"},
        "care": {"mode": "ON_SITE", "place": "Sede Norte"}, "external_reference": "ERP-1", "comment": "Hurry"
    });
    let edited = actors.edit(&actors.operator, &id, &edited).await.expect(200).body;
    assert_eq!(edited["version"], 2, "one change counts once");
    let cleared = json!({"client": {"email": null, "address": ""}, "care": null, "comment": null});
    let cleared = actors.edit(&actors.doctor, &id, &cleared).await;
    assert_eq!(cleared.status, 404, "not this doctor's");
    let cleared = json!({"client": {"email": null, "address": ""}, "care": null, "comment": null});
    let cleared = actors.edit(&actors.manager, &id, &cleared).await.expect(200).body;
    assert_eq!(
        (&cleared["client"]["email"], &cleared["care"], &cleared["comment"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    assert_eq!(cleared["external_reference"], "ERP-1");
    let history = actors.history(&id).await;
    let summary: Vec<[&str; 5]> = history.iter().map(line).collect();
    assert_eq!(
        summary,
        [
            ["EDIT", "comment", "Hurry", "", ""],
            ["EDIT", "care", "ON_SITE: Sede Norte", "", ""],
            ["EDIT", "client.address", "Jr. Ica 1", "", ""],
            ["EDIT", "client.email", "lucia@example.org", "", ""],
            ["EDIT", "comment", "", "Hurry", ""],
            ["EDIT", "external_reference", "", "ERP-1", ""],
            ["EDIT", "care", "", "ON_SITE: Sede Norte", ""],
            ["EDIT", "client.address", "", "Jr. Ica 1", ""],
            ["EDIT", "client.email", "", "lucia@example.org", ""],
            ["EDIT", "client.given_names", "Lucía", "Lucía Inés", ""],
            ["REGISTER", "stage", "", "REGISTERED", ""],
        ]
    );
    for (body, faults) in [
        (json!({"client": null}), [("/client", "required")]),
        (json!({"client": {"given_names": null}}), [("/client/given_names", "required")]),
        (json!({"client": {"family_names": " "}}), [("/client/family_names", "blank")]),
        (json!({"client": {"document_type": "NIF"}}), [("/client/document_number", "document-number")]),
        (json!({"client": {"document_number": null}}), [("/client/document_number", "required")]),
        (json!({"client": {"birth_date": "2026-11-22"}}), [("/client/birth_date", "future-date")]),
        (json!({"client": {"birth_date": "1875-12-31"}}), [("/client/birth_date", "too-early")]),
    ] {
        invalid(&actors.edit(&actors.operator, &id, &body).await, &faults);
    }
    assert_eq!(actors.seen(&actors.admin, &id).await["version"], 3);
}

#[tokio::test]
async fn a_corrected_number_stays_the_same_person() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let body = actors.new_request();
    let (first, second) = (actors.register(&body).await, actors.register(&body).await);
    let id = first["id"].as_str().unwrap();
    // What is left out of a document stays: kind and country.
    let change = json!({"client": {"document_number": "7777-8888"}});
    let edited = actors.edit(&actors.operator, id, &change).await.expect(200).body;
    assert_eq!(edited["client"]["id"], first["client"]["id"]);
    let before = format!("DNI {}", first["client"]["document_number"].as_str().unwrap());
    assert_eq!(line(&actors.history(id).await[0]), ["EDIT", "client.document", &before, "DNI 77778888", ""]);
    // Both requests of the person are found by the new number.
    let mut both = found(&actors, "77778888").await;
    both.sort();
    let mut ids = [id, second["id"].as_str().unwrap()];
    ids.sort_unstable();
    assert_eq!(both, ids);
    assert!(found(&actors, first["client"]["document_number"].as_str().unwrap()).await.is_empty());
}

#[tokio::test]
async fn somebody_elses_number_links_to_that_person() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let known = actors.register(&actors.new_request()).await;
    let id = actors.registered().await;
    let mine = actors.seen(&actors.admin, &id).await["client"].clone();
    let change = json!({"client": {
        "document_type": "DNI", "document_number": known["client"]["document_number"], "given_names": "Impostora"
    }});
    let linked = actors.edit(&actors.operator, &id, &change).await.expect(200).body;
    // Neither is renamed by it.
    assert_eq!(linked["client"], known["client"]);
    let [theirs, own] = [&known["client"], &mine].map(|person| person["id"].as_str().unwrap());
    assert_eq!(line(&actors.history(&id).await[0]), ["EDIT", "client", own, theirs, ""]);
    assert_eq!(found(&actors, known["client"]["document_number"].as_str().unwrap()).await.len(), 2);

    // An evaluation is about one person for ever.
    let id = actors.evaluated().await;
    let version = actors.seen(&actors.admin, &id).await["version"].clone();
    let change =
        json!({"client": {"document_type": "DNI", "document_number": known["client"]["document_number"]}});
    let stage = "EVALUATED";
    wrong_stage(&actors.edit(&actors.operator, &id, &change).await, stage, &["MEDICAL_ACT_EXISTS"]);
    actors.act(&actors.admin, &id, "unassign-doctor", json!({})).await;
    wrong_stage(&actors.edit(&actors.operator, &id, &change).await, "PAID", &["MEDICAL_ACT_EXISTS"]);
    let seen = actors.seen(&actors.admin, &id).await;
    assert_eq!(seen["version"].as_i64().unwrap(), version.as_i64().unwrap() + 1);
}

#[tokio::test]
async fn search_knows_people_by_their_present_names() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let mut body = actors.new_request();
    body["client"]["given_names"] = json!("Зоряна");
    body["client"]["family_names"] = json!("O’Neill-Gärtner");
    let (first, second) = (actors.register(&body).await, actors.register(&body).await);
    let ids = |body: &Value| body["id"].as_str().unwrap().to_owned();
    for q in ["зоря", "%D0%97%D0%9E%D0%A0", "oneill", "garTN", "zzz"] {
        let hits = found(&actors, q).await.len();
        assert_eq!(hits, if q == "zzz" { 0 } else { 2 }, "{q}");
    }
    let rename = json!({"client": {"family_names": "Wiśniewska"}});
    actors.edit(&actors.operator, &ids(&first), &rename).await.expect(200);
    assert!(found(&actors, "gartner").await.is_empty());
    let mut hits = found(&actors, "wisniew%20зор").await;
    hits.sort();
    let mut both = [ids(&first), ids(&second)];
    both.sort();
    assert_eq!(hits, both, "the other request of the same person too");
    assert_eq!(found(&actors, first["code"].as_str().unwrap()).await, [ids(&first)]);

    // Registering again with another name renames everywhere as well.
    body["client"]["family_names"] = json!("Kowalska");
    actors.register(&body).await;
    assert_eq!(found(&actors, "kowalska").await.len(), 3);
    assert!(found(&actors, "wisniewska").await.is_empty());
}
