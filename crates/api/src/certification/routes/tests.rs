//! The routes, asked through the whole application: what is answered before a database is needed.

use actix_web::{
    dev::ServiceResponse,
    http::{Method, StatusCode},
    test::{self, TestRequest},
};
use serde_json::{Value, json};

use crate::{Http, HttpOptions, stub};

const REQUEST: &str = "/api/v1/certification-requests/0197a0e4-0000-7000-8000-000000000001";

async fn ask(request: TestRequest) -> ServiceResponse {
    let (app, _) = stub::app();
    let options = HttpOptions { rate_limit: None, ..HttpOptions::default() };
    let service = test::init_service(Http::new(app, options).service()).await;
    test::call_service(&service, request.to_request()).await
}

fn by(role: &str, method: Method, uri: &str) -> TestRequest {
    TestRequest::with_uri(uri).method(method).insert_header(("authorization", format!("Bearer {role}")))
}

async fn faults_of(answer: ServiceResponse) -> Vec<(String, String)> {
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let problem: Value = test::read_body_json(answer).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let faults = problem["errors"].as_array().unwrap().iter();
    faults.map(|fault| (text(&fault["pointer"]), text(&fault["code"]))).collect()
}

#[actix_web::test]
async fn every_action_refuses_in_the_same_order() {
    let actions = [
        ("assign-manager", "OPERATOR"),
        ("change-manager", "OPERATOR"),
        ("unassign-manager", "OPERATOR"),
        ("assign-doctor", "MANAGER"),
        ("change-doctor", "MANAGER"),
        ("unassign-doctor", "MANAGER"),
        ("override-fee", "MANAGER"),
        ("register-payment", "OPERATOR"),
        ("validate-payment", "MANAGER"),
        ("void-payment", "MANAGER"),
        ("register-refund", "MANAGER"),
        ("observe-payment", "MANAGER"),
        ("clear-observation", "MANAGER"),
        ("record-evaluation", "DOCTOR"),
        ("issue", "DOCTOR"),
        ("close", "DOCTOR"),
        ("cancel", "OPERATOR"),
        ("reopen", "ADMIN"),
        ("override", "ADMIN"),
    ];
    for (action, role) in actions {
        let uri = format!("{REQUEST}/{action}");
        let broken = |role| by(role, Method::POST, &uri).insert_header(("content-type", "application/json"));
        assert_eq!(ask(broken("AUDITOR").set_payload("{")).await.status(), 403, "{action}");
        assert_eq!(ask(broken(role).set_payload("{")).await.status(), 400, "{action}");
        let elsewhere = by(role, Method::POST, &format!("/api/v1/certification-requests/7/{action}"));
        assert_eq!(ask(elsewhere).await.status(), 404, "{action}");
        let wanted = match action {
            "register-payment" | "register-refund" | "issue" => 400,
            "record-evaluation" => 428,
            // Now the database is needed.
            _ => 503,
        };
        assert_eq!(ask(by(role, Method::POST, &uri)).await.status(), wanted, "{action}");
    }
}

#[actix_web::test]
async fn editing_and_erasing_need_a_version() {
    for method in [Method::PATCH, Method::DELETE] {
        assert_eq!(ask(by("ADMIN", method.clone(), REQUEST)).await.status(), 428);
        let versioned = by("ADMIN", method, REQUEST).insert_header(("if-match", "\"v1-00000000\""));
        assert_eq!(ask(versioned).await.status(), 503);
    }
}

#[actix_web::test]
async fn registering_tells_all_faults() {
    let body = json!({"client": {"document_type": "DNI"}, "comment": "\u{1}"});
    let answer = ask(by("OPERATOR", Method::POST, "/api/v1/certification-requests").set_json(body)).await;
    let pointers: Vec<String> = faults_of(answer).await.into_iter().map(|(pointer, _)| pointer).collect();
    let wanted = ["/client/document_number", "/client/given_names", "/client/family_names", "/comment"];
    assert_eq!(pointers, wanted);
}

#[actix_web::test]
async fn filters_are_refused_with_their_names() {
    let uri = "/api/v1/certification-requests?stage=OPEN&sort=name";
    let faults = faults_of(ask(by("DOCTOR", Method::GET, uri)).await).await;
    assert_eq!(faults.iter().map(|(pointer, _)| pointer.as_str()).collect::<Vec<_>>(), ["/stage", "/sort"]);
    for uri in ["/api/v1/staff?role=COOK", "/api/v1/staff?nope=1", "/api/v1/services?active=2"] {
        assert_eq!(faults_of(ask(by("OPERATOR", Method::GET, uri)).await).await.len(), 1, "{uri}");
    }
    for list in ["certification-requests", "staff", "promoters", "services"] {
        let answer = ask(by("MANAGER", Method::GET, &format!("/api/v1/{list}"))).await;
        assert_eq!(answer.status(), 503, "{list}");
    }
    let pdf = "/api/v1/certificates/0197a0e4-0000-7000-8000-000000000001/pdf?copy=clinical";
    assert_eq!(faults_of(ask(by("MANAGER", Method::GET, pdf)).await).await[0].0, "/copy");
}

#[actix_web::test]
async fn the_profile_has_an_etag() {
    let answer = ask(by("OPERATOR", Method::GET, "/api/v1/institution")).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let tag = answer.headers().get("etag").unwrap().clone();
    assert!(tag.to_str().unwrap().starts_with("\"v0-"));
    let again = by("OPERATOR", Method::GET, "/api/v1/institution").insert_header(("if-none-match", tag));
    assert_eq!(ask(again).await.status(), StatusCode::NOT_MODIFIED);
    let profile: Value = test::read_body_json(answer).await;
    assert_eq!(profile["time_zone"], "America/Lima");
}

#[actix_web::test]
async fn strangers_are_answered_everywhere() {
    let id = "3f2c9a7e5b1d48068c4e2f6a9d0b7c11";
    let answer = ask(TestRequest::with_uri(&format!("/api/v1/public/certificates/{id}"))).await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    assert_eq!(answer.headers().get("content-type").unwrap(), "application/problem+json");
    assert_eq!(answer.headers().get("access-control-allow-origin").unwrap(), "*");
    assert_eq!(answer.headers().get("cross-origin-resource-policy").unwrap(), "cross-origin");
    let answer = ask(TestRequest::with_uri(&format!("/v/{id}?lang=uk&from=qr"))).await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    assert_eq!(answer.headers().get("content-type").unwrap(), "text/html; charset=utf-8");
    assert_eq!(answer.headers().get("vary").unwrap(), "Accept-Language");
    let page = test::read_body(answer).await;
    assert!(std::str::from_utf8(&page).unwrap().contains("<h1>Невідома</h1>"));
}
