//! Promoters: found again, changed, removed.

use medcert_testkit::{Actors, Clinic};
use serde_json::{Value, json};

use super::{PEOPLE, PROMOTERS, delete, fault, faults, history, id, ids, made, names, seen, somebody};

#[tokio::test]
async fn a_promoter_is_made_once_and_found_again() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let company = json!({
        "type": "COMPANY", "legal_name": "Minera Ñ S.A.", "tax_id": "20-999.999-991", "email": "A@example.org",
        "phone": "+51 1 555 0199", "fee": {"amount": "15.5", "currency": "PEN"}, "comment": "Pays late"
    });
    let first = actors.operator.post_once(PROMOTERS, "k", &company).await.expect(201);
    assert_eq!(first.header("location"), format!("{PROMOTERS}/{}", id(&first.body)));
    assert_eq!(
        (&first.body["tax_id"], &first.body["fee"]["amount"]),
        (&json!("20999999991"), &json!("15.50"))
    );
    let replayed = actors.operator.post_once(PROMOTERS, "k", &company).await.expect(201);
    assert_eq!(first.bytes, replayed.bytes);
    let other =
        json!({"type": "OTHER", "name": "Minera", "tax_id": "20999999991", "phone": "+51 1 555 0199"});
    let found = actors.manager.post(PROMOTERS, &other).await.expect(200).body;
    assert_eq!((&found["id"], &found["name"]), (&first.body["id"], &json!("Minera Ñ S.A.")));
    let summary: Vec<&Value> = found["differences"].as_array().unwrap().iter().map(|d| &d["field"]).collect();
    assert_eq!(summary, ["type", "name"]);
    // A person by document, whose data stays, and by id.
    let mut pia = somebody("P1", "Pía", "Paz");
    pia["type"] = json!("PERSON");
    let person = actors.operator.post(PROMOTERS, &pia).await.expect(201).body;
    pia["given_names"] = json!("Piedad");
    let again = actors.operator.post(PROMOTERS, &pia).await.expect(200).body;
    assert_eq!((&again["id"], &again["name"]), (&person["id"], &json!("Pía Paz")));
    assert_eq!(again["differences"][0]["given_value"], "Piedad");
    let by_id = json!({"type": "PERSON", "person_id": person["person_id"]});
    assert_eq!(actors.operator.post(PROMOTERS, &by_id).await.expect(200).body["id"], person["id"]);
    assert_eq!(
        seen(&actors.admin, PEOPLE, person["person_id"].as_str().unwrap()).await.body["promoter_id"],
        person["id"]
    );
    for (body, at, code) in [
        (json!({}), "/type", "required"),
        (json!({"type": "PERSON", "person_id": person["id"]}), "/person_id", "unknown"),
        (
            json!({"type": "COMPANY", "legal_name": "x", "person_id": person["id"]}),
            "/person_id",
            "unexpected",
        ),
        (
            json!({"type": "PERSON", "person_id": person["person_id"], "given_names": "x"}),
            "/given_names",
            "contradiction",
        ),
        (json!({"type": "OTHER", "name": "x", "source_id": person["id"]}), "/source_id", "unknown"),
        (json!({"type": "OTHER", "name": "x", "fee": {"amount": "1"}}), "/fee/currency", "required"),
        (json!({"type": "OTHER", "name": "x", "tax_id": "--"}), "/tax_id", "blank"),
    ] {
        assert_eq!(faults(&actors.operator.post(PROMOTERS, &body).await), fault(at, code));
    }
    assert_eq!(actors.doctor.post(PROMOTERS, &company).await.status, 403);
}

#[tokio::test]
async fn a_promoter_is_changed_but_stays_what_it_is() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let company = json!({"type": "COMPANY", "legal_name": "Uno", "tax_id": "1"});
    let company = actors.operator.post(PROMOTERS, &company).await.expect(201);
    let path = format!("{PROMOTERS}/{}", id(&company.body));
    let wanted = json!({
        "legal_name": "Uno S.A.", "email": "uno@example.org", "phone": "5550199", "comment": "x",
        "fee": {"amount": "10.00", "currency": "PEN"}
    });
    let changed = actors.operator.patch(&path, company.header("etag"), &wanted).await.expect(200);
    assert_eq!(
        (&changed.body["name"], &changed.body["legal_name"]),
        (&json!("Uno S.A."), &json!("Uno S.A."))
    );
    let cleared =
        actors.operator.patch(&path, "*", &json!({"fee": null, "tax_id": null})).await.expect(200).body;
    assert_eq!((&cleared["fee"], &cleared["tax_id"]), (&Value::Null, &Value::Null));
    assert_eq!(actors.operator.patch(&path, company.header("etag"), &wanted).await.status, 412);
    let lines = history(&actors.admin, PROMOTERS, id(&company.body)).await;
    assert!(lines.contains(&["EDIT", "fee", "10.00 PEN", ""].map(ToOwned::to_owned)), "{lines:?}");
    assert!(lines.contains(&["EDIT", "legal_name", "Uno", "Uno S.A."].map(ToOwned::to_owned)), "{lines:?}");
    for (wanted, at, code) in [
        (json!({"type": "OTHER"}), "/type", "unknown-field"),
        (json!({"name": "x"}), "/name", "unexpected"),
        (json!({"legal_name": null}), "/legal_name", "required"),
        (json!({"email": "x"}), "/email", "email"),
    ] {
        assert_eq!(faults(&actors.operator.patch(&path, "*", &wanted).await), fault(at, code));
    }
    let taken = actors.operator.patch(&path, "*", &json!({"tax_id": "20512345675"})).await;
    assert_eq!((taken.status, taken.problem()), (409, "duplicate"));
    assert!(taken.body["existing_id"].is_string());
}

