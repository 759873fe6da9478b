//! One's own account, and keeping accounts out.

use chrono::Duration;
use medcert_application::{
    Error, IfMatch, demo,
    identity::users::{self, HandOver, Suspension},
    input::Parsed,
};
use medcert_domain::{
    certification::Action,
    policy::{Grant, Permission, Role},
};
use medcert_testkit::{Answered, Clinic, actor_of};
use serde_json::{Value, json};

use super::{ME, begin, login, names, refresh, text};
use crate::contract::check_problem;

const CHANGE: &str = "/api/v1/auth/password/change";

#[tokio::test]
async fn everybody_sees_the_own_account() {
    let clinic = Clinic::open().await;
    let shape = [
        "display_name",
        "email",
        "id",
        "locale",
        "password_change_required",
        "permissions",
        "roles",
        "staff_id",
        "status",
    ];
    let (doctor, _) = begin(&clinic, "doctor").await;
    let me = doctor.get(ME).await.expect(200);
    assert_eq!(names(&me.body), shape);
    assert_eq!((&me.body["roles"], &me.body["status"]), (&json!(["DOCTOR"]), &json!("ACTIVE")));
    assert!(me.body["staff_id"].is_string());
    let permissions = me.body["permissions"].to_string();
    assert!(permissions.contains("\"certification:issue\"") && !permissions.contains("users:suspend"));
    let session = doctor.get("/api/v1/auth/session").await.expect(200);
    assert_eq!(session.body, me.body);
    let nobody = clinic.anonymous().get("/api/v1/auth/session").await.expect(200);
    assert_eq!(nobody.bytes, b"null");
    let (admin, _) = begin(&clinic, "admin").await;
    assert_eq!(admin.get(ME).await.body["staff_id"], Value::Null);
}

fn suspend(id: &str) -> String {
    format!("/api/v1/users/{id}/suspend")
}

#[tokio::test]
async fn a_suspended_account_is_out_at_once_and_back_when_reactivated() {
    let clinic = Clinic::open().await;
    let (admin, _) = begin(&clinic, "admin").await;
    let (operator, token) = begin(&clinic, "operator").await;
    let id = text(&operator.get(ME).await.expect(200).body, "id");
    let reason = json!({"reason": "on leave"});
    let answer = admin.post(&suspend(&id), &reason).await.expect(200);
    assert_eq!((&answer.body["id"], &answer.body["status"]), (&json!(id), &json!("SUSPENDED")));
    check_problem(&operator.get(ME).await.expect(401));
    refresh(&clinic, &token).await.expect(401);
    let email = "operator@demo.medcert.test";
    assert_eq!(login(&clinic, email, demo::PASSWORD).await.problem(), "wrong-credentials");
    // Again is no error: it is as it should be.
    admin.post(&suspend(&id), &reason).await.expect(200);
    let back = admin.post(&format!("/api/v1/users/{id}/reactivate"), &reason).await.expect(200);
    assert_eq!(back.body["status"], "ACTIVE");
    operator.get(ME).await.expect(401);
    refresh(&clinic, &token).await.expect(401);
    login(&clinic, email, demo::PASSWORD).await.expect(200);
    let reasons = clinic.texts("SELECT reason FROM audit_event WHERE action = 'identity.suspend'").await;
    assert_eq!(reasons, ["on leave"]);
}

#[tokio::test]
async fn suspending_has_its_limits() {
    let clinic = Clinic::open().await;
    let (admin, _) = begin(&clinic, "admin").await;
    let id = text(&admin.get(ME).await.body, "id");
    let own = admin.post(&suspend(&id), &json!({"reason": "tired"})).await.expect(403);
    check_problem(&own);
    admin.get(ME).await.expect(200);
    let (operator, _) = begin(&clinic, "operator").await;
    let other = text(&operator.get(ME).await.body, "id");
    for (body, code) in [
        (json!({}), "required"),
        (json!({"reason": "  "}), "blank"),
        (json!({"reason": "x".repeat(1001)}), "too-long"),
        (json!({"reason": "a\u{7}b"}), "control-character"),
        (json!({"reason": 5}), "type"),
        (json!({"reason": null}), "required"),
    ] {
        let answer = admin.post(&suspend(&other), &body).await.expect(422);
        assert_eq!(answer.faults(), [("/reason".to_owned(), code.to_owned())]);
    }
    operator.get(ME).await.expect(200);
    operator.post(&suspend(&id), &json!({"reason": "coup"})).await.expect(403);
}

#[tokio::test]
async fn an_administrator_always_stays() {
    let clinic = Clinic::open().await;
    let second = clinic.somebody("second", &[Role::Admin], vec![]).await;
    let (admin, _) = begin(&clinic, "admin").await;
    let ids = [text(&admin.get(ME).await.body, "id"), text(&second.get(ME).await.body, "id")];
    let reason = json!({"reason": "coup"});
    // Both at once: one wins, and the other is out or told that somebody must stay.
    let (to_first, to_second) = (suspend(&ids[0]), suspend(&ids[1]));
    let (one, two) = tokio::join!(admin.post(&to_second, &reason), second.post(&to_first, &reason));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert!(matches!(statuses, [200, 401 | 409]), "{statuses:?}");
    let count = "SELECT COUNT(*) FROM user_account WHERE is_admin AND status = 'ACTIVE'";
    assert_eq!(clinic.numbers(count).await, [1]);
}

