//! Fees, payments, refunds and doubts.

mod doubts;
mod fees;
mod payments;
mod refunds;

use medcert_testkit::Actors;
use serde_json::{Value, json};

/// A refund of a payment.
fn refund(payment: &Value, amount: &str) -> Value {
    json!({
        "payment_id": payment["id"], "amount": amount, "currency": "PEN", "channel": "CASH",
        "paid_on": "2026-11-21", "reason": "Complaint upheld"
    })
}

/// Status of the money, stage, and what counts.
fn standing(detail: &Value) -> [&str; 3] {
    [&detail["payment_status"], &detail["stage"], &detail["paid_total"]["amount"]]
        .map(|v| v.as_str().unwrap())
}

/// Version and lines of history: what must stay as it is when something is refused.
async fn trace(actors: &Actors, id: &str) -> (Value, usize) {
    (actors.seen(&actors.admin, id).await["version"].clone(), actors.history(id).await.len())
}
