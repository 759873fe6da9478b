//! Issuing: what stands in the way, what the certificate says, and numbers without gap.

mod blockers;
mod numbers;
mod printed;

use medcert_testkit::{Actors, Answered};
use serde_json::{Value, json};

/// The doctor's try to issue.
async fn issue(actors: &Actors, id: &str) -> Answered {
    actors.attempt(&actors.doctor, id, "issue", &json!({})).await
}

/// What stands in the way in the doctor's eyes.
async fn in_the_way(actors: &Actors, id: &str) -> Vec<String> {
    let seen = actors.seen(&actors.doctor, id).await;
    let reasons = super::blocked(&seen, "ISSUE").unwrap_or_default();
    reasons.into_iter().map(ToOwned::to_owned).collect()
}

/// Findings with one field said otherwise.
fn findings(field: &str, value: &Value) -> Value {
    let mut findings = Actors::findings();
    findings[field] = value.clone();
    findings
}
