//! Lists: paging, filters, and queries that are refused.

mod searches;

use std::collections::BTreeSet;

use chrono::Duration;
use medcert_testkit::{Actors, Caller, Clinic};
use serde_json::{Value, json};

use crate::contract::check_problem;

const REQUESTS: &str = "/api/v1/certification-requests";

fn items(body: &Value) -> Vec<Value> {
    body["items"].as_array().unwrap().clone()
}

fn ids(body: &Value) -> Vec<String> {
    items(body).iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// All parts of a list, by following `next_cursor`; each but the last is full.
async fn walk(caller: &Caller, query: &str, limit: usize) -> Vec<Value> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("{REQUESTS}?limit={limit}{query}{cursor}");
        let part = caller.get(&path).await.expect(200);
        let link = part.header("link").to_owned();
        all.extend(items(&part.body));
        let Some(next) = part.body["next_cursor"].as_str() else {
            assert_eq!(link, "");
            return all;
        };
        assert_eq!(items(&part.body).len(), limit);
        assert!(link.ends_with("; rel=\"next\"") && link.contains(next), "{link}");
        let followed = caller.get(link[1..].split('>').next().unwrap()).await.expect(200);
        cursor = format!("&cursor={next}");
        let path = format!("{REQUESTS}?limit={limit}{query}{cursor}");
        assert_eq!(caller.get(&path).await.bytes, followed.bytes, "cursor and link lead to the same");
        assert!(all.len() < 1000, "the list does not end");
    }
}

#[tokio::test]
async fn every_request_is_listed_once_and_in_order() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let mut made = Vec::new();
    for number in 0..45 {
        // Several in one moment: then the id decides.
        if number % 3 == 0 {
            clinic.clock.advance(Duration::seconds(1));
        }
        made.push(actors.registered().await);
    }
    let oldest = walk(&actors.operator, "&sort=created_at", 7).await;
    let listed: Vec<String> = oldest.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(listed, made);
    made.reverse();
    for limit in [1, 20, 45, 200] {
        let newest = walk(&actors.operator, "", limit).await;
        let listed: Vec<String> = newest.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(listed, made, "limit {limit}");
    }
    let first = actors.operator.get(REQUESTS).await.expect(200).body;
    assert_eq!((items(&first).len(), first.get("total")), (20, None));
    let counted = actors.operator.get(&format!("{REQUESTS}?limit=2&with_total=true")).await.body;
    assert_eq!((items(&counted).len(), &counted["total"]), (2, &json!(45)));
    // What is registered while somebody reads neither shifts nor repeats what comes.
    let part = actors.operator.get(&format!("{REQUESTS}?limit=10")).await.body;
    clinic.clock.advance(Duration::seconds(1));
    actors.registered().await;
    let path = format!("{REQUESTS}?limit=10&cursor={}", part["next_cursor"].as_str().unwrap());
    assert_eq!(ids(&actors.operator.get(&path).await.body), made[10..20]);
}

#[tokio::test]
async fn an_item_has_its_shape() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.evaluated().await;
    let body = actors.operator.get(REQUESTS).await.expect(200).body;
    let item = &body["items"][0];
    let wanted = [
        "client",
        "code",
        "created_at",
        "doctor_name",
        "guardian_name",
        "id",
        "manager_name",
        "operator_name",
        "payment_status",
        "priority",
        "promoter_name",
        "service_name",
        "stage",
        "stage_since",
        "updated_at",
        "waiting_for",
    ];
    let mut names: Vec<&String> = item.as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(names, wanted);
    assert_eq!(item["id"], id.as_str());
    assert_eq!(item["client"]["name"], "Lucía Ñahui Ponce");
    assert_eq!((&item["stage"], &item["payment_status"]), (&json!("EVALUATED"), &json!("PAID")));
    assert_eq!(item["created_at"], "2026-11-21T15:00:00.000000Z");
    assert!(!body.to_string().contains("Secret-"), "no clinical values in lists");
}

