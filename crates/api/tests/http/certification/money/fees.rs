//! What is to be paid.

use medcert_domain::Id;
use medcert_testkit::{Cast, Clinic};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    super::{blocked, invalid, line, problem, wrong_stage},
    standing,
};

async fn services(cast: &Cast) -> Vec<String> {
    let list = cast.admin.get("/api/v1/services").await.expect(200).body;
    list["items"].as_array().unwrap().iter().map(|s| s["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_fee_is_that_of_the_service_on_the_day() {
    let clinic = Clinic::open().await;
    let cast = Cast::of(&clinic).await;
    let before = cast.managed().await;
    let service = Uuid::parse_str(&cast.service_id).unwrap();
    clinic.change_service(Id::new(service), |service| service.fee.minor = 25_000).await;
    let after = cast.registered().await;
    let fee = |amount: &str| json!({"amount": amount, "currency": "PEN", "source": "SERVICE"});
    assert_eq!(cast.seen(&cast.admin, &before).await["fee"], fee("200.00"));
    assert_eq!(cast.seen(&cast.admin, &after).await["fee"], fee("250.00"));
    let paid = cast.act(&cast.manager, &before, "register-payment", cast.payment("200.00")).await;
    assert_eq!(standing(&paid), ["PAID", "PAID", "200.00"]);

    clinic.change_service(Id::new(service), |service| service.active = false).await;
    let answer = cast.operator.post("/api/v1/certification-requests", &cast.new_request()).await;
    invalid(&answer, &[("/service_id", "inactive")]);
    // Who has it keeps it.
    cast.edit(&cast.operator, &after, &json!({"service_id": cast.service_id, "comment": "x"}))
        .await
        .expect(200);
}

#[tokio::test]
async fn another_service_brings_its_fee_until_money_came() {
    let clinic = Clinic::open().await;
    let cast = Cast::of(&clinic).await;
    let [_, work, sport] = <[String; 3]>::try_from(services(&cast).await).unwrap();
    let id = cast.managed().await;
    let changed = cast.edit(&cast.operator, &id, &json!({"service_id": work})).await.expect(200).body;
    assert_eq!(changed["fee"], json!({"amount": "150.00", "currency": "PEN", "source": "SERVICE"}));
    let history = cast.history(&id).await;
    assert_eq!(line(&history[0]), ["EDIT", "fee", "200.00 PEN", "150.00 PEN", ""]);
    let names = ["Certificado de salud mental", "Certificado médico ocupacional"];
    assert_eq!(line(&history[1]), ["EDIT", "service", names[0], names[1], ""]);

    let paid = cast.act(&cast.manager, &id, "register-payment", cast.payment("100.00")).await;
    let kept = cast.edit(&cast.operator, &id, &json!({"service_id": sport})).await.expect(200).body;
    assert_eq!((&kept["fee"]["amount"], &kept["service"]["id"]), (&json!("150.00"), &json!(sport)));
    // Money that never came changes nothing: the fee follows the service again.
    let void = json!({"payment_id": paid["payments"][0]["id"], "reason": "Typed twice"});
    cast.act(&cast.manager, &id, "void-payment", void).await;
    let again =
        cast.edit(&cast.operator, &id, &json!({"service_id": cast.service_id})).await.expect(200).body;
    assert_eq!(again["fee"]["amount"], "200.00");
}

#[tokio::test]
async fn with_a_doctor_the_service_is_fixed() {
    let clinic = Clinic::open().await;
    let cast = Cast::of(&clinic).await;
    let work = services(&cast).await.remove(1);
    let id = cast.with_doctor().await;
    for service in [json!(work), Value::Null] {
        let answer = cast.edit(&cast.admin, &id, &json!({"service_id": service})).await;
        wrong_stage(&answer, "DOCTOR_ASSIGNED", &["DOCTOR_ASSIGNED"]);
    }
    assert_eq!(cast.history(&id).await.len(), 5);
}

#[tokio::test]
async fn without_a_service_there_is_no_fee_and_no_payment() {
    let clinic = Clinic::open().await;
    let cast = Cast::of(&clinic).await;
    let made = cast.register(&json!({"client": cast.new_client()})).await;
    let id = made["id"].as_str().unwrap();
    assert_eq!((&made["fee"], &made["service"]), (&Value::Null, &Value::Null));
    assert_eq!(made["paid_total"], json!({"amount": "0.00", "currency": "PEN"}));
    assert_eq!(blocked(&made, "REGISTER_PAYMENT"), Some(vec!["FEE_MISSING"]));
    let answer = cast.attempt(&cast.operator, id, "register-payment", &cast.payment("200.00")).await;
    problem(&answer, 409, "fee-missing");
    cast.act(&cast.operator, id, "assign-manager", json!({"staff_id": cast.manager_id})).await;
    assert_eq!(cast.seen(&cast.admin, id).await["waiting_for"], "MANAGER");
    let fee = json!({"amount": "90.50", "currency": "PEN", "reason": "Agreed"});
    let set = cast.act(&cast.manager, id, "override-fee", fee).await;
    assert_eq!(set["fee"], json!({"amount": "90.50", "currency": "PEN", "source": "OVERRIDE"}));
    assert_eq!(line(&cast.history(id).await[0]), ["OVERRIDE_FEE", "fee", "", "90.50 PEN", "Agreed"]);
}

#[tokio::test]
async fn a_fee_by_hand_moves_the_request() {
    let clinic = Clinic::open().await;
    let cast = Cast::of(&clinic).await;
    let id = cast.managed().await;
    let fee =
        |amount: &str, currency: &str| json!({"amount": amount, "currency": currency, "reason": "Agreed"});
    problem(&cast.attempt(&cast.operator, &id, "override-fee", &fee("0", "PEN")).await, 403, "forbidden");
    let waived = cast.act(&cast.manager, &id, "override-fee", fee("0", "PEN")).await;
    assert_eq!(standing(&waived), ["PAID", "PAID", "0.00"]);
    assert_eq!(waived["fee"]["amount"], "0.00");
    let history = cast.history(&id).await;
    assert_eq!(line(&history[0]), ["OVERRIDE_FEE", "payment_status", "PENDING", "PAID", ""]);
    assert_eq!(line(&history[1]), ["OVERRIDE_FEE", "fee", "200.00 PEN", "0.00 PEN", "Agreed"]);

    // Another currency as long as no money came; afterwards not.
    let euro = cast.act(&cast.manager, &id, "override-fee", fee("60.00", "EUR")).await;
    assert_eq!(standing(&euro), ["PENDING", "MANAGER_ASSIGNED", "0.00"]);
    assert_eq!(euro["paid_total"]["currency"], "EUR");
    let wrong = cast.attempt(&cast.manager, &id, "register-payment", &cast.payment("60.00")).await;
    invalid(&wrong, &[("/currency", "currency")]);
    let mut payment = cast.payment("60.00");
    payment["currency"] = json!("EUR");
    let paid = cast.act(&cast.manager, &id, "register-payment", payment).await;
    assert_eq!(standing(&paid), ["PAID", "PAID", "60.00"]);
    let back = cast.attempt(&cast.manager, &id, "override-fee", &fee("60.00", "PEN")).await;
    invalid(&back, &[("/currency", "currency")]);
    let higher = cast.act(&cast.manager, &id, "override-fee", fee("60.01", "EUR")).await;
    assert_eq!(standing(&higher), ["PARTIAL", "MANAGER_ASSIGNED", "60.00"]);
    let lower = cast.act(&cast.manager, &id, "override-fee", fee("59.99", "EUR")).await;
    assert_eq!(standing(&lower), ["PAID", "PAID", "60.00"]);
}
