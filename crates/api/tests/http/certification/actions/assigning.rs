//! Managers and doctors.

use medcert_domain::{
    Country, Id, StaffId,
    people::{Document, DocumentType, StaffStatus},
    policy::Role,
};
use medcert_testkit::{Actors, Clinic};
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::{available, blocked, invalid, line, problem, wrong_stage};

fn to(staff: &str) -> Value {
    json!({"staff_id": staff})
}

fn staff(id: &str) -> StaffId {
    Id::new(Uuid::parse_str(id).unwrap())
}

#[tokio::test]
async fn managers_come_and_go() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let other = clinic.hire("other@demo.medcert.test", ("Olga", "Prado"), Role::Manager).await.to_string();
    let id = actors.registered().await;

    let body = to(&actors.manager_id);
    wrong_stage(
        &actors.attempt(&actors.operator, &id, "unassign-manager", &json!({})).await,
        "REGISTERED",
        &["MANAGER_MISSING"],
    );
    wrong_stage(&actors.attempt(&actors.operator, &id, "change-manager", &body).await, "REGISTERED", &[]);
    assert_eq!(
        blocked(&actors.seen(&actors.operator, &id).await, "UNASSIGN_MANAGER"),
        Some(vec!["MANAGER_MISSING"])
    );
    problem(&actors.attempt(&actors.doctor, &id, "assign-manager", &body).await, 403, "forbidden");

    // A manager takes a free request and gives it back.
    let taken = actors.act(&actors.manager, &id, "assign-manager", body.clone()).await;
    assert_eq!(
        (&taken["stage"], &taken["manager"]["name"]),
        (&json!("MANAGER_ASSIGNED"), &json!("Marisol Quispe Flores"))
    );
    let again = actors.attempt(&actors.operator, &id, "assign-manager", &body).await;
    wrong_stage(&again, "MANAGER_ASSIGNED", &["MANAGER_ASSIGNED"]);
    assert_eq!(again.body["action"], "ASSIGN_MANAGER");
    assert_eq!(blocked(&taken, "ASSIGN_MANAGER"), Some(vec!["MANAGER_ASSIGNED"]));
    let back = actors.act(&actors.manager, &id, "unassign-manager", json!({"reason": "On leave"})).await;
    assert_eq!((&back["stage"], &back["manager"]), (&json!("REGISTERED"), &Value::Null));

    // WriteRequest keeps both in the history, and the former one has nothing to say any more.
    actors.act(&actors.manager, &id, "assign-manager", body.clone()).await;
    invalid(
        &actors.attempt(&actors.operator, &id, "change-manager", &body).await,
        &[("/staff_id", "unchanged")],
    );
    let changed = json!({"staff_id": other, "comment": "Speaks Ukrainian"});
    let changed = actors.act(&actors.manager, &id, "change-manager", changed).await;
    assert_eq!(changed["manager"], json!({"staff_id": other, "name": "Olga Prado"}));
    assert_eq!(changed["available_actions"], json!([]), "it is not the former manager's any more");
    problem(&actors.attempt(&actors.manager, &id, "unassign-manager", &json!({})).await, 403, "forbidden");
    let history = actors.history(&id).await;
    let summary: Vec<[&str; 5]> = history.iter().map(line).collect();
    let name = "Marisol Quispe Flores";
    assert_eq!(
        summary,
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
    let actors = Actors::of(&clinic).await;
    let id = actors.registered().await;
    let unknown = "01940000-0000-7000-8000-0000000000ff";
    let refusals = [
        (actors.doctor_id.as_str(), "not-assignable"),
        (unknown, "unknown"),
        ("nobody", "uuid"),
        ("", "uuid"),
    ];
    for (staff_id, code) in refusals {
        let answer = actors.attempt(&actors.operator, &id, "assign-manager", &to(staff_id)).await;
        invalid(&answer, &[("/staff_id", code)]);
    }
    clinic.change_staff(staff(&actors.manager_id), |staff| staff.status = StaffStatus::Vacation).await;
    let answer = actors.attempt(&actors.operator, &id, "assign-manager", &to(&actors.manager_id)).await;
    invalid(&answer, &[("/staff_id", "not-assignable")]);
    assert!(answer.body.to_string().contains("STAFF_NOT_ACTIVE"), "{}", answer.body);
    clinic.change_staff(staff(&actors.manager_id), |staff| staff.status = StaffStatus::Active).await;
    clinic.change_user("manager@demo.medcert.test", |user| user.roles = [Role::Operator].into()).await;
    let answer = actors.attempt(&actors.operator, &id, "assign-manager", &to(&actors.manager_id)).await;
    assert!(answer.body.to_string().contains("USER_ROLE_MISSING"), "{}", answer.body);
    assert_eq!(actors.history(&id).await.len(), 1, "refusals leave no trace");
}

