//! Diagnoses, observations and recommendations are for the eyes of the assigned doctor.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use medcert_domain::policy::Role;
use medcert_testkit::{Actors, Answered, Caller, Clinic};
use serde_json::{Value, json};

use super::problem;

const REQUESTS: &str = "/api/v1/certification-requests";
/// What [`Actors::findings`] says that nobody else may read.
const SECRETS: [&str; 4] = ["F41.1", "Secret-diagnosis", "Secret-observation", "Secret-recommendation"];

#[track_caller]
fn tells_nothing(what: &str, answer: &Answered) {
    let text = String::from_utf8_lossy(&answer.bytes);
    for secret in SECRETS {
        assert!(!text.contains(secret), "{what} tells {secret}: {text}");
    }
    for evaluation in answer.body["evaluations"].as_array().into_iter().flatten() {
        for field in ["diagnoses", "observations", "recommendations"] {
            assert!(evaluation.get(field).is_none(), "{what} has {field}");
        }
    }
}

#[track_caller]
fn tells_all(detail: &Value) {
    let evaluation = &detail["evaluations"][0];
    assert_eq!(evaluation["diagnoses"], json!([{"code": "F41.1", "text": "Secret-diagnosis"}]));
    assert_eq!(evaluation["observations"], "Secret-observation");
    assert_eq!(evaluation["recommendations"], "Secret-recommendation");
}

async fn auditor(clinic: &Clinic) -> Caller {
    clinic.hire("auditor@demo.medcert.test", ("Aura", "Tello"), Role::Auditor).await;
    clinic.sign_in("auditor@demo.medcert.test").await
}

#[tokio::test]
async fn reading_tells_them_to_nobody_else() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let auditor = auditor(&clinic).await;
    let id = actors.issued().await;
    let path = format!("{REQUESTS}/{id}");
    tells_all(&actors.seen(&actors.doctor, &id).await);
    let certificate = actors.seen(&actors.doctor, &id).await["certificate"].clone();
    let certificate_path = format!("/api/v1/certificates/{}", certificate["id"].as_str().unwrap());
    for (name, caller) in [
        ("the administrator", &actors.admin),
        ("the operator", &actors.operator),
        ("the manager", &actors.manager),
        ("the auditor", &auditor),
    ] {
        let seen = caller.get(&path).await.expect(200);
        tells_nothing(name, &seen);
        // What is not clinical is theirs to read.
        let evaluation = &seen.body["evaluations"][0];
        assert_eq!(evaluation["conclusion"], "FIT_WITH_RESTRICTIONS");
        assert_eq!(evaluation["restrictions"], "Wears glasses while driving");
        for address in
            [&format!("{path}/history"), &format!("{REQUESTS}?q=nahui"), REQUESTS, certificate_path.as_str()]
        {
            tells_nothing(name, &caller.get(address).await.expect(200));
        }
        for secret in ["f41", "Secret"] {
            let hits = caller.get(&format!("{REQUESTS}?q={secret}")).await.expect(200);
            assert_eq!(hits.body["items"], json!([]), "{secret} can be searched for");
        }
    }
    // The doctor's own history names the evaluation, and none of its values.
    tells_nothing("the history", &actors.doctor.get(&format!("{path}/history")).await.expect(200));
    let public_id = certificate["public_id"].as_str().unwrap();
    for address in [format!("/api/v1/public/certificates/{public_id}"), format!("/v/{public_id}")] {
        tells_nothing("the public answer", &clinic.anonymous().get(&address).await.expect(200));
    }
}

#[tokio::test]
async fn answers_to_changes_tell_them_to_nobody_else() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.evaluated().await;
    for caller in [&actors.admin, &actors.operator, &actors.manager] {
        let edited = actors.edit(caller, &id, &json!({"comment": format!("No. {}", actors.next())})).await;
        tells_nothing("editing", &edited.expect(200));
    }
    let doubts = actors.attempt(&actors.manager, &id, "observe-payment", &json!({"reason": "Doubts"})).await;
    tells_nothing("observing", &doubts.expect(200));
    let clear = actors.attempt(&actors.admin, &id, "clear-observation", &json!({})).await.expect(200);
    tells_nothing("clearing", &clear);
    let edited = actors.edit(&actors.doctor, &id, &json!({"comment": "Mine"})).await.expect(200);
    tells_all(&edited.body);
    tells_all(&actors.act(&actors.doctor, &id, "issue", json!({})).await);
    let payload = json!({"reason": "r", "action": "EDIT", "payload": {"comment": "x"}});
    tells_nothing("overriding", &actors.attempt(&actors.admin, &id, "override", &payload).await.expect(200));
}

