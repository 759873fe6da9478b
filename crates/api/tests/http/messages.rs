//! What is sent and how it is answered, whatever the operation: bodies, problems, headers.

use medcert_api::BODY_LIMIT;
use medcert_testkit::{Actors, Answered, Caller, Clinic};
use serde_json::{Value, json};

use crate::contract::{check_problem, operations};

const REQUESTS: &str = "/api/v1/certification-requests";
const JSON: (&str, &str) = ("content-type", "application/json");

async fn send(caller: &Caller, body: impl Into<Vec<u8>>) -> Answered {
    caller.send("POST", REQUESTS, &[JSON], body.into()).await
}

#[tokio::test]
async fn what_cannot_be_read_is_malformed() {
    let clinic = Clinic::open().await;
    let operator = clinic.operator().await;
    let bomb = "[".repeat(100_000);
    let objects = "{\"client\":".repeat(20_000);
    let broken: [&[u8]; 14] = [
        b"{",
        b"{\"a\":1,}",
        b"{'a':1}",
        b"{\"a\":1}{",
        b"nul",
        b"{\"a\":NaN}",
        b"{\"a\":1e999}",
        b"{\"a\":\"\\ud800\"}",
        b"{\"comment\":\"\xff\xfe\"}",
        b"{\"comment\":\"\xc0\x80\"}",
        b"\xef\xbb\xbf{}",
        b"{\"a\":\"line\nbreak\"}",
        bomb.as_bytes(),
        objects.as_bytes(),
    ];
    for body in broken {
        let answer = send(&operator, body).await;
        let begin = String::from_utf8_lossy(&body[..body.len().min(30)]).into_owned();
        assert_eq!((answer.status, answer.problem()), (400, "malformed"), "{begin}");
        check_problem(&answer);
    }
    let list = operator.get(&format!("{REQUESTS}?with_total=true")).await;
    assert_eq!(list.body["total"], 0);
}

#[tokio::test]
async fn only_json_is_read() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let body = actors.new_request().to_string().into_bytes();
    let kinds = [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/xml",
        "application/json-patch+json",
        "application/merge-patch+json",
        "multipart/form-data; boundary=x",
        "json",
        "",
        "application/json; charset=iso-8859-1",
        "*/*",
    ];
    for kind in kinds {
        let answer =
            actors.operator.send("POST", REQUESTS, &[("content-type", kind)], body.clone()).await.expect(415);
        assert_eq!(answer.problem(), "unsupported-media-type", "{kind}");
        check_problem(&answer);
    }
    actors.operator.send("POST", REQUESTS, &[], body.clone()).await.expect(415);
    let zipped = [JSON, ("content-encoding", "gzip")];
    actors.operator.send("POST", REQUESTS, &zipped, body.clone()).await.expect(415);
    for kind in ["application/json", "APPLICATION/JSON; charset=\"UTF-8\"", "application/json;charset=utf-8"]
    {
        actors.operator.send("POST", REQUESTS, &[("content-type", kind)], body.clone()).await.expect(201);
    }
}

#[tokio::test]
async fn a_body_has_a_limit() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let mut body = actors.new_request().to_string().into_bytes();
    body.resize(BODY_LIMIT, b' ');
    send(&actors.operator, body.clone()).await.expect(201);
    body.push(b' ');
    let large = send(&actors.operator, body).await.expect(413);
    assert_eq!(large.problem(), "too-large");
    check_problem(&large);
    send(&actors.operator, vec![b'['; 5 * BODY_LIMIT]).await.expect(413);
}

