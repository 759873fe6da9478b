//! People: found again, completed, protected, removed.

use medcert_testkit::{Actors, Clinic};
use serde_json::{Value, json};

use super::{PEOPLE, REQUESTS, delete, fault, faults, history, id, ids, made, names, seen, somebody};

#[tokio::test]
async fn a_person_is_made_once_and_found_again() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let mut body = somebody("ab-12", "Ñusta", "Quispe Árbol");
    body["phone"] = json!("+51 987 654 321");
    body["comment"] = json!("Calls\nin the morning");
    let first = actors.operator.post(PEOPLE, &body).await.expect(201);
    assert_eq!(first.header("location"), format!("{PEOPLE}/{}", id(&first.body)));
    assert_eq!(first.body["document_number"], "AB12");
    assert_eq!(first.body["comment"], "Calls\nin the morning");
    assert_eq!(first.body["requests"], json!({"as_client": 0, "as_guardian": 0}));
    let mut again = somebody("AB12", "Nusta", "Quispe Árbol");
    again["email"] = json!("n@example.org");
    let second = actors.manager.post(PEOPLE, &again).await.expect(200);
    assert_eq!(id(&second.body), id(&first.body));
    assert_eq!(second.body["given_names"], "Ñusta", "nobody is renamed by it");
    let summary = second.body["differences"].as_array().unwrap();
    let summary: Vec<_> =
        summary.iter().map(|d| (&d["field"], &d["known_value"], &d["given_value"])).collect();
    assert_eq!(
        summary,
        [
            (&json!("given_names"), &json!("Ñusta"), &json!("Nusta")),
            (&json!("email"), &Value::Null, &json!("n@example.org"))
        ]
    );
    assert_eq!(history(&actors.admin, PEOPLE, id(&first.body)).await, [["CREATE", "", "", ""]]);
    assert_eq!(faults(&actors.operator.post(PEOPLE, &json!({})).await).len(), 4);
}

#[tokio::test]
async fn a_repeated_call_gets_the_first_answer() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let body = somebody("R1", "Rita", "Ruiz");
    let first = actors.operator.post_once(PEOPLE, "k", &body).await.expect(201);
    let again = actors.operator.post_once(PEOPLE, "k", &body).await.expect(201);
    assert_eq!(first.bytes, again.bytes);
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.header("location"), first.header("location"));
    let other = actors.operator.post_once(PEOPLE, "k", &somebody("R2", "Rita", "Ruiz")).await;
    assert_eq!(faults(&other), fault("", "idempotency-mismatch"));
}

