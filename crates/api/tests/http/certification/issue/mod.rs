//! Issuing: what stands in the way, what the certificate says, and numbers without gap.

mod blockers;
mod numbers;
mod printed;

use medcert_testkit::{Answered, Cast};
use serde_json::{Value, json};

/// The doctor's try to issue.
async fn issue(cast: &Cast, id: &str) -> Answered {
    cast.attempt(&cast.doctor, id, "issue", &json!({})).await
}

/// What stands in the way in the doctor's eyes.
async fn in_the_way(cast: &Cast, id: &str) -> Vec<String> {
    let seen = cast.seen(&cast.doctor, id).await;
    let reasons = super::blocked(&seen, "ISSUE").unwrap_or_default();
    reasons.into_iter().map(ToOwned::to_owned).collect()
}

/// Findings with one field said otherwise.
fn findings(field: &str, value: &Value) -> Value {
    let mut findings = Cast::findings();
    findings[field] = value.clone();
    findings
}
