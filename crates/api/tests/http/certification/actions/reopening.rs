//! Taking up again what was ended.

use chrono::Duration;
use medcert_testkit::{Cast, Clinic};
use serde_json::{Value, json};

use super::super::{available, blocked, invalid, line, problem, texts, wrong_stage};

#[tokio::test]
async fn who_cancelled_may_take_it_back_for_a_day() {
    let clinic = Clinic::open().await;
    let mut cast = Cast::of(&clinic).await;
    let ids = [cast.managed().await, cast.managed().await];
    for id in &ids {
        cast.act(&cast.operator, id, "cancel", json!({"reason": "Client's wish"})).await;
        assert!(available(&cast.seen(&cast.operator, id).await, "REOPEN"));
        assert!(!available(&cast.seen(&cast.manager, id).await, "REOPEN"));
        let other = cast.attempt(&cast.manager, id, "reopen", &json!({"reason": "Not mine"})).await;
        problem(&other, 403, "forbidden");
    }
    let [first, second] = &ids;
    clinic.clock.advance(Duration::hours(24));
    cast.again(&clinic).await;
    let reopened = cast.act(&cast.operator, first, "reopen", json!({"reason": "Came back"})).await;
    assert_eq!((&reopened["stage"], &reopened["cancelled_at"]), (&json!("MANAGER_ASSIGNED"), &Value::Null));
    assert_eq!(reopened["cancellation_reason"], Value::Null);
    let history = cast.history(first).await;
    assert_eq!(line(&history[0]), ["REOPEN", "stage", "CANCELLED", "MANAGER_ASSIGNED", "Came back"]);

    clinic.clock.advance(Duration::microseconds(1));
    assert!(!available(&cast.seen(&cast.operator, second).await, "REOPEN"));
    let late = cast.attempt(&cast.operator, second, "reopen", &json!({"reason": "Came back"})).await;
    problem(&late, 403, "forbidden");
    cast.act(&cast.admin, second, "reopen", json!({"reason": "Came back"})).await;
    wrong_stage(
        &cast.attempt(&cast.admin, second, "reopen", &json!({"reason": "Again"})).await,
        "MANAGER_ASSIGNED",
        &[],
    );
}

#[tokio::test]
async fn what_was_decided_about_money_is_open_again() {
    let clinic = Clinic::open().await;
    let cast = Cast::of(&clinic).await;
    let id = cast.paid().await;
    cast.act(&cast.manager, &id, "cancel", json!({"reason": "x", "money": "REFUND_DUE"})).await;
    let reopened = cast.act(&cast.manager, &id, "reopen", json!({"reason": "Stays"})).await;
    assert_eq!((&reopened["stage"], &reopened["money_decision"]), (&json!("PAID"), &Value::Null));
    assert_eq!(reopened["refund_due"], false);
}

#[tokio::test]
async fn closed_without_certificate_is_reopened_by_the_administrator() {
    let clinic = Clinic::open().await;
    let cast = Cast::of(&clinic).await;
    let id = cast.evaluated().await;
    let body = json!({"outcome": "OTHER", "reason": "Wants none", "money": "KEEP"});
    cast.act(&cast.doctor, &id, "close", body).await;
    for caller in [&cast.operator, &cast.manager, &cast.doctor] {
        assert!(!available(&cast.seen(caller, &id).await, "REOPEN"));
        wrong_stage(&cast.attempt(caller, &id, "reopen", &json!({"reason": "x"})).await, "CLOSED", &[]);
    }
    let reopened = cast.act(&cast.admin, &id, "reopen", json!({"reason": "Wants one"})).await;
    assert_eq!((&reopened["stage"], &reopened["close_outcome"]), (&json!("EVALUATED"), &Value::Null));
    // The evaluation stands as before and can be issued.
    let issued = cast.act(&cast.doctor, &id, "issue", json!({})).await;
    assert_eq!(issued["certificate"]["replaces"], Value::Null);
}

