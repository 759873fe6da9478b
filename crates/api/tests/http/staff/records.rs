//! Staff records: making, changing, deleting, finding.

use medcert_domain::policy::Role;
use serde_json::{Value, json};

use super::{House, STAFF, items};
use crate::contract::{NOBODY, check_problem};

fn carmen() -> Value {
    json!({
        "person": {
            "document_type": "DNI", "document_number": "40.000.001", "given_names": "Carmen",
            "family_names": "Salas Ñuñoa", "birth_date": "1980-01-01"
        },
        "roles": ["DOCTOR", "MANAGER"], "licence_number": "CMP 54321", "licence_valid_until": "2028-12-31",
        "specialty": "Medicina ocupacional", "kind": "CONTRACTOR", "fee": {"amount": "40.50", "currency": "PEN"},
        "comment": "Tuesdays"
    })
}

#[tokio::test]
async fn a_staff_member_is_made_of_a_person() {
    let house = House::open().await;
    let admin = &house.actors.admin;
    let made = admin.post(STAFF, &carmen()).await.expect(201);
    let place = made.header("location").to_owned();
    assert!(place.starts_with(STAFF) && made.header("etag").starts_with("\"v1-"));
    let seen = admin.get(&place).await.expect(200);
    assert_eq!(seen.bytes, made.bytes);
    assert_eq!(seen.body["name"], "Carmen Salas Ñuñoa");
    assert_eq!(seen.body["roles"], json!(["MANAGER", "DOCTOR"]));
    assert_eq!((&seen.body["kind"], &seen.body["comment"]), (&json!("CONTRACTOR"), &json!("Tuesdays")));
    assert_eq!(seen.body["fee"], json!({"amount": "40.50", "currency": "PEN"}));
    assert_eq!(seen.body["not_assignable_reasons"], json!(["NO_USER"]));
    // What is agreed with somebody is for those who administer or audit.
    let others = house.actors.operator.get(&place).await.expect(200).body;
    assert_eq!((&others["fee"], &others["comment"]), (&Value::Null, &Value::Null));
    house.actors.operator.get(&format!("{place}/history")).await.expect(403);
    // The same person again, by document or id, is a staff member already.
    let twice = admin.post(STAFF, &carmen()).await.expect(409);
    assert_eq!(twice.faults(), [("/person/document_number".to_owned(), "duplicate".to_owned())]);
    let by_id = json!({"person_id": seen.body["person_id"], "roles": ["OPERATOR"]});
    let twice = admin.post(STAFF, &by_id).await.expect(409);
    assert_eq!(twice.faults(), [("/person_id".to_owned(), "duplicate".to_owned())]);
    let history = admin.get(&format!("{place}/history")).await.expect(200);
    let fields: Vec<_> = items(&history).iter().map(|line| line["field"].clone()).collect();
    assert!(items(&history).iter().all(|line| line["action"] == "CREATE"), "{fields:?}");
    assert!(fields.contains(&json!("fee")) && fields.contains(&json!("roles")));
}

#[tokio::test]
async fn a_known_person_becomes_staff_and_a_key_makes_it_once() {
    let house = House::open().await;
    let actors = &house.actors;
    let client = actors.new_client();
    let mut body = actors.new_request();
    body["client"] = client.clone();
    let person = actors.register(&body).await["client"]["id"].clone();
    let new = json!({"person": client, "roles": ["OPERATOR"]});
    let made = actors.admin.post_once(STAFF, "k", &new).await.expect(201);
    assert_eq!(made.body["person_id"], person);
    let again = actors.admin.post_once(STAFF, "k", &new).await.expect(201);
    assert_eq!(again.bytes, made.bytes);
    assert_eq!(again.header("location"), made.header("location"));
    assert_eq!(again.header("etag"), made.header("etag"));
}

#[tokio::test]
async fn bad_values_are_told_at_once() {
    let house = House::open().await;
    let admin = &house.actors.admin;
    let refused = async |body: Value| {
        let answer = admin.post(STAFF, &body).await.expect(422);
        check_problem(&answer);
        answer.faults()
    };
    let at = |pointer: &str, code: &str| (pointer.to_owned(), code.to_owned());
    assert_eq!(refused(json!({})).await, [at("/person", "required"), at("/roles", "required")]);
    let both = json!({"person_id": NOBODY, "person": carmen()["person"], "roles": ["DOCTOR"]});
    assert_eq!(refused(both).await, [at("/person", "unexpected")]);
    assert_eq!(
        refused(json!({"person_id": NOBODY, "roles": ["DOCTOR"]})).await,
        [at("/person_id", "unknown")]
    );
    let mut wrong = carmen();
    wrong["roles"] = json!(["DOCTOR", "NURSE"]);
    wrong["person"]["document_number"] = json!("1");
    wrong["fee"] = json!({"amount": "1.234", "currency": "PEN"});
    wrong["licence_valid_until"] = json!("soon");
    let mut summary = refused(wrong).await;
    summary.sort();
    assert_eq!(
        summary,
        [
            at("/fee/amount", "amount"),
            at("/licence_valid_until", "date"),
            at("/person/document_number", "document-number"),
            at("/roles/1", "unknown-value"),
        ]
    );
    let mut unprintable = carmen();
    unprintable["specialty"] = json!("心臓");
    assert_eq!(refused(unprintable).await, [at("/specialty", "unprintable")]);
}

