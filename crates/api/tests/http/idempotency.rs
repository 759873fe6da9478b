//! Idempotency-Key: one effect, and its answer again.

use chrono::Duration;
use medcert_testkit::{Answered, Caller, Cast, Clinic};
use serde_json::{Value, json};

use crate::contract::check_problem;

const REQUESTS: &str = "/api/v1/certification-requests";

async fn payments(cast: &Cast, id: &str) -> usize {
    cast.seen(&cast.admin, id).await["payments"].as_array().unwrap().len()
}

fn replayed(answer: &Answered) -> bool {
    answer.header("idempotency-replayed") == "true"
}

#[tokio::test]
async fn what_moves_money_or_issues_needs_a_key() {
    let clinic = Clinic::open().await;
    let cast = Cast::of(&clinic).await;
    let id = cast.evaluated().await;
    let cases: [(&Caller, &str, Value); 3] = [
        (&cast.operator, "register-payment", cast.payment("1.00")),
        (&cast.manager, "register-refund", json!({})),
        (&cast.doctor, "issue", json!({})),
    ];
    for (caller, action, body) in cases {
        let answer = caller.post_if(&format!("{REQUESTS}/{id}/{action}"), "*", &body).await.expect(400);
        assert_eq!(answer.problem(), "idempotency-key-missing", "{action}");
        check_problem(&answer);
    }
    assert_eq!(payments(&cast, &id).await, 1);
}

#[tokio::test]
async fn the_same_call_has_one_effect_and_one_answer() {
    let clinic = Clinic::open().await;
    let cast = Cast::of(&clinic).await;
    let id = cast.managed().await;
    let to = format!("{REQUESTS}/{id}/register-payment");
    let body = cast.payment("50.00");
    let first = cast.operator.post_once(&to, "\"a b\"", &body).await.expect(200);
    assert!(!replayed(&first));
    // Meanwhile others go on: the answer stays that of then.
    cast.act(&cast.manager, &id, "register-payment", cast.payment("10.00")).await;
    let again = cast.operator.post_once(&to, "\"a b\"", &body).await.expect(200);
    assert!(replayed(&again));
    assert_eq!(again.bytes, first.bytes);
    assert_eq!(again.header("etag"), first.header("etag"));
    assert_eq!(payments(&cast, &id).await, 2);
    let other = cast.operator.post_once(&to, "\"a b\"", &cast.payment("50.00")).await.expect(422);
    assert_eq!(other.faults(), [(String::new(), "idempotency-mismatch".to_owned())]);
    check_problem(&other);
    assert_eq!(payments(&cast, &id).await, 2);
}

#[tokio::test]
async fn registering_again_is_created_once() {
    let clinic = Clinic::open().await;
    let cast = Cast::of(&clinic).await;
    let body = cast.new_request();
    let first = cast.operator.post_once(REQUESTS, "\"r\"", &body).await.expect(201);
    let again = cast.operator.post_once(REQUESTS, "r", &body).await.expect(201);
    assert!(replayed(&again), "a bare key is the quoted one");
    assert_eq!((&again.bytes, again.header("location")), (&first.bytes, first.header("location")));
    let list = cast.operator.get(&format!("{REQUESTS}?with_total=true")).await;
    assert_eq!(list.body["total"], 1);
}

#[tokio::test]
async fn a_refusal_leaves_the_key_free() {
    let clinic = Clinic::open().await;
    let cast = Cast::of(&clinic).await;
    let id = cast.managed().await;
    let to = format!("{REQUESTS}/{id}/register-payment");
    let mut body = cast.payment("0.00");
    cast.operator.post_once(&to, "k", &body).await.expect(422);
    body["amount"] = json!("10.00");
    let answer = cast.operator.post_once(&to, "k", &body).await.expect(200);
    assert!(!replayed(&answer));
    assert_eq!(payments(&cast, &id).await, 1);
}

#[tokio::test]
async fn after_a_day_the_key_is_free() {
    let clinic = Clinic::open().await;
    let mut cast = Cast::of(&clinic).await;
    let id = cast.managed().await;
    let to = format!("{REQUESTS}/{id}/register-payment");
    let body = cast.payment("10.00");
    cast.operator.post_once(&to, "k", &body).await.expect(200);
    clinic.clock.advance(Duration::hours(24) - Duration::seconds(1));
    cast.again(&clinic).await;
    assert!(replayed(&cast.operator.post_once(&to, "k", &body).await.expect(200)));
    clinic.clock.advance(Duration::seconds(2));
    // Now it is a new call, which finds the reference of the first.
    let answer = cast.operator.post_once(&to, "k", &body).await.expect(409);
    assert_eq!(answer.problem(), "duplicate");
    let other = cast.payment("10.00");
    assert!(!replayed(&cast.operator.post_once(&to, "k", &other).await.expect(200)));
    assert_eq!(payments(&cast, &id).await, 2);
}

