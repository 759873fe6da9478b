//! Money that is in doubt.

use medcert_testkit::{Cast, Clinic};
use serde_json::{Value, json};

use super::{
    super::{available, blocked, invalid, line, problem, wrong_stage},
    standing,
};

#[tokio::test]
async fn doubts_stop_assigning_a_doctor() {
    let clinic = Clinic::open().await;
    let cast = Cast::of(&clinic).await;
    let id = cast.paid().await;
    let why = json!({"reason": "The receipt looks forged"});
    problem(&cast.attempt(&cast.operator, &id, "observe-payment", &why).await, 403, "forbidden");
    invalid(
        &cast.attempt(&cast.manager, &id, "observe-payment", &json!({})).await,
        &[("/reason", "required")],
    );
    let clear = cast.attempt(&cast.manager, &id, "clear-observation", &json!({})).await;
    wrong_stage(&clear, "PAID", &["PAYMENT_NOT_OBSERVED"]);
    let doubted = cast.act(&cast.manager, &id, "observe-payment", why.clone()).await;
    assert_eq!(standing(&doubted), ["OBSERVED", "MANAGER_ASSIGNED", "200.00"]);
    assert_eq!((&doubted["observed_reason"], &doubted["waiting_for"]), (&why["reason"], &json!("MANAGER")));
    assert_eq!(blocked(&doubted, "OBSERVE_PAYMENT"), Some(vec!["PAYMENT_OBSERVED"]));
    let again = cast.attempt(&cast.manager, &id, "observe-payment", &why).await;
    wrong_stage(&again, "MANAGER_ASSIGNED", &["PAYMENT_OBSERVED"]);
    let doctor = json!({"staff_id": cast.doctor_id});
    wrong_stage(&cast.attempt(&cast.manager, &id, "assign-doctor", &doctor).await, "MANAGER_ASSIGNED", &[]);
    let list =
        cast.admin.get("/api/v1/certification-requests?payment_status=OBSERVED").await.expect(200).body;
    assert_eq!(list["items"][0]["id"], id.as_str());

    let cleared =
        cast.act(&cast.manager, &id, "clear-observation", json!({"comment": "Seen at the bank"})).await;
    assert_eq!((standing(&cleared), &cleared["observed_reason"]), (["PAID", "PAID", "200.00"], &Value::Null));
    let history = cast.history(&id).await;
    let words = "Seen at the bank";
    assert_eq!(line(&history[0]), ["CLEAR_OBSERVATION", "payment_status", "OBSERVED", "PAID", words]);
    let words = "The receipt looks forged";
    assert_eq!(line(&history[1]), ["OBSERVE_PAYMENT", "payment_status", "PAID", "OBSERVED", words]);
    cast.act(&cast.manager, &id, "assign-doctor", doctor).await;
}

#[tokio::test]
async fn doubts_stop_issuing_but_no_evaluation() {
    let clinic = Clinic::open().await;
    let cast = Cast::of(&clinic).await;
    let id = cast.with_doctor().await;
    cast.act(&cast.manager, &id, "observe-payment", json!({"reason": "Doubts"})).await;
    // Payment gates only issuing.
    let evaluated = cast.act(&cast.doctor, &id, "record-evaluation", Cast::findings()).await;
    assert_eq!(evaluated["stage"], "MANAGER_ASSIGNED");
    assert!(!available(&evaluated, "ISSUE"));
    wrong_stage(&cast.attempt(&cast.doctor, &id, "issue", &json!({})).await, "MANAGER_ASSIGNED", &[]);
    let cleared = cast.act(&cast.manager, &id, "clear-observation", json!({})).await;
    assert_eq!(standing(&cleared), ["PAID", "EVALUATED", "200.00"]);
    cast.act(&cast.doctor, &id, "issue", json!({})).await;
}
