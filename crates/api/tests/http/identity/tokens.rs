//! Access tokens: how long they last, and false ones.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::Duration;
use medcert_application::secrets::{AccessClaims, AccessTokens as _};
use medcert_credentials::{Es256Tokens, generate_signing_key};
use medcert_testkit::{Caller, Clinic};
use serde_json::{Value, json};

use super::{ME, begin, text};
use crate::contract::check_problem;

fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn encode(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

async fn refused(clinic: &Clinic, token: &str, why: &str) {
    let answer = clinic.anonymous().with_token(token).get(ME).await;
    assert_eq!((answer.status, answer.problem()), (401, "unauthenticated"), "{why}");
    check_problem(&answer);
    let session = clinic.anonymous().with_token(token).get("/api/v1/auth/session").await.expect(200);
    assert_eq!(session.body, Value::Null, "{why}");
}

#[tokio::test]
async fn an_access_token_lasts_fifteen_minutes() {
    let clinic = Clinic::open().await;
    let (caller, _) = begin(&clinic, "operator").await;
    clinic.clock.advance(Duration::seconds(899));
    caller.get(ME).await.expect(200);
    clinic.clock.advance(Duration::seconds(1));
    refused(&clinic, caller.token(), "it has ended").await;
}

#[tokio::test]
async fn tokens_say_what_they_are() {
    let clinic = Clinic::open().await;
    let (caller, _) = begin(&clinic, "operator").await;
    let (header, claims) = (part(caller.token(), 0), part(caller.token(), 1));
    assert_eq!((&header["typ"], &header["alg"]), (&"at+jwt".into(), &"ES256".into()));
    let keys = clinic.anonymous().get("/.well-known/access-jwks.json").await.expect(200);
    assert_eq!(keys.body["keys"][0]["kid"], header["kid"]);
    assert_eq!(keys.body["keys"][0].get("d"), None, "the private half stays inside");
    for name in ["iss", "aud", "sub", "sid", "jti", "iat", "exp"] {
        assert!(!claims[name].is_null(), "{name}");
    }
    let me = caller.get(ME).await.body;
    assert_eq!(claims["sub"], me["id"]);
    assert!(!claims.to_string().contains("operator"), "no names in tokens");
}

#[tokio::test]
async fn false_tokens_open_nothing() {
    let clinic = Clinic::open().await;
    let (caller, _) = begin(&clinic, "operator").await;
    let token = caller.token();
    let parts: Vec<&str> = token.split('.').collect();
    let (header, claims) = (part(token, 0), part(token, 1));
    for (index, name) in ["header", "claims", "signature"].iter().enumerate() {
        let mut changed: Vec<String> = parts.iter().map(ToString::to_string).collect();
        let first = if changed[index].starts_with('A') { "B" } else { "A" };
        changed[index].replace_range(..1, first);
        refused(&clinic, &changed.join("."), name).await;
    }
    let mut administrator = claims.clone();
    administrator["sub"] = clinic.admin().await.get(ME).await.body["id"].clone();
    let forged = format!("{}.{}.{}", parts[0], encode(&administrator), parts[2]);
    refused(&clinic, &forged, "another user").await;
    for algorithm in ["none", "None", "HS256", "RS256", "ES384"] {
        let mut other = header.clone();
        other["alg"] = json!(algorithm);
        for signature in ["", parts[2]] {
            let forged = format!("{}.{}.{signature}", encode(&other), parts[1]);
            refused(&clinic, &forged, algorithm).await;
        }
    }
    let whole = format!("{token}.{}", parts[2]);
    for odd in ["", " ", ".", "..", "...", parts[0], whole.as_str(), "null", "\t"] {
        refused(&clinic, odd, odd).await;
    }
}

#[tokio::test]
async fn tokens_for_others_or_of_others_open_nothing() {
    let clinic = Clinic::open().await;
    let (caller, _) = begin(&clinic, "operator").await;
    let claims = part(caller.token(), 1);
    let id = |name: &str| text(&claims, name).parse().unwrap();
    let now = clinic.app.now();
    let good = AccessClaims {
        user: id("sub"),
        session: id("sid"),
        token: id("jti"),
        issued_at: now,
        expires_at: now + Duration::minutes(5),
    };
    let sign = |key: &str, issuer: &str, audience: &str, claims: &AccessClaims| {
        Es256Tokens::new(&[key], issuer, audience).unwrap().sign(claims).unwrap()
    };
    let key = clinic.signing_key.as_str();
    let fine: Caller = clinic.anonymous().with_token(&sign(key, "medcert", "medcert", &good));
    fine.get(ME).await.expect(200);
    refused(&clinic, &sign(key, "medcert", "elsewhere", &good), "audience").await;
    refused(&clinic, &sign(key, "elsewhere", "medcert", &good), "issuer").await;
    refused(&clinic, &sign(&generate_signing_key(), "medcert", "medcert", &good), "key").await;
    let admin = text(&clinic.admin().await.get(ME).await.body, "id").parse().unwrap();
    let mixed = AccessClaims { user: admin, ..good.clone() };
    refused(&clinic, &sign(key, "medcert", "medcert", &mixed), "somebody else's session").await;
    let unknown = AccessClaims { session: admin, ..good };
    refused(&clinic, &sign(key, "medcert", "medcert", &unknown), "no session").await;
}

#[tokio::test]
async fn only_the_bearer_scheme_is_read() {
    let clinic = Clinic::open().await;
    let (caller, _) = begin(&clinic, "operator").await;
    let ask = async |value: &str| {
        clinic.anonymous().send("GET", ME, &[("authorization", value)], vec![]).await.status
    };
    let token = caller.token();
    assert_eq!(ask(&format!("Bearer {token}")).await, 200);
    assert_eq!(ask(&format!("bearer  {token}")).await, 200);
    for wrong in [token.to_owned(), format!("Basic {token}"), format!("Token {token}"), "Bearer".to_owned()] {
        assert_eq!(ask(&wrong).await, 401, "{wrong}");
    }
    // A token in the address would end up in logs, so it is not looked for there.
    let path = format!("{ME}?access_token={token}");
    assert_eq!(clinic.anonymous().get(&path).await.status, 401);
}
