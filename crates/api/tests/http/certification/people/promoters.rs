//! Who sent the client.

use medcert_testkit::{Actors, Clinic};
use serde_json::{Value, json};

use super::{
    super::{invalid, line},
    changes,
};

const REQUESTS: &str = "/api/v1/certification-requests";

async fn sent_by(actors: &Actors, promoter: &Value) -> Value {
    let mut body = actors.new_request();
    body["promoter"] = promoter.clone();
    actors.register(&body).await
}

#[tokio::test]
async fn a_promoter_is_found_again() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let list = actors.admin.get("/api/v1/promoters").await.expect(200).body;
    let andinos =
        list["items"].as_array().unwrap().iter().find(|p| p["name"] == "Transportes Andinos S.A.").unwrap();
    // By the tax id, whatever name is given.
    let company = json!({"type": "COMPANY", "legal_name": "Andinos", "tax_id": "20512345675"});
    let sent = sent_by(&actors, &company).await;
    assert_eq!(sent["promoter"]["id"], andinos["id"]);
    assert_eq!(sent["promoter"]["name"], "Transportes Andinos S.A.");
    // By its id.
    let mut known = actors.new_request();
    known["promoter_id"] = andinos["id"].clone();
    assert_eq!(actors.register(&known).await["promoter"]["id"], andinos["id"]);
    // By the document of the person.
    let person = json!({
        "type": "PERSON", "document_type": "CE", "document_number": "ce-55", "given_names": "Pía",
        "family_names": "Lago"
    });
    let first = sent_by(&actors, &person).await;
    assert_eq!(
        (&first["promoter"]["type"], &first["promoter"]["name"]),
        (&json!("PERSON"), &json!("Pía Lago"))
    );
    let mut again = person.clone();
    again["document_number"] = json!("CE55");
    again["family_names"] = json!("Lagos");
    let second = sent_by(&actors, &again).await;
    assert_eq!(second["promoter"]["id"], first["promoter"]["id"]);
    assert_eq!(changes(&second), [("promoter", "family_names", "Lago", "Lagos", true)]);
    // A name alone is no key: two campaigns may share one.
    let other = json!({"type": "OTHER", "name": "Radio spot"});
    let (one, two) = (sent_by(&actors, &other).await, sent_by(&actors, &other).await);
    assert_ne!(one["promoter"]["id"], two["promoter"]["id"]);

    let list = actors.admin.get(&format!("{REQUESTS}?promoter_id={}", andinos["id"].as_str().unwrap())).await;
    assert_eq!(list.expect(200).body["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_promoter_is_named_in_one_way() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let unknown = "01940000-0000-7000-8000-0000000000ff";
    let company = json!({"type": "COMPANY", "legal_name": "Andinos"});
    for (promoter_id, promoter, faults) in [
        (json!(unknown), company, vec![("/promoter", "contradiction")]),
        (json!(unknown), Value::Null, vec![("/promoter_id", "unknown")]),
        (json!("x"), Value::Null, vec![("/promoter_id", "uuid")]),
        (Value::Null, json!({}), vec![("/promoter/type", "required")]),
        (Value::Null, json!({"type": "CAT"}), vec![("/promoter/type", "unknown-value")]),
        (Value::Null, json!({"type": "COMPANY"}), vec![("/promoter/legal_name", "required")]),
        (Value::Null, json!({"type": "OTHER", "name": ""}), vec![("/promoter/name", "blank")]),
        (
            Value::Null,
            json!({"type": "OTHER", "name": "x", "legal_name": "y", "given_names": "z"}),
            vec![("/promoter/given_names", "unexpected"), ("/promoter/legal_name", "unexpected")],
        ),
        (
            Value::Null,
            json!({"type": "PERSON"}),
            vec![
                ("/promoter/document_type", "required"),
                ("/promoter/document_number", "required"),
                ("/promoter/given_names", "required"),
                ("/promoter/family_names", "required"),
            ],
        ),
    ] {
        let mut body = actors.new_request();
        (body["promoter_id"], body["promoter"]) = (promoter_id, promoter);
        invalid(&actors.operator.post(REQUESTS, &body).await, &faults);
    }
    assert_eq!(clinic.numbers("SELECT COUNT(*) FROM certification_request").await, [0]);
    assert_eq!(clinic.numbers("SELECT COUNT(*) FROM promoter").await, [2], "those of the demonstration");
}

#[tokio::test]
async fn the_promoter_can_be_changed_and_cleared() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let made = sent_by(&actors, &json!({"type": "OTHER", "name": "Radio spot"})).await;
    let id = made["id"].as_str().unwrap();
    let both = json!({"promoter_id": made["promoter"]["id"], "promoter": {"type": "OTHER", "name": "x"}});
    invalid(&actors.edit(&actors.operator, id, &both).await, &[("/promoter", "contradiction")]);
    let changed =
        json!({"promoter": {"type": "COMPANY", "legal_name": "Nueva S.A.", "tax_id": "20999999991"}});
    let changed = actors.edit(&actors.operator, id, &changed).await.expect(200).body;
    assert_eq!(changed["promoter"]["name"], "Nueva S.A.");
    let cleared = actors.edit(&actors.operator, id, &json!({"promoter_id": null})).await.expect(200).body;
    assert_eq!(cleared["promoter"], Value::Null);
    let history = actors.history(id).await;
    let [first, second] = [&made, &changed].map(|body| body["promoter"]["id"].as_str().unwrap());
    assert_eq!(line(&history[0]), ["EDIT", "promoter", second, "", ""]);
    assert_eq!(line(&history[1]), ["EDIT", "promoter", first, second, ""]);
}
