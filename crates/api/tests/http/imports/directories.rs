//! Services, people, promoters and staff from files.

use medcert_domain::policy::Role;
use medcert_testkit::{Actors, Answered, Caller, Clinic};
use serde_json::{Value, json};

use super::{at, counts, done, lines, send};
use crate::contract::{NOBODY, check_problem};

async fn csv(caller: &Caller, operation: &str, body: &str) -> Answered {
    send(caller, operation, "", "text/csv", body).await.expect(202)
}

/// What came of the lines of a file, after they were done.
async fn taken(clinic: &Clinic, caller: &Caller, accepted: &Answered) -> Vec<Value> {
    let job = done(clinic, caller, accepted).await;
    assert_eq!(job["status"], "SUCCEEDED");
    lines(caller, &job, "").await
}

fn outcomes(report: &[Value]) -> Vec<&str> {
    report.iter().map(|line| line["outcome"].as_str().unwrap()).collect()
}

/// Columns and codes of what was refused of a line.
fn refused(line: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let faults = line["problem"]["errors"].as_array().unwrap().iter();
    faults.map(|fault| (text(&fault["column"]), text(&fault["code"]))).collect()
}

async fn seen(caller: &Caller, place: &str, line: &Value) -> Value {
    caller.get(&format!("/api/v1/{place}/{}", line["id"].as_str().unwrap())).await.expect(200).body
}

/// How often something was audited.
async fn audited(clinic: &Clinic, action: &str) -> i64 {
    clinic.settle_audit().await;
    clinic.numbers(&format!("SELECT COUNT(*) FROM audit_event WHERE action = '{action}'")).await[0]
}

#[tokio::test]
async fn services_have_numbers_and_flags() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let file = "\u{feff}name;description;fee.amount;fee.currency;certificate_kind;validity_days;active\r\n\
        Certificado de montaña;\"Two\nlines\";250;PEN;SPORTS_FITNESS; 180 ;TRUE\r\n\
        Certificado de buceo;;99.50;PEN;MEDICAL_FITNESS;365;false\r\n\
        Certificado de caza;;10;PEN;MEDICAL_FITNESS;180 días;\r\n\
        Certificado de danza;;10;PEN;MEDICAL_FITNESS;180;quizás\r\n\
        ;;x;PEN;SKIING;0;\r\n\
        Certificado de buceo;;10;PEN;MEDICAL_FITNESS;1;\r\n\
        Certificado de vuelo;;10;PEN;MEDICAL_FITNESS;1;\r\n";
    let before = audited(&clinic, "catalog.create_service").await;
    let accepted = csv(&actors.admin, "import_services", file).await;
    assert_eq!(accepted.body["kind"], "IMPORT_SERVICES");
    let report = taken(&clinic, &actors.admin, &accepted).await;
    assert_eq!(outcomes(&report), ["OK", "OK", "REFUSED", "REFUSED", "REFUSED", "REFUSED", "OK"]);
    assert_eq!(audited(&clinic, "catalog.create_service").await - before, 3);

    let first = seen(&actors.operator, "services", &report[0]).await;
    assert_eq!(
        (&first["name"], &first["description"]),
        (&json!("Certificado de montaña"), &json!("Two\nlines"))
    );
    assert_eq!((&first["fee"]["amount"], &first["validity_days"]), (&json!("250.00"), &json!(180)));
    assert_eq!(first["active"], true);
    assert_eq!(seen(&actors.operator, "services", &report[1]).await["active"], false);
    assert_eq!(
        seen(&actors.operator, "services", &report[6]).await["active"],
        true,
        "as when it is left out"
    );
    assert_eq!((&report[0]["code"], &report[0]["possible_duplicates"]), (&Value::Null, &json!([])));
    // As the operation that makes one: it is found by its words and has a history.
    let found = actors.operator.get("/api/v1/services?q=cert%20montana").await.expect(200).body;
    assert_eq!(found["items"][0]["id"], report[0]["id"]);
    let history = format!("/api/v1/services/{}/history", report[0]["id"].as_str().unwrap());
    let history = actors.operator.get(&history).await.expect(200).body["items"].clone();
    assert_eq!(
        (&history[0]["action"], &history[0]["by"]["name"]),
        (&json!("CREATE"), &json!("Alba Montero Ríos"))
    );

    // A cell that is no number or flag is refused at its line, in words for whoever fills in cells.
    assert_eq!(refused(&report[2]), [at("validity_days", "type")]);
    let fault = &report[2]["problem"]["errors"][0];
    assert_eq!(
        (&fault["pointer"], &fault["message"]),
        (&json!("/validity_days"), &json!("must be a whole number"))
    );
    assert_eq!(refused(&report[3]), [at("active", "type")]);
    assert_eq!(report[3]["problem"]["errors"][0]["message"], "must be true or false");
    assert_eq!(report[3]["payload"]["active"], "quizás");
    assert_eq!(
        refused(&report[4]),
        [
            at("name", "required"),
            at("fee.amount", "amount"),
            at("certificate_kind", "unknown-value"),
            at("validity_days", "range"),
        ]
    );
    assert_eq!(report[5]["problem"]["type"], "/problems/duplicate");
    assert_eq!(refused(&report[5]), [at("name", "duplicate")]);
}

