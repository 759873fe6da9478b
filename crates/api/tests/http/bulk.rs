//! One action on many requests.

use medcert_domain::{
    Country, Id,
    certification::Action,
    people::{Document, DocumentType},
    policy::{Permission, Role},
};
use medcert_testkit::{Actors, Answered, Caller, Clinic};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::contract::{DOCUMENT, NOBODY, check_problem, operations};

const BULK: &str = "/api/v1/certification-requests/bulk";
const REQUESTS: &str = "/api/v1/certification-requests";

fn item(id: &str, version: i64, payload: Value) -> Value {
    let mut item = json!({"id": id, "version": version});
    item["payload"] = payload;
    item
}

async fn bulk(caller: &Caller, action: &str, items: &[Value]) -> Answered {
    let answer = caller.post(BULK, &json!({"action": action, "items": items})).await;
    let all = operations();
    all.iter().find(|operation| operation.id == "act_in_bulk").unwrap().check(&answer);
    answer
}

async fn once(caller: &Caller, key: &str, action: &str, items: &[Value]) -> Answered {
    caller.post_once(BULK, key, &json!({"action": action, "items": items})).await
}

fn statuses(answer: &Answered) -> Vec<u64> {
    answer.body["items"].as_array().unwrap().iter().map(|item| item["status"].as_u64().unwrap()).collect()
}

/// Pointers and codes of what was refused of an item.
fn faults(item: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let errors = item["problem"]["errors"].as_array().cloned().unwrap_or_default();
    errors.iter().map(|fault| (text(&fault["pointer"]), text(&fault["code"]))).collect()
}

fn at(pointer: &str, code: &str) -> (String, String) {
    (pointer.to_owned(), code.to_owned())
}

#[tokio::test]
async fn each_request_has_its_own_result_in_the_order_given() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let (free, managed, seen_before) =
        (actors.registered().await, actors.managed().await, actors.registered().await);
    actors.edit(&actors.operator, &seen_before, &json!({"comment": "Called"})).await.expect(200);
    let to = json!({"staff_id": actors.manager_id});
    let items = [
        item(&managed, 2, to.clone()),
        item(NOBODY, 1, to.clone()),
        item(&free, 1, to.clone()),
        item(&seen_before, 1, to.clone()),
    ];
    let answer = bulk(&actors.operator, "ASSIGN_MANAGER", &items).await.expect(200);
    assert_eq!(statuses(&answer), [409, 404, 200, 412]);
    let results = answer.body["items"].as_array().unwrap();
    let ids: Vec<&str> = results.iter().map(|result| result["id"].as_str().unwrap()).collect();
    assert_eq!(ids, [&managed, NOBODY, &free, &seen_before]);
    assert_eq!(results[0]["problem"]["type"], "/problems/wrong-stage");
    assert_eq!(results[0]["problem"]["action"], "ASSIGN_MANAGER");
    assert_eq!(results[0]["problem"]["request_id"], answer.header("x-request-id"));
    assert_eq!(results[2].get("problem"), None);
    assert_eq!(results[3]["problem"]["type"], "/problems/precondition-failed");
    // What is told of the one that went well is what a reader sees.
    let read = actors.operator.get(&format!("{REQUESTS}/{free}")).await.expect(200);
    assert_eq!(
        (&results[2]["version"], &results[2]["etag"]),
        (&read.body["version"], &json!(read.header("etag")))
    );
    assert_eq!(read.body["manager"]["staff_id"], actors.manager_id.as_str());
    // History and audit are those of the action alone.
    let history = actors.history(&free).await;
    assert_eq!(history[0]["action"], "ASSIGN_MANAGER");
    clinic.settle_audit().await;
    let audited =
        clinic.texts("SELECT action FROM audit_event WHERE action = 'certification.assign_manager'").await;
    assert_eq!(audited.len(), 2, "one by the way of a managed request, one here");
}

