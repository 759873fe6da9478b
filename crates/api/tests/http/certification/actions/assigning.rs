//! Managers and doctors.

use medcert_domain::{
    Id,
    identity::Role,
    people::{Country, Document, DocumentType, Staff, StaffStatus},
};
use medcert_testkit::{Cast, Clinic};
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::{available, blocked, invalid, line, problem, wrong_stage};

fn to(staff: &str) -> Value {
    json!({"staff_id": staff})
}

fn staff(id: &str) -> Id<Staff> {
    Id::new(Uuid::parse_str(id).unwrap())
}

#[tokio::test]
async fn managers_come_and_go() {
    let clinic = Clinic::open().await;
    let cast = Cast::of(&clinic).await;
    let other = clinic.hire("other@demo.medcert.test", ("Olga", "Prado"), Role::Manager).await.to_string();
    let id = cast.registered().await;

    let body = to(&cast.manager_id);
    wrong_stage(
        &cast.attempt(&cast.operator, &id, "unassign-manager", &json!({})).await,
        "REGISTERED",
        &["MANAGER_MISSING"],
    );
    wrong_stage(&cast.attempt(&cast.operator, &id, "change-manager", &body).await, "REGISTERED", &[]);
    assert_eq!(
        blocked(&cast.seen(&cast.operator, &id).await, "UNASSIGN_MANAGER"),
        Some(vec!["MANAGER_MISSING"])
    );
    problem(&cast.attempt(&cast.doctor, &id, "assign-manager", &body).await, 403, "forbidden");

    // A manager takes a free request and gives it back.
    let taken = cast.act(&cast.manager, &id, "assign-manager", body.clone()).await;
    assert_eq!(
        (&taken["stage"], &taken["manager"]["name"]),
        (&json!("MANAGER_ASSIGNED"), &json!("Marisol Quispe Flores"))
    );
    let again = cast.attempt(&cast.operator, &id, "assign-manager", &body).await;
    wrong_stage(&again, "MANAGER_ASSIGNED", &["MANAGER_ASSIGNED"]);
    assert_eq!(again.body["action"], "ASSIGN_MANAGER");
    assert_eq!(blocked(&taken, "ASSIGN_MANAGER"), Some(vec!["MANAGER_ASSIGNED"]));
    let back = cast.act(&cast.manager, &id, "unassign-manager", json!({"reason": "On leave"})).await;
    assert_eq!((&back["stage"], &back["manager"]), (&json!("REGISTERED"), &Value::Null));

    // Changing keeps both in the history, and the former one has nothing to say any more.
    cast.act(&cast.manager, &id, "assign-manager", body.clone()).await;
    invalid(&cast.attempt(&cast.operator, &id, "change-manager", &body).await, &[("/staff_id", "unchanged")]);
    let changed = json!({"staff_id": other, "comment": "Speaks Ukrainian"});
    let changed = cast.act(&cast.manager, &id, "change-manager", changed).await;
    assert_eq!(changed["manager"], json!({"staff_id": other, "name": "Olga Prado"}));
    assert_eq!(changed["available_actions"], json!([]), "it is not the former manager's any more");
    problem(&cast.attempt(&cast.manager, &id, "unassign-manager", &json!({})).await, 403, "forbidden");
    let history = cast.history(&id).await;
    let told: Vec<[&str; 5]> = history.iter().map(line).collect();
    let name = "Marisol Quispe Flores";
    assert_eq!(
        told,
        [
            ["CHANGE_MANAGER", "manager", name, "Olga Prado", "Speaks Ukrainian"],
            ["ASSIGN_MANAGER", "manager", "", name, ""],
            ["UNASSIGN_MANAGER", "manager", name, "", "On leave"],
            ["ASSIGN_MANAGER", "manager", "", name, ""],
            ["REGISTER", "stage", "", "REGISTERED", ""],
        ]
    );
}

#[tokio::test]
async fn only_whoever_can_work_on_it_is_given_a_request() {
    let clinic = Clinic::open().await;
    let cast = Cast::of(&clinic).await;
    let id = cast.registered().await;
    let unknown = "01940000-0000-7000-8000-0000000000ff";
    let refusals =
        [(cast.doctor_id.as_str(), "not-assignable"), (unknown, "unknown"), ("nobody", "uuid"), ("", "uuid")];
    for (staff_id, code) in refusals {
        let answer = cast.attempt(&cast.operator, &id, "assign-manager", &to(staff_id)).await;
        invalid(&answer, &[("/staff_id", code)]);
    }
    clinic.change_staff(staff(&cast.manager_id), |staff| staff.status = StaffStatus::Vacation).await;
    let answer = cast.attempt(&cast.operator, &id, "assign-manager", &to(&cast.manager_id)).await;
    invalid(&answer, &[("/staff_id", "not-assignable")]);
    assert!(answer.body.to_string().contains("STAFF_NOT_ACTIVE"), "{}", answer.body);
    clinic.change_staff(staff(&cast.manager_id), |staff| staff.status = StaffStatus::Active).await;
    clinic.change_user("manager@demo.medcert.test", |user| user.roles = [Role::Operator].into()).await;
    let answer = cast.attempt(&cast.operator, &id, "assign-manager", &to(&cast.manager_id)).await;
    assert!(answer.body.to_string().contains("USER_ROLE_MISSING"), "{}", answer.body);
    assert_eq!(cast.history(&id).await.len(), 1, "refusals leave no trace");
}