#[tokio::test]
async fn people_are_made_or_found() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let file = "document_type,document_number,given_names,family_names,birth_date,phone,comment\n\
        DNI,45678912,María Elena,Quispe Rojas,1990-04-12,+51 987 654 321,=1+1\n\
        DNI,45.678.912,Elena,Quispe Rojas,,+51 911 111 111,\n\
        DNI,1234,,Ñahui,1990-02-30,,\n\
        PASSPORT,xk-778899,Соломія,Їжак,,,\n";
    let accepted = csv(&actors.operator, "import_people", file).await;
    assert_eq!(accepted.body["kind"], "IMPORT_PEOPLE");
    let report = taken(&clinic, &actors.operator, &accepted).await;
    assert_eq!(outcomes(&report), ["OK", "OK", "REFUSED", "OK"]);
    // Whoever was found is told from whoever was made, and is changed in nothing.
    assert_eq!((&report[0]["possible_duplicates"], &report[1]["id"]), (&json!([]), &report[0]["id"]));
    assert_eq!(report[1]["possible_duplicates"], json!([{"id": report[0]["id"], "code": null}]));
    let person = seen(&actors.operator, "people", &report[0]).await;
    assert_eq!(
        (&person["given_names"], &person["phone"]),
        (&json!("María Elena"), &json!("+51 987 654 321"))
    );
    assert_eq!((&person["comment"], &person["version"]), (&json!("=1+1"), &json!(1)));
    assert_eq!(
        refused(&report[2]),
        [at("document_number", "document-number"), at("given_names", "required"), at("birth_date", "date")]
    );
    let found = actors.operator.get("/api/v1/people?q=%D1%97%D0%B6%D0%B0%D0%BA").await.expect(200).body;
    assert_eq!(found["items"][0]["id"], report[3]["id"]);
    assert_eq!((audited(&clinic, "people.create").await, audited(&clinic, "people.find").await), (2, 1));
    let job = accepted.header("location");
    let table = actors.operator.get(&format!("{job}/report")).await.expect(200);
    let table = String::from_utf8(table.bytes).unwrap();
    let id = report[0]["id"].as_str().unwrap();
    assert_eq!(table.lines().nth(2), Some(format!("2,OK,{id},,{id},,,,").as_str()));
}

#[tokio::test]
async fn promoters_are_made_or_found() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let file = format!(
        "type,legal_name,name,tax_id,document_type,document_number,given_names,family_names,person_id,fee.amount,\
         fee.currency\n\
         COMPANY,Pesquera Ñandú S.A.C.,,20-100070970,,,,,,15,PEN\n\
         PERSON,,,,DNI,45678912,Pía,Paz,,,\n\
         OTHER,,Feria,20100070970,,,,,,,\n\
         PERSON,,,,DNI,45678912,Pía,Paz,,15.123,PEN\n\
         OTHER,Feria S.A.,,,,,,,,,\n\
         PERSON,,,,,,,,{NOBODY},,\n\
         PERSON,,,,DNI,45678912,Piedad,Paz,,,\n"
    );
    let accepted = csv(&actors.manager, "import_promoters", &file).await;
    assert_eq!(accepted.body["kind"], "IMPORT_PROMOTERS");
    let report = taken(&clinic, &actors.manager, &accepted).await;
    assert_eq!(outcomes(&report), ["OK", "OK", "OK", "REFUSED", "REFUSED", "REFUSED", "OK"]);
    let company = seen(&actors.operator, "promoters", &report[0]).await;
    assert_eq!((&company["tax_id"], &company["fee"]["amount"]), (&json!("20100070970"), &json!("15.00")));
    for (line, of) in [(2, 0), (6, 1)] {
        assert_eq!(report[line]["id"], report[of]["id"]);
        assert_eq!(report[line]["possible_duplicates"][0]["id"], report[of]["id"]);
    }
    assert_eq!(seen(&actors.operator, "promoters", &report[6]).await["name"], "Pía Paz");
    assert_eq!(refused(&report[3]), [at("fee.amount", "amount")]);
    assert_eq!(refused(&report[4]), [at("legal_name", "unexpected"), at("name", "required")]);
    assert_eq!(refused(&report[5]), [at("person_id", "unknown")]);
    let found = actors.operator.get("/api/v1/promoters?q=pesq").await.expect(200).body;
    assert_eq!(found["items"][0]["id"], report[0]["id"]);
    assert_eq!(
        (audited(&clinic, "promoters.create").await, audited(&clinic, "promoters.find").await),
        (2, 2)
    );
}

