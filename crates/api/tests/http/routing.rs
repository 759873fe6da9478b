//! Which methods an address has, and what is answered where there is nothing.

use std::collections::BTreeSet;

use medcert_testkit::{Actors, Clinic};

use crate::contract::{NOBODY, addresses, check_problem, fill, operations};

fn set(allow: &str) -> BTreeSet<&str> {
    allow.split(", ").collect()
}

#[tokio::test]
async fn what_is_not_documented_is_refused_and_options_tell_the_rest() {
    let clinic = Clinic::open().await;
    let stranger = clinic.anonymous();
    for (template, methods) in addresses() {
        let path = fill(&template, NOBODY);
        let mut wanted: BTreeSet<&str> = methods.iter().map(String::as_str).collect();
        wanted.insert("OPTIONS");
        if wanted.contains("GET") {
            wanted.insert("HEAD");
        }
        let options = stranger.send("OPTIONS", &path, &[], vec![]).await.expect(204);
        assert_eq!(set(options.header("allow")), wanted, "{template}");
        assert!(options.bytes.is_empty());
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            if wanted.contains(method) {
                continue;
            }
            let answer = stranger.send(method, &path, &[], b"{".to_vec()).await.expect(405);
            assert_eq!(set(answer.header("allow")), wanted, "{method} {template}");
            assert_eq!(answer.problem(), "method-not-allowed");
            check_problem(&answer);
        }
    }
}

#[tokio::test]
async fn head_is_get_without_its_body() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let request = actors.registered().await;
    let kept = |name: &str| !["date", "x-request-id", "content-length"].contains(&name);
    for operation in operations().into_iter().filter(|operation| operation.method == "GET") {
        // An id that is there for requests and nowhere else: both kinds of answers are compared.
        let path = operation.path(&request);
        let headers = [("x-request-id", "same")];
        let get = actors.admin.send("GET", &path, &headers, vec![]).await;
        let head = actors.admin.send("HEAD", &path, &headers, vec![]).await;
        assert_eq!(head.status, get.status, "{}", operation.id);
        assert!(head.bytes.is_empty(), "{}", operation.id);
        let rest = |answer: &medcert_testkit::Answered| -> BTreeSet<(String, String)> {
            let headers = answer.headers.iter().filter(|(name, _)| kept(name.as_str()));
            headers.map(|(n, v)| (n.to_string(), v.to_str().unwrap().to_owned())).collect()
        };
        assert_eq!(rest(&head), rest(&get), "{}", operation.id);
        // The numbers change with every request that is counted.
        if operation.id != "metrics" {
            // How long an export gets is not known when it begins.
            let sent = get.header("transfer-encoding") == "chunked";
            let length = if sent { String::new() } else { get.bytes.len().to_string() };
            assert_eq!(head.header("content-length"), length, "{}", operation.id);
            assert_eq!(get.header("content-length"), length, "{}", operation.id);
        }
        operation.check(&get);
    }
}

#[tokio::test]
async fn there_is_nothing_elsewhere() {
    let clinic = Clinic::open().await;
    let admin = clinic.admin().await;
    let nowhere = [
        "/",
        "/nothing",
        "/api",
        "/api/v1",
        "/api/v1/",
        "/api/v2/services",
        "/api/v1/certification-requests/",
        "/api/v1//services",
        "/api/v1/services/",
        "/api/v1/auth/me/",
        "/API/V1/SERVICES",
        "/problems/",
        "/problems/no-such-kind",
        "/problems/stale/x",
        "/docs/no-such-file",
        "/v/",
        "/api/v1/public/certificates/",
        "/api/v1/public/certificates/xyz",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/docs/..%2f..%2fetc/passwd",
        "/docs/%2e%2e/%2e%2e/Cargo.toml",
        "/%00",
        "/%ff%fe",
        "/api/v1/services/%ff",
        "/api/v1/certification-requests/%F0%9F%98%80",
        "/openapi.json/x",
        "/;/..;/",
    ];
    for path in nowhere {
        for method in ["GET", "POST", "DELETE"] {
            let answer = admin.send(method, path, &[], vec![]).await;
            let fine = answer.status == 404 || method != "GET" && answer.status == 405;
            assert!(fine, "{method} {path}: {}", answer.status);
            check_problem(&answer);
        }
    }
    let long = format!("/api/v1/services/{}", "x".repeat(4000));
    check_problem(&admin.get(&long).await.expect(404));
    // Even methods that nobody has heard of get an answer.
    let brewed = admin.send("BREW", "/api/v1/services", &[], vec![]).await.expect(405);
    assert_eq!(set(brewed.header("allow")), BTreeSet::from(["GET", "HEAD", "OPTIONS", "POST"]));
}

#[tokio::test]
async fn an_id_that_is_no_uuid_is_unknown() {
    let clinic = Clinic::open().await;
    let (admin, doctor) = (clinic.admin().await, clinic.doctor().await);
    let unhyphenated = NOBODY.replace('-', "");
    let braced = format!("%7B{NOBODY}%7D");
    let ids =
        ["7", "null", "0", "-1", "01890a5d-ac96-774b-bcce-b302099a805", &unhyphenated, &braced, "%20", "'"];
    for operation in operations().into_iter().filter(|operation| operation.template.contains("{id}")) {
        let roles = operation.said["x-roles"].to_string();
        let caller = if roles.contains("ADMIN") { &admin } else { &doctor };
        for id in ids {
            let headers = [("if-match", "*"), ("idempotency-key", "k")];
            let path = operation.path(id);
            let body = operation.example().unwrap_or_default();
            let answer = caller.json(&operation.method, &path, &headers, &body).await.expect(404);
            operation.check(&answer);
            assert_eq!(answer.problem(), "not-found");
        }
    }
}