#[tokio::test]
async fn values_are_refused_below_their_item() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let mut ids = vec![];
    for _ in 0..6 {
        ids.push(actors.registered().await);
    }
    let items = [
        item(&ids[0], 1, json!({})),
        item(&ids[1], 1, json!({"staff_id": "x", "comment": "a\u{0}"})),
        item(&ids[2], 1, json!({"staff_id": NOBODY})),
        item(&ids[3], 1, json!({"other": 1})),
        item(&ids[4], 1, json!(["staff_id"])),
        json!({"id": ids[5], "version": 1}),
    ];
    let answer = bulk(&actors.operator, "ASSIGN_MANAGER", &items).await.expect(200);
    assert_eq!(statuses(&answer), [422; 6]);
    let summary: Vec<_> = answer.body["items"].as_array().unwrap().iter().map(faults).collect();
    assert_eq!(summary[0], [at("/items/0/payload/staff_id", "required")]);
    assert_eq!(
        summary[1],
        [at("/items/1/payload/staff_id", "uuid"), at("/items/1/payload/comment", "control-character")]
    );
    assert_eq!(summary[2], [at("/items/2/payload/staff_id", "unknown")]);
    assert_eq!(summary[3], [at("/items/3/payload/other", "unknown-field")]);
    assert_eq!(summary[4], [at("/items/4/payload", "type")]);
    assert_eq!(summary[5], [at("/items/5/payload/staff_id", "required")]);
}

#[tokio::test]
async fn a_call_that_cannot_be_meant_does_nothing() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.registered().await;
    let edit = item(&id, 1, json!({"comment": "x"}));
    let refused: Vec<(Value, Vec<(String, String)>)> = vec![
        (json!({}), vec![at("/action", "required"), at("/items", "required")]),
        (json!({"action": "EDIT", "items": []}), vec![at("/items", "range")]),
        (json!({"action": "edit", "items": [edit]}), vec![at("/action", "unknown-value")]),
        (
            json!({"action": "EDIT", "items": [edit, {"id": "7", "version": 0}, {}]}),
            vec![
                at("/items/1/id", "uuid"),
                at("/items/1/version", "range"),
                at("/items/2/id", "required"),
                at("/items/2/version", "required"),
            ],
        ),
        (json!({"action": "EDIT", "items": [edit, edit]}), vec![at("/items/1/id", "repeated")]),
        (json!({"action": "EDIT", "items": vec![edit.clone(); 201]}), vec![at("/items", "range")]),
        (json!({"action": "EDIT", "items": {"0": edit}}), vec![at("/items", "type")]),
        (json!({"action": "EDIT", "items": [id]}), vec![at("/items/0", "type")]),
        (
            json!({"action": "EDIT", "items": [{"id": id, "version": "1"}]}),
            vec![at("/items/0/version", "type")],
        ),
        (json!({"action": "EDIT", "items": [edit], "dry_run": true}), vec![at("/dry_run", "unknown-field")]),
    ];
    for (body, wanted) in refused {
        let answer = actors.admin.post(BULK, &body).await.expect(422);
        check_problem(&answer);
        assert_eq!(answer.faults(), wanted, "{body}");
    }
    for action in ["REGISTER", "ISSUE", "RECORD_EVALUATION", "DELETE", "OVERRIDE"] {
        let answer = bulk(&actors.admin, action, std::slice::from_ref(&edit)).await.expect(422);
        assert_eq!(answer.faults(), [at("/action", "not-in-bulk")]);
    }
    let twice = format!(
        r#"{{"action":"EDIT","items":[{{"id":"{id}","version":1,"payload":{{"comment":"a","comment":"b"}}}}]}}"#
    );
    let json = [("content-type", "application/json")];
    let answer = actors.admin.send("POST", BULK, &json, twice.into_bytes()).await.expect(422);
    assert_eq!(answer.faults(), [at("/items/0/payload/comment", "repeated")]);
    let deep = format!("{{\"items\":{}", "[".repeat(200_000));
    actors.admin.send("POST", BULK, &json, deep.into_bytes()).await.expect(400);
    let large = vec![b' '; 1024 * 1024 + 1];
    actors.admin.send("POST", BULK, &json, large).await.expect(413);
    actors.admin.send("POST", BULK, &[("content-type", "text/csv")], b"{}".to_vec()).await.expect(415);
    assert_eq!(actors.seen(&actors.admin, &id).await["version"], 1);
}

