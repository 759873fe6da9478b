//! Two records of one person become one.

use medcert_testkit::{Actors, Clinic};
use serde_json::{Value, json};

use super::{PEOPLE, PROMOTERS, REQUESTS, delete, fault, faults, history, id, ids, made, seen, somebody};

fn merge(into: &Value) -> Value {
    json!({"into_person_id": into["id"], "reason": "Registered twice"})
}

fn of(person: &Value) -> String {
    format!("{PEOPLE}/{}/merge", id(person))
}

#[tokio::test]
async fn everything_of_a_duplicate_moves() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let issued = actors.issued().await;
    let before = actors.seen(&actors.admin, &issued).await;
    let double = before["client"].clone();
    let survivor = made(&actors.operator, &somebody("KEEP1", "Lucía", "Ñahui")).await;
    // The double stands for somebody in another request, and is a promoter.
    let mut minor = actors.new_request();
    minor["client"]["birth_date"] = json!("2015-01-01");
    minor["guardian"] = json!({
        "document_type": double["document_type"], "document_number": double["document_number"],
        "given_names": double["given_names"], "family_names": double["family_names"], "relationship": "PARENT"
    });
    minor["promoter"] = json!({"type": "PERSON", "person_id": double["id"]});
    let minor = actors.register(&minor).await;
    assert_eq!(minor["guardian"]["id"], double["id"]);

    let merged = actors.admin.post(&of(&double), &merge(&survivor)).await.expect(200);
    assert_eq!(merged.body["id"], survivor["id"]);
    assert_eq!(merged.body["requests"], json!({"as_client": 1, "as_guardian": 1}));
    assert_eq!(merged.body["promoter_id"], minor["promoter"]["id"]);
    assert_eq!(merged.body["given_names"], "Lucía");

    let after = actors.seen(&actors.admin, &issued).await;
    assert_eq!(after["client"]["id"], survivor["id"]);
    assert_eq!(after["version"].as_u64(), before["version"].as_u64().map(|version| version + 1));
    let holder = |detail: &Value| detail["certificate"]["holder"].clone();
    for printed in ["name", "document", "birth_date"] {
        assert_eq!(holder(&after)[printed], holder(&before)[printed], "what is printed stays");
    }
    assert_eq!(holder(&after)["id"], survivor["id"]);
    let line = &actors.history(&issued).await[0];
    assert_eq!(
        (&line["field"], &line["old_value"], &line["new_value"], &line["comment"]),
        (&json!("client"), &double["id"], &survivor["id"], &json!("Registered twice"))
    );
    assert_eq!(actors.history(id(&minor)).await[0]["field"], "guardian");
    let promoter = seen(&actors.admin, PROMOTERS, minor["promoter"]["id"].as_str().unwrap()).await.body;
    assert_eq!((&promoter["person_id"], &promoter["name"]), (&survivor["id"], &json!("Lucía Ñahui")));

    // The record stays as a sign, and in no list.
    let sign = seen(&actors.admin, PEOPLE, id(&double)).await.body;
    assert_eq!(
        (&sign["merged_into"], &sign["document_number"]),
        (&survivor["id"], &double["document_number"])
    );
    let number = double["document_number"].as_str().unwrap();
    for query in [format!("q={number}"), format!("document_number={number}")] {
        let found = actors.operator.get(&format!("{PEOPLE}?{query}")).await.expect(200).body;
        assert_eq!(ids(&found), [id(&survivor)], "{query}");
    }
    let found = actors.operator.get(&format!("{REQUESTS}?q=keep1")).await.expect(200).body;
    assert_eq!(ids(&found).len(), 2, "the words of the requests follow");
    let found = actors.operator.get(&format!("{REQUESTS}?document_number={number}")).await.expect(200).body;
    assert_eq!(ids(&found), [issued.as_str()], "the old number finds them too");
    let searched = async || {
        let found = actors.operator.get(&format!("{REQUESTS}?q={number}&sort=created_at")).await.expect(200);
        ids(&found.body)
    };
    assert_eq!(searched().await, [issued.as_str(), id(&minor)], "of client and of guardian");
    // The old document leads to whoever is left.
    let again = json!({"client": {
        "document_type": double["document_type"], "document_number": number,
        "given_names": "Lucía", "family_names": "Ñahui"
    }});
    let again = actors.register(&again).await;
    assert_eq!(again["client"]["id"], survivor["id"]);
    // It goes on doing so for requests that are made or changed later.
    let path = format!("{REQUESTS}/{}", id(&again));
    actors.operator.patch(&path, "*", &json!({"comment": "Comes on Monday"})).await.expect(200);
    actors.operator.patch(&format!("{PEOPLE}/{}", id(&survivor)), "*", &json!({"phone": "999123456"})).await;
    assert_eq!(searched().await, [issued.as_str(), id(&minor), id(&again)]);
    let promoters = actors.operator.get(&format!("{PROMOTERS}?q={number}")).await.expect(200).body;
    assert_eq!(ids(&promoters), [promoter["id"].as_str().unwrap()]);
    assert_eq!(history(&actors.admin, PEOPLE, id(&double)).await[0][..3], ["MERGE", "merged_into", ""]);
    let summary = history(&actors.admin, PEOPLE, id(&survivor)).await;
    assert!(summary.iter().any(|line| line[..2] == ["MERGE", "merged_from"] && line[3] == id(&double)));

    let path = format!("{PEOPLE}/{}", id(&double));
    for late in [
        actors.operator.patch(&path, "*", &json!({"phone": "12345678"})).await,
        delete(&actors.admin, &path, "*").await,
        actors.admin.post(&of(&double), &merge(&survivor)).await,
        actors.admin.post(&of(&survivor), &merge(&double)).await,
    ] {
        assert_eq!((late.status, late.problem(), &late.body["existing_id"]), (409, "stale", &survivor["id"]));
    }
}

