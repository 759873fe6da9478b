//! The OpenAPI document as tests read it, and what every answer must keep to.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use medcert_api::Kind;
use medcert_testkit::Answered;
use serde_json::Value;

/// The document as JSON.
pub(crate) static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(&medcert_api::openapi::text()).expect("the document is JSON"));

/// An identifier that nothing has.
pub(crate) const NOBODY: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

/// One documented operation.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    /// Its name.
    pub(crate) id: String,
    /// `GET`, `POST` …
    pub(crate) method: String,
    /// Its address with parameters in braces.
    pub(crate) template: String,
    /// What the document says of it.
    pub(crate) said: Value,
}

impl Operation {
    /// The statuses it may answer with.
    pub(crate) fn statuses(&self) -> BTreeSet<u16> {
        self.said["responses"].as_object().unwrap().keys().map(|status| status.parse().unwrap()).collect()
    }

    /// Whether nobody may call it without being signed in.
    pub(crate) fn needs_login(&self) -> bool {
        let requirements = self.said["security"].as_array().unwrap();
        !requirements.is_empty()
            && requirements.iter().all(|one| one.as_object().is_some_and(|o| !o.is_empty()))
    }

    /// The example of its body.
    pub(crate) fn example(&self) -> Option<Value> {
        let schema = &self.said["requestBody"]["content"]["application/json"]["schema"];
        schema["$ref"].as_str().map(|reference| DOCUMENT.pointer(&reference[1..]).unwrap()["example"].clone())
    }

    /// Its address with this id in it.
    pub(crate) fn path(&self, id: &str) -> String {
        fill(&self.template, id)
    }

    /// Its parameters of a kind: `query`, `header`.
    pub(crate) fn parameters(&self, place: &str) -> Vec<String> {
        let all = self.said["parameters"].as_array().cloned().unwrap_or_default();
        all.iter().filter(|p| p["in"] == place).map(|p| p["name"].as_str().unwrap().to_owned()).collect()
    }

    /// Fails unless the answer is one the document promises.
    pub(crate) fn check(&self, answer: &Answered) {
        let name = &self.id;
        let known = self.statuses().contains(&answer.status);
        assert!(known, "{name}: {} is not documented: {}", answer.status, answer.body);
        if answer.status >= 400 && !answer.header("content-type").starts_with("text/html") {
            check_problem(answer);
        }
    }
}

/// A template with its parameters filled in.
pub(crate) fn fill(template: &str, id: &str) -> String {
    let public_id = "3f2c9a7e5b1d48068c4e2f6a9d0b7c11";
    template
        .replace("{id}", id)
        .replace("{guardian_id}", id)
        .replace("{slug}", "stale")
        .replace("{public_id}", public_id)
}

/// All operations.
pub(crate) fn operations() -> Vec<Operation> {
    let mut all = Vec::new();
    for (template, item) in DOCUMENT["paths"].as_object().unwrap() {
        for (method, said) in item.as_object().unwrap() {
            all.push(Operation {
                id: said["operationId"].as_str().unwrap().to_owned(),
                method: method.to_uppercase(),
                template: template.clone(),
                said: said.clone(),
            });
        }
    }
    assert!(all.len() > 50, "the document has lost its operations");
    all
}

/// The methods of each address.
pub(crate) fn addresses() -> BTreeMap<String, Vec<String>> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for operation in operations() {
        all.entry(operation.template).or_default().push(operation.method);
    }
    all
}

/// Fails unless the answer is a problem (RFC 9457) as this API writes them.
pub(crate) fn check_problem(answer: &Answered) {
    let body = &answer.body;
    assert_eq!(answer.header("content-type"), "application/problem+json", "{body}");
    let kind = Kind::ALL.iter().find(|kind| body["type"] == format!("/problems/{}", kind.slug()));
    let kind = kind.unwrap_or_else(|| panic!("an unknown type: {body}"));
    assert_eq!(kind.status().as_u16(), answer.status, "{body}");
    assert_eq!(body["status"], answer.status, "{body}");
    assert_eq!(body["title"], kind.title(), "{body}");
    assert!(body["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{body}");
    assert!(body["instance"].as_str().is_some_and(|path| path.starts_with('/')), "{body}");
    assert_eq!(body["request_id"], answer.header("x-request-id"), "{body}");
    assert!(!answer.header("x-request-id").is_empty());
    if *kind == Kind::Invalid {
        let faults = body["errors"].as_array().unwrap_or_else(|| panic!("no faults are named: {body}"));
        assert!(!faults.is_empty(), "{body}");
        for fault in faults {
            let pointer = fault["pointer"].as_str().unwrap();
            assert!(pointer.is_empty() || pointer.starts_with('/'), "{body}");
            let code = fault["code"].as_str().unwrap();
            assert!(!code.is_empty() && code.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{body}");
            assert!(fault["message"].as_str().is_some_and(|message| !message.is_empty()), "{body}");
        }
    }
    if answer.status == 401 {
        assert!(answer.header("www-authenticate").starts_with("Bearer"), "{body}");
    }
    let summary = body.to_string();
    for secret in ["SELECT ", "INSERT ", "password_hash", "panicked", "medcert-demo-2026", "sqlx"] {
        assert!(!summary.contains(secret), "{secret} is told: {summary}");
    }
}
