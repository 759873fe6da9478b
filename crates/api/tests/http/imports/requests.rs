//! Requests from files.

use std::fmt::Write as _;

use medcert_domain::{identity::UserStatus, policy::Role};
use medcert_testkit::{Actors, Answered, Caller, Clinic};
use serde_json::{Value, json};

use super::{at, counts, done, lines};
use crate::contract::check_problem;

const IMPORT: &str = "/api/v1/certification-requests/import";
const REQUESTS: &str = "/api/v1/certification-requests";

async fn send(caller: &Caller, query: &str, kind: &str, body: impl Into<Vec<u8>>) -> Answered {
    super::send(caller, "import_requests", query, kind, body).await
}

async fn csv(caller: &Caller, body: impl Into<Vec<u8>>) -> Answered {
    send(caller, "", "text/csv", body).await
}

async fn registered(clinic: &Clinic) -> i64 {
    clinic.numbers("SELECT COUNT(*) FROM certification_request").await[0]
}

const HEADER: &str =
    "client.document_type,client.document_number,client.given_names,client.family_names,client.birth_date";

#[tokio::test]
async fn a_file_becomes_requests_line_by_line() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let file = format!(
        "\u{feff}{HEADER},service_id,care.mode,care.place,guardian.document_type,guardian.document_number,\
         guardian.given_names,guardian.family_names,guardian.relationship,comment\r\n\
         DNI,45678912,María Elena,\"Quispe, Rojas\",1990-04-12,{service},ON_SITE,Sede Miraflores,,,,,,\"two\nlines\"\r\n\
         DNI,1234,,Ñahui,1990-02-30,{service},HOME,,,,,,,\r\n\
         PASSPORT,xk-778899,Соломія,Їжак,2015-01-01,,,,PASSPORT,XK 10021,Олена,Їжак,PARENT,=1+1\r\n",
        service = actors.service_id
    );
    let accepted = csv(&actors.operator, file).await.expect(202);
    assert_eq!(counts(&accepted.body), ("QUEUED", 3, 0, 0));
    assert_eq!(
        accepted.header("location"),
        format!("/api/v1/jobs/{}", accepted.body["id"].as_str().unwrap())
    );
    assert_eq!(registered(&clinic).await, 0, "nothing is done before a worker comes");
    let job = done(&clinic, &actors.operator, &accepted).await;
    assert_eq!(counts(&job), ("SUCCEEDED", 3, 3, 1));
    assert_eq!(registered(&clinic).await, 2);

    let report = lines(&actors.operator, &job, "").await;
    let outcomes: Vec<&str> = report.iter().map(|line| line["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["OK", "REFUSED", "OK"]);
    assert_eq!((&report[0]["code"], &report[0]["payload"]), (&json!("MC-2026-000001"), &Value::Null));
    let seen = actors.seen(&actors.operator, report[0]["id"].as_str().unwrap()).await;
    assert_eq!(seen["client"]["family_names"], "Quispe, Rojas");
    assert_eq!((&seen["care"]["place"], &seen["comment"]), (&json!("Sede Miraflores"), &json!("two\nlines")));
    assert_eq!(seen["fee"]["amount"], "200.00");
    let minor = actors.seen(&actors.operator, report[2]["id"].as_str().unwrap()).await;
    assert_eq!(minor["client"]["document_number"], "XK778899");
    assert_eq!((&minor["guardian"]["given_names"], &minor["comment"]), (&json!("Олена"), &json!("=1+1")));
    let history = actors.history(report[0]["id"].as_str().unwrap()).await;
    assert_eq!(history.last().unwrap()["by"]["id"], accepted.body["created_by"]["id"]);

    // What was refused names its columns, and is what the single call would have been answered.
    let problem = &report[1]["problem"];
    let columns: Vec<_> =
        problem["errors"].as_array().unwrap().iter().map(|e| (&e["column"], &e["code"])).collect();
    assert_eq!(
        columns,
        [
            (&json!("client.document_number"), &json!("document-number")),
            (&json!("client.given_names"), &json!("required")),
            (&json!("client.birth_date"), &json!("date")),
            (&json!("care.mode"), &json!("unknown-value")),
        ]
    );
    let single = actors.operator.post(REQUESTS, &report[1]["payload"]).await.expect(422);
    assert_eq!((&problem["type"], &problem["detail"]), (&single.body["type"], &single.body["detail"]));
    assert_eq!(lines(&actors.operator, &job, "&outcome=REFUSED").await, [report[1].clone()]);
}

#[tokio::test]
async fn a_list_is_read_as_the_single_call_reads_one() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let known = actors.new_request();
    let code = actors.register(&known).await["code"].clone();
    let bomb: Value = (0..100).fold(json!([]), |inner, _| json!([inner]));
    let body = json!([known, 7, null, {}, {"client": {"other": 1}}, bomb, actors.new_request()]).to_string();
    let deeper = body.replacen("7,", &format!("{}1{},", "[".repeat(5000), "]".repeat(5000)), 1);
    let accepted = send(&actors.operator, "", "application/json; charset=utf-8", deeper).await.expect(202);
    let job = done(&clinic, &actors.operator, &accepted).await;
    assert_eq!(counts(&job), ("SUCCEEDED", 7, 7, 5));
    let report = lines(&actors.operator, &job, "").await;
    assert_eq!(report[0]["possible_duplicates"][0]["code"], code);
    assert_eq!((&report[1]["problem"]["status"], &report[1]["payload"]), (&json!(400), &Value::Null));
    let first = |at: usize| report[at]["problem"]["errors"][0].clone();
    assert_eq!(
        (&first(2)["pointer"], &first(2)["column"], &first(2)["code"]),
        (&json!(""), &Value::Null, &json!("type"))
    );
    assert_eq!(first(3)["column"], "client");
    assert_eq!((&first(4)["column"], &first(4)["code"]), (&json!("client.other"), &json!("unknown-field")));
    assert_eq!(report[6]["outcome"], "OK");
}

