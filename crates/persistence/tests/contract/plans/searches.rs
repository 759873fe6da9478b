//! Finding people by first names that lie far back in the list.

use medcert_application::{
    people::person_search_terms,
    store::{BulkLoad, Cursor, Load, LoadedSearchTerms, PageRequest, PeopleReads, PersonFilter},
};
use medcert_domain::{
    Entity as _,
    people::{DocumentType, Person},
};
use medcert_persistence::SeaStore;
use uuid::Uuid;

use super::engines::{Watch, explain, statements};
use crate::{
    database::TestDatabase,
    fixture::{document, person},
};

/// What is counted of each word, or the end of a list where it is as quick to sort. To whoever is found first it is
/// farther.
const WATCH: Watch = Watch { growing: &["entity_search_term", "person"], most: 4_000.0 };
const PEOPLE: usize = 12_000;
const GIVEN: &[&str] = &["Ana", "Zoila", "Elena", "Zoraida"];

pub(crate) async fn late_names(database: &TestDatabase) {
    let mut load = Load::default();
    for n in 0..PEOPLE {
        let someone = Person {
            document: Some(document(&format!("{}", 10_000_000 + n * 4_271_049 % 79_999_987))),
            ..person(GIVEN[n % GIVEN.len()], &format!("Flores F{}", n / GIVEN.len() % 45))
        };
        let search_terms = person_search_terms(&someone, &[]);
        load.search_terms.push(LoadedSearchTerms {
            kind: Person::KIND,
            object: someone.id.raw(),
            search_terms,
        });
        load.people.push(someone);
    }
    database.store.load(&load).await.unwrap();
    database.store.settle().await.unwrap();
    let db = database.behind().await;
    let mut wrong = Vec::new();
    let later = Cursor { key: "Zoraida Flores F3".to_owned(), id: Uuid::nil() };
    for search_terms in [&["zoila"][..], &["zo"], &["zo", "f"], &["zoraida", "flores"], &["flo", "f"]] {
        for types in [vec![], vec![DocumentType::Other]] {
            for after in [None, Some(later.clone())] {
                let filter = PersonFilter {
                    search_terms: search_terms.iter().map(ToString::to_string).collect(),
                    document_types: types.clone(),
                    ..PersonFilter::default()
                };
                let page = PageRequest { limit: 20, after: after.clone(), with_total: false };
                let (seen, page) =
                    statements(database, async |store: SeaStore| store.people(&filter, &page).await.unwrap())
                        .await;
                let first = search_terms == ["zoila"] && after.is_some();
                assert_eq!(page.items.len(), if first { 0 } else { 20 }, "{search_terms:?}");
                explain(&db, &WATCH, &format!("{search_terms:?} {types:?} {after:?}"), seen, &mut wrong)
                    .await;
            }
        }
    }
    db.close().await.unwrap();
    assert!(wrong.is_empty(), "{} statements read too much:\n{}", wrong.len(), wrong.join("\n"));
}
