//! A password that the administration gives.

use medcert_application::{demo, identity::users};
use medcert_testkit::Clinic;
use serde_json::{Value, json};

use super::{ME, at, begin, login, refresh, text};
use crate::contract::check_problem;

#[tokio::test]
async fn a_reset_shows_a_password_once_and_ends_every_login() {
    let clinic = Clinic::open().await;
    let (admin, _) = begin(&clinic, "admin").await;
    let (operator, token) = begin(&clinic, "operator").await;
    let id = text(&operator.get(ME).await.body, "id");
    let path = format!("{}/reset-password", at(&id));
    let keyed = [("idempotency-key", "\"reset\"")];
    let done = admin.send("POST", &path, &keyed, vec![]).await.expect(200);
    let password = text(&done.body, "generated_password");
    assert_eq!(done.header("cache-control"), "no-store");
    assert_eq!(done.body["password_change_required"], true);
    operator.get(ME).await.expect(401);
    refresh(&clinic, &token).await.expect(401);
    let email = "operator@demo.medcert.test";
    login(&clinic, email, demo::PASSWORD).await.expect(401);
    let inside = login(&clinic, email, &password).await.expect(200);
    let caller = clinic.anonymous().with_token(&text(&inside.body, "access_token"));
    assert_eq!(caller.get("/api/v1/staff").await.expect(403).problem(), "password-change-required");
    // The answer again, without the password; and nothing was reset again.
    let again = admin.send("POST", &path, &keyed, vec![]).await.expect(200);
    assert_eq!(
        (again.header("idempotency-replayed"), &again.body["generated_password"]),
        ("true", &Value::Null)
    );
    caller.get(ME).await.expect(200);
    let change = json!({"current_password": password, "new_password": "ten small otters swim"});
    caller.post("/api/v1/auth/password/change", &change).await.expect(204);
    caller.get("/api/v1/staff").await.expect(200);
    // Nothing keeps it, and every reset makes another.
    let kept = clinic.texts("SELECT body FROM idempotency_key").await;
    assert!(!kept.is_empty() && kept.iter().all(|body| !body.contains(&password)));
    let next = admin.post(&path, &json!({})).await.expect(200);
    assert_ne!(next.body["generated_password"], json!(password));
    let history = admin.get(&format!("{}/history", at(&id))).await.expect(200).body;
    let actions: Vec<&str> =
        history["items"].as_array().unwrap().iter().map(|l| l["action"].as_str().unwrap()).collect();
    assert_eq!(actions.iter().filter(|action| **action == "RESET_PASSWORD").count(), 2);
    assert!(!history.to_string().contains(&password));
}

#[tokio::test]
async fn a_reset_has_its_limits() {
    let clinic = Clinic::open().await;
    let (admin, _) = begin(&clinic, "admin").await;
    let (manager, _) = begin(&clinic, "manager").await;
    let own = text(&admin.get(ME).await.body, "id");
    let refused = admin.post(&format!("{}/reset-password", at(&own)), &json!({})).await.expect(403);
    check_problem(&refused);
    let other = format!("{}/reset-password", at(&text(&manager.get(ME).await.body, "id")));
    manager.post(&other, &json!({})).await.expect(403);
    admin.post_if(&other, "\"v9-00000000\"", &json!({})).await.expect(412);
    manager.get(ME).await.expect(200);
    // A login at the very moment of a reset does not outlive it.
    let operator = text(&begin(&clinic, "operator").await.0.get(ME).await.body, "id");
    let reset = format!("{}/reset-password", at(&operator));
    let nothing = json!({});
    let (_, inside) = tokio::join!(
        admin.post(&reset, &nothing),
        login(&clinic, "operator@demo.medcert.test", demo::PASSWORD)
    );
    if inside.status == 200 {
        let caller = clinic.anonymous().with_token(&text(&inside.body, "access_token"));
        caller.get(ME).await.expect(401);
    }
}

#[tokio::test]
async fn the_command_line_resets_too() {
    let clinic = Clinic::open().await;
    let (operator, _) = begin(&clinic, "operator").await;
    let password = users::reset_password_of(&clinic.app, " Operator@demo.medcert.TEST ").await.unwrap();
    operator.get(ME).await.expect(401);
    let inside = login(&clinic, "operator@demo.medcert.test", &password).await.expect(200);
    assert_eq!(inside.body["user"]["password_change_required"], true);
    assert!(users::reset_password_of(&clinic.app, "nobody@demo.medcert.test").await.is_err());
}
