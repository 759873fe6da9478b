//! What is to be paid.

use medcert_domain::Id;
use medcert_testkit::{Actors, Clinic};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    super::{blocked, invalid, line, problem, wrong_stage},
    standing,
};

async fn services(actors: &Actors) -> Vec<String> {
    let list = actors.admin.get("/api/v1/services").await.expect(200).body;
    list["items"].as_array().unwrap().iter().map(|s| s["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_fee_is_that_of_the_service_on_the_day() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let before = actors.managed().await;
    let service = Uuid::parse_str(&actors.service_id).unwrap();
    clinic.change_service(Id::new(service), |service| service.fee.minor = 25_000).await;
    let after = actors.registered().await;
    let fee = |amount: &str| json!({"amount": amount, "currency": "PEN", "source": "SERVICE"});
    assert_eq!(actors.seen(&actors.admin, &before).await["fee"], fee("200.00"));
    assert_eq!(actors.seen(&actors.admin, &after).await["fee"], fee("250.00"));
    let paid = actors.act(&actors.manager, &before, "register-payment", actors.payment("200.00")).await;
    assert_eq!(standing(&paid), ["PAID", "PAID", "200.00"]);

    clinic.change_service(Id::new(service), |service| service.active = false).await;
    let answer = actors.operator.post("/api/v1/certification-requests", &actors.new_request()).await;
    invalid(&answer, &[("/service_id", "inactive")]);
    // Who has it keeps it.
    actors
        .edit(&actors.operator, &after, &json!({"service_id": actors.service_id, "comment": "x"}))
        .await
        .expect(200);
}

#[tokio::test]
async fn another_service_brings_its_fee_until_money_came() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let [_, work, sport] = <[String; 3]>::try_from(services(&actors).await).unwrap();
    let id = actors.managed().await;
    let changed = actors.edit(&actors.operator, &id, &json!({"service_id": work})).await.expect(200).body;
    assert_eq!(changed["fee"], json!({"amount": "150.00", "currency": "PEN", "source": "SERVICE"}));
    let history = actors.history(&id).await;
    assert_eq!(line(&history[0]), ["EDIT", "fee", "200.00 PEN", "150.00 PEN", ""]);
    let names = ["Certificado de salud mental", "Certificado médico ocupacional"];
    assert_eq!(line(&history[1]), ["EDIT", "service", names[0], names[1], ""]);

    let paid = actors.act(&actors.manager, &id, "register-payment", actors.payment("100.00")).await;
    let kept = actors.edit(&actors.operator, &id, &json!({"service_id": sport})).await.expect(200).body;
    assert_eq!((&kept["fee"]["amount"], &kept["service"]["id"]), (&json!("150.00"), &json!(sport)));
    // Money that never came changes nothing: the fee follows the service again.
    let void = json!({"payment_id": paid["payments"][0]["id"], "reason": "Typed twice"});
    actors.act(&actors.manager, &id, "void-payment", void).await;
    let again =
        actors.edit(&actors.operator, &id, &json!({"service_id": actors.service_id})).await.expect(200).body;
    assert_eq!(again["fee"]["amount"], "200.00");
}

#[tokio::test]
async fn with_a_doctor_the_service_is_fixed() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let work = services(&actors).await.remove(1);
    let id = actors.with_doctor().await;
    for service in [json!(work), Value::Null] {
        let answer = actors.edit(&actors.admin, &id, &json!({"service_id": service})).await;
        wrong_stage(&answer, "DOCTOR_ASSIGNED", &["DOCTOR_ASSIGNED"]);
    }
    assert_eq!(actors.history(&id).await.len(), 5);
}

#[tokio::test]
async fn without_a_service_there_is_no_fee_and_no_payment() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let made = actors.register(&json!({"client": actors.new_client()})).await;
    let id = made["id"].as_str().unwrap();
    assert_eq!((&made["fee"], &made["service"]), (&Value::Null, &Value::Null));
    assert_eq!(made["paid_total"], json!({"amount": "0.00", "currency": "PEN"}));
    assert_eq!(blocked(&made, "REGISTER_PAYMENT"), Some(vec!["FEE_MISSING"]));
    let answer = actors.attempt(&actors.operator, id, "register-payment", &actors.payment("200.00")).await;
    problem(&answer, 409, "fee-missing");
    actors.act(&actors.operator, id, "assign-manager", json!({"staff_id": actors.manager_id})).await;
    assert_eq!(actors.seen(&actors.admin, id).await["waiting_for"], "MANAGER");
    let fee = json!({"amount": "90.50", "currency": "PEN", "reason": "Agreed"});
    let set = actors.act(&actors.manager, id, "override-fee", fee).await;
    assert_eq!(set["fee"], json!({"amount": "90.50", "currency": "PEN", "source": "OVERRIDE"}));
    assert_eq!(line(&actors.history(id).await[0]), ["OVERRIDE_FEE", "fee", "", "90.50 PEN", "Agreed"]);
}

#[tokio::test]
async fn a_fee_by_hand_moves_the_request() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.managed().await;
    let fee =
        |amount: &str, currency: &str| json!({"amount": amount, "currency": currency, "reason": "Agreed"});
    problem(&actors.attempt(&actors.operator, &id, "override-fee", &fee("0", "PEN")).await, 403, "forbidden");
    let waived = actors.act(&actors.manager, &id, "override-fee", fee("0", "PEN")).await;
    assert_eq!(standing(&waived), ["PAID", "PAID", "0.00"]);
    assert_eq!(waived["fee"]["amount"], "0.00");
    let history = actors.history(&id).await;
    assert_eq!(line(&history[0]), ["OVERRIDE_FEE", "payment_status", "PENDING", "PAID", ""]);
    assert_eq!(line(&history[1]), ["OVERRIDE_FEE", "fee", "200.00 PEN", "0.00 PEN", "Agreed"]);

    // Another currency as long as no money came; afterwards not.
    let euro = actors.act(&actors.manager, &id, "override-fee", fee("60.00", "EUR")).await;
    assert_eq!(standing(&euro), ["PENDING", "MANAGER_ASSIGNED", "0.00"]);
    assert_eq!(euro["paid_total"]["currency"], "EUR");
    let wrong = actors.attempt(&actors.manager, &id, "register-payment", &actors.payment("60.00")).await;
    invalid(&wrong, &[("/currency", "currency")]);
    let mut payment = actors.payment("60.00");
    payment["currency"] = json!("EUR");
    let paid = actors.act(&actors.manager, &id, "register-payment", payment).await;
    assert_eq!(standing(&paid), ["PAID", "PAID", "60.00"]);
    let back = actors.attempt(&actors.manager, &id, "override-fee", &fee("60.00", "PEN")).await;
    invalid(&back, &[("/currency", "currency")]);
    let higher = actors.act(&actors.manager, &id, "override-fee", fee("60.01", "EUR")).await;
    assert_eq!(standing(&higher), ["PARTIAL", "MANAGER_ASSIGNED", "60.00"]);
    let lower = actors.act(&actors.manager, &id, "override-fee", fee("59.99", "EUR")).await;
    assert_eq!(standing(&lower), ["PAID", "PAID", "60.00"]);
}
