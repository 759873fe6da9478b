//! The list of requests by words.

use medcert_application::{
    certification::{query_words, request_search_terms},
    store::{CertificationReads, PageRequest, RequestFilter, Sort},
};
use medcert_domain::{
    Id,
    certification::{Certification, RequestInfo, Stage},
    people::Person,
    text,
};

use super::found;
use crate::{
    database::TestDatabase,
    fixture::{Clinic, at, begin, document, person},
};

pub(crate) async fn search_terms(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let texts = ["Іван Їжакевич", "Ivan Ñandú", "Іванна Ґалаґан 12345678", "x 🩺"];
    let mut ids = Vec::new();
    let mut work = begin(database).await;
    for (n, typed) in (0..).zip(texts) {
        let request = Certification { created_at: at(-n), ..clinic.request(&format!("MC-{n}")) };
        work.insert(&request).await.unwrap();
        let mut all = text::search_terms(typed);
        all.push("same".to_owned());
        all.push("same".to_owned());
        work.index_search_terms(request.id, &all).await.unwrap();
        ids.push(request.id);
    }
    work.commit().await.unwrap();
    let by = async |search_terms: &[&str]| {
        let search_terms = search_terms.iter().map(ToString::to_string).collect();
        found(database, RequestFilter { search_terms, ..RequestFilter::default() }).await
    };
    assert_eq!(by(&["іван"]).await, [ids[0], ids[2]]);
    assert_eq!(by(&["іванн"]).await, [ids[2]]);
    assert_eq!(by(&["іван", "іж"]).await, [ids[0]]);
    assert_eq!(by(&["іван", "nandu"]).await, Vec::<Id<Certification>>::new());
    assert_eq!(by(&["1234"]).await, [ids[2]]);
    assert_eq!(by(&["234"]).await, Vec::<Id<Certification>>::new());
    assert_eq!(by(&["s", "sam", "same"]).await, ids);
    assert_eq!(by(&["%"]).await, Vec::<Id<Certification>>::new());
    assert_eq!(by(&["_"]).await, Vec::<Id<Certification>>::new());

    let mut work = begin(database).await;
    let long = "ж".repeat(150);
    work.index_search_terms(ids[0], &["іван".to_owned(), "новий".to_owned(), long.clone()]).await.unwrap();
    work.commit().await.unwrap();
    assert_eq!(by(&["іж"]).await, Vec::<Id<Certification>>::new());
    assert_eq!(by(&["новий", "іван"]).await, [ids[0]]);
    assert_eq!(by(&[&long]).await, [ids[0]]);
    assert_eq!(by(&["same"]).await, ids[1..]);
}

/// What is typed, and which of the people below it finds.
const TYPED: &[(&str, &[usize])] = &[
    ("jose", &[0]),
    ("JOSÉ ñah", &[0]),
    ("nunez angel", &[0]),
    ("ose", &[]),
    ("strasse", &[1]),
    ("STRAẞE weiss", &[1]),
    ("muller-wei", &[1]),
    ("мар'яна", &[2]),
    ("МАР`ЯНА", &[2]),
    ("мар яна", &[]),
    ("галаган", &[2]),
    ("Ґалаґан-Їж", &[2]),
    ("їж", &[2]),
    ("иж", &[]),
    ("aesir", &[3]),
    ("Oeuv", &[3]),
    ("džam", &[3]),
    ("DŽAM", &[3]),
    ("lodz", &[3]),
    ("ipek oneil", &[4]),
    ("İPEK O´NEIL", &[4]),
    ("abc", &[5]),
    ("𐐷", &[5]),
    ("жжжжжжж", &[6]),
    ("test", &[7]),
    ("Test-1", &[7]),
    ("12 34", &[7]),
    ("999123456", &[0, 1]),
    ("+51 999 123 456", &[0]),
    ("+51 (999) 123-4", &[0]),
    ("51999", &[0]),
    ("999 123", &[0, 1]),
    ("123456", &[]),
    ("441234567", &[2]),
    ("380 44 123", &[2]),
    ("10.000.001", &[0]),
    ("X1234567-Z", &[1]),
    ("x1234567", &[1]),
    ("mc-2026-00000", &[0, 1, 2, 3, 4, 5, 6, 7]),
    ("MC 2026 000003", &[3]),
    ("2026-000004", &[4]),
    ("000005", &[5]),
    ("mc jose", &[0]),
    ("jose oneil", &[]),
    ("\\ %_", &[0, 1, 2, 3, 4, 5, 6, 7]),
];

