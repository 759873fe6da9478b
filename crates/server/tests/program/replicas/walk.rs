//! Every operation through the proxy, and each answer held to the document.

use std::io::Write as _;

use medcert_application::{demo, secrets::Clock as _};
use medcert_testkit::{Answered, Caller};
use serde_json::{Value, json};

use super::{contract::Contract, installation::Installation};

const REQUESTS: &str = "/api/v1/certification-requests";
const NOBODY: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

/// Today where the demonstration clinic is: five hours behind Greenwich, all year.
pub(crate) fn today() -> String {
    (medcert_credentials::SystemClock.now() - chrono::Duration::hours(5)).date_naive().to_string()
}

/// Callers whose answers are judged.
struct Walk {
    contract: Contract,
    anonymous: Caller,
    keys: std::cell::Cell<u32>,
}

impl Walk {
    async fn call(&self, caller: &Caller, method: &str, path: &str, body: Option<&Value>) -> Answered {
        self.keys.set(self.keys.get() + 1);
        let key = format!("\"walk-{}\"", self.keys.get());
        let headers = [("if-match", "*"), ("idempotency-key", key.as_str())];
        let answer = match body {
            Some(body) => caller.json(method, path, &headers, body).await,
            None => caller.send(method, path, if method == "GET" { &[] } else { &headers }, vec![]).await,
        };
        self.contract.check(method, path, &answer);
        assert!(answer.status < 500, "{method} {path}: {}", answer.body);
        answer
    }

    async fn get(&self, caller: &Caller, path: &str) -> Answered {
        self.call(caller, "GET", path, None).await.expect(200)
    }

    async fn act(&self, caller: &Caller, request: &str, action: &str, body: Value) -> Value {
        let path = format!("{REQUESTS}/{request}/{action}");
        self.call(caller, "POST", &path, Some(&body)).await.expect(200).body
    }

    async fn sign_in(&self, place: usize) -> Caller {
        let body = json!({"email": demo::emails()[place], "password": demo::PASSWORD});
        let answer = self.call(&self.anonymous, "POST", "/api/v1/auth/login", Some(&body)).await.expect(200);
        self.anonymous.with_token(answer.body["access_token"].as_str().unwrap())
    }

