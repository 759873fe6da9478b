//! How the engines answer lists, search, detail and history: the very statements that are run, run again with the
//! engine telling what it does. Nothing reads a table from one end to the other, and nothing reads more rows than a
//! few pages have.

use std::sync::{Arc, Mutex};

use chrono::Duration;
use medcert_application::store::{
    BulkLoad, CertificationReads, Cursor, HistoryEntry, Load, LoadedRequest, LoadedWords, PageRequest,
    PeopleReads, RequestFilter, SPECIALTY, Sort, StaffFilter,
};
use medcert_domain::{
    Entity as _, Id,
    certification::{
        Action, AssignmentRole, Certification, Fee, FeeSource, HistoryLine, MoneyDecision, PaymentStatus,
        Stage,
    },
    people::{Person, Staff, StaffRole},
};
use medcert_persistence::SeaStore;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use serde_json::Value;

use crate::{
    database::TestDatabase,
    fixture::{
        Clinic, assignment, at, begin, document, fresh, payment, pen, person, promoter, service, staff, user,
    },
    insert,
};

/// What counts as reading too much.
struct Judge {
    /// Tables that grow.
    growing: &'static [&'static str],
    /// Tables that are read as a whole, since they stay small.
    small: &'static [&'static str],
    /// Rows that one part of a statement may read.
    most: f64,
}

/// Of requests.
const REQUESTS: Judge =
    Judge { growing: GROWING, small: &["service", "promoter", "staff", "user_account"], most: MOST };

/// Of the staff.
const STAFF: Judge =
    Judge { growing: &["directory_word", "person", "staff", "user_account"], small: &[], most: 310.0 };

/// Requests in the table: enough that engines which may choose do not read all of it.
const ALL: usize = 20_000;
/// Rows that one part of a statement may read: the few that are counted or put in order, and a page.
const MOST: f64 = 2_300.0;
/// Tables that grow with the requests.
const GROWING: &[&str] = &[
    "assignment",
    "certification_request",
    "evaluation",
    "history_entry",
    "payment",
    "person",
    "refund",
    "request_word",
];

const LONG_BY_CREATION: &[&str] = &["from", "before"];
const LONG_BY_CHANGE: &[&str] = &["changed since long"];

struct Filled {
    clinic: Clinic,
    requests: Vec<Id<Certification>>,
}

const NAMES: &[&str] = &[
    "Ana Quispe",
    "Juan Rojas",
    "Олена Їжакевич",
    "Mario Quiñones",
    "Marta Núñez",
    "Luis Peña",
    "Rosa Ortiz",
    "Тарас Бойко",
    "Pilar Salazar",
    "Maria Flores",
];

async fn fill(database: &TestDatabase) -> Filled {
    let clinic = Clinic::open(database).await;
    let (service, promoter) = (service("Second"), promoter("Second"));
    let clerk = user(&clinic.other_person, "clerk@example.org", &[]);
    insert!(database, &service, &promoter);
    insert!(database, &clerk);
    let mut load = Load::default();
    let mut requests = Vec::new();
    for n in 0..ALL {
        let number = i64::try_from(n).unwrap();
        // Some 52 weeks, changed up to a day later.
        let created = at(0) + Duration::minutes(number * 26);
        let (given, family) = NAMES[n % NAMES.len()].split_once(' ').unwrap();
        let client = Person {
            document: Some(document(&format!("{:08}", n * 48_271_049 % 99_999_989))),
            ..person(given, family)
        };
        let due = n % 40 == 0;
        let code = format!("MC-2026-{n:06}");
        let mut words = medcert_application::certification::request_words(&code, &client, None, &[]);
        words.push(format!("9{:08}", n * 73_856_093 % 99_999_971));
        let base = clinic.request(&code);
        let request = Certification {
            client: client.id,
            service: Some(if n % 3 == 0 { service.id } else { clinic.service.id }),
            promoter: Some(if n % 5 == 0 { promoter.id } else { clinic.promoter.id }),
            external_reference: Some(format!("REF-{}", n / 2)),
            fee: Some(Fee { money: pen(10), source: FeeSource::Service }),
            payments: if due || n % 4 == 1 { vec![payment(10, None, &clinic.user)] } else { vec![] },
            money_decision: due.then_some(MoneyDecision::RefundDue),
            registered_by: if n % 2 == 0 { clerk.id } else { clinic.user.id },
            assignments: vec![
                assignment(
                    AssignmentRole::Manager,
                    if n % 7 == 0 { &clinic.other } else { &clinic.staff },
                    &clinic.user,
                ),
                assignment(AssignmentRole::Doctor, &clinic.other, &clinic.user),
            ],
            stage: Stage::ALL[n % Stage::ALL.len()],
            created_at: created,
            updated_at: created + Duration::minutes(number * 77 % 1440),
            ..base
        };
        let entry = |action| HistoryEntry {
            id: fresh(),
            request: request.id,
            at: created,
            by: clinic.user.id,
            line: HistoryLine::of(action),
        };
        let history = vec![entry(Action::Register), entry(Action::AssignManager)];
        requests.push(request.id);
        load.people.push(client);
        load.requests.push(LoadedRequest { request, history, words });
        if load.requests.len() == 2_000 || n + 1 == ALL {
            database.store.load(&std::mem::take(&mut load)).await.unwrap();
        }
    }
    database.store.settle().await.unwrap();
    Filled { clinic, requests }
}

