//! Services: making, changing, deleting, finding; and what a changed fee does not change.

use medcert_testkit::{Actors, Answered, Clinic};
use serde_json::{Value, json};

use crate::contract::check_problem;

const SERVICES: &str = "/api/v1/services";

fn alpine() -> Value {
    json!({
        "name": "Certificado de montaña", "description": "With an exercise test",
        "fee": {"amount": "250.00", "currency": "PEN"}, "certificate_kind": "SPORTS_FITNESS", "validity_days": 180
    })
}

fn names(answer: &Answered) -> Vec<String> {
    let items = answer.body["items"].as_array().unwrap();
    items.iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_service_is_made_changed_and_remembered() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let made = actors.admin.post_once(SERVICES, "k", &alpine()).await.expect(201);
    let place = made.header("location").to_owned();
    let again = actors.admin.post_once(SERVICES, "k", &alpine()).await.expect(201);
    assert_eq!((again.bytes.clone(), again.header("location")), (made.bytes.clone(), place.as_str()));
    assert_eq!(actors.operator.get(&place).await.expect(200).bytes, made.bytes);
    assert_eq!(made.body["active"], true);
    let twice = actors.admin.post(SERVICES, &alpine()).await.expect(409);
    assert_eq!(twice.faults(), [("/name".to_owned(), "duplicate".to_owned())]);
    // Nobody tells these names apart.
    for name in ["certificado de montana", " CERTIFICADO  DE MONTAÑA "] {
        let mut alike = alpine();
        alike["name"] = json!(name);
        let refused = actors.admin.post(SERVICES, &alike).await.expect(409);
        assert_eq!(refused.faults(), [("/name".to_owned(), "duplicate".to_owned())], "{name}");
    }
    let tag = made.header("etag").to_owned();
    let wanted = json!({"fee": {"amount": "260", "currency": "PEN"}, "description": null, "active": false});
    actors.admin.json("PATCH", &place, &[], &wanted).await.expect(428);
    let changed = actors.admin.patch(&place, &tag, &wanted).await.expect(200);
    assert_eq!(changed.body["fee"]["amount"], "260.00");
    assert_eq!((&changed.body["description"], &changed.body["active"]), (&Value::Null, &json!(false)));
    actors.admin.patch(&place, &tag, &wanted).await.expect(412);
    let same = actors.admin.patch(&place, "*", &wanted).await.expect(200);
    assert_eq!(same.header("etag"), changed.header("etag"));
    for name in ["Certificado médico ocupacional", "certificado medico ocupacional"] {
        let named = actors.admin.patch(&place, "*", &json!({"name": name})).await.expect(409);
        assert_eq!(named.faults()[0].0, "/name");
    }
    let history = actors.operator.get(&format!("{place}/history")).await.expect(200);
    let lines = history.body["items"].as_array().unwrap();
    let fee = lines.iter().find(|line| line["action"] == "EDIT" && line["field"] == "fee").unwrap();
    assert_eq!((&fee["old_value"], &fee["new_value"]), (&json!("250.00 PEN"), &json!("260.00 PEN")));
    assert_eq!(fee["by"]["name"], "Alba Montero Ríos");
    assert_eq!(lines.iter().filter(|line| line["action"] == "CREATE").count(), 6);
    for caller in [&actors.operator, &actors.manager, &actors.doctor] {
        caller.post(SERVICES, &alpine()).await.expect(403);
        caller.patch(&place, "*", &wanted).await.expect(403);
    }
}

#[tokio::test]
async fn a_changed_fee_is_for_requests_registered_from_now_on() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let before = actors.managed().await;
    let place = format!("{SERVICES}/{}", actors.service_id);
    let fee = json!({"fee": {"amount": "300.00", "currency": "PEN"}});
    actors.admin.patch(&place, "*", &fee).await.expect(200);
    let version = actors.seen(&actors.admin, &before).await["version"].clone();
    let seen = actors.seen(&actors.admin, &before).await;
    assert_eq!((&seen["fee"]["amount"], &seen["version"]), (&json!("200.00"), &version));
    actors.act(&actors.manager, &before, "register-payment", actors.payment("200.00")).await;
    assert_eq!(actors.seen(&actors.admin, &before).await["payment_status"], "PAID");
    let after = actors.registered().await;
    assert_eq!(actors.seen(&actors.admin, &after).await["fee"]["amount"], "300.00");
    // What is no longer offered cannot be asked for, and what was asked for goes on.
    actors.admin.patch(&place, "*", &json!({"active": false})).await.expect(200);
    actors.operator.post("/api/v1/certification-requests", &actors.new_request()).await.expect(422);
    actors.act(&actors.operator, &after, "assign-manager", json!({"staff_id": actors.manager_id})).await;
}

