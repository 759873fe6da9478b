//! What does not fit into the table.

use medcert_testkit::{Actors, Clinic};
use serde_json::json;

use super::{
    super::{invalid, problem},
    UNKNOWN, address, everything,
};

#[tokio::test]
async fn diagnoses() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.with_doctor().await;
    let before = everything(&clinic).await;
    let one = json!({"code": "F41.1"});
    let many = |count: usize| json!(vec![one.clone(); count]);
    for (diagnoses, faults) in [
        (json!("F41.1"), [("/diagnoses", "type")]),
        (json!({"code": "F41.1"}), [("/diagnoses", "type")]),
        (json!([5]), [("/diagnoses/0", "type")]),
        (json!([null]), [("/diagnoses/0", "type")]),
        (json!([one, {"code": 5}]), [("/diagnoses/1/code", "type")]),
        (json!([one, {}]), [("/diagnoses/1/code", "required")]),
        (json!([one, {"code": ""}]), [("/diagnoses/1/code", "icd-10")]),
        (json!([{"code": "41.1"}]), [("/diagnoses/0/code", "icd-10")]),
        (json!([{"code": "F41.12345"}]), [("/diagnoses/0/code", "icd-10")]),
        (json!([{"code": "F41.1", "text": "x".repeat(256)}]), [("/diagnoses/0/text", "too-long")]),
        (many(21), [("/diagnoses", "too-many")]),
    ] {
        let mut body = Actors::findings();
        body["diagnoses"] = diagnoses;
        invalid(&actors.attempt(&actors.doctor, &id, "record-evaluation", &body).await, &faults);
    }
    assert_eq!(everything(&clinic).await, before);
    let mut body = Actors::findings();
    body["diagnoses"] = many(20);
    let seen = actors.act(&actors.doctor, &id, "record-evaluation", body).await;
    assert_eq!(seen["evaluations"][0]["diagnoses"].as_array().unwrap().len(), 20);
}

#[tokio::test]
async fn payments_of_other_requests() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let (own, foreign) = (actors.paid().await, actors.paid().await);
    let theirs = actors.seen(&actors.admin, &foreign).await["payments"][0]["id"].clone();
    clinic.change_institution(|profile| profile.rules.cashier_may_validate = false).await;
    actors.act(&actors.operator, &own, "register-payment", actors.payment("1.00")).await;
    let before = everything(&clinic).await;
    for payment in [theirs, json!(UNKNOWN), json!(own), json!(actors.manager_id)] {
        for (action, body) in [
            ("validate-payment", json!({"payment_id": payment})),
            ("void-payment", json!({"payment_id": payment, "reason": "x"})),
            (
                "register-refund",
                json!({
                    "payment_id": payment, "amount": "1.00", "currency": "PEN", "channel": "CASH",
                    "paid_on": "2026-11-21", "reason": "x"
                }),
            ),
        ] {
            let answer = actors.attempt(&actors.manager, &own, action, &body).await;
            invalid(&answer, &[("/payment_id", "unknown")]);
        }
    }
    assert_eq!(everything(&clinic).await, before);
}

#[tokio::test]
async fn messages_that_cannot_be_read() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.with_doctor().await;
    let before = everything(&clinic).await;
    let json_type = ("content-type", "application/json");
    let large = format!("{{\"reason\":\"{}\"}}", "x".repeat(256 * 1024)).into_bytes();
    let actions = ["assign-manager", "register-payment", "record-evaluation", "issue", "cancel", "override"];
    for action in actions {
        let caller = match action {
            "record-evaluation" | "issue" => &actors.doctor,
            _ => &actors.admin,
        };
        let path = address(&id, action);
        for (content_type, body, status, slug) in [
            (json_type, b"{\"reason\":".to_vec(), 400, "malformed"),
            (json_type, b"{\"reason\":\"\xff\"}".to_vec(), 400, "malformed"),
            (json_type, b"{} {}".to_vec(), 400, "malformed"),
            (json_type, "[".repeat(10_000).into_bytes(), 400, "malformed"),
            (json_type, large.clone(), 413, "too-large"),
            (("content-type", "text/plain"), b"{}".to_vec(), 415, "unsupported-media-type"),
        ] {
            let headers = [content_type, ("idempotency-key", "k"), ("if-match", "*")];
            problem(&caller.send("POST", &path, &headers, body).await, status, slug);
        }
        let twice = b"{\"reason\":\"a\",\"reason\":\"b\"}".to_vec();
        let headers = [json_type, ("idempotency-key", "k"), ("if-match", "*")];
        let answer = caller.send("POST", &path, &headers, twice).await;
        // Whatever the stage says, two values of one name are never taken.
        assert!(matches!(answer.status, 409 | 422), "{}", answer.body);
        for unknown in [UNKNOWN, "x", "01940000000070008000000000000001"] {
            let answer = caller.json("POST", &address(unknown, action), &headers[1..], &json!({})).await;
            problem(&answer, 404, "not-found");
        }
    }
    assert_eq!(everything(&clinic).await, before);
}
