//! Persons, staff, promoters.

use medcert_application::store::{PageRequest, PeopleReads, StaffFilter, Store, StoreError};
use medcert_domain::{
    Locale,
    identity::{Role, User, UserStatus},
    people::{
        DocumentType, Person, PersonUse, Promoter, PromoterIdentity, Staff, StaffKind, StaffRole, StaffStatus,
    },
};

use crate::{
    database::TestDatabase,
    duplicate,
    fixture::{Clinic, EXTREME, at, begin, day, document, first, pen, person, promoter, staff, user},
    insert, load,
};

pub(crate) async fn round_trip(database: &TestDatabase) {
    let ana = Person {
        document: Some(document("КВ🩺1")),
        birth_date: Some(day(1900, 2, 28)),
        email: Some(EXTREME.to_owned()),
        phone: Some("+51 1".to_owned()),
        phone_2: Some("+51 2".to_owned()),
        landline: Some("+51 3".to_owned()),
        address: Some(EXTREME.repeat(10)),
        preferred_locale: Some(Locale::Uk),
        created_at: at(999_999),
        ..person(EXTREME, &"ї".repeat(150))
    };
    let bare = person("a", "b");
    insert!(database, &ana, &bare);
    assert_eq!(load!(database, ana.id), Some(ana.clone()));
    assert_eq!(load!(database, bare.id), Some(bare.clone()));
    assert_eq!(load!(database, crate::fixture::id::<Person>()), None);

    let changed = Person { document: None, updated_at: at(1), ..ana.clone() };
    let mut work = begin(database).await;
    work.update(&changed).await.unwrap();
    work.commit().await.unwrap();
    assert_eq!(load!(database, ana.id), Some(Person { version: 2, ..changed.clone() }));
    let mut work = begin(database).await;
    assert!(matches!(work.update(&changed).await, Err(StoreError::Stale("person"))));
    drop(work);
    let mut work = begin(database).await;
    assert!(matches!(work.delete(&changed).await, Err(StoreError::Stale("person"))));
    drop(work);

    let doctor = Staff {
        licence_number: Some(EXTREME.to_owned()),
        licence_valid_until: Some(day(9999, 12, 31)),
        specialty: Some(EXTREME.to_owned()),
        kind: StaffKind::Contractor,
        status: StaffStatus::Vacation,
        fee: Some(pen(1)),
        comment: Some(EXTREME.to_owned()),
        ..staff(&ana, &[StaffRole::Doctor, StaffRole::Operator])
    };
    insert!(database, &doctor, &staff(&bare, &[]));
    assert_eq!(load!(database, doctor.id), Some(doctor.clone()));

    let promoters = [
        Promoter { identity: PromoterIdentity::Person(ana.id), ..promoter("Ana") },
        Promoter {
            identity: PromoterIdentity::Company { legal_name: EXTREME.to_owned() },
            tax_id: Some("1".to_owned()),
            email: Some("a@b.c".to_owned()),
            phone: Some("12345".to_owned()),
            comment: Some(EXTREME.to_owned()),
            ..promoter(EXTREME)
        },
        promoter("other"),
    ];
    for promoter in &promoters {
        insert!(database, promoter);
        assert_eq!(load!(database, promoter.id), Some(promoter.clone()));
        assert_eq!(database.store.promoter(promoter.id).await.unwrap(), Some(promoter.clone()));
    }

    // Somebody who is still referred to cannot go; somebody who is not, can.
    let mut work = begin(database).await;
    let still = work.delete(&Person { version: 2, ..ana }).await;
    assert!(matches!(still, Err(StoreError::Reference("person"))), "{still:?}");
    drop(work);
    let lone = person("x", "y");
    insert!(database, &lone);
    let mut work = begin(database).await;
    work.delete(&lone).await.unwrap();
    work.commit().await.unwrap();
    assert_eq!(load!(database, lone.id), None);
}

