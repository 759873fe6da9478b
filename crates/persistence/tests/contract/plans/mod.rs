//! How the engines answer lists, search, detail, history and reports: the very statements that are run, run again with
//! the engine telling what it does. Nothing reads a table from one end to the other, and nothing reads more rows than
//! a few pages have.

mod directories;
mod engines;
mod guarantee;
mod reports;
mod requests;
mod searches;
mod seed;
mod specialty;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use medcert_application::store::{BulkLoad, HistoryEntry, Load, LoadedRequest, LoadedSearchTerms};
use medcert_domain::{
    Entity as _, Id,
    certification::{
        Action, AssignmentRole, Certification, FeeSource, HistoryLine, MoneyDecision, RequestInfo, Stage,
    },
    people::{Document, DocumentType, Person},
};

pub(crate) use self::{searches::late_names, specialty::staff_by_specialty};
use crate::{
    database::TestDatabase,
    fixture::{
        Clinic, assignment, at, document, fresh, payment, person, promoter, service, settlement, user,
    },
    insert,
};

/// Requests in the table: enough that engines which may choose do not read all of it.
const ALL: usize = 20_000;
/// Rows that one part of a statement may read: the few that are counted or put in order, and a page.
const MOST: f64 = 2_300.0;

/// Second family names: what many have, wherever they are in the order of names.
const SECOND: &[&str] = &["Vega", "Soto", "Luna", "Cruz", "Rios"];

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
        let numbered = document(&format!("{:08}", n * 48_271_049 % 99_999_989));
        let client = Person {
            document: Some(Document {
                kind: if n % 50 == 0 { DocumentType::Dni } else { DocumentType::Other },
                ..numbered
            }),
            birth_date: Some(birth_date(n)),
            // An address that many give, since they have none.
            email: Some(if n / 10 % 5 == 0 { CLINIC.to_owned() } else { format!("{n}@example.org") }),
            // The number, for what is derived from people.
            address: Some(n.to_string()),
            created_at: created,
            ..person(given, &format!("{family} K{:04} {}", n / 10, SECOND[n / 10 % SECOND.len()]))
        };
        let due = n % 40 == 0;
        let code = format!("MC-2026-{n:06}");
        let plain = Person { document: client.document.clone(), ..person(given, family) };
        let mut search_terms =
            medcert_application::certification::request_search_terms(&code, &plain, None, &[]);
        search_terms.push(format!("9{:08}", n * 73_856_093 % 99_999_971));
        let base = clinic.request(&code);
        let request = Certification {
            client: client.id,
            service: Some(if n % 3 == 0 { service.id } else { clinic.service.id }),
            promoter: Some(if n % 5 == 0 { promoter.id } else { clinic.promoter.id }),
            info: RequestInfo {
                external_reference: Some(format!("REF-{}", n / 2)),
                ..RequestInfo::default()
            },
            settlement: settlement(
                10,
                if due || n % 4 == 1 { vec![payment(10, None, &clinic.user)] } else { vec![] },
            ),
            fee_source: Some(FeeSource::Service),
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
        load.search_terms.push(LoadedSearchTerms {
            kind: Person::KIND,
            object: client.id.raw(),
            search_terms: medcert_application::people::person_search_terms(&client, &[]),
        });
        load.people.push(client);
        load.requests.push(LoadedRequest { request, history, search_terms });
        if load.requests.len() == 2_000 || n + 1 == ALL {
            database.store.load(&std::mem::take(&mut load)).await.unwrap();
        }
    }
    database.store.settle().await.unwrap();
    Filled { clinic, requests }
}

/// So many days after the first request.
fn day(day: i64) -> DateTime<Utc> {
    at(0) + Duration::days(day)
}

fn birth_date(n: usize) -> NaiveDate {
    crate::fixture::day(1950, 1, 1) + Duration::days(i64::try_from(n % 7_000).unwrap())
}

/// An address that many people give.
const CLINIC: &str = "clinic@example.org";

pub(crate) async fn bounded(database: &TestDatabase) {
    let filled = fill(database).await;
    let db = database.behind().await;
    let mut wrong = Vec::new();
    requests::bounded(database, &db, &filled, &mut wrong).await;
    reports::bounded(database, &db, &filled, &mut wrong).await;
    db.close().await.unwrap();
    directories::bounded(database, &filled, &mut wrong).await;
    assert!(wrong.is_empty(), "{} statements read too much:\n{}", wrong.len(), wrong.join("\n"));
}