#[tokio::test]
async fn promoters_are_found_by_words_and_filters() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let mut pia = somebody("P-1", "Pía", "Paz");
    pia["type"] = json!("PERSON");
    let pia = actors.operator.post(PROMOTERS, &pia).await.expect(201).body;
    let radio =
        json!({"type": "OTHER", "name": "Radio Ñandú", "email": "r@radio.test", "phone": "+51 1 555 0177"});
    actors.operator.post(PROMOTERS, &radio).await.expect(201);
    let found = async |query: &str| {
        let answer = actors.operator.get(&format!("{PROMOTERS}?{query}")).await.expect(200);
        names(&answer.body).into_iter().map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    for q in ["nandu", "RAD+ñan", "r@radio", "5115550177", "15550177"] {
        assert_eq!(found(&format!("q={q}")).await, ["Radio Ñandú"], "{q}");
    }
    for q in ["paz", "p1", "p-1"] {
        assert_eq!(found(&format!("q={q}")).await, ["Pía Paz"], "{q}");
    }
    assert_eq!(found("q=20512345675").await, ["Transportes Andinos S.A."]);
    assert_eq!(found("type=PERSON").await, ["Pía Paz"]);
    assert_eq!(found("type=PERSON,COMPANY").await, ["Pía Paz", "Transportes Andinos S.A."]);
    assert_eq!(
        faults(&actors.operator.get(&format!("{PROMOTERS}?type=CAT")).await),
        fault("/type", "unknown-value")
    );
    // A promoter who is a person goes by the person's name, whoever changes it.
    let person = format!("{PEOPLE}/{}", pia["person_id"].as_str().unwrap());
    actors
        .operator
        .patch(&person, "*", &json!({"family_names": "Guerra", "phone": "999000111"}))
        .await
        .expect(200);
    assert_eq!(found("q=999000").await, ["Pía Guerra"]);
    assert_eq!(found("q=paz").await, Vec::<String>::new());
}

#[tokio::test]
async fn only_a_promoter_of_nothing_is_removed() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let person = made(&actors.operator, &somebody("P1", "Pía", "Paz")).await;
    let body = json!({"type": "PERSON", "person_id": person["id"], "phone": "5550199"});
    let promoter = actors.operator.post(PROMOTERS, &body).await.expect(201).body;
    let path = format!("{PROMOTERS}/{}", id(&promoter));
    actors.operator.patch(&path, "*", &json!({"phone": "5550188"})).await.expect(200);
    let mut request = actors.new_request();
    request["promoter_id"] = promoter["id"].clone();
    let request = actors.register(&request).await;
    let used = delete(&actors.admin, &path, "*").await;
    assert_eq!((used.status, used.problem(), &used.body["count"]), (409, "in-use", &json!(1)));
    actors.edit(&actors.operator, id(&request), &json!({"promoter_id": null})).await.expect(200);
    assert_eq!(delete(&actors.manager, &path, "*").await.status, 403);
    assert_eq!(delete(&actors.admin, &path, "*").await.status, 204);
    assert_eq!(actors.admin.get(&path).await.status, 404);
    assert_eq!(ids(&actors.admin.get(&format!("{PROMOTERS}?q=paz")).await.body), Vec::<String>::new());
    let lines = history(&actors.admin, PROMOTERS, id(&promoter)).await;
    let summary: Vec<_> =
        lines.iter().map(|line| (line[0].as_str(), line[1].as_str(), line[3].as_str())).collect();
    assert_eq!(
        summary,
        [("DELETE", "", ""), ("EDIT", "phone", ""), ("CREATE", "", "")],
        "a person's values are gone"
    );
    seen(&actors.admin, PEOPLE, id(&person)).await;
}
