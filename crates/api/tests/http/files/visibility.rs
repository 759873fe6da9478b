use medcert_domain::policy::Role;
use medcert_testkit::{Actors, Clinic};
use serde_json::{Value, json};

use super::*;

const NAME: &str = "Secret-epicrisis.pdf";

#[tokio::test]
async fn a_medical_document_is_for_the_assigned_doctor() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let auditor = clinic.somebody("auditor", &[Role::Auditor], vec![]).await;
    clinic.hire("other@demo.medcert.test", ("Olena", "Їжак"), Role::Doctor).await;
    let other = clinic.sign_in("other@demo.medcert.test").await;
    let id = actors.with_doctor().await;
    let bytes = pdf(500);
    let made = add(&actors.operator, &id, "MEDICAL_DOCUMENT", NAME, &bytes).await.expect(201);
    let file = made.body["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/files/{file}");
    let list = format!("{REQUESTS}/{id}/files");
    let own = actors.doctor.get(&path).await.expect(200).body;
    assert_eq!(own["name"], NAME);
    assert_eq!(actors.doctor.get(&format!("{path}/content")).await.expect(200).bytes, bytes);
    assert_eq!(actors.seen(&actors.doctor, &id).await["files"][0]["name"], NAME);
    let sha256 = own["sha256"].as_str().unwrap();
    // Not even who uploaded it reads it again.
    let everybody = [&actors.operator, &actors.admin, &actors.manager, &auditor];
    assert_eq!((&made.body["name"], &made.body["sha256"]), (&Value::Null, &Value::Null));
    for caller in everybody {
        for address in [&path, &list, &format!("{REQUESTS}/{id}"), &format!("{REQUESTS}/{id}/history")] {
            let seen = caller.get(address).await.expect(200);
            let text = String::from_utf8(seen.bytes).unwrap();
            assert!(!text.contains("Secret") && !text.contains(sha256), "{address}: {text}");
        }
        problem(&caller.get(&format!("{path}/content")).await, 403, "forbidden");
        let redirected = caller.get(&format!("{path}/content?redirect=true")).await;
        problem(&redirected, 403, "forbidden");
        let found = caller.get(&format!("{REQUESTS}?q=secret")).await.expect(200);
        assert_eq!(found.body["items"], json!([]));
    }
    for address in [&path, &list, &format!("{path}/content")] {
        problem(&other.get(address).await, 404, "not-found");
        problem(&clinic.anonymous().get(address).await, 401, "unauthenticated");
    }
    problem(&take(&other, &file).await, 404, "not-found");
    // What is kept for replays and in the trail tells nothing either.
    for query in [
        "SELECT COUNT(*) FROM idempotency_key WHERE body LIKE '%Secret%'",
        "SELECT COUNT(*) FROM history_entry WHERE new_value LIKE '%Secret%'",
        "SELECT COUNT(*) FROM audit_event WHERE reason LIKE '%Secret%'",
    ] {
        assert_eq!(clinic.numbers(query).await, [0], "{query}");
    }
    clinic.settle_audit().await;
    let denied = "SELECT COUNT(*) FROM audit_event WHERE action = 'file.download' AND outcome = 'denied'";
    assert_eq!(clinic.numbers(denied).await, [8]);
    // Sight goes with the assignment.
    actors.act(&actors.admin, &id, "unassign-doctor", json!({"reason": "on leave"})).await;
    problem(&actors.doctor.get(&path).await, 404, "not-found");
}

#[tokio::test]
async fn a_doctors_own_upload_is_repeated_in_full() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.with_doctor().await;
    let bytes = pdf(20);
    let parts: [Part<'_>; 2] = [("kind", None, b"MEDICAL_DOCUMENT"), ("file", Some(NAME), &bytes)];
    let upload = async || send(&actors.doctor, &id, &[("idempotency-key", "k")], &parts).await;
    let first = upload().await.expect(201);
    assert_eq!(first.body["name"], NAME);
    let again = upload().await.expect(201);
    assert_eq!((again.header("idempotency-replayed"), &again.body), ("true", &first.body));
    let stored = "SELECT COUNT(*) FROM idempotency_key WHERE body LIKE '%Secret%'";
    assert_eq!(clinic.numbers(stored).await, [0]);
    // So is a change of the request in which the file is shown.
    let edit = async || {
        let path = format!("{REQUESTS}/{id}");
        let headers = [("if-match", "*"), ("idempotency-key", "e")];
        actors.doctor.json("PATCH", &path, &headers, &json!({"comment": "x"})).await.expect(200)
    };
    let first = edit().await;
    assert_eq!(first.body["files"][0]["name"], NAME);
    assert_eq!(edit().await.body, first.body);
    assert_eq!(clinic.numbers(stored).await, [0]);
}

#[tokio::test]
async fn other_files_are_for_whoever_sees_the_request() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let auditor = clinic.somebody("auditor", &[Role::Auditor], vec![]).await;
    let free = actors.registered().await;
    let id = actors.with_doctor().await;
    for kind in ["PAYMENT_EVIDENCE", "IDENTITY_DOCUMENT", "DOCUMENT", "OTHER"] {
        let file = added(&actors.operator, &id, kind).await;
        for caller in [&actors.admin, &actors.operator, &actors.manager, &actors.doctor, &auditor] {
            let path = format!("/api/v1/files/{file}");
            assert_eq!(caller.get(&path).await.expect(200).body["name"], "Scan.pdf", "{kind}");
            caller.get(&format!("{path}/content")).await.expect(200);
        }
        let elsewhere = added(&actors.operator, &free, kind).await;
        problem(&actors.doctor.get(&format!("/api/v1/files/{elsewhere}/content")).await, 404, "not-found");
    }
    problem(&add(&auditor, &id, "OTHER", "a.pdf", &pdf(1)).await, 403, "forbidden");
    problem(&add(&actors.doctor, &free, "OTHER", "a.pdf", &pdf(1)).await, 404, "not-found");
    let second = clinic.somebody("second", &[Role::Manager], vec![]).await;
    problem(&add(&second, &id, "OTHER", "a.pdf", &pdf(1)).await, 403, "forbidden");
}