#[tokio::test]
async fn nobody_works_on_their_own_request() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let member = clinic.app.parts.store.staff_member(staff(&actors.manager_id)).await.unwrap().unwrap();
    clinic
        .change_person(member.staff.person, |person| {
            let peru = Country::parse("PE").unwrap();
            person.document = Document::parse(DocumentType::Dni, peru, "40404040").ok();
        })
        .await;
    let mut body = actors.new_request();
    body["client"]["document_number"] = json!("40404040");
    let id = actors.register(&body).await["id"].as_str().unwrap().to_owned();
    let answer = actors.attempt(&actors.operator, &id, "assign-manager", &to(&actors.manager_id)).await;
    invalid(&answer, &[("/staff_id", "party")]);
    assert_eq!(actors.seen(&actors.manager, &id).await["available_actions"], json!([]));
    for (action, body) in [
        ("assign-manager", to(&actors.manager_id)),
        ("register-payment", actors.payment("200.00")),
        ("cancel", json!({"reason": "Mine"})),
    ] {
        problem(&actors.attempt(&actors.manager, &id, action, &body).await, 403, "forbidden");
    }
    problem(&actors.edit(&actors.manager, &id, &json!({"comment": "Mine"})).await, 403, "forbidden");
    // Nor may they register one for themselves, or make themselves a party to another.
    problem(&actors.manager.post("/api/v1/certification-requests", &body).await, 403, "forbidden");
    let foreign = actors.registered().await;
    let into = json!({"client": {"document_type": "DNI", "document_number": "40404040"}});
    problem(&actors.edit(&actors.manager, &foreign, &into).await, 403, "forbidden");
    assert_eq!(actors.history(&foreign).await.len(), 1);
}

