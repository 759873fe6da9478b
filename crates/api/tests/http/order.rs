//! The order of answers: calls that are wrong in every respect at once get the first answer that applies.
//!
//! 401 · 403 role · 400, 415, 413 message · 428, 400 missing headers · 404 · 403 object · 412 · 409 stage · 422 values

use std::{collections::HashMap, fmt::Write as _};

use medcert_api::BODY_LIMIT;
use medcert_domain::{
    certification::ACT_ON_ANY_REQUEST,
    policy::{Grant, Role},
};
use medcert_testkit::{Actors, Answered, Caller, Clinic};
use serde_json::{Value, json};

use crate::contract::{NOBODY, Operation, operations};

/// What each step of the order answers, from nobody to somebody with everything but good values. The steps: no
/// token, no role, broken JSON, other media type, too large, no headers, unknown id, somebody else's request, old
/// version, wrong stage, bad values.
const GOLDEN: &str = "\
edit               401 403 400 415 413 428 404 403 412 409 422
delete             401 403 400 415 413 428 404 -   412 409 422
assign-manager     401 403 400 415 413 404 404 403 412 409 422
change-manager     401 403 400 415 413 404 404 403 412 409 422
unassign-manager   401 403 400 415 413 404 404 403 412 409 422
assign-doctor      401 403 400 415 413 404 404 403 412 409 422
change-doctor      401 403 400 415 413 404 404 403 412 409 422
unassign-doctor    401 403 400 415 413 404 404 403 412 409 422
override-fee       401 403 400 415 413 404 404 403 412 409 422
register-payment   401 403 400 415 413 400 404 403 412 409 422
validate-payment   401 403 400 415 413 404 404 403 412 409 422
void-payment       401 403 400 415 413 404 404 403 412 409 422
register-refund    401 403 400 415 413 400 404 403 412 409 422
observe-payment    401 403 400 415 413 404 404 403 412 409 422
clear-observation  401 403 400 415 413 404 404 403 412 409 422
record-evaluation  401 403 400 415 413 428 404 403 412 409 422
issue              401 403 400 415 413 400 404 403 412 409 422
close              401 403 400 415 413 404 404 404 412 409 422
cancel             401 403 400 415 413 404 404 403 412 409 422
reopen             401 403 400 415 413 404 404 -   412 409 422
override           401 403 400 415 413 404 404 -   412 409 422
";

/// An action: whose it is, who has the role but not the object, and requests in a right and in a wrong stage.
/// Administrators act on everything, so erasing, reopening and overriding know no outsider.
const ROWS: &[(&str, [&str; 4])] = &[
    ("edit", ["manager", "manager-2", "managed", "cancelled"]),
    ("delete", ["admin", "", "managed", "evaluated"]),
    ("assign-manager", ["operator", "manager-2", "free", "cancelled"]),
    ("change-manager", ["manager", "manager-2", "managed", "cancelled"]),
    ("unassign-manager", ["manager", "manager-2", "managed", "cancelled"]),
    ("assign-doctor", ["manager", "manager-2", "paid", "managed"]),
    ("change-doctor", ["manager", "manager-2", "with-doctor", "managed"]),
    ("unassign-doctor", ["manager", "manager-2", "with-doctor", "managed"]),
    ("override-fee", ["manager", "manager-2", "managed", "cancelled"]),
    ("register-payment", ["manager", "manager-2", "managed", "cancelled"]),
    ("validate-payment", ["manager", "manager-2", "unvalidated", "paid"]),
    ("void-payment", ["manager", "manager-2", "paid", "managed"]),
    ("register-refund", ["manager", "manager-2", "paid", "managed"]),
    ("observe-payment", ["manager", "manager-2", "paid", "cancelled"]),
    ("clear-observation", ["manager", "manager-2", "observed", "paid"]),
    // A doctor who may act on any request sees this one, but attests nothing on it.
    ("record-evaluation", ["doctor", "doctor-any", "with-doctor", "closed"]),
    ("issue", ["doctor", "doctor-any", "evaluated", "with-doctor"]),
    // To any other doctor it does not exist.
    ("close", ["doctor", "doctor-2", "with-doctor", "closed"]),
    ("cancel", ["manager", "manager-2", "managed", "cancelled"]),
    ("reopen", ["admin", "", "cancelled", "managed"]),
    ("override", ["admin", "", "cancelled", "managed"]),
];