#[tokio::test]
async fn a_key_belongs_to_one_caller_and_one_address() {
    let clinic = Clinic::open().await;
    let cast = Cast::of(&clinic).await;
    let (one, two) = (cast.managed().await, cast.managed().await);
    let pay = async |caller: &Caller, id: &str| {
        let body = cast.payment("10.00");
        caller.post_once(&format!("{REQUESTS}/{id}/register-payment"), "same", &body).await.expect(200)
    };
    for answer in
        [pay(&cast.operator, &one).await, pay(&cast.manager, &one).await, pay(&cast.operator, &two).await]
    {
        assert!(!replayed(&answer));
    }
    assert_eq!((payments(&cast, &one).await, payments(&cast, &two).await), (2, 1));
}

#[tokio::test]
async fn who_lost_access_gets_no_replay() {
    let clinic = Clinic::open().await;
    let mut cast = Cast::of(&clinic).await;
    let id = cast.with_doctor().await;
    let to = format!("{REQUESTS}/{id}/record-evaluation");
    let headers = [("if-match", "*"), ("idempotency-key", "k")];
    let findings = Cast::findings();
    cast.doctor.json("POST", &to, &headers, &findings).await.expect(200);
    cast.act(&cast.admin, &id, "unassign-doctor", json!({"reason": "on leave"})).await;
    let gone = cast.doctor.json("POST", &to, &headers, &findings).await.expect(404);
    check_problem(&gone);
    clinic
        .change_user("doctor@demo.medcert.test", |user| {
            user.roles = [medcert_domain::identity::Role::Auditor].into();
        })
        .await;
    cast.again(&clinic).await;
    cast.doctor.json("POST", &to, &headers, &findings).await.expect(403);
}

#[tokio::test]
async fn clinical_values_are_replayed_to_the_doctor_but_not_stored() {
    let clinic = Clinic::open().await;
    let cast = Cast::of(&clinic).await;
    let id = cast.with_doctor().await;
    let to = format!("{REQUESTS}/{id}/record-evaluation");
    let headers = [("if-match", "*"), ("idempotency-key", "\"findings\"")];
    let first = cast.doctor.json("POST", &to, &headers, &Cast::findings()).await.expect(200);
    let again = cast.doctor.json("POST", &to, &headers, &Cast::findings()).await.expect(200);
    assert!(replayed(&again));
    assert_eq!(again.bytes, first.bytes);
    for clinical in ["Secret-diagnosis", "Secret-observation", "Secret-recommendation"] {
        assert!(again.body.to_string().contains(clinical), "{clinical}");
    }
    let me = cast.doctor.get("/api/v1/auth/me").await.body;
    let scope = format!("{} POST {to}", me["id"].as_str().unwrap());
    let stored = clinic.app.parts.store.answer(&scope, "findings", clinic.app.now()).await.unwrap();
    let stored = stored.expect("the answer is kept");
    assert_eq!(stored.status, 200);
    assert!(stored.body.contains(&id) && !stored.body.contains("Secret-"), "{}", stored.body);
}

#[tokio::test]
async fn keys_have_a_form() {
    let clinic = Clinic::open().await;
    let cast = Cast::of(&clinic).await;
    let id = cast.managed().await;
    let to = format!("{REQUESTS}/{id}/register-payment");
    let body = cast.payment("10.00");
    let long = "x".repeat(256);
    let quoted = format!("\"{long}\"");
    for wrong in ["", "\"\"", "\" \"", "\"", "\"a", "a\"b", "a b", "a,b", "a;b=1", "\"a\\b\"", &long, &quoted]
    {
        let answer = cast.operator.post_once(&to, wrong, &body).await;
        assert_eq!((answer.status, answer.problem()), (400, "malformed"), "{wrong}");
        check_problem(&answer);
    }
    let twice = [("idempotency-key", "a"), ("idempotency-key", "b")];
    assert_eq!(cast.operator.json("POST", &to, &twice, &body).await.status, 400);
    // Where no key is needed, a malformed one is refused all the same: the caller believes to be safe.
    let registering = cast.operator.post_once(REQUESTS, "a b", &cast.new_request()).await;
    assert_eq!(registering.status, 400);
    assert_eq!(payments(&cast, &id).await, 0);
    cast.operator.post_once(&to, &"x".repeat(255), &body).await.expect(200);
}
