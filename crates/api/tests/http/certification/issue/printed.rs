//! What a certificate says, and what cannot be printed.

use medcert_testkit::{Actors, Clinic};
use serde_json::{Value, json};

use super::{
    super::{available, invalid},
    findings, issue,
};

const REQUESTS: &str = "/api/v1/certification-requests";

#[tokio::test]
async fn unfit_is_issued_too() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.with_doctor().await;
    let mut unfit = findings("conclusion", &json!("UNFIT"));
    unfit["restrictions"] = Value::Null;
    let seen = actors.act(&actors.doctor, &id, "record-evaluation", unfit).await;
    assert!(available(&seen, "ISSUE"));
    let issued = issue(&actors, &id).await.expect(200).body;
    assert_eq!(issued["certificate"]["conclusion"], "UNFIT");
    let public_id = issued["certificate"]["public_id"].as_str().unwrap();
    let page = clinic.anonymous().get(&format!("/v/{public_id}?lang=en")).await.expect(200);
    let html = String::from_utf8(page.bytes).unwrap();
    assert!(html.contains("Unfit") && html.contains("The holder was found not to be fit."), "{html}");
}

#[tokio::test]
async fn conclusion_and_restrictions_agree() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.with_doctor().await;
    for (body, faults) in [
        (findings("restrictions", &Value::Null), [("/restrictions", "required")]),
        (findings("conclusion", &json!("FIT")), [("/restrictions", "contradiction")]),
        (findings("observed_reason", &json!("x")), [("/observed_reason", "not-observed")]),
        (findings("verdict", &Value::Null), [("/verdict", "required")]),
        (findings("evaluated_on", &json!("2026-11-22")), [("/evaluated_on", "future-date")]),
        (findings("valid_from", &json!("2026-11-20")), [("/valid_from", "backdated")]),
        (findings("valid_until", &json!("2026-11-20")), [("/valid_until", "before-start")]),
    ] {
        invalid(&actors.attempt(&actors.doctor, &id, "record-evaluation", &body).await, &faults);
    }
    assert_eq!(actors.seen(&actors.doctor, &id).await["evaluations"], json!([]));
    clinic.change_institution(|profile| profile.rules.backdating_days = 1).await;
    let body = findings("valid_from", &json!("2026-11-20"));
    let seen = actors.act(&actors.doctor, &id, "record-evaluation", body).await;
    assert_eq!(seen["evaluations"][0]["valid_until"], "2027-11-19", "365 days, both counted");
    let path = format!("{REQUESTS}/{id}/record-evaluation");
    assert_eq!(
        actors.doctor.post(&path, &Actors::findings()).await.expect(428).problem(),
        "precondition-required"
    );
}

#[tokio::test]
async fn the_paper_speaks_the_holders_language() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    for (preferred, locale, genuine) in
        [(json!("uk"), "uk", "Справжня"), (json!("pt"), "pt", "Autêntico"), (Value::Null, "es", "Auténtico")]
    {
        let mut body = actors.new_request();
        body["client"]["preferred_locale"] = preferred;
        body["client"]["given_names"] = json!("Ґалина Åsa");
        let id = actors.register(&body).await["id"].as_str().unwrap().to_owned();
        actors.act(&actors.manager, &id, "register-payment", actors.payment("200.00")).await;
        actors.act(&actors.manager, &id, "assign-doctor", json!({"staff_id": actors.doctor_id})).await;
        actors.act(&actors.doctor, &id, "record-evaluation", Actors::findings()).await;
        let issued = issue(&actors, &id).await.expect(200).body;
        assert_eq!(issued["certificate"]["locale"], locale);
        let public_id = issued["certificate"]["public_id"].as_str().unwrap();
        let page = clinic.anonymous().get(&format!("/v/{public_id}")).await.expect(200);
        assert!(String::from_utf8(page.bytes).unwrap().contains(genuine), "{locale}");
    }
}

#[tokio::test]
async fn what_no_font_has_is_refused_when_it_is_entered() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let guardian = json!({
        "document_type": "DNI", "document_number": "20202020", "given_names": "Guarda", "family_names": "李",
        "birth_date": "1970-01-01", "relationship": "PARENT"
    });
    for (pointer, part, field, value, character) in [
        ("/client/given_names", "client", "given_names", json!("Ana 😀"), "U+1F600"),
        ("/client/family_names", "client", "family_names", json!("李"), "U+674E"),
        ("/guardian/family_names", "guardian", "", guardian, "U+674E"),
    ] {
        let mut body = actors.new_request();
        if field.is_empty() {
            body[part] = value;
        } else {
            body[part][field] = value;
        }
        let answer = actors.operator.post(REQUESTS, &body).await;
        invalid(&answer, &[(pointer, "unprintable")]);
        assert!(answer.body["errors"][0]["message"].as_str().unwrap().contains(character), "{}", answer.body);
    }
    assert_eq!(clinic.numbers("SELECT COUNT(*) FROM certification_request").await, [0]);
    let id = actors.with_doctor().await;
    let answer = actors.edit(&actors.operator, &id, &json!({"client": {"given_names": "Ana 😀"}})).await;
    invalid(&answer, &[("/client/given_names", "unprintable")]);
    let number = json!({"client": {"document_type": "OTHER", "document_number": "李12"}});
    invalid(
        &actors.edit(&actors.operator, &id, &number).await,
        &[("/client/document_number", "unprintable")],
    );
    let body = findings("restrictions", &json!("No 🚗"));
    let answer = actors.attempt(&actors.doctor, &id, "record-evaluation", &body).await;
    invalid(&answer, &[("/restrictions", "unprintable")]);
    // What is not printed may say anything.
    actors.edit(&actors.operator, &id, &json!({"comment": "👍 李"})).await.expect(200);
    let body = findings("observations", &json!("😷 李"));
    actors.act(&actors.doctor, &id, "record-evaluation", body).await;
    issue(&actors, &id).await.expect(200);
}
