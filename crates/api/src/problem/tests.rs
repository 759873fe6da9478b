use medcert_application::{Error, store::StoreError};
use medcert_domain::{
    Invalid,
    certification::{Action, Blocker, Refusal, Stage},
};

use super::*;

fn problem_json(failure: &Failure) -> serde_json::Value {
    serde_json::to_value(&failure.0.problem).unwrap()
}

#[test]
fn slugs_are_kebab_case_and_unique() {
    let mut slugs: Vec<&str> = Kind::ALL.iter().map(|kind| kind.slug()).collect();
    assert!(slugs.iter().all(|s| s.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
    slugs.sort_unstable();
    slugs.dedup();
    assert_eq!(slugs.len(), Kind::ALL.len());
    assert!(Kind::ALL.iter().all(|kind| kind.status().as_u16() >= 400));
}

#[test]
fn a_wrong_stage_names_action_stage_and_reasons() {
    let refusal = Refusal::WrongStage {
        action: Action::Issue,
        stage: Stage::Paid,
        reasons: vec![Blocker::EvaluationMissing],
    };
    let problem = problem_json(&Failure::from(Error::from(refusal)));
    assert_eq!(problem["type"], "/problems/wrong-stage");
    assert_eq!(problem["status"], 409);
    assert_eq!(problem["action"], "ISSUE");
    assert_eq!(problem["stage"], "PAID");
    assert_eq!(problem["reasons"][0], "EVALUATION_MISSING");
}

#[test]
fn causes_stay_inside() {
    let failure = Failure::from(Error::internal("SELECT password FROM users"));
    let answer = failure.answer("/api/v1/x", "r-1");
    assert_eq!(answer.status(), 500);
    let text = problem_json(&failure).to_string();
    assert!(!text.contains("SELECT") && text.contains("internal error"));
}

#[test]
fn refused_values_are_listed() {
    let problem = problem_json(&Invalid::one("/reason", "blank", "must not be empty").into());
    assert_eq!(problem["errors"][0]["pointer"], "/reason");
    assert_eq!(problem["errors"][0]["code"], "blank");
    let mismatch = problem_json(&Error::IdempotencyMismatch.into());
    assert_eq!((&mismatch["status"], &mismatch["errors"][0]["pointer"]), (&422.into(), &"".into()));
}

#[test]
fn headers_and_bodies_are_named_as_the_caller_sends_them() {
    let detail =
        |error: Error| problem_json(&error.into())["detail"].as_str().map(ToOwned::to_owned).unwrap();
    for (error, expected) in [
        (Error::TooLarge(7), "the body is larger than 7 bytes"),
        (Error::VersionMissing, "this change needs the header If-Match with the ETag you have seen"),
        (Error::VersionMismatch, "it was changed since you read it"),
        (Error::IdempotencyKeyMissing, "this operation needs the header Idempotency-Key"),
        (Error::IdempotencyMismatch, "this Idempotency-Key was used with another payload"),
        (Error::InFlight, "the first call with this Idempotency-Key has not finished"),
    ] {
        assert_eq!(detail(error), expected);
    }
}

#[test]
fn challenges_and_waits_are_in_the_headers() {
    let answer = Failure::from(Error::Unauthenticated).answer("", "");
    assert!(answer.headers().contains_key(header::WWW_AUTHENTICATE));
    let answer = Failure::from(Error::Throttled(7)).answer("", "");
    assert_eq!(answer.headers().get(header::RETRY_AFTER).unwrap(), "7");
    let answer = Failure::from(Error::Busy(StoreError::LockTimeout)).answer("", "");
    assert_eq!(
        (answer.status().as_u16(), answer.headers().get(header::RETRY_AFTER).unwrap().as_bytes()),
        (503, &b"1"[..])
    );
}