#[tokio::test]
async fn cursors_are_ours_and_of_this_list() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    for _ in 0..3 {
        actors.registered().await;
    }
    let part = actors.operator.get(&format!("{REQUESTS}?limit=1&stage=REGISTERED")).await.body;
    let cursor = part["next_cursor"].as_str().unwrap();
    let ask = async |query: &str| actors.operator.get(&format!("{REQUESTS}?{query}")).await;
    let next = ask(&format!("limit=2&stage=REGISTERED&cursor={cursor}")).await.expect(200);
    assert_eq!(items(&next.body).len(), 2, "another limit is fine");
    let mut forged = cursor.to_owned();
    let first = if forged.starts_with('A') { "B" } else { "A" };
    forged.replace_range(..1, first);
    let cut = &cursor[..cursor.len() - 1];
    let untagged = cursor.split('.').next().unwrap();
    let refused = [
        format!("cursor={cursor}"),
        format!("stage=PAID&cursor={cursor}"),
        format!("stage=REGISTERED&q=x&cursor={cursor}"),
        format!("stage=REGISTERED&sort=created_at&cursor={cursor}"),
        format!("stage=REGISTERED&cursor={forged}"),
        format!("stage=REGISTERED&cursor={cut}"),
        format!("stage=REGISTERED&cursor={untagged}"),
        format!("stage=REGISTERED&cursor={untagged}."),
        "cursor=x".to_owned(),
        "cursor=".to_owned(),
        "cursor=..".to_owned(),
        "cursor=%00".to_owned(),
    ];
    for query in &refused {
        let answer = ask(query).await.expect(422);
        assert_eq!(answer.problem(), "invalid-cursor", "{query}");
        check_problem(&answer);
    }
    // What somebody may see is part of the list: a cursor of one is none of another's.
    let path = format!("{REQUESTS}?limit=1&stage=REGISTERED&cursor={cursor}");
    let answer = actors.manager.get(&path).await.expect(422);
    assert_eq!(answer.problem(), "invalid-cursor");
    let again = clinic.operator().await;
    again.get(&path).await.expect(200);
    let other = actors.operator.get(&format!("/api/v1/services?cursor={cursor}")).await.expect(422);
    assert_eq!(other.problem(), "invalid-cursor");
}

#[tokio::test]
async fn queries_are_read_strictly() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let long = format!("q={}", "x".repeat(101));
    let cases: &[(&str, &str, &str)] = &[
        ("limit=0", "/limit", "range"),
        ("limit=201", "/limit", "range"),
        ("limit=-1", "/limit", "type"),
        ("limit=many", "/limit", "type"),
        ("limit=1.5", "/limit", "type"),
        ("limit=99999999999999999999", "/limit", "type"),
        ("limit=", "/limit", "type"),
        ("with_total=1", "/with_total", "type"),
        ("nonsense=1", "/nonsense", "unknown-field"),
        ("Stage=PAID", "/Stage", "unknown-field"),
        ("stage=PAID&stage=CLOSED", "/stage", "repeated"),
        ("limit=5&limit=5", "/limit", "repeated"),
        ("stage=paid", "/stage", "unknown-value"),
        ("stage=PAID,OPEN", "/stage", "unknown-value"),
        ("payment_status=FREE", "/payment_status", "unknown-value"),
        ("mine=yes", "/mine", "type"),
        ("refund_due=0", "/refund_due", "type"),
        ("service_id=7", "/service_id", "uuid"),
        ("promoter_id=x,y", "/promoter_id", "uuid"),
        ("manager_id=null", "/manager_id", "uuid"),
        ("doctor_id=%27", "/doctor_id", "uuid"),
        ("created_from=yesterday", "/created_from", "date"),
        ("created_to=2026-02-30", "/created_to", "date"),
        ("updated_from=20261121", "/updated_from", "date"),
        ("created_from=2026-11-21T15:00:00", "/created_from", "date"),
        ("sort=code", "/sort", "unknown-value"),
        ("q=a%00b", "/q", "control-character"),
        (&long, "/q", "too-long"),
    ];
    for (query, pointer, code) in cases {
        let answer = actors.operator.get(&format!("{REQUESTS}?{query}")).await.expect(422);
        let summary = answer.faults();
        assert!(
            summary.iter().all(|(at, what)| (at.as_str(), what.as_str()) == (*pointer, *code))
                && !summary.is_empty(),
            "{query}: {summary:?}"
        );
        check_problem(&answer);
    }
    for list in ["services", "staff", "promoters"] {
        let answer = actors.operator.get(&format!("/api/v1/{list}?nonsense=1")).await.expect(422);
        assert_eq!(answer.faults()[0].1, "unknown-field", "{list}");
        actors.operator.get(&format!("/api/v1/{list}?limit=0")).await.expect(422);
        let all = actors.operator.get(&format!("/api/v1/{list}?limit=200&with_total=true")).await.expect(200);
        assert_eq!(all.body["total"], json!(items(&all.body).len()), "{list}");
    }
}

