//! Money given back.

use medcert_testkit::{Actors, Clinic};
use serde_json::json;

use super::{
    super::{available, invalid, line, problem, wrong_stage},
    refund, standing, trace,
};

#[tokio::test]
async fn what_is_given_back_no_longer_counts() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.evaluated().await;
    let payment = actors.seen(&actors.admin, &id).await["payments"][0].clone();
    let back = actors.act(&actors.manager, &id, "register-refund", refund(&payment, "0.01")).await;
    // Assignment and evaluation stay, and count again once the fee is covered.
    assert_eq!(standing(&back), ["PARTIAL", "MANAGER_ASSIGNED", "199.99"]);
    assert_eq!(back["doctor"]["name"], "Daniel Ibáñez Costa");
    assert_eq!(
        (&back["payments"][0]["rest"], &back["payments"][0]["amount"]),
        (&json!("199.99"), &json!("200.00"))
    );
    let summary = &back["refunds"][0];
    assert_eq!(
        (&summary["payment_id"], &summary["amount"], &summary["reason"]),
        (&payment["id"], &json!("0.01"), &json!("Complaint upheld"))
    );
    let history = actors.history(&id).await;
    assert_eq!(line(&history[0]), ["REGISTER_REFUND", "payment_status", "PAID", "PARTIAL", ""]);
    assert_eq!(line(&history[1]), ["REGISTER_REFUND", "refund", "", "0.01 PEN", "Complaint upheld"]);
    wrong_stage(&actors.attempt(&actors.doctor, &id, "issue", &json!({})).await, "MANAGER_ASSIGNED", &[]);
    let again = actors.act(&actors.operator, &id, "register-payment", actors.payment("0.01")).await;
    assert_eq!(standing(&again), ["PAID", "EVALUATED", "200.00"]);
    assert!(available(&actors.seen(&actors.doctor, &id).await, "ISSUE"));
}

#[tokio::test]
async fn no_more_than_the_rest_is_given_back() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let (id, foreign) = (actors.paid().await, actors.paid().await);
    let payment = actors.seen(&actors.admin, &id).await["payments"][0].clone();
    actors.act(&actors.manager, &id, "register-refund", refund(&payment, "150.00")).await;
    actors.act(&actors.manager, &id, "register-payment", actors.payment("300.00")).await;
    let before = trace(&actors, &id).await;
    let theirs = actors.seen(&actors.admin, &foreign).await["payments"][0].clone();
    let good = refund(&payment, "50.00");
    let with = |field: &str, value: &str| {
        let mut body = good.clone();
        body[field] = json!(value);
        body
    };
    for (body, faults) in [
        (refund(&payment, "50.01"), [("/amount", "exceeds-rest")]),
        (refund(&payment, "0.00"), [("/amount", "not-positive")]),
        (refund(&payment, "1.001"), [("/amount", "amount")]),
        (refund(&theirs, "1.00"), [("/payment_id", "unknown")]),
        (with("currency", "USD"), [("/currency", "currency")]),
        (with("paid_on", "2026-11-22"), [("/paid_on", "future-date")]),
        (with("channel", "x"), [("/channel", "unknown-value")]),
        (with("reason", " "), [("/reason", "blank")]),
    ] {
        invalid(&actors.attempt(&actors.manager, &id, "register-refund", &body).await, &faults);
    }
    problem(&actors.attempt(&actors.operator, &id, "register-refund", &good).await, 403, "forbidden");
    let path = format!("/api/v1/certification-requests/{id}/register-refund");
    problem(&actors.manager.post(&path, &good).await, 400, "idempotency-key-missing");
    assert_eq!(trace(&actors, &id).await, before);
    let all = actors.act(&actors.manager, &id, "register-refund", good).await;
    assert_eq!(standing(&all), ["PAID", "PAID", "300.00"]);
    assert_eq!(all["payments"][0]["rest"], "0.00");
    let more = actors.attempt(&actors.manager, &id, "register-refund", &refund(&payment, "0.01")).await;
    invalid(&more, &[("/amount", "exceeds-rest")]);
}

#[tokio::test]
async fn after_the_end_it_is_for_those_the_table_names() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.issued().await;
    let payment = actors.seen(&actors.admin, &id).await["payments"][0].clone();
    wrong_stage(
        &actors.attempt(&actors.manager, &id, "register-refund", &refund(&payment, "1.00")).await,
        "CLOSED",
        &[],
    );
    let back = actors.act(&actors.admin, &id, "register-refund", refund(&payment, "200.00")).await;
    // The certificate is not touched by it.
    assert_eq!(standing(&back), ["PENDING", "CLOSED", "0.00"]);
    assert_eq!(back["certificate"]["status"], "VALID");
}