#[tokio::test]
async fn merged_records_follow_through_a_chain() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let [a, b, c] = ["A", "B", "C"];
    let a = made(&actors.operator, &somebody(a, "Ana", "Alba")).await;
    let b = made(&actors.operator, &somebody(b, "Ana", "Alba")).await;
    let c = made(&actors.operator, &somebody(c, "Ana", "Alba")).await;
    actors.admin.post(&of(&a), &merge(&b)).await.expect(200);
    actors.admin.post(&of(&b), &merge(&c)).await.expect(200);
    assert_eq!(seen(&actors.admin, PEOPLE, id(&a)).await.body["merged_into"], c["id"]);
    let found = actors.operator.post(PEOPLE, &somebody("A", "Ana", "Alba")).await.expect(200).body;
    assert_eq!(found["id"], c["id"]);
    // Whoever is left can take the number of a merged record; that one keeps the other.
    let path = format!("{PEOPLE}/{}", id(&c));
    let changed = actors.operator.patch(&path, "*", &json!({"document_number": "a"})).await.expect(200).body;
    assert_eq!(changed["document_number"], "A");
    assert_eq!(seen(&actors.admin, PEOPLE, id(&a)).await.body["document_number"], "C");
    for number in ["A", "B", "C"] {
        let found = actors.operator.get(&format!("{PEOPLE}?q={number}&document_number={number}")).await.body;
        assert_eq!(ids(&found), [id(&c)], "{number}");
    }
    assert_eq!(delete(&actors.admin, &path, "*").await.status, 204);
    assert_eq!(clinic.numbers("SELECT COUNT(*) FROM person WHERE family_names = 'Alba'").await, [0]);
}