/// The same answers everywhere, for what people type.
pub(crate) async fn typed(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let long = "Ж".repeat(200);
    let people = [
        ("José Ángel", "Ñahui Núñez", "10000001", Some("+51 999 123 456")),
        ("Straße", "Müller-Weiß", "X1234567Z", Some("999123456")),
        ("Мар’яна", "Ґалаґан-Їжакевич", "20000002", Some("+380 44 123 45 67")),
        ("Æsir Œuvre", "ǅamonja Łódź", "AB 12.3", None),
        ("İpek", "O'Neil", "30000003", None),
        ("🩺🩺", "𝔄𝔟𝔠 𐐷", "40000004", None),
        (long.as_str(), "Long", "50000005", None),
        ("Test-1", "User 12 34", "60000006", None),
    ];
    let mut ids = Vec::new();
    let mut work = begin(database).await;
    for (n, (given, family, number, phone)) in (0..).zip(people) {
        let client = Person {
            document: Some(document(number)),
            phone: phone.map(ToOwned::to_owned),
            ..person(given, family)
        };
        // Years apart: a search has to look at many weeks, also such as nobody registered anything in.
        let created_at = at(0) - chrono::Duration::days(n * 200);
        let code = format!("MC-2026-{n:06}");
        let request = Certification { client: client.id, created_at, ..clinic.request(&code) };
        work.insert(&client).await.unwrap();
        work.insert(&request).await.unwrap();
        work.index_search_terms(request.id, &request_search_terms(&code, &client, None, &[])).await.unwrap();
        ids.push(request.id);
    }
    work.commit().await.unwrap();
    let long = (long.as_str(), [6].as_slice());
    for (q, expected) in TYPED.iter().chain([&long]) {
        let expected: Vec<_> = expected.iter().map(|n| ids[*n]).collect();
        for sort in [Sort::CreatedDesc, Sort::UpdatedDesc, Sort::CreatedAsc] {
            let filter = RequestFilter { search_terms: query_words(q), sort, ..RequestFilter::default() };
            let mut listed = found(database, filter.clone()).await;
            if sort == Sort::CreatedAsc {
                listed.reverse();
            }
            if sort == Sort::UpdatedDesc {
                listed.sort_by_key(|id| ids.iter().position(|known| known == id));
            }
            assert_eq!(listed, expected, "{q} {sort:?}");
            // One by one, each once.
            let mut page = PageRequest { limit: 1, after: None, with_total: false };
            let mut seen = Vec::new();
            loop {
                let part = database.store.requests(&filter, &page).await.unwrap();
                seen.extend(part.items.iter().map(|row| row.id));
                page.after = part.next;
                if page.after.is_none() || seen.len() > ids.len() {
                    break;
                }
            }
            assert_eq!(seen.len(), expected.len(), "{q} {sort:?}");
        }
    }
}

type Holds = fn(i64, &Certification) -> bool;

/// Words with filters beside them, whichever of them is looked at first.
pub(crate) async fn words_and_filters(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let mut work = begin(database).await;
    let mut all = Vec::new();
    for n in 0..60_i64 {
        let created = at(0) + chrono::Duration::days(n * 3);
        let request = Certification {
            stage: if n % 2 == 0 { Stage::Registered } else { Stage::Paid },
            info: RequestInfo {
                external_reference: (n % 10 == 0).then(|| "ten".to_owned()),
                ..RequestInfo::default()
            },
            created_at: created,
            updated_at: created + chrono::Duration::days((n * 37) % 60),
            ..clinic.request(&format!("MC-{n}"))
        };
        work.insert(&request).await.unwrap();
        let search_terms =
            ["common".to_owned(), format!("third{}", n % 3), format!("many{n}"), format!("many{}", n + 1)];
        work.index_search_terms(request.id, &search_terms).await.unwrap();
        all.push((n, request));
    }
    work.commit().await.unwrap();
    let search_terms = |search_terms: &[&str]| RequestFilter {
        search_terms: search_terms.iter().map(ToString::to_string).collect(),
        ..RequestFilter::default()
    };
    let (from, before) = (at(0) + chrono::Duration::days(30), at(0) + chrono::Duration::days(90));
    let cases: Vec<(RequestFilter, Holds)> = vec![
        (search_terms(&["com"]), |_, _| true),
        (search_terms(&["many"]), |_, _| true),
        (search_terms(&["third1", "com"]), |n, _| n % 3 == 1),
        (search_terms(&["third1", "third2"]), |_, _| false),
        (RequestFilter { stages: vec![Stage::Paid], ..search_terms(&["third0"]) }, |n, _| {
            n % 3 == 0 && n % 2 == 1
        }),
        (
            RequestFilter { external_reference: Some("ten".to_owned()), ..search_terms(&["third0"]) },
            |n, _| n % 30 == 0,
        ),
        (
            RequestFilter {
                created_from: Some(from),
                created_before: Some(before),
                ..search_terms(&["common"])
            },
            |n, _| (10..30).contains(&n),
        ),
        (RequestFilter { updated_from: Some(before), ..search_terms(&["third2"]) }, |n, request| {
            n % 3 == 2 && request.updated_at >= at(0) + chrono::Duration::days(90)
        }),
        (
            RequestFilter {
                mine: Some((clinic.user.id, Some(clinic.staff.id))),
                ..search_terms(&["third0"])
            },
            |n, _| n % 3 == 0,
        ),
    ];
    for (filter, holds) in cases {
        for sort in [Sort::CreatedDesc, Sort::CreatedAsc, Sort::UpdatedDesc, Sort::UpdatedAsc] {
            let mut expected: Vec<_> = all.iter().filter(|(n, request)| holds(*n, request)).collect();
            match sort {
                Sort::CreatedDesc | Sort::CreatedAsc => {
                    expected.sort_by_key(|(_, r)| (r.created_at, r.id.raw()));
                }
                Sort::UpdatedDesc | Sort::UpdatedAsc => {
                    expected.sort_by_key(|(_, r)| (r.updated_at, r.id.raw()));
                }
            }
            if matches!(sort, Sort::CreatedDesc | Sort::UpdatedDesc) {
                expected.reverse();
            }
            let filter = RequestFilter { sort, ..filter.clone() };
            let mut page = PageRequest { limit: 7, after: None, with_total: true };
            let mut seen = Vec::new();
            loop {
                let part = database.store.requests(&filter, &page).await.unwrap();
                assert_eq!(part.total, Some(expected.len() as u64), "{filter:?}");
                seen.extend(part.items.iter().map(|row| row.id));
                page.after = part.next;
                if page.after.is_none() {
                    break;
                }
            }
            assert_eq!(seen, expected.iter().map(|(_, r)| r.id).collect::<Vec<_>>(), "{filter:?}");
        }
    }
}