#[tokio::test]
async fn whoever_asks_the_last_administrator_cannot_be_suspended() {
    let clinic = Clinic::open().await;
    let id = clinic.account("second", &[Role::Admin], vec![]).await;
    // An administrator whose own suspension has not reached this call yet.
    let late = actor_of(&clinic.app, "second@accounts.medcert.test").await;
    let (admin, _) = begin(&clinic, "admin").await;
    admin.post(&suspend(&id.raw().to_string()), &json!({"reason": "left"})).await.expect(200);
    let first = actor_of(&clinic.app, "admin@demo.medcert.test").await.user;
    let why = Parsed(Suspension { reason: "coup".to_owned(), hand_over: HandOver::default() });
    let refused = users::suspend(&clinic.app, &late, first, IfMatch::Absent, &why).await;
    assert!(matches!(refused, Err(Error::LastAdministrator(_))));
}

async fn change(caller: &medcert_testkit::Caller, current: &str, new: &str) -> Answered {
    caller.post(CHANGE, &json!({"current_password": current, "new_password": new})).await
}

#[tokio::test]
async fn a_new_password_is_judged() {
    let clinic = Clinic::open().await;
    let (operator, _) = begin(&clinic, "operator").await;
    let long = "x1".repeat(36) + "y";
    let umlauts = "ä".repeat(37);
    for (new, code) in [
        ("short", "too-short"),
        ("", "too-short"),
        (long.as_str(), "too-long"),
        (umlauts.as_str(), "too-long"),
        ("Password1234", "common-password"),
        ("zzzzzzzzzzzzzz", "common-password"),
        ("my-Operator-2026", "contains-email"),
    ] {
        let answer = change(&operator, demo::PASSWORD, new).await.expect(422);
        assert_eq!(answer.faults(), [("/new_password".to_owned(), code.to_owned())], "{new}");
        assert!(new.len() < 12 || !answer.body.to_string().contains(new), "it is not repeated");
    }
    let wrong = change(&operator, "not the password", "ten small otters swim").await.expect(422);
    assert_eq!(wrong.faults(), [("/current_password".to_owned(), "wrong".to_owned())]);
    login(&clinic, "operator@demo.medcert.test", demo::PASSWORD).await.expect(200);
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions() {
    let clinic = Clinic::open().await;
    let (caller, token) = begin(&clinic, "operator").await;
    let (other, other_token) = begin(&clinic, "operator").await;
    other.get(ME).await.expect(200);
    let new = "ten small otters swim";
    change(&caller, demo::PASSWORD, new).await.expect(204);
    other.get(ME).await.expect(401);
    refresh(&clinic, &other_token).await.expect(401);
    caller.get(ME).await.expect(200);
    refresh(&clinic, &token).await.expect(200);
    let email = "operator@demo.medcert.test";
    login(&clinic, email, demo::PASSWORD).await.expect(401);
    login(&clinic, email, new).await.expect(200);
    let stored = clinic.texts("SELECT password_hash FROM user_account").await;
    assert!(stored.iter().all(|hash| hash.starts_with("$2") && !hash.contains(new)));
}

#[tokio::test]
async fn a_fresh_proof_is_good_for_five_minutes() {
    let clinic = Clinic::open().await;
    let (caller, _) = begin(&clinic, "operator").await;
    let path = "/api/v1/auth/step-up";
    let wrong = caller.post(path, &json!({"password": "not the password"})).await.expect(422);
    assert_eq!(wrong.faults(), [("/password".to_owned(), "wrong".to_owned())]);
    let good = caller.post(path, &json!({"password": demo::PASSWORD})).await.expect(200);
    assert_eq!(good.body, json!({"valid_until": "2026-11-21T15:05:00.000000Z"}));
    clinic.anonymous().post(path, &json!({"password": demo::PASSWORD})).await.expect(401);
}

#[tokio::test]
async fn a_grant_ends_on_its_day() {
    let clinic = Clinic::open().await;
    let ends_at = Some(clinic.app.now() + Duration::minutes(10));
    let grant = Grant { permission: Permission::Action(&Action::OverrideFee), ends_at };
    let operator = clinic.somebody("granted", &[Role::Operator], vec![grant]).await;
    let path = format!("/api/v1/certification-requests/{}/override-fee", crate::contract::NOBODY);
    let body = json!({"amount": "1.00", "currency": "PEN", "reason": "x"});
    let has = async || operator.get(ME).await.body.to_string().contains("certification:override_fee");
    assert!(has().await);
    operator.post(&path, &body).await.expect(404);
    clinic.clock.advance(Duration::seconds(599));
    operator.post(&path, &body).await.expect(404);
    clinic.clock.advance(Duration::seconds(1));
    operator.post(&path, &body).await.expect(403);
    assert!(!has().await);
}

#[tokio::test]
async fn a_lost_role_is_lost_within_two_seconds() {
    let clinic = Clinic::open().await;
    let (admin, _) = begin(&clinic, "admin").await;
    admin.get("/api/v1/policy").await.expect(200);
    // Written by another replica: this one believes its cache for two seconds at the most.
    clinic.change_user("admin@demo.medcert.test", |user| user.roles = [Role::Operator].into()).await;
    admin.get("/api/v1/policy").await.expect(403);
    assert_eq!(admin.get(ME).await.body["roles"], json!(["OPERATOR"]));
}