#[tokio::test]
async fn nobody_works_on_their_own_request() {
    let clinic = Clinic::open().await;
    let cast = Cast::of(&clinic).await;
    let member = clinic.app.parts.store.staff_member(staff(&cast.manager_id)).await.unwrap().unwrap();
    clinic
        .change_person(member.staff.person, |person| {
            let peru = Country::parse("PE").unwrap();
            person.document = Document::parse(DocumentType::Dni, peru, "40404040").ok();
        })
        .await;
    let mut body = cast.new_request();
    body["client"]["document_number"] = json!("40404040");
    let id = cast.register(&body).await["id"].as_str().unwrap().to_owned();
    let answer = cast.attempt(&cast.operator, &id, "assign-manager", &to(&cast.manager_id)).await;
    invalid(&answer, &[("/staff_id", "party")]);
    assert_eq!(cast.seen(&cast.manager, &id).await["available_actions"], json!([]));
    for (action, body) in [
        ("assign-manager", to(&cast.manager_id)),
        ("register-payment", cast.payment("200.00")),
        ("cancel", json!({"reason": "Mine"})),
    ] {
        problem(&cast.attempt(&cast.manager, &id, action, &body).await, 403, "forbidden");
    }
    problem(&cast.edit(&cast.manager, &id, &json!({"comment": "Mine"})).await, 403, "forbidden");
    // Nor may they register one for themselves, or make themselves a party to another.
    problem(&cast.manager.post("/api/v1/certification-requests", &body).await, 403, "forbidden");
    let foreign = cast.registered().await;
    let into = json!({"client": {"document_type": "DNI", "document_number": "40404040"}});
    problem(&cast.edit(&cast.manager, &foreign, &into).await, 403, "forbidden");
    assert_eq!(cast.history(&foreign).await.len(), 1);
}

#[tokio::test]
async fn doctors_come_and_go() {
    let clinic = Clinic::open().await;
    let cast = Cast::of(&clinic).await;
    let other = clinic.hire("other@demo.medcert.test", ("Olena", "Їжак"), Role::Doctor).await.to_string();
    let id = cast.managed().await;
    let body = to(&cast.doctor_id);
    wrong_stage(&cast.attempt(&cast.manager, &id, "assign-doctor", &body).await, "MANAGER_ASSIGNED", &[]);
    problem(&cast.attempt(&cast.operator, &id, "assign-doctor", &body).await, 403, "forbidden");
    cast.act(&cast.manager, &id, "register-payment", cast.payment("200.00")).await;
    problem(&cast.attempt(&cast.doctor, &id, "record-evaluation", &Cast::findings()).await, 404, "not-found");
    invalid(
        &cast.attempt(&cast.manager, &id, "assign-doctor", &to(&cast.manager_id)).await,
        &[("/staff_id", "not-assignable")],
    );
    let given = cast.act(&cast.manager, &id, "assign-doctor", body.clone()).await;
    assert_eq!((&given["stage"], &given["waiting_for"]), (&json!("DOCTOR_ASSIGNED"), &json!("DOCTOR")));
    wrong_stage(&cast.attempt(&cast.manager, &id, "assign-doctor", &body).await, "DOCTOR_ASSIGNED", &[]);
    invalid(&cast.attempt(&cast.manager, &id, "change-doctor", &body).await, &[("/staff_id", "unchanged")]);

    // Declining needs a reason; others may take the doctor away without one.
    invalid(
        &cast.attempt(&cast.doctor, &id, "unassign-doctor", &json!({})).await,
        &[("/reason", "required")],
    );
    let declined = cast.act(&cast.doctor, &id, "unassign-doctor", json!({"reason": "A friend"})).await;
    assert_eq!((&declined["stage"], &declined["doctor"]), (&json!("PAID"), &Value::Null));
    let gone = cast.doctor.get(&format!("/api/v1/certification-requests/{id}")).await;
    problem(&gone, 404, "not-found");
    cast.act(&cast.manager, &id, "assign-doctor", body.clone()).await;
    cast.act(&cast.manager, &id, "unassign-doctor", json!({})).await;
    cast.act(&cast.manager, &id, "assign-doctor", body.clone()).await;
    cast.act(&cast.doctor, &id, "change-doctor", to(&other)).await;
    cast.act(&cast.manager, &id, "change-doctor", body).await;

    let history = cast.history(&id).await;
    let told: Vec<[&str; 5]> = history.iter().take(7).map(line).collect();
    let name = "Daniel Ibáñez Costa";
    assert_eq!(
        told,
        [
            ["CHANGE_DOCTOR", "doctor", "Olena Їжак", name, ""],
            ["CHANGE_DOCTOR", "doctor", name, "Olena Їжак", ""],
            ["ASSIGN_DOCTOR", "doctor", "", name, ""],
            ["UNASSIGN_DOCTOR", "doctor", name, "", ""],
            ["ASSIGN_DOCTOR", "doctor", "", name, ""],
            ["UNASSIGN_DOCTOR", "doctor", name, "", "A friend"],
            ["ASSIGN_DOCTOR", "doctor", "", name, ""],
        ]
    );
}

