//! What stands in the way of issuing.

use chrono::Duration;
use medcert_domain::{Id, StaffId, identity::UserStatus, people::StaffStatus};
use medcert_testkit::{Actors, Clinic};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    super::{available, invalid, problem, wrong_stage},
    findings, in_the_way, issue,
};

fn doctor(actors: &Actors) -> StaffId {
    Id::new(Uuid::parse_str(&actors.doctor_id).unwrap())
}

#[tokio::test]
async fn an_evaluation_grows_old() {
    let clinic = Clinic::open().await;
    let mut actors = Actors::of(&clinic).await;
    let id = actors.evaluated().await;
    clinic.clock.advance(Duration::days(30));
    actors.again(&clinic).await;
    assert!(available(&actors.seen(&actors.doctor, &id).await, "ISSUE"));
    clinic.clock.advance(Duration::days(1));
    actors.again(&clinic).await;
    assert_eq!(in_the_way(&actors, &id).await, ["EVALUATION_TOO_OLD"]);
    wrong_stage(&issue(&actors, &id).await, "EVALUATED", &["EVALUATION_TOO_OLD"]);
    // How old is too old, the institution says.
    clinic.change_institution(|profile| profile.rules.evaluation_max_age_days = 31).await;
    issue(&actors, &id).await.expect(200);
}

#[tokio::test]
async fn what_is_missing_is_to_be_brought() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.with_doctor().await;
    let mut observed = findings("verdict", &json!("OBSERVED"));
    let answer = actors.attempt(&actors.doctor, &id, "record-evaluation", &observed).await;
    invalid(&answer, &[("/observed_reason", "required")]);
    observed["observed_reason"] = json!("Blood test");
    let seen = actors.act(&actors.doctor, &id, "record-evaluation", observed).await;
    assert_eq!((&seen["stage"], &seen["waiting_for"]), (&json!("EVALUATED"), &json!("CLIENT")));
    assert_eq!(in_the_way(&actors, &id).await, ["EVALUATION_OBSERVED"]);
    wrong_stage(&issue(&actors, &id).await, "EVALUATED", &["EVALUATION_OBSERVED"]);

    let mut open = json!({"evaluated_on": "2026-11-21", "conclusion": "INCONCLUSIVE"});
    let seen = actors.act(&actors.doctor, &id, "record-evaluation", open.clone()).await;
    assert_eq!(seen["evaluations"][1]["verdict"], "OBSERVED", "inconclusive implies it");
    assert!(seen["evaluations"][0]["superseded_at"].is_string());
    assert_eq!(in_the_way(&actors, &id).await, ["EVALUATION_OBSERVED"]);
    open["verdict"] = json!("APPROVED");
    let answer = actors.attempt(&actors.doctor, &id, "record-evaluation", &open).await;
    invalid(&answer, &[("/verdict", "inconclusive")]);
    actors.act(&actors.doctor, &id, "record-evaluation", Actors::findings()).await;
    issue(&actors, &id).await.expect(200);
}

#[tokio::test]
async fn the_client_must_be_known() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let mut body = actors.new_request();
    body["client"]["birth_date"] = Value::Null;
    let id = actors.register(&body).await["id"].as_str().unwrap().to_owned();
    actors.act(&actors.manager, &id, "register-payment", actors.payment("200.00")).await;
    actors.act(&actors.manager, &id, "assign-doctor", json!({"staff_id": actors.doctor_id})).await;
    actors.act(&actors.doctor, &id, "record-evaluation", Actors::findings()).await;
    assert_eq!(in_the_way(&actors, &id).await, ["BIRTH_DATE_MISSING"]);
    wrong_stage(&issue(&actors, &id).await, "EVALUATED", &["BIRTH_DATE_MISSING"]);
    actors.edit(&actors.operator, &id, &json!({"client": {"birth_date": "1990-04-12"}})).await.expect(200);
    // The doctor evaluated somebody without a date of birth: that is told, not guessed.
    let stale = issue(&actors, &id).await;
    problem(&stale, 409, "stale");
    assert_eq!(stale.body["fields"], json!(["client.birth_date"]));
    let early = findings("evaluated_on", &json!("1990-04-11"));
    let answer = actors.attempt(&actors.doctor, &id, "record-evaluation", &early).await;
    invalid(&answer, &[("/evaluated_on", "before-birth")]);
    actors.act(&actors.doctor, &id, "record-evaluation", Actors::findings()).await;
    issue(&actors, &id).await.expect(200);
}

#[tokio::test]
async fn the_service_must_be_known() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let made = actors.register(&json!({"client": actors.new_client()})).await;
    let id = made["id"].as_str().unwrap();
    let waived = json!({"amount": "0", "currency": "PEN", "reason": "Colleague"});
    actors.act(&actors.manager, id, "override-fee", waived).await;
    actors.act(&actors.manager, id, "assign-doctor", json!({"staff_id": actors.doctor_id})).await;
    let seen = actors.act(&actors.doctor, id, "record-evaluation", Actors::findings()).await;
    assert_eq!(seen["evaluations"][0]["valid_until"], Value::Null);
    assert_eq!(in_the_way(&actors, id).await, ["SERVICE_MISSING"]);
    wrong_stage(&issue(&actors, id).await, "EVALUATED", &["SERVICE_MISSING"]);
}