/// Requests in several states, and who made them so.
struct World {
    actors: Actors,
    registered: String,
    cancelled: String,
    paid: String,
    evaluated: String,
    sent: String,
    promoter: String,
}

impl World {
    async fn of(clinic: &Clinic) -> Self {
        let actors = Actors::of(clinic).await;
        let registered = actors.registered().await;
        clinic.clock.advance(Duration::minutes(1));
        let cancelled = actors.paid().await;
        let end = json!({"reason": "changed their mind", "money": "REFUND_DUE"});
        actors.act(&actors.admin, &cancelled, "cancel", end).await;
        clinic.clock.advance(Duration::minutes(1));
        let paid = actors.paid().await;
        let evaluated = actors.evaluated().await;
        let promoters = actors.operator.get("/api/v1/promoters").await.body;
        let promoter = promoters["items"][0]["id"].as_str().unwrap().to_owned();
        clinic.clock.advance(Duration::minutes(1));
        let services = actors.operator.get("/api/v1/services").await.body;
        let body = json!({
            "client": {
                "document_type": "DNI", "document_number": "45.871-236", "given_names": "Соломія Ґражина",
                "family_names": "Їжакевич-Ñandú", "birth_date": "2012-01-01"
            },
            "guardian": {
                "document_type": "PASSPORT", "document_number": "XK 778899", "given_names": "Ángela",
                "family_names": "Straße", "birth_date": "1980-01-01", "relationship": "PARENT"
            },
            "promoter_id": promoter, "service_id": services["items"][1]["id"],
            "external_reference": "HIS-0042/b"
        });
        let sent =
            actors.admin.post(REQUESTS, &body).await.expect(201).body["id"].as_str().unwrap().to_owned();
        Self { actors, registered, cancelled, paid, evaluated, sent, promoter }
    }

    async fn found(&self, caller: &Caller, query: &str) -> BTreeSet<String> {
        let answer = caller.get(&format!("{REQUESTS}?limit=200&{query}")).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.body);
        ids(&answer.body).into_iter().collect()
    }
}

fn set<const N: usize>(ids: [&String; N]) -> BTreeSet<String> {
    ids.into_iter().cloned().collect()
}