/// Which fields of the filter say something. A field that is added must be named here, and asked for below.
fn asked(filter: &RequestFilter) -> [bool; 16] {
    let RequestFilter {
        words,
        stages,
        payment_statuses,
        clients,
        services,
        promoters,
        managers,
        doctors,
        mine,
        visible_to_doctor,
        created_from,
        created_before,
        updated_from,
        document_number,
        external_reference,
        refund_due,
        // Every case is asked in every order.
        sort: Sort::CreatedDesc | Sort::CreatedAsc | Sort::UpdatedDesc | Sort::UpdatedAsc,
    } = filter;
    [
        !words.is_empty(),
        !stages.is_empty(),
        !payment_statuses.is_empty(),
        !clients.is_empty(),
        !services.is_empty(),
        !promoters.is_empty(),
        !managers.is_empty(),
        !doctors.is_empty(),
        mine.is_some(),
        visible_to_doctor.is_some(),
        created_from.is_some(),
        created_before.is_some(),
        updated_from.is_some(),
        document_number.is_some(),
        external_reference.is_some(),
        refund_due.is_some(),
    ]
}

type Case = (&'static str, RequestFilter);

fn day(day: i64) -> chrono::DateTime<chrono::Utc> {
    at(0) + Duration::days(day)
}

fn cases(filled: &Filled) -> Vec<Case> {
    [alone(filled), together(filled), searches()].concat()
}

/// Each filter by itself.
fn alone(filled: &Filled) -> Vec<Case> {
    let clinic = &filled.clinic;
    let none = RequestFilter::default;
    vec![
        ("all", none()),
        ("stage", RequestFilter { stages: vec![Stage::Paid], ..none() }),
        ("stages", RequestFilter { stages: vec![Stage::Paid, Stage::Closed, Stage::Evaluated], ..none() }),
        ("every stage", RequestFilter { stages: Stage::ALL.to_vec(), ..none() }),
        ("payment status", RequestFilter { payment_statuses: vec![PaymentStatus::Paid], ..none() }),
        (
            "payment statuses",
            RequestFilter { payment_statuses: vec![PaymentStatus::Paid, PaymentStatus::Pending], ..none() },
        ),
        ("service", RequestFilter { services: vec![clinic.service.id], ..none() }),
        ("client", RequestFilter { clients: vec![clinic.client.id], ..none() }),
        ("promoter", RequestFilter { promoters: vec![clinic.promoter.id], ..none() }),
        ("promoters", RequestFilter { promoters: vec![clinic.promoter.id, Id::new(fresh())], ..none() }),
        ("manager", RequestFilter { managers: vec![clinic.staff.id], ..none() }),
        ("managers", RequestFilter { managers: vec![clinic.staff.id, clinic.other.id], ..none() }),
        ("doctor", RequestFilter { doctors: vec![clinic.other.id], ..none() }),
        ("nobody's", RequestFilter { doctors: vec![Id::new(fresh())], ..none() }),
        ("mine", RequestFilter { mine: Some((clinic.user.id, Some(clinic.staff.id))), ..none() }),
        ("mine without staff", RequestFilter { mine: Some((clinic.user.id, None)), ..none() }),
        ("seen by a doctor", RequestFilter { visible_to_doctor: Some(Some(clinic.other.id)), ..none() }),
        ("seen by a doctor without staff", RequestFilter { visible_to_doctor: Some(None), ..none() }),
        ("from", RequestFilter { created_from: Some(day(300)), ..none() }),
        ("before", RequestFilter { created_before: Some(day(300)), ..none() }),
        (
            "two weeks",
            RequestFilter { created_from: Some(day(100)), created_before: Some(day(114)), ..none() },
        ),
        ("changed since", RequestFilter { updated_from: Some(day(346)), ..none() }),
        ("changed since long", RequestFilter { updated_from: Some(day(100)), ..none() }),
        ("document", RequestFilter { document_number: Some("48271049".to_owned()), ..none() }),
        ("unknown document", RequestFilter { document_number: Some("4827104".to_owned()), ..none() }),
        ("reference", RequestFilter { external_reference: Some("REF-77".to_owned()), ..none() }),
        ("refund due", RequestFilter { refund_due: Some(true), ..none() }),
        ("no refund due", RequestFilter { refund_due: Some(false), ..none() }),
    ]
}

/// Filters that people use together.
fn together(filled: &Filled) -> Vec<Case> {
    let clinic = &filled.clinic;
    let none = RequestFilter::default;
    vec![
        (
            "stage of a manager",
            RequestFilter { stages: vec![Stage::Paid], managers: vec![clinic.staff.id], ..none() },
        ),
        (
            "stages of a manager",
            RequestFilter {
                stages: vec![Stage::Paid, Stage::Registered],
                managers: vec![clinic.staff.id],
                ..none()
            },
        ),
        (
            "stage of a doctor",
            RequestFilter {
                stages: vec![Stage::Evaluated],
                visible_to_doctor: Some(Some(clinic.other.id)),
                ..none()
            },
        ),
        (
            "service within two weeks",
            RequestFilter {
                services: vec![clinic.service.id],
                created_from: Some(day(100)),
                created_before: Some(day(114)),
                ..none()
            },
        ),
        (
            "mine in some stages",
            RequestFilter {
                mine: Some((clinic.user.id, Some(clinic.staff.id))),
                stages: vec![Stage::Paid, Stage::DoctorAssigned],
                ..none()
            },
        ),
    ]
}

/// Words.
fn searches() -> Vec<Case> {
    let words = |words: &[&str]| RequestFilter {
        words: words.iter().map(ToString::to_string).collect(),
        ..RequestFilter::default()
    };
    vec![
        ("rare word", words(&["48271049"])),
        ("common word", words(&["quispe"])),
        ("beginning of many words", words(&["m"])),
        ("common words", words(&["ana", "quispe"])),
        ("common words that no request has", words(&["quispe", "rojas"])),
        ("code", words(&["mc2026000123"])),
        ("beginning of codes", words(&["mc2026"])),
        ("beginning of telephones", words(&["91"])),
        ("unknown word", words(&["zzz"])),
        ("word and stage", RequestFilter { stages: vec![Stage::Paid], ..words(&["quispe"]) }),
        ("word and few", RequestFilter { refund_due: Some(true), ..words(&["quispe"]) }),
        (
            "word within two weeks",
            RequestFilter {
                created_from: Some(day(100)),
                created_before: Some(day(114)),
                ..words(&["quispe"])
            },
        ),
        (
            "word and document",
            RequestFilter { document_number: Some("48271049".to_owned()), ..words(&["jua"]) },
        ),
    ]
}

/// The statements that something runs on the store it is given.
async fn statements<T>(database: &TestDatabase, run: impl AsyncFnOnce(SeaStore) -> T) -> (Vec<Statement>, T) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&seen);
    let answer =
        run(database.store.watched(move |statement| told.lock().unwrap().push(statement.clone()))).await;
    let seen = std::mem::take(&mut *seen.lock().unwrap());
    assert!(!seen.is_empty());
    (seen, answer)
}