#[tokio::test]
async fn doctors_come_and_go() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let other = clinic.hire("other@demo.medcert.test", ("Olena", "Їжак"), Role::Doctor).await.to_string();
    let id = actors.managed().await;
    let body = to(&actors.doctor_id);
    wrong_stage(&actors.attempt(&actors.manager, &id, "assign-doctor", &body).await, "MANAGER_ASSIGNED", &[]);
    problem(&actors.attempt(&actors.operator, &id, "assign-doctor", &body).await, 403, "forbidden");
    actors.act(&actors.manager, &id, "register-payment", actors.payment("200.00")).await;
    problem(
        &actors.attempt(&actors.doctor, &id, "record-evaluation", &Actors::findings()).await,
        404,
        "not-found",
    );
    invalid(
        &actors.attempt(&actors.manager, &id, "assign-doctor", &to(&actors.manager_id)).await,
        &[("/staff_id", "not-assignable")],
    );
    let given = actors.act(&actors.manager, &id, "assign-doctor", body.clone()).await;
    assert_eq!((&given["stage"], &given["waiting_for"]), (&json!("DOCTOR_ASSIGNED"), &json!("DOCTOR")));
    wrong_stage(&actors.attempt(&actors.manager, &id, "assign-doctor", &body).await, "DOCTOR_ASSIGNED", &[]);
    invalid(
        &actors.attempt(&actors.manager, &id, "change-doctor", &body).await,
        &[("/staff_id", "unchanged")],
    );

    // Declining needs a reason; others may take the doctor away without one.
    invalid(
        &actors.attempt(&actors.doctor, &id, "unassign-doctor", &json!({})).await,
        &[("/reason", "required")],
    );
    let declined = actors.act(&actors.doctor, &id, "unassign-doctor", json!({"reason": "A friend"})).await;
    assert_eq!((&declined["stage"], &declined["doctor"]), (&json!("PAID"), &Value::Null));
    let gone = actors.doctor.get(&format!("/api/v1/certification-requests/{id}")).await;
    problem(&gone, 404, "not-found");
    actors.act(&actors.manager, &id, "assign-doctor", body.clone()).await;
    actors.act(&actors.manager, &id, "unassign-doctor", json!({})).await;
    actors.act(&actors.manager, &id, "assign-doctor", body.clone()).await;
    actors.act(&actors.doctor, &id, "change-doctor", to(&other)).await;
    actors.act(&actors.manager, &id, "change-doctor", body).await;

    let history = actors.history(&id).await;
    let summary: Vec<[&str; 5]> = history.iter().take(7).map(line).collect();
    let name = "Daniel Ibáñez Costa";
    assert_eq!(
        summary,
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
    let actors = Actors::of(&clinic).await;
    let other = clinic.hire("other@demo.medcert.test", ("Olena", "Їжак"), Role::Doctor).await.to_string();
    let id = actors.evaluated().await;
    for (caller, action, body) in [
        (&actors.manager, "change-doctor", to(&other)),
        (&actors.doctor, "change-doctor", to(&other)),
        (&actors.manager, "unassign-doctor", json!({})),
        (&actors.manager, "cancel", json!({"reason": "x", "money": "KEEP"})),
        (&actors.operator, "cancel", json!({"reason": "x", "money": "KEEP"})),
    ] {
        wrong_stage(&actors.attempt(caller, &id, action, &body).await, "EVALUATED", &[]);
    }
    let changed = actors.act(&actors.admin, &id, "change-doctor", to(&other)).await;
    assert_eq!(changed["stage"], "DOCTOR_ASSIGNED");
    assert!(changed["evaluations"][0]["superseded_at"].is_string(), "{changed}");
    // What was superseded does not stand again when the first doctor comes back.
    let back = actors.act(&actors.admin, &id, "change-doctor", to(&actors.doctor_id)).await;
    assert_eq!(back["stage"], "DOCTOR_ASSIGNED");
    assert!(!available(&actors.seen(&actors.doctor, &id).await, "ISSUE"));
}

#[tokio::test]
async fn who_registers_does_not_evaluate_unless_the_institution_says_so() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    clinic
        .change_user("doctor@demo.medcert.test", |user| {
            user.roles.insert(Role::Operator);
        })
        .await;
    let made = actors.doctor.post("/api/v1/certification-requests", &actors.new_request()).await.expect(201);
    let id = made.body["id"].as_str().unwrap();
    actors.act(&actors.manager, id, "register-payment", actors.payment("200.00")).await;
    let answer = actors.attempt(&actors.manager, id, "assign-doctor", &to(&actors.doctor_id)).await;
    invalid(&answer, &[("/staff_id", "registrar")]);
    clinic.change_institution(|profile| profile.rules.registrar_may_evaluate = true).await;
    actors.act(&actors.manager, id, "assign-doctor", to(&actors.doctor_id)).await;
    assert_eq!(actors.history(id).await[0]["separation_waived"], true);
}

#[tokio::test]
async fn a_doctor_without_licence_is_given_nothing() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.paid().await;
    let doctor = staff(&actors.doctor_id);
    let yesterday = "2026-11-20".parse().unwrap();
    clinic.change_staff(doctor, |staff| staff.licence_valid_until = Some(yesterday)).await;
    let expired = actors.attempt(&actors.manager, &id, "assign-doctor", &to(&actors.doctor_id)).await;
    invalid(&expired, &[("/staff_id", "not-assignable")]);
    assert!(expired.body.to_string().contains("LICENCE_EXPIRED"), "{}", expired.body);
    clinic.change_staff(doctor, |staff| staff.licence_number = None).await;
    let missing = actors.attempt(&actors.manager, &id, "assign-doctor", &to(&actors.doctor_id)).await;
    assert!(missing.body.to_string().contains("LICENCE_MISSING"), "{}", missing.body);
    let today = "2026-11-21".parse().unwrap();
    clinic
        .change_staff(doctor, |staff| {
            staff.licence_number = Some("CMP 1".to_owned());
            staff.licence_valid_until = Some(today);
        })
        .await;
    // The last day is one of the licence.
    actors.act(&actors.manager, &id, "assign-doctor", to(&actors.doctor_id)).await;
}