#[tokio::test]
async fn a_dry_run_judges_and_keeps_nothing() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let known = actors.new_request();
    let id = actors.register(&known).await["id"].clone();
    let fresh = actors.new_request();
    let body = json!([known, fresh, fresh, {"client": {}}]).to_string();
    let accepted = send(&actors.operator, "?dry_run=true", "application/json", body).await.expect(202);
    assert_eq!(accepted.body["dry_run"], true);
    let tables = [
        "certification_request",
        "person",
        "history_entry",
        "outbox_message",
        "request_search_term",
        "promoter",
    ];
    let mut before = vec![];
    for table in tables {
        before.push(clinic.numbers(&format!("SELECT COUNT(*) FROM {table}")).await);
    }
    let job = done(&clinic, &actors.operator, &accepted).await;
    for (table, before) in tables.iter().zip(before) {
        assert_eq!(clinic.numbers(&format!("SELECT COUNT(*) FROM {table}")).await, before, "{table}");
    }
    assert_eq!(counts(&job), ("SUCCEEDED", 4, 4, 1));
    let report = lines(&actors.operator, &job, "").await;
    assert_eq!(report[0]["possible_duplicates"][0]["id"], id, "judged against what is there");
    for line in &report[..3] {
        assert_eq!(
            (&line["outcome"], &line["id"], &line["code"]),
            (&json!("OK"), &Value::Null, &Value::Null)
        );
    }
    assert_eq!(report[2]["possible_duplicates"], json!([]), "each line is judged by itself");
    assert_eq!(report[3]["outcome"], "REFUSED");
    // Codes are not used up by judging.
    let next = actors.register(&actors.new_request()).await;
    assert_eq!(next["code"], "MC-2026-000002");
}