/// What the engine does for the statement that it should not.
async fn faults(db: &DatabaseConnection, judge: &Judge, statement: &Statement) -> Vec<String> {
    let backend = db.get_database_backend();
    let explain = match backend {
        DbBackend::Postgres => "EXPLAIN (ANALYZE, FORMAT JSON)",
        DbBackend::MySql => "ANALYZE FORMAT=JSON",
        _ => "EXPLAIN QUERY PLAN",
    };
    let explain = Statement { sql: format!("{explain} {}", statement.sql), ..statement.clone() };
    let rows = db.query_all_raw(explain).await.unwrap();
    let mut found = Vec::new();
    match backend {
        DbBackend::Postgres => {
            postgres(&rows[0].try_get_by_index::<Value>(0).unwrap()[0]["Plan"], judge, &mut found);
        }
        DbBackend::MySql => {
            let told: String = rows[0].try_get_by_index(0).unwrap();
            // Conditions are told with whatever bytes their values have.
            mariadb(&serde_json::from_str(&readable(&told)).unwrap(), judge, &mut found);
        }
        _ => {
            let lines: Vec<String> = rows.iter().map(|row| row.try_get("", "detail").unwrap()).collect();
            sqlite(&lines, &statement.sql, judge, &mut found);
        }
    }
    found
}