#[tokio::test]
async fn each_filter_finds_what_it_names() {
    let clinic = Clinic::open().await;
    let w = World::of(&clinic).await;
    let all = set([&w.registered, &w.cancelled, &w.paid, &w.evaluated, &w.sent]);
    let worked_on = set([&w.cancelled, &w.paid, &w.evaluated]);
    let by_operator = set([&w.registered, &w.cancelled, &w.paid, &w.evaluated]);
    let unpaid = set([&w.registered, &w.sent]);
    let (manager, doctor, service) = (&w.actors.manager_id, &w.actors.doctor_id, &w.actors.service_id);
    let nobody = crate::contract::NOBODY;
    let cases: Vec<(String, BTreeSet<String>)> = vec![
        (String::new(), all.clone()),
        ("stage=REGISTERED".into(), unpaid.clone()),
        ("stage=PAID,EVALUATED".into(), set([&w.paid, &w.evaluated])),
        ("stage=CLOSED".into(), set([])),
        ("stage=CANCELLED&payment_status=PAID".into(), set([&w.cancelled])),
        ("payment_status=PENDING".into(), unpaid.clone()),
        ("payment_status=PENDING,PAID".into(), all.clone()),
        (format!("service_id={service}"), by_operator.clone()),
        (format!("service_id={service},{nobody}&stage=PAID"), set([&w.paid])),
        (format!("promoter_id={}", w.promoter), set([&w.sent])),
        (format!("manager_id={manager}"), worked_on.clone()),
        (format!("manager_id={nobody}"), set([])),
        (format!("doctor_id={doctor}"), set([&w.evaluated])),
        ("external_reference=HIS-0042/b".into(), set([&w.sent])),
        ("external_reference=HIS-0042".into(), set([])),
        ("document_number=45871236".into(), set([&w.sent])),
        ("document_number=45.871-236".into(), set([&w.sent])),
        ("document_number=4587123".into(), set([])),
        ("refund_due=true".into(), set([&w.cancelled])),
        ("refund_due=false".into(), set([&w.registered, &w.paid, &w.evaluated, &w.sent])),
        ("created_from=2026-11-21".into(), all.clone()),
        ("created_from=2026-11-22".into(), set([])),
        ("created_to=2026-11-20".into(), set([])),
        ("created_from=2026-11-21T15:03:00Z".into(), set([&w.sent])),
        ("created_to=2026-11-21T15:00:00Z".into(), set([&w.registered])),
        ("created_from=2026-11-21T15:01:00Z&created_to=2026-11-21T10:02:00-05:00".into(), worked_on),
        ("updated_from=2026-11-21T15:02:00Z".into(), set([&w.paid, &w.evaluated, &w.sent])),
        ("sort=-updated_at&stage=PAID".into(), set([&w.paid])),
    ];
    for (query, wanted) in &cases {
        assert_eq!(&w.found(&w.actors.admin, query).await, wanted, "{query}");
    }
    assert_eq!(w.found(&w.actors.operator, "mine=true").await, by_operator);
    assert_eq!(w.found(&w.actors.admin, "mine=true").await, set([&w.sent]));
    assert_eq!(w.found(&w.actors.manager, "mine=true&stage=PAID").await, set([&w.paid]));
}

#[tokio::test]
async fn a_doctor_sees_only_the_own_requests() {
    let clinic = Clinic::open().await;
    let w = World::of(&clinic).await;
    let own = set([&w.evaluated]);
    for query in ["", "stage=PAID,EVALUATED", "q=lucia", "with_total=true", "sort=updated_at"] {
        assert_eq!(w.found(&w.actors.doctor, query).await, own, "{query}");
    }
    let counted = w.actors.doctor.get(&format!("{REQUESTS}?with_total=true")).await.body;
    assert_eq!(counted["total"], 1, "the total tells nothing of others");
    assert_eq!(w.found(&w.actors.doctor, "stage=REGISTERED").await, set([]));
    for hidden in [&w.paid, &w.sent] {
        for part in ["", "/history"] {
            let answer = w.actors.doctor.get(&format!("{REQUESTS}/{hidden}{part}")).await.expect(404);
            check_problem(&answer);
        }
    }
    // A doctor without a staff record sees nothing at all.
    let role = medcert_domain::policy::Role::Doctor;
    let loose = clinic.somebody("loose", &[role], vec![]).await;
    assert_eq!(w.found(&loose, "").await, set([]));
}
