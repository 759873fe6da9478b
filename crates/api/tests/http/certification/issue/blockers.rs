//! What stands in the way of issuing.

use chrono::Duration;
use medcert_domain::{
    Id,
    identity::UserStatus,
    people::{Staff, StaffStatus},
};
use medcert_testkit::{Cast, Clinic};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    super::{available, invalid, problem, wrong_stage},
    findings, in_the_way, issue,
};

fn doctor(cast: &Cast) -> Id<Staff> {
    Id::new(Uuid::parse_str(&cast.doctor_id).unwrap())
}

#[tokio::test]
async fn an_evaluation_grows_old() {
    let clinic = Clinic::open().await;
    let mut cast = Cast::of(&clinic).await;
    let id = cast.evaluated().await;
    clinic.clock.advance(Duration::days(30));
    cast.again(&clinic).await;
    assert!(available(&cast.seen(&cast.doctor, &id).await, "ISSUE"));
    clinic.clock.advance(Duration::days(1));
    cast.again(&clinic).await;
    assert_eq!(in_the_way(&cast, &id).await, ["EVALUATION_TOO_OLD"]);
    wrong_stage(&issue(&cast, &id).await, "EVALUATED", &["EVALUATION_TOO_OLD"]);
    // How old is too old, the institution says.
    clinic.change_institution(|profile| profile.rules.evaluation_max_age_days = 31).await;
    issue(&cast, &id).await.expect(200);
}

#[tokio::test]
async fn what_is_missing_is_to_be_brought() {
    let clinic = Clinic::open().await;
    let cast = Cast::of(&clinic).await;
    let id = cast.with_doctor().await;
    let mut observed = findings("verdict", &json!("OBSERVED"));
    let answer = cast.attempt(&cast.doctor, &id, "record-evaluation", &observed).await;
    invalid(&answer, &[("/observed_reason", "required")]);
    observed["observed_reason"] = json!("Blood test");
    let seen = cast.act(&cast.doctor, &id, "record-evaluation", observed).await;
    assert_eq!((&seen["stage"], &seen["waiting_for"]), (&json!("EVALUATED"), &json!("CLIENT")));
    assert_eq!(in_the_way(&cast, &id).await, ["EVALUATION_OBSERVED"]);
    wrong_stage(&issue(&cast, &id).await, "EVALUATED", &["EVALUATION_OBSERVED"]);

    let mut open = json!({"evaluated_on": "2026-11-21", "conclusion": "INCONCLUSIVE"});
    let seen = cast.act(&cast.doctor, &id, "record-evaluation", open.clone()).await;
    assert_eq!(seen["evaluations"][1]["verdict"], "OBSERVED", "inconclusive implies it");
    assert!(seen["evaluations"][0]["superseded_at"].is_string());
    assert_eq!(in_the_way(&cast, &id).await, ["EVALUATION_OBSERVED"]);
    open["verdict"] = json!("APPROVED");
    let answer = cast.attempt(&cast.doctor, &id, "record-evaluation", &open).await;
    invalid(&answer, &[("/verdict", "inconclusive")]);
    cast.act(&cast.doctor, &id, "record-evaluation", Cast::findings()).await;
    issue(&cast, &id).await.expect(200);
}

#[tokio::test]
async fn the_client_must_be_known() {
    let clinic = Clinic::open().await;
    let cast = Cast::of(&clinic).await;
    let mut body = cast.new_request();
    body["client"]["birth_date"] = Value::Null;
    let id = cast.register(&body).await["id"].as_str().unwrap().to_owned();
    cast.act(&cast.manager, &id, "register-payment", cast.payment("200.00")).await;
    cast.act(&cast.manager, &id, "assign-doctor", json!({"staff_id": cast.doctor_id})).await;
    cast.act(&cast.doctor, &id, "record-evaluation", Cast::findings()).await;
    assert_eq!(in_the_way(&cast, &id).await, ["BIRTH_DATE_MISSING"]);
    wrong_stage(&issue(&cast, &id).await, "EVALUATED", &["BIRTH_DATE_MISSING"]);
    cast.edit(&cast.operator, &id, &json!({"client": {"birth_date": "1990-04-12"}})).await.expect(200);
    // The doctor evaluated somebody without a date of birth: that is told, not guessed.
    let stale = issue(&cast, &id).await;
    problem(&stale, 409, "stale");
    assert_eq!(stale.body["fields"], json!(["client.birth_date"]));
    let early = findings("evaluated_on", &json!("1990-04-11"));
    let answer = cast.attempt(&cast.doctor, &id, "record-evaluation", &early).await;
    invalid(&answer, &[("/evaluated_on", "before-birth")]);
    cast.act(&cast.doctor, &id, "record-evaluation", Cast::findings()).await;
    issue(&cast, &id).await.expect(200);
}

#[tokio::test]
async fn the_service_must_be_known() {
    let clinic = Clinic::open().await;
    let cast = Cast::of(&clinic).await;
    let made = cast.register(&json!({"client": cast.new_client()})).await;
    let id = made["id"].as_str().unwrap();
    let waived = json!({"amount": "0", "currency": "PEN", "reason": "Colleague"});
    cast.act(&cast.manager, id, "override-fee", waived).await;
    cast.act(&cast.manager, id, "assign-doctor", json!({"staff_id": cast.doctor_id})).await;
    let seen = cast.act(&cast.doctor, id, "record-evaluation", Cast::findings()).await;
    assert_eq!(seen["evaluations"][0]["valid_until"], Value::Null);
    assert_eq!(in_the_way(&cast, id).await, ["SERVICE_MISSING"]);
    wrong_stage(&issue(&cast, id).await, "EVALUATED", &["SERVICE_MISSING"]);
}

