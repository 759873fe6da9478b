//! The whole way of one request, on every database.

use chrono::Duration;
use medcert_testkit::{Actors, Caller, Clinic, Database};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{line, texts};

const REQUESTS: &str = "/api/v1/certification-requests";

/// What administrator, operator, manager and doctor may do in a stage of the plain way. A doctor sees no request
/// of somebody else's.
struct Station {
    stage: &'static str,
    waiting_for: &'static str,
    may: [Option<&'static str>; 4],
}

const WAY: [Station; 6] = [
    Station {
        stage: "REGISTERED",
        waiting_for: "OPERATOR",
        may: [
            Some("EDIT ASSIGN_MANAGER OVERRIDE_FEE REGISTER_PAYMENT OBSERVE_PAYMENT CANCEL DELETE ADD_FILE"),
            Some("EDIT ASSIGN_MANAGER REGISTER_PAYMENT CANCEL ADD_FILE"),
            Some("EDIT ASSIGN_MANAGER OVERRIDE_FEE REGISTER_PAYMENT OBSERVE_PAYMENT CANCEL ADD_FILE"),
            None,
        ],
    },
    Station {
        stage: "MANAGER_ASSIGNED",
        waiting_for: "PAYMENT",
        may: [
            Some(
                "EDIT UNASSIGN_MANAGER CHANGE_MANAGER OVERRIDE_FEE REGISTER_PAYMENT OBSERVE_PAYMENT CANCEL DELETE ADD_FILE",
            ),
            Some("EDIT UNASSIGN_MANAGER CHANGE_MANAGER REGISTER_PAYMENT CANCEL ADD_FILE"),
            Some(
                "EDIT UNASSIGN_MANAGER CHANGE_MANAGER OVERRIDE_FEE REGISTER_PAYMENT OBSERVE_PAYMENT CANCEL ADD_FILE",
            ),
            None,
        ],
    },
    Station {
        stage: "PAID",
        waiting_for: "MANAGER",
        may: [
            Some(
                "EDIT UNASSIGN_MANAGER CHANGE_MANAGER OVERRIDE_FEE REGISTER_PAYMENT VOID_PAYMENT REGISTER_REFUND \
                 OBSERVE_PAYMENT ASSIGN_DOCTOR CANCEL DELETE ADD_FILE",
            ),
            Some("EDIT UNASSIGN_MANAGER CHANGE_MANAGER REGISTER_PAYMENT CANCEL ADD_FILE"),
            Some(
                "EDIT UNASSIGN_MANAGER CHANGE_MANAGER OVERRIDE_FEE REGISTER_PAYMENT VOID_PAYMENT REGISTER_REFUND \
                 OBSERVE_PAYMENT ASSIGN_DOCTOR CANCEL ADD_FILE",
            ),
            None,
        ],
    },
    Station {
        stage: "DOCTOR_ASSIGNED",
        waiting_for: "DOCTOR",
        may: [
            Some(
                "EDIT UNASSIGN_MANAGER CHANGE_MANAGER OVERRIDE_FEE REGISTER_PAYMENT VOID_PAYMENT REGISTER_REFUND \
                 OBSERVE_PAYMENT CHANGE_DOCTOR UNASSIGN_DOCTOR CLOSE CANCEL DELETE ADD_FILE",
            ),
            Some("EDIT UNASSIGN_MANAGER CHANGE_MANAGER REGISTER_PAYMENT CANCEL ADD_FILE"),
            Some(
                "EDIT UNASSIGN_MANAGER CHANGE_MANAGER OVERRIDE_FEE REGISTER_PAYMENT VOID_PAYMENT REGISTER_REFUND \
                 OBSERVE_PAYMENT CHANGE_DOCTOR UNASSIGN_DOCTOR CANCEL ADD_FILE",
            ),
            Some("EDIT CHANGE_DOCTOR UNASSIGN_DOCTOR RECORD_EVALUATION CLOSE CANCEL ADD_FILE"),
        ],
    },
    Station {
        stage: "EVALUATED",
        waiting_for: "DOCTOR",
        may: [
            Some(
                "EDIT UNASSIGN_MANAGER CHANGE_MANAGER OVERRIDE_FEE REGISTER_PAYMENT VOID_PAYMENT REGISTER_REFUND \
                 OBSERVE_PAYMENT CHANGE_DOCTOR UNASSIGN_DOCTOR CLOSE CANCEL ADD_FILE",
            ),
            Some("EDIT UNASSIGN_MANAGER CHANGE_MANAGER REGISTER_PAYMENT ADD_FILE"),
            Some(
                "EDIT UNASSIGN_MANAGER CHANGE_MANAGER OVERRIDE_FEE REGISTER_PAYMENT VOID_PAYMENT REGISTER_REFUND \
                 OBSERVE_PAYMENT ADD_FILE",
            ),
            Some("EDIT UNASSIGN_DOCTOR RECORD_EVALUATION ISSUE CLOSE CANCEL ADD_FILE"),
        ],
    },
    Station {
        stage: "CLOSED",
        waiting_for: "NOBODY",
        may: [Some("REGISTER_REFUND REOPEN OVERRIDE ADD_FILE"), Some(""), Some(""), Some("")],
    },
];

/// Everybody looks at the request where it stands now; gives its ETag.
async fn look(actors: &Actors, id: &str, station: &Station, version: i64) -> String {
    let everybody = [&actors.admin, &actors.operator, &actors.manager, &actors.doctor];
    let mut etag = String::new();
    for (caller, may) in everybody.into_iter().zip(station.may) {
        let seen = caller.get(&format!("{REQUESTS}/{id}")).await;
        let Some(may) = may else {
            assert_eq!((seen.status, seen.problem()), (404, "not-found"));
            continue;
        };
        let body = &seen.body;
        assert_eq!((seen.status, &body["stage"]), (200, &json!(station.stage)));
        assert_eq!((&body["version"], &body["waiting_for"]), (&json!(version), &json!(station.waiting_for)));
        let may: Vec<&str> = may.split_whitespace().collect();
        assert_eq!(texts(&body["available_actions"]), may, "in {}", station.stage);
        seen.header("etag").clone_into(&mut etag);
        assert!(etag.starts_with(&format!("\"v{version}-")), "{etag}");
    }
    etag
}

/// Does the next thing with the ETag just seen; the one seen before that is refused.
async fn step(
    actors: &Actors,
    caller: &Caller,
    id: &str,
    etags: [&str; 2],
    action: &str,
    body: Value,
) -> Value {
    let path = format!("{REQUESTS}/{id}/{action}");
    let key = format!("journey-{action}");
    let [late, etag] = etags;
    if !late.is_empty() {
        let headers = [("idempotency-key", key.as_str()), ("if-match", late)];
        let refused = caller.json("POST", &path, &headers, &body).await;
        assert_eq!((refused.status, refused.problem()), (412, "precondition-failed"), "{action}");
    }
    let headers = [("idempotency-key", key.as_str()), ("if-match", etag)];
    let done = caller.json("POST", &path, &headers, &body).await.expect(200);
    let version = done.body["version"].as_i64().unwrap();
    assert!(done.header("etag").starts_with(&format!("\"v{version}-")));
    assert_eq!(actors.seen(caller, id).await["version"], version);
    done.body
}

pub(super) async fn whole_way(database: Database) {
    let clinic = Clinic::open_on(database, 4).await;
    let actors = Actors::of(&clinic).await;
    let made = actors.operator.post(REQUESTS, &actors.new_request()).await.expect(201);
    let id = made.body["id"].as_str().unwrap().to_owned();
    assert_eq!(made.header("location"), format!("{REQUESTS}/{id}"));
    assert_eq!(made.body["code"], "MC-2026-000001");
    assert_eq!(made.body["fee"], json!({"amount": "200.00", "currency": "PEN", "source": "SERVICE"}));

    let [registered, managed, paid, with_doctor, evaluated, closed] = &WAY;
    let to_manager = json!({"staff_id": actors.manager_id, "comment": "Yours"});
    let to_doctor = json!({"staff_id": actors.doctor_id});
    let steps = [
        (registered, &actors.operator, "assign-manager", to_manager),
        (managed, &actors.operator, "register-payment", actors.payment("200.00")),
        (paid, &actors.manager, "assign-doctor", to_doctor),
        (with_doctor, &actors.doctor, "record-evaluation", Actors::findings()),
        (evaluated, &actors.doctor, "issue", json!({})),
    ];
    let (mut late, mut version) = (String::new(), 1);
    for (station, caller, action, body) in steps {
        let etag = look(&actors, &id, station, version).await;
        clinic.clock.advance(Duration::seconds(1));
        step(&actors, caller, &id, [&late, &etag], action, body).await;
        (late, version) = (etag, version + 1);
    }
    look(&actors, &id, closed, version).await;

    history(&actors, &id).await;
    records(&clinic).await;
    paper(&clinic, &actors, &id).await;
}

async fn history(actors: &Actors, id: &str) {
    let history = actors.history(id).await;
    let summary: Vec<[&str; 5]> = history.iter().map(line).collect();
    let evaluation = &actors.seen(&actors.admin, id).await["evaluations"][0]["id"];
    assert_eq!(
        summary,
        [
            ["ISSUE", "certificate", "", "MC-2026-000001", ""],
            ["RECORD_EVALUATION", "evaluation", "", evaluation.as_str().unwrap(), ""],
            ["ASSIGN_DOCTOR", "doctor", "", "Daniel Ibáñez Costa", ""],
            ["REGISTER_PAYMENT", "payment_status", "PENDING", "PAID", ""],
            ["REGISTER_PAYMENT", "payment", "", "200.00 PEN", ""],
            ["ASSIGN_MANAGER", "manager", "", "Marisol Quispe Flores", "Yours"],
            ["REGISTER", "stage", "", "REGISTERED", ""],
        ]
    );
    let by: Vec<&str> = history.iter().map(|entry| entry["by"]["name"].as_str().unwrap()).collect();
    let (doctor, desk) = ("Daniel Ibáñez Costa", "Octavio Paredes Luna");
    assert_eq!(by, [doctor, doctor, "Marisol Quispe Flores", desk, desk, desk, desk]);
    let times: Vec<&str> = history.iter().map(|entry| entry["at"].as_str().unwrap()).collect();
    assert!(times.is_sorted_by(|newer, older| newer >= older), "{times:?}");
    assert_eq!(times[0], "2026-11-21T15:00:05.000000Z");
}

/// Every action left an audit event and told the outside world.
async fn records(clinic: &Clinic) {
    let summary = clinic.texts("SELECT event FROM outbox_message ORDER BY occurred_at, id").await;
    let changed = "request.stage_changed";
    assert_eq!(
        summary,
        [
            "request.registered",
            changed,
            "payment.registered",
            changed,
            changed,
            "evaluation.recorded",
            changed,
            "certificate.issued",
            changed,
        ]
    );
    let stages =
        "SELECT stage FROM outbox_message WHERE event = 'request.stage_changed' ORDER BY occurred_at, id";
    assert_eq!(
        clinic.texts(stages).await,
        ["MANAGER_ASSIGNED", "PAID", "DOCTOR_ASSIGNED", "EVALUATED", "CLOSED"]
    );
    clinic.settle_audit().await;
    let noted = "SELECT action FROM audit_event WHERE action LIKE 'certification.%' AND outcome = 'ok' \
                 AND action <> 'certification.read' AND patient_id IS NOT NULL AND actor_id IS NOT NULL \
                 ORDER BY occurred_at, id";
    assert_eq!(
        clinic.texts(noted).await,
        [
            "certification.register",
            "certification.assign_manager",
            "certification.register_payment",
            "certification.assign_doctor",
            "certification.record_evaluation",
            "certification.issue",
        ]
    );
    let reads = "SELECT COUNT(*) FROM audit_event WHERE action = 'certification.read'";
    assert!(clinic.numbers(reads).await[0] > 20, "reading is noted too");
}

/// SHA-256 as it is told.
fn hexadecimal(bytes: &[u8]) -> String {
    let digest: [u8; 32] = Sha256::digest(bytes).into();
    let (high, low) = digest.split_at(16);
    let [high, low] = [high, low].map(|half| u128::from_be_bytes(half.try_into().unwrap()));
    format!("{high:032x}{low:032x}")
}

/// The PDF, the public answer and the page.
async fn paper(clinic: &Clinic, actors: &Actors, id: &str) {
    let certificate = actors.seen(&actors.doctor, id).await["certificate"].clone();
    assert_eq!((&certificate["status"], &certificate["number"]), (&json!("VALID"), &json!("MC-2026-000001")));
    assert_eq!(certificate["restrictions"], "Wears glasses while driving");
    assert_eq!(
        (&certificate["valid_from"], &certificate["valid_until"]),
        (&json!("2026-11-21"), &json!("2027-11-20"))
    );
    let address = format!("/api/v1/certificates/{}", certificate["id"].as_str().unwrap());
    for caller in [&actors.admin, &actors.operator, &actors.manager, &actors.doctor] {
        assert_eq!(caller.get(&address).await.expect(200).body, certificate);
        let pdf = caller.get(&format!("{address}/pdf?copy=holder")).await.expect(200);
        assert_eq!(pdf.header("content-type"), "application/pdf");
        assert!(pdf.bytes.starts_with(b"%PDF"));
        let sha256 = hexadecimal(&pdf.bytes);
        assert_eq!(certificate["pdf_sha256"], sha256);
    }
    let anybody = clinic.anonymous();
    let public_id = certificate["public_id"].as_str().unwrap();
    let public = anybody.get(&format!("/api/v1/public/certificates/{public_id}")).await.expect(200);
    assert_eq!(public.header("access-control-allow-origin"), "*");
    let body = public.body;
    assert_eq!((&body["overall"], &body["status"]), (&json!("GENUINE"), &json!("VALID")));
    assert_eq!(body["holder"], json!({"initials": "L. Ñ. P.", "birth_year": 1990}));
    assert_eq!(body["conclusion"], "FIT_WITH_RESTRICTIONS");
    assert_eq!(body["pdf_sha256"], certificate["pdf_sha256"]);
    let summary = body.to_string();
    assert!(
        !summary.contains("glasses") && !summary.contains("Lucía"),
        "a stranger learns too much: {summary}"
    );
    for (lang, word) in [("en", "Genuine"), ("es", "Auténtico"), ("pt", "Autêntico"), ("uk", "Справжн")]
    {
        let page = anybody.get(&format!("/v/{public_id}?lang={lang}")).await.expect(200);
        let html = String::from_utf8(page.bytes).unwrap();
        assert!(html.contains(&format!("<html lang=\"{lang}\">")) && html.contains(word), "{html}");
        assert!(!html.contains("glasses") && !html.contains("Lucía"), "{html}");
    }
}

/// The public answer of a request's certificate.
async fn public(clinic: &Clinic, detail: &Value) -> Value {
    let public_id = detail["certificate"]["public_id"].as_str().unwrap();
    clinic.anonymous().get(&format!("/api/v1/public/certificates/{public_id}")).await.expect(200).body
}

#[tokio::test]
async fn what_was_not_issued_here_is_unknown() {
    let clinic = Clinic::open().await;
    for id in ["0123456789abcdef0123456789abcdef", "0123", "0123456789ABCDEF0123456789ABCDEF"] {
        let answer = clinic.anonymous().get(&format!("/api/v1/public/certificates/{id}")).await;
        assert_eq!((answer.status, answer.problem()), (404, "not-found"), "{id}");
        let page = clinic.anonymous().get(&format!("/v/{id}?lang=en")).await.expect(404);
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert!(String::from_utf8(page.bytes).unwrap().contains("Unknown"));
    }
}

#[tokio::test]
async fn a_certificate_is_in_force_from_its_first_day_to_its_last() {
    let clinic = Clinic::open().await;
    let mut actors = Actors::of(&clinic).await;
    let id = actors.with_doctor().await;
    let mut findings = Actors::findings();
    findings["valid_from"] = json!("2026-11-23");
    findings["valid_until"] = json!("2026-11-24");
    actors.act(&actors.doctor, &id, "record-evaluation", findings).await;
    let issued = actors.act(&actors.doctor, &id, "issue", json!({})).await;
    for (day, overall, status) in [
        (21, "NOT_YET_VALID", "VALID"),
        (22, "NOT_YET_VALID", "VALID"),
        (23, "GENUINE", "VALID"),
        (24, "GENUINE", "VALID"),
        (25, "EXPIRED", "EXPIRED"),
    ] {
        let summary = public(&clinic, &issued).await;
        assert_eq!(
            (&summary["overall"], &summary["status"]),
            (&json!(overall), &json!(status)),
            "on {day} November"
        );
        actors.again(&clinic).await;
        assert_eq!(actors.seen(&actors.admin, &id).await["certificate"]["status"], status);
        clinic.clock.advance(Duration::days(1));
    }
}