/// The same with only the escapes that JSON knows.
fn readable(told: &str) -> String {
    let mut chars = told.chars();
    let mut clean = String::new();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some(next @ ('"' | '\\')) => clean.extend(['\\', next]),
                _ => clean.push('?'),
            },
            c if c.is_control() => clean.push(' '),
            c => clean.push(c),
        }
    }
    clean
}

fn number(plan: &Value, name: &str) -> f64 {
    plan[name].as_f64().unwrap_or_default()
}

fn postgres(plan: &Value, judge: &Judge, found: &mut Vec<String>) {
    let (kind, table) =
        (plan["Node Type"].as_str().unwrap(), plan["Relation Name"].as_str().unwrap_or_default());
    if judge.growing.contains(&table) {
        let read = (number(plan, "Actual Rows")
            + number(plan, "Rows Removed by Filter")
            + number(plan, "Rows Removed by Index Recheck"))
            * number(plan, "Actual Loops");
        if (kind == "Seq Scan" && read > 0.0) || read > judge.most {
            found.push(format!("{kind} of {table} reads {read} rows"));
        }
    }
    for part in plan["Plans"].as_array().into_iter().flatten() {
        postgres(part, judge, found);
    }
}

fn mariadb(plan: &Value, judge: &Judge, found: &mut Vec<String>) {
    if let Some(table) = plan["table_name"].as_str() {
        let read = number(plan, "r_rows") * number(plan, "r_loops");
        let whole = plan["access_type"] == "ALL"
            && plan.get("materialized").is_none()
            && !table.starts_with('<')
            && !judge.small.contains(&table)
            && number(plan, "rows") > judge.most;
        // It finds the words of a request by the request, and then looks at each.
        let most = if table == "other" { judge.most * 10.0 } else { judge.most };
        if whole || read > most {
            found.push(format!("{} access to {table} reads {read} rows", plan["access_type"]));
        }
    }
    match plan {
        Value::Object(parts) => parts.values().for_each(|part| mariadb(part, judge, found)),
        Value::Array(parts) => parts.iter().for_each(|part| mariadb(part, judge, found)),
        _ => {}
    }
}

/// SQLite does not tell rows; it tells when it reads a table without an index, or makes one first.
fn sqlite(lines: &[String], sql: &str, judge: &Judge, found: &mut Vec<String>) {
    for line in lines {
        let table = line.strip_prefix("SCAN ").and_then(|rest| rest.split(' ').next());
        let of_table = |alias: &str| {
            judge
                .growing
                .iter()
                .any(|table| *table == alias || sql.contains(&format!("\"{table}\" AS \"{alias}\"")))
        };
        // The alias of the page is that of the table it is cut from.
        let derived = |alias: &str| sql.contains(&format!(") AS \"{alias}\""));
        let scan = table.is_some_and(|alias| !line.contains(" USING ") && of_table(alias) && !derived(alias));
        if scan || line.contains("AUTOMATIC") {
            found.push(line.clone());
        }
    }
}

/// Runs it again, explained, and notes what is wrong.
async fn explain(
    db: &DatabaseConnection,
    judge: &Judge,
    what: &str,
    statements: Vec<Statement>,
    wrong: &mut Vec<String>,
) {
    for statement in statements {
        let faults = faults(db, judge, &statement).await;
        if !faults.is_empty() {
            wrong.push(format!("{what}: {faults:?}\n    {statement}"));
        }
    }
}

