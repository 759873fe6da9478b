//! Every operation of the document: who is kept out, who is let in, and that each answer is documented.

use std::sync::atomic::{AtomicU32, Ordering};

use medcert_domain::{
    certification::Action,
    identity::{Grant, Role},
    policy::Permission,
};
use medcert_testkit::{Actors, Caller, Clinic};
use serde_json::{Value, json};

use crate::contract::{NOBODY, Operation, operations};

static MADE: AtomicU32 = AtomicU32::new(0);

const KEYED: [(&str, &str); 2] = [("if-match", "*"), ("idempotency-key", "\"k\"")];

/// What somebody who may call the operation is answered about an object that nobody knows. An operation that is
/// not here fails the test: whoever adds one says what it does.
const WANTED: &[(u16, &str)] = &[
    (
        200,
        "version healthz readyz metrics openapi_3_1 openapi_3_0 problem_page access_jwks login session me \
         step_up read_policy list_requests list_staff list_people list_promoter_sources list_promoters \
         list_services get_institution act_in_bulk list_jobs report_certification export_report \
         export_requests list_users list_sessions edit_me edit_institution list_institution_history \
         list_certificates",
    ),
    (
        201,
        "register_request create_staff create_user create_service create_person create_promoter \
         create_promoter_source",
    ),
    (202, "import_requests import_services import_promoters import_people import_staff"),
    (204, "logout change_password"),
    // The example of a refresh token is none of ours.
    (401, "refresh"),
    (
        404,
        "suspend_user get_user list_user_history edit_user delete_user set_user_roles set_user_grants \
         reset_user_password end_session reactivate_user get_request edit_request delete_request \
         list_history list_files get_file get_file_content delete_file assign_manager change_manager \
         unassign_manager assign_doctor change_doctor unassign_doctor override_fee register_payment \
         validate_payment void_payment register_refund observe_payment clear_observation \
         record_evaluation issue_certificate close_request cancel_request reopen_request override_request \
         get_certificate get_certificate_pdf get_public_certificate certificate_page get_staff edit_staff \
         delete_staff hand_over_staff list_staff_history get_promoter get_service get_job list_job_lines \
         get_job_report cancel_job get_logo remove_logo edit_service delete_service list_service_history \
         edit_promoter delete_promoter list_promoter_history get_promoter_source edit_promoter_source \
         delete_promoter_source list_promoter_source_history get_person edit_person delete_person \
         merge_person list_person_history list_guardians set_guardian remove_guardian",
    ),
    (415, "add_file"),
    (422, "set_logo confirm_email"),
];

fn wanted(operation: &str) -> Option<u16> {
    let named = |(_, names): &&(u16, &str)| names.split_whitespace().any(|name| name == operation);
    WANTED.iter().find(named).map(|(status, _)| *status)
}

/// The example of the document, with what only this clinic knows put in.
fn body(operation: &Operation, service: &str) -> Value {
    let mut body = operation.example().unwrap_or(Value::Null);
    // Whoever makes the same thing after somebody else finds it.
    let fresh = || 10_000_000 + MADE.fetch_add(1, Ordering::SeqCst);
    match operation.id.as_str() {
        "register_request" => body["service_id"] = json!(service),
        "create_person" => body["document_number"] = json!(fresh().to_string()),
        "create_promoter" => body["tax_id"] = json!(fresh().to_string()),
        "create_promoter_source" => body["name"] = json!(format!("Source {}", fresh())),
        _ => {}
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
            } else if operation.id != "refresh" {
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
            let wanted = wanted(&operation.id)
                .unwrap_or_else(|| panic!("say in `wanted` what {} answers", operation.id));
            // Two operations end the login they are called with, or change what it is made with.
            let spent = ["logout", "change_password"].contains(&operation.id.as_str());
            let somebody = if spent {
                clinic.somebody(&format!("{name}-{}", operation.id), &[*role], vec![]).await
            } else {
                caller.clone()
            };
            let status = call(&somebody, &operation, &body(&operation, &service)).await;
            assert_eq!(status, if has { wanted } else { 403 }, "{role} {}", operation.id);
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
    for operation in every.iter().filter(|o| o.id != "logout" && o.id != "change_password") {
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
