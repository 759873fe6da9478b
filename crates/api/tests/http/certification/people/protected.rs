//! Staff and people with a login: the administration keeps their data.

use medcert_domain::{
    Country, Id, PersonId,
    people::{Document, DocumentType},
};
use medcert_testkit::{Actors, Clinic};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    super::{invalid, line},
    changes,
};

/// The doctor has an identity document, and so can be a client.
async fn doctor_with_document(clinic: &Clinic, actors: &Actors) -> PersonId {
    let doctor = Id::new(Uuid::parse_str(&actors.doctor_id).unwrap());
    let person = clinic.app.parts.store.staff_member(doctor).await.unwrap().unwrap().staff.person;
    clinic
        .change_person(person, |person| {
            person.document =
                Document::parse(DocumentType::Dni, Country::parse("PE").unwrap(), "50505050").ok();
        })
        .await;
    person
}

fn patient() -> Value {
    json!({
        "document_type": "DNI", "document_number": "50505050", "given_names": "Dani", "family_names": "Ibáñez Costa",
        "birth_date": "1980-02-02", "email": "dani@example.org", "phone": "+51 911 111 111",
        "address": "Av. Brasil 100", "preferred_locale": "en"
    })
}

#[tokio::test]
async fn registering_keeps_what_is_protected_and_tells() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let person = doctor_with_document(&clinic, &actors).await;
    let made = actors.register(&json!({"client": patient(), "service_id": actors.service_id})).await;
    assert_eq!(made["client"]["id"], person.to_string());
    assert_eq!(
        changes(&made),
        [
            ("client", "given_names", "Daniel", "Dani", false),
            ("client", "birth_date", "", "1980-02-02", false),
            ("client", "email", "doctor@demo.medcert.test", "dani@example.org", false),
            ("client", "phone", "", "+51 911 111 111", false),
            ("client", "address", "", "Av. Brasil 100", true),
            ("client", "preferred_locale", "", "en", true),
        ]
    );
    let client = &made["client"];
    assert_eq!((&client["given_names"], &client["phone"]), (&json!("Daniel"), &Value::Null));
    assert_eq!((&client["address"], &client["preferred_locale"]), (&json!("Av. Brasil 100"), &json!("en")));
}

#[tokio::test]
async fn editing_refuses_what_is_protected() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    doctor_with_document(&clinic, &actors).await;
    let made = actors.register(&json!({"client": patient(), "service_id": actors.service_id})).await;
    let id = made["id"].as_str().unwrap();
    for (field, value) in [
        ("given_names", json!("Dani")),
        ("family_names", json!("Ibañez")),
        ("birth_date", json!("1980-02-02")),
        ("email", json!("dani@example.org")),
        ("email", Value::Null),
        ("phone", json!("+51 911 111 111")),
    ] {
        let answer = actors
            .edit(&actors.admin, id, &json!({"client": {field: value, "address": "Elsewhere 1"}}))
            .await;
        invalid(&answer, &[(&format!("/client/{field}"), "protected")]);
    }
    let number = json!({"client": {"document_type": "DNI", "document_number": "51515151"}});
    invalid(&actors.edit(&actors.admin, id, &number).await, &[("/client/document_number", "protected")]);
    let seen = actors.seen(&actors.admin, id).await;
    assert_eq!((&seen["version"], &seen["client"]), (&json!(1), &made["client"]));
    // What is said as it is already is no change; the address is anybody's to correct.
    let same = json!({"client": {"given_names": "Daniel", "address": "Elsewhere 1"}});
    actors.edit(&actors.operator, id, &same).await.expect(200);
    let history = actors.history(id).await;
    assert_eq!(line(&history[0]), ["EDIT", "client.address", "Av. Brasil 100", "Elsewhere 1", ""]);
}
