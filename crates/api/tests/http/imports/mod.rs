//! Things from files, and the jobs that take them.

mod directories;
mod requests;

use medcert_testkit::{Answered, Caller, Clinic};
use serde_json::Value;

use crate::contract::operations;

/// Sends a file to an operation that takes one.
pub(crate) async fn send(
    caller: &Caller,
    operation: &str,
    query: &str,
    kind: &str,
    body: impl Into<Vec<u8>>,
) -> Answered {
    let all = operations();
    let operation = all.iter().find(|one| one.id == operation).unwrap();
    let path = format!("{}{query}", operation.template);
    let answer = caller.send("POST", &path, &[("content-type", kind)], body.into()).await;
    operation.check(&answer);
    answer
}

/// The job after all that is due was done.
pub(crate) async fn done(clinic: &Clinic, caller: &Caller, accepted: &Answered) -> Value {
    let place = accepted.header("location").to_owned();
    clinic.work().await;
    caller.get(&place).await.expect(200).body
}

async fn lines(caller: &Caller, job: &Value, query: &str) -> Vec<Value> {
    let path = format!("/api/v1/jobs/{}/lines?limit=200{query}", job["id"].as_str().unwrap());
    caller.get(&path).await.expect(200).body["items"].as_array().unwrap().clone()
}

fn counts(job: &Value) -> (&str, u64, u64, u64) {
    let number = |name: &str| job[name].as_u64().unwrap();
    (job["status"].as_str().unwrap(), number("total"), number("done"), number("failed"))
}

fn at(pointer: &str, code: &str) -> (String, String) {
    (pointer.to_owned(), code.to_owned())
}