#[tokio::test]
async fn a_doctor_sees_no_request_of_others() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    clinic.hire("other@demo.medcert.test", ("Olena", "Їжак"), Role::Doctor).await;
    let other = clinic.sign_in("other@demo.medcert.test").await;
    let id = actors.issued().await;
    let seen = actors.seen(&actors.doctor, &id).await;
    let certificate = seen["certificate"]["id"].as_str().unwrap();
    for address in [
        format!("{REQUESTS}/{id}"),
        format!("{REQUESTS}/{id}/history"),
        format!("/api/v1/certificates/{certificate}"),
        format!("/api/v1/certificates/{certificate}/pdf"),
    ] {
        problem(&other.get(&address).await, 404, "not-found");
        actors.doctor.get(&address).await.expect(200);
    }
    let list = other.get(&format!("{REQUESTS}?with_total=true")).await.expect(200).body;
    assert_eq!((&list["items"], &list["total"]), (&json!([]), &json!(0)));
    problem(&actors.edit(&other, &id, &json!({"comment": "x"})).await, 404, "not-found");
    problem(&actors.attempt(&other, &id, "issue", &json!({})).await, 404, "not-found");
    // An administrator's role lets the other doctor see the request, but makes nobody its doctor.
    clinic
        .change_user("other@demo.medcert.test", |user| {
            user.roles.insert(Role::Admin);
        })
        .await;
    tells_nothing("a doctor with two roles", &other.get(&format!("{REQUESTS}/{id}")).await.expect(200));
}

#[tokio::test]
async fn sight_goes_with_the_assignment() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let staff = clinic.hire("other@demo.medcert.test", ("Olena", "Їжак"), Role::Doctor).await.to_string();
    let other = clinic.sign_in("other@demo.medcert.test").await;
    let id = actors.with_doctor().await;
    let record = format!("{REQUESTS}/{id}/record-evaluation");
    let headers = [("idempotency-key", "findings-1"), ("if-match", "*")];
    let first = actors.doctor.json("POST", &record, &headers, &Actors::findings()).await.expect(200);
    tells_all(&first.body);
    let again = actors.doctor.json("POST", &record, &headers, &Actors::findings()).await.expect(200);
    assert_eq!((again.header("idempotency-replayed"), &again.bytes), ("true", &first.bytes));

    let change = format!("{REQUESTS}/{id}/change-doctor");
    let body = json!({"staff_id": staff});
    let changed = actors.admin.post_once(&change, "change-1", &body).await.expect(200);
    tells_nothing("changing the doctor", &changed);
    let replayed = actors.admin.post_once(&change, "change-1", &body).await.expect(200);
    assert_eq!(replayed.header("idempotency-replayed"), "true");
    tells_nothing("the answer again", &replayed);

    // The former doctor loses the request, the answers kept for repeating included.
    problem(&actors.doctor.get(&format!("{REQUESTS}/{id}")).await, 404, "not-found");
    let late = actors.doctor.json("POST", &record, &headers, &Actors::findings()).await;
    problem(&late, 404, "not-found");
    let list = actors.doctor.get(REQUESTS).await.expect(200).body;
    assert_eq!(list["items"], json!([]));
    // The new one treats the same client and reads what was found before.
    tells_all(&actors.seen(&other, &id).await);
}

#[tokio::test]
async fn what_is_kept_besides_the_evaluation_holds_none() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    actors.issued().await;
    clinic.settle_audit().await;
    for (table, column) in [
        ("idempotency_key", "body"),
        ("history_entry", "old_value"),
        ("history_entry", "new_value"),
        ("history_entry", "comment"),
        ("audit_event", "reason"),
        ("request_search_term", "word"),
    ] {
        let kept = clinic.texts(&format!("SELECT {column} FROM {table}")).await;
        assert!(!kept.is_empty(), "{table} is read");
        for secret in SECRETS {
            let found = kept.iter().any(|text| text.to_lowercase().contains(&secret.to_lowercase()));
            assert!(!found, "{table}.{column} keeps {secret}");
        }
    }
}

#[tokio::test]
async fn the_paper_prints_none() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.issued().await;
    let seen = actors.seen(&actors.doctor, &id).await;
    let certificate = seen["certificate"]["id"].as_str().unwrap();
    let pdf = actors.doctor.get(&format!("/api/v1/certificates/{certificate}/pdf")).await.expect(200).bytes;
    let mut reader = Command::new("pdftotext")
        .args(["-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("pdftotext, of poppler-utils, is installed");
    reader.stdin.take().unwrap().write_all(&pdf).unwrap();
    let printed = String::from_utf8(reader.wait_with_output().unwrap().stdout).unwrap();
    for expected in [
        "Lucía Ñahui Ponce",
        "MC-2026-000001",
        "Wears glasses while driving",
        "CMP 048231",
        "Clínica San Rafael",
    ] {
        assert!(printed.contains(expected), "{expected} is not printed: {printed}");
    }
    for secret in SECRETS {
        assert!(!printed.contains(secret), "{secret} is printed: {printed}");
    }
}
