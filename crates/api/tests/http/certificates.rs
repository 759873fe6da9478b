//! The list of certificates.

use chrono::Duration;
use medcert_domain::policy::Role;
use medcert_testkit::{Actors, Answered, Clinic};
use serde_json::{Value, json};

use crate::contract::check_problem;

const CERTIFICATES: &str = "/api/v1/certificates";

fn numbers(answer: &Answered) -> Vec<String> {
    let items = answer.body["items"].as_array().unwrap();
    items.iter().map(|item| item["number"].as_str().unwrap()[8..].to_owned()).collect()
}

/// Three certificates on three days: the second of another holder and shorter, the third by another doctor.
async fn three(clinic: &Clinic) -> (Actors, String) {
    let other = clinic.hire("doctor2@demo.medcert.test", ("Dora", "Núñez"), Role::Doctor).await.to_string();
    let mut actors = Actors::of(clinic).await;
    actors.issued().await;
    clinic.clock.advance(Duration::days(1));
    actors.again(clinic).await;
    let mut body = actors.new_request();
    body["client"]["given_names"] = json!("Соломія");
    body["client"]["family_names"] = json!("Їжакевич");
    body["client"]["document_number"] = json!("40999888");
    let finish = async |actors: &Actors,
                        id: &str,
                        doctor: &medcert_testkit::Caller,
                        staff: &str,
                        until: Option<&str>| {
        actors.act(&actors.operator, id, "assign-manager", json!({"staff_id": actors.manager_id})).await;
        actors.act(&actors.manager, id, "register-payment", actors.payment("200.00")).await;
        actors.act(&actors.manager, id, "assign-doctor", json!({"staff_id": staff})).await;
        let mut findings = Actors::findings();
        if let Some(until) = until {
            findings["valid_until"] = json!(until);
        }
        actors.act(doctor, id, "record-evaluation", findings).await;
        actors.act(doctor, id, "issue", json!({})).await;
    };
    let id = actors.register(&body).await["id"].as_str().unwrap().to_owned();
    finish(&actors, &id, &actors.doctor, &actors.doctor_id.clone(), Some("2026-11-23")).await;
    clinic.clock.advance(Duration::days(1));
    actors.again(clinic).await;
    let doctor = clinic.sign_in("doctor2@demo.medcert.test").await;
    let id = actors.registered().await;
    finish(&actors, &id, &doctor, &other, None).await;
    (actors, other)
}

#[tokio::test]
async fn every_filter_and_all_together() {
    let clinic = Clinic::open().await;
    let (mut actors, other) = three(&clinic).await;
    let ask = async |actors: &Actors, query: &str| {
        numbers(&actors.operator.get(&format!("{CERTIFICATES}?{query}")).await.expect(200))
    };
    let all = ["000003", "000002", "000001"];
    assert_eq!(ask(&actors, "").await, all);
    for (query, wanted) in [
        ("number=MC-2026-000002", &all[1..2]),
        ("number=mc-2026-", &all[..]),
        ("number=C-2026", &[]),
        ("q=ijak", &[]),
        ("q=%D1%97%D0%B6%D0%B0%D0%BA", &all[1..2]),
        ("q=40999", &all[1..2]),
        ("q=lucia%20nah", &["000003", "000001"]),
        ("kind=MENTAL_HEALTH", &all[..]),
        ("kind=GENERAL", &[]),
        ("issued_from=2026-11-22", &all[..2]),
        ("issued_to=2026-11-22", &all[1..]),
        ("issued_from=2026-11-22&issued_to=2026-11-22", &all[1..2]),
        ("issued_from=2026-11-23T15:00:00Z", &all[..1]),
        ("valid_on=2026-11-24", &["000003", "000001"]),
        ("valid_on=2026-11-23", &all[..]),
        ("valid_on=2020-01-01", &[]),
        ("status=VALID", &all[..]),
        ("status=EXPIRED,REVOKED", &[]),
    ] {
        assert_eq!(ask(&actors, query).await, wanted, "{query}");
    }
    assert_eq!(ask(&actors, &format!("doctor_id={other}")).await, all[..1]);
    assert_eq!(
        ask(&actors, &format!("doctor_id={other},{}&q=lucia&status=VALID", actors.doctor_id)).await.len(),
        2
    );
    // The day after its last, the second has expired: nothing was written for that.
    clinic.clock.advance(Duration::days(1));
    actors.again(&clinic).await;
    assert_eq!(ask(&actors, "status=EXPIRED").await, all[1..2]);
    assert_eq!(ask(&actors, "status=VALID").await, ["000003", "000001"]);
    assert_eq!(ask(&actors, "status=VALID,EXPIRED").await, all);
    let expired = actors.operator.get(&format!("{CERTIFICATES}?status=EXPIRED")).await.body;
    assert_eq!(expired["items"][0]["status"], "EXPIRED");
}

