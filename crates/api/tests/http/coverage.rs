//! Every operation of the document: who is kept out, who is let in, and that each answer is documented.

use std::sync::atomic::{AtomicU32, Ordering};

use medcert_domain::{
    certification::Action,
    policy::{Grant, Permission, Role},
};
use medcert_testkit::{Actors, Caller, Clinic};
use serde_json::{Value, json};

use crate::{
    contract::{NOBODY, Operation, operations},
    files, identity, institution,
};

static MADE: AtomicU32 = AtomicU32::new(0);

const KEYED: [(&str, &str); 2] = [("if-match", "*"), ("idempotency-key", "\"k\"")];

/// Operations with an answer of their own to what this test sends, by room; see [`expected`].
const SPECIAL: &[&[(&str, u16)]] = &[files::ANSWERS, identity::ANSWERS, institution::ANSWERS];

/// What somebody who may call the operation is answered when its address names what nobody knows: that there is none;
/// and where it names nothing, the success that the document promises for its example.
fn expected(operation: &Operation) -> u16 {
    let special = SPECIAL.iter().copied().flatten().find(|(id, _)| *id == operation.id);
    match special {
        Some((_, status)) => *status,
        None if operation.template.contains("id}") => 404,
        None => {
            let good: Vec<u16> = operation.statuses().into_iter().filter(|status| *status < 300).collect();
            // What may find instead of make: the examples sent here are new.
            assert!(matches!(good[..], [_] | [200, 201]), "{}: {good:?}", operation.id);
            good[good.len() - 1]
        }
    }
}

/// Whether it ends the login that it is called with, or changes what that is made with.
fn spends_its_login(operation: &Operation) -> bool {
    expected(operation) == 204
}

/// The example of the document, with what only this clinic knows put in.
fn body(operation: &Operation, service: &str) -> Value {
    let mut body = operation.example().unwrap_or(Value::Null);
    let makes = operation.statuses().contains(&201);
    for (member, value) in body.as_object_mut().into_iter().flatten() {
        // Whoever makes the same thing after somebody else finds it, or is refused.
        let fresh = || 10_000_000 + MADE.fetch_add(1, Ordering::SeqCst);
        match member.as_str() {
            "service_id" if makes => *value = json!(service),
            "document_number" | "tax_id" if makes => *value = json!(fresh().to_string()),
            "name" if makes => *value = json!(format!("Name {}", fresh())),
            _ => {}
        }
    }
    body
}

async fn call(caller: &Caller, operation: &Operation, body: &Value) -> u16 {
    let path = operation.path(NOBODY);
    let answer = if body.is_null() {
        caller.send(&operation.method, &path, &KEYED, vec![]).await
    } else {
        caller.json(&operation.method, &path, &KEYED, body).await
    };
    operation.check(&answer);
    answer.status
}

#[tokio::test]
async fn nobody_passes_without_a_token() {
    let clinic = Clinic::open().await;
    let garbage = ["x", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "%00"];
    let mut strangers = vec![clinic.anonymous()];
    strangers.extend(garbage.map(|token| clinic.anonymous().with_token(token)));
    for operation in operations() {
        assert_eq!(
            operation.needs_login(),
            medcert_api::access::of(&operation.id).unwrap().access.needs_login(),
            "{}",
            operation.id
        );
        for stranger in &strangers {
            let status = call(stranger, &operation, &body(&operation, NOBODY)).await;
            if operation.needs_login() {
                assert_eq!(status, 401, "{}", operation.id);
            } else if expected(&operation) != 401 {
                assert_ne!(status, 401, "{}", operation.id);
            }
        }
    }
}

#[tokio::test]
async fn every_role_has_what_the_table_says_and_nothing_else() {
    let clinic = Clinic::open().await;
    let service = Actors::of(&clinic).await.service_id;
    for role in Role::ALL {
        let name = format!("only-{}", role.code().to_lowercase());
        let caller = clinic.somebody(&name, &[*role], vec![]).await;
        for operation in operations() {
            let rule = medcert_api::access::of(&operation.id).unwrap();
            let roles = rule.access.roles();
            if let Some(roles) = &roles {
                let codes: Vec<&str> = roles.iter().map(|role| role.code()).collect();
                assert_eq!(operation.said["x-roles"], json!(codes), "{}", operation.id);
            }
            let has = roles.is_none_or(|roles| roles.contains(role));
            let somebody = if spends_its_login(&operation) {
                clinic.somebody(&format!("{name}-{}", operation.id), &[*role], vec![]).await
            } else {
                caller.clone()
            };
            let status = call(&somebody, &operation, &body(&operation, &service)).await;
            assert_eq!(status, if has { expected(&operation) } else { 403 }, "{role} {}", operation.id);
        }
    }
}

fn granted(permission: Permission) -> Vec<Grant> {
    vec![Grant { permission, ends_at: None }]
}

#[tokio::test]
async fn several_roles_are_their_union() {
    let clinic = Clinic::open().await;
    let both = clinic.somebody("both", &[Role::Doctor, Role::Auditor], vec![]).await;
    let every = operations();
    for operation in every.iter().filter(|operation| !spends_its_login(operation)) {
        let Some(roles) = medcert_api::access::of(&operation.id).unwrap().access.roles() else { continue };
        let has = roles.contains(&Role::Doctor) || roles.contains(&Role::Auditor);
        let status = call(&both, operation, &body(operation, NOBODY)).await;
        assert_eq!(status == 403, !has, "{}: {status}", operation.id);
    }
}

#[tokio::test]
async fn a_grant_opens_one_action_and_nothing_that_attests() {
    let clinic = Clinic::open().await;
    let all = operations();
    let of = |id: &str| all.iter().find(|operation| operation.id == id).unwrap();
    let assign = Permission::Action(&Action::AssignDoctor);
    let operator = clinic.somebody("granted", &[Role::Operator], granted(assign)).await;
    let auditor = clinic.somebody("looking", &[Role::Auditor], granted(assign)).await;
    let example = body(of("assign_doctor"), NOBODY);
    assert_eq!(call(&operator, of("assign_doctor"), &example).await, 404);
    assert_eq!(call(&operator, of("override_fee"), &body(of("override_fee"), NOBODY)).await, 403);
    assert_eq!(call(&auditor, of("assign_doctor"), &example).await, 403);
    // Attesting, overruling and erasing cannot be granted, whatever a row says.
    let never = [
        (Action::RecordEvaluation, "record_evaluation"),
        (Action::Issue, "issue_certificate"),
        (Action::Override, "override_request"),
        (Action::Delete, "delete_request"),
    ];
    for (action, id) in never {
        let grants = granted(Permission::from(action));
        let caller = clinic.somebody(&format!("never-{id}"), &[Role::Operator], grants).await;
        assert_eq!(call(&caller, of(id), &body(of(id), NOBODY)).await, 403, "{id}");
    }
}
