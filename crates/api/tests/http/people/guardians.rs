//! Standing guardians.

use medcert_testkit::{Actors, Answered, Caller, Clinic};
use serde_json::{Value, json};

use super::{PEOPLE, REQUESTS, delete, fault, faults, history, id, made, names, seen, somebody};

async fn put(caller: &Caller, ward: &Value, guardian: &Value, relationship: &str) -> Answered {
    let path = format!("{PEOPLE}/{}/guardians/{}", id(ward), id(guardian));
    caller.json("PUT", &path, &[("if-match", "*")], &json!({"relationship": relationship})).await
}

#[tokio::test]
async fn somebody_stands_for_a_person() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let child = made(&actors.operator, &somebody("C1", "Cira", "Cano")).await;
    let mother = made(&actors.operator, &somebody("M1", "Mila", "Cano")).await;
    let aunt = made(&actors.operator, &somebody("T1", "Tita", "Cano")).await;
    let set = put(&actors.operator, &child, &mother, "PARENT").await.expect(200);
    assert_eq!(set.body["version"], 2);
    put(&actors.manager, &child, &aunt, "OTHER").await.expect(200);
    let set = put(&actors.manager, &child, &aunt, "LEGAL_GUARDIAN").await.expect(200);
    let shown = set.body["guardians"].as_array().unwrap();
    let shown: Vec<_> = shown.iter().map(|one| (&one["id"], &one["relationship"])).collect();
    assert_eq!(shown, [(&mother["id"], &json!("PARENT")), (&aunt["id"], &json!("LEGAL_GUARDIAN"))]);
    let same = put(&actors.manager, &child, &aunt, "LEGAL_GUARDIAN").await.expect(200);
    assert_eq!(same.body["version"], set.body["version"]);
    assert_eq!(seen(&actors.operator, PEOPLE, id(&child)).await.body, same.body);
    let path = format!("{PEOPLE}/{}/guardians", id(&child));
    let first = actors.operator.get(&format!("{path}?limit=1&with_total=true")).await.expect(200).body;
    assert_eq!((names(&first), &first["total"]), (vec!["Mila Cano"], &json!(2)));
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = actors.operator.get(&format!("{path}?limit=1&cursor={cursor}")).await.expect(200).body;
    assert_eq!(names(&second), ["Tita Cano"]);

    let one = format!("{path}/{}", id(&mother));
    assert_eq!(actors.operator.send("DELETE", &one, &[], vec![]).await.status, 428);
    assert_eq!(delete(&actors.operator, &one, "*").await.status, 204);
    assert_eq!(delete(&actors.operator, &one, "*").await.status, 404);
    let lines = history(&actors.admin, PEOPLE, id(&child)).await;
    let parent = format!("PARENT {}", id(&mother));
    assert_eq!(lines[0], ["EDIT".to_owned(), "guardian".to_owned(), parent, String::new()]);
    assert!(!format!("{lines:?}").contains("Mila"), "the history of one holds nothing of another");
    // Whoever stands for somebody is in use.
    let used = delete(&actors.admin, &format!("{PEOPLE}/{}", id(&aunt)), "*").await;
    assert_eq!((used.problem(), &used.body["count"]), ("in-use", &json!(1)));
}

#[tokio::test]
async fn not_everybody_can_stand_for_somebody() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let mut minor = somebody("Y1", "Yago", "Yan");
    minor["birth_date"] = json!("2015-01-01");
    let minor = made(&actors.operator, &minor).await;
    let adult = made(&actors.operator, &somebody("Z1", "Zoe", "Zan")).await;
    let refused =
        async |ward: &Value, guardian: &Value| faults(&put(&actors.operator, ward, guardian, "PARENT").await);
    assert_eq!(refused(&adult, &adult).await, fault("/guardian_id", "same-person"));
    assert_eq!(refused(&adult, &minor).await, fault("/guardian_id", "minor"));
    put(&actors.operator, &minor, &adult, "PARENT").await.expect(200);
    let grown = json!({"birth_date": "1990-01-01"});
    actors.operator.patch(&format!("{PEOPLE}/{}", id(&minor)), "*", &grown).await.expect(200);
    assert_eq!(refused(&adult, &minor).await, fault("/guardian_id", "circular"));
    assert_eq!(
        faults(&put(&actors.operator, &minor, &adult, "CAT").await),
        fault("/relationship", "unknown-value")
    );
    let nobody = json!({"id": "01890a5d-ac96-774b-bcce-b302099a8057"});
    assert_eq!(put(&actors.operator, &minor, &nobody, "PARENT").await.status, 404);
    assert_eq!(put(&actors.operator, &nobody, &minor, "PARENT").await.status, 404);
    assert_eq!(actors.doctor.get(&format!("{PEOPLE}/{}/guardians", id(&minor))).await.status, 403);
}

#[tokio::test]
async fn guardians_go_with_whom_they_stood_for() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let request = actors.register(&actors.new_request()).await;
    let other = actors.register(&actors.new_request()).await;
    let guardian = made(&actors.operator, &somebody("GG1", "Greta", "Guardia")).await;
    put(&actors.operator, &request["client"], &guardian, "OTHER").await.expect(200);
    put(&actors.operator, &other["client"], &guardian, "OTHER").await.expect(200);
    let left = "SELECT COUNT(*) FROM person WHERE given_names = 'Greta'";
    actors.erase(&actors.admin, id(&request)).await.expect(204);
    let path = format!("{PEOPLE}/{}", request["client"]["id"].as_str().unwrap());
    assert_eq!(actors.admin.get(&path).await.status, 404);
    assert_eq!(clinic.numbers(left).await, [1], "somebody else still needs her");
    actors.erase(&actors.admin, id(&other)).await.expect(204);
    assert_eq!(clinic.numbers(left).await, [0]);
    assert_eq!(clinic.numbers("SELECT COUNT(*) FROM person_guardian").await, [0]);
    let search_terms = "SELECT COUNT(*) FROM entity_search_term WHERE word = 'greta'";
    assert_eq!(clinic.numbers(search_terms).await, [0]);
    assert_eq!(actors.admin.get(&format!("{REQUESTS}?q=greta")).await.expect(200).body["items"], json!([]));
}

#[tokio::test]
async fn guardians_follow_a_merge() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let child = made(&actors.operator, &somebody("C1", "Cira", "Cano")).await;
    let mother = made(&actors.operator, &somebody("M1", "Mila", "Cano")).await;
    let again = made(&actors.operator, &somebody("M2", "Milagros", "Cano")).await;
    put(&actors.operator, &child, &mother, "PARENT").await.expect(200);
    put(&actors.operator, &child, &again, "OTHER").await.expect(200);
    let path = format!("{PEOPLE}/{}/merge", id(&mother));
    let body = json!({"into_person_id": again["id"], "reason": "The same"});
    actors.admin.post(&path, &body).await.expect(200);
    let shown = seen(&actors.operator, PEOPLE, id(&child)).await.body["guardians"].clone();
    assert_eq!(shown.as_array().unwrap().len(), 1);
    assert_eq!((&shown[0]["id"], &shown[0]["relationship"]), (&again["id"], &json!("OTHER")));
    let path = format!("{PEOPLE}/{}/merge", id(&child));
    let refused = actors.admin.post(&path, &body).await;
    assert_eq!(faults(&refused), fault("/into_person_id", "guardian-of-the-other"));
}