/// A clinic with a request in each of the stages above, and callers of all kinds.
struct World {
    callers: HashMap<&'static str, Caller>,
    requests: HashMap<&'static str, String>,
}

impl World {
    async fn of(clinic: &Clinic) -> Self {
        clinic.change_institution(|profile| profile.rules.cashier_may_validate = false).await;
        let actors = Actors::of(clinic).await;
        let mut requests = HashMap::from([
            ("free", actors.registered().await),
            ("managed", actors.managed().await),
            ("paid", actors.paid().await),
            ("with-doctor", actors.with_doctor().await),
            ("evaluated", actors.evaluated().await),
        ]);
        let unvalidated = actors.managed().await;
        actors.act(&actors.operator, &unvalidated, "register-payment", actors.payment("200.00")).await;
        let observed = actors.paid().await;
        actors.act(&actors.manager, &observed, "observe-payment", json!({"reason": "recalled"})).await;
        let cancelled = actors.managed().await;
        actors.act(&actors.admin, &cancelled, "cancel", json!({"reason": "changed their mind"})).await;
        let closed = actors.with_doctor().await;
        let end = json!({"outcome": "NO_SHOW", "reason": "did not come", "money": "KEEP"});
        actors.act(&actors.admin, &closed, "close", end).await;
        requests.extend([
            ("unvalidated", unvalidated),
            ("observed", observed),
            ("cancelled", cancelled),
            ("closed", closed),
        ]);
        let any = vec![Grant { permission: ACT_ON_ANY_REQUEST, ends_at: None }];
        let callers = HashMap::from([
            ("nobody", clinic.anonymous()),
            ("auditor", clinic.somebody("auditor", &[Role::Auditor], vec![]).await),
            ("manager-2", clinic.somebody("second", &[Role::Manager], vec![]).await),
            ("doctor-2", clinic.somebody("other", &[Role::Doctor], vec![]).await),
            ("doctor-any", clinic.somebody("any", &[Role::Doctor], any).await),
            ("admin", actors.admin),
            ("operator", actors.operator),
            ("manager", actors.manager),
            ("doctor", actors.doctor),
        ]);
        Self { callers, requests }
    }
}

fn operation_of<'o>(all: &'o [Operation], action: &str) -> &'o Operation {
    let root = "/api/v1/certification-requests/{id}";
    let wanted = match action {
        "edit" => ("PATCH", root.to_owned()),
        "delete" => ("DELETE", root.to_owned()),
        other => ("POST", format!("{root}/{other}")),
    };
    all.iter().find(|o| (o.method.as_str(), &o.template) == (wanted.0, &wanted.1)).unwrap()
}

const OLD: [(&str, &str); 2] = [("if-match", "\"v999-00000000\""), ("idempotency-key", "k")];
const NEW: [(&str, &str); 2] = [("if-match", "*"), ("idempotency-key", "k")];