#[tokio::test]
async fn staff_have_lists_of_roles() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let clerk = clinic.somebody("clerk", &[Role::Operator], vec![]).await;
    let account = clinic.app.parts.store.account_by_email("clerk@accounts.medcert.test").await.unwrap();
    let before = clerk.post("/api/v1/certification-requests", &actors.new_request()).await.expect(201).body;
    assert_eq!(before["operator"], Value::Null);
    let file = format!(
        "person.document_type,person.document_number,person.given_names,person.family_names,person_id,roles,kind,\
         licence_number,licence_valid_until,fee.amount,fee.currency\n\
         DNI,40000001,Carmen,Salas,,MANAGER  DOCTOR,CONTRACTOR,CMP 54321,2028-12-31,40.5,PEN\n\
         DNI,40000002,Luz,Paz,,\"DOCTOR, NURSE\",,,,,\n\
         DNI,40000003,Ana,Ruiz,,,,,soon,,\n\
         DNI,40-000-001,Carmen,Salas,,OPERATOR,,,,,\n\
         ,,,,{person},OPERATOR,,,,,\n\
         DNI,40000004,Eva,Sol,{person},OPERATOR,,,,,\n",
        person = account.unwrap().user.person
    );
    let accepted = csv(&actors.admin, "import_staff", &file).await;
    assert_eq!(accepted.body["kind"], "IMPORT_STAFF");
    let report = taken(&clinic, &actors.admin, &accepted).await;
    assert_eq!(outcomes(&report), ["OK", "REFUSED", "REFUSED", "REFUSED", "OK", "REFUSED"]);
    let carmen = seen(&actors.admin, "staff", &report[0]).await;
    assert_eq!((&carmen["name"], &carmen["roles"]), (&json!("Carmen Salas"), &json!(["MANAGER", "DOCTOR"])));
    assert_eq!((&carmen["kind"], &carmen["fee"]["amount"]), (&json!("CONTRACTOR"), &json!("40.50")));
    // An element is in the column of its list.
    assert_eq!(refused(&report[1]), [at("roles", "unknown-value"), at("roles", "unknown-value")]);
    let pointers: Vec<_> = (0..2).map(|at| report[1]["problem"]["errors"][at]["pointer"].clone()).collect();
    assert_eq!(pointers, ["/roles/0", "/roles/1"]);
    assert_eq!(refused(&report[2]), [at("roles", "required"), at("licence_valid_until", "date")]);
    assert_eq!(refused(&report[3]), [at("person.document_number", "duplicate")]);
    assert_eq!(refused(&report[5]), [at("person", "unexpected")]);
    assert_eq!(
        clinic.numbers("SELECT COUNT(*) FROM person WHERE given_names IN ('Luz', 'Ana', 'Eva')").await,
        [0]
    );
    // Whoever was signed in meanwhile acts as the member of staff they have become.
    let after = clerk.post("/api/v1/certification-requests", &actors.new_request()).await.expect(201).body;
    assert_eq!(after["operator"]["staff_id"], report[4]["id"]);
    let found = actors.admin.get("/api/v1/staff?q=54321").await.expect(200).body;
    assert_eq!(found["items"][0]["id"], report[0]["id"]);
    assert_eq!(audited(&clinic, "people.create_staff").await, 2);
}

