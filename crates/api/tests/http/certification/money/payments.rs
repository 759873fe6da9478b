//! Money received.

use medcert_domain::policy::Role;
use medcert_testkit::{Actors, Clinic};
use serde_json::json;

use super::{
    super::{available, blocked, invalid, line, problem, wrong_stage},
    refund, standing, trace,
};

#[tokio::test]
async fn parts_add_up() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.managed().await;
    for (amount, after) in [
        ("0.01", ["PARTIAL", "MANAGER_ASSIGNED", "0.01"]),
        ("199.98", ["PARTIAL", "MANAGER_ASSIGNED", "199.99"]),
        ("0.01", ["PAID", "PAID", "200.00"]),
        ("12.5", ["PAID", "PAID", "212.50"]),
    ] {
        let paid = actors.act(&actors.operator, &id, "register-payment", actors.payment(amount)).await;
        assert_eq!(standing(&paid), after);
    }
    let seen = actors.seen(&actors.admin, &id).await;
    assert_eq!(
        (&seen["payments"][3]["amount"], &seen["payments"][3]["rest"]),
        (&json!("12.50"), &json!("12.50"))
    );
    assert_eq!(seen["payments"][0]["validated_by"]["name"], "Octavio Paredes Luna");
    let history = actors.history(&id).await;
    assert_eq!(line(&history[0]), ["REGISTER_PAYMENT", "payment", "", "12.50 PEN", ""]);
    assert_eq!(line(&history[1]), ["REGISTER_PAYMENT", "payment_status", "PARTIAL", "PAID", ""]);
    // A cashier who validates too is what a stricter institution would refuse.
    assert_eq!(history[0]["separation_waived"], true);
    actors.act(&actors.manager, &id, "register-payment", actors.payment("1.00")).await;
    assert_eq!(actors.history(&id).await[0]["separation_waived"], false);
}

#[tokio::test]
async fn impossible_payments_change_nothing() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.managed().await;
    let before = trace(&actors, &id).await;
    for (field, value, faults) in [
        ("amount", "0", [("/amount", "not-positive")]),
        ("amount", "0.00", [("/amount", "not-positive")]),
        ("amount", "-1.00", [("/amount", "amount")]),
        ("amount", "1.005", [("/amount", "amount")]),
        ("amount", "1.000", [("/amount", "amount")]),
        ("amount", "1000000000000", [("/amount", "amount")]),
        ("amount", "1,00", [("/amount", "amount")]),
        ("amount", "1e3", [("/amount", "amount")]),
        ("amount", "NaN", [("/amount", "amount")]),
        ("amount", "", [("/amount", "amount")]),
        ("currency", "USD", [("/currency", "currency")]),
        ("currency", "pen", [("/currency", "unknown-value")]),
        ("currency", "XXX", [("/currency", "unknown-value")]),
        ("paid_on", "2026-11-22", [("/paid_on", "future-date")]),
        ("paid_on", "2026-02-29", [("/paid_on", "date")]),
        ("paid_on", "1849-12-31", [("/paid_on", "date")]),
        ("channel", "CHEQUE", [("/channel", "unknown-value")]),
    ] {
        let mut body = actors.payment("200.00");
        body[field] = json!(value);
        let answer = actors.attempt(&actors.operator, &id, "register-payment", &body).await;
        assert_eq!(answer.status, 422, "{field} {value}: {}", answer.body);
        invalid(&answer, &faults);
    }
    let path = format!("/api/v1/certification-requests/{id}/register-payment");
    let keyless = actors.operator.post(&path, &actors.payment("200.00")).await;
    problem(&keyless, 400, "idempotency-key-missing");
    problem(
        &actors.attempt(&actors.doctor, &id, "register-payment", &actors.payment("1.00")).await,
        403,
        "forbidden",
    );
    assert_eq!(trace(&actors, &id).await, before);
    // The largest there is, and money paid before anybody registered anything.
    let mut body = actors.payment("999999999999.99");
    body["paid_on"] = json!("2026-11-20");
    let paid = actors.act(&actors.operator, &id, "register-payment", body).await;
    assert_eq!(standing(&paid), ["PAID", "PAID", "999999999999.99"]);
}

#[tokio::test]
async fn a_transaction_counts_once() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let (first, second) = (actors.managed().await, actors.managed().await);
    let mut body = actors.payment("200.00");
    body["transaction_reference"] = json!("OP-77");
    let paid = actors.act(&actors.manager, &first, "register-payment", body.clone()).await;
    let before = trace(&actors, &second).await;
    for id in [&first, &second] {
        let answer = actors.attempt(&actors.manager, id, "register-payment", &body).await;
        problem(&answer, 409, "duplicate");
        assert_eq!(answer.faults(), [("/transaction_reference".to_owned(), "duplicate".to_owned())]);
    }
    assert_eq!(trace(&actors, &second).await, before);
    // Another channel numbers on its own.
    let mut plin = body.clone();
    plin["channel"] = json!("PLIN");
    actors.act(&actors.manager, &second, "register-payment", plin).await;
    // What never happened frees its reference.
    let void = json!({"payment_id": paid["payments"][0]["id"], "reason": "Other client"});
    let voided = actors.act(&actors.manager, &first, "void-payment", void.clone()).await;
    assert_eq!(standing(&voided), ["PENDING", "MANAGER_ASSIGNED", "0.00"]);
    assert_eq!(voided["payments"][0]["void_reason"], "Other client");
    assert_eq!(voided["payments"][0]["voided_by"]["name"], "Marisol Quispe Flores");
    let history = actors.history(&first).await;
    assert_eq!(line(&history[0]), ["VOID_PAYMENT", "payment_status", "PAID", "PENDING", ""]);
    assert_eq!(line(&history[1]), ["VOID_PAYMENT", "payment", "200.00 PEN", "", "Other client"]);
    actors.act(&actors.manager, &second, "register-payment", body).await;
    wrong_stage(
        &actors.attempt(&actors.manager, &first, "void-payment", &void).await,
        "MANAGER_ASSIGNED",
        &["PAYMENT_MISSING"],
    );
}