#[tokio::test]
async fn a_certificate_is_replaced_by_the_next() {
    let clinic = Clinic::open().await;
    let cast = Cast::of(&clinic).await;
    let id = cast.issued().await;
    let first = cast.seen(&cast.admin, &id).await["certificate"].clone();
    let plain = json!({"reason": "The name is spelt wrongly"});
    invalid(&cast.attempt(&cast.admin, &id, "reopen", &plain).await, &[("/reason_code", "required")]);
    let coded = json!({"reason": "The name is spelt wrongly", "reason_code": "CLERICAL_CORRECTION"});
    let reopened = cast.act(&cast.admin, &id, "reopen", coded).await;
    assert_eq!(
        (&reopened["stage"], &reopened["certificate"]["status"]),
        (&json!("EVALUATED"), &json!("VALID"))
    );
    let history = cast.history(&id).await;
    let words = "CLERICAL_CORRECTION: The name is spelt wrongly";
    assert_eq!(line(&history[0]), ["REOPEN", "stage", "CLOSED", "EVALUATED", words]);

    // Meanwhile the certificate stays in force, so the request cannot end without another one.
    let in_force = ["CERTIFICATE_IN_FORCE"];
    assert_eq!(blocked(&reopened, "CLOSE"), Some(in_force.to_vec()));
    assert_eq!(blocked(&reopened, "CANCEL"), Some(in_force.to_vec()));
    let close = json!({"outcome": "OTHER", "reason": "x", "money": "KEEP"});
    wrong_stage(&cast.attempt(&cast.doctor, &id, "close", &close).await, "EVALUATED", &in_force);
    let cancel = json!({"reason": "x", "money": "KEEP"});
    wrong_stage(&cast.attempt(&cast.admin, &id, "cancel", &cancel).await, "EVALUATED", &in_force);

    let corrected = json!({"client": {"family_names": "Ñahui Ponze"}});
    cast.edit(&cast.operator, &id, &corrected).await.expect(200);
    cast.act(&cast.doctor, &id, "record-evaluation", Cast::findings()).await;
    let issued = cast.act(&cast.doctor, &id, "issue", json!({})).await;
    let second = issued["certificate"].clone();
    assert_eq!(issued["stage"], "CLOSED");
    assert_eq!((&second["number"], &second["replaces"]), (&json!("MC-2026-000002"), &first["id"]));
    assert_eq!(second["holder"]["name"], "Lucía Ñahui Ponze");
    let former = &issued["certificates"][0];
    assert_eq!((&former["status"], &former["replaced_by"]), (&json!("SUPERSEDED"), &second["id"]));
    // But for its status it is what it was.
    for fixed in ["number", "public_id", "holder", "pdf_sha256", "issued_at", "valid_until"] {
        assert_eq!(former[fixed], first[fixed], "{fixed}");
    }
    let history = cast.history(&id).await;
    assert_eq!(line(&history[0]), ["ISSUE", "certificate", "MC-2026-000001", "MC-2026-000002", ""]);
    let told =
        clinic.texts("SELECT event FROM outbox_message WHERE event LIKE 'certificate.%' ORDER BY id").await;
    assert_eq!(told, ["certificate.issued", "certificate.superseded", "certificate.issued"]);

    let [old, new] = [&first, &second].map(|c| c["public_id"].as_str().unwrap());
    let public = clinic.anonymous().get(&format!("/api/v1/public/certificates/{old}")).await.expect(200).body;
    assert_eq!((&public["overall"], &public["replaced_by"]), (&json!("REPLACED"), &json!(new)));
    let page = clinic.anonymous().get(&format!("/v/{old}?lang=en")).await.expect(200);
    let html = String::from_utf8(page.bytes).unwrap();
    assert!(html.contains("Replaced") && html.contains(&format!("/v/{new}?lang=en")), "{html}");
    let page = clinic.anonymous().get(&format!("/v/{new}?lang=en")).await.expect(200);
    assert!(String::from_utf8(page.bytes).unwrap().contains("Genuine"));
}

#[tokio::test]
async fn without_its_doctor_a_certificate_still_stays_in_force() {
    let clinic = Clinic::open().await;
    let cast = Cast::of(&clinic).await;
    let id = cast.issued().await;
    let coded = json!({"reason": "Left the clinic", "reason_code": "DOCTOR_UNAVAILABLE"});
    cast.act(&cast.admin, &id, "reopen", coded).await;
    let without = cast.act(&cast.admin, &id, "unassign-doctor", json!({})).await;
    assert_eq!((&without["stage"], &without["certificate"]["status"]), (&json!("PAID"), &json!("VALID")));
    assert_eq!(blocked(&without, "CANCEL"), Some(vec!["CERTIFICATE_IN_FORCE"]));
    assert_eq!(blocked(&without, "DELETE"), Some(vec!["MEDICAL_ACT_EXISTS"]));
    assert!(texts(&without["available_actions"]).contains(&"ASSIGN_DOCTOR"));
}