#[tokio::test]
async fn the_doctor_must_be_allowed_to_practise() {
    let clinic = Clinic::open().await;
    let mut cast = Cast::of(&clinic).await;
    let id = cast.evaluated().await;
    let last = "2026-11-25".parse().unwrap();
    clinic.change_staff(doctor(&cast), |staff| staff.licence_valid_until = Some(last)).await;
    clinic.clock.advance(Duration::days(4));
    cast.again(&clinic).await;
    assert!(available(&cast.seen(&cast.doctor, &id).await, "ISSUE"), "the last day is one of the licence");
    clinic.clock.advance(Duration::days(1));
    cast.again(&clinic).await;
    let not_active = ["DOCTOR_NOT_ACTIVE"];
    assert_eq!(in_the_way(&cast, &id).await, not_active);
    wrong_stage(&issue(&cast, &id).await, "EVALUATED", &not_active);
    clinic
        .change_staff(doctor(&cast), |staff| {
            staff.licence_valid_until = None;
            staff.status = StaffStatus::Suspended;
        })
        .await;
    wrong_stage(&issue(&cast, &id).await, "EVALUATED", &not_active);
    clinic.change_staff(doctor(&cast), |staff| staff.status = StaffStatus::Active).await;
    clinic.change_user("doctor@demo.medcert.test", |user| user.status = UserStatus::Suspended).await;
    problem(&issue(&cast, &id).await, 401, "unauthenticated");
    clinic.change_user("doctor@demo.medcert.test", |user| user.status = UserStatus::Active).await;
    cast.again(&clinic).await;
    issue(&cast, &id).await.expect(200);
}

#[tokio::test]
async fn what_is_printed_is_what_was_evaluated() {
    let clinic = Clinic::open().await;
    let cast = Cast::of(&clinic).await;
    let id = cast.evaluated().await;
    let before = cast.seen(&cast.admin, &id).await["client"].clone();
    let edit =
        json!({"client": {"given_names": "Lucia", "document_type": "DNI", "document_number": "66666666"}});
    cast.edit(&cast.operator, &id, &edit).await.expect(200);
    clinic.change_staff(doctor(&cast), |staff| staff.licence_number = Some("CMP 1".to_owned())).await;
    let service = Id::new(Uuid::parse_str(&cast.service_id).unwrap());
    clinic.change_service(service, |service| service.name = "Otro nombre".to_owned()).await;
    assert_eq!(in_the_way(&cast, &id).await, ["PRINTED_DATA_CHANGED"]);
    let stale = issue(&cast, &id).await;
    problem(&stale, 409, "stale");
    let fields = ["client.document", "client.given_names", "doctor.licence_number", "service.name"];
    assert_eq!(stale.body["fields"], json!(fields));

    // Back to what it was is unchanged; what no certificate prints does not matter.
    let undo = json!({"client": {
        "given_names": before["given_names"], "document_type": "DNI", "document_number": before["document_number"],
        "phone": "+51 900 000 000", "address": "Elsewhere 1"
    }});
    cast.edit(&cast.operator, &id, &undo).await.expect(200);
    clinic.change_staff(doctor(&cast), |staff| staff.licence_number = Some("CMP 048231".to_owned())).await;
    clinic.change_service(service, |service| service.name = "Certificado de salud mental".to_owned()).await;
    issue(&cast, &id).await.expect(200);
}

#[tokio::test]
async fn only_the_assigned_doctor_issues_what_is_paid() {
    let clinic = Clinic::open().await;
    let cast = Cast::of(&clinic).await;
    let id = cast.with_doctor().await;
    wrong_stage(&issue(&cast, &id).await, "DOCTOR_ASSIGNED", &[]);
    cast.act(&cast.doctor, &id, "record-evaluation", Cast::findings()).await;
    for caller in [&cast.admin, &cast.operator, &cast.manager] {
        problem(&cast.attempt(caller, &id, "issue", &json!({})).await, 403, "forbidden");
    }
    let path = format!("/api/v1/certification-requests/{id}/issue");
    let nothing = json!({});
    problem(
        &cast.doctor.json("POST", &path, &[("if-match", "*")], &nothing).await,
        400,
        "idempotency-key-missing",
    );
    problem(&cast.doctor.post_once(&path, "issue-1", &nothing).await, 428, "precondition-required");
    let late = [("idempotency-key", "issue-1"), ("if-match", "\"v1-00000000\"")];
    problem(&cast.doctor.json("POST", &path, &late, &nothing).await, 412, "precondition-failed");
    let payment = cast.seen(&cast.manager, &id).await["payments"][0]["id"].clone();
    let void = json!({"payment_id": payment, "reason": "Bounced"});
    cast.act(&cast.manager, &id, "void-payment", void).await;
    wrong_stage(&issue(&cast, &id).await, "MANAGER_ASSIGNED", &[]);
    cast.act(&cast.manager, &id, "register-payment", cast.payment("200.00")).await;

    let headers = [("idempotency-key", "issue-1"), ("if-match", "*")];
    let first = cast.doctor.json("POST", &path, &headers, &nothing).await.expect(200);
    let again = cast.doctor.json("POST", &path, &headers, &nothing).await.expect(200);
    assert_eq!((again.header("idempotency-replayed"), &again.bytes), ("true", &first.bytes));
    wrong_stage(&issue(&cast, &id).await, "CLOSED", &[]);
    assert_eq!(cast.seen(&cast.admin, &id).await["certificates"].as_array().unwrap().len(), 1);
}