#[tokio::test]
async fn two_hundred_at_once() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let mut items = vec![];
    for _ in 0..200 {
        items.push(item(&actors.registered().await, 1, json!({"comment": "Called back"})));
    }
    let answer = bulk(&actors.operator, "EDIT", &items).await.expect(200);
    assert_eq!(statuses(&answer), [200; 200]);
    assert_eq!(clinic.numbers("SELECT version FROM certification_request").await, [2; 200]);
}

#[tokio::test]
async fn who_may_is_asked_as_for_the_action_alone() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let (free, with_doctor) = (actors.registered().await, actors.with_doctor().await);
    let edits = |version| {
        [item(&free, 1, json!({"comment": "x"})), item(&with_doctor, version, json!({"comment": "x"}))]
    };
    // A doctor sees those assigned, and others do not exist for them.
    let version = actors.seen(&actors.doctor, &with_doctor).await["version"].as_i64().unwrap();
    let answer = bulk(&actors.doctor, "EDIT", &edits(version)).await.expect(200);
    assert_eq!(statuses(&answer), [404, 200]);
    // A manager sees all, and acts on the own and free ones.
    clinic.hire("other@medcert.test", ("Otra", "Gestora"), Role::Manager).await;
    let other = clinic.sign_in("other@medcert.test").await;
    let answer = bulk(&other, "EDIT", &edits(version + 1)).await.expect(200);
    assert_eq!(statuses(&answer), [200, 403]);
    // Whoever has the action nowhere is told so once.
    let waive = [item(&free, 2, json!({"amount": "0.00", "currency": "PEN", "reason": "x"}))];
    let answer = bulk(&actors.operator, "OVERRIDE_FEE", &waive).await.expect(403);
    check_problem(&answer);
    let auditor = clinic.somebody("auditor", &[Role::Auditor], vec![]).await;
    bulk(&auditor, "EDIT", &edits(1)).await.expect(403);
    let grant =
        medcert_domain::policy::Grant { permission: Permission::Action(&Action::OverrideFee), ends_at: None };
    let granted = clinic.somebody("granted", &[Role::Operator], vec![grant]).await;
    assert_eq!(statuses(&bulk(&granted, "OVERRIDE_FEE", &waive).await.expect(200)), [200]);
}

#[tokio::test]
async fn money_needs_a_key_and_is_counted_once() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let (a, b, c) = (actors.registered().await, actors.registered().await, actors.registered().await);
    let mut items = [
        item(&a, 1, actors.payment("200.00")),
        item(&b, 7, actors.payment("200.00")),
        item(&c, 1, actors.payment("50.00")),
    ];
    let answer = bulk(&actors.manager, "REGISTER_PAYMENT", &items).await.expect(400);
    assert_eq!(answer.problem(), "idempotency-key-missing");
    let first = once(&actors.manager, "batch-1", "REGISTER_PAYMENT", &items).await.expect(200);
    assert_eq!(statuses(&first), [200, 412, 200]);
    let again = once(&actors.manager, "batch-1", "REGISTER_PAYMENT", &items).await.expect(200);
    assert_eq!(statuses(&again), [200, 412, 200]);
    for at in [0, 2] {
        assert_eq!(again.body["items"][at], first.body["items"][at], "the stored answer");
    }
    assert_eq!(clinic.numbers("SELECT COUNT(*) FROM payment").await, [2]);
    // The same key is no key for anything else, whichever parts of it were done.
    items[1]["version"] = json!(1);
    let other = once(&actors.manager, "batch-1", "REGISTER_PAYMENT", &items).await.expect(422);
    assert_eq!(other.faults(), [at("", "idempotency-mismatch")]);
    let two = [items[1].clone(), items[2].clone()];
    once(&actors.manager, "batch-1", "REGISTER_PAYMENT", &two).await.expect(422);
    // A reference that is there already is told at its item.
    let mut repeated = actors.payment("10.00");
    repeated["transaction_reference"] = items[0]["payload"]["transaction_reference"].clone();
    let answer =
        once(&actors.manager, "batch-2", "REGISTER_PAYMENT", &[item(&b, 1, repeated)]).await.expect(200);
    assert_eq!(statuses(&answer), [409]);
    assert_eq!(faults(&answer.body["items"][0]), [at("/items/0/payload/transaction_reference", "duplicate")]);
}

