//! One's own profile, and a new e-mail address that is confirmed.

use chrono::Duration;
use medcert_application::{demo, mail, upkeep};
use medcert_domain::Locale;
use medcert_testkit::{Answered, Caller, Clinic};
use serde_json::{Value, json};

use super::{ME, begin, hire, login, names, refresh, text};
use crate::contract::check_problem;

const CONFIRM: &str = "/api/v1/auth/email/confirm";

async fn edit(caller: &Caller, body: Value) -> Answered {
    caller.patch(ME, "*", &body).await
}

async fn ask(caller: &Caller, email: &str) -> Answered {
    edit(caller, json!({"email": email, "current_password": demo::PASSWORD})).await
}

async fn confirm(clinic: &Clinic, token: &str) -> Answered {
    clinic.anonymous().post(CONFIRM, &json!({"token": token})).await
}

#[tokio::test]
async fn everybody_changes_the_own_profile() {
    let clinic = Clinic::open().await;
    let (operator, _) = begin(&clinic, "operator").await;
    let me = operator.get(ME).await.expect(200);
    let body = json!({"given_names": "Olga", "phone": "+51 1 555 0100", "locale": "pt"});
    operator.json("PATCH", ME, &[], &body).await.expect(428);
    let done = operator.patch(ME, me.header("etag"), &body).await.expect(200);
    assert_eq!(names(&done.body), names(&me.body));
    assert_eq!(done.body["locale"], "pt");
    assert!(text(&done.body, "display_name").starts_with("Olga "));
    operator.patch(ME, me.header("etag"), &body).await.expect(412);
    let same = operator.patch(ME, done.header("etag"), &body).await.expect(200);
    assert_eq!(same.header("etag"), done.header("etag"));
    edit(&operator, json!({"phone": null})).await.expect(200);
    for (wrong, pointer, code) in [
        (json!({"phone": "x"}), "/phone", "phone"),
        (json!({"locale": "fr"}), "/locale", "unknown-value"),
        (json!({"locale": null}), "/locale", "required"),
        (json!({"given_names": ""}), "/given_names", "blank"),
        (json!({"family_names": "中"}), "/family_names", "unprintable"),
        (json!({"email": "nobody"}), "/email", "email"),
        (json!({"email": null}), "/email", "required"),
        (json!({"roles": ["ADMIN"]}), "/roles", "unknown-field"),
    ] {
        let answer = edit(&operator, wrong.clone()).await.expect(422);
        assert_eq!(answer.faults(), [(pointer.to_owned(), code.to_owned())], "{wrong}");
    }
    // A doctor's name is on certificates.
    let (doctor, _) = begin(&clinic, "doctor").await;
    let refused = edit(&doctor, json!({"family_names": "Otro"})).await.expect(422);
    assert_eq!(refused.faults(), [("/family_names".to_owned(), "protected".to_owned())]);
    edit(&doctor, json!({"locale": "en"})).await.expect(200);
}

#[tokio::test]
async fn a_new_address_counts_once_it_is_confirmed() {
    let clinic = Clinic::open().await;
    let (operator, token) = begin(&clinic, "operator").await;
    let (admin, _) = begin(&clinic, "admin").await;
    let new = "olena@new.example";
    let id = text(&operator.get(ME).await.body, "id");
    ask(&operator, " Olena@New.Example ").await.expect(200);
    assert_eq!(operator.get(ME).await.body["email"], "operator@demo.medcert.test");
    let pending = admin.get(&super::at(&id)).await.expect(200).body["pending_email"].clone();
    assert_eq!(pending, json!({"email": new, "expires_at": "2026-11-21T15:30:00.000000Z"}));
    assert_eq!(mail::send_due(&clinic.app).await.unwrap(), 2);
    let mails = clinic.post.mails();
    let to: Vec<(&str, Locale)> = mails.iter().map(|mail| (mail.to.as_str(), mail.locale)).collect();
    assert_eq!(to, [(new, Locale::Es), ("operator@demo.medcert.test", Locale::Es)]);
    // What the mail says is nowhere in the database, and an address is kept no longer than it is needed.
    let secret = clinic.post.token(new);
    for column in ["letter", "recipient"] {
        let kept = clinic.texts(&format!("SELECT {column} FROM mail_message")).await;
        assert!(kept.iter().all(|text| !text.contains(&secret) && !text.contains('@')), "{kept:?}");
    }
    confirm(&clinic, &secret).await.expect(204);
    operator.get(ME).await.expect(401);
    refresh(&clinic, &token).await.expect(401);
    login(&clinic, "operator@demo.medcert.test", demo::PASSWORD).await.expect(401);
    login(&clinic, new, demo::PASSWORD).await.expect(200);
    let used = confirm(&clinic, &secret).await.expect(422);
    assert_eq!(used.faults(), [("/token".to_owned(), "unusable".to_owned())]);
    check_problem(&used);
    let found = admin.get("/api/v1/users?q=olena@new").await.expect(200).body;
    assert_eq!((&found["items"][0]["id"], &found["items"][0]["pending_email"]), (&json!(id), &Value::Null));
    let history = admin.get(&format!("{}/history", super::at(&id))).await.expect(200).body;
    let line = &history["items"][0];
    assert_eq!(
        (&line["action"], &line["new_value"], &line["by"]["id"]),
        (&json!("CONFIRM_EMAIL"), &json!(new), &json!(id))
    );
}

