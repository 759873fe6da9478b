//! Search in directories large enough that pages are cut out of the rows of words: the answers of a plain model, in
//! the order of the list, whatever the words are.

use std::collections::BTreeSet;

use chrono::Duration;
use medcert_application::{
    people::person_search_terms,
    store::{
        BulkLoad, CertificateFilter, CertificationReads, HistoryEntry, Load, LoadedRequest,
        LoadedSearchTerms, PageRequest, PeopleReads, PersonFilter, StoreError,
    },
};
use medcert_domain::{
    Entity as _, PersonId,
    certification::{Action, Certificate, HistoryLine},
    people::{Document, DocumentType, Person},
};

use crate::{
    database::TestDatabase,
    fixture::{Clinic, at, begin, certificate, day, document, first, fresh, person},
    insert, load,
};

const GIVEN: &[&str] = &[
    "Rosa",
    "Rosa María",
    "Rosario",
    "ROSA",
    "Ana",
    "Juan",
    "Wilmer",
    "Rosario Rosa",
    "Їжак",
    "Zoila Rosalía",
];
const PEOPLE: usize = 5_000;

fn someone(n: usize) -> Person {
    let family = if n.is_multiple_of(2) { "Quispe".to_owned() } else { format!("F{} Rojas", n / 2 % 45) };
    let numbered = document(&format!("1{:07}", n * 4_271_049 % 9_999_991));
    Person {
        document: Some(Document {
            kind: if n % 100 == 3 { DocumentType::Dni } else { DocumentType::Other },
            ..numbered
        }),
        birth_date: Some(day(1950, 1, 1) + Duration::days(i64::try_from(n % 2_000).unwrap())),
        email: n.is_multiple_of(7).then(|| "clinic@example.org".to_owned()),
        ..person(GIVEN[n * 7 % GIVEN.len()], &family)
    }
}

async fn crowd(database: &TestDatabase) -> Vec<Person> {
    let mut people: Vec<Person> = (0..PEOPLE).map(someone).collect();
    let search_terms = |one: &Person| LoadedSearchTerms {
        kind: Person::KIND,
        object: one.id.raw(),
        search_terms: person_search_terms(one, &[]),
    };
    let load = Load {
        search_terms: people.iter().map(search_terms).collect(),
        people: people.clone(),
        ..Load::default()
    };
    database.store.load(&load).await.unwrap();
    database.store.settle().await.unwrap();
    people.sort_by_key(|one| (one.name(), one.id));
    people
}

fn asked(search_terms: &[&str]) -> PersonFilter {
    PersonFilter {
        search_terms: search_terms.iter().map(|&word| word.to_owned()).collect(),
        ..PersonFilter::default()
    }
}

/// Whether the filter finds the person.
fn finds(filter: &PersonFilter, one: &Person) -> bool {
    let known = person_search_terms(one, &[]);
    let document = one.document.as_ref();
    filter.search_terms.iter().all(|word| known.iter().any(|known| known.starts_with(word.as_str())))
        && (filter.document_types.is_empty()
            || document.is_some_and(|document| filter.document_types.contains(&document.kind)))
        && (filter.birth_date.is_none() || filter.birth_date == one.birth_date)
        && (filter.email.is_none() || filter.email == one.email)
}

/// The people found, page by page.
async fn pages(database: &TestDatabase, filter: &PersonFilter, limit: u64) -> Vec<PersonId> {
    let (mut seen, mut page) = (Vec::new(), first(limit));
    let mut total = None;
    loop {
        let part = database.store.people(filter, &page).await.unwrap();
        assert!(part.items.len() as u64 <= limit);
        total = total.or(part.total);
        seen.extend(part.items.into_iter().map(|row| row.person.id));
        page = PageRequest { limit, after: part.next, with_total: false };
        if page.after.is_none() {
            break;
        }
    }
    assert_eq!(total, Some(seen.len() as u64), "{filter:?}");
    seen
}

pub(crate) async fn as_a_model(database: &TestDatabase) {
    let people = crowd(database).await;
    let birth_date = people[77].birth_date;
    let mut filters: Vec<PersonFilter> = [
        // One word of many people; several that begin alike, of which some people have two; too many to be merged.
        &["quispe"][..],
        &["ros"],
        &["rosa"],
        &["f"],
        &["1"],
        // Rare ones, and none.
        &["zoila"],
        &["10"],
        &["wilmer", "f44"],
        &["їж"],
        &["zzz"],
        // Together.
        &["rosa", "f"],
        &["f", "rosa"],
        &["rosa", "quispe"],
        &["quispe", "f"],
        &["rosa", "rosario"],
        &["ros", "ros"],
        &["f", "1"],
        &["rosa", "zzz"],
    ]
    .into_iter()
    .map(asked)
    .collect();
    for search_terms in [&["ros"][..], &["zoila"], &["f"]] {
        filters.extend([
            PersonFilter { document_types: vec![DocumentType::Dni], ..asked(search_terms) },
            PersonFilter { document_types: vec![DocumentType::Other], ..asked(search_terms) },
            PersonFilter {
                document_types: vec![DocumentType::Other, DocumentType::Dni],
                ..asked(search_terms)
            },
            PersonFilter { birth_date, ..asked(search_terms) },
            PersonFilter { email: Some("clinic@example.org".to_owned()), ..asked(search_terms) },
        ]);
    }
    let mut found = BTreeSet::new();
    for filter in &filters {
        let expected: Vec<PersonId> =
            people.iter().filter(|one| finds(filter, one)).map(|one| one.id).collect();
        found.insert(expected.len());
        assert_eq!(pages(database, filter, 333).await, expected, "{filter:?}");
    }
    assert!(found.len() > 10 && found.contains(&0) && found.contains(&3_000), "{found:?}");
    // Pages of one, past the place where two of the merged words meet.
    let filter = asked(&["ros"]);
    let expected: Vec<PersonId> = people.iter().filter(|one| finds(&filter, one)).map(|one| one.id).collect();
    let mut page = PageRequest { limit: 1, after: None, with_total: false };
    for id in expected.iter().take(12) {
        let part = database.store.people(&filter, &page).await.unwrap();
        assert_eq!(part.items.iter().map(|row| row.person.id).collect::<Vec<_>>(), [*id]);
        page.after = part.next;
    }
}