#[tokio::test]
async fn the_first_answer_that_applies_is_given() {
    let clinic = Clinic::open().await;
    let World { callers, requests } = World::of(&clinic).await;
    let all = operations();
    let before = clinic.numbers("SELECT COUNT(*) FROM history_entry").await;
    // Unknown fields, and wrong types in those that most bodies have.
    let wrong = json!({"nonsense": 1, "reason": 5, "staff_id": [], "amount": null, "comment": {}});
    let mut table = String::new();
    for (action, [caller, outsider, right, wrong_stage]) in ROWS {
        let operation = operation_of(&all, action);
        let caller = &callers[caller];
        let (right, late) = (&requests[right], &requests[wrong_stage]);
        let json = async |who: &Caller, id: &str, headers: &[(&str, &str)]| {
            who.json(&operation.method, &operation.path(id), headers, &wrong).await
        };
        let sent = async |who: &Caller, kind: &str, body: Vec<u8>| {
            let headers = [("content-type", kind)];
            who.send(&operation.method, &operation.path(NOBODY), &headers, body).await
        };
        let broken = b"{\"a\":".to_vec();
        let steps: [Option<Answered>; 11] = [
            Some(sent(&callers["nobody"], "text/plain", broken.clone()).await),
            Some(sent(&callers["auditor"], "text/plain", broken.clone()).await),
            Some(sent(caller, "application/json", broken.clone()).await),
            Some(sent(caller, "text/plain", broken).await),
            Some(sent(caller, "text/plain", vec![b'x'; BODY_LIMIT + 1]).await),
            Some(json(caller, NOBODY, &[]).await),
            Some(json(caller, NOBODY, &OLD).await),
            match callers.get(outsider) {
                Some(outsider) => Some(json(outsider, late, &OLD).await),
                None => None,
            },
            Some(json(caller, late, &OLD).await),
            Some(json(caller, late, &NEW).await),
            Some(json(caller, right, &NEW).await),
        ];
        let _ = write!(table, "{action:18}");
        for step in &steps {
            let Some(answer) = step else {
                table.push_str(" -  ");
                continue;
            };
            operation.check(answer);
            let _ = write!(table, " {}", answer.status);
        }
        table.push('\n');
        let slug = |step: usize| steps[step].as_ref().unwrap().problem().to_owned();
        assert_eq!(slug(1), "forbidden", "{action}");
        assert_eq!(slug(2), "malformed", "{action}");
        assert_eq!(slug(9), "wrong-stage", "{action}");
        assert_eq!(slug(10), "invalid", "{action}");
        let late = &steps[9].as_ref().unwrap().body;
        assert_eq!(late["action"], action.to_uppercase().replace('-', "_"));
        assert!(late["stage"].is_string() && late["reasons"].is_array(), "{late}");
    }
    assert_eq!(table, GOLDEN, "\n{table}");
    assert_eq!(clinic.numbers("SELECT COUNT(*) FROM history_entry").await, before, "nothing was changed");
}

#[tokio::test]
async fn of_two_missing_headers_the_key_is_named_first() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let path = format!("/api/v1/certification-requests/{NOBODY}/issue");
    let none = actors.doctor.post(&path, &json!({"x": 1})).await.expect(400);
    assert_eq!(none.problem(), "idempotency-key-missing");
    let key = actors.doctor.post_once(&path, "k", &json!({"x": 1})).await.expect(428);
    assert_eq!(key.problem(), "precondition-required");
}

#[tokio::test]
async fn registering_asks_for_role_message_and_values_in_this_order() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let path = "/api/v1/certification-requests";
    let broken = async |caller: &Caller| {
        caller.send("POST", path, &[("content-type", "application/json")], b"[".to_vec()).await
    };
    broken(&clinic.anonymous()).await.expect(401);
    broken(&actors.doctor).await.expect(403);
    broken(&actors.operator).await.expect(400);
    let wrong = actors.operator.post(path, &json!({"nonsense": 1})).await.expect(422);
    assert_eq!(wrong.faults(), [("/nonsense".to_owned(), "unknown-field".to_owned())]);
}

#[tokio::test]
async fn an_override_of_money_needs_a_key_once_its_values_are_read() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.managed().await;
    actors.act(&actors.admin, &id, "cancel", json!({"reason": "changed their mind"})).await;
    let path = format!("/api/v1/certification-requests/{id}/override");
    let body = |payload: Value| json!({"reason": "late", "action": "REGISTER_PAYMENT", "payload": payload});
    actors.admin.post(&path, &body(json!({"nonsense": 1}))).await.expect(422);
    let missing = actors.admin.post(&path, &body(actors.payment("10.00"))).await.expect(400);
    assert_eq!(missing.problem(), "idempotency-key-missing");
    actors.admin.post_once(&path, "k", &body(actors.payment("10.00"))).await.expect(200);
}
