//! Who stands for a client who cannot.

use medcert_testkit::{Actors, Clinic};
use serde_json::{Value, json};

use super::super::{available, blocked, invalid, line, problem, wrong_stage};

const REQUESTS: &str = "/api/v1/certification-requests";

fn mother() -> Value {
    json!({
        "document_type": "DNI", "document_number": "30303030", "given_names": "Teresa", "family_names": "Ponce",
        "birth_date": "1985-01-01", "relationship": "PARENT"
    })
}

/// A body that registers a client of twelve.
fn minor(actors: &Actors) -> Value {
    let mut body = actors.new_request();
    body["client"]["birth_date"] = json!("2014-05-05");
    body
}

#[tokio::test]
async fn a_guardian_is_an_adult_and_somebody_else() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let mut same = minor(&actors);
    same["guardian"] = same["client"].clone();
    same["guardian"]["relationship"] = json!("OTHER");
    invalid(&actors.operator.post(REQUESTS, &same).await, &[("/guardian", "same-person")]);
    let mut young = minor(&actors);
    young["guardian"] = mother();
    young["guardian"]["birth_date"] = json!("2008-11-22");
    invalid(&actors.operator.post(REQUESTS, &young).await, &[("/guardian/birth_date", "minor")]);
    young["guardian"]["relationship"] = json!("AUNT");
    invalid(&actors.operator.post(REQUESTS, &young).await, &[("/guardian/relationship", "unknown-value")]);
    let total =
        actors.admin.get(&format!("{REQUESTS}?with_total=true")).await.expect(200).body["total"].clone();
    assert_eq!(total, 0);
    assert_eq!(clinic.numbers("SELECT COUNT(*) FROM person WHERE given_names = 'Teresa'").await, [0]);

    // Of age on the birthday itself.
    young["guardian"] = mother();
    young["guardian"]["birth_date"] = json!("2008-11-21");
    let made = actors.register(&young).await;
    assert_eq!(
        (&made["guardian"]["name"], &made["guardian"]["relationship"]),
        (&json!("Teresa Ponce"), &json!("PARENT"))
    );
    let list = actors.admin.get(&format!("{REQUESTS}?q=teresa")).await.expect(200).body;
    assert_eq!(list["items"][0]["guardian_name"], "Teresa Ponce");

    let id = made["id"].as_str().unwrap();
    let younger = json!({"guardian": {"birth_date": "2008-11-22"}});
    invalid(&actors.edit(&actors.operator, id, &younger).await, &[("/guardian/birth_date", "minor")]);
    let mut oneself = made["client"].clone();
    let oneself = json!({"guardian": {
        "document_type": "DNI", "document_number": oneself["document_number"].take()
    }});
    invalid(&actors.edit(&actors.operator, id, &oneself).await, &[("/guardian", "same-person")]);
    let guardian = json!({"client": {"document_type": "DNI", "document_number": "30303030"}});
    invalid(&actors.edit(&actors.operator, id, &guardian).await, &[("/client", "same-person")]);
    assert_eq!(actors.seen(&actors.admin, id).await["version"], 1);
}

#[tokio::test]
async fn a_minor_is_evaluated_with_a_guardian_only() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.register(&minor(&actors)).await["id"].as_str().unwrap().to_owned();
    actors.act(&actors.manager, &id, "register-payment", actors.payment("200.00")).await;
    actors.act(&actors.manager, &id, "assign-doctor", json!({"staff_id": actors.doctor_id})).await;
    let missing = ["GUARDIAN_MISSING"];
    let seen = actors.seen(&actors.doctor, &id).await;
    assert_eq!(blocked(&seen, "RECORD_EVALUATION"), Some(missing.to_vec()));
    let answer = actors.attempt(&actors.doctor, &id, "record-evaluation", &Actors::findings()).await;
    wrong_stage(&answer, "DOCTOR_ASSIGNED", &missing);

    let half = json!({"guardian": {"document_type": "DNI", "document_number": "30303030"}});
    problem(&actors.edit(&actors.doctor, &id, &half).await, 422, "invalid");
    let set = actors.edit(&actors.doctor, &id, &json!({"guardian": mother()})).await.expect(200).body;
    let person = set["guardian"]["id"].as_str().unwrap();
    let summary = format!("PARENT {person}");
    assert_eq!(line(&actors.history(&id).await[0]), ["EDIT", "guardian", "", &summary, ""]);
    actors.act(&actors.doctor, &id, "record-evaluation", Actors::findings()).await;

    // Without the guardian again nothing is issued; with another relation it is not what was evaluated.
    let cleared = actors.edit(&actors.operator, &id, &json!({"guardian": null})).await.expect(200).body;
    assert_eq!(cleared["guardian"], Value::Null);
    let seen = actors.seen(&actors.doctor, &id).await;
    assert_eq!(blocked(&seen, "ISSUE"), Some(vec!["GUARDIAN_MISSING", "PRINTED_DATA_CHANGED"]));
    let mut aunt = mother();
    aunt["relationship"] = json!("OTHER");
    actors.edit(&actors.operator, &id, &json!({"guardian": aunt})).await.expect(200);
    let stale = actors.attempt(&actors.doctor, &id, "issue", &json!({})).await;
    problem(&stale, 409, "stale");
    assert_eq!(stale.body["fields"], json!(["guardian.relationship"]));
    let back = json!({"guardian": {"relationship": "PARENT"}});
    actors.edit(&actors.operator, &id, &back).await.expect(200);
    let issued = actors.act(&actors.doctor, &id, "issue", json!({})).await;
    let represented = json!({"name": "Teresa Ponce", "relationship": "PARENT"});
    assert_eq!(issued["certificate"]["represented_by"], represented);
}

#[tokio::test]
async fn of_age_is_what_the_institution_says() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.register(&minor(&actors)).await["id"].as_str().unwrap().to_owned();
    actors.act(&actors.manager, &id, "register-payment", actors.payment("200.00")).await;
    actors.act(&actors.manager, &id, "assign-doctor", json!({"staff_id": actors.doctor_id})).await;
    assert!(!available(&actors.seen(&actors.doctor, &id).await, "RECORD_EVALUATION"));
    clinic.change_institution(|profile| profile.rules.age_of_majority = 12).await;
    assert!(available(&actors.seen(&actors.doctor, &id).await, "RECORD_EVALUATION"));
}
