//! Specialties: making, changing, deleting, finding, importing; and the staff who have them.

use medcert_testkit::{Actors, Answered, Clinic};
use serde_json::{Value, json};

use crate::contract::{NOBODY, check_problem};

const SPECIALTIES: &str = "/api/v1/specialties";

fn names(answer: &Answered) -> Vec<&str> {
    answer.body["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_specialty_is_made_changed_and_remembered() {
    let clinic = Clinic::open().await;
    let Actors { admin, doctor, .. } = Actors::of(&clinic).await;
    let new = json!({"name": "Cirugía general"});
    let made = admin.post_once(SPECIALTIES, "k", &new).await.expect(201);
    let place = made.header("location").to_owned();
    let again = admin.post_once(SPECIALTIES, "k", &new).await.expect(201);
    assert_eq!((&again.bytes, again.header("location")), (&made.bytes, &*place));
    assert_eq!(doctor.get(&place).await.expect(200).bytes, made.bytes);
    assert_eq!((&made.body["active"], &made.body["version"]), (&json!(true), &json!(1)));
    let duplicate = [("/name".to_owned(), "duplicate".to_owned())];
    for name in ["Cirugía general", " CIRUGIA  GENERAL "] {
        assert_eq!(
            admin.post(SPECIALTIES, &json!({"name": name})).await.expect(409).faults(),
            duplicate,
            "{name}"
        );
    }
    let tag = made.header("etag").to_owned();
    let wanted = json!({"name": "Cirugía", "active": false});
    admin.json("PATCH", &place, &[], &wanted).await.expect(428);
    let changed = admin.patch(&place, &tag, &wanted).await.expect(200);
    assert_eq!((&changed.body["name"], &changed.body["version"]), (&json!("Cirugía"), &json!(2)));
    admin.patch(&place, &tag, &wanted).await.expect(412);
    assert_eq!(admin.patch(&place, "*", &wanted).await.expect(200).bytes, changed.bytes);
    let named = admin.patch(&place, "*", &json!({"name": "psiquiatria"})).await.expect(409);
    assert_eq!(named.faults(), duplicate);
    let refused = admin.post(SPECIALTIES, &json!({"name": " "})).await.expect(422);
    assert_eq!(refused.faults(), [("/name".to_owned(), "blank".to_owned())]);
    let history = doctor.get(&format!("{place}/history")).await.expect(200).body;
    let line = |n: usize| (history["items"][n]["action"].clone(), history["items"][n]["field"].clone());
    assert_eq!((0..4).map(|n| line(n).0).collect::<Vec<_>>(), ["EDIT", "EDIT", "CREATE", "CREATE"]);
    assert!((0..4).any(|n| line(n) == (json!("EDIT"), json!("name"))), "{history}");
    for (filter, expected) in [
        ("active=false", &["Cirugía"][..]),
        ("q=CIRU", &["Cirugía"]),
        ("q=general", &[]),
        ("active=true", &["Cardiología", "Medicina ocupacional", "Psiquiatría"]),
        ("active=true&q=med%20ocu", &["Medicina ocupacional"]),
    ] {
        let found = doctor.get(&format!("{SPECIALTIES}?{filter}")).await.expect(200);
        assert_eq!(names(&found), expected, "{filter}");
    }
    let first = doctor.get(&format!("{SPECIALTIES}?limit=3")).await.expect(200);
    let next = format!("{SPECIALTIES}?limit=3&cursor={}", first.body["next_cursor"].as_str().unwrap());
    assert_eq!(names(&doctor.get(&next).await.expect(200)), ["Psiquiatría"]);
    doctor.get(&format!("{SPECIALTIES}?q={}", "x".repeat(101))).await.expect(422);
}

#[tokio::test]
async fn staff_have_specialties_that_are_offered() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let (admin, any) = (&actors.admin, [("if-match", "*")]);
    let staff = format!("/api/v1/staff/{}", actors.doctor_id);
    let psychiatry = actors.doctor.get(&staff).await.expect(200).body["specialty_id"].clone();
    let made = admin.post(SPECIALTIES, &json!({"name": "Neurología"})).await.expect(201);
    let (place, id) = (made.header("location"), &made.body["id"]);
    let psychiatry_place = format!("{SPECIALTIES}/{}", psychiatry.as_str().unwrap());
    let used = admin.send("DELETE", &psychiatry_place, &any, vec![]).await.expect(409);
    assert_eq!((used.problem(), &used.body["count"]), ("in-use", &json!(1)));
    check_problem(&used);
    // The wording on certificates is the record's own.
    let changed = admin.patch(&staff, "*", &json!({"specialty_id": id})).await.expect(200).body;
    assert_eq!((&changed["specialty_id"], &changed["specialty"]), (id, &json!("Psiquiatría")));
    admin.patch(&psychiatry_place, "*", &json!({"active": false})).await.expect(200);
    let new = |specialty: &Value| json!({"person": actors.new_client(), "roles": ["DOCTOR"], "specialty_id": specialty});
    for (specialty, code) in [(json!(NOBODY), "unknown"), (psychiatry, "inactive"), (json!("x"), "uuid")] {
        let faults = [("/specialty_id".to_owned(), code.to_owned())];
        let patch = json!({"specialty_id": specialty});
        assert_eq!(admin.patch(&staff, "*", &patch).await.expect(422).faults(), faults, "{code}");
        assert_eq!(
            admin.post("/api/v1/staff", &new(&specialty)).await.expect(422).faults(),
            faults,
            "{code}"
        );
    }
    assert_eq!(&admin.post("/api/v1/staff", &new(id)).await.expect(201).body["specialty_id"], id);
    // One that is no longer offered stays with whoever has it.
    admin.patch(place, "*", &json!({"active": false})).await.expect(200);
    admin.patch(&staff, "*", &json!({"specialty_id": id, "comment": "x"})).await.expect(200);
    let cleared = admin.patch(&staff, "*", &json!({"specialty_id": null})).await.expect(200).body;
    assert_eq!(cleared["specialty_id"], Value::Null);
    admin.send("DELETE", &psychiatry_place, &any, vec![]).await.expect(204);
    admin.get(&psychiatry_place).await.expect(404);
    assert!(names(&admin.get(&format!("{SPECIALTIES}?q=psiq")).await).is_empty());
}