#[tokio::test]
async fn what_cannot_be_one_person_is_refused() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let find = async |email: &str| {
        let found = actors.admin.get(&format!("{PEOPLE}?q={email}")).await.expect(200).body;
        found["items"][0].clone()
    };
    let (manager, doctor) = (find("manager@demo").await, find("doctor@demo").await);
    let summary = faults(&actors.admin.post(&of(&manager), &merge(&doctor)).await);
    let codes: Vec<&str> = summary.iter().map(|(_, code)| code.as_str()).collect();
    assert_eq!(codes, ["both-staff", "both-accounts"]);
    let mut body = actors.new_request();
    body["guardian"] = somebody("G1", "Gala", "Gil");
    body["guardian"]["relationship"] = json!("OTHER");
    let request = actors.register(&body).await;
    let answer = actors.admin.post(&of(&request["guardian"]), &merge(&request["client"])).await;
    assert_eq!(faults(&answer), fault("/into_person_id", "client-and-guardian"));
    let client = &request["client"];
    for (into, reason, at, code) in [
        (client["id"].clone(), json!("x"), "/into_person_id", "same-person"),
        (request["id"].clone(), json!("x"), "/into_person_id", "unknown"),
        (json!("x"), json!("x"), "/into_person_id", "uuid"),
        (Value::Null, json!("x"), "/into_person_id", "required"),
        (doctor["id"].clone(), json!(" "), "/reason", "blank"),
    ] {
        let answer = actors.admin.post(&of(client), &json!({"into_person_id": into, "reason": reason})).await;
        assert_eq!(faults(&answer), fault(at, code));
    }
    assert_eq!(actors.manager.post(&of(client), &merge(&doctor)).await.status, 403);
}

#[tokio::test]
async fn an_account_moves_and_a_merge_is_done_once_for_a_key() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let found = actors.admin.get(&format!("{PEOPLE}?q=manager@demo")).await.expect(200).body;
    let manager = found["items"][0].clone();
    let other = made(&actors.operator, &somebody("M1", "Marta", "Otra")).await;
    let path = of(&manager);
    let first = actors.admin.post_once(&path, "k", &merge(&other)).await.expect(200);
    let again = actors.admin.post_once(&path, "k", &merge(&other)).await.expect(200);
    assert_eq!(first.bytes, again.bytes);
    assert_eq!((&first.body["is_staff"], &first.body["has_login"]), (&json!(true), &json!(true)));
    let me = clinic.manager().await.get("/api/v1/auth/me").await.expect(200).body;
    assert_eq!(
        (&me["display_name"], me["staff_id"].as_str()),
        (&json!("Marta Otra"), Some(actors.manager_id.as_str()))
    );
    let staff = actors.admin.get("/api/v1/staff?q=otra").await.expect(200).body;
    assert_eq!(ids(&staff), [actors.manager_id.as_str()]);
    // Whoever is merged into somebody who works here is found among those who do, by the old number as well.
    let double = made(&actors.operator, &somebody("M2", "Marta", "Otra")).await;
    actors.admin.post(&of(&double), &merge(&other)).await.expect(200);
    for number in ["m1", "m2"] {
        let staff = actors.admin.get(&format!("/api/v1/staff?q={number}")).await.expect(200).body;
        assert_eq!(ids(&staff), [actors.manager_id.as_str()], "{number}");
        let users = actors.admin.get(&format!("/api/v1/users?q={number}")).await.expect(200).body;
        assert_eq!(users["items"][0]["id"], me["id"], "{number}");
    }
}

#[tokio::test]
async fn two_promoters_of_one_person_become_one() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let mut requests = vec![];
    for number in ["P1", "P2"] {
        let mut body = actors.new_request();
        body["promoter"] = somebody(number, "Pía", "Paz");
        body["promoter"]["type"] = json!("PERSON");
        requests.push(actors.register(&body).await);
    }
    let person = async |request: &Value| {
        seen(&actors.admin, PROMOTERS, request["promoter"]["id"].as_str().unwrap()).await.body["person_id"]
            .clone()
    };
    let (lost, kept) = (person(&requests[0]).await, person(&requests[1]).await);
    actors.admin.post(&of(&json!({"id": lost})), &merge(&json!({"id": kept}))).await.expect(200);
    let after = actors.seen(&actors.admin, id(&requests[0])).await;
    assert_eq!(after["promoter"]["id"], requests[1]["promoter"]["id"]);
    let gone = requests[0]["promoter"]["id"].as_str().unwrap();
    assert_eq!(actors.admin.get(&format!("{PROMOTERS}/{gone}")).await.status, 404);
    assert_eq!(history(&actors.admin, PROMOTERS, gone).await[0][1], "merged_into");
}