#[tokio::test]
async fn what_was_refused_leaves_its_part_of_the_key_free() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let mut items = vec![];
    for _ in 0..3 {
        items.push(item(&actors.registered().await, 1, json!({"staff_id": actors.manager_id})));
    }
    items[1]["version"] = json!(2);
    let first = once(&actors.operator, "assign", "ASSIGN_MANAGER", &items).await.expect(200);
    assert_eq!(statuses(&first), [200, 412, 200]);
    let blocked = items[1]["id"].as_str().unwrap();
    actors.edit(&actors.operator, blocked, &json!({"comment": "now it has the version"})).await.expect(200);
    let again = once(&actors.operator, "assign", "ASSIGN_MANAGER", &items).await.expect(200);
    assert_eq!(statuses(&again), [200, 200, 200]);
    assert_eq!(again.body["items"][0], first.body["items"][0]);
    assert_eq!(
        actors.seen(&actors.operator, blocked).await["manager"]["staff_id"],
        actors.manager_id.as_str()
    );
}

#[tokio::test]
async fn nothing_clinical_is_told_or_kept() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.evaluated().await;
    let version = actors.seen(&actors.doctor, &id).await["version"].as_i64().unwrap();
    let items = [item(&id, version, json!({"comment": "x"}))];
    let answer = once(&actors.doctor, "k", "EDIT", &items).await.expect(200);
    assert_eq!(statuses(&answer), [200]);
    assert!(!answer.body.to_string().contains("Secret-"));
    let kept = clinic.texts("SELECT body FROM idempotency_key").await;
    assert!(kept.iter().all(|body| !body.contains("Secret-")));
}

#[tokio::test]
async fn an_edit_tells_what_it_meant_for_people() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let doctor = Id::new(Uuid::parse_str(&actors.doctor_id).unwrap());
    let person = clinic.app.parts.store.staff_member(doctor).await.unwrap().unwrap().staff.person;
    let document = Document::parse(DocumentType::Dni, Country::parse("PE").unwrap(), "50505050").ok();
    clinic.change_person(person, |person| person.document = document).await;
    let (alone, one, other) =
        (actors.registered().await, actors.registered().await, actors.registered().await);
    let edit = json!({
        "client": {"phone": "+51 911 111 111"},
        "guardian": {
            "document_type": "DNI", "document_number": "50505050", "given_names": "Dani",
            "family_names": "Ibáñez Costa", "birth_date": "1980-02-02", "relationship": "PARENT"
        }
    });
    let wanted =
        actors.edit(&actors.operator, &alone, &edit).await.expect(200).body["person_changes"].clone();
    let items = [item(&one, 1, edit), item(&other, 1, json!({"comment": "x"}))];
    let first = once(&actors.operator, "k", "EDIT", &items).await.expect(200);
    assert_eq!(statuses(&first), [200, 200]);
    let summary = first.body["items"][0]["person_changes"].as_array().unwrap();
    let summary: Vec<_> = summary.iter().map(|c| (&c["part"], &c["field"], &c["applied"])).collect();
    assert_eq!(
        summary,
        [
            (&json!("client"), &json!("phone"), &json!(true)),
            (&json!("guardian"), &json!("given_names"), &json!(false)),
            (&json!("guardian"), &json!("birth_date"), &json!(false)),
        ]
    );
    // As the action alone tells it, of another client.
    let mut same = first.body["items"][0]["person_changes"].clone();
    same[0]["person_id"] = wanted[0]["person_id"].clone();
    assert_eq!(same, wanted);
    assert_eq!(first.body["items"][1]["person_changes"], json!([]));
    let again = once(&actors.operator, "k", "EDIT", &items).await.expect(200);
    assert_eq!(again.body["items"], first.body["items"]);
    let items = [item(&other, 2, json!({"staff_id": actors.manager_id}))];
    let assigned = bulk(&actors.operator, "ASSIGN_MANAGER", &items).await.expect(200);
    assert_eq!((statuses(&assigned), assigned.body["items"][0].get("person_changes")), (vec![200], None));
}

#[test]
fn every_payload_is_described() {
    let schemas = &DOCUMENT["components"]["schemas"];
    let payload = &schemas["BulkItem"]["properties"]["payload"];
    assert!(payload.to_string().contains("BulkPayload"), "{payload}");
    assert_eq!(schemas["BulkPayload"]["oneOf"].as_array().unwrap().len(), 13);
}
