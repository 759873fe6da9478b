//! Roles, grants, and letting go of somebody who has open requests.

use medcert_domain::policy::Role;
use medcert_testkit::{Actors, Answered, Caller, Clinic};
use serde_json::{Value, json};

use super::{ME, at, begin, hire, text};
use crate::contract::check_problem;

async fn id_of(caller: &Caller) -> String {
    text(&caller.get(ME).await.expect(200).body, "id")
}

async fn roles(admin: &Caller, id: &str, body: Value) -> Answered {
    admin.put(&format!("{}/roles", at(id)), "*", &body).await
}

#[tokio::test]
async fn roles_are_replaced_and_hold_at_once() {
    let clinic = Clinic::open().await;
    let (admin, _) = begin(&clinic, "admin").await;
    let made = hire(&admin, "rosa@clinic.example", "40718293", &["AUDITOR"]).await.expect(201);
    let (id, path) = (text(&made.body, "id"), format!("{}/roles", at(&text(&made.body, "id"))));
    let rosa = clinic.sign_in("rosa@clinic.example").await;
    rosa.get("/api/v1/policy").await.expect(200);
    let new = json!({"roles": ["MANAGER", "OPERATOR"]});
    admin.json("PUT", &path, &[], &new).await.expect(428);
    admin.put(&path, "\"v9-00000000\"", &new).await.expect(412);
    let done = admin.put(&path, made.header("etag"), &new).await.expect(200);
    assert_eq!(done.body["roles"], json!(["OPERATOR", "MANAGER"]));
    rosa.get("/api/v1/policy").await.expect(403);
    rosa.get("/api/v1/promoters").await.expect(200);
    // The roles brought a staff record, and taking them away leaves it, unassignable.
    let staff = format!("/api/v1/staff/{}", text(&done.body, "staff_id"));
    assert_eq!(admin.get(&staff).await.body["assignable"], true);
    roles(&admin, &id, json!({"roles": ["AUDITOR"]})).await.expect(200);
    assert_eq!(admin.get(&staff).await.body["not_assignable_reasons"], json!(["USER_ROLE_MISSING"]));
    for (wrong, pointer, code) in [
        (json!({}), "/roles", "required"),
        (json!({"roles": []}), "/roles", "required"),
        (json!({"roles": ["AUDITOR", "AUDITOR"]}), "/roles/1", "repeated"),
        (json!({"roles": ["AUDITOR"], "hand_over_to": {"BOSS": "x"}}), "/hand_over_to", "type"),
    ] {
        let answer = roles(&admin, &id, wrong.clone()).await.expect(422);
        assert_eq!(answer.faults()[0].0, pointer, "{wrong}: {}", answer.body);
        assert!(code == "type" || answer.faults()[0].1 == code, "{wrong}: {}", answer.body);
    }
    let history = admin.get(&format!("{}/history", at(&id))).await.expect(200).body;
    let line = &history["items"][0];
    assert_eq!(
        (&line["action"], &line["old_value"], &line["new_value"]),
        (&json!("SET_ROLES"), &json!("OPERATOR, MANAGER"), &json!("AUDITOR"))
    );
}

#[tokio::test]
async fn an_administrator_is_not_demoted_by_themselves_nor_as_the_last() {
    let clinic = Clinic::open().await;
    let (admin, _) = begin(&clinic, "admin").await;
    let own = id_of(&admin).await;
    let refused = roles(&admin, &own, json!({"roles": ["AUDITOR"]})).await.expect(403);
    check_problem(&refused);
    // More is no demotion.
    roles(&admin, &own, json!({"roles": ["ADMIN", "AUDITOR"]})).await.expect(200);
    let second = clinic.somebody("second", &[Role::Admin], vec![]).await;
    let other = id_of(&second).await;
    let (to_other, to_own) = (format!("{}/roles", at(&other)), format!("{}/roles", at(&own)));
    let less = json!({"roles": ["AUDITOR"]});
    let (one, two) = tokio::join!(admin.put(&to_other, "*", &less), second.put(&to_own, "*", &less));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert!(matches!(statuses, [200, 403 | 409]), "{statuses:?}");
    let count = "SELECT COUNT(*) FROM user_account WHERE is_admin AND status = 'ACTIVE'";
    assert_eq!(clinic.numbers(count).await, [1]);
}

