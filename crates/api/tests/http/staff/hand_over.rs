//! Handing over the open requests of a staff member.

use serde_json::json;

use super::{House, STAFF, items};
use crate::contract::check_problem;

#[tokio::test]
async fn a_managers_open_requests_become_anothers_with_one_line_each() {
    let house = House::open().await;
    let actors = &house.actors;
    let open = [actors.managed().await, actors.paid().await, actors.evaluated().await];
    let closed = actors.issued().await;
    let free = actors.registered().await;
    let body = json!({"role": "MANAGER", "to_staff_id": house.manager, "comment": "On leave"});
    let done = house.hand_over(&actors.admin, &actors.manager_id, &body).await.expect(200);
    assert_eq!(done.body, json!({"moved": 3, "skipped": []}));
    for id in &open {
        let seen = actors.seen(&actors.admin, id).await;
        assert_eq!(seen["manager"]["staff_id"], json!(house.manager));
        let lines: Vec<_> =
            actors.history(id).await.into_iter().filter(|l| l["action"] == "CHANGE_MANAGER").collect();
        assert_eq!(lines.len(), 1);
        assert_eq!(
            (&lines[0]["comment"], &lines[0]["new_value"]),
            (&json!("On leave"), &json!("Mila Torres"))
        );
    }
    // A standing evaluation stays, and so does what is over.
    assert_eq!(actors.seen(&actors.admin, &open[2]).await["stage"], "EVALUATED");
    assert_eq!(actors.seen(&actors.admin, &closed).await["manager"]["staff_id"], json!(actors.manager_id));
    assert!(actors.seen(&actors.admin, &free).await["manager"].is_null());
    let again = house.hand_over(&actors.admin, &actors.manager_id, &body).await.expect(200);
    assert_eq!(again.body, json!({"moved": 0, "skipped": []}));
    let history = actors.admin.get(&format!("{STAFF}/{}/history", actors.manager_id)).await.expect(200);
    assert_eq!(items(&history).last().unwrap()["action"], "HAND_OVER");
    assert_eq!(items(&history).last().unwrap()["new_value"], "MANAGER: 3 to Mila Torres");
}

#[tokio::test]
async fn what_cannot_be_moved_stays_and_is_told() {
    let house = House::open().await;
    let actors = &house.actors;
    let movable = actors.with_doctor().await;
    let evaluated = actors.evaluated().await;
    // The second doctor is the client of a third request.
    let doctor = actors.admin.get(&format!("{STAFF}/{}", house.doctor)).await.expect(200).body;
    let own = actors.with_doctor().await;
    let document = json!({"person": {"document_type": "DNI", "document_number": "47000001"}});
    house.patch(&house.doctor, &document).await.expect(200);
    let client = json!({"client": {"document_type": "DNI", "document_number": "47000001"}});
    actors.edit(&actors.operator, &own, &client).await.expect(200);
    assert_eq!(actors.seen(&actors.admin, &own).await["client"]["id"], doctor["person_id"]);
    let body = json!({"role": "DOCTOR", "to_staff_id": house.doctor});
    let done = house.hand_over(&actors.admin, &actors.doctor_id, &body).await.expect(200).body;
    assert_eq!(done["moved"], 1);
    let summary: Vec<_> = done["skipped"]
        .as_array()
        .unwrap()
        .iter()
        .map(|kept| (kept["request_id"].as_str().unwrap(), kept["code"].as_str().unwrap()))
        .collect();
    assert_eq!(summary, [(evaluated.as_str(), "evaluated"), (own.as_str(), "party")]);
    assert_eq!(actors.seen(&actors.admin, &movable).await["doctor"]["staff_id"], json!(house.doctor));
    assert_eq!(actors.seen(&actors.admin, &evaluated).await["doctor"]["staff_id"], json!(actors.doctor_id));
}