    /// From registration to a certificate in hand.
    async fn journey(&self, admin: &Caller) {
        let (operator, manager, doctor) =
            (self.sign_in(1).await, self.sign_in(2).await, self.sign_in(3).await);
        let staff = async |who: &Caller| self.get(who, "/api/v1/auth/me").await.body["staff_id"].clone();
        let services = self.get(&operator, "/api/v1/services").await.body;
        let service = services["items"][0]["id"].as_str().unwrap().to_owned();
        self.get(&operator, &format!("/api/v1/services/{service}")).await;
        let everybody = self.get(&manager, "/api/v1/staff?role=DOCTOR&assignable=true").await.body;
        assert_eq!(everybody["items"][0]["id"], staff(&doctor).await);
        let client = json!({
            "document_type": "DNI", "document_number": "41526378", "given_names": "Lucía",
            "family_names": "Quispe Ñahui", "birth_date": "1994-05-17", "preferred_locale": "es"
        });
        let body = json!({"client": client, "service_id": service});
        let registered = self.call(&operator, "POST", REQUESTS, Some(&body)).await.expect(201).body;
        let id = registered["id"].as_str().unwrap();
        let comment = json!({"comment": "Comes on Monday"});
        self.call(&operator, "PATCH", &format!("{REQUESTS}/{id}"), Some(&comment)).await.expect(200);
        self.act(&manager, id, "assign-manager", json!({"staff_id": staff(&manager).await})).await;
        let payment = json!({
            "channel": "YAPE", "paid_on": today(), "amount": "200.00", "currency": "PEN",
            "transaction_reference": "881204"
        });
        self.act(&manager, id, "register-payment", payment).await;
        self.act(&manager, id, "assign-doctor", json!({"staff_id": staff(&doctor).await})).await;
        let findings = json!({
            "evaluated_on": today(), "conclusion": "FIT", "verdict": "APPROVED",
            "diagnoses": [{"code": "Z02.7"}]
        });
        self.act(&doctor, id, "record-evaluation", findings).await;
        let issued = self.act(&doctor, id, "issue", json!({})).await;
        assert_eq!(issued["stage"], "CLOSED");
        let certificate = issued["certificate"]["id"].as_str().unwrap();
        let public = issued["certificate"]["public_id"].as_str().unwrap();
        self.get(&doctor, &format!("/api/v1/certificates/{certificate}")).await;
        let pdf = self.get(&doctor, &format!("/api/v1/certificates/{certificate}/pdf")).await;
        assert!(pdf.bytes.starts_with(b"%PDF"));
        let shown = self.get(&self.anonymous, &format!("/api/v1/public/certificates/{public}")).await.body;
        assert_eq!(shown["number"], issued["certificate"]["number"]);
        self.get(&self.anonymous, &format!("/v/{public}")).await;
        let list = self.get(&operator, &format!("{REQUESTS}?limit=1")).await.body;
        assert_eq!(list["items"][0]["id"], id);
        self.get(admin, &format!("{REQUESTS}/{id}")).await;
        self.get(admin, &format!("{REQUESTS}/{id}/history")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_keeps_to_the_document_through_the_proxy() {
    let installation = Installation::start().await;
    let walk = Walk {
        contract: Contract::read(),
        anonymous: Caller::at(&installation.url),
        keys: std::cell::Cell::new(0),
    };
    let admin = walk.sign_in(0).await;
    walk.journey(&admin).await;
    let mut uncalled = walk.contract.uncalled();
    // These end the login they are called with, the second one for good.
    let rank =
        |id: &str| ["logout", "change_password"].iter().position(|last| *last == id).map_or(0, |p| p + 1);
    uncalled.sort_by_key(|operation| rank(&operation.id));
    for operation in uncalled {
        let caller = if rank(&operation.id) > 0 { walk.sign_in(0).await } else { admin.clone() };
        let path = operation.template.replace("{slug}", "stale");
        let path = path.replace("{public_id}", "3f2c9a7e5b1d48068c4e2f6a9d0b7c11");
        let parts = path.split('/').map(|part| if part.starts_with('{') { NOBODY } else { part });
        let path = parts.collect::<Vec<_>>().join("/");
        let body = walk.contract.example(&operation);
        walk.call(&caller, &operation.method, &path, body.as_ref()).await;
    }
    assert!(walk.contract.uncalled().is_empty());
    let (operations, answers) = walk.contract.counts();
    let _ = writeln!(
        std::io::stderr(),
        "through the proxy: {operations} operations called, {answers} kinds of answers as documented"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_proxy_is_what_its_configuration_says() {
    let installation = Installation::start().await;
    assert_eq!(installation.over_tls("/readyz"), "2 200");
    let redirected = installation.without_tls("/v/x?y");
    assert_eq!(redirected, "308 https://certificates.clinic.example/v/x?y");
    let caller = Caller::at(&installation.url);
    let numbers = caller.get("/metrics").await;
    assert_eq!((numbers.status, numbers.problem()), (404, "not-found"));
    // Ours up to what the proxy reads, the proxy's above it; the shape is the same.
    for size in [300 * 1024, 2 * 1024 * 1024] {
        let body = json!({"email": "x".repeat(size), "password": "x"});
        let refused = caller.post("/api/v1/auth/login", &body).await;
        assert_eq!((refused.status, refused.problem()), (413, "too-large"), "{size}");
        assert_eq!(refused.header("content-type"), "application/problem+json");
    }
    // Two slashes are another address, and PUT and DELETE arrive although they take a way of their own.
    assert_eq!(caller.get("//version").await.status, 404);
    let deleted = caller.send("DELETE", &format!("{REQUESTS}/{NOBODY}"), &[], vec![]).await;
    assert_eq!((deleted.status, deleted.problem()), (401, "unauthenticated"));
    let put = caller.send("PUT", "/version", &[], vec![]).await;
    assert_eq!((put.status, put.problem()), (405, "method-not-allowed"));
    // Nobody can claim to come from elsewhere: the limits and the audit trail see the proxy's own word.
    let claimed = caller.send("GET", "/version", &[("x-forwarded-for", "192.0.2.1")], vec![]).await;
    assert_eq!(claimed.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_replicas_the_proxy_says_so_itself() {
    let mut installation = Installation::start().await;
    let caller = Caller::at(&installation.url);
    installation.kill(0);
    assert_eq!(caller.get("/version").await.status, 200);
    installation.kill(1);
    let answer = caller.get("/version").await;
    assert_eq!((answer.status, answer.problem(), answer.header("retry-after")), (503, "unavailable", "1"));
    assert_eq!(answer.header("content-type"), "application/problem+json");
}