#[tokio::test]
async fn a_file_that_cannot_be_meant_does_nothing() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let good = "DNI,45678912,Ana,Ponce,";
    let invalid: Vec<(String, Vec<(String, String)>)> = vec![
        (String::new(), vec![at("", "range")]),
        (format!("{HEADER}\n"), vec![at("", "range")]),
        (format!("{HEADER}\n,,,,\n\n"), vec![at("", "range")]),
        // No header: the first line is taken for one.
        (
            format!("{good}\n"),
            ["DNI", "45678912", "Ana", "Ponce", ""]
                .map(|n| at(&format!("/columns/{n}"), "unknown-column"))
                .into(),
        ),
        (
            format!("{HEADER},client.document_tpye,comment,comment\n"),
            vec![at("/columns/client.document_tpye", "unknown-column"), at("/columns/comment", "repeated")],
        ),
        (
            format!("{HEADER}\n{good}\nDNI,1\n{good},x\n\n{good}\n"),
            vec![at("/lines/2", "ragged"), at("/lines/3", "ragged")],
        ),
        (format!("{HEADER},comment\n{good},{}\n", "x".repeat(1024 * 1024)), vec![at("/lines/1", "too-long")]),
        (format!("{HEADER}\n{}", format!("{good}\n").repeat(10_001)), vec![at("", "range")]),
    ];
    for (file, wanted) in invalid {
        let shown: String = file.chars().take(200).collect();
        let answer = csv(&actors.operator, file).await;
        assert_eq!(answer.status, 422, "{shown}: {}", answer.body);
        check_problem(&answer);
        assert_eq!(answer.faults(), wanted, "{shown}");
    }
    let broken: Vec<Vec<u8>> = vec![
        format!("{HEADER}\nDNI,1,\"Ana,Ponce,\n{good}\n").into(),
        format!("{HEADER}\nDNI,1,\"Ana\"x,Ponce,\n").into(),
        [HEADER.as_bytes(), b"\nDNI,1,Jos\xe9,Ponce,\n"].concat(),
        vec![0xff, 0xfe, 0x41, 0x00],
        vec![0x80; 1000],
    ];
    for file in broken {
        let answer = csv(&actors.operator, file).await.expect(400);
        assert_eq!(answer.problem(), "malformed");
    }
    for (body, status) in
        [("{}", 422), ("[]", 422), ("null", 422), ("\"x\"", 422), ("[", 400), ("[1]x", 400), ("", 400)]
    {
        let answer = send(&actors.operator, "", "application/json", body).await;
        assert_eq!(answer.status, status, "{body}: {}", answer.body);
    }
    send(&actors.operator, "", "application/json", format!("[{}0]", "0,".repeat(10_000))).await.expect(422);
    send(&actors.operator, "", "application/json", "[".repeat(10 * 1024 * 1024)).await.expect(400);
    csv(&actors.operator, vec![b'x'; 10 * 1024 * 1024 + 1]).await.expect(413);
    for kind in
        ["text/plain", "text/csv; charset=latin1", "application/xml", "multipart/form-data; boundary=x"]
    {
        let answer = send(&actors.operator, "", kind, format!("{HEADER}\n{good}\n")).await.expect(415);
        check_problem(&answer);
    }
    let gzip = [("content-type", "text/csv"), ("content-encoding", "gzip")];
    actors.operator.send("POST", IMPORT, &gzip, b"x".to_vec()).await.expect(415);
    for query in ["?dry_run=yes", "?dry=true", "?dry_run=true&dry_run=true"] {
        send(&actors.operator, query, "text/csv", format!("{HEADER}\n{good}\n")).await.expect(422);
    }
    assert_eq!(clinic.numbers("SELECT COUNT(*) FROM job").await, [0]);
    assert_eq!(clinic.numbers("SELECT COUNT(*) FROM job_line").await, [0]);
}

#[tokio::test]
async fn cells_that_are_odd_are_judged_as_texts() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let file = format!(
        "{}\nDNI;10000001;a\0b;Ponce;\nDNI;10000002;=HYPERLINK(\"\"x\"\");Ponce;\nDNI;10000003;{};Ponce;\n\
         DNI;10000004;\u{1F600}e\u{301};Ponce;\nDNI;10000005;@SUM(A1);-Ponce;\n",
        HEADER.replace(',', ";"),
        "x".repeat(5000)
    );
    let accepted = csv(&actors.operator, file).await.expect(202);
    let job = done(&clinic, &actors.operator, &accepted).await;
    let report = lines(&actors.operator, &job, "").await;
    let codes: Vec<&str> =
        report.iter().map(|line| line["problem"]["errors"][0]["code"].as_str().unwrap_or("OK")).collect();
    assert_eq!(codes, ["control-character", "OK", "too-long", "unprintable", "OK"]);
}