#[tokio::test]
async fn an_evaluation_keeps_its_doctor() {
    let clinic = Clinic::open().await;
    let cast = Cast::of(&clinic).await;
    let other = clinic.hire("other@demo.medcert.test", ("Olena", "Їжак"), Role::Doctor).await.to_string();
    let id = cast.evaluated().await;
    for (caller, action, body) in [
        (&cast.manager, "change-doctor", to(&other)),
        (&cast.doctor, "change-doctor", to(&other)),
        (&cast.manager, "unassign-doctor", json!({})),
        (&cast.manager, "cancel", json!({"reason": "x", "money": "KEEP"})),
        (&cast.operator, "cancel", json!({"reason": "x", "money": "KEEP"})),
    ] {
        wrong_stage(&cast.attempt(caller, &id, action, &body).await, "EVALUATED", &[]);
    }
    let changed = cast.act(&cast.admin, &id, "change-doctor", to(&other)).await;
    assert_eq!(changed["stage"], "DOCTOR_ASSIGNED");
    assert!(changed["evaluations"][0]["superseded_at"].is_string(), "{changed}");
    // What was superseded does not stand again when the first doctor comes back.
    let back = cast.act(&cast.admin, &id, "change-doctor", to(&cast.doctor_id)).await;
    assert_eq!(back["stage"], "DOCTOR_ASSIGNED");
    assert!(!available(&cast.seen(&cast.doctor, &id).await, "ISSUE"));
}

#[tokio::test]
async fn who_registers_does_not_evaluate_unless_the_institution_says_so() {
    let clinic = Clinic::open().await;
    let cast = Cast::of(&clinic).await;
    clinic
        .change_user("doctor@demo.medcert.test", |user| {
            user.roles.insert(Role::Operator);
        })
        .await;
    let made = cast.doctor.post("/api/v1/certification-requests", &cast.new_request()).await.expect(201);
    let id = made.body["id"].as_str().unwrap();
    cast.act(&cast.manager, id, "register-payment", cast.payment("200.00")).await;
    let answer = cast.attempt(&cast.manager, id, "assign-doctor", &to(&cast.doctor_id)).await;
    invalid(&answer, &[("/staff_id", "registrar")]);
    clinic.change_institution(|profile| profile.rules.registrar_may_evaluate = true).await;
    cast.act(&cast.manager, id, "assign-doctor", to(&cast.doctor_id)).await;
    assert_eq!(cast.history(id).await[0]["separation_waived"], true);
}

#[tokio::test]
async fn a_doctor_without_licence_is_given_nothing() {
    let clinic = Clinic::open().await;
    let cast = Cast::of(&clinic).await;
    let id = cast.paid().await;
    let doctor = staff(&cast.doctor_id);
    let yesterday = "2026-11-20".parse().unwrap();
    clinic.change_staff(doctor, |staff| staff.licence_valid_until = Some(yesterday)).await;
    let expired = cast.attempt(&cast.manager, &id, "assign-doctor", &to(&cast.doctor_id)).await;
    invalid(&expired, &[("/staff_id", "not-assignable")]);
    assert!(expired.body.to_string().contains("LICENCE_EXPIRED"), "{}", expired.body);
    clinic.change_staff(doctor, |staff| staff.licence_number = None).await;
    let missing = cast.attempt(&cast.manager, &id, "assign-doctor", &to(&cast.doctor_id)).await;
    assert!(missing.body.to_string().contains("LICENCE_MISSING"), "{}", missing.body);
    let today = "2026-11-21".parse().unwrap();
    clinic
        .change_staff(doctor, |staff| {
            staff.licence_number = Some("CMP 1".to_owned());
            staff.licence_valid_until = Some(today);
        })
        .await;
    // The last day is one of the licence.
    cast.act(&cast.manager, &id, "assign-doctor", to(&cast.doctor_id)).await;
}