#[tokio::test]
async fn asking_needs_a_proof_of_identity() {
    let clinic = Clinic::open().await;
    let (operator, _) = begin(&clinic, "operator").await;
    let missing = edit(&operator, json!({"email": "a@new.example"})).await.expect(422);
    assert_eq!(missing.faults(), [("/current_password".to_owned(), "required".to_owned())]);
    let wrong = json!({"email": "a@new.example", "current_password": "not the password"});
    let wrong = edit(&operator, wrong).await.expect(422);
    assert_eq!(wrong.faults(), [("/current_password".to_owned(), "wrong".to_owned())]);
    assert_eq!(mail::send_due(&clinic.app).await.unwrap(), 0);
    operator.post("/api/v1/auth/step-up", &json!({"password": demo::PASSWORD})).await.expect(200);
    edit(&operator, json!({"email": "a@new.example"})).await.expect(200);
    // The address one has needs neither proof nor mail.
    let (manager, _) = begin(&clinic, "manager").await;
    edit(&manager, json!({"email": "manager@demo.medcert.test"})).await.expect(200);
    assert_eq!(mail::send_due(&clinic.app).await.unwrap(), 2);
}

#[tokio::test]
async fn tokens_end_and_are_few() {
    let clinic = Clinic::open().await;
    let (operator, _) = begin(&clinic, "operator").await;
    ask(&operator, "a@new.example").await.expect(200);
    mail::send_due(&clinic.app).await.unwrap();
    let first = clinic.post.token("a@new.example");
    let soon = ask(&operator, "a@new.example").await.expect(429);
    check_problem(&soon);
    assert_eq!(soon.header("retry-after"), "60");
    clinic.clock.advance(Duration::seconds(60));
    ask(&operator, "b@new.example").await.expect(200);
    // Whoever asks again makes the token before void, and its mail useless.
    confirm(&clinic, &first).await.expect(422);
    mail::send_due(&clinic.app).await.unwrap();
    let second = clinic.post.token("b@new.example");
    for forged in [first.as_str(), "", "x", &second[1..], &format!("{second}A")] {
        confirm(&clinic, forged).await.expect(422);
    }
    clinic.clock.advance(Duration::minutes(30));
    confirm(&clinic, &second).await.expect(422);
    for _ in 0..3 {
        let operator = clinic.sign_in("operator@demo.medcert.test").await;
        ask(&operator, "b@new.example").await.expect(200);
        clinic.clock.advance(Duration::minutes(2));
    }
    let operator = clinic.sign_in("operator@demo.medcert.test").await;
    let full = ask(&operator, "b@new.example").await.expect(429);
    assert!(full.header("retry-after").parse::<u64>().unwrap() > 600, "{}", full.header("retry-after"));
    // A mail that comes too late for its token is not sent at all.
    clinic.clock.advance(Duration::hours(1));
    let sent = clinic.post.mails().len();
    mail::send_due(&clinic.app).await.unwrap();
    let late = clinic.post.mails().split_off(sent);
    assert!(late.iter().all(|mail| mail.to == "operator@demo.medcert.test"));
}