#[tokio::test]
async fn values_are_refused_with_their_place() {
    let clinic = Clinic::open().await;
    let operator = clinic.operator().await;
    let cases: &[(&str, &str, &str)] = &[
        ("", "/client", "required"),
        ("{}", "/client", "required"),
        ("[]", "", "type"),
        ("null", "", "type"),
        ("5", "", "type"),
        ("\"text\"", "", "type"),
        (r#"{"nonsense":1}"#, "/nonsense", "unknown-field"),
        (r#"{"a/b~c":1}"#, "/a~1b~0c", "unknown-field"),
        (r#"{"":1}"#, "/", "unknown-field"),
        (r#"{"client":[]}"#, "/client", "type"),
        (r#"{"client":"x"}"#, "/client", "type"),
        (r#"{"client":{"given_names":5}}"#, "/client/given_names", "type"),
        (r#"{"client":{"nonsense":{}}}"#, "/client/nonsense", "unknown-field"),
        (r#"{"client":{},"client":{}}"#, "/client", "repeated"),
        (r#"{"client":{"email":"a@b.c","email":"a@b.c"}}"#, "/client/email", "repeated"),
        (r#"{"comment":"x","comment":"y","nonsense":1}"#, "/comment", "repeated"),
        (r#"{"promoter":{"type":true}}"#, "/promoter/type", "type"),
        (r#"{"Client":{}}"#, "/Client", "unknown-field"),
    ];
    for (body, pointer, code) in cases {
        let answer = send(&operator, *body).await;
        assert_eq!((answer.status, answer.problem()), (422, "invalid"), "{body}");
        assert_eq!(answer.faults(), [((*pointer).to_owned(), (*code).to_owned())], "{body}");
        check_problem(&answer);
    }
    // Nesting that is within what is parsed is just another unknown field.
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(100), "]".repeat(100));
    send(&operator, deep).await.expect(422);
}

#[tokio::test]
async fn all_faults_are_told_at_once_without_the_values() {
    let clinic = Clinic::open().await;
    let operator = clinic.operator().await;
    let body = json!({
        "client": {
            "document_type": "LIBRARY_CARD", "document_number": "secret-number", "given_names": " ",
            "family_names": "x".repeat(151), "birth_date": "1990-02-30", "email": "secret-email",
            "phone": "secret-phone", "document_country": "Peru", "preferred_locale": "xx"
        },
        "service_id": "secret-service", "care": {"mode": "SPACE"}, "comment": "a\u{0}b"
    });
    let answer = operator.post(REQUESTS, &body).await.expect(422);
    let mut summary: Vec<String> = answer.faults().into_iter().map(|(pointer, _)| pointer).collect();
    summary.sort_unstable();
    let wanted = [
        "/care/mode",
        "/client/birth_date",
        "/client/document_country",
        "/client/document_type",
        "/client/email",
        "/client/family_names",
        "/client/given_names",
        "/client/phone",
        "/client/preferred_locale",
        "/comment",
        "/service_id",
    ];
    assert_eq!(summary, wanted);
    assert!(!answer.body.to_string().contains("secret-"), "{}", answer.body);
}

#[tokio::test]
async fn request_ids_go_in_and_out() {
    let clinic = Clinic::open().await;
    let ask = async |id: &str| {
        let answer = clinic.anonymous().send("GET", "/nothing", &[("x-request-id", id)], vec![]).await;
        check_problem(&answer);
        answer.header("x-request-id").to_owned()
    };
    assert_eq!(ask("abc-1.x_Y").await, "abc-1.x_Y");
    assert_eq!(ask(&"x".repeat(64)).await, "x".repeat(64));
    let long = "x".repeat(65);
    for wrong in ["", "a b", "<script>", "\"", "a;b", "ü", "../..", &long] {
        let own = ask(wrong).await;
        assert_eq!(own.len(), 36, "{wrong} becomes {own}");
    }
    let (one, two) = (clinic.anonymous().get("/version").await, clinic.anonymous().get("/version").await);
    assert_ne!(one.header("x-request-id"), two.header("x-request-id"));
}

#[tokio::test]
async fn accept_may_exclude_the_answer() {
    let clinic = Clinic::open().await;
    let admin = clinic.admin().await;
    let ask = async |path: &str, accept: &str| admin.send("GET", path, &[("accept", accept)], vec![]).await;
    for accept in ["text/html", "application/json;q=0", "image/*", "application/xml, text/*"] {
        let answer = ask("/api/v1/services", accept).await.expect(406);
        assert_eq!(answer.problem(), "not-acceptable");
        check_problem(&answer);
    }
    for accept in ["", "*/*", "application/*", "application/json", "text/html, */*;q=0.1", "nonsense, */*"] {
        ask("/api/v1/services", accept).await.expect(200);
    }
    ask("/problems/stale", "application/json").await.expect(406);
    ask("/problems/stale", "text/html").await.expect(200);
}

#[tokio::test]
async fn answers_are_zipped_for_who_asks() {
    let clinic = Clinic::open().await;
    let plain = clinic.anonymous().get("/openapi.json").await.expect(200);
    assert_eq!(plain.header("content-encoding"), "");
    let headers = [("accept-encoding", "gzip")];
    let zipped = clinic.anonymous().send("GET", "/openapi.json", &headers, vec![]).await.expect(200);
    assert_eq!(zipped.header("content-encoding"), "gzip");
    assert!(zipped.header("vary").to_lowercase().contains("accept-encoding"));
    assert!(zipped.bytes.starts_with(&[0x1f, 0x8b]) && zipped.bytes.len() * 3 < plain.bytes.len());
    // The last four bytes of a gzip member are the length of what it holds (RFC 1952 §2.3.1).
    let length = u32::from_le_bytes(*zipped.bytes.last_chunk().unwrap());
    assert_eq!(length as usize, plain.bytes.len());
}

#[tokio::test]
async fn what_is_compressed_in_itself_is_sent_as_it_is() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let issued = actors.issued().await;
    let certificate = actors.seen(&actors.admin, &issued).await["certificate"]["id"].clone();
    let logo = include_bytes!("pictures/logo.png");
    let place = "/api/v1/institution/logo";
    actors.admin.send("PUT", place, &[("if-match", "*")], logo.to_vec()).await.expect(200);
    let zipped = async |path: &str| {
        actors.admin.send("GET", path, &[("accept-encoding", "gzip")], vec![]).await.expect(200)
    };
    let pdf = format!("/api/v1/certificates/{}/pdf", certificate.as_str().unwrap());
    for path in [place, &pdf] {
        let (sent, plain) = (zipped(path).await, actors.admin.get(path).await.expect(200));
        assert!(sent.bytes == plain.bytes, "{path}");
        assert_eq!(sent.header("content-length"), plain.bytes.len().to_string(), "{path}");
        assert_eq!(sent.header("content-encoding"), "", "{path}");
    }
    let export = "/api/v1/certification-requests/export?format=";
    let workbook = zipped(&format!("{export}xlsx")).await;
    assert!(workbook.bytes.starts_with(b"PK") && workbook.header("content-encoding").is_empty());
    let table = zipped(&format!("{export}csv")).await;
    assert_eq!(table.header("content-encoding"), "gzip");
}

#[tokio::test]
async fn answers_are_hardened() {
    let clinic = Clinic::open().await;
    let admin = clinic.admin().await;
    for path in ["/api/v1/services", "/nothing", "/problems/stale", "/docs/", "/version", "/v/unknown"] {
        let answer = admin.get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        assert!(answer.header("permissions-policy").contains("camera=()"), "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), "", "{path}");
        assert_eq!(answer.header("server"), "", "{path}");
        // The clinic is reached by http here: browsers must not be told to insist on https.
        assert_eq!(answer.header("strict-transport-security"), "", "{path}");
    }
    assert_eq!(admin.get("/api/v1/services").await.header("cache-control"), "no-store");
}

#[tokio::test]
async fn every_kind_of_problem_has_its_page() {
    let clinic = Clinic::open().await;
    for kind in medcert_api::Kind::ALL {
        let page = clinic.anonymous().get(&format!("/problems/{}", kind.slug())).await.expect(200);
        assert!(page.header("content-type").starts_with("text/html"));
        let text = String::from_utf8(page.bytes).unwrap();
        assert!(text.contains(kind.title()) && text.contains(kind.slug()), "{text}");
    }
}

#[tokio::test]
async fn the_installation_describes_itself() {
    let clinic = Clinic::open().await;
    let stranger = clinic.anonymous();
    let version = stranger.get("/version").await.expect(200);
    assert_eq!(version.body, json!({"name": "medcert", "version": env!("CARGO_PKG_VERSION")}));
    for path in ["/healthz", "/readyz"] {
        assert_eq!(stranger.get(path).await.expect(200).body, json!({"status": "ok"}));
    }
    let newer = stranger.get("/openapi.json").await.expect(200);
    let older = stranger.get("/openapi-3.0.json").await.expect(200);
    assert_eq!((&newer.body["openapi"], &older.body["openapi"]), (&"3.1.0".into(), &"3.0.3".into()));
    let paths = |answer: &Answered| -> Vec<String> {
        answer.body["paths"].as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(paths(&newer), paths(&older));
    let docs = stranger.get("/docs/").await.expect(200);
    assert!(docs.header("content-type").starts_with("text/html"));
    let page = String::from_utf8(docs.bytes).unwrap();
    assert!(page.contains("swagger-ui") && !page.contains("http://") && !page.contains("https://"), "{page}");
    for file in ["swagger-ui.css", "swagger-ui-bundle.js", "swagger-initializer.js"] {
        let answer = stranger.get(&format!("/docs/{file}")).await.expect(200);
        assert!(!answer.bytes.is_empty(), "{file}");
    }
    let setup = stranger.get("/docs/swagger-initializer.js").await;
    assert!(String::from_utf8(setup.bytes).unwrap().contains("/openapi.json"));
}

#[tokio::test]
async fn numbers_are_for_this_machine_alone() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.registered().await;
    let numbers = clinic.anonymous().get("/metrics").await.expect(200);
    assert!(numbers.header("content-type").starts_with("text/plain"));
    let text = String::from_utf8(numbers.bytes).unwrap();
    assert!(text.contains("path=\"/api/v1/certification-requests\""), "{text}");
    assert!(!text.contains(&id) && !text.contains(&actors.service_id), "no ids in numbers");
    for relayed in [("x-forwarded-for", "192.0.2.7"), ("forwarded", "for=192.0.2.7")] {
        let answer = clinic.anonymous().send("GET", "/metrics", &[relayed], vec![]).await.expect(404);
        operations().iter().find(|operation| operation.id == "metrics").unwrap().check(&answer);
    }
}

#[tokio::test]
async fn names_are_kept_as_they_are_written() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let mut body = actors.new_request();
    // Decomposed accents and blanks around are made one; everything else stays.
    body["client"]["given_names"] = json!("  Jose\u{301} Соломія ");
    body["client"]["family_names"] = json!("O’Ніл-Їжакевич");
    body["comment"] = json!("line one\r\nline two \u{1F600}");
    let seen = actors.register(&body).await;
    assert_eq!(seen["client"]["given_names"], "José Соломія");
    assert_eq!(seen["client"]["family_names"], "O’Ніл-Їжакевич");
    assert_eq!(seen["comment"], "line one\nline two \u{1F600}");
    let id = seen["id"].as_str().unwrap();
    let again: Value = actors.seen(&actors.admin, id).await;
    assert_eq!(again["client"]["given_names"], "José Соломія");
}