pub(crate) async fn bounded(database: &TestDatabase) {
    let filled = fill(database).await;
    let db = database.behind().await;
    let cases = cases(&filled);
    for field in 0..16 {
        assert!(cases.iter().any(|(_, filter)| asked(filter)[field]), "field {field} is never asked for");
    }
    let mut wrong = Vec::new();
    for (name, filter) in &cases {
        for sort in [Sort::CreatedDesc, Sort::CreatedAsc, Sort::UpdatedDesc, Sort::UpdatedAsc] {
            // A long range in the order of the other moment is found by walking: no index has both.
            let by_change = matches!(sort, Sort::UpdatedDesc | Sort::UpdatedAsc);
            if (by_change && LONG_BY_CREATION.contains(name)) || (!by_change && LONG_BY_CHANGE.contains(name))
            {
                continue;
            }
            let filter = RequestFilter { sort, ..filter.clone() };
            // The first page, and one in the middle of the list. Totals are counted only where they are small.
            let middle = Cursor {
                key: (at(0) + Duration::days(180)).timestamp_micros().to_string(),
                id: filled.requests[ALL / 2].raw(),
            };
            let small = filter.document_number.is_some() || filter.external_reference.is_some();
            for after in [None, Some(middle)] {
                let page = PageRequest { limit: 20, after, with_total: small };
                let (seen, page) = statements(database, async |store: SeaStore| {
                    store.requests(&filter, &page).await.unwrap()
                })
                .await;
                assert!(seen.len() <= 8, "{name} takes {} statements", seen.len());
                assert!(page.items.len() <= 20);
                explain(&db, &REQUESTS, &format!("{name} {sort:?}"), seen, &mut wrong).await;
            }
        }
    }
    let id = filled.requests[ALL / 3];
    let (seen, found) = statements(database, async |store: SeaStore| store.dossier(id).await.unwrap()).await;
    assert!(found.is_some());
    explain(&db, &REQUESTS, "detail", seen, &mut wrong).await;
    let page = PageRequest { limit: 20, after: None, with_total: true };
    let history = statements(database, async |store: SeaStore| store.history(id, &page).await.unwrap()).await;
    assert_eq!(history.1.total, Some(2));
    explain(&db, &REQUESTS, "history", history.0, &mut wrong).await;
    db.close().await.unwrap();
    assert!(wrong.is_empty(), "{} statements read too much:\n{}", wrong.len(), wrong.join("\n"));
}

/// Members of staff who have some specialty, of which few have the one that is asked for.
const MEMBERS: usize = 2_000;
/// People besides.
const CLIENTS: usize = 10_000;

pub(crate) async fn staff_by_specialty(database: &TestDatabase) {
    let mut load =
        Load { people: (0..CLIENTS).map(|_| person("Ana", "Quispe")).collect(), ..Load::default() };
    let mut members = Vec::new();
    for n in 0..MEMBERS {
        let (given, family) = NAMES[n % NAMES.len()].split_once(' ').unwrap();
        let someone = person(given, family);
        let member = staff(&someone, &[StaffRole::Doctor]);
        let specialty = if n % 400 == 0 { ["cardiologia", "infantil"] } else { ["medicina", "general"] };
        for (kind, words) in [(SPECIALTY, &specialty[..]), (Staff::KIND, &specialty[..1])] {
            let words = words.iter().map(ToString::to_string).collect();
            load.words.push(LoadedWords { kind, object: member.id.raw(), words });
        }
        load.people.push(someone);
        members.push(member);
    }
    database.store.load(&load).await.unwrap();
    let mut work = begin(database).await;
    for member in &members {
        work.insert(member).await.unwrap();
    }
    work.commit().await.unwrap();
    database.store.settle().await.unwrap();
    let db = database.behind().await;
    let mut wrong = Vec::new();
    let words = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
    let doctors = vec![StaffRole::Doctor];
    for (what, filter) in [
        ("specialty", StaffFilter { specialty: words(&["cardio"]), ..StaffFilter::default() }),
        ("words of it", StaffFilter { specialty: words(&["cardio", "inf"]), ..StaffFilter::default() }),
        (
            "with others",
            StaffFilter {
                specialty: words(&["cardio"]),
                words: words(&["cardio"]),
                roles: doctors,
                ..StaffFilter::default()
            },
        ),
        ("of anything", StaffFilter { words: words(&["cardio"]), ..StaffFilter::default() }),
    ] {
        let page = PageRequest { limit: 3, after: None, with_total: true };
        let (seen, page) =
            statements(database, async |store: SeaStore| store.staff_list(&filter, &page).await.unwrap())
                .await;
        assert_eq!((page.total, page.items.len()), (Some(5), 3), "{what}");
        let after = PageRequest { limit: 20, after: page.next, with_total: false };
        assert_eq!(database.store.staff_list(&filter, &after).await.unwrap().items.len(), 2);
        explain(&db, &STAFF, what, seen, &mut wrong).await;
    }
    db.close().await.unwrap();
    assert!(wrong.is_empty(), "{} statements read too much:\n{}", wrong.len(), wrong.join("\n"));
}