#[tokio::test]
async fn pages_hold_together_and_doctors_see_their_own() {
    let clinic = Clinic::open().await;
    let (actors, _) = three(&clinic).await;
    let first = actors.admin.get(&format!("{CERTIFICATES}?limit=2&with_total=true")).await.expect(200);
    assert_eq!(
        (numbers(&first), &first.body["total"]),
        (vec!["000003".to_owned(), "000002".to_owned()], &json!(3))
    );
    let next = first.body["next_cursor"].as_str().unwrap();
    let rest = actors.admin.get(&format!("{CERTIFICATES}?limit=2&cursor={next}")).await.expect(200);
    assert_eq!((numbers(&rest), &rest.body["next_cursor"]), (vec!["000001".to_owned()], &Value::Null));
    let forged = actors.admin.get(&format!("{CERTIFICATES}?kind=GENERAL&cursor={next}")).await.expect(422);
    assert_eq!(forged.problem(), "invalid-cursor");
    let own = actors.doctor.get(CERTIFICATES).await.expect(200);
    assert_eq!(numbers(&own), ["000002", "000001"]);
    let strange = first.body["items"][0]["id"].as_str().unwrap();
    actors.doctor.get(&format!("{CERTIFICATES}/{strange}")).await.expect(404);
    let auditor = clinic.somebody("auditor", &[Role::Auditor], vec![]).await;
    let seen = auditor.get(CERTIFICATES).await.expect(200);
    assert_eq!(numbers(&seen).len(), 3);
    assert!(!seen.body.to_string().contains("Secret-"), "no clinical values in lists");
    let no_staff = clinic.somebody("doctor-without-record", &[Role::Doctor], vec![]).await;
    assert!(numbers(&no_staff.get(CERTIFICATES).await.expect(200)).is_empty());
    let one = actors.admin.get(&format!("{CERTIFICATES}/{strange}")).await.expect(200);
    assert_eq!(one.body, first.body["items"][0]);
}

#[tokio::test]
async fn bad_filters_are_told_at_once() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let query =
        "number=%00&doctor_id=1&kind=MAGIC&status=GONE&issued_from=x&issued_to=2026-02-30&valid_on=today";
    let refused = actors.admin.get(&format!("{CERTIFICATES}?{query}")).await.expect(422);
    check_problem(&refused);
    let mut summary: Vec<_> = refused.faults().into_iter().map(|(at, _)| at).collect();
    summary.sort();
    assert_eq!(
        summary,
        ["/doctor_id", "/issued_from", "/issued_to", "/kind", "/number", "/status", "/valid_on"]
    );
    let id = actors.issued().await;
    let certificate = actors.seen(&actors.admin, &id).await["certificate"]["id"].as_str().unwrap().to_owned();
    let pdf = format!("{CERTIFICATES}/{certificate}/pdf");
    actors.admin.get(&format!("{pdf}?copy=holder")).await.expect(200);
    let clinical = actors.doctor.get(&format!("{pdf}?copy=clinical")).await.expect(422);
    assert_eq!(clinical.faults(), [("/copy".to_owned(), "unknown-value".to_owned())]);
}
