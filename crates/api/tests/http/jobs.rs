//! Following and stopping jobs.

use chrono::Duration;
use medcert_application::jobs::erase_old;
use medcert_domain::policy::Role;
use medcert_testkit::{Actors, Answered, Caller, Clinic};
use serde_json::{Value, json};

use crate::contract::{NOBODY, check_problem, operations};

const IMPORT: &str = "/api/v1/certification-requests/import";
const JOBS: &str = "/api/v1/jobs";

/// A job of these lines: its id.
async fn ask(caller: &Caller, lines: &Value) -> String {
    let accepted = caller.post(IMPORT, lines).await.expect(202);
    accepted.body["id"].as_str().unwrap().to_owned()
}

fn ids(answer: &Answered) -> Vec<String> {
    let items = answer.body["items"].as_array().unwrap();
    items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

async fn checked(caller: &Caller, operation: &str, method: &str, path: &str) -> Answered {
    let answer = caller.send(method, path, &[], vec![]).await;
    operations().iter().find(|one| one.id == operation).unwrap().check(&answer);
    answer
}

#[tokio::test]
async fn everybody_sees_the_own_jobs_and_the_administration_all() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let lines = json!([actors.new_request()]);
    let first = ask(&actors.operator, &lines).await;
    clinic.clock.advance(Duration::seconds(1));
    let second = ask(&actors.manager, &json!([7])).await;
    clinic.clock.advance(Duration::seconds(1));
    let third = ask(&actors.operator, &json!([7])).await;
    clinic.work().await;
    clinic.clock.advance(Duration::seconds(1));
    let waiting = ask(&actors.operator, &json!([7])).await;
    let auditor = clinic.somebody("auditor", &[Role::Auditor], vec![]).await;
    let found =
        async |caller: &Caller, query: &str| ids(&caller.get(&format!("{JOBS}?{query}")).await.expect(200));
    let own = [&waiting, &third, &first];
    assert_eq!(found(&actors.operator, "").await.iter().collect::<Vec<_>>(), own);
    assert_eq!(found(&actors.doctor, "").await, Vec::<String>::new());
    for caller in [&actors.admin, &auditor] {
        let all = [&waiting, &third, &second, &first];
        assert_eq!(found(caller, "kind=IMPORT_REQUESTS").await.iter().collect::<Vec<_>>(), all);
        assert_eq!(found(caller, "status=QUEUED").await, std::slice::from_ref(&waiting));
        assert_eq!(found(caller, "status=SUCCEEDED,FAILED&limit=2").await, [third.clone(), second.clone()]);
        let part = caller.get(&format!("{JOBS}?limit=3&with_total=true")).await.expect(200);
        assert_eq!(part.body["total"], 4);
        let cursor = part.body["next_cursor"].as_str().unwrap();
        assert_eq!(found(caller, &format!("limit=3&cursor={cursor}")).await, std::slice::from_ref(&first));
        for part in ["", "/lines", "/report"] {
            caller.get(&format!("{JOBS}/{first}{part}")).await.expect(200);
        }
    }
    for part in ["", "/lines", "/report"] {
        for id in [second.as_str(), NOBODY, "7"] {
            check_problem(&actors.operator.get(&format!("{JOBS}/{id}{part}")).await.expect(404));
        }
    }
    for query in ["kind=import", "status=DONE", "nonsense=1", "limit=0", "cursor=x"] {
        check_problem(&actors.operator.get(&format!("{JOBS}?{query}")).await.expect(422));
    }
    for part in ["lines", "report"] {
        check_problem(&actors.operator.get(&format!("{JOBS}/{first}/{part}?outcome=GOOD")).await.expect(422));
    }
    clinic.settle_audit().await;
    let read = clinic.texts("SELECT action FROM audit_event WHERE action = 'jobs.read_lines'").await;
    assert_eq!(read.len(), 4, "who looked at the lines, and at the report");
}

#[tokio::test]
async fn progress_is_seen_and_a_job_has_a_version() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = ask(&actors.operator, &json!([actors.new_request(), 7])).await;
    let path = format!("{JOBS}/{id}");
    let before = checked(&actors.operator, "get_job", "GET", &path).await.expect(200);
    assert_eq!((&before.body["status"], &before.body["started_at"]), (&json!("QUEUED"), &Value::Null));
    let same = [("if-none-match", before.header("etag"))];
    actors.operator.send("GET", &path, &same, vec![]).await.expect(304);
    clinic.clock.advance(Duration::seconds(5));
    clinic.work().await;
    let after = actors.operator.send("GET", &path, &same, vec![]).await.expect(200);
    assert_eq!((&after.body["done"], &after.body["failed"]), (&json!(2), &json!(1)));
    assert_eq!(after.body["started_at"], "2026-11-21T15:00:05.000000Z");
    assert_eq!(after.body["finished_at"], "2026-11-21T15:00:05.000000Z");
}

