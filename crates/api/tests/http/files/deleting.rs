use chrono::Duration;
use medcert_testkit::{Actors, Clinic};
use serde_json::json;

use super::*;

#[tokio::test]
async fn who_uploaded_it_takes_it_away_within_a_day_and_administrators_at_any_time() {
    let clinic = Clinic::open().await;
    let mut actors = Actors::of(&clinic).await;
    let id = actors.managed().await;
    let (mine, later, third) = (
        added(&actors.operator, &id, "DOCUMENT").await,
        added(&actors.operator, &id, "DOCUMENT").await,
        added(&actors.manager, &id, "OTHER").await,
    );
    problem(&take(&actors.manager, &mine).await, 403, "forbidden");
    problem(&take(&actors.doctor, &mine).await, 404, "not-found");
    let shown = actors.manager.get(&format!("{REQUESTS}/{id}/files")).await.body;
    let summary: Vec<&Value> =
        shown["items"].as_array().unwrap().iter().map(|f| &f["available_actions"]).collect();
    assert_eq!(summary, [&json!([]), &json!([]), &json!(["DELETE_FILE"])]);
    clinic.clock.advance(Duration::hours(24));
    actors.again(&clinic).await;
    take(&actors.operator, &mine).await.expect(204);
    clinic.clock.advance(Duration::seconds(1));
    problem(&take(&actors.operator, &later).await, 403, "forbidden");
    take(&actors.admin, &later).await.expect(204);
    actors.act(&actors.admin, &id, "cancel", json!({"reason": "gave up"})).await;
    wrong_stage(&take(&actors.admin, &third).await, &[]);
    // Afterwards only the administrator adds any.
    problem(&add(&actors.operator, &id, "OTHER", "a.pdf", &pdf(1)).await, 409, "wrong-stage");
    added(&actors.admin, &id, "OTHER").await;
}

#[tokio::test]
async fn evidence_of_a_payment_in_force_stays() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.paid().await;
    let payment = actors.seen(&actors.admin, &id).await["payments"][0]["id"].as_str().unwrap().to_owned();
    let bytes = pdf(10);
    let parts: [Part<'_>; 3] = [
        ("kind", None, b"PAYMENT_EVIDENCE"),
        ("payment_id", None, payment.as_bytes()),
        ("file", Some("a.pdf"), &bytes),
    ];
    let made = send(&actors.manager, &id, &[], &parts).await.expect(201);
    assert_eq!(made.body["available_actions"], json!([]));
    let file = made.body["id"].as_str().unwrap();
    for caller in [&actors.manager, &actors.admin] {
        wrong_stage(&take(caller, file).await, &["PAYMENT_IN_FORCE"]);
    }
    actors
        .act(&actors.manager, &id, "void-payment", json!({"payment_id": payment, "reason": "typed twice"}))
        .await;
    take(&actors.manager, file).await.expect(204);
}

#[tokio::test]
async fn nothing_is_taken_away_once_a_certificate_was_issued() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.evaluated().await;
    let file = added(&actors.admin, &id, "DOCUMENT").await;
    actors.act(&actors.doctor, &id, "issue", json!({})).await;
    wrong_stage(&take(&actors.admin, &file).await, &[]);
    let reopen = json!({"reason": "a letter is wrong", "reason_code": "CLERICAL_CORRECTION"});
    actors.act(&actors.admin, &id, "reopen", reopen).await;
    wrong_stage(&take(&actors.admin, &file).await, &["CERTIFICATE_ISSUED"]);
    actors.admin.get(&format!("/api/v1/files/{file}/content")).await.expect(200);
}

#[tokio::test]
async fn the_reason_is_optional_and_checked() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.registered().await;
    let file = added(&actors.operator, &id, "DOCUMENT").await;
    let path = format!("/api/v1/files/{file}");
    let with = async |body: &Value| actors.operator.json("DELETE", &path, &[("if-match", "*")], body).await;
    invalid(&with(&json!({"reason": "x".repeat(1001)})).await, &[("/reason", "too-long")]);
    invalid(&with(&json!({"reason": 1})).await, &[("/reason", "type")]);
    invalid(&with(&json!({"why": "x"})).await, &[("/why", "unknown-field")]);
    with(&json!({"reason": null})).await.expect(204);
}