/// Each operation with a good line, one that finds or repeats it, and one that is refused.
fn files(actors: &Actors) -> [(&'static str, [Value; 3]); 5] {
    let (person, company) = (actors.new_client(), actors.next().to_string());
    let service = json!({
        "name": "Certificado de montaña", "fee": {"amount": "1", "currency": "PEN"},
        "certificate_kind": "SPORTS_FITNESS", "validity_days": 1
    });
    let specialty = json!({"name": "Cirugía"});
    let promoter = json!({"type": "COMPANY", "legal_name": "Minera", "tax_id": company});
    let staff = json!({"person": person, "roles": ["DOCTOR"]});
    [
        ("import_services", [service.clone(), service, json!({"validity_days": "1"})]),
        ("import_specialties", [specialty.clone(), specialty, json!({"name": "Otra", "active": "quizás"})]),
        ("import_people", [person.clone(), person.clone(), json!({"email": 1})]),
        ("import_promoters", [promoter.clone(), promoter, json!({"type": "NOBODY"})]),
        ("import_staff", [staff.clone(), staff, json!({"roles": "DOCTOR"})]),
    ]
}

#[tokio::test]
async fn a_dry_run_keeps_nothing_and_tells_what_is_there() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let tables = ["service", "person", "promoter", "staff", "change_entry", "entity_search_term"];
    let count = async || {
        let mut counted = vec![];
        for table in tables {
            counted.push(clinic.numbers(&format!("SELECT COUNT(*) FROM {table}")).await[0]);
        }
        counted
    };
    for (operation, file) in files(&actors) {
        let before = count().await;
        let dry = async || {
            let body = json!(file).to_string();
            let accepted = send(&actors.admin, operation, "?dry_run=true", "application/json", body).await;
            taken(&clinic, &actors.admin, &accepted.expect(202)).await
        };
        let report = dry().await;
        // Each line is judged without what earlier ones would have made.
        assert_eq!(outcomes(&report), ["OK", "OK", "REFUSED"], "{operation}");
        assert!(report.iter().all(|line| line["id"].is_null()), "{operation}");
        assert_eq!(report[1]["possible_duplicates"], json!([]), "{operation}");
        assert_eq!(count().await, before, "{operation}");
        let accepted =
            send(&actors.admin, operation, "", "application/json", json!([file[0]]).to_string()).await;
        let made = taken(&clinic, &actors.admin, &accepted.expect(202)).await;
        assert_eq!(outcomes(&made), ["OK"], "{operation}");
        assert_ne!(count().await, before, "{operation}");
        let report = dry().await;
        let finds = ["import_people", "import_promoters"].contains(&operation);
        let first = if finds { "OK" } else { "REFUSED" };
        assert_eq!(outcomes(&report), [first, first, "REFUSED"], "{operation}");
        if finds {
            assert_eq!(report[0]["possible_duplicates"][0]["id"], made[0]["id"], "{operation}");
        }
    }
}

#[tokio::test]
async fn who_may_is_who_may_make_one() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    for (operation, file) in files(&actors) {
        let body = json!([file[2]]).to_string();
        let writes = ["import_people", "import_promoters"].contains(&operation);
        for (caller, may) in [
            (&actors.admin, true),
            (&actors.operator, writes),
            (&actors.manager, writes),
            (&actors.doctor, false),
        ] {
            let answer = send(caller, operation, "", "application/json", body.clone()).await;
            assert_eq!(answer.status, if may { 202 } else { 403 }, "{operation}");
            if !may {
                check_problem(&answer);
            }
        }
    }
    // Roles that go before a line is done are missed at that line.
    clinic.account("moving", &[Role::Admin], vec![]).await;
    let moving = clinic.sign_in("moving@accounts.medcert.test").await;
    let mut asked = vec![];
    for (operation, file) in files(&actors) {
        let body = json!([file[0]]).to_string();
        asked.push(send(&moving, operation, "", "application/json", body).await.expect(202));
    }
    clinic.change_user("moving@accounts.medcert.test", |user| user.roles = [Role::Auditor].into()).await;
    for accepted in asked {
        let job = done(&clinic, &actors.admin, &accepted).await;
        assert_eq!(counts(&job), ("SUCCEEDED", 1, 1, 1));
        assert_eq!(lines(&actors.admin, &job, "").await[0]["problem"]["type"], "/problems/forbidden");
    }
}

#[tokio::test]
async fn files_and_keys_are_those_of_every_import() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    for (operation, file) in files(&actors) {
        let broken = send(&actors.admin, operation, "", "text/csv", "id\n1\n").await.expect(422);
        assert_eq!(broken.faults(), [at("/columns/id", "unknown-column")]);
        let place = format!("/api/v1/{}/import", operation.strip_prefix("import_").unwrap());
        let body = json!([file[0]]);
        let first = actors.admin.post_once(&place, "k", &body).await.expect(202);
        clinic.work().await;
        let again = actors.admin.post_once(&place, "k", &body).await.expect(202);
        assert_eq!((&again.body, again.header("location")), (&first.body, first.header("location")));
        assert_eq!(again.header("idempotency-replayed"), "true");
        actors.admin.post_once(&format!("{place}?dry_run=true"), "k", &body).await.expect(422);
    }
    assert_eq!(clinic.numbers("SELECT COUNT(*) FROM job").await, [5]);
}
