//! Services, specialties and the institution.

use chrono_tz::Tz;
use medcert_application::store::{CatalogReads, ServiceFilter, StoreError};
use medcert_domain::{
    Country, Currency, Entity as _, Locale, Money,
    catalog::{CertificateKind, NewSpecialty, Service, Specialty},
    institution::{Institution, Logo, LogoKind, Rules},
    people::{Staff, StaffRole},
};

use crate::{
    database::TestDatabase,
    duplicate,
    fixture::{EXTREME, at, begin, first, id, pen, person, service, staff},
    insert, load,
};

pub(crate) async fn round_trip(database: &TestDatabase) {
    let dear = Service {
        fee: pen(99_999_999_999_999),
        validity_days: u32::MAX,
        active: false,
        description: Some(EXTREME.repeat(20)),
        ..service(EXTREME)
    };
    let yen = Service { fee: Money::new(0, Currency::parse("JPY").unwrap()), ..service("yen") };
    insert!(database, &dear, &yen, &service("y en"), &service("yen+"));
    assert_eq!(load!(database, dear.id), Some(dear.clone()));
    assert_eq!(database.store.service(yen.id).await.unwrap(), Some(yen.clone()));
    for alike in ["yen", "Yen", "yen ", "Ýén"] {
        duplicate!(database, "service", &service(alike));
    }

    assert_eq!(database.store.institution().await.unwrap(), None);
    let clinic = Institution {
        name: EXTREME.to_owned(),
        tax_id: Some("20".to_owned()),
        address: Some(EXTREME.repeat(10)),
        phone: Some("1".to_owned()),
        country: Country::parse("UA").unwrap(),
        time_zone: Tz::Europe__Kyiv,
        locale: Locale::Uk,
        currency: Currency::parse("UAH").unwrap(),
        logo: Some(Logo { kind: LogoKind::Jpeg, sha256: "ab".repeat(32) }),
        rules: Rules { registrar_may_evaluate: true, age_of_majority: u32::MAX, ..Rules::default() },
        version: 1,
        ..Institution::unnamed(at(7)).unwrap()
    };
    insert!(database, &clinic);
    duplicate!(database, "institution", &clinic);
    assert_eq!(database.store.institution().await.unwrap(), Some(clinic.clone()));
    let mut work = begin(database).await;
    work.update(&Institution { name: "x".to_owned(), ..clinic.clone() }).await.unwrap();
    work.commit().await.unwrap();
    let stored = database.store.institution().await.unwrap().unwrap();
    assert_eq!((stored.name.as_str(), stored.version), ("x", 2));
    let mut work = begin(database).await;
    assert!(matches!(work.update(&clinic).await, Err(StoreError::Stale("institution"))));
    drop(work);
    specialties(database).await;
}

async fn specialties(database: &TestDatabase) {
    let specialty = |name: &str, active| {
        let new = NewSpecialty { name: name.to_owned(), active };
        Specialty { version: 1, ..Specialty::create(id(), new, at(7)) }
    };
    let (one, other) = (specialty(EXTREME, true), specialty("Ярій", false));
    let someone = person("Ana", "Silva");
    let doctor = Staff { specialty_id: Some(one.id), ..staff(&someone, &[StaffRole::Doctor]) };
    insert!(database, &other, &one, &someone, &doctor);
    assert_eq!(load!(database, one.id), Some(one.clone()));
    assert_eq!(load!(database, doctor.id), Some(doctor));
    assert_eq!(database.store.specialty(other.id).await.unwrap(), Some(other.clone()));
    duplicate!(database, "specialty", &specialty(" яріЙ", true));
    let mut work = begin(database).await;
    work.index_entry(Specialty::KIND, one.id.raw(), &["nandu".to_owned()]).await.unwrap();
    assert_eq!(work.staff_of_specialty(one.id).await.unwrap(), 1);
    assert_eq!(work.staff_of_specialty(other.id).await.unwrap(), 0);
    work.commit().await.unwrap();
    let used = begin(database).await.delete(&one).await;
    assert!(matches!(used, Err(StoreError::Reference("specialty"))), "{used:?}");
    let words = ["nan".to_owned()];
    for (active, words, expected) in [
        (None, &words[..0], vec![&one, &other]),
        (Some(true), &[], vec![&one]),
        (None, &words, vec![&one]),
        (Some(false), &words, vec![]),
    ] {
        let found = database.store.specialties(active, words, &first(9)).await.unwrap();
        assert_eq!(found.items.iter().collect::<Vec<_>>(), expected);
    }
}

fn offered(active: bool) -> ServiceFilter {
    ServiceFilter { active: Some(active), ..ServiceFilter::default() }
}

pub(crate) async fn services_in_order(database: &TestDatabase) {
    let names = ["Б", "a", "A b", "á c", "z", "Z y", "a ?", "ґ", "я", "ї", "1", "🩺"];
    for name in names {
        insert!(database, &Service { active: name != "z", ..service(name) });
    }
    let mut expected = names.to_vec();
    expected.sort_unstable();
    let (mut seen, mut page) = (Vec::new(), first(3));
    loop {
        let part = database.store.services(&ServiceFilter::default(), &page).await.unwrap();
        assert_eq!(part.total, Some(names.len() as u64));
        seen.extend(part.items.into_iter().map(|s| s.name));
        page.after = part.next;
        if page.after.is_none() {
            break;
        }
    }
    assert_eq!(seen, expected);
    let retired = database.store.services(&offered(false), &first(50)).await.unwrap();
    assert_eq!(retired.items.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["z"]);
    assert_eq!((retired.total, retired.next), (Some(1), None));
    assert_eq!(database.store.services(&offered(true), &first(50)).await.unwrap().total, Some(11));
}

pub(crate) async fn services_found(database: &TestDatabase) {
    let general = service("Їжа");
    let driver = Service { certificate_kind: CertificateKind::DriverFitness, ..service("Driver") };
    insert!(database, &general, &driver);
    let mut work = begin(database).await;
    for (one, word) in [(&general, "іжа"), (&driver, "driver")] {
        work.index_entry(Service::KIND, one.id.raw(), &[word.to_owned()]).await.unwrap();
    }
    work.commit().await.unwrap();
    let ask = async |filter: ServiceFilter| {
        let page = database.store.services(&filter, &first(10)).await.unwrap();
        assert_eq!(page.total, Some(page.items.len() as u64));
        page.items.into_iter().map(|one| one.name).collect::<Vec<_>>()
    };
    let search_terms = |search_terms: &[&str]| ServiceFilter {
        search_terms: search_terms.iter().map(|&word| word.to_owned()).collect(),
        ..ServiceFilter::default()
    };
    assert_eq!(ask(search_terms(&["і"])).await, ["Їжа"]);
    assert_eq!(ask(search_terms(&["driv", "d"])).await, ["Driver"]);
    assert!(ask(search_terms(&["driv", "і"])).await.is_empty());
    let kinds = vec![CertificateKind::DriverFitness];
    assert_eq!(ask(ServiceFilter { kinds, ..ServiceFilter::default() }).await, ["Driver"]);
}
