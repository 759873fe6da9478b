//! Closing without a certificate, and giving up.

use medcert_testkit::{Actors, Clinic};
use serde_json::{Value, json};

use super::super::{available, invalid, line, problem, texts, wrong_stage};

const REQUESTS: &str = "/api/v1/certification-requests";

/// Ids of the requests to which money is still to be given back, or of the others.
async fn due(actors: &Actors, due: bool) -> Vec<String> {
    let list = actors.admin.get(&format!("{REQUESTS}?refund_due={due}&limit=200")).await.expect(200).body;
    let items = list["items"].as_array().unwrap();
    items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn closing_says_how_and_what_becomes_of_the_money() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    for (outcome, money) in [
        ("UNFIT_NO_CERTIFICATE", "KEEP"),
        ("INCONCLUSIVE", "KEEP"),
        ("NO_SHOW", "REFUND_DUE"),
        ("OTHER", "REFUND_DUE"),
    ] {
        let id = actors.with_doctor().await;
        let body = json!({"outcome": outcome, "reason": "As agreed"});
        invalid(&actors.attempt(&actors.doctor, &id, "close", &body).await, &[("/money", "required")]);
        let body = json!({"outcome": outcome, "reason": "As agreed", "money": money});
        let closed = actors.act(&actors.doctor, &id, "close", body).await;
        assert_eq!((&closed["stage"], &closed["waiting_for"]), (&json!("CLOSED"), &json!("NOBODY")));
        assert_eq!(
            (&closed["close_outcome"], &closed["close_reason"]),
            (&json!(outcome), &json!("As agreed"))
        );
        assert_eq!((&closed["money_decision"], &closed["certificate"]), (&json!(money), &Value::Null));
        assert_eq!(closed["closed_by"]["name"], "Daniel Ibáñez Costa");
        assert_eq!(closed["closed_at"], closed["updated_at"]);
        assert_eq!(closed["refund_due"], money == "REFUND_DUE");
        let history = actors.history(&id).await;
        assert_eq!(line(&history[0]), ["CLOSE", "close_outcome", "", outcome, "As agreed"]);
        assert_eq!(line(&history[1]), ["CLOSE", "money", "", money, ""]);
        assert_eq!(due(&actors, true).await.contains(&id), money == "REFUND_DUE");
        wrong_stage(
            &actors.attempt(&actors.doctor, &id, "close", &json!({"outcome": outcome, "reason": "x"})).await,
            "CLOSED",
            &[],
        );
    }
}

#[tokio::test]
async fn closing_is_for_the_doctor_and_the_administrator() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let body = json!({"outcome": "NO_SHOW", "reason": "Did not come", "money": "KEEP"});
    let id = actors.paid().await;
    wrong_stage(&actors.attempt(&actors.admin, &id, "close", &body).await, "PAID", &[]);
    actors.act(&actors.manager, &id, "assign-doctor", json!({"staff_id": actors.doctor_id})).await;
    problem(&actors.attempt(&actors.operator, &id, "close", &body).await, 403, "forbidden");
    problem(&actors.attempt(&actors.manager, &id, "close", &body).await, 403, "forbidden");
    actors.act(&actors.admin, &id, "close", body).await;

    // An evaluated request may be closed too, and its evaluation stays.
    let id = actors.evaluated().await;
    let body = json!({"outcome": "UNFIT_NO_CERTIFICATE", "reason": "Wants none", "money": "KEEP"});
    let closed = actors.act(&actors.admin, &id, "close", body).await;
    assert_eq!(closed["evaluations"][0]["superseded_at"], Value::Null);
}

