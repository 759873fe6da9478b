//! What is around all handlers, asked through the whole application.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    num::NonZeroU32,
    sync::Arc,
};

use actix_web::{
    body::{BodySize, MessageBody as _},
    dev::ServiceResponse,
    http::StatusCode,
    test::{self, TestRequest},
};
use serde_json::Value;

use crate::{Http, HttpOptions, openapi, stub};

async fn ask_with(options: HttpOptions, requests: Vec<TestRequest>) -> Vec<ServiceResponse> {
    let (app, _) = stub::app();
    let service = test::init_service(Http::new(app, options).service()).await;
    let mut answers = Vec::new();
    for request in requests {
        answers.push(test::call_service(&service, request.to_request()).await);
    }
    answers
}

fn unlimited() -> HttpOptions {
    HttpOptions { rate_limit: None, ..HttpOptions::default() }
}

async fn ask(request: TestRequest) -> ServiceResponse {
    ask_with(unlimited(), vec![request]).await.pop().unwrap()
}

async fn problem(answer: ServiceResponse) -> Value {
    assert_eq!(answer.headers().get("content-type").unwrap(), "application/problem+json");
    test::read_body_json(answer).await
}

fn header<'a>(answer: &'a ServiceResponse, name: &str) -> &'a str {
    answer.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

fn request(method: &str, path: &str) -> TestRequest {
    TestRequest::default().method(method.parse().unwrap()).uri(path)
}

/// Every documented operation: method, path with its parameters filled in, operation id.
fn operations() -> Vec<(String, String, String)> {
    let document = serde_json::to_value(openapi::document()).unwrap();
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let parts = path.split('/').map(|part| match part {
            "{slug}" => "stale",
            "{public_id}" => "3f2c9a7e5b1d48068c4e2f6a9d0b7c11",
            part if part.starts_with('{') => "01890a5d-ac96-774b-bcce-b302099a8057",
            part => part,
        });
        let path = parts.collect::<Vec<_>>().join("/");
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap().to_owned();
            all.push((method.to_ascii_uppercase(), path.clone(), id));
        }
    }
    all
}

#[actix_web::test]
async fn every_address_knows_its_methods() {
    let service = test::init_service(Http::new(stub::app().0, unlimited()).service()).await;
    let ask = async |request: TestRequest| test::call_service(&service, request.to_request()).await;
    for (method, path, operation) in operations() {
        let options = ask(request("OPTIONS", &path)).await;
        assert_eq!(options.status(), StatusCode::NO_CONTENT, "{path}");
        let allow = header(&options, "allow").to_owned();
        assert!(allow.split(", ").any(|m| m == method), "{operation}: {allow}");
        assert_eq!(allow.contains("HEAD"), allow.contains("GET"), "{path}: {allow}");
        for other in ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"] {
            if !allow.split(", ").any(|m| m == other) {
                let answer = ask(request(other, &path)).await;
                assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED, "{other} {path}");
                assert_eq!(header(&answer, "allow"), allow);
                assert_eq!(problem(answer).await["type"], "/problems/method-not-allowed");
            }
        }
    }
}

#[actix_web::test]
async fn every_operation_wants_its_caller_first() {
    let service = test::init_service(Http::new(stub::app().0, unlimited()).service()).await;
    let ask = async |request: TestRequest| test::call_service(&service, request.to_request()).await;
    for (method, path, operation) in operations() {
        let access = crate::access::of(&operation).unwrap().access;
        let broken = request(&method, &path).set_payload("{").insert_header(("content-type", "text/csv"));
        let answer = ask(broken).await;
        if !access.needs_login() {
            assert_ne!(answer.status(), StatusCode::UNAUTHORIZED, "{operation}");
            continue;
        }
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{operation}");
        assert!(header(&answer, "www-authenticate").starts_with("Bearer"));
        for role in medcert_domain::policy::Role::ALL {
            let bearer = ("authorization", format!("Bearer {role}"));
            let broken = request(&method, &path).insert_header(bearer).set_payload("{");
            let status = ask(broken).await.status();
            assert_ne!(status, StatusCode::UNAUTHORIZED, "{operation} {role}");
            let kept_out = access.roles().is_some_and(|roles| !roles.contains(role));
            assert_eq!(status == StatusCode::FORBIDDEN, kept_out, "{operation} {role}: {status}");
        }
    }
}