pub(crate) async fn duplicates(database: &TestDatabase) {
    let with = |number: &str| Person { document: Some(document(number)), ..person("a", "b") };
    // Case, accents and blanks make different keys, and NULLs never collide.
    insert!(
        database,
        &with("a"),
        &with("A"),
        &with("á"),
        &with("a "),
        &person("n", "n"),
        &person("n", "n"),
        &person("n", "n"),
    );
    duplicate!(database, "person", &with("a"));
    let mut passport = with("a");
    passport.document.as_mut().unwrap().kind = DocumentType::Passport;
    insert!(database, &passport);

    let someone = person("s", "s");
    insert!(database, &someone, &staff(&someone, &[]));
    duplicate!(database, "staff", &staff(&someone, &[]));

    let taxed = |tax_id: &str| Promoter { tax_id: Some(tax_id.to_owned()), ..promoter("p") };
    let is = |of: &Person| Promoter { identity: PromoterIdentity::Person(of.id), ..promoter("p") };
    insert!(database, &taxed("t"), &taxed("T"), &promoter("p"), &promoter("p"), &is(&someone));
    duplicate!(database, "promoter", &taxed("t"));
    duplicate!(database, "promoter", &is(&someone));

    let mut work = begin(database).await;
    let nowhere = work.insert(&staff(&person("never", "stored"), &[])).await;
    assert!(matches!(nowhere, Err(StoreError::Reference("staff"))), "{nowhere:?}");
}

pub(crate) async fn questions(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let stranger = person("s", "s");
    let company = Promoter {
        identity: PromoterIdentity::Person(clinic.client.id),
        tax_id: Some("20".to_owned()),
        ..promoter("c")
    };
    insert!(database, &stranger);
    let mut work = begin(database).await;
    let known = clinic.client.document.clone().unwrap();
    assert_eq!(work.person_by_document(&known).await.unwrap(), Some(clinic.client.clone()));
    assert_eq!(work.person_by_document(&document("client1")).await.unwrap(), None);
    assert_eq!(work.person_use(clinic.client.id).await.unwrap(), PersonUse::Outside);
    assert_eq!(work.person_use(clinic.person.id).await.unwrap(), PersonUse::Inside);
    assert_eq!(work.person_use(clinic.other_person.id).await.unwrap(), PersonUse::Inside);
    assert!(work.person_in_use(clinic.person.id).await.unwrap());
    assert!(!work.person_in_use(clinic.client.id).await.unwrap());
    work.insert(&company).await.unwrap();
    assert!(work.person_in_use(clinic.client.id).await.unwrap());
    assert!(!work.person_in_use(stranger.id).await.unwrap());
    assert_eq!(work.promoter_by_tax_id("20").await.unwrap(), Some(company.clone()));
    assert_eq!(work.promoter_by_tax_id("21").await.unwrap(), None);
    assert_eq!(work.promoter_by_person(clinic.client.id).await.unwrap(), Some(company));
    let member = work.member(clinic.staff.id).await.unwrap().unwrap();
    assert_eq!((member.name.as_str(), &member.staff), ("Марія Лікар", &clinic.staff));
    let account = member.user.unwrap();
    assert_eq!((account.id, &account.roles), (clinic.user.id, &clinic.user.roles));
    let without = work.member(clinic.other.id).await.unwrap().unwrap();
    assert_eq!(without.user, None);
    work.commit().await.unwrap();
    assert_eq!(database.store.staff_member(clinic.other.id).await.unwrap(), Some(without));
}

/// Names whose order differs between collations.
const NAMES: &[&str] = &[
    "Zoe",
    "ana",
    "Ana",
    "Ána",
    "anA",
    "álvaro",
    "Їжак",
    "їжак",
    "Ґанна",
    "Б",
    "б",
    "ñu",
    "Nu",
    "a b",
    "ab",
    "a-b",
    "Ω",
    "🩺",
    "日本",
    "_x",
    "1",
    "10",
    "2",
];