#[tokio::test]
async fn a_change_names_the_version_seen_and_keeps_history() {
    let house = House::open().await;
    let admin = &house.actors.admin;
    let place = admin.post(STAFF, &carmen()).await.expect(201).header("location").to_owned();
    let tag = admin.get(&place).await.header("etag").to_owned();
    admin.json("PATCH", &place, &[], &json!({"status": "VACATION"})).await.expect(428);
    let wanted = json!({
        "fee": null, "specialty": "Cardiología", "status": "VACATION",
        "person": {"given_names": "Carmen Rosa"}
    });
    let changed = admin.patch(&place, &tag, &wanted).await.expect(200);
    assert_eq!(
        (&changed.body["fee"], &changed.body["name"]),
        (&Value::Null, &json!("Carmen Rosa Salas Ñuñoa"))
    );
    admin.patch(&place, &tag, &wanted).await.expect(412);
    let same = admin.patch(&place, "*", &wanted).await.expect(200);
    assert_eq!(same.header("etag"), changed.header("etag"), "nothing changed, so the version stays");
    let history = items(&admin.get(&format!("{place}/history?limit=4")).await.expect(200));
    let line = |field: &str| history.iter().find(|line| line["field"] == field).unwrap().clone();
    assert_eq!((&line("fee")["old_value"], &line("fee")["new_value"]), (&json!("40.50 PEN"), &Value::Null));
    assert_eq!(line("person.given_names")["new_value"], "Carmen Rosa");
    assert_eq!(line("status")["by"]["name"], "Alba Montero Ríos");
    for (body, pointer) in [
        (json!({"roles": []}), "/roles"),
        (json!({"roles": null}), "/roles"),
        (json!({"kind": null}), "/kind"),
    ] {
        let refused = admin.patch(&place, "*", &body).await.expect(422);
        assert_eq!(refused.faults(), [(pointer.to_owned(), "required".to_owned())]);
    }
    house.actors.manager.patch(&place, "*", &json!({"status": "ACTIVE"})).await.expect(403);
}

#[tokio::test]
async fn only_who_was_never_used_can_be_deleted() {
    let house = House::open().await;
    let actors = &house.actors;
    let place = actors.admin.post(STAFF, &carmen()).await.expect(201).header("location").to_owned();
    actors.managed().await;
    actors.managed().await;
    let any = [("if-match", "*")];
    let used = format!("{STAFF}/{}", actors.manager_id);
    let refused = actors.admin.send("DELETE", &used, &any, vec![]).await.expect(409);
    assert_eq!((refused.problem(), &refused.body["count"]), ("in-use", &json!(2)));
    assert_eq!(refused.body.get("requests"), None);
    let operator = actors.operator.get("/api/v1/auth/me").await.body["staff_id"].as_str().unwrap().to_owned();
    let registered =
        actors.admin.send("DELETE", &format!("{STAFF}/{operator}"), &any, vec![]).await.expect(409);
    assert_eq!(registered.body["count"], 2);
    actors.admin.send("DELETE", &place, &[], vec![]).await.expect(428);
    actors.admin.send("DELETE", &place, &any, vec![]).await.expect(204);
    actors.admin.get(&place).await.expect(404);
    actors.admin.send("DELETE", &place, &any, vec![]).await.expect(404);
    // The person stays, and may be hired again.
    actors.admin.post(STAFF, &carmen()).await.expect(201);
}

#[tokio::test]
async fn staff_are_found_by_the_beginnings_of_words() {
    let house = House::open().await;
    let admin = &house.actors.admin;
    admin.post(STAFF, &carmen()).await.expect(201);
    let names = async |query: &str| -> Vec<String> {
        let found = admin.get(&format!("{STAFF}?{query}")).await.expect(200);
        items(&found).iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    for query in ["q=nuno", "q=NU%C3%91O%20car", "q=40000001", "q=543", "q=ocupa%20carm"] {
        assert_eq!(names(query).await, ["Carmen Salas Ñuñoa"], "{query}");
    }
    assert!(names("q=unoa").await.is_empty() && names("q=carmen%20x").await.is_empty());
    assert_eq!(names("q=quispe&role=MANAGER&assignable=true").await, ["Marisol Quispe Flores"]);
    house.patch(&house.actors.manager_id, &json!({"person": {"family_names": "Zegarra"}})).await.expect(200);
    assert!(names("q=quispe").await.is_empty());
    assert_eq!(names("q=zeg").await, ["Marisol Zegarra"]);
    // By the specialty alone: what it is called otherwise does not count.
    for query in ["specialty=OCUP", "specialty=medic%20ocupa", "specialty=medicina&role=DOCTOR&q=sala"] {
        assert_eq!(names(query).await, ["Carmen Salas Ñuñoa"], "{query}");
    }
    for query in
        ["specialty=salas", "specialty=cupacional", "specialty=ocupacional&role=OPERATOR", "specialty=54321"]
    {
        assert!(names(query).await.is_empty(), "{query}");
    }
    let all = admin.get(&format!("{STAFF}?specialty=psiq&with_total=true")).await.expect(200).body;
    assert_eq!((&all["total"], &all["items"][0]["id"]), (&json!(1), &json!(house.actors.doctor_id)));
    house.patch(&house.actors.doctor_id, &json!({"specialty": "Neurología"})).await.expect(200);
    assert!(names("specialty=psiq").await.is_empty());
    assert_eq!(names("specialty=neuro").await.len(), 1);
    house.patch(&house.actors.doctor_id, &json!({"specialty": null})).await.expect(200);
    assert!(names("specialty=neuro").await.is_empty());
    let refused = admin.get(&format!("{STAFF}?specialty={}", "x".repeat(101))).await.expect(422);
    assert_eq!(refused.faults()[0].0, "/specialty");
    // Hired behind the API, so without words.
    let auditor = house.clinic.somebody("auditor", &[Role::Auditor], vec![]).await;
    auditor.get(&format!("{STAFF}?q=carmen")).await.expect(200);
    let long = "x".repeat(101);
    admin.get(&format!("{STAFF}?q={long}")).await.expect(422);
}
