//! Finding staff by their specialty.

use medcert_application::store::{
    BulkLoad, Load, LoadedSearchTerms, MemberReads, PageRequest, SPECIALTY, StaffFilter,
};
use medcert_domain::{
    Entity as _,
    people::{Staff, StaffRole},
};
use medcert_persistence::SeaStore;

use super::{
    NAMES,
    engines::{Watch, explain, statements},
};
use crate::{
    database::TestDatabase,
    fixture::{begin, person, staff},
};

const WATCH: Watch =
    Watch { growing: &["entity_search_term", "person", "staff", "user_account"], most: 310.0 };

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
        for (kind, search_terms) in [(SPECIALTY, &specialty[..]), (Staff::KIND, &specialty[..1])] {
            let search_terms = search_terms.iter().map(ToString::to_string).collect();
            load.search_terms.push(LoadedSearchTerms { kind, object: member.id.raw(), search_terms });
        }
        load.people.push(someone);
        members.push(member);
    }
    let search_terms = Load { search_terms: std::mem::take(&mut load.search_terms), ..Load::default() };
    database.store.load(&load).await.unwrap();
    let mut work = begin(database).await;
    for member in &members {
        work.insert(member).await.unwrap();
    }
    work.commit().await.unwrap();
    database.store.load(&search_terms).await.unwrap();
    database.store.settle().await.unwrap();
    let db = database.behind().await;
    let mut wrong = Vec::new();
    let search_terms =
        |search_terms: &[&str]| search_terms.iter().map(ToString::to_string).collect::<Vec<_>>();
    let doctors = vec![StaffRole::Doctor];
    for (what, filter) in [
        ("specialty", StaffFilter { specialty: search_terms(&["cardio"]), ..StaffFilter::default() }),
        (
            "words of it",
            StaffFilter { specialty: search_terms(&["cardio", "inf"]), ..StaffFilter::default() },
        ),
        (
            "with others",
            StaffFilter {
                specialty: search_terms(&["cardio"]),
                search_terms: search_terms(&["cardio"]),
                roles: doctors,
                ..StaffFilter::default()
            },
        ),
        ("of anything", StaffFilter { search_terms: search_terms(&["cardio"]), ..StaffFilter::default() }),
    ] {
        let page = PageRequest { limit: 3, after: None, with_total: true };
        let (seen, page) =
            statements(database, async |store: SeaStore| store.staff_list(&filter, &page).await.unwrap())
                .await;
        assert_eq!((page.total, page.items.len()), (Some(5), 3), "{what}");
        let after = PageRequest { limit: 20, after: page.next, with_total: false };
        assert_eq!(database.store.staff_list(&filter, &after).await.unwrap().items.len(), 2);
        explain(&db, &WATCH, what, seen, &mut wrong).await;
    }
    db.close().await.unwrap();
    assert!(wrong.is_empty(), "{} statements read too much:\n{}", wrong.len(), wrong.join("\n"));
}