#[tokio::test]
async fn an_address_has_one_account() {
    let clinic = Clinic::open().await;
    let (operator, _) = begin(&clinic, "operator").await;
    let (admin, _) = begin(&clinic, "admin").await;
    ask(&operator, "taken@new.example").await.expect(200);
    mail::send_due(&clinic.app).await.unwrap();
    let token = clinic.post.token("taken@new.example");
    hire(&admin, "taken@new.example", "40718293", &["AUDITOR"]).await.expect(201);
    let refused = confirm(&clinic, &token).await.expect(409);
    assert_eq!(refused.problem(), "duplicate");
    check_problem(&refused);
    operator.get(ME).await.expect(200);
}

#[tokio::test]
async fn a_new_password_or_a_suspension_makes_the_token_void() {
    let clinic = Clinic::open().await;
    let (admin, _) = begin(&clinic, "admin").await;
    let (operator, _) = begin(&clinic, "operator").await;
    let (manager, _) = begin(&clinic, "manager").await;
    let of = |body: &Value| format!("{}/reset-password", super::at(&text(body, "id")));
    ask(&operator, "a@new.example").await.expect(200);
    ask(&manager, "b@new.example").await.expect(200);
    mail::send_due(&clinic.app).await.unwrap();
    let (a, b) = (clinic.post.token("a@new.example"), clinic.post.token("b@new.example"));
    admin.post(&of(&operator.get(ME).await.body), &json!({})).await.expect(200);
    confirm(&clinic, &a).await.expect(422);
    let manager = super::at(&text(&manager.get(ME).await.body, "id"));
    admin.post(&format!("{manager}/suspend"), &json!({"reason": "left"})).await.expect(200);
    confirm(&clinic, &b).await.expect(422);
}

#[tokio::test]
async fn mails_are_tried_again_for_a_day() {
    let clinic = Clinic::open().await;
    let (operator, _) = begin(&clinic, "operator").await;
    let (manager, _) = begin(&clinic, "manager").await;
    clinic.post.refuse(Some(false));
    ask(&operator, "a@new.example").await.expect(200);
    let waits =
        async || clinic.numbers("SELECT COUNT(*) FROM mail_message WHERE due_at IS NOT NULL").await[0];
    assert_eq!((mail::send_due(&clinic.app).await.unwrap(), waits().await), (0, 2));
    // Not before its time.
    clinic.post.refuse(None);
    clinic.clock.advance(Duration::seconds(4));
    assert_eq!(mail::send_due(&clinic.app).await.unwrap(), 0);
    clinic.clock.advance(Duration::seconds(1));
    assert_eq!((mail::send_due(&clinic.app).await.unwrap(), waits().await), (2, 0));
    // An address that is refused for ever is not tried again.
    clinic.post.refuse(Some(true));
    ask(&manager, "b@new.example").await.expect(200);
    assert_eq!((mail::send_due(&clinic.app).await.unwrap(), waits().await), (0, 0));
    // After a day nothing is tried any more.
    clinic.post.refuse(Some(false));
    clinic.clock.advance(Duration::minutes(5));
    let operator = clinic.sign_in("operator@demo.medcert.test").await;
    ask(&operator, "a@new.example").await.expect(200);
    for _ in 0..40 {
        mail::send_due(&clinic.app).await.unwrap();
        clinic.clock.advance(Duration::hours(1));
    }
    assert_eq!(waits().await, 0);
    assert_eq!(clinic.numbers("SELECT COUNT(*) FROM mail_message WHERE recipient IS NOT NULL").await, [0]);
    assert_eq!(clinic.numbers("SELECT COUNT(*) FROM mail_message WHERE delivered_at IS NOT NULL").await, [2]);
}

#[tokio::test]
async fn what_became_of_a_mail_is_forgotten_after_thirty_days() {
    let clinic = Clinic::open().await;
    let (operator, _) = begin(&clinic, "operator").await;
    ask(&operator, "olena@new.example").await.expect(200);
    let task = upkeep::tasks().find(|task| task.name == "forget mails").unwrap();
    let left = async || {
        (task.run)(&clinic.app).await.unwrap();
        clinic.numbers("SELECT COUNT(*) FROM mail_message").await[0]
    };
    assert_eq!(mail::send_due(&clinic.app).await.unwrap(), 2);
    clinic.clock.advance(Duration::days(30));
    assert_eq!(left().await, 2);
    clinic.clock.advance(Duration::seconds(1));
    assert_eq!(left().await, 0);
}