#[tokio::test]
async fn only_a_service_never_asked_for_can_be_deleted() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    actors.registered().await;
    let any = [("if-match", "*")];
    let used = format!("{SERVICES}/{}", actors.service_id);
    let refused = actors.admin.send("DELETE", &used, &any, vec![]).await.expect(409);
    assert_eq!((refused.problem(), &refused.body["count"]), ("in-use", &json!(1)));
    check_problem(&refused);
    let place = actors.admin.post(SERVICES, &alpine()).await.expect(201).header("location").to_owned();
    actors.admin.send("DELETE", &place, &[], vec![]).await.expect(428);
    actors.admin.send("DELETE", &place, &[("if-match", "\"v9-00000000\"")], vec![]).await.expect(412);
    actors.admin.send("DELETE", &place, &any, vec![]).await.expect(204);
    actors.admin.get(&place).await.expect(404);
    assert!(names(&actors.admin.get(&format!("{SERVICES}?q=montana")).await).is_empty());
    actors.admin.post(SERVICES, &alpine()).await.expect(201);
}

#[tokio::test]
async fn services_are_filtered_and_found() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let place = actors.admin.post(SERVICES, &alpine()).await.expect(201).header("location").to_owned();
    let ask = async |query: &str| names(&actors.doctor.get(&format!("{SERVICES}?{query}")).await.expect(200));
    assert_eq!(ask("q=monta%C3%91a").await, ["Certificado de montaña"]);
    assert_eq!(ask("q=CERT%20dep").await, ["Certificado médico para deporte"]);
    assert!(ask("q=ontana").await.is_empty());
    let sports = ["Certificado de montaña", "Certificado médico para deporte"];
    assert_eq!(ask("certificate_kind=SPORTS_FITNESS").await, sports);
    assert_eq!(ask("certificate_kind=SPORTS_FITNESS,MENTAL_HEALTH&limit=2").await.len(), 2);
    actors
        .admin
        .patch(&place, "*", &json!({"active": false, "name": "Certificado alpino"}))
        .await
        .expect(200);
    assert_eq!(ask("active=false&q=alpino").await, ["Certificado alpino"]);
    assert!(ask("q=montana").await.is_empty());
    assert_eq!(ask("active=true").await.len(), 3);
    let refused =
        actors.doctor.get(&format!("{SERVICES}?certificate_kind=MAGIC&q={}", "x".repeat(101))).await;
    let faults = refused.expect(422).faults();
    assert_eq!(faults.iter().map(|(at, _)| at.as_str()).collect::<Vec<_>>(), ["/certificate_kind", "/q"]);
}

#[tokio::test]
async fn bad_values_are_told_at_once() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let wrong = json!({
        "name": " ", "fee": {"amount": "-1", "currency": "PEN"}, "certificate_kind": "MAGIC", "validity_days": 0
    });
    let refused = actors.admin.post(SERVICES, &wrong).await.expect(422);
    let at = |pointer: &str, code: &str| (pointer.to_owned(), code.to_owned());
    assert_eq!(
        refused.faults(),
        [
            at("/name", "blank"),
            at("/fee/amount", "amount"),
            at("/certificate_kind", "unknown-value"),
            at("/validity_days", "range"),
        ]
    );
    let missing = actors.admin.post(SERVICES, &json!({})).await.expect(422).faults();
    assert!(missing.iter().all(|(_, code)| code == "required"));
    assert_eq!(missing.len(), 4);
    let unprintable =
        json!({"name": "心臓", "fee": alpine()["fee"], "certificate_kind": "GENERAL", "validity_days": 1});
    assert_eq!(
        actors.admin.post(SERVICES, &unprintable).await.expect(422).faults(),
        [at("/name", "unprintable")]
    );
    let place = format!("{SERVICES}/{}", actors.service_id);
    for (body, pointer, code) in [
        (json!({"fee": null}), "/fee", "required"),
        (json!({"name": null}), "/name", "required"),
        (json!({"active": null}), "/active", "required"),
        (json!({"validity_days": 36_526}), "/validity_days", "range"),
        (json!({"colour": "red"}), "/colour", "unknown-field"),
    ] {
        let refused = actors.admin.patch(&place, "*", &body).await.expect(422);
        assert_eq!(refused.faults(), [at(pointer, code)], "{body}");
    }
}