#[tokio::test]
async fn grants_are_replaced() {
    let clinic = Clinic::open().await;
    let (admin, _) = begin(&clinic, "admin").await;
    let made = hire(&admin, "rosa@clinic.example", "40718293", &["OPERATOR"]).await.expect(201);
    let path = format!("{}/grants", at(&text(&made.body, "id")));
    let rosa = clinic.sign_in("rosa@clinic.example").await;
    let request = format!("/api/v1/certification-requests/{}/override-fee", crate::contract::NOBODY);
    let fee = json!({"amount": "1.00", "currency": "PEN", "reason": "x"});
    rosa.post(&request, &fee).await.expect(403);
    let grants = json!({"grants": [
        {"permission": "certification:override_fee", "ends_at": "2026-11-21T15:10:00Z"}, {"permission": "certification:act_on_any"}
    ]});
    let done = admin.put(&path, made.header("etag"), &grants).await.expect(200);
    assert_eq!(
        done.body["grants"][0],
        json!({"permission": "certification:override_fee", "ends_at": "2026-11-21T15:10:00.000000Z"})
    );
    rosa.post(&request, &fee).await.expect(404);
    admin.put(&path, made.header("etag"), &grants).await.expect(412);
    for permission in [
        "certification:issue",
        "certification:record_evaluation",
        "certification:override",
        "certification:delete",
        "users:write",
    ] {
        let body = json!({"grants": [{"permission": permission}]});
        let refused = admin.put(&path, "*", &body).await.expect(422);
        assert_eq!(refused.faults(), [("/grants/0/permission".to_owned(), "not-grantable".to_owned())]);
    }
    let missing = admin.put(&path, "*", &json!({})).await.expect(422);
    assert_eq!(missing.faults(), [("/grants".to_owned(), "required".to_owned())]);
    admin.put(&path, "*", &json!({"grants": []})).await.expect(200);
    rosa.post(&request, &fee).await.expect(403);
}

#[tokio::test]
async fn open_requests_stand_in_the_way_until_somebody_takes_them() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let (one, two) = (actors.managed().await, actors.paid().await);
    let closed = actors.issued().await;
    let manager = id_of(&actors.manager).await;
    let reason = |more: Value| {
        let mut body = json!({"reason": "left"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let suspend = format!("{}/suspend", at(&manager));
    let refused = actors.admin.post(&suspend, &reason(json!({}))).await.expect(409);
    check_problem(&refused);
    assert_eq!((refused.problem(), &refused.body["count"]), ("in-use", &json!(2)));
    let mut named: Vec<String> =
        refused.body["requests"].as_array().unwrap().iter().map(|r| text(r, "request_id")).collect();
    named.sort();
    let mut wanted = vec![one.clone(), two.clone()];
    wanted.sort();
    assert_eq!(named, wanted);
    actors.manager.get(ME).await.expect(200);
    let demoted = roles(&actors.admin, &manager, json!({"roles": ["OPERATOR"]})).await.expect(409);
    assert_eq!(demoted.body["count"], 2);
    // To somebody who cannot take them.
    let to_doctor =
        actors.admin.post(&suspend, &reason(json!({"hand_over_to": actors.doctor_id}))).await.expect(422);
    assert_eq!(to_doctor.faults(), [("/hand_over_to".to_owned(), "not-assignable".to_owned())]);
    let each = reason(json!({"hand_over_to": {"MANAGER": actors.doctor_id}}));
    assert_eq!(actors.admin.post(&suspend, &each).await.expect(422).faults()[0].0, "/hand_over_to/MANAGER");
    let next = hire(&actors.admin, "next@clinic.example", "40718293", &["MANAGER"]).await.expect(201);
    let heir = text(&next.body, "staff_id");
    actors.admin.post(&suspend, &reason(json!({"hand_over_to": {"MANAGER": heir}}))).await.expect(200);
    actors.manager.get(ME).await.expect(401);
    for id in [&one, &two] {
        assert_eq!(actors.seen(&actors.admin, id).await["manager"]["staff_id"], json!(heir));
    }
    assert_eq!(actors.seen(&actors.admin, &closed).await["manager"]["staff_id"], json!(actors.manager_id));
    // The heir goes, and the requests stay: that was confirmed.
    let heir_user = text(&next.body, "id");
    roles(&actors.admin, &heir_user, json!({"roles": ["AUDITOR"]})).await.expect(409);
    roles(&actors.admin, &heir_user, json!({"roles": ["AUDITOR"], "confirm": true})).await.expect(200);
    assert_eq!(actors.seen(&actors.admin, &one).await["manager"]["staff_id"], json!(heir));
}

#[tokio::test]
async fn nothing_is_handed_over_for_a_change_that_is_refused() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let request = actors.managed().await;
    let next = hire(&actors.admin, "next@clinic.example", "40718293", &["MANAGER"]).await.expect(201);
    let path = format!("{}/roles", at(&id_of(&actors.manager).await));
    let body = json!({"roles": ["OPERATOR"], "hand_over_to": next.body["staff_id"]});
    actors.admin.put(&path, "\"v77-00000000\"", &body).await.expect(412);
    assert_eq!(actors.seen(&actors.admin, &request).await["manager"]["staff_id"], json!(actors.manager_id));
    actors.admin.put(&path, "*", &body).await.expect(200);
    assert_eq!(actors.seen(&actors.admin, &request).await["manager"]["staff_id"], next.body["staff_id"]);
}