pub(crate) async fn staff_in_order(database: &TestDatabase) {
    let mut expected = Vec::new();
    for name in NAMES {
        let someone = person(name, "Same");
        insert!(database, &someone, &staff(&someone, &[StaffRole::Manager]));
        expected.push(someone.name());
    }
    expected.sort();
    let mut seen = Vec::new();
    let mut page = PageRequest { limit: 4, after: None, with_total: true };
    loop {
        let part = database.store.staff_list(&StaffFilter::default(), &page).await.unwrap();
        assert_eq!(part.total, Some(NAMES.len() as u64));
        seen.extend(part.items.into_iter().map(|member| member.name));
        page.after = part.next;
        if page.after.is_none() {
            break;
        }
    }
    assert_eq!(seen, expected);

    let today = day(2026, 11, 21);
    let mut fits = Vec::new();
    for (n, (licence, until, status, roles)) in [
        (Some("L"), None, UserStatus::Active, vec![Role::Doctor]),
        (Some("L"), Some(today), UserStatus::Active, vec![Role::Doctor]),
        (Some("L"), Some(day(2026, 11, 20)), UserStatus::Active, vec![Role::Doctor]),
        (None, None, UserStatus::Active, vec![Role::Doctor]),
        (Some("L"), None, UserStatus::Suspended, vec![Role::Doctor]),
        (Some("L"), None, UserStatus::Active, vec![Role::Manager]),
    ]
    .into_iter()
    .enumerate()
    {
        let someone = person("Doctor", &n.to_string());
        let doctor = Staff {
            licence_number: licence.map(ToOwned::to_owned),
            licence_valid_until: until,
            ..staff(&someone, &[StaffRole::Doctor])
        };
        let account = User { status, ..user(&someone, &format!("d{n}@example.org"), &roles) };
        insert!(database, &someone, &doctor, &account);
        fits.push(doctor);
    }
    let of = |roles: &[StaffRole], assignable| StaffFilter {
        roles: roles.to_vec(),
        statuses: vec![],
        words: vec![],
        assignable: Some((assignable, today)),
    };
    let ids = async |filter: StaffFilter| {
        let page = database.store.staff_list(&filter, &first(200)).await.unwrap();
        assert_eq!(page.total, Some(page.items.len() as u64));
        // The domain's rule and the statement's must agree.
        let (wanted, today) = filter.assignable.unwrap();
        for member in &page.items {
            let roles = if filter.roles.is_empty() { StaffRole::ALL } else { &filter.roles };
            let fit = |role| member.staff.not_assignable(role, member.user.as_ref(), today).is_empty();
            assert_eq!(roles.iter().any(|role| fit(*role)), wanted, "{member:?}");
        }
        page.items.len()
    };
    assert_eq!(ids(of(&[StaffRole::Doctor], true)).await, 2);
    assert_eq!(ids(of(&[StaffRole::Doctor], false)).await, 4);
    assert_eq!(ids(of(&[], true)).await, 2);
    assert_eq!(ids(of(&[], false)).await, NAMES.len() + 4);
    let vacation = StaffFilter { statuses: vec![StaffStatus::Vacation], ..StaffFilter::default() };
    assert_eq!(database.store.staff_list(&vacation, &first(9)).await.unwrap().items, vec![]);
}

pub(crate) async fn promoters_in_order(database: &TestDatabase) {
    for name in NAMES {
        insert!(database, &promoter(name));
    }
    let mut expected: Vec<&str> = NAMES.to_vec();
    expected.sort_unstable();
    let mut seen = Vec::new();
    let mut page = first(5);
    loop {
        let part = database.store.promoters(None, &page).await.unwrap();
        seen.extend(part.items.into_iter().map(|p| p.name));
        page.after = part.next;
        if page.after.is_none() {
            break;
        }
    }
    assert_eq!(seen, expected);
    let beginning = async |prefix: &str| -> Vec<String> {
        let page = database.store.promoters(Some(prefix), &first(50)).await.unwrap();
        assert_eq!(page.total, Some(page.items.len() as u64));
        page.items.into_iter().map(|p| p.name).collect()
    };
    assert_eq!(beginning("AN").await, ["Ana", "anA", "ana"]);
    assert_eq!(beginning("ЇЖ").await, ["Їжак", "їжак"]);
    assert_eq!(beginning("_").await, ["_x"]);
    assert_eq!(beginning("%").await, Vec::<String>::new());
    assert_eq!(beginning("").await.len(), NAMES.len());
    assert!(database.store.check().await.is_ok());
}
