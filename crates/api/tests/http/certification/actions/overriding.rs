//! What an administrator does to a finished request without reopening it.

use medcert_domain::policy::Role;
use medcert_testkit::{Actors, Answered, Clinic};
use serde_json::{Value, json};

use super::super::{invalid, line, problem, wrong_stage};

async fn overrule(actors: &Actors, id: &str, action: &str, payload: &Value) -> Answered {
    let body = json!({"reason": "Complaint upheld", "action": action, "payload": payload});
    actors.attempt(&actors.admin, id, "override", &body).await
}

#[tokio::test]
async fn each_allowed_action_leaves_the_request_closed() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let other = clinic.hire("other@demo.medcert.test", ("Olga", "Prado"), Role::Manager).await.to_string();
    let id = actors.issued().await;
    let certificate = actors.seen(&actors.admin, &id).await["certificate"].clone();

    let payload = json!({"comment": "Sent by post", "client": {"phone": "+51 999 111 222"}});
    let edited = overrule(&actors, &id, "EDIT", &payload).await.expect(200).body;
    assert_eq!(
        (&edited["comment"], &edited["client"]["phone"]),
        (&json!("Sent by post"), &json!("+51 999 111 222"))
    );
    assert_eq!(edited["person_changes"][0]["field"], "phone");
    let history = actors.history(&id).await;
    assert_eq!(line(&history[2]), ["OVERRIDE", "override", "", "EDIT", "Complaint upheld"]);
    assert_eq!(line(&history[1]), ["EDIT", "client.phone", "", "+51 999 111 222", ""]);
    assert_eq!(line(&history[0]), ["EDIT", "comment", "", "Sent by post", ""]);

    let paid = overrule(&actors, &id, "REGISTER_PAYMENT", &actors.payment("50.00")).await.expect(200).body;
    assert_eq!(paid["paid_total"]["amount"], "250.00");
    let second = paid["payments"][1]["id"].clone();
    let refund = json!({
        "payment_id": second, "amount": "20.00", "currency": "PEN", "channel": "CASH", "paid_on": "2026-11-21",
        "reason": "Too much"
    });
    let refunded = overrule(&actors, &id, "REGISTER_REFUND", &refund).await.expect(200).body;
    assert_eq!(refunded["paid_total"]["amount"], "230.00");
    let third = overrule(&actors, &id, "REGISTER_PAYMENT", &actors.payment("1.00")).await.expect(200).body;
    let void = json!({"payment_id": third["payments"][2]["id"], "reason": "Typed twice"});
    let voided = overrule(&actors, &id, "VOID_PAYMENT", &void).await.expect(200).body;
    assert_eq!(voided["paid_total"]["amount"], "230.00");
    let to = json!({"staff_id": other, "comment": "Takes over"});
    let changed = overrule(&actors, &id, "CHANGE_MANAGER", &to).await.expect(200).body;
    assert_eq!(changed["manager"]["name"], "Olga Prado");

    assert_eq!((&changed["stage"], &changed["certificate"]), (&json!("CLOSED"), &certificate));
    let history = actors.history(&id).await;
    assert_eq!(
        line(&history[0]),
        ["CHANGE_MANAGER", "manager", "Marisol Quispe Flores", "Olga Prado", "Takes over"]
    );
    assert_eq!(line(&history[1]), ["OVERRIDE", "override", "", "CHANGE_MANAGER", "Complaint upheld"]);
    let noted =
        "SELECT reason FROM audit_event WHERE action = 'certification.override' ORDER BY occurred_at, id";
    assert_eq!(clinic.texts(noted).await, vec!["Complaint upheld"; 6]);
}

