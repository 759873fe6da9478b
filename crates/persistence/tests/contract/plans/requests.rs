//! Lists, search, detail and history of requests.

use chrono::Duration;
use medcert_application::store::{CertificationReads, Cursor, PageRequest, RequestFilter, Sort};
use medcert_domain::{Id, billing::PaymentStatus, certification::Stage};
use medcert_persistence::SeaStore;
use sea_orm::DatabaseConnection;

use super::{
    ALL, Filled, MOST, day,
    engines::{Watch, explain, statements},
};
use crate::{
    database::TestDatabase,
    fixture::{at, fresh},
};

/// Tables that grow with the requests.
const WATCH: Watch = Watch {
    growing: &[
        "assignment",
        "certification_request",
        "evaluation",
        "history_entry",
        "payment",
        "person",
        "refund",
        "request_search_term",
    ],
    most: MOST,
};

/// The same where the index of the order has all that is asked for, so that nothing is counted or put in order.
const IN_ORDER: Watch = Watch { most: 600.0, ..WATCH };

const OF_CREATION: &[&str] = &[
    "from",
    "before",
    "two weeks",
    "two months",
    "service within two weeks",
    "stages of a service in two months",
];
const LONG_BY_CREATION: &[&str] = &["from", "before", "two months", "stages of a service in two months"];
const LONG_BY_CHANGE: &[&str] = &["changed since long"];

/// Which fields of the filter say something. A field that is added must be named here, and asked for below.
fn asked(filter: &RequestFilter) -> [bool; 16] {
    let RequestFilter {
        search_terms,
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
        !search_terms.is_empty(),
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
        (
            "two months",
            RequestFilter { created_from: Some(day(100)), created_before: Some(day(160)), ..none() },
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
            "stages of a service in two months",
            RequestFilter {
                stages: vec![Stage::Paid, Stage::Closed],
                services: vec![clinic.service.id],
                created_from: Some(day(100)),
                created_before: Some(day(160)),
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
    let search_terms = |search_terms: &[&str]| RequestFilter {
        search_terms: search_terms.iter().map(ToString::to_string).collect(),
        ..RequestFilter::default()
    };
    vec![
        ("rare word", search_terms(&["48271049"])),
        ("common word", search_terms(&["quispe"])),
        ("beginning of many words", search_terms(&["m"])),
        ("common words", search_terms(&["ana", "quispe"])),
        ("common words that no request has", search_terms(&["quispe", "rojas"])),
        ("code", search_terms(&["mc2026000123"])),
        ("beginning of codes", search_terms(&["mc2026"])),
        ("beginning of telephones", search_terms(&["91"])),
        ("unknown word", search_terms(&["zzz"])),
        ("word and stage", RequestFilter { stages: vec![Stage::Paid], ..search_terms(&["quispe"]) }),
        ("many words and a rarer stage", RequestFilter { stages: vec![Stage::Paid], ..search_terms(&["m"]) }),
        ("word and few", RequestFilter { refund_due: Some(true), ..search_terms(&["quispe"]) }),
        (
            "word within two weeks",
            RequestFilter {
                created_from: Some(day(100)),
                created_before: Some(day(114)),
                ..search_terms(&["quispe"])
            },
        ),
        (
            "word and document",
            RequestFilter { document_number: Some("48271049".to_owned()), ..search_terms(&["jua"]) },
        ),
    ]
}

pub(super) async fn bounded(
    database: &TestDatabase,
    db: &DatabaseConnection,
    filled: &Filled,
    wrong: &mut Vec<String>,
) {
    let cases = cases(filled);
    for field in 0..16 {
        assert!(cases.iter().any(|(_, filter)| asked(filter)[field]), "field {field} is never asked for");
    }
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
                let watch = if !by_change && OF_CREATION.contains(name) { &IN_ORDER } else { &WATCH };
                explain(db, watch, &format!("{name} {sort:?}"), seen, wrong).await;
            }
        }
    }
    let id = filled.requests[ALL / 3];
    let (seen, found) =
        statements(database, async |store: SeaStore| store.request_aggregate(id).await.unwrap()).await;
    assert!(found.is_some());
    explain(db, &WATCH, "detail", seen, wrong).await;
    let page = PageRequest { limit: 20, after: None, with_total: true };
    let history = statements(database, async |store: SeaStore| store.history(id, &page).await.unwrap()).await;
    assert_eq!(history.1.total, Some(2));
    explain(db, &WATCH, "history", history.0, wrong).await;
}
