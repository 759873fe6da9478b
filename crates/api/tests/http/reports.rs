//! Reports and exports over HTTP.

use std::io::Read as _;

use medcert_domain::policy::Role;
use medcert_testkit::{Actors, Answered, Caller, Clinic};
use serde_json::{Value, json};

use crate::contract::check_problem;

const REPORT: &str = "/api/v1/reports/certification";
const REPORT_EXPORT: &str = "/api/v1/reports/certification/export";
const EXPORT: &str = "/api/v1/certification-requests/export";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

async fn report(caller: &Caller, query: &str) -> Value {
    caller.get(&format!("{REPORT}{query}")).await.expect(200).body
}

fn text(answer: &Answered) -> String {
    String::from_utf8(answer.bytes.clone()).unwrap()
}

#[tokio::test]
async fn figures_are_right_at_once() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let empty = report(&actors.admin, "").await;
    assert_eq!((&empty["from"], &empty["to"]), (&json!("2026-10-23"), &json!("2026-11-21")));
    assert_eq!(empty["time_zone"], "America/Lima");
    assert_eq!(empty["figures"]["requests"], 0);
    assert_eq!(empty["figures"]["income"], json!([]));
    assert_eq!(empty["change"]["requests"], Value::Null);
    assert_eq!(empty["by_stage"].as_array().unwrap().len(), 7);
    assert_eq!(empty["series"].as_array().unwrap().len(), 30);
    assert_eq!(empty["previous"]["from"], "2026-09-23");
    let first = actors.registered().await;
    assert_eq!(report(&actors.admin, "").await["figures"]["requests"], 1);
    let second = actors.registered().await;
    actors.act(&actors.manager, &first, "register-payment", actors.payment("200.00")).await;
    actors.act(&actors.operator, &first, "assign-manager", json!({"staff_id": actors.manager_id})).await;
    let paid = actors.act(&actors.manager, &second, "register-payment", actors.payment("200.00")).await;
    let payment = paid["payments"][0]["id"].clone();
    let refund = json!({
        "payment_id": payment, "amount": "50.00", "currency": "PEN", "channel": "YAPE",
        "paid_on": "2026-11-20", "reason": "Too much"
    });
    actors.act(&actors.manager, &second, "register-refund", refund).await;
    let close = json!({"outcome": "NO_SHOW", "reason": "Did not come", "money": "KEEP"});
    actors.act(&actors.admin, &first, "assign-doctor", json!({"staff_id": actors.doctor_id})).await;
    actors.act(&actors.admin, &first, "close", close).await;
    let now = report(&actors.admin, "?group_by=week&from=2026-11-16&to=2026-11-22").await;
    let income = json!([{
        "amount": "350.00", "currency": "PEN", "paid": "400.00", "refunded": "50.00", "paying_requests": 2,
        "average_ticket": "175.00"
    }]);
    assert_eq!(now["figures"]["income"], income);
    assert_eq!((&now["figures"]["requests"], &now["figures"]["closed"]), (&json!(2), &json!(1)));
    let series = json!([{
        "period": "2026-W47", "requests": 2, "closed": 1, "cancelled": 0, "issued": 0,
        "income": [{"amount": "350.00", "currency": "PEN"}]
    }]);
    assert_eq!(now["series"], series);
    let place = &now["rankings"]["managers"][0];
    assert_eq!(place["id"], actors.manager_id.as_str());
    assert_eq!((&place["name"], &place["requests"]), (&json!("Marisol Quispe Flores"), &json!(1)));
    assert_eq!((&place["closed"], &place["share_percent"]), (&json!(1), &json!(50.0)));
    let back = &now["by_person"]["refunds"][0];
    assert_eq!((&back["count"], &back["amounts"][0]["amount"]), (&json!(1), &json!("50.00")));
    // Every filter applies to every figure.
    let closed = report(&actors.admin, "?stage=CLOSED").await;
    assert_eq!((&closed["figures"]["requests"], &closed["figures"]["closed"]), (&json!(1), &json!(1)));
    assert_eq!(closed["figures"]["income"][0]["amount"], "200.00");
    assert_eq!(closed["rankings"]["managers"][0]["share_percent"], 100.0);
    assert_eq!(closed["by_person"]["refunds"], json!([]));
    let both = format!("?manager_id={}&service_id={}", actors.manager_id, actors.service_id);
    assert_eq!(report(&actors.admin, &both).await["figures"]["requests"], 1);
    let none = format!("?manager_id={}&currency=EUR", actors.manager_id);
    assert_eq!(report(&actors.admin, &none).await["figures"]["requests"], 0);
    // Yesterday, for the refund alone.
    let day = report(&actors.admin, "?from=2026-11-20&to=2026-11-20").await;
    assert_eq!(day["figures"]["income"][0]["amount"], "-50.00");
    assert_eq!(day["figures"]["income"][0]["average_ticket"], Value::Null);
}

