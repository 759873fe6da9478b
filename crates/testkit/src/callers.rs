//! Callers over real HTTP.

use reqwest::{Method, header::HeaderMap};
use serde_json::Value;

/// Somebody who calls the API.
#[derive(Clone)]
pub struct Caller {
    url: String,
    token: Option<String>,
    client: reqwest::Client,
}

/// What came back.
#[derive(Debug)]
pub struct Answered {
    /// Status code.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Body as JSON; null when it is none.
    pub body: Value,
    /// Body as bytes.
    pub bytes: Vec<u8>,
}

impl Answered {
    /// A header's text; empty when it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The last segment of the problem's type; empty when it is no problem.
    pub fn problem(&self) -> &str {
        let kind = self.body["type"].as_str().unwrap_or_default();
        kind.rsplit('/').next().unwrap_or_default()
    }

    /// Pointers and codes of the values that were refused.
    pub fn faults(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let faults = self.body["errors"].as_array().cloned().unwrap_or_default();
        faults.iter().map(|fault| (text(&fault["pointer"]), text(&fault["code"]))).collect()
    }

    /// Fails the test unless the status is this one.
    #[expect(clippy::return_self_not_must_use, reason = "failing is all that many callers want of it")]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }
}

impl Caller {
    /// What callers of one clinic share. Each call has a connection of its own: one that waits unused is closed by
    /// the server after some seconds, which on a busy machine may be just when it is wanted. Nobody is sent on: where
    /// to is a part of the answer.
    pub(crate) fn client() -> reqwest::Client {
        let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0);
        client.redirect(reqwest::redirect::Policy::none()).build().expect("a client")
    }

    pub(crate) fn new(client: reqwest::Client, url: &str, token: Option<String>) -> Self {
        Self { url: url.to_owned(), token, client }
    }

    /// Somebody not signed in, at a server that the test has started itself.
    pub fn at(url: &str) -> Self {
        Self::new(Self::client(), url, None)
    }

    /// The same caller with another access token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The access token.
    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }

    /// Sends anything.
    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answered {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let mut request = self.client.request(method, format!("{}{path}", self.url));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.body(body).send().await.expect("the server answers");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let bytes = answer.bytes().await.expect("a whole body").to_vec();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answered { status, headers, body, bytes }
    }

    /// Sends JSON with further headers.
    pub async fn json(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> Answered {
        let mut all = vec![("content-type", "application/json")];
        all.extend_from_slice(headers);
        self.send(method, path, &all, body.to_string().into_bytes()).await
    }

    /// GET
    pub async fn get(&self, path: &str) -> Answered {
        self.send("GET", path, &[], vec![]).await
    }

    /// POST
    pub async fn post(&self, path: &str, body: &Value) -> Answered {
        self.json("POST", path, &[], body).await
    }

    /// POST with an Idempotency-Key.
    pub async fn post_once(&self, path: &str, key: &str, body: &Value) -> Answered {
        self.json("POST", path, &[("idempotency-key", key)], body).await
    }

    /// POST with an If-Match.
    pub async fn post_if(&self, path: &str, etag: &str, body: &Value) -> Answered {
        self.json("POST", path, &[("if-match", etag)], body).await
    }

    /// PUT with an If-Match.
    pub async fn put(&self, path: &str, etag: &str, body: &Value) -> Answered {
        self.json("PUT", path, &[("if-match", etag)], body).await
    }

    /// DELETE with an If-Match.
    pub async fn delete(&self, path: &str, etag: &str) -> Answered {
        self.send("DELETE", path, &[("if-match", etag)], vec![]).await
    }

    /// PATCH with an If-Match.
    pub async fn patch(&self, path: &str, etag: &str, body: &Value) -> Answered {
        self.json("PATCH", path, &[("if-match", etag)], body).await
    }
}
