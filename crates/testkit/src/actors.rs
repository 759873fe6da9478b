//! The people of the demonstration clinic, signed in, and the way of a request as far as a test needs it.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use crate::{Answered, Caller, Clinic};

const REQUESTS: &str = "/api/v1/certification-requests";

/// The signed-in people of a clinic, and what requests are made of.
pub struct Actors {
    /// The administrator.
    pub admin: Caller,
    /// The operator.
    pub operator: Caller,
    /// The manager.
    pub manager: Caller,
    /// The doctor.
    pub doctor: Caller,
    /// The manager's staff record.
    pub manager_id: String,
    /// The doctor's staff record.
    pub doctor_id: String,
    /// The first service by name: 200.00 PEN, valid 365 days.
    pub service_id: String,
    count: AtomicU32,
}

impl Actors {
    /// Signs everybody in.
    pub async fn of(clinic: &Clinic) -> Self {
        let admin = clinic.admin().await;
        let doctor = clinic.doctor().await;
        let manager = clinic.manager().await;
        let staff = |me: Answered| me.body["staff_id"].as_str().expect("a staff record").to_owned();
        let services = admin.get("/api/v1/services?limit=1").await.expect(200);
        Self {
            manager_id: staff(manager.get("/api/v1/auth/me").await.expect(200)),
            doctor_id: staff(doctor.get("/api/v1/auth/me").await.expect(200)),
            service_id: services.body["items"][0]["id"].as_str().expect("a service").to_owned(),
            operator: clinic.operator().await,
            admin,
            manager,
            doctor,
            count: AtomicU32::new(0),
        }
    }

    /// The same people signed in again: access tokens end while the clock is moved on.
    pub async fn again(&mut self, clinic: &Clinic) {
        self.admin = clinic.admin().await;
        self.operator = clinic.operator().await;
        self.manager = clinic.manager().await;
        self.doctor = clinic.doctor().await;
    }

    /// A number no other call gave.
    pub fn next(&self) -> u32 {
        self.count.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// A client whom nobody knows yet.
    pub fn new_client(&self) -> Value {
        json!({
            "document_type": "DNI", "document_number": format!("{:08}", 10_000_000 + self.next()),
            "given_names": "Lucía", "family_names": "Ñahui Ponce", "birth_date": "1990-04-12"
        })
    }

    /// A body that registers a new client for the first service.
    pub fn new_request(&self) -> Value {
        json!({"client": self.new_client(), "service_id": self.service_id})
    }

    /// A payment of this amount today, with a reference of its own.
    pub fn payment(&self, amount: &str) -> Value {
        json!({
            "channel": "YAPE", "paid_on": "2026-11-21", "amount": amount, "currency": "PEN",
            "transaction_reference": format!("T-{:06}", self.next())
        })
    }

    /// Findings that may be issued.
    pub fn findings() -> Value {
        json!({
            "evaluated_on": "2026-11-21", "conclusion": "FIT_WITH_RESTRICTIONS", "verdict": "APPROVED",
            "diagnoses": [{"code": "F41.1", "text": "Secret-diagnosis"}], "observations": "Secret-observation",
            "recommendations": "Secret-recommendation", "restrictions": "Wears glasses while driving"
        })
    }

    /// Registers, and gives the answer's body.
    pub async fn register(&self, body: &Value) -> Value {
        self.operator.post(REQUESTS, body).await.expect(201).body
    }

    /// Tries an action with a key of its own and whatever version the request has.
    pub async fn attempt(&self, caller: &Caller, id: &str, action: &str, body: &Value) -> Answered {
        let key = format!("key-{}", self.next());
        let headers = [("idempotency-key", key.as_str()), ("if-match", "*")];
        caller.json("POST", &format!("{REQUESTS}/{id}/{action}"), &headers, body).await
    }

    /// The same, which must succeed; gives the answer's body.
    pub async fn act(&self, caller: &Caller, id: &str, action: &str, body: Value) -> Value {
        self.attempt(caller, id, action, &body).await.expect(200).body
    }

    /// Edits whatever version the request has.
    pub async fn edit(&self, caller: &Caller, id: &str, body: &Value) -> Answered {
        caller.patch(&format!("{REQUESTS}/{id}"), "*", body).await
    }

    /// Erases whatever version the request has.
    pub async fn erase(&self, caller: &Caller, id: &str) -> Answered {
        let body = json!({"reason": "Registered by mistake"});
        caller.json("DELETE", &format!("{REQUESTS}/{id}"), &[("if-match", "*")], &body).await
    }

    /// The request as the caller sees it.
    pub async fn seen(&self, caller: &Caller, id: &str) -> Value {
        caller.get(&format!("{REQUESTS}/{id}")).await.expect(200).body
    }

    /// What happened to the request, newest first.
    pub async fn history(&self, id: &str) -> Vec<Value> {
        let answer = self.admin.get(&format!("{REQUESTS}/{id}/history?limit=200")).await.expect(200);
        answer.body["items"].as_array().expect("a list").clone()
    }

    /// A registered request: its id.
    pub async fn registered(&self) -> String {
        let request = self.register(&self.new_request()).await;
        request["id"].as_str().expect("an id").to_owned()
    }

    /// A request with the manager.
    pub async fn managed(&self) -> String {
        let id = self.registered().await;
        self.act(&self.operator, &id, "assign-manager", json!({"staff_id": self.manager_id})).await;
        id
    }

    /// A request that is paid in full.
    pub async fn paid(&self) -> String {
        let id = self.managed().await;
        self.act(&self.manager, &id, "register-payment", self.payment("200.00")).await;
        id
    }

    /// A paid request with the doctor.
    pub async fn with_doctor(&self) -> String {
        let id = self.paid().await;
        self.act(&self.manager, &id, "assign-doctor", json!({"staff_id": self.doctor_id})).await;
        id
    }

    /// A request with findings that may be issued.
    pub async fn evaluated(&self) -> String {
        let id = self.with_doctor().await;
        self.act(&self.doctor, &id, "record-evaluation", Self::findings()).await;
        id
    }

    /// A request closed with a certificate.
    pub async fn issued(&self) -> String {
        let id = self.evaluated().await;
        self.act(&self.doctor, &id, "issue", json!({})).await;
        id
    }
}