#[tokio::test]
async fn rankings_tell_who_brought_whom_and_who_is_at_work() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let promoter = json!({"type": "OTHER", "name": "Notary Paz"});
    let first = json!({"client": actors.new_client(), "service_id": actors.service_id, "promoter": promoter});
    let found = actors.register(&first).await["promoter"]["id"].clone();
    let again = json!({"client": first["client"], "service_id": actors.service_id, "promoter_id": found});
    actors.register(&again).await;
    clinic.clock.advance(chrono::Duration::minutes(5));
    let other = json!({"client": actors.new_client(), "service_id": actors.service_id, "promoter_id": found});
    let changed = actors.register(&other).await["updated_at"].clone();
    actors.registered().await;
    let rankings = report(&actors.admin, "").await["rankings"].clone();
    let place = &rankings["promoters"][0];
    assert_eq!((&place["id"], &place["requests"], &place["clients"]), (&found, &json!(3), &json!(2)));
    assert_eq!(place["last_activity_at"], changed);
    let operator = &rankings["operators"][0];
    assert_eq!((&operator["requests"], &operator["last_activity_at"]), (&json!(4), &changed));
    assert!(operator.get("clients").is_none(), "{operator}");
    let of_stage = report(&actors.admin, "?stage=PAID").await["rankings"].clone();
    assert_eq!(of_stage["promoters"], json!([]));
    let csv = text(&actors.admin.get(&format!("{REPORT_EXPORT}?format=csv")).await.expect(200));
    let line = format!("promoters,{},Notary Paz,clients,,2\r\n", found.as_str().unwrap());
    assert!(csv.contains(&line), "{csv}");
}

#[tokio::test]
async fn ranges_that_nobody_can_mean_are_refused() {
    let clinic = Clinic::open().await;
    let admin = clinic.admin().await;
    let refused = async |path: &str, query: &str| {
        let answer = admin.get(&format!("{path}?{query}")).await.expect(422);
        check_problem(&answer);
        answer.faults()
    };
    let at = |pointer: &str, code: &str| vec![(pointer.to_owned(), code.to_owned())];
    for path in [REPORT, REPORT_EXPORT] {
        assert_eq!(refused(path, "from=2026-11-02&to=2026-11-01").await, at("/to", "before-from"));
        assert_eq!(refused(path, "from=1926-01-01&to=2026-01-01").await, at("/to", "range"));
        assert_eq!(refused(path, "from=1926-01-01").await, at("/from", "range"));
        assert_eq!(refused(path, "from=2026-02-30").await, at("/from", "date"));
        assert_eq!(refused(path, "group_by=year").await, at("/group_by", "unknown-value"));
        assert_eq!(refused(path, "colour=red").await, at("/colour", "unknown-field"));
    }
    for query in ["format=pdf", "format=csv&format=csv", "bom=1"] {
        refused(REPORT_EXPORT, query).await;
        refused(EXPORT, query).await;
    }
    assert_eq!(refused(EXPORT, "limit=5").await, at("/limit", "unknown-field"));
    assert_eq!(refused(EXPORT, "stage=OPEN&format=pdf").await.len(), 2);
    admin.get(&format!("{REPORT}?from=2016-11-22&to=2026-11-21&group_by=day")).await.expect(200);
}