#[tokio::test]
async fn only_an_own_untouched_payment_is_voided() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let (own, foreign) = (actors.paid().await, actors.paid().await);
    let payment = |detail: &serde_json::Value| detail["payments"][0].clone();
    let mine = payment(&actors.seen(&actors.admin, &own).await);
    let theirs = payment(&actors.seen(&actors.admin, &foreign).await);
    let void = |payment: &serde_json::Value| json!({"payment_id": payment["id"], "reason": "x"});
    let answer = actors.attempt(&actors.manager, &own, "void-payment", &void(&theirs)).await;
    invalid(&answer, &[("/payment_id", "unknown")]);
    problem(&actors.attempt(&actors.operator, &own, "void-payment", &void(&mine)).await, 403, "forbidden");
    actors.act(&actors.manager, &own, "register-refund", refund(&mine, "0.01")).await;
    let answer = actors.attempt(&actors.manager, &own, "void-payment", &void(&mine)).await;
    invalid(&answer, &[("/payment_id", "refunded")]);
    let second =
        actors.act(&actors.manager, &own, "register-payment", actors.payment("5.00")).await["payments"][1]
            .clone();
    actors.act(&actors.manager, &own, "void-payment", void(&second)).await;
    let answer = actors.attempt(&actors.manager, &own, "void-payment", &void(&second)).await;
    invalid(&answer, &[("/payment_id", "voided")]);
}

#[tokio::test]
async fn a_stricter_institution_wants_two_people() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    clinic.change_institution(|profile| profile.rules.cashier_may_validate = false).await;
    let id = actors.managed().await;
    assert_eq!(
        blocked(&actors.seen(&actors.manager, &id).await, "VALIDATE_PAYMENT"),
        Some(vec!["NOTHING_TO_VALIDATE"])
    );
    let waiting = actors.act(&actors.operator, &id, "register-payment", actors.payment("200.00")).await;
    assert_eq!(standing(&waiting), ["PENDING", "MANAGER_ASSIGNED", "0.00"]);
    let payment = &waiting["payments"][0];
    assert_eq!((&payment["validated_by"], &payment["rest"]), (&serde_json::Value::Null, &json!("0.00")));
    assert_eq!(actors.history(&id).await[0]["separation_waived"], false);
    let which = json!({"payment_id": payment["id"]});
    problem(&actors.attempt(&actors.operator, &id, "validate-payment", &which).await, 403, "forbidden");
    let early = actors.attempt(&actors.manager, &id, "register-refund", &refund(payment, "1.00")).await;
    wrong_stage(&early, "MANAGER_ASSIGNED", &["NOTHING_TO_REFUND"]);
    assert!(available(&actors.seen(&actors.manager, &id).await, "VALIDATE_PAYMENT"));
    let validated = actors.act(&actors.manager, &id, "validate-payment", which.clone()).await;
    assert_eq!(standing(&validated), ["PAID", "PAID", "200.00"]);
    assert_eq!(validated["payments"][0]["validated_by"]["name"], "Marisol Quispe Flores");
    let history = actors.history(&id).await;
    assert_eq!(line(&history[1]), ["VALIDATE_PAYMENT", "payment", "", "200.00 PEN", ""]);
    let again = actors.attempt(&actors.manager, &id, "validate-payment", &which).await;
    wrong_stage(&again, "PAID", &["NOTHING_TO_VALIDATE"]);
    // A manager's own payment counts at once.
    let own = actors.act(&actors.manager, &id, "register-payment", actors.payment("1.00")).await;
    assert!(own["payments"][1]["validated_by"].is_object());
}

#[tokio::test]
async fn nobody_confirms_their_own_payment() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    clinic.change_institution(|profile| profile.rules.cashier_may_validate = false).await;
    let id = actors.registered().await;
    let waiting = actors.act(&actors.operator, &id, "register-payment", actors.payment("200.00")).await;
    // Promotion does not make two people of one.
    clinic
        .change_user("operator@demo.medcert.test", |user| {
            user.roles.insert(Role::Manager);
        })
        .await;
    let which = json!({"payment_id": waiting["payments"][0]["id"]});
    let answer = actors.attempt(&actors.operator, &id, "validate-payment", &which).await;
    invalid(&answer, &[("/payment_id", "same-person")]);
    actors.act(&actors.admin, &id, "validate-payment", which).await;
}

#[tokio::test]
async fn a_repeated_call_pays_once() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.managed().await;
    let path = format!("/api/v1/certification-requests/{id}/register-payment");
    let body = json!({"channel": "CASH", "paid_on": "2026-11-21", "amount": "50.00", "currency": "PEN"});
    let first = actors.operator.post_once(&path, "till-1", &body).await.expect(200);
    let again = actors.operator.post_once(&path, "till-1", &body).await.expect(200);
    assert_eq!((again.header("idempotency-replayed"), &again.body), ("true", &first.body));
    assert_eq!(again.header("etag"), first.header("etag"));
    let other = actors.operator.post_once(&path, "till-1", &actors.payment("1.00")).await;
    assert_eq!(other.status, 422, "{}", other.body);
    // Somebody else's key is another key.
    actors.manager.post_once(&path, "till-1", &body).await.expect(200);
    let seen = actors.seen(&actors.admin, &id).await;
    assert_eq!(standing(&seen), ["PARTIAL", "MANAGER_ASSIGNED", "100.00"]);
}