#[tokio::test]
async fn people_are_found_by_words_and_filters() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let mut ana = somebody("ANA1", "Ana-María", "Ñahui");
    ana["phone"] = json!("+51 987 654 321");
    ana["email"] = json!("Ana@Example.org");
    ana["birth_date"] = json!("1990-04-12");
    let ana = made(&actors.operator, &ana).await;
    made(&actors.operator, &somebody("ANA2", "Ana", "Ñahui")).await;
    made(&actors.operator, &somebody("OL1", "Ольга", "Їжак")).await;
    let found = async |query: &str| {
        let answer = actors.operator.get(&format!("{PEOPLE}?{query}")).await.expect(200);
        names(&answer.body).into_iter().map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(found("q=nahui+an").await, ["Ana Ñahui", "Ana-María Ñahui"]);
    assert_eq!(found("q=mar+NAH").await, ["Ana-María Ñahui"]);
    assert_eq!(found("q=%D1%97%D0%B6+%D0%BE%D0%BB").await, ["Ольга Їжак"]);
    for q in ["987654", "51987654321", "%2B51+987+654", "ana1", "ana@exam", "ana@example.org"] {
        assert_eq!(found(&format!("q={q}")).await, ["Ana-María Ñahui"], "{q}");
    }
    assert_eq!(found("q=ahui").await, Vec::<String>::new(), "words are found by their beginning");
    assert_eq!(found("document_number=ana-2").await, ["Ana Ñahui"]);
    assert_eq!(found("document_type=CE&birth_date=1990-04-12").await, ["Ana-María Ñahui"]);
    assert_eq!(found("email=ANA@example.org").await, ["Ana-María Ñahui"]);
    assert_eq!(found("document_type=CE,PASSPORT&q=ana").await.len(), 2);
    let part =
        actors.operator.get(&format!("{PEOPLE}?document_type=CE&limit=2&with_total=true")).await.expect(200);
    assert_eq!((part.body["total"].as_u64(), names(&part.body).len()), (Some(3), 2));
    let cursor = part.body["next_cursor"].as_str().unwrap();
    let rest =
        actors.operator.get(&format!("{PEOPLE}?document_type=CE&limit=2&cursor={cursor}")).await.expect(200);
    assert_eq!(names(&rest.body), ["Ольга Їжак"]);
    let other = actors.operator.get(&format!("{PEOPLE}?limit=2&cursor={cursor}")).await;
    assert_eq!(other.problem(), "invalid-cursor");
    let row = &actors.operator.get(&format!("{PEOPLE}?q=ana1")).await.expect(200).body["items"][0];
    assert_eq!((&row["id"], &row["is_staff"], &row["requests"]), (&ana["id"], &json!(false), &Value::Null));
    for (query, at) in [
        ("document_type=X", "/document_type"),
        ("birth_date=1990", "/birth_date"),
        ("email=x", "/email"),
        ("other=1", "/other"),
        ("limit=0", "/limit"),
    ] {
        let summary = faults(&actors.operator.get(&format!("{PEOPLE}?{query}")).await);
        assert_eq!(summary[0].0, at);
    }
}

#[tokio::test]
async fn a_person_is_changed_with_everything_that_finds_them() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let request = actors.register(&actors.new_request()).await;
    let client = request["client"]["id"].as_str().unwrap();
    let etag = seen(&actors.operator, PEOPLE, client).await.header("etag").to_owned();
    let wanted = json!({
        "family_names": "Zorro", "phone": "999111222", "birth_date": null, "document_type": "CE",
        "document_number": "new-1", "comment": "x"
    });
    let path = format!("{PEOPLE}/{client}");
    assert_eq!(actors.operator.json("PATCH", &path, &[], &wanted).await.status, 428);
    let changed = actors.operator.patch(&path, &etag, &wanted).await.expect(200);
    assert_eq!(
        (&changed.body["name"], &changed.body["document_number"], &changed.body["birth_date"]),
        (&json!("Lucía Zorro"), &json!("NEW1"), &Value::Null)
    );
    assert_eq!(changed.body["requests"]["as_client"], 1);
    assert_eq!(actors.operator.patch(&path, &etag, &wanted).await.status, 412);
    let same = actors.operator.patch(&path, changed.header("etag"), &wanted).await.expect(200);
    assert_eq!(same.body["version"], changed.body["version"], "nothing new changes nothing");
    let lines = history(&actors.admin, PEOPLE, client).await;
    let fields: Vec<&str> = lines.iter().map(|line| line[1].as_str()).collect();
    for field in ["document", "family_names", "birth_date", "phone", "comment"] {
        assert!(fields.contains(&field), "{lines:?}");
    }
    for q in ["zorro", "new1"] {
        let found = actors.operator.get(&format!("{REQUESTS}?q={q}")).await.expect(200);
        assert_eq!(ids(&found.body), [id(&request)], "{q}");
        assert_eq!(ids(&actors.operator.get(&format!("{PEOPLE}?q={q}")).await.expect(200).body), [client]);
    }
    let gone = actors.operator.get(&format!("{REQUESTS}?q=nahui")).await.expect(200);
    assert_eq!(ids(&gone.body), Vec::<String>::new());
    let by_client = actors.operator.get(&format!("{REQUESTS}?client_id={client}")).await.expect(200);
    assert_eq!(ids(&by_client.body), [id(&request)]);
}

