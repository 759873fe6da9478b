//! Making, listing, changing and removing accounts.

use futures::future::join_all;
use medcert_application::demo;
use medcert_domain::policy::Role;
use medcert_testkit::{Actors, Clinic};
use serde_json::{Value, json};

use super::{ME, USERS, at, begin, hire, login, names, text};
use crate::contract::check_problem;

#[tokio::test]
async fn an_account_comes_with_person_and_staff_record() {
    let clinic = Clinic::open().await;
    let (admin, _) = begin(&clinic, "admin").await;
    let body = json!({
        "email": " Nina.Paz@Clinic.EXAMPLE ", "password": "nine quiet otters", "roles": ["DOCTOR", "MANAGER"],
        "grants": [{"permission": "certification:cancel", "ends_at": "2027-01-01T00:00:00+01:00"}],
        "person": {
            "document_type": "DNI", "document_number": "40.718.293", "given_names": "Nina", "family_names": "Paz Ñaupa",
            "phone": "+51 987 000 111"
        },
        "staff": {"licence_number": "CMP 777", "licence_valid_until": "2030-01-31", "specialty": "Psychiatry"}
    });
    let made = admin.post(USERS, &body).await.expect(201);
    let id = text(&made.body, "id");
    assert_eq!(made.header("location"), at(&id));
    assert_eq!(
        (&made.body["email"], &made.body["display_name"]),
        (&json!("nina.paz@clinic.example"), &json!("Nina Paz Ñaupa"))
    );
    assert_eq!(
        (&made.body["generated_password"], &made.body["password_change_required"]),
        (&Value::Null, &json!(false))
    );
    assert_eq!(made.body["person"]["document_number"], "40718293");
    assert_eq!(made.body["locale"], "es");
    assert_eq!(
        made.body["grants"],
        json!([{"permission": "certification:cancel", "ends_at": "2026-12-31T23:00:00.000000Z"}])
    );
    assert_eq!(made.body["last_login_at"], Value::Null);
    let staff = admin.get(&format!("/api/v1/staff/{}", text(&made.body, "staff_id"))).await.expect(200).body;
    assert_eq!((&staff["roles"], &staff["assignable"]), (&json!(["MANAGER", "DOCTOR"]), &json!(true)));
    assert_eq!(staff["licence_number"], "CMP 777");
    let read = admin.get(&at(&id)).await.expect(200);
    let mut same = made.body.clone();
    same.as_object_mut().unwrap().remove("generated_password");
    assert_eq!(read.body, same);
    assert!(!read.header("etag").is_empty());
    let nina = login(&clinic, "nina.paz@clinic.example", "nine quiet otters").await.expect(200);
    assert!(nina.body["user"]["permissions"].to_string().contains("certification:issue"));
    let seen = admin.get(&at(&id)).await.expect(200);
    assert_eq!(seen.body["last_login_at"], "2026-11-21T15:00:00.000000Z");
    // Signing in is no change: whoever was about to change the account still may.
    assert_eq!(seen.body["version"], 1);
    let history = admin.get(&format!("{}/history", at(&id))).await.expect(200).body;
    let fields: Vec<&str> =
        history["items"].as_array().unwrap().iter().map(|l| l["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["grants", "roles", "email"]);
    assert!(
        history["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|l| l["action"] == "CREATE" && l["by"]["name"].is_string())
    );
}

#[tokio::test]
async fn a_password_that_was_made_is_shown_once_and_must_be_changed() {
    let clinic = Clinic::open().await;
    let (admin, _) = begin(&clinic, "admin").await;
    let body = json!({
        "email": "new@clinic.example", "roles": ["OPERATOR"],
        "person": {"given_names": "Nora", "family_names": "Nueva"}
    });
    let made = admin.post_once(USERS, "k1", &body).await.expect(201);
    let password = text(&made.body, "generated_password");
    assert_eq!((password.len(), made.header("cache-control")), (31, "no-store"));
    let again = admin.post_once(USERS, "k1", &body).await.expect(201);
    assert_eq!(
        (again.header("idempotency-replayed"), again.header("location")),
        ("true", made.header("location"))
    );
    assert_eq!((&again.body["id"], &again.body["generated_password"]), (&made.body["id"], &Value::Null));
    admin.post_once(USERS, "k1", &json!({"email": "x@clinic.example"})).await.expect(422);
    for table in [
        "SELECT body FROM idempotency_key",
        "SELECT new_value FROM change_entry",
        "SELECT reason FROM audit_event",
    ] {
        assert!(clinic.texts(table).await.iter().all(|text| !text.contains(&password)), "{table}");
    }
    let inside = login(&clinic, "new@clinic.example", &password).await.expect(200);
    assert_eq!(inside.body["user"]["password_change_required"], true);
    let caller = clinic.anonymous().with_token(&text(&inside.body, "access_token"));
    caller.get(ME).await.expect(200);
    caller.get("/api/v1/auth/session").await.expect(200);
    for path in ["/api/v1/services", "/api/v1/certification-requests", "/api/v1/auth/sessions"] {
        let kept_out = caller.get(path).await.expect(403);
        assert_eq!(kept_out.problem(), "password-change-required");
        check_problem(&kept_out);
    }
    let change = |new: &str| json!({"current_password": password, "new_password": new});
    let same = caller.post("/api/v1/auth/password/change", &change(&password)).await.expect(422);
    assert_eq!(same.faults(), [("/new_password".to_owned(), "unchanged".to_owned())]);
    caller.post("/api/v1/auth/password/change", &change("ten small otters swim")).await.expect(204);
    caller.get("/api/v1/services").await.expect(200);
    assert_eq!(caller.get(ME).await.body["password_change_required"], false);
}

#[tokio::test]
async fn people_are_found_again_and_have_one_account() {
    let clinic = Clinic::open().await;
    let (admin, _) = begin(&clinic, "admin").await;
    let actors = Actors::of(&clinic).await;
    let request = actors.register(&actors.new_request()).await;
    let (client, number) = (&request["client"]["id"], text(&request["client"], "document_number"));
    let made = hire(&admin, "rosa@clinic.example", &number, &["AUDITOR"]).await.expect(201);
    assert_eq!(&made.body["person"]["id"], client);
    assert_eq!(
        (&made.body["display_name"], &made.body["staff_id"]),
        (&json!("Rosa Huamán Ccori"), &Value::Null)
    );
    // The request is found by the corrected name.
    let found = admin.get("/api/v1/certification-requests?q=huaman").await.expect(200).body;
    assert_eq!(found["items"][0]["id"], request["id"]);
    let twice = hire(&admin, "second@clinic.example", &number, &["AUDITOR"]).await.expect(409);
    assert_eq!(twice.faults()[0].0, "/person/document_number");
    let by_id = json!({"email": "third@clinic.example", "password": demo::PASSWORD, "roles": ["AUDITOR"], "person_id": client});
    let known = admin.post(USERS, &by_id).await.expect(409);
    assert_eq!((known.problem(), known.faults()[0].0.as_str()), ("duplicate", "/person_id"));
    let address = hire(&admin, "ROSA@clinic.example", "40718299", &["AUDITOR"]).await.expect(409);
    assert_eq!(address.faults()[0].0, "/email");
    // Somebody who is known gets an account by the id.
    let other = actors.register(&actors.new_request()).await;
    let by_id = json!({"email": "third@clinic.example", "password": demo::PASSWORD, "roles": ["AUDITOR"], "person_id": other["client"]["id"]});
    let made = admin.post(USERS, &by_id).await.expect(201);
    assert_eq!(made.body["person"]["given_names"], "Lucía");
}

#[tokio::test]
async fn of_many_who_make_the_same_account_one_does() {
    let clinic = Clinic::open().await;
    let (admin, _) = begin(&clinic, "admin").await;
    let all = join_all((0..12).map(|_| hire(&admin, "one@clinic.example", "40718293", &["MANAGER"]))).await;
    let mut statuses: Vec<u16> = all.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!((statuses[0], statuses.iter().filter(|s| **s == 409).count()), (201, 11), "{statuses:?}");
    assert_eq!(clinic.numbers("SELECT COUNT(*) FROM person WHERE document_number = '40718293'").await, [1]);
}

#[tokio::test]
async fn every_fault_of_a_new_account_is_told() {
    let clinic = Clinic::open().await;
    let (admin, _) = begin(&clinic, "admin").await;
    let faults = async |body: Value| admin.post(USERS, &body).await.expect(422).faults();
    let pairs = |all: &[(&str, &str)]| -> Vec<(String, String)> {
        all.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    };
    assert_eq!(
        faults(json!({})).await,
        pairs(&[("/email", "required"), ("/person", "required"), ("/roles", "required")])
    );
    let wrong = json!({
        "email": "nobody", "person_id": "x", "locale": "fr", "roles": ["BOSS", "ADMIN", "ADMIN"],
        "grants": [
            {"permission": "certification:issue"}, {"permission": "certification:cancel", "ends_at": "tomorrow"},
            {"permission": "certification:cancel"}, {}, {"permission": "users:write"}
        ],
        "staff": {"roles": ["ADMIN"], "licence_valid_until": "soon", "licence_number": "x\u{7}"}
    });
    assert_eq!(
        faults(wrong).await,
        pairs(&[
            ("/email", "email"),
            ("/person_id", "uuid"),
            ("/locale", "unknown-value"),
            ("/roles/0", "unknown-value"),
            ("/roles/2", "repeated"),
            ("/grants/0/permission", "not-grantable"),
            ("/grants/1/ends_at", "date-time"),
            ("/grants/2/permission", "repeated"),
            ("/grants/3/permission", "required"),
            ("/grants/4/permission", "not-grantable"),
            ("/staff/roles/0", "unknown-value"),
            ("/staff/licence_number", "control-character"),
            ("/staff/licence_valid_until", "date"),
        ])
    );
    let base = |more: Value| {
        let mut body = json!({"email": "x@clinic.example", "roles": ["AUDITOR"], "person": {"given_names": "A", "family_names": "B"}});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    for (more, pointer, code) in [
        (json!({"password": "short"}), "/password", "too-short"),
        (json!({"password": "x1".repeat(37)}), "/password", "too-long"),
        (json!({"person_id": "01890a5d-ac96-774b-bcce-b302099a8057"}), "/person", "unexpected"),
        (json!({"person": {"family_names": "B"}}), "/person/given_names", "required"),
        (
            json!({"person": {"given_names": "A", "family_names": "B", "document_number": "1"}}),
            "/person/document_type",
            "required",
        ),
        (
            json!({"person": {"given_names": "A", "family_names": "B", "birth_date": "2027-01-01"}}),
            "/person/birth_date",
            "future-date",
        ),
        (json!({"person": {"given_names": "中", "family_names": "B"}}), "/person/given_names", "unprintable"),
        (json!({"staff": {}}), "/staff/roles", "required"),
        (json!({"other": 1}), "/other", "unknown-field"),
        (json!({"roles": null}), "/roles", "type"),
    ] {
        assert_eq!(faults(base(more.clone())).await, pairs(&[(pointer, code)]), "{more}");
    }
    let nobody = json!({"email": "x@clinic.example", "roles": ["AUDITOR"], "person_id": "01890a5d-ac96-774b-bcce-b302099a8057"});
    assert_eq!(faults(nobody).await, pairs(&[("/person_id", "unknown")]));
    assert_eq!(clinic.numbers("SELECT COUNT(*) FROM user_account").await, [5]);
}

#[tokio::test]
async fn accounts_are_listed_and_found() {
    let clinic = Clinic::open().await;
    let (admin, _) = begin(&clinic, "admin").await;
    clinic.clock.advance(chrono::Duration::minutes(1));
    hire(&admin, "zoe.last@clinic.example", "40718293", &["OPERATOR", "AUDITOR"]).await.expect(201);
    let emails = async |query: &str| -> Vec<String> {
        let answer = admin.get(&format!("{USERS}?{query}")).await.expect(200);
        answer.body["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| text(item, "email").split('@').next().unwrap().to_owned())
            .collect()
    };
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = admin.get(&format!("{USERS}?limit=2&with_total=true{cursor}")).await.expect(200).body;
        assert_eq!(page["total"], 6);
        all.extend(page["items"].as_array().unwrap().iter().map(|item| text(item, "display_name")));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    let mut sorted = all.clone();
    sorted.sort();
    assert_eq!((all.len(), &all), (6, &sorted));
    assert_eq!(emails("q=HUAMAN%20ros").await, ["zoe.last"]);
    assert_eq!(emails("q=407182").await, ["zoe.last"]);
    assert_eq!(emails("q=zoe.la").await, ["zoe.last"]);
    assert_eq!(emails("q=suspended@demo").await, ["suspended"]);
    assert_eq!(emails("role=AUDITOR,DOCTOR").await, ["doctor", "zoe.last"]);
    assert_eq!(emails("role=OPERATOR&status=SUSPENDED").await, ["suspended"]);
    assert_eq!(emails("status=SUSPENDED,ACTIVE&has_staff=false").await.len(), 2);
    assert_eq!(emails("never_logged_in=false").await, ["admin"]);
    assert_eq!(emails("last_login_before=2026-11-21T15:00:30Z").await, ["admin"]);
    assert!(emails("last_login_before=2026-11-21T15:00:00Z").await.is_empty());
    assert_eq!(emails("never_logged_in=true&role=MANAGER").await, ["manager"]);
    let wrong =
        admin.get(&format!("{USERS}?role=BOSS&status=x&last_login_before=now&limit=20")).await.expect(422);
    let pointers: Vec<String> = wrong.faults().into_iter().map(|(pointer, _)| pointer).collect();
    assert_eq!(pointers, ["/role", "/status", "/last_login_before"]);
    let item = &admin.get(&format!("{USERS}?q=zoe")).await.body["items"][0];
    assert!(item.get("available_actions").is_none() && item.get("generated_password").is_none());
    // An auditor looks and can do nothing; an operator does not even look.
    let auditor = clinic.somebody("looking", &[Role::Auditor], vec![]).await;
    auditor.get(USERS).await.expect(200);
    let seen = auditor.get(&at(&text(item, "id"))).await.expect(200);
    assert_eq!(seen.body["available_actions"], json!([]));
    let (operator, _) = begin(&clinic, "operator").await;
    operator.get(USERS).await.expect(403);
}

#[tokio::test]
async fn an_account_is_changed_by_those_who_saw_it() {
    let clinic = Clinic::open().await;
    let (admin, _) = begin(&clinic, "admin").await;
    let actors = Actors::of(&clinic).await;
    let request = actors.register(&actors.new_request()).await;
    let number = text(&request["client"], "document_number");
    let made = hire(&admin, "rosa@clinic.example", &number, &["AUDITOR"]).await.expect(201);
    let path = at(&text(&made.body, "id"));
    let etag = admin.get(&path).await.header("etag").to_owned();
    admin.json("PATCH", &path, &[], &json!({})).await.expect(428);
    let body = json!({
        "locale": "uk", "person": {"family_names": "Nueva Ñ", "phone": null, "birth_date": "1990-02-03"},
        "staff": {"roles": ["OPERATOR"]}
    });
    let done = admin.patch(&path, &etag, &body).await.expect(200);
    assert_eq!((&done.body["locale"], &done.body["display_name"]), (&json!("uk"), &json!("Rosa Nueva Ñ")));
    assert!(done.body["staff_id"].is_string());
    admin.patch(&path, &etag, &body).await.expect(412);
    // Nothing new is no change.
    let same = admin.patch(&path, done.header("etag"), &body).await.expect(200);
    assert_eq!(same.body["version"], done.body["version"]);
    let found = admin.get(&format!("{USERS}?q=nueva")).await.body["items"][0]["id"].clone();
    assert_eq!(found, made.body["id"]);
    let by_new_name =
        admin.get("/api/v1/certification-requests?q=nueva").await.body["items"][0]["id"].clone();
    assert_eq!(by_new_name, request["id"]);
    let other = actors.register(&actors.new_request()).await;
    let taken =
        json!({"person": {"document_type": "DNI", "document_number": other["client"]["document_number"]}});
    let refused = admin.patch(&path, "*", &taken).await.expect(409);
    assert_eq!(refused.faults()[0].0, "/person/document_number");
    for (wrong, pointer, code) in [
        (json!({"locale": null}), "/locale", "required"),
        (json!({"person": {"given_names": null}}), "/person/given_names", "required"),
        (json!({"person": {"given_names": " "}}), "/person/given_names", "blank"),
        (json!({"person": {"phone": "x"}}), "/person/phone", "phone"),
        (json!({"email": "x@y.example"}), "/email", "unknown-field"),
    ] {
        let answer = admin.patch(&path, "*", &wrong).await.expect(422);
        assert_eq!(answer.faults(), [(pointer.to_owned(), code.to_owned())], "{wrong}");
    }
    let history = admin.get(&format!("{path}/history?limit=200")).await.expect(200).body;
    let line = |field: &str| {
        let items = history["items"].as_array().unwrap().iter();
        items
            .clone()
            .find(|l| l["field"] == field && l["action"] == "EDIT")
            .unwrap_or_else(|| panic!("{field}: {history}"))
            .clone()
    };
    assert_eq!(
        (line("family_names")["old_value"].clone(), line("family_names")["new_value"].clone()),
        (json!("Huamán Ccori"), json!("Nueva Ñ"))
    );
    assert_eq!(
        (line("locale")["old_value"].clone(), line("locale")["new_value"].clone()),
        (json!("es"), json!("uk"))
    );
}

#[tokio::test]
async fn only_an_account_that_never_acted_is_removed() {
    let clinic = Clinic::open().await;
    let (admin, _) = begin(&clinic, "admin").await;
    let made = hire(&admin, "rosa@clinic.example", "40718293", &["OPERATOR", "AUDITOR"]).await.expect(201);
    let id = text(&made.body, "id");
    let path = at(&id);
    let rosa = clinic.sign_in("rosa@clinic.example").await;
    rosa.get("/api/v1/services").await.expect(200);
    rosa.get("/api/v1/certification-requests").await.expect(200);
    // Looking around, signing in and out and one's own profile are no acts.
    let me = rosa.get(ME).await.header("etag").to_owned();
    rosa.patch(ME, &me, &json!({"phone": "+51 1 555 0100"})).await.expect(200);
    clinic.settle_audit().await;
    let seen = admin.get(&path).await.expect(200);
    assert!(seen.body["available_actions"].as_array().unwrap().contains(&json!("DELETE")));
    admin.send("DELETE", &path, &[], vec![]).await.expect(428);
    admin.delete(&path, "\"v1-00000000\"").await.expect(412);
    admin.delete(&path, seen.header("etag")).await.expect(204);
    rosa.get(ME).await.expect(401);
    admin.get(&path).await.expect(404);
    admin.delete(&path, "*").await.expect(404);
    let count = async |table: &str, column: &str| {
        clinic.numbers(&format!("SELECT COUNT(*) FROM {table} WHERE {column}")).await[0]
    };
    let hex = id.replace('-', "").to_uppercase();
    assert_eq!(count("entity_search_term", &format!("HEX(object_id) = '{hex}'")).await, 0);
    assert_eq!(count("change_entry", &format!("HEX(object_id) = '{hex}'")).await, 0);
    // The staff record stays, and with it its person.
    assert_eq!(count("person", "document_number = '40718293'").await, 1);
    let tombstone =
        clinic.texts("SELECT action FROM audit_event WHERE action = 'identity.delete_user'").await;
    assert_eq!(tombstone.len(), 1);
    // A person that nothing else needs goes too.
    let plain = hire(&admin, "plain@clinic.example", "40718294", &["AUDITOR"]).await.expect(201);
    admin.delete(&at(&text(&plain.body, "id")), "*").await.expect(204);
    assert_eq!(count("person", "document_number = '40718294'").await, 0);
    hire(&admin, "plain@clinic.example", "40718294", &["AUDITOR"]).await.expect(201);
}

#[tokio::test]
async fn whoever_acted_is_suspended_instead() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let request = actors.registered().await;
    let id = text(&actors.operator.get(ME).await.body, "id");
    let seen = actors.admin.get(&at(&id)).await.expect(200);
    assert!(!seen.body["available_actions"].as_array().unwrap().contains(&json!("DELETE")));
    let refused = actors.admin.delete(&at(&id), "*").await.expect(409);
    assert_eq!(refused.problem(), "in-use");
    check_problem(&refused);
    assert!(text(&refused.body, "detail").contains("suspend"));
    // Also when what was done is gone: the audit trail remembers it.
    actors.erase(&actors.admin, &request).await.expect(204);
    actors.admin.delete(&at(&id), "*").await.expect(409);
    let own = text(&actors.admin.get(ME).await.body, "id");
    let own = actors.admin.delete(&at(&own), "*").await.expect(403);
    check_problem(&own);
    assert_eq!(names(&seen.body["person"]).len(), 12);
}