#[tokio::test]
async fn the_report_is_a_file() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let mut lines = vec![actors.new_request(); 450];
    lines[7] = json!({"client": {"=cmd": "x"}});
    lines[8] = json!({"client": {}});
    let id = ask(&actors.operator, &json!(lines)).await;
    clinic.work().await;
    let answer =
        checked(&actors.operator, "get_job_report", "GET", &format!("{JOBS}/{id}/report")).await.expect(200);
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8; header=present");
    assert_eq!(answer.header("content-disposition"), format!("attachment; filename=\"job-{id}.csv\""));
    let text = String::from_utf8(answer.bytes).unwrap();
    let rows: Vec<&str> = text.split_terminator("\r\n").collect();
    // The header, 448 lines, and the faults of two.
    assert_eq!(rows.len(), 1 + 448 + 1 + 4, "{}", &text[..2000]);
    assert!(rows[1].starts_with("1,OK,") && rows[1].contains(",MC-2026-000001,,"), "{}", rows[1]);
    assert!(rows[2].contains(",MC-2026-000002,MC-2026-000001,"), "{}", rows[2]);
    assert_eq!(rows[8], "8,REFUSED,,,,invalid,client.=cmd,unknown-field,is not known here");
    assert_eq!(rows[9], "9,REFUSED,,,,invalid,client.document_type,required,is required");
    assert!(rows.last().unwrap().starts_with("450,OK,"));
    let refused = actors.operator.get(&format!("{JOBS}/{id}/report?outcome=REFUSED")).await.expect(200);
    assert_eq!(String::from_utf8(refused.bytes).unwrap().lines().count(), 1 + 1 + 4);
    let part = actors.operator.get(&format!("{JOBS}/{id}/lines?outcome=OK&limit=200")).await.expect(200);
    let cursor = part.body["next_cursor"].as_str().unwrap();
    let next = actors
        .operator
        .get(&format!("{JOBS}/{id}/lines?outcome=OK&limit=200&cursor={cursor}"))
        .await
        .expect(200);
    assert_eq!(next.body["items"][0]["line"], 203);
}

#[tokio::test]
async fn a_job_is_stopped_and_forgets() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = ask(&actors.operator, &json!([actors.new_request(), {"client": {}}])).await;
    let path = format!("{JOBS}/{id}/cancel");
    check_problem(&actors.manager.post(&path, &json!({})).await.expect(404));
    let auditor = clinic.somebody("auditor", &[Role::Auditor], vec![]).await;
    check_problem(&checked(&auditor, "cancel_job", "POST", &path).await.expect(403));
    actors.operator.post_if(&path, "\"v9-00000000\"", &json!({})).await.expect(412);
    let stopped = checked(&actors.operator, "cancel_job", "POST", &path).await.expect(200);
    assert_eq!((&stopped.body["status"], &stopped.body["done"]), (&json!("CANCELLED"), &json!(0)));
    let again = actors.operator.post(&path, &json!({})).await.expect(200);
    assert_eq!(again.header("etag"), stopped.header("etag"));
    clinic.work().await;
    assert_eq!(clinic.numbers("SELECT COUNT(*) FROM certification_request").await, [0]);
    let lines = actors.operator.get(&format!("{JOBS}/{id}/lines?outcome=PENDING")).await.expect(200);
    assert_eq!(
        (&lines.body["items"][0]["payload"], &lines.body["items"][1]["payload"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(clinic.numbers("SELECT COUNT(*) FROM job_line WHERE body IS NOT NULL").await, [0]);
    // The administration stops anybody's; what is over cannot be stopped.
    let other = ask(&actors.operator, &json!([7])).await;
    actors.admin.post(&format!("{JOBS}/{other}/cancel"), &json!({})).await.expect(200);
    let done = ask(&actors.operator, &json!([7])).await;
    clinic.work().await;
    let late =
        checked(&actors.operator, "cancel_job", "POST", &format!("{JOBS}/{done}/cancel")).await.expect(409);
    assert_eq!(late.problem(), "over");
}

#[tokio::test]
async fn what_was_sent_is_erased_thirty_days_after_the_end() {
    let clinic = Clinic::open().await;
    let mut actors = Actors::of(&clinic).await;
    let id = ask(&actors.operator, &json!([actors.new_request(), {"client": {"given_names": "Ana"}}])).await;
    clinic.work().await;
    let kept = "SELECT COUNT(*) FROM job_line WHERE body IS NOT NULL";
    assert_eq!(
        clinic.numbers(kept).await,
        [1],
        "of what was done nothing is kept, of what was refused its text"
    );
    clinic.clock.advance(Duration::days(30) - Duration::seconds(1));
    assert_eq!(erase_old(&clinic.app).await.unwrap(), 0);
    clinic.clock.advance(Duration::seconds(1));
    assert_eq!(erase_old(&clinic.app).await.unwrap(), 1);
    assert_eq!(erase_old(&clinic.app).await.unwrap(), 0);
    assert_eq!(clinic.numbers(kept).await, [0]);
    actors.again(&clinic).await;
    let lines = actors.operator.get(&format!("{JOBS}/{id}/lines?outcome=REFUSED")).await.expect(200);
    let line = &lines.body["items"][0];
    assert_eq!((&line["payload"], &line["problem"]["status"]), (&Value::Null, &json!(422)));
}
