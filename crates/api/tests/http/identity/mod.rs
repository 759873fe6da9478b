//! Identity: signing in and out, sessions, tokens, one's own account, and the accounts of others.

mod account_status;
mod accounts;
mod email;
mod passwords;
mod sessions;
mod tokens;
mod user_list;

use medcert_application::demo;
use medcert_testkit::{Answered, Caller, Clinic};
use serde_json::{Value, json};

/// The examples of tokens are none of ours.
pub(crate) const ANSWERS: &[(&str, u16)] = &[("refresh", 401), ("confirm_email", 422)];

const ME: &str = "/api/v1/auth/me";

async fn login(clinic: &Clinic, email: &str, password: &str) -> Answered {
    clinic.anonymous().post("/api/v1/auth/login", &json!({"email": email, "password": password})).await
}

async fn refresh(clinic: &Clinic, token: &str) -> Answered {
    clinic.anonymous().post("/api/v1/auth/refresh", &json!({"refresh_token": token})).await
}

/// A text of an answer.
fn text(body: &Value, name: &str) -> String {
    body[name].as_str().unwrap_or_else(|| panic!("no {name} in {body}")).to_owned()
}

/// The demonstration's account of this name, signed in: the caller and the refresh token.
async fn begin(clinic: &Clinic, name: &str) -> (Caller, String) {
    let answer = login(clinic, &format!("{name}@demo.medcert.test"), demo::PASSWORD).await.expect(200);
    let caller = clinic.anonymous().with_token(&text(&answer.body, "access_token"));
    (caller, text(&answer.body, "refresh_token"))
}

const USERS: &str = "/api/v1/users";

/// Somebody new with these roles: the answer.
async fn hire(admin: &Caller, email: &str, document: &str, roles: &[&str]) -> Answered {
    let body = json!({
        "email": email, "password": demo::PASSWORD, "roles": roles, "locale": "es",
        "person": {
            "document_type": "DNI", "document_number": document, "given_names": "Rosa", "family_names": "Huamán Ccori"
        }
    });
    admin.post(USERS, &body).await
}

/// The address of an account.
fn at(id: &str) -> String {
    format!("{USERS}/{id}")
}

/// The names of an object's members.
fn names(body: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}
