//! Signing in, going on, signing out.

use chrono::Duration;
use futures::future::join_all;
use medcert_application::demo;
use medcert_testkit::{Answered, Clinic};
use serde_json::Value;

use super::{ME, begin, login, names, refresh, text};
use crate::contract::check_problem;

#[tokio::test]
async fn a_login_has_its_shape() {
    let clinic = Clinic::open().await;
    let answer = login(&clinic, "  Operator@DEMO.medcert.test ", demo::PASSWORD).await.expect(200);
    let body = &answer.body;
    let wanted = ["access_token", "expires_in", "refresh_expires_in", "refresh_token", "token_type", "user"];
    assert_eq!(names(body), wanted);
    assert_eq!((&body["token_type"], &body["expires_in"]), (&"Bearer".into(), &900.into()));
    assert_eq!(body["refresh_expires_in"], 7 * 24 * 3600);
    assert_eq!(text(body, "access_token").split('.').count(), 3);
    // 256 bit in base64url.
    assert_eq!(text(body, "refresh_token").len(), 43);
    assert_eq!(body["user"]["email"], "operator@demo.medcert.test");
    assert_eq!(answer.header("cache-control"), "no-store");
    let user = [
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
    assert_eq!(names(&body["user"]), user);
    let going_on = refresh(&clinic, &text(body, "refresh_token")).await.expect(200);
    assert_eq!(names(&going_on.body), wanted);
}

/// What of a refusal may tell one from another.
fn summary(answer: &Answered) -> Value {
    let mut body = answer.body.clone();
    body["request_id"] = Value::Null;
    body
}

#[tokio::test]
async fn every_failed_login_looks_the_same() {
    let clinic = Clinic::open().await;
    let wrong = login(&clinic, "operator@demo.medcert.test", "not the password").await;
    let others = [
        login(&clinic, "nobody@demo.medcert.test", demo::PASSWORD).await,
        login(&clinic, "suspended@demo.medcert.test", demo::PASSWORD).await,
        login(&clinic, "suspended@demo.medcert.test", "not the password").await,
        login(&clinic, "no address", demo::PASSWORD).await,
        login(&clinic, "", "").await,
        login(&clinic, "operator@demo.medcert.test", &"x".repeat(500)).await,
        login(&clinic, "operator@demo.medcert.test", &format!("{}\u{0}", demo::PASSWORD)).await,
        login(&clinic, &"é".repeat(3000), "x").await,
    ];
    assert_eq!((wrong.status, wrong.problem()), (401, "wrong-credentials"));
    check_problem(&wrong);
    for other in &others {
        assert_eq!(other.status, 401);
        assert_eq!(summary(other), summary(&wrong));
        let headers = |answer: &Answered| {
            let mut names: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
            names.sort_unstable();
            names
        };
        assert_eq!(headers(other), headers(&wrong));
    }
}

#[tokio::test]
async fn a_password_is_not_cut_at_72_bytes() {
    let clinic = Clinic::open().await;
    let caller = clinic.operator().await;
    let long = "ä1".repeat(24);
    assert_eq!(long.len(), 72);
    let change = serde_json::json!({"current_password": demo::PASSWORD, "new_password": long});
    caller.post("/api/v1/auth/password/change", &change).await.expect(204);
    let email = "operator@demo.medcert.test";
    login(&clinic, email, &long).await.expect(200);
    login(&clinic, email, &format!("{long}x")).await.expect(401);
}

#[tokio::test]
async fn refresh_tokens_rotate_and_end_with_the_session() {
    let clinic = Clinic::open().await;
    let (_, mut token) = begin(&clinic, "operator").await;
    let mut seen = vec![token.clone()];
    for day in 1..=6 {
        clinic.clock.advance(Duration::days(1));
        let answer = refresh(&clinic, &token).await.expect(200);
        assert_eq!(answer.body["refresh_expires_in"], (7 - day) * 24 * 3600);
        token = text(&answer.body, "refresh_token");
        assert!(!seen.contains(&token), "each is another");
        seen.push(token.clone());
        let caller = clinic.anonymous().with_token(&text(&answer.body, "access_token"));
        caller.get(ME).await.expect(200);
    }
    // Close to its end a session gives no access token that outlives it.
    clinic.clock.advance(Duration::hours(24) - Duration::minutes(5));
    let last = refresh(&clinic, &token).await.expect(200);
    assert_eq!(last.body["expires_in"], 300);
    clinic.clock.advance(Duration::minutes(5));
    let over = refresh(&clinic, &text(&last.body, "refresh_token")).await.expect(401);
    check_problem(&over);
}

#[tokio::test]
async fn a_second_use_within_ten_seconds_gives_the_same_successor() {
    let clinic = Clinic::open().await;
    let (_, first) = begin(&clinic, "operator").await;
    let one = refresh(&clinic, &first).await.expect(200);
    clinic.clock.advance(Duration::seconds(10));
    let two = refresh(&clinic, &first).await.expect(200);
    assert_eq!(one.body["refresh_token"], two.body["refresh_token"]);
    // Nothing was ended by that.
    refresh(&clinic, &text(&one.body, "refresh_token")).await.expect(200);
}

#[tokio::test]
async fn a_later_use_ends_that_session_and_no_other() {
    let clinic = Clinic::open().await;
    let (_, first) = begin(&clinic, "operator").await;
    let (other, other_token) = begin(&clinic, "operator").await;
    let next = refresh(&clinic, &first).await.expect(200);
    let caller = clinic.anonymous().with_token(&text(&next.body, "access_token"));
    caller.get(ME).await.expect(200);
    clinic.clock.advance(Duration::seconds(11));
    let replayed = refresh(&clinic, &first).await.expect(401);
    assert_eq!(replayed.problem(), "unauthenticated");
    refresh(&clinic, &text(&next.body, "refresh_token")).await.expect(401);
    caller.get(ME).await.expect(401);
    other.get(ME).await.expect(200);
    refresh(&clinic, &other_token).await.expect(200);
    let noted =
        clinic.numbers("SELECT COUNT(*) FROM audit_event WHERE action = 'identity.refresh_replayed'").await;
    assert_eq!(noted, [1]);
}

#[tokio::test]
async fn many_tabs_refresh_at_once_and_all_go_on() {
    let clinic = Clinic::open().await;
    let (_, token) = begin(&clinic, "operator").await;
    let answers = join_all((0..64).map(|_| refresh(&clinic, &token))).await;
    let successors: std::collections::BTreeSet<String> =
        answers.into_iter().map(|answer| text(&answer.expect(200).body, "refresh_token")).collect();
    assert_eq!(successors.len(), 1);
    refresh(&clinic, successors.first().unwrap()).await.expect(200);
}

#[tokio::test]
async fn what_is_no_refresh_token_is_refused() {
    let clinic = Clinic::open().await;
    let (caller, token) = begin(&clinic, "operator").await;
    let unknown = "A".repeat(43);
    let padded = format!("{token}=");
    for wrong in ["", "x", " ", unknown.as_str(), padded.as_str(), caller.token(), "ünïcode", "\u{0}"] {
        let answer = refresh(&clinic, wrong).await.expect(401);
        assert_eq!(answer.problem(), "unauthenticated", "{wrong}");
        check_problem(&answer);
    }
    // An access token is none, and a refresh token opens nothing by itself.
    clinic.anonymous().with_token(&token).get(ME).await.expect(401);
    refresh(&clinic, &token).await.expect(200);
}

#[tokio::test]
async fn signing_out_ends_the_session_at_once() {
    let clinic = Clinic::open().await;
    let (caller, token) = begin(&clinic, "operator").await;
    let (other, _) = begin(&clinic, "operator").await;
    caller.get(ME).await.expect(200);
    let out = caller.send("POST", "/api/v1/auth/logout", &[], vec![]).await.expect(204);
    assert!(out.bytes.is_empty());
    check_problem(&caller.get(ME).await.expect(401));
    caller.send("POST", "/api/v1/auth/logout", &[], vec![]).await.expect(401);
    refresh(&clinic, &token).await.expect(401);
    other.get(ME).await.expect(200);
}

const SESSIONS: &str = "/api/v1/auth/sessions";

#[tokio::test]
async fn everybody_sees_and_ends_the_own_logins() {
    let clinic = Clinic::open().await;
    let (first, _) = begin(&clinic, "operator").await;
    clinic.clock.advance(Duration::seconds(5));
    let (second, token) = begin(&clinic, "operator").await;
    let (other, _) = begin(&clinic, "manager").await;
    let seen = second.get(&format!("{SESSIONS}?with_total=true")).await.expect(200).body;
    assert_eq!(seen["total"], 2);
    let items = seen["items"].as_array().unwrap();
    assert_eq!(names(&items[0]), ["address", "agent", "created_at", "current", "expires_at", "id"]);
    let current: Vec<bool> = items.iter().map(|item| item["current"] == true).collect();
    assert_eq!(current, [true, false]);
    assert_eq!(items[0]["address"], "127.0.0.1");
    let page = first.get(&format!("{SESSIONS}?limit=1")).await.expect(200).body;
    let rest =
        first.get(&format!("{SESSIONS}?limit=1&cursor={}", text(&page, "next_cursor"))).await.expect(200);
    assert_eq!((&page["items"][0]["id"], &rest.body["items"][0]["id"]), (&items[0]["id"], &items[1]["id"]));
    let to_second = format!("{SESSIONS}/{}", text(&items[0], "id"));
    other.send("DELETE", &to_second, &[], vec![]).await.expect(404);
    first.send("DELETE", &to_second, &[], vec![]).await.expect(204);
    first.send("DELETE", &to_second, &[], vec![]).await.expect(404);
    second.get(ME).await.expect(401);
    refresh(&clinic, &token).await.expect(401);
    assert_eq!(first.get(SESSIONS).await.expect(200).body["items"].as_array().unwrap().len(), 1);
}
