//! Idempotency-Key: one effect, and its answer again.

use chrono::Duration;
use medcert_testkit::{Actors, Answered, Caller, Clinic};
use serde_json::{Value, json};

use crate::contract::check_problem;

const REQUESTS: &str = "/api/v1/certification-requests";

async fn payments(actors: &Actors, id: &str) -> usize {
    actors.seen(&actors.admin, id).await["payments"].as_array().unwrap().len()
}

fn replayed(answer: &Answered) -> bool {
    answer.header("idempotency-replayed") == "true"
}

#[tokio::test]
async fn what_moves_money_or_issues_needs_a_key() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.evaluated().await;
    let cases: [(&Caller, &str, Value); 3] = [
        (&actors.operator, "register-payment", actors.payment("1.00")),
        (&actors.manager, "register-refund", json!({})),
        (&actors.doctor, "issue", json!({})),
    ];
    for (caller, action, body) in cases {
        let answer = caller.post_if(&format!("{REQUESTS}/{id}/{action}"), "*", &body).await.expect(400);
        assert_eq!(answer.problem(), "idempotency-key-missing", "{action}");
        check_problem(&answer);
    }
    assert_eq!(payments(&actors, &id).await, 1);
}

#[tokio::test]
async fn the_same_call_has_one_effect_and_one_answer() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.managed().await;
    let to = format!("{REQUESTS}/{id}/register-payment");
    let body = actors.payment("50.00");
    let first = actors.operator.post_once(&to, "\"a b\"", &body).await.expect(200);
    assert!(!replayed(&first));
    // Meanwhile others go on: the answer stays that of then.
    actors.act(&actors.manager, &id, "register-payment", actors.payment("10.00")).await;
    let again = actors.operator.post_once(&to, "\"a b\"", &body).await.expect(200);
    assert!(replayed(&again));
    assert_eq!(again.bytes, first.bytes);
    assert_eq!(again.header("etag"), first.header("etag"));
    assert_eq!(payments(&actors, &id).await, 2);
    let other = actors.operator.post_once(&to, "\"a b\"", &actors.payment("50.00")).await.expect(422);
    assert_eq!(other.faults(), [(String::new(), "idempotency-mismatch".to_owned())]);
    check_problem(&other);
    assert_eq!(payments(&actors, &id).await, 2);
}

#[tokio::test]
async fn registering_again_is_created_once() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let body = actors.new_request();
    let first = actors.operator.post_once(REQUESTS, "\"r\"", &body).await.expect(201);
    let again = actors.operator.post_once(REQUESTS, "r", &body).await.expect(201);
    assert!(replayed(&again), "a bare key is the quoted one");
    assert_eq!((&again.bytes, again.header("location")), (&first.bytes, first.header("location")));
    let list = actors.operator.get(&format!("{REQUESTS}?with_total=true")).await;
    assert_eq!(list.body["total"], 1);
}

#[tokio::test]
async fn a_refusal_leaves_the_key_free() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.managed().await;
    let to = format!("{REQUESTS}/{id}/register-payment");
    let mut body = actors.payment("0.00");
    actors.operator.post_once(&to, "k", &body).await.expect(422);
    body["amount"] = json!("10.00");
    let answer = actors.operator.post_once(&to, "k", &body).await.expect(200);
    assert!(!replayed(&answer));
    assert_eq!(payments(&actors, &id).await, 1);
}

#[tokio::test]
async fn after_a_day_the_key_is_free() {
    let clinic = Clinic::open().await;
    let mut actors = Actors::of(&clinic).await;
    let id = actors.managed().await;
    let to = format!("{REQUESTS}/{id}/register-payment");
    let body = actors.payment("10.00");
    actors.operator.post_once(&to, "k", &body).await.expect(200);
    clinic.clock.advance(Duration::hours(24) - Duration::seconds(1));
    actors.again(&clinic).await;
    assert!(replayed(&actors.operator.post_once(&to, "k", &body).await.expect(200)));
    clinic.clock.advance(Duration::seconds(2));
    // Now it is a new call, which finds the reference of the first.
    let answer = actors.operator.post_once(&to, "k", &body).await.expect(409);
    assert_eq!(answer.problem(), "duplicate");
    let other = actors.payment("10.00");
    assert!(!replayed(&actors.operator.post_once(&to, "k", &other).await.expect(200)));
    assert_eq!(payments(&actors, &id).await, 2);
}