#[tokio::test]
async fn without_money_there_is_nothing_to_decide() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.managed().await;
    let waived = json!({"amount": "0", "currency": "PEN", "reason": "Colleague"});
    actors.act(&actors.manager, &id, "override-fee", waived).await;
    actors.act(&actors.manager, &id, "assign-doctor", json!({"staff_id": actors.doctor_id})).await;
    let body = json!({"outcome": "NO_SHOW", "reason": "Did not come", "money": "REFUND_DUE"});
    let closed = actors.act(&actors.doctor, &id, "close", body).await;
    assert_eq!((&closed["money_decision"], &closed["refund_due"]), (&Value::Null, &json!(false)));

    let id = actors.registered().await;
    let cancelled = actors.act(&actors.operator, &id, "cancel", json!({"reason": "Typed twice"})).await;
    assert_eq!((&cancelled["stage"], &cancelled["money_decision"]), (&json!("CANCELLED"), &Value::Null));
    assert_eq!(cancelled["cancellation_reason"], "Typed twice");
    assert_eq!(cancelled["cancelled_by"]["name"], "Octavio Paredes Luna");
    assert_eq!(cancelled["cancelled_at"], "2026-11-21T15:00:00.000000Z");
}

#[tokio::test]
async fn what_is_due_is_due_until_it_is_given_back() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let (kept, owed) = (actors.paid().await, actors.paid().await);
    invalid(
        &actors.attempt(&actors.operator, &owed, "cancel", &json!({"reason": "Moved away"})).await,
        &[("/money", "required")],
    );
    actors.act(&actors.operator, &kept, "cancel", json!({"reason": "Moved away", "money": "KEEP"})).await;
    let cancelled = actors
        .act(&actors.operator, &owed, "cancel", json!({"reason": "Moved away", "money": "REFUND_DUE"}))
        .await;
    assert_eq!(
        (&cancelled["refund_due"], &cancelled["money_decision"]),
        (&json!(true), &json!("REFUND_DUE"))
    );
    let history = actors.history(&owed).await;
    assert_eq!(line(&history[0]), ["CANCEL", "stage", "PAID", "CANCELLED", "Moved away"]);
    assert_eq!(line(&history[1]), ["CANCEL", "money", "", "REFUND_DUE", ""]);
    assert_eq!(due(&actors, true).await, [owed.as_str()]);
    assert_eq!(due(&actors, false).await, [kept.as_str()]);

    let seen = actors.seen(&actors.manager, &owed).await;
    assert!(available(&seen, "REGISTER_REFUND"), "{seen}");
    let refund = |amount: &str| {
        json!({
            "payment_id": seen["payments"][0]["id"], "amount": amount, "currency": "PEN", "channel": "CASH",
            "paid_on": "2026-11-21", "reason": "Cancelled"
        })
    };
    let part = actors.act(&actors.manager, &owed, "register-refund", refund("150.00")).await;
    assert_eq!((&part["refund_due"], &part["paid_total"]["amount"]), (&json!(true), &json!("50.00")));
    let rest = actors.act(&actors.manager, &owed, "register-refund", refund("50.00")).await;
    assert_eq!((&rest["refund_due"], &rest["stage"]), (&json!(false), &json!("CANCELLED")));
    assert!(due(&actors, true).await.is_empty());
    wrong_stage(
        &actors.attempt(&actors.manager, &owed, "register-refund", &refund("1.00")).await,
        "CANCELLED",
        &["NOTHING_TO_REFUND"],
    );
}

#[tokio::test]
async fn a_request_given_up_is_left_alone() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.managed().await;
    actors.act(&actors.manager, &id, "cancel", json!({"reason": "Client's wish"})).await;
    let version = actors.seen(&actors.admin, &id).await["version"].clone();
    for (action, body) in [
        ("cancel", json!({"reason": "Again"})),
        ("assign-manager", json!({"staff_id": actors.manager_id})),
        ("unassign-manager", json!({})),
        ("register-payment", actors.payment("200.00")),
        ("observe-payment", json!({"reason": "Doubts"})),
        ("override-fee", json!({"amount": "1", "currency": "PEN", "reason": "x"})),
    ] {
        wrong_stage(&actors.attempt(&actors.admin, &id, action, &body).await, "CANCELLED", &[]);
    }
    wrong_stage(&actors.edit(&actors.admin, &id, &json!({"comment": "x"})).await, "CANCELLED", &[]);
    let seen = actors.seen(&actors.admin, &id).await;
    assert_eq!(seen["version"], version);
    assert_eq!(texts(&seen["available_actions"]), ["REOPEN", "DELETE", "OVERRIDE", "ADD_FILE"]);
}