#[tokio::test]
async fn nothing_that_a_certificate_prints_is_changed() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.issued().await;
    let before = actors.seen(&actors.admin, &id).await;
    let guardian = json!({
        "document_type": "DNI", "document_number": "20202020", "given_names": "G", "family_names": "H",
        "birth_date": "1970-01-01", "relationship": "PARENT"
    });
    for payload in [
        json!({"client": {"given_names": "Lucia"}}),
        json!({"client": {"birth_date": "1990-04-13"}}),
        json!({"client": {"document_type": "DNI", "document_number": "99999999"}}),
        json!({"guardian": guardian}),
    ] {
        let answer = overrule(&actors, &id, "EDIT", &payload).await;
        wrong_stage(&answer, "CLOSED", &["CERTIFICATE_IN_FORCE"]);
    }
    assert_eq!(actors.seen(&actors.admin, &id).await, before);

    // A request that was given up prints nothing.
    let id = actors.managed().await;
    actors.act(&actors.operator, &id, "cancel", json!({"reason": "x"})).await;
    let edited =
        overrule(&actors, &id, "EDIT", &json!({"client": {"given_names": "Lucia"}})).await.expect(200);
    assert_eq!(
        (&edited.body["client"]["given_names"], &edited.body["stage"]),
        (&json!("Lucia"), &json!("CANCELLED"))
    );
}

#[tokio::test]
async fn it_never_attests_and_keeps_the_other_rules() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.issued().await;
    for action in [
        "ISSUE",
        "RECORD_EVALUATION",
        "ASSIGN_DOCTOR",
        "CHANGE_DOCTOR",
        "CANCEL",
        "CLOSE",
        "REOPEN",
        "OVERRIDE",
        "DELETE",
    ] {
        let answer = overrule(&actors, &id, action, &json!({})).await;
        invalid(&answer, &[("/action", "not-overridable")]);
    }
    invalid(&overrule(&actors, &id, "FORGE", &json!({})).await, &[("/action", "unknown-value")]);
    let mut free = actors.payment("0.00");
    invalid(&overrule(&actors, &id, "REGISTER_PAYMENT", &free).await, &[("/payload/amount", "not-positive")]);
    free["amount"] = json!("10.00");
    free["currency"] = json!("USD");
    invalid(&overrule(&actors, &id, "REGISTER_PAYMENT", &free).await, &[("/payload/currency", "currency")]);
    let void = json!({"payment_id": "01940000-0000-7000-8000-0000000000ff", "reason": "x"});
    invalid(&overrule(&actors, &id, "VOID_PAYMENT", &void).await, &[("/payload/payment_id", "unknown")]);
    let unknown = json!({"staff_id": "01940000-0000-7000-8000-0000000000ff"});
    invalid(&overrule(&actors, &id, "CHANGE_MANAGER", &unknown).await, &[("/payload/staff_id", "unknown")]);
    invalid(
        &overrule(&actors, &id, "EDIT", &json!({"forged": 1})).await,
        &[("/payload/forged", "unknown-field")],
    );
    let mut double = actors.payment("1.00");
    double["transaction_reference"] =
        actors.seen(&actors.admin, &id).await["payments"][0]["transaction_reference"].clone();
    let duplicate = overrule(&actors, &id, "REGISTER_PAYMENT", &double).await;
    problem(&duplicate, 409, "duplicate");
    assert_eq!(duplicate.faults(), [("/payload/transaction_reference".to_owned(), "duplicate".to_owned())]);

    // Money is moved once.
    let body = json!({"reason": "r", "action": "REGISTER_PAYMENT", "payload": actors.payment("1.00")});
    let path = format!("/api/v1/certification-requests/{id}/override");
    problem(&actors.admin.post(&path, &body).await, 400, "idempotency-key-missing");
    assert_eq!(actors.seen(&actors.admin, &id).await["version"], 6);
    for key in ["once", "once"] {
        let paid = actors.admin.post_once(&path, key, &body).await.expect(200);
        assert_eq!(paid.body["paid_total"]["amount"], "201.00");
    }
}

#[tokio::test]
async fn it_is_for_administrators_and_finished_requests() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.evaluated().await;
    wrong_stage(&overrule(&actors, &id, "EDIT", &json!({"comment": "x"})).await, "EVALUATED", &[]);
    actors.act(&actors.doctor, &id, "issue", json!({})).await;
    let body = json!({"reason": "r", "action": "EDIT", "payload": {"comment": "x"}});
    for caller in [&actors.operator, &actors.manager, &actors.doctor] {
        problem(&actors.attempt(caller, &id, "override", &body).await, 403, "forbidden");
    }
}