#[tokio::test]
async fn a_key_belongs_to_one_caller_and_one_address() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let (one, two) = (actors.managed().await, actors.managed().await);
    let pay = async |caller: &Caller, id: &str| {
        let body = actors.payment("10.00");
        caller.post_once(&format!("{REQUESTS}/{id}/register-payment"), "same", &body).await.expect(200)
    };
    for answer in [
        pay(&actors.operator, &one).await,
        pay(&actors.manager, &one).await,
        pay(&actors.operator, &two).await,
    ] {
        assert!(!replayed(&answer));
    }
    assert_eq!((payments(&actors, &one).await, payments(&actors, &two).await), (2, 1));
}

#[tokio::test]
async fn who_lost_access_gets_no_replay() {
    let clinic = Clinic::open().await;
    let mut actors = Actors::of(&clinic).await;
    let id = actors.with_doctor().await;
    let to = format!("{REQUESTS}/{id}/record-evaluation");
    let headers = [("if-match", "*"), ("idempotency-key", "k")];
    let findings = Actors::findings();
    actors.doctor.json("POST", &to, &headers, &findings).await.expect(200);
    actors.act(&actors.admin, &id, "unassign-doctor", json!({"reason": "on leave"})).await;
    let gone = actors.doctor.json("POST", &to, &headers, &findings).await.expect(404);
    check_problem(&gone);
    clinic
        .change_user("doctor@demo.medcert.test", |user| {
            user.roles = [medcert_domain::policy::Role::Auditor].into();
        })
        .await;
    actors.again(&clinic).await;
    actors.doctor.json("POST", &to, &headers, &findings).await.expect(403);
}

#[tokio::test]
async fn clinical_values_are_replayed_to_the_doctor_but_not_stored() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.with_doctor().await;
    let to = format!("{REQUESTS}/{id}/record-evaluation");
    let headers = [("if-match", "*"), ("idempotency-key", "\"findings\"")];
    let first = actors.doctor.json("POST", &to, &headers, &Actors::findings()).await.expect(200);
    let again = actors.doctor.json("POST", &to, &headers, &Actors::findings()).await.expect(200);
    assert!(replayed(&again));
    assert_eq!(again.bytes, first.bytes);
    for clinical in ["Secret-diagnosis", "Secret-observation", "Secret-recommendation"] {
        assert!(again.body.to_string().contains(clinical), "{clinical}");
    }
    let me = actors.doctor.get("/api/v1/auth/me").await.body;
    let scope = format!("{} POST {to}", me["id"].as_str().unwrap());
    let stored = clinic.app.parts.store.answer(&scope, "findings", clinic.app.now()).await.unwrap();
    let stored = stored.expect("the answer is kept");
    assert_eq!(stored.status, 200);
    assert!(stored.body.contains(&id) && !stored.body.contains("Secret-"), "{}", stored.body);
}

#[tokio::test]
async fn keys_have_a_form() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.managed().await;
    let to = format!("{REQUESTS}/{id}/register-payment");
    let body = actors.payment("10.00");
    let long = "x".repeat(256);
    let quoted = format!("\"{long}\"");
    for wrong in ["", "\"\"", "\" \"", "\"", "\"a", "a\"b", "a b", "a,b", "a;b=1", "\"a\\b\"", &long, &quoted]
    {
        let answer = actors.operator.post_once(&to, wrong, &body).await;
        assert_eq!((answer.status, answer.problem()), (400, "malformed"), "{wrong}");
        check_problem(&answer);
    }
    let twice = [("idempotency-key", "a"), ("idempotency-key", "b")];
    assert_eq!(actors.operator.json("POST", &to, &twice, &body).await.status, 400);
    // Where no key is needed, a malformed one is refused all the same: the caller believes to be safe.
    let registering = actors.operator.post_once(REQUESTS, "a b", &actors.new_request()).await;
    assert_eq!(registering.status, 400);
    assert_eq!(payments(&actors, &id).await, 0);
    actors.operator.post_once(&to, &"x".repeat(255), &body).await.expect(200);
}