#[tokio::test]
async fn a_key_asks_for_one_job() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let body = json!([actors.new_request()]);
    let first = actors.operator.post_once(IMPORT, "k", &body).await.expect(202);
    clinic.work().await;
    let again = actors.operator.post_once(IMPORT, "k", &body).await.expect(202);
    assert_eq!((&again.body, again.header("location")), (&first.body, first.header("location")));
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(clinic.numbers("SELECT COUNT(*) FROM job").await, [1]);
    let other = actors.operator.post_once(IMPORT, "k", &json!([actors.new_request()])).await.expect(422);
    assert_eq!(other.faults(), [at("", "idempotency-mismatch")]);
    actors.operator.post_once(&format!("{IMPORT}?dry_run=true"), "k", &body).await.expect(422);
    actors.manager.post_once(IMPORT, "k", &body).await.expect(202);
}

#[tokio::test]
async fn the_job_acts_as_who_asked_as_they_are_at_each_line() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    for role in [Role::Doctor, Role::Auditor] {
        let name = role.code().to_lowercase();
        let caller = clinic.somebody(&name, &[role], vec![]).await;
        check_problem(
            &send(&caller, "", "application/json", json!([actors.new_request()]).to_string())
                .await
                .expect(403),
        );
    }
    clinic.account("leaving", &[Role::Operator], vec![]).await;
    clinic.account("moving", &[Role::Operator], vec![]).await;
    let body = json!([actors.new_request(), actors.new_request()]).to_string();
    let leaving = clinic.sign_in("leaving@accounts.medcert.test").await;
    let moving = clinic.sign_in("moving@accounts.medcert.test").await;
    let left = send(&leaving, "", "application/json", body.clone()).await.expect(202);
    let moved = send(&moving, "", "application/json", body).await.expect(202);
    clinic.change_user("leaving@accounts.medcert.test", |user| user.status = UserStatus::Suspended).await;
    clinic.change_user("moving@accounts.medcert.test", |user| user.roles = [Role::Doctor].into()).await;
    for accepted in [left, moved] {
        let job = done(&clinic, &actors.admin, &accepted).await;
        assert_eq!(counts(&job), ("SUCCEEDED", 2, 2, 2));
        for line in lines(&actors.admin, &job, "").await {
            assert_eq!(line["problem"]["type"], "/problems/forbidden");
        }
    }
    assert_eq!(registered(&clinic).await, 0);
}

#[tokio::test]
async fn nobody_has_more_than_ten_open_jobs() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    for _ in 0..10 {
        send(&actors.operator, "", "application/json", "[1]").await.expect(202);
    }
    let answer = send(&actors.operator, "", "application/json", "[1]").await.expect(429);
    assert!(!answer.header("retry-after").is_empty());
    send(&actors.manager, "", "application/json", "[1]").await.expect(202);
    clinic.work().await;
    send(&actors.operator, "", "application/json", "[1]").await.expect(202);
}

#[tokio::test]
async fn ten_thousand_lines_are_taken() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let mut file = format!("{HEADER}\n");
    for number in 0..10_000 {
        writeln!(file, "DNI,{number:08},Ana,Ponce,1990-01-01").unwrap();
    }
    let accepted = csv(&actors.operator, file).await.expect(202);
    assert_eq!(counts(&accepted.body), ("QUEUED", 10_000, 0, 0));
    let job = accepted.body["id"].as_str().unwrap();
    let last = lines(&actors.operator, &accepted.body, "&with_total=true").await;
    assert_eq!((last.len(), &last[199]["line"]), (200, &json!(200)));
    actors.operator.post(&format!("/api/v1/jobs/{job}/cancel"), &json!({})).await.expect(200);
    clinic.work().await;
    assert_eq!(registered(&clinic).await, 0);
}
