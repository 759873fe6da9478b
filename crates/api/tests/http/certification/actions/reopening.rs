//! Taking up again what was ended.

use chrono::Duration;
use medcert_testkit::{Actors, Clinic};
use serde_json::{Value, json};

use super::super::{available, blocked, invalid, line, problem, texts, wrong_stage};

#[tokio::test]
async fn who_cancelled_may_take_it_back_for_a_day() {
    let clinic = Clinic::open().await;
    let mut actors = Actors::of(&clinic).await;
    let ids = [actors.managed().await, actors.managed().await];
    for id in &ids {
        actors.act(&actors.operator, id, "cancel", json!({"reason": "Client's wish"})).await;
        assert!(available(&actors.seen(&actors.operator, id).await, "REOPEN"));
        assert!(!available(&actors.seen(&actors.manager, id).await, "REOPEN"));
        let other = actors.attempt(&actors.manager, id, "reopen", &json!({"reason": "Not mine"})).await;
        problem(&other, 403, "forbidden");
    }
    let [first, second] = &ids;
    clinic.clock.advance(Duration::hours(24));
    actors.again(&clinic).await;
    let reopened = actors.act(&actors.operator, first, "reopen", json!({"reason": "Came back"})).await;
    assert_eq!((&reopened["stage"], &reopened["cancelled_at"]), (&json!("MANAGER_ASSIGNED"), &Value::Null));
    assert_eq!(reopened["cancellation_reason"], Value::Null);
    let history = actors.history(first).await;
    assert_eq!(line(&history[0]), ["REOPEN", "stage", "CANCELLED", "MANAGER_ASSIGNED", "Came back"]);

    clinic.clock.advance(Duration::microseconds(1));
    assert!(!available(&actors.seen(&actors.operator, second).await, "REOPEN"));
    let late = actors.attempt(&actors.operator, second, "reopen", &json!({"reason": "Came back"})).await;
    problem(&late, 403, "forbidden");
    actors.act(&actors.admin, second, "reopen", json!({"reason": "Came back"})).await;
    wrong_stage(
        &actors.attempt(&actors.admin, second, "reopen", &json!({"reason": "Again"})).await,
        "MANAGER_ASSIGNED",
        &[],
    );
}

#[tokio::test]
async fn what_was_decided_about_money_is_open_again() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.paid().await;
    actors.act(&actors.manager, &id, "cancel", json!({"reason": "x", "money": "REFUND_DUE"})).await;
    let reopened = actors.act(&actors.manager, &id, "reopen", json!({"reason": "Stays"})).await;
    assert_eq!((&reopened["stage"], &reopened["money_decision"]), (&json!("PAID"), &Value::Null));
    assert_eq!(reopened["refund_due"], false);
}

#[tokio::test]
async fn closed_without_certificate_is_reopened_by_the_administrator() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.evaluated().await;
    let body = json!({"outcome": "OTHER", "reason": "Wants none", "money": "KEEP"});
    actors.act(&actors.doctor, &id, "close", body).await;
    for caller in [&actors.operator, &actors.manager, &actors.doctor] {
        assert!(!available(&actors.seen(caller, &id).await, "REOPEN"));
        wrong_stage(&actors.attempt(caller, &id, "reopen", &json!({"reason": "x"})).await, "CLOSED", &[]);
    }
    let reopened = actors.act(&actors.admin, &id, "reopen", json!({"reason": "Wants one"})).await;
    assert_eq!((&reopened["stage"], &reopened["close_outcome"]), (&json!("EVALUATED"), &Value::Null));
    // The evaluation stands as before and can be issued.
    let issued = actors.act(&actors.doctor, &id, "issue", json!({})).await;
    assert_eq!(issued["certificate"]["replaces"], Value::Null);
}

#[tokio::test]
async fn a_certificate_is_replaced_by_the_next() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.issued().await;
    let first = actors.seen(&actors.admin, &id).await["certificate"].clone();
    let plain = json!({"reason": "The name is spelt wrongly"});
    invalid(&actors.attempt(&actors.admin, &id, "reopen", &plain).await, &[("/reason_code", "required")]);
    let coded = json!({"reason": "The name is spelt wrongly", "reason_code": "CLERICAL_CORRECTION"});
    let reopened = actors.act(&actors.admin, &id, "reopen", coded).await;
    assert_eq!(
        (&reopened["stage"], &reopened["certificate"]["status"]),
        (&json!("EVALUATED"), &json!("VALID"))
    );
    let history = actors.history(&id).await;
    let search_terms = "CLERICAL_CORRECTION: The name is spelt wrongly";
    assert_eq!(line(&history[0]), ["REOPEN", "stage", "CLOSED", "EVALUATED", search_terms]);

    // Meanwhile the certificate stays in force, so the request cannot end without another one.
    let in_force = ["CERTIFICATE_IN_FORCE"];
    assert_eq!(blocked(&reopened, "CLOSE"), Some(in_force.to_vec()));
    assert_eq!(blocked(&reopened, "CANCEL"), Some(in_force.to_vec()));
    let close = json!({"outcome": "OTHER", "reason": "x", "money": "KEEP"});
    wrong_stage(&actors.attempt(&actors.doctor, &id, "close", &close).await, "EVALUATED", &in_force);
    let cancel = json!({"reason": "x", "money": "KEEP"});
    wrong_stage(&actors.attempt(&actors.admin, &id, "cancel", &cancel).await, "EVALUATED", &in_force);

    let corrected = json!({"client": {"family_names": "Ñahui Ponze"}});
    actors.edit(&actors.operator, &id, &corrected).await.expect(200);
    actors.act(&actors.doctor, &id, "record-evaluation", Actors::findings()).await;
    let issued = actors.act(&actors.doctor, &id, "issue", json!({})).await;
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
    let history = actors.history(&id).await;
    assert_eq!(line(&history[0]), ["ISSUE", "certificate", "MC-2026-000001", "MC-2026-000002", ""]);
    let summary =
        clinic.texts("SELECT event FROM outbox_message WHERE event LIKE 'certificate.%' ORDER BY id").await;
    assert_eq!(summary, ["certificate.issued", "certificate.superseded", "certificate.issued"]);

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
    let actors = Actors::of(&clinic).await;
    let id = actors.issued().await;
    let coded = json!({"reason": "Left the clinic", "reason_code": "DOCTOR_UNAVAILABLE"});
    actors.act(&actors.admin, &id, "reopen", coded).await;
    let without = actors.act(&actors.admin, &id, "unassign-doctor", json!({})).await;
    assert_eq!((&without["stage"], &without["certificate"]["status"]), (&json!("PAID"), &json!("VALID")));
    assert_eq!(blocked(&without, "CANCEL"), Some(vec!["CERTIFICATE_IN_FORCE"]));
    assert_eq!(blocked(&without, "DELETE"), Some(vec!["MEDICAL_ACT_EXISTS"]));
    assert!(texts(&without["available_actions"]).contains(&"ASSIGN_DOCTOR"));
}
