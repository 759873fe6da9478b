//! Erasing what never came to a medical act.

use medcert_testkit::{Actors, Clinic};
use serde_json::json;

use super::super::{blocked, problem, wrong_stage};

const REQUESTS: &str = "/api/v1/certification-requests";

#[tokio::test]
async fn what_is_erased_leaves_money_and_a_tombstone() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let mut body = actors.new_request();
    body["client"]["given_names"] = json!("Vanisha");
    body["client"]["email"] = json!("vanisha@example.org");
    body["guardian"] = json!({
        "document_type": "DNI", "document_number": "20202020", "given_names": "Guarda", "family_names": "Vanisha",
        "birth_date": "1970-01-01", "relationship": "PARENT"
    });
    let made = actors.operator.post_once(REQUESTS, "register-once", &body).await.expect(201);
    let (id, etag) = (made.body["id"].as_str().unwrap().to_owned(), made.header("etag").to_owned());
    let client = made.body["client"]["id"].as_str().unwrap().to_owned();
    let mut payment = actors.payment("200.00");
    payment["comment"] = json!("Paid by Vanisha");
    payment["transaction_reference"] = json!("VANISHA-1");
    let paid = actors.act(&actors.manager, &id, "register-payment", payment).await;
    let refund = json!({
        "payment_id": paid["payments"][0]["id"], "amount": "50.00", "currency": "PEN", "channel": "CASH",
        "paid_on": "2026-11-21", "transaction_reference": "VANISHA-2", "reason": "To Vanisha"
    });
    actors.act(&actors.manager, &id, "register-refund", refund).await;

    let path = format!("{REQUESTS}/{id}");
    let why = json!({"reason": "Registered by mistake"});
    problem(&actors.admin.json("DELETE", &path, &[], &why).await, 428, "precondition-required");
    problem(
        &actors.admin.json("DELETE", &path, &[("if-match", &etag)], &why).await,
        412,
        "precondition-failed",
    );
    for caller in [&actors.operator, &actors.manager, &actors.doctor] {
        problem(&actors.erase(caller, &id).await, 403, "forbidden");
    }
    let seen = actors.admin.get(&path).await.expect(200);
    let gone =
        actors.admin.json("DELETE", &path, &[("if-match", seen.header("etag"))], &why).await.expect(204);
    assert!(gone.bytes.is_empty());

    for address in [path.clone(), format!("{path}/history")] {
        problem(&actors.admin.get(&address).await, 404, "not-found");
    }
    problem(&actors.erase(&actors.admin, &id).await, 404, "not-found");
    for query in ["", "?q=vanisha", "?document_number=20202020"] {
        let list = actors.admin.get(&format!("{REQUESTS}{query}")).await.expect(200).body;
        assert_eq!(list["items"], json!([]), "{query}");
    }
    // The income stays what it was; who paid it is gone.
    assert_eq!(clinic.numbers("SELECT amount_minor FROM payment").await, [20_000]);
    assert_eq!(clinic.numbers("SELECT amount_minor FROM refund").await, [5_000]);
    for query in [
        "SELECT COUNT(*) FROM payment WHERE reference IS NOT NULL OR comment IS NOT NULL",
        "SELECT COUNT(*) FROM refund WHERE reference IS NOT NULL OR reason <> ''",
        "SELECT COUNT(*) FROM person WHERE given_names IN ('Vanisha', 'Guarda')",
        "SELECT COUNT(*) FROM idempotency_key WHERE body LIKE '%Vanisha%'",
    ] {
        assert_eq!(clinic.numbers(query).await, [0], "{query}");
    }
    let tombstone = "SELECT reason FROM audit_event WHERE action = 'certification.delete' AND outcome = 'ok'";
    assert_eq!(clinic.texts(tombstone).await, ["Registered by mistake"]);
    // The answer kept for repeating is not given either, and the key does not register anew.
    problem(&actors.operator.post_once(REQUESTS, "register-once", &body).await, 404, "not-found");
    // Its code is not given again, its reference is free, and the client is a new person now.
    let next = actors.register(&body).await;
    assert_eq!(next["code"], "MC-2026-000002");
    assert_ne!(next["client"]["id"], client.as_str());
    let mut payment = actors.payment("200.00");
    payment["transaction_reference"] = json!("VANISHA-1");
    actors.act(&actors.manager, next["id"].as_str().unwrap(), "register-payment", payment).await;
}

#[tokio::test]
async fn a_person_in_use_stays() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let body = actors.new_request();
    let (first, second) = (actors.register(&body).await, actors.register(&body).await);
    assert_eq!(first["client"]["id"], second["client"]["id"]);
    actors.erase(&actors.admin, first["id"].as_str().unwrap()).await.expect(204);
    let left = actors.seen(&actors.admin, second["id"].as_str().unwrap()).await;
    assert_eq!(left["client"]["given_names"], "Lucía");
    actors.erase(&actors.admin, second["id"].as_str().unwrap()).await.expect(204);
    assert_eq!(clinic.numbers("SELECT COUNT(*) FROM person WHERE family_names = 'Ñahui Ponce'").await, [0]);
}

#[tokio::test]
async fn a_medical_act_is_never_erased() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.evaluated().await;
    wrong_stage(&actors.erase(&actors.admin, &id).await, "EVALUATED", &[]);
    let without = actors.act(&actors.admin, &id, "unassign-doctor", json!({})).await;
    assert_eq!(blocked(&without, "DELETE"), Some(vec!["MEDICAL_ACT_EXISTS"]));
    wrong_stage(&actors.erase(&actors.admin, &id).await, "PAID", &["MEDICAL_ACT_EXISTS"]);
    let id = actors.issued().await;
    wrong_stage(&actors.erase(&actors.admin, &id).await, "CLOSED", &["MEDICAL_ACT_EXISTS"]);
    actors.seen(&actors.admin, &id).await;
}