#[tokio::test]
async fn only_somebody_assignable_gets_requests_and_only_the_administration_gives_them() {
    let house = House::open().await;
    let actors = &house.actors;
    actors.managed().await;
    let to = |id: &str| json!({"role": "MANAGER", "to_staff_id": id});
    let refused = async |body: serde_json::Value| {
        let answer = house.hand_over(&actors.admin, &actors.manager_id, &body).await.expect(422);
        check_problem(&answer);
        answer.faults().remove(0)
    };
    let at = |code: &str| ("/to_staff_id".to_owned(), code.to_owned());
    assert_eq!(refused(to(&actors.manager_id)).await, at("unchanged"));
    assert_eq!(refused(to(&house.doctor)).await, at("not-assignable"));
    assert_eq!(refused(to(crate::contract::NOBODY)).await, at("unknown"));
    assert_eq!(refused(json!({"role": "OPERATOR"})).await.0, "/role");
    house.hand_over(&actors.manager, &actors.manager_id, &to(&house.manager)).await.expect(403);
    house.hand_over(&actors.admin, crate::contract::NOBODY, &to(&house.manager)).await.expect(404);
    assert_eq!(house.patch(&house.manager, &json!({"status": "VACATION"})).await.status, 200);
    assert_eq!(refused(to(&house.manager)).await, at("not-assignable"));
}

#[tokio::test]
async fn a_repeated_call_gets_the_first_answer() {
    let house = House::open().await;
    let actors = &house.actors;
    actors.managed().await;
    let path = format!("{STAFF}/{}/hand-over", actors.manager_id);
    let body = json!({"role": "MANAGER", "to_staff_id": house.manager});
    let first = actors.admin.post_once(&path, "k1", &body).await.expect(200);
    let again = actors.admin.post_once(&path, "k1", &body).await.expect(200);
    assert_eq!(first.bytes, again.bytes);
    assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), ("", "true"));
    let other = json!({"role": "DOCTOR", "to_staff_id": house.doctor});
    actors.admin.post_once(&path, "k1", &other).await.expect(422);
}

#[tokio::test]
async fn a_standing_evaluation_stays_with_its_doctor_when_that_is_confirmed() {
    let house = House::open().await;
    let actors = &house.actors;
    house.clinic.clock.advance(chrono::Duration::seconds(1));
    let (movable, evaluated) = (actors.with_doctor().await, {
        let id = actors.paid().await;
        let doctor = json!({"staff_id": actors.doctor_id});
        actors.act(&actors.manager, &id, "assign-doctor", doctor).await;
        actors.act(&actors.doctor, &id, "record-evaluation", medcert_testkit::Actors::findings()).await;
        id
    });
    let to = json!({"status": "SUSPENDED", "hand_over_to": house.doctor});
    let refused = house.patch(&actors.doctor_id, &to).await.expect(409);
    assert_eq!(refused.body["count"], 1);
    assert_eq!(refused.body["requests"][0]["request_id"], json!(evaluated));
    assert_eq!(actors.seen(&actors.admin, &movable).await["doctor"]["staff_id"], json!(house.doctor));
    house.patch(&actors.doctor_id, &json!({"status": "SUSPENDED", "confirm": true})).await.expect(200);
    assert_eq!(actors.seen(&actors.admin, &evaluated).await["doctor"]["staff_id"], json!(actors.doctor_id));
    let unknown = json!({"status": "SUSPENDED", "hand_over_to": crate::contract::NOBODY});
    house.patch(&house.doctor, &unknown).await.expect(422);
}

#[tokio::test]
async fn whoever_leaves_hands_over_or_is_confirmed() {
    let house = House::open().await;
    let actors = &house.actors;
    let open = actors.managed().await;
    let refused = house.patch(&actors.manager_id, &json!({"status": "LEAVE"})).await.expect(409);
    assert_eq!((refused.problem(), &refused.body["count"]), ("in-use", &json!(1)));
    assert_eq!(refused.body["requests"][0]["request_id"], json!(open));
    assert!(refused.body["requests"][0]["code"].as_str().unwrap().starts_with("MC-"));
    check_problem(&refused);
    let roles = house.patch(&actors.manager_id, &json!({"roles": ["OPERATOR"]})).await.expect(409);
    assert_eq!(roles.problem(), "in-use");
    // What does not take the role away needs no word.
    house.patch(&actors.manager_id, &json!({"roles": ["OPERATOR", "MANAGER"]})).await.expect(200);
    let to = json!({"status": "LEAVE", "hand_over_to": house.manager});
    let left = house.patch(&actors.manager_id, &to).await.expect(200);
    assert_eq!(left.body["status"], "LEAVE");
    assert_eq!(actors.seen(&actors.admin, &open).await["manager"]["staff_id"], json!(house.manager));
}
