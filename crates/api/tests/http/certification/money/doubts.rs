//! Money that is in doubt.

use medcert_testkit::{Actors, Clinic};
use serde_json::{Value, json};

use super::{
    super::{available, blocked, invalid, line, problem, wrong_stage},
    standing,
};

#[tokio::test]
async fn doubts_stop_assigning_a_doctor() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.paid().await;
    let why = json!({"reason": "The receipt looks forged"});
    problem(&actors.attempt(&actors.operator, &id, "observe-payment", &why).await, 403, "forbidden");
    invalid(
        &actors.attempt(&actors.manager, &id, "observe-payment", &json!({})).await,
        &[("/reason", "required")],
    );
    let clear = actors.attempt(&actors.manager, &id, "clear-observation", &json!({})).await;
    wrong_stage(&clear, "PAID", &["PAYMENT_NOT_OBSERVED"]);
    let doubted = actors.act(&actors.manager, &id, "observe-payment", why.clone()).await;
    assert_eq!(standing(&doubted), ["OBSERVED", "MANAGER_ASSIGNED", "200.00"]);
    assert_eq!((&doubted["observed_reason"], &doubted["waiting_for"]), (&why["reason"], &json!("MANAGER")));
    assert_eq!(blocked(&doubted, "OBSERVE_PAYMENT"), Some(vec!["PAYMENT_OBSERVED"]));
    let again = actors.attempt(&actors.manager, &id, "observe-payment", &why).await;
    wrong_stage(&again, "MANAGER_ASSIGNED", &["PAYMENT_OBSERVED"]);
    let doctor = json!({"staff_id": actors.doctor_id});
    wrong_stage(
        &actors.attempt(&actors.manager, &id, "assign-doctor", &doctor).await,
        "MANAGER_ASSIGNED",
        &[],
    );
    let list =
        actors.admin.get("/api/v1/certification-requests?payment_status=OBSERVED").await.expect(200).body;
    assert_eq!(list["items"][0]["id"], id.as_str());

    let cleared =
        actors.act(&actors.manager, &id, "clear-observation", json!({"comment": "Seen at the bank"})).await;
    assert_eq!((standing(&cleared), &cleared["observed_reason"]), (["PAID", "PAID", "200.00"], &Value::Null));
    let history = actors.history(&id).await;
    let search_terms = "Seen at the bank";
    assert_eq!(line(&history[0]), ["CLEAR_OBSERVATION", "payment_status", "OBSERVED", "PAID", search_terms]);
    let search_terms = "The receipt looks forged";
    assert_eq!(line(&history[1]), ["OBSERVE_PAYMENT", "payment_status", "PAID", "OBSERVED", search_terms]);
    actors.act(&actors.manager, &id, "assign-doctor", doctor).await;
}

#[tokio::test]
async fn doubts_stop_issuing_but_no_evaluation() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.with_doctor().await;
    actors.act(&actors.manager, &id, "observe-payment", json!({"reason": "Doubts"})).await;
    // Payment gates only issuing.
    let evaluated = actors.act(&actors.doctor, &id, "record-evaluation", Actors::findings()).await;
    assert_eq!(evaluated["stage"], "MANAGER_ASSIGNED");
    assert!(!available(&evaluated, "ISSUE"));
    wrong_stage(&actors.attempt(&actors.doctor, &id, "issue", &json!({})).await, "MANAGER_ASSIGNED", &[]);
    let cleared = actors.act(&actors.manager, &id, "clear-observation", json!({})).await;
    assert_eq!(standing(&cleared), ["PAID", "EVALUATED", "200.00"]);
    actors.act(&actors.doctor, &id, "issue", json!({})).await;
}