/// Whoever is renamed moves in the order of what their words find, also when the words stay.
pub(crate) async fn renames(database: &TestDatabase) {
    let names = ["rosa a", "Rosa b", "rosa c"];
    let all = names.map(|name| {
        let (given, family) = name.split_once(' ').unwrap();
        person(given, family)
    });
    insert!(database, &all[0], &all[1], &all[2]);
    let mut work = begin(database).await;
    for one in &all {
        work.index_entry(Person::KIND, one.id.raw(), &person_search_terms(one, &[])).await.unwrap();
    }
    work.commit().await.unwrap();
    let order = async || {
        let page = database.store.people(&asked(&["ros"]), &first(9)).await.unwrap();
        page.items.into_iter().map(|row| row.person.name()).collect::<Vec<_>>()
    };
    assert_eq!(order().await, ["Rosa b", "rosa a", "rosa c"]);
    let mut renamed = load!(database, all[2].id).unwrap();
    "Rosa".clone_into(&mut renamed.given_names);
    "A".clone_into(&mut renamed.family_names);
    let mut work = begin(database).await;
    work.update(&renamed).await.unwrap();
    work.index_entry(Person::KIND, renamed.id.raw(), &person_search_terms(&renamed, &[])).await.unwrap();
    work.commit().await.unwrap();
    assert_eq!(order().await, ["Rosa A", "Rosa b", "rosa a"]);
    let mut again = load!(database, all[2].id).unwrap();
    "rosa".clone_into(&mut again.given_names);
    let mut work = begin(database).await;
    work.update(&again).await.unwrap();
    work.index_entry(Person::KIND, again.id.raw(), &person_search_terms(&again, &[])).await.unwrap();
    // What is not there has no place in a list.
    let nobody = work.index_entry(Person::KIND, fresh(), &["rosa".to_owned()]).await;
    assert!(matches!(nobody, Err(StoreError::Reference(_))), "{nobody:?}");
    drop(work);
    assert_eq!(order().await, ["Rosa A", "Rosa b", "rosa a"], "all of it or nothing");
    let mut work = begin(database).await;
    work.update(&again).await.unwrap();
    work.index_entry(Person::KIND, again.id.raw(), &person_search_terms(&again, &[])).await.unwrap();
    work.commit().await.unwrap();
    assert_eq!(order().await, ["Rosa b", "rosa A", "rosa a"]);
}

/// Certificates with a word that all of them have, newest first; and what was written before words were sorted.
pub(crate) async fn newest_first(database: &TestDatabase) {
    const ALL: usize = 2_300;
    let clinic = Clinic::open(database).await;
    let (mut requests, mut search_terms, mut issued) = (Vec::new(), Vec::new(), Vec::new());
    for n in 0..ALL {
        let mut request = clinic.request(&format!("C-{n}"));
        let mut one = certificate(&request, &clinic.staff, &clinic.user, &format!("MC-2026-{n:06}"));
        one.issued_at = at(i64::try_from(n * 7_919 % 1_009).unwrap() * 1_000);
        if n % 50 == 0 {
            one.doctor = clinic.other.id;
        }
        request.certificates.push(one.clone());
        let known = vec!["holder".to_owned(), "holding".to_owned(), format!("n{n}")];
        search_terms.push(LoadedSearchTerms {
            kind: Certificate::KIND,
            object: one.id.raw(),
            search_terms: known,
        });
        issued.push(one);
        let history = vec![HistoryEntry {
            id: fresh(),
            request: request.id,
            at: at(0),
            by: clinic.user.id,
            line: HistoryLine::of(Action::Register),
        }];
        requests.push(LoadedRequest { request, history, search_terms: vec![] });
    }
    database.store.load(&Load { requests, search_terms, ..Load::default() }).await.unwrap();
    database.store.settle().await.unwrap();
    issued.sort_by_key(|one| std::cmp::Reverse((one.issued_at, one.id)));
    let check = async |typed: &str, doctor: Option<_>| {
        let filter = CertificateFilter {
            search_terms: vec![typed.to_owned()],
            doctors: doctor.into_iter().collect(),
            ..CertificateFilter::default()
        };
        let (mut seen, mut page) = (Vec::new(), first(301));
        loop {
            let part = database.store.certificates(&filter, &page).await.unwrap();
            seen.extend(part.items.iter().map(|one| one.id));
            page.after = part.next;
            if page.after.is_none() {
                break;
            }
        }
        let of = |one: &&Certificate| doctor.is_none_or(|doctor| one.doctor == doctor);
        let expected: Vec<_> = issued.iter().filter(of).map(|one| one.id).collect();
        assert_eq!(seen, expected, "{typed} {doctor:?}");
    };
    for typed in ["holder", "hold", "n"] {
        check(typed, None).await;
        check(typed, Some(clinic.other.id)).await;
    }
}