#[tokio::test]
async fn the_doctor_must_be_allowed_to_practise() {
    let clinic = Clinic::open().await;
    let mut actors = Actors::of(&clinic).await;
    let id = actors.evaluated().await;
    let last = "2026-11-25".parse().unwrap();
    clinic.change_staff(doctor(&actors), |staff| staff.licence_valid_until = Some(last)).await;
    clinic.clock.advance(Duration::days(4));
    actors.again(&clinic).await;
    assert!(
        available(&actors.seen(&actors.doctor, &id).await, "ISSUE"),
        "the last day is one of the licence"
    );
    clinic.clock.advance(Duration::days(1));
    actors.again(&clinic).await;
    let not_active = ["DOCTOR_NOT_ACTIVE"];
    assert_eq!(in_the_way(&actors, &id).await, not_active);
    wrong_stage(&issue(&actors, &id).await, "EVALUATED", &not_active);
    clinic
        .change_staff(doctor(&actors), |staff| {
            staff.licence_valid_until = None;
            staff.status = StaffStatus::Suspended;
        })
        .await;
    wrong_stage(&issue(&actors, &id).await, "EVALUATED", &not_active);
    clinic.change_staff(doctor(&actors), |staff| staff.status = StaffStatus::Active).await;
    clinic.change_user("doctor@demo.medcert.test", |user| user.status = UserStatus::Suspended).await;
    problem(&issue(&actors, &id).await, 401, "unauthenticated");
    clinic.change_user("doctor@demo.medcert.test", |user| user.status = UserStatus::Active).await;
    actors.again(&clinic).await;
    issue(&actors, &id).await.expect(200);
}

#[tokio::test]
async fn what_is_printed_is_what_was_evaluated() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.evaluated().await;
    let before = actors.seen(&actors.admin, &id).await["client"].clone();
    let edit =
        json!({"client": {"given_names": "Lucia", "document_type": "DNI", "document_number": "66666666"}});
    actors.edit(&actors.operator, &id, &edit).await.expect(200);
    clinic.change_staff(doctor(&actors), |staff| staff.licence_number = Some("CMP 1".to_owned())).await;
    let service = Id::new(Uuid::parse_str(&actors.service_id).unwrap());
    clinic.change_service(service, |service| service.name = "Otro nombre".to_owned()).await;
    assert_eq!(in_the_way(&actors, &id).await, ["PRINTED_DATA_CHANGED"]);
    let stale = issue(&actors, &id).await;
    problem(&stale, 409, "stale");
    let fields = ["client.document", "client.given_names", "doctor.licence_number", "service.name"];
    assert_eq!(stale.body["fields"], json!(fields));

    // Back to what it was is unchanged; what no certificate prints does not matter.
    let undo = json!({"client": {
        "given_names": before["given_names"], "document_type": "DNI", "document_number": before["document_number"],
        "phone": "+51 900 000 000", "address": "Elsewhere 1"
    }});
    actors.edit(&actors.operator, &id, &undo).await.expect(200);
    clinic.change_staff(doctor(&actors), |staff| staff.licence_number = Some("CMP 048231".to_owned())).await;
    clinic.change_service(service, |service| service.name = "Certificado de salud mental".to_owned()).await;
    issue(&actors, &id).await.expect(200);
}

#[tokio::test]
async fn only_the_assigned_doctor_issues_what_is_paid() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.with_doctor().await;
    wrong_stage(&issue(&actors, &id).await, "DOCTOR_ASSIGNED", &[]);
    actors.act(&actors.doctor, &id, "record-evaluation", Actors::findings()).await;
    for caller in [&actors.admin, &actors.operator, &actors.manager] {
        problem(&actors.attempt(caller, &id, "issue", &json!({})).await, 403, "forbidden");
    }
    let path = format!("/api/v1/certification-requests/{id}/issue");
    let nothing = json!({});
    problem(
        &actors.doctor.json("POST", &path, &[("if-match", "*")], &nothing).await,
        400,
        "idempotency-key-missing",
    );
    problem(&actors.doctor.post_once(&path, "issue-1", &nothing).await, 428, "precondition-required");
    let late = [("idempotency-key", "issue-1"), ("if-match", "\"v1-00000000\"")];
    problem(&actors.doctor.json("POST", &path, &late, &nothing).await, 412, "precondition-failed");
    let payment = actors.seen(&actors.manager, &id).await["payments"][0]["id"].clone();
    let void = json!({"payment_id": payment, "reason": "Bounced"});
    actors.act(&actors.manager, &id, "void-payment", void).await;
    wrong_stage(&issue(&actors, &id).await, "MANAGER_ASSIGNED", &[]);
    actors.act(&actors.manager, &id, "register-payment", actors.payment("200.00")).await;

    let headers = [("idempotency-key", "issue-1"), ("if-match", "*")];
    let first = actors.doctor.json("POST", &path, &headers, &nothing).await.expect(200);
    let again = actors.doctor.json("POST", &path, &headers, &nothing).await.expect(200);
    assert_eq!((again.header("idempotency-replayed"), &again.bytes), ("true", &first.bytes));
    wrong_stage(&issue(&actors, &id).await, "CLOSED", &[]);
    assert_eq!(actors.seen(&actors.admin, &id).await["certificates"].as_array().unwrap().len(), 1);
}
