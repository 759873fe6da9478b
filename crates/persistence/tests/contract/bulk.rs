//! Filling an empty database.

use medcert_application::store::{
    BulkLoad, CertificationReads, Load, LoadedRequest, LoadedSearchTerms, RequestFilter, Store, StoreError,
};
use medcert_domain::{
    Entity as _,
    certification::{Action, Certification, HistoryLine},
    people::Person,
};

use crate::{
    aggregate::{entry, full},
    database::TestDatabase,
    fixture::{Clinic, begin, document, first, person},
    insert, load,
};

fn loaded(clinic: &Clinic, request: Certification, search_terms: &[&str]) -> LoadedRequest {
    LoadedRequest {
        history: vec![entry(request.id, clinic, 0, HistoryLine::of(Action::Register))],
        search_terms: search_terms.iter().map(|&word| word.to_owned()).collect(),
        request,
    }
}

/// What is loaded is what would have been inserted.
pub(crate) async fn loads(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let client = Person { document: Some(document("LOADED")), ..person("Load", "Ed") };
    let whole = full(&clinic, "MC-2026-000001");
    let mut requests = vec![loaded(&clinic, whole.clone(), &["whole", "silva"])];
    // More than one statement holds, of tables with many columns and with few.
    for n in 2..700 {
        let request = Certification { client: client.id, ..clinic.request(&format!("MC-2026-{n:06}")) };
        requests.push(loaded(&clinic, request, &["silva", &format!("number{n}")]));
    }
    let last = requests.last().unwrap().request.clone();
    let search_terms = vec![LoadedSearchTerms {
        kind: Person::KIND,
        object: client.id.raw(),
        search_terms: vec!["load".to_owned(), "ed".to_owned(), "ed".to_owned()],
    }];
    let counters = vec![("request".to_owned(), 2026, 699)];
    let all = Load { people: vec![client.clone()], search_terms, requests, counters: counters.clone() };
    database.store.load(&all).await.unwrap();
    database.store.settle().await.unwrap();

    assert_eq!(load!(database, client.id), Some(client.clone()));
    assert_eq!(load!(database, whole.id), Some(whole));
    assert_eq!(load!(database, last.id), Some(last.clone()));
    let history = database.store.history(last.id, &first(9)).await.unwrap();
    assert_eq!(history.items.len(), 1);
    let by = async |word: &str| {
        let filter = RequestFilter { search_terms: vec![word.to_owned()], ..RequestFilter::default() };
        database.store.requests(&filter, &first(9)).await.unwrap().total
    };
    assert_eq!((by("silva").await, by("number699").await, by("wh").await), (Some(699), Some(1), Some(1)));
    assert_eq!(database.store.counter("request", 2026).await.unwrap(), 699);
    let mut work = begin(database).await;
    assert_eq!(work.next_number("request", 2026).await.unwrap(), 700);
    work.commit().await.unwrap();
    // A counter that is there already is set.
    database.store.load(&Load { counters, ..Load::default() }).await.unwrap();
    assert_eq!(database.store.counter("request", 2026).await.unwrap(), 699);
}

/// One row that cannot be keeps all of them out.
pub(crate) async fn loads_all_or_nothing(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let known = clinic.request("MC-1");
    insert!(database, &known);
    let new = clinic.request("MC-2");
    let twice = clinic.request("MC-1");
    let all = Load {
        requests: vec![loaded(&clinic, new.clone(), &["new"]), loaded(&clinic, twice, &["twice"])],
        counters: vec![("request".to_owned(), 2026, 9)],
        ..Load::default()
    };
    let refused = database.store.load(&all).await;
    assert!(matches!(refused, Err(StoreError::Duplicate(_))), "{refused:?}");
    let stranger = Certification { client: person("No", "Body").id, ..clinic.request("MC-3") };
    let orphan = Load { requests: vec![loaded(&clinic, stranger, &[])], ..Load::default() };
    let refused = database.store.load(&orphan).await;
    assert!(matches!(refused, Err(StoreError::Reference(_))), "{refused:?}");
    assert_eq!(load!(database, new.id), None);
    assert_eq!(database.store.counter("request", 2026).await.unwrap(), 0);
    let all = database.store.requests(&RequestFilter::default(), &first(9)).await.unwrap();
    assert_eq!(all.total, Some(1));
}
