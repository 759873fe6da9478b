//! One person is changed through three resources, by the same rules.

use medcert_testkit::{Actors, Clinic};
use serde_json::{Value, json};

use super::{PEOPLE, REQUESTS, history, id, ids, made, somebody};

/// Somebody who is a client, works here and has an account: where each of the two is changed, and the person's id.
async fn nina(actors: &Actors) -> ([String; 2], String) {
    let mut body = actors.new_request();
    body["client"] = somebody("N1", "Nina", "Paz");
    let client = actors.register(&body).await["client"].clone();
    let account = json!({
        "email": "nina@clinic.example", "roles": ["OPERATOR"], "person": somebody("N1", "Nina", "Paz"),
        "password": "nine quiet otters"
    });
    let user = actors.admin.post("/api/v1/users", &account).await.expect(201).body;
    assert_eq!(user["person"]["id"], client["id"]);
    let staff = user["staff_id"].as_str().unwrap();
    ([format!("/api/v1/staff/{staff}"), format!("/api/v1/users/{}", id(&user))], id(&client).to_owned())
}

#[tokio::test]
async fn a_name_is_changed_alike_through_the_staff_record_and_the_account() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let (places, person) = nina(&actors).await;
    let events = async || {
        let summary = "SELECT COUNT(*) FROM audit_event WHERE action = 'people.edit' AND outcome = 'ok' \
                    AND object_kind = 'person' AND patient_id = object_id";
        clinic.numbers(summary).await[0]
    };
    for (nth, place) in (1..).zip(&places) {
        let new = format!("Renamed{nth}");
        let body = json!({"person": {"family_names": new}});
        actors.admin.json("PATCH", place, &[], &body).await.expect(428);
        let tag = actors.admin.get(place).await.expect(200).header("etag").to_owned();
        let done = actors.admin.patch(place, &tag, &body).await.expect(200);
        actors.admin.patch(place, &tag, &body).await.expect(412);
        let same = actors.admin.patch(place, "*", &body).await.expect(200);
        assert_eq!(same.header("etag"), done.header("etag"), "nothing changed, so the version stays");
        let summary = history(&actors.admin, PEOPLE, &person).await;
        assert_eq!(summary[0][..2], ["EDIT", "family_names"]);
        assert_eq!(summary[0][3], new);
        assert_eq!(events().await, nth, "the audit trail says whose data it was");
        for list in [PEOPLE, REQUESTS, "/api/v1/staff", "/api/v1/users"] {
            let found = actors.admin.get(&format!("{list}?q={new}")).await.expect(200).body;
            assert_eq!(ids(&found).len(), 1, "{list}");
        }
    }
    // Everybody else is refused what belongs to the administration.
    let refused =
        actors.operator.patch(&format!("{PEOPLE}/{person}"), "*", &json!({"family_names": "X"})).await;
    assert_eq!(refused.expect(422).faults(), [("/family_names".to_owned(), "protected".to_owned())]);
}

#[tokio::test]
async fn a_number_is_changed_alike_through_the_staff_record_and_the_account() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let (places, person) = nina(&actors).await;
    let stranger = made(&actors.operator, &somebody("S1", "Sara", "Sol")).await;
    let number = |number: &str| json!({"person": {"document_type": "CE", "document_number": number}});
    for (nth, place) in places.iter().enumerate() {
        let taken = actors.admin.patch(place, "*", &number("s1")).await.expect(409);
        assert_eq!((taken.problem(), &taken.body["existing_id"]), ("duplicate", &stranger["id"]));
        assert_eq!(taken.faults(), [("/person/document_number".to_owned(), "duplicate".to_owned())]);
        // The number of a record that was merged into the person is the person's to take; the record has the other.
        let double = made(&actors.operator, &somebody(&format!("D{nth}"), "Nina", "Paz")).await;
        let merge = json!({"into_person_id": person, "reason": "The same"});
        actors.admin.post(&format!("{PEOPLE}/{}/merge", id(&double)), &merge).await.expect(200);
        let before = actors.admin.get(&format!("{PEOPLE}/{person}")).await.body["document_number"].clone();
        actors.admin.patch(place, "*", &number(&format!("d{nth}"))).await.expect(200);
        let after: Value = actors.admin.get(&format!("{PEOPLE}/{person}")).await.body;
        assert_eq!(after["document_number"], format!("D{nth}"));
        let sign = actors.admin.get(&format!("{PEOPLE}/{}", id(&double))).await.body;
        assert_eq!(sign["document_number"], before);
        let summary = history(&actors.admin, PEOPLE, &person).await;
        assert_eq!(summary[0][..2], ["EDIT", "document"]);
    }
}