#[tokio::test]
async fn a_document_belongs_to_one_person() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let one = made(&actors.operator, &somebody("D1", "Uno", "Uno")).await;
    let two = made(&actors.operator, &somebody("D2", "Dos", "Dos")).await;
    let path = format!("{PEOPLE}/{}", id(&two));
    let taken = actors.operator.patch(&path, "*", &json!({"document_number": "d-1"})).await;
    assert_eq!((taken.status, taken.problem()), (409, "duplicate"));
    assert_eq!(taken.body["existing_id"], one["id"]);
    assert_eq!(taken.faults(), fault("/document_number", "duplicate"));
}

#[tokio::test]
async fn people_with_a_login_are_changed_elsewhere() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let staff = actors.admin.get(&format!("{PEOPLE}?q=manager@demo")).await.expect(200).body;
    let manager = &staff["items"][0];
    assert_eq!((&manager["is_staff"], &manager["has_login"]), (&json!(true), &json!(true)));
    let path = format!("{PEOPLE}/{}", id(manager));
    let all = json!({
        "given_names": "X", "email": "x@example.org", "phone": "99999999", "document_type": "CE",
        "document_number": "Z9", "address": "Lima"
    });
    let refused = actors.admin.patch(&path, "*", &all).await;
    let summary = faults(&refused);
    let pointers: Vec<&str> = summary.iter().map(|(pointer, _)| pointer.as_str()).collect();
    assert_eq!(pointers, ["/document_number", "/given_names", "/email", "/phone"], "all at once");
    assert!(summary.iter().all(|(_, code)| code == "protected"));
    let fine =
        actors.operator.patch(&path, "*", &json!({"address": "Lima", "comment": "y"})).await.expect(200);
    assert_eq!(fine.body["address"], "Lima");
}

#[tokio::test]
async fn only_who_is_in_no_use_is_removed() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let request = actors.register(&actors.new_request()).await;
    let path = format!("{PEOPLE}/{}", request["client"]["id"].as_str().unwrap());
    let used = delete(&actors.admin, &path, "*").await;
    assert_eq!((used.status, used.problem(), &used.body["count"]), (409, "in-use", &json!(1)));
    assert!(used.body["detail"].as_str().unwrap().contains("1 requests as client"), "{}", used.body);
    let lone = made(&actors.operator, &somebody("L1", "Lola", "Sola")).await;
    let path = format!("{PEOPLE}/{}", id(&lone));
    actors.operator.patch(&path, "*", &json!({"phone": "5550199"})).await.expect(200);
    assert_eq!(delete(&actors.operator, &path, "*").await.status, 403);
    assert_eq!(delete(&actors.admin, &path, "\"v1-00000000\"").await.status, 412);
    assert_eq!(delete(&actors.admin, &path, "*").await.status, 204);
    assert_eq!(actors.admin.get(&path).await.status, 404);
    assert_eq!(ids(&actors.admin.get(&format!("{PEOPLE}?q=lola")).await.body), Vec::<String>::new());
    let left = "SELECT COUNT(*) FROM change_entry WHERE object_kind = 'person' AND new_value = '5550199'";
    assert_eq!(clinic.numbers(left).await, [0], "nothing personal stays in the history");
}

#[tokio::test]
async fn reading_a_person_is_noted_with_whose_data_it_is() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let person = made(&actors.operator, &somebody("A1", "Aldo", "Arce")).await;
    seen(&actors.operator, PEOPLE, id(&person)).await;
    assert_eq!(actors.doctor.get(&format!("{PEOPLE}/{}", id(&person))).await.status, 403);
    clinic.app.trail.drain().await;
    let read = "SELECT COUNT(*) FROM audit_event WHERE action = 'people.read' AND patient_id = object_id";
    assert_eq!(clinic.numbers(read).await, [1]);
}