#[tokio::test]
async fn lists_are_exported_without_formulas_and_clinical_values() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let mut formula = actors.new_request();
    formula["client"]["given_names"] = json!("=HYPERLINK(1)");
    formula["client"]["family_names"] = json!("Quoted \"and\", parted");
    actors.register(&formula).await;
    let evaluated = actors.evaluated().await;
    for _ in 0..210 {
        actors.registered().await;
    }
    let auditor = clinic.somebody("auditor", &[Role::Auditor], vec![]).await;
    let csv = auditor.get(EXPORT).await.expect(200);
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    let name = "attachment; filename=\"certification-requests-2026-11-21.csv\"";
    assert_eq!(csv.header("content-disposition"), name);
    let lines: Vec<String> = text(&csv).split("\r\n").map(ToOwned::to_owned).collect();
    assert_eq!(lines.len(), 1 + 212 + 1);
    assert!(lines[0].starts_with("id,code,stage,payment_status,client_name,"), "{}", lines[0]);
    assert!(lines[1].contains(",\"'=HYPERLINK(1) Quoted \"\"and\"\", parted\","), "{}", lines[1]);
    assert!(!text(&csv).contains("Secret"));
    let ids: Vec<&str> = lines[1..213].iter().map(|line| line.split(',').next().unwrap()).collect();
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    assert_eq!(ids, sorted, "oldest first");
    let one = auditor.get(&format!("{EXPORT}?stage=EVALUATED&format=csv&bom=true")).await.expect(200);
    assert!(text(&one).starts_with("\u{feff}id,"));
    assert!(text(&one).contains(&evaluated) && text(&one).lines().count() == 2);
    let workbook = auditor.get(&format!("{EXPORT}?format=xlsx")).await.expect(200);
    assert_eq!(workbook.header("content-type"), XLSX);
    assert!(workbook.header("content-disposition").ends_with(".xlsx\""));
    let sheet = inside(&workbook.bytes, "xl/worksheets/sheet1.xml");
    assert_eq!(sheet.matches("<row>").count(), 213);
    assert!(sheet.contains(">=HYPERLINK(1) Quoted \"and\", parted<"));
    let head = auditor.send("HEAD", EXPORT, &[], vec![]).await;
    assert_eq!((head.status, head.bytes.len()), (200, 0));
    assert_eq!(head.header("content-disposition"), name);
    // Written down before the first byte, once an export.
    let audited = "SELECT outcome FROM audit_event WHERE action = 'certification.export'";
    assert_eq!(clinic.texts(audited).await, ["ok", "ok", "ok", "ok"]);
    actors.operator.get(EXPORT).await.expect(403);
}

/// A file inside a workbook.
fn inside(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[tokio::test]
async fn reports_are_exported() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    actors.registered().await;
    let csv = actors.admin.get(&format!("{REPORT_EXPORT}?from=2026-11-01&group_by=month")).await.expect(200);
    let name = "attachment; filename=\"certification-report-2026-11-01-2026-11-21.csv\"";
    assert_eq!(csv.header("content-disposition"), name);
    let summary = text(&csv);
    for line in [
        "section,key,name,figure,currency,value",
        "range,,,from,,2026-11-01",
        "figures,,,requests,,1",
        "previous,,,requests,,0",
        "by_stage,REGISTERED,,requests,,1",
        "series,2026-11,,requests,,1",
    ] {
        assert!(summary.contains(&format!("{line}\r\n")), "{line}: {summary}");
    }
    let workbook = actors.admin.get(&format!("{REPORT_EXPORT}?format=xlsx")).await.expect(200);
    assert!(inside(&workbook.bytes, "xl/workbook.xml").contains("<sheet name=\"Sheet1\""));
    assert_eq!(clinic.numbers("SELECT COUNT(*) FROM audit_event WHERE action = 'report.export'").await, [2]);
    actors.manager.get(REPORT_EXPORT).await.expect(403);
}