#[actix_web::test]
async fn what_is_nowhere_is_a_problem() {
    for path in
        ["/", "/nothing", "/api/v1", "/api/v1/auth", "/api/v1/auth/me/", "/problems/none", "/docs/none"]
    {
        let answer = ask(request("GET", path)).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
        let id = header(&answer, "x-request-id").to_owned();
        let problem = problem(answer).await;
        assert_eq!((&problem["instance"], &problem["request_id"]), (&path.into(), &id.into()));
    }
    let post = ask(request("POST", "/nothing")).await;
    assert_eq!(post.status(), StatusCode::NOT_FOUND);
    let admin = ("authorization", "Bearer ADMIN");
    let no_uuid = request("POST", "/api/v1/users/7/suspend").insert_header(admin);
    assert_eq!(ask(no_uuid).await.status(), StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn head_is_get_without_its_body() {
    for path in ["/version", "/healthz", "/openapi.json", "/problems/stale", "/api/v1/auth/me"] {
        let get = ask(request("GET", path)).await;
        let head = ask(request("HEAD", path)).await;
        assert_eq!(get.status(), head.status());
        assert_eq!(header(&get, "content-type"), header(&head, "content-type"));
        let (BodySize::Sized(wanted), BodySize::Sized(received)) =
            (get.response().body().size(), head.response().body().size())
        else {
            panic!("{path} has no length");
        };
        assert_eq!(received, wanted, "{path}");
        assert!(test::read_body(head).await.is_empty());
    }
}

#[actix_web::test]
async fn request_ids_come_back_and_answers_are_hardened() {
    let answer = ask(request("GET", "/version").insert_header(("x-request-id", "abc-1"))).await;
    assert_eq!(header(&answer, "x-request-id"), "abc-1");
    let answer = ask(request("GET", "/version").insert_header(("x-request-id", "a b"))).await;
    assert_eq!(header(&answer, "x-request-id").len(), 36);
    assert_eq!(header(&answer, "x-content-type-options"), "nosniff");
    assert_eq!(header(&answer, "cache-control"), "no-store");
    assert_eq!(header(&answer, "referrer-policy"), "no-referrer");
    assert!(header(&answer, "content-security-policy").contains("frame-ancestors 'none'"));
    assert!(header(&answer, "strict-transport-security").starts_with("max-age"));
    let page = ask(request("GET", "/docs/")).await;
    assert_eq!(page.status(), StatusCode::OK);
    assert!(header(&page, "content-security-policy").contains("script-src 'self'"));
    assert_eq!(ask(request("GET", "/docs")).await.status(), StatusCode::TEMPORARY_REDIRECT);
}

#[actix_web::test]
async fn failures_tell_no_causes() {
    let me = request("GET", "/api/v1/auth/me").insert_header(("authorization", "bearer OPERATOR"));
    let answer = ask(me).await;
    assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!problem(answer).await.to_string().contains("SELECT"));
    let answer = ask(request("GET", "/readyz")).await;
    assert_eq!((answer.status(), header(&answer, "retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "1"));
    assert!(!problem(answer).await.to_string().contains("secret"));
}

#[actix_web::test]
async fn a_panic_is_a_problem() {
    let (app, _) = stub::app();
    let service = test::init_service(Http::new(app, unlimited()).service()).await;
    let login = request("POST", "/api/v1/auth/login")
        .insert_header(("x-request-id", "p-1"))
        .set_json(serde_json::json!({"email": "a@b.c", "password": "x"}));
    let error = test::try_call_service(&service, login.to_request()).await.unwrap_err();
    let answer = error.error_response();
    assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(answer.headers().get("x-request-id").unwrap(), "p-1");
    assert_eq!(answer.headers().get("x-content-type-options").unwrap(), "nosniff");
    let body = answer.into_body().try_into_bytes().unwrap();
    let problem: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((&problem["status"], &problem["request_id"]), (&500.into(), &"p-1".into()));
}

#[actix_web::test]
async fn denials_are_noted() {
    let (app, stub) = stub::app();
    let service = test::init_service(Http::new(Arc::clone(&app), unlimited()).service()).await;
    let policy = request("GET", "/api/v1/policy").insert_header(("authorization", "Bearer DOCTOR"));
    let answer =
        test::call_service(&service, policy.insert_header(("x-request-id", "d-1")).to_request()).await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    app.trail.drain().await;
    let audited = stub.audited.lock().unwrap();
    let [event] = audited.as_slice() else { panic!("one event") };
    assert_eq!(
        (event.action.as_str(), event.outcome, event.request_id.as_str()),
        ("policy:read", "denied", "d-1")
    );
}

#[actix_web::test]
async fn callers_are_limited() {
    let options = HttpOptions { rate_limit: NonZeroU32::new(2), ..HttpOptions::default() };
    let version = || request("GET", "/version").peer_addr(SocketAddr::from(([192, 0, 2, 1], 1)));
    let other = request("GET", "/version").peer_addr(SocketAddr::from(([192, 0, 2, 2], 1)));
    let probe = request("GET", "/healthz").peer_addr(SocketAddr::from(([192, 0, 2, 1], 1)));
    let answers = ask_with(options, vec![version(), version(), version(), other, probe]).await;
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status().as_u16()).collect();
    assert_eq!(statuses, [200, 200, 429, 200, 200]);
    assert_eq!(header(&answers[0], "ratelimit-remaining"), "1");
    assert_eq!(header(&answers[2], "ratelimit-limit"), "2");
    assert_eq!((header(&answers[2], "ratelimit-remaining"), header(&answers[2], "retry-after")), ("0", "1"));
    assert_eq!(header(&answers[4], "ratelimit-limit"), "");
}

#[actix_web::test]
async fn numbers_are_for_the_own_machine() {
    let local = || request("GET", "/metrics").peer_addr(SocketAddr::from(([127, 0, 0, 1], 1)));
    let relayed = local().insert_header(("x-forwarded-for", "192.0.2.1"));
    let remote = request("GET", "/metrics").peer_addr(SocketAddr::from(([192, 0, 2, 1], 1)));
    let mut answers = ask_with(unlimited(), vec![remote, relayed, local()]).await;
    let text = test::read_body(answers.pop().unwrap()).await;
    assert!(String::from_utf8_lossy(&text).contains("path=\"/metrics\",status=\"4xx\"} 2"));
    assert!(answers.iter().all(|answer| answer.status() == StatusCode::NOT_FOUND));
}

#[actix_web::test]
async fn accept_is_honoured() {
    let html = request("GET", "/api/v1/auth/session").insert_header(("accept", "text/html"));
    assert_eq!(ask(html).await.status(), StatusCode::NOT_ACCEPTABLE);
    let session = ask(request("GET", "/api/v1/auth/session")).await;
    assert_eq!((session.status(), test::read_body(session).await), (StatusCode::OK, "null".into()));
}

#[actix_web::test]
async fn bodies_are_judged() {
    let login = || request("POST", "/api/v1/auth/login").insert_header(("content-type", "application/json"));
    let status = async |request: TestRequest| ask(request).await.status().as_u16();
    assert_eq!(status(login().set_payload("{")).await, 400);
    assert_eq!(status(login().set_payload("x".repeat(crate::BODY_LIMIT + 1))).await, 413);
    assert_eq!(status(request("POST", "/api/v1/auth/login").set_payload("{}")).await, 415);
    let answer = ask(login().set_payload(r#"{"email":"a","password":"b","mode":"cookie"}"#)).await;
    assert_eq!(problem(answer).await["errors"][0]["pointer"], "/mode");
}

/// Sends bytes to a real server and reads until it closes the connection.
fn talk(address: SocketAddr, message: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(message).unwrap();
    let mut answer = Vec::new();
    // The server may reset the connection after refusing a body that was not read to its end.
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

#[actix_web::test]
async fn a_socket_is_served() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = Http::new(stub::app().0, unlimited()).serve(listener).unwrap();
    let handle = server.handle();
    let serving = actix_web::rt::spawn(server);
    let received = actix_web::rt::task::spawn_blocking(move || {
        let head = talk(address, b"HEAD /version HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let gzip = talk(
            address,
            b"GET /openapi.json HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n",
        );
        let mut post = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
            Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
            .to_vec();
        for _ in 0..5 {
            post.extend_from_slice(b"10000\r\n");
            post.extend_from_slice(&vec![b' '; 0x10000]);
            post.extend_from_slice(b"\r\n");
        }
        post.extend_from_slice(b"0\r\n\r\n");
        (head, gzip, talk(address, &post))
    });
    let (head, gzip, large) = received.await.unwrap();
    handle.stop(false).await;
    serving.await.unwrap().unwrap();
    assert!(head.starts_with("HTTP/1.1 200") && head.contains("content-length: 36\r\n"), "{head}");
    assert!(head.ends_with("\r\n\r\n"), "{head}");
    assert!(gzip.contains("content-encoding: gzip"), "{}", &gzip[..400]);
    assert!(large.starts_with("HTTP/1.1 413") && large.contains("/problems/too-large"), "{large}");
}
