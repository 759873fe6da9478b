//! Persons, staff, promoters.

use medcert_application::store::{
    CertificationReads, PageRequest, PeopleReads, PersonFilter, PersonReads, PromoterFilter, RequestFilter,
    StaffFilter, StoreError,
};
use medcert_domain::{
    Currency, Entity as _, Locale, Money,
    certification::Relationship,
    identity::{Role, User, UserStatus},
    people::{
        DocumentType, Guardianship, Person, PersonUse, Promoter, PromoterIdentity, PromoterSource,
        PromoterType, Staff, StaffKind, StaffRole, StaffStatus,
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
        specialty: vec![],
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
    let now = at(0);
    let source = PromoterSource {
        id: crate::fixture::id(),
        version: 1,
        name: EXTREME.to_owned(),
        active: true,
        created_at: now,
        updated_at: now,
    };
    insert!(database, &source);
    duplicate!(
        database,
        "promoter source",
        &PromoterSource { id: crate::fixture::id(), name: EXTREME.to_uppercase(), ..source.clone() }
    );
    assert_eq!(load!(database, source.id), Some(source.clone()));
    for name in NAMES {
        let promoter = Promoter { source: Some(source.id), ..promoter(name) };
        insert!(database, &promoter);
        let mut work = begin(database).await;
        let words = [name.to_lowercase(), format!("common{}", name.len())];
        work.index_entry(Promoter::KIND, promoter.id.raw(), &words).await.unwrap();
        work.commit().await.unwrap();
    }
    let paid = Promoter {
        fee: Some(Money::new(i64::MAX, Currency::parse("JPY").unwrap())),
        identity: PromoterIdentity::Company { legal_name: "zz".to_owned() },
        ..promoter("zz")
    };
    insert!(database, &paid);
    assert_eq!(load!(database, paid.id), Some(paid.clone()));
    let mut expected: Vec<&str> = NAMES.iter().copied().chain(["zz"]).collect();
    expected.sort_unstable();
    let mut seen = Vec::new();
    let mut page = first(5);
    loop {
        let part = database.store.promoters(&PromoterFilter::default(), &page).await.unwrap();
        seen.extend(part.items.into_iter().map(|p| p.name));
        page.after = part.next;
        if page.after.is_none() {
            break;
        }
    }
    assert_eq!(seen, expected);
    let with = async |filter: PromoterFilter| -> Vec<String> {
        let page = database.store.promoters(&filter, &first(50)).await.unwrap();
        assert_eq!(page.total, Some(page.items.len() as u64));
        page.items.into_iter().map(|p| p.name).collect()
    };
    let words = async |words: &[&str]| {
        let words = words.iter().map(|&word| word.to_owned()).collect();
        with(PromoterFilter { words, ..PromoterFilter::default() }).await
    };
    assert_eq!(words(&["an"]).await, ["Ana", "anA", "ana"]);
    assert_eq!(words(&["їж"]).await, ["Їжак", "їжак"]);
    assert_eq!(words(&["an", "common3"]).await, ["Ana", "anA", "ana"]);
    assert_eq!(words(&["an", "nothing"]).await, Vec::<String>::new());
    assert_eq!(words(&["%"]).await, Vec::<String>::new());
    let kinds = vec![PromoterType::Company, PromoterType::Person];
    assert_eq!(with(PromoterFilter { kinds, ..PromoterFilter::default() }).await, ["zz"]);
    let sources = vec![source.id];
    assert_eq!(with(PromoterFilter { sources, ..PromoterFilter::default() }).await.len(), NAMES.len());
    let mut work = begin(database).await;
    assert_eq!(work.source_uses(source.id).await.unwrap(), NAMES.len() as u64);
    // A source that promoters have cannot go.
    let used = work.delete(&source).await;
    assert!(matches!(used, Err(StoreError::Reference(_))), "{used:?}");
    drop(work);
    assert_eq!(database.store.promoter_sources(Some(true), &first(9)).await.unwrap().items, [source]);
    assert_eq!(database.store.promoter_sources(Some(false), &first(9)).await.unwrap().items, []);
}

pub(crate) async fn people_in_order(database: &TestDatabase) {
    let mut all = Vec::new();
    for (number, name) in NAMES.iter().enumerate() {
        let someone = Person {
            document: Some(document(&format!("N{number}"))),
            birth_date: Some(day(1990, 1, 1 + u32::try_from(number % 2).unwrap())),
            email: Some(format!("{number}@example.org")),
            comment: Some(EXTREME.to_owned()),
            ..person(name, "x")
        };
        insert!(database, &someone);
        let mut work = begin(database).await;
        work.index_entry(Person::KIND, someone.id.raw(), &["same".to_owned(), format!("w{number}")])
            .await
            .unwrap();
        work.commit().await.unwrap();
        all.push(someone);
    }
    let gone =
        Person { merged_into: Some(all[0].id), document: Some(document("OLD")), ..person("Gone", "x") };
    insert!(database, &gone);
    assert_eq!(load!(database, gone.id), Some(gone.clone()));
    let mut expected: Vec<String> = all.iter().map(Person::name).collect();
    expected.sort_unstable();
    let mut seen = Vec::new();
    let mut page = first(4);
    loop {
        let filter = PersonFilter { words: vec!["sam".to_owned()], ..PersonFilter::default() };
        let part = database.store.people(&filter, &page).await.unwrap();
        assert_eq!(part.total, Some(NAMES.len() as u64));
        seen.extend(part.items.into_iter().map(|row| row.person.name()));
        page.after = part.next;
        if page.after.is_none() {
            break;
        }
    }
    assert_eq!(seen, expected);
    let found = async |filter: PersonFilter| -> usize {
        let page = database.store.people(&filter, &first(50)).await.unwrap();
        assert_eq!(page.total, Some(page.items.len() as u64));
        page.items.len()
    };
    let none = PersonFilter::default;
    assert_eq!(found(none()).await, NAMES.len(), "merged records are left out");
    assert_eq!(found(PersonFilter { document_number: Some("OLD".to_owned()), ..none() }).await, 1);
    assert_eq!(found(PersonFilter { document_number: Some("N1".to_owned()), ..none() }).await, 1);
    assert_eq!(found(PersonFilter { birth_date: Some(day(1990, 1, 2)), ..none() }).await, NAMES.len() / 2);
    assert_eq!(found(PersonFilter { email: Some("1@example.org".to_owned()), ..none() }).await, 1);
    assert_eq!(
        found(PersonFilter { document_types: vec![DocumentType::Other], ..none() }).await,
        NAMES.len()
    );
    assert_eq!(found(PersonFilter { document_types: vec![DocumentType::Dni], ..none() }).await, 0);
    let (row, uses) = database.store.person(gone.id).await.unwrap().unwrap();
    assert_eq!((row.person, row.is_staff, row.has_login, uses.total()), (gone.clone(), false, false, 0));
    // Found by the old number, and locked for whoever asks in a unit of work.
    let mut work = begin(database).await;
    assert_eq!(work.person_by_document(&document("OLD")).await.unwrap().unwrap().id, all[0].id);
    assert_eq!(work.holder_of(&document("OLD")).await.unwrap().unwrap().id, gone.id);
    assert_eq!(work.merged_records(&[all[1].id, all[0].id]).await.unwrap(), [gone]);
    drop(work);
}

pub(crate) async fn guardianships(database: &TestDatabase) {
    let (ward, one, two) = (person("Ward", "x"), person("One", "x"), person("Two", "x"));
    insert!(database, &ward, &one, &two);
    let standing = |ward: &Person, guardian: &Person, relationship| Guardianship {
        ward: ward.id,
        guardian: guardian.id,
        relationship,
        since: at(7),
    };
    let first_of_all = standing(&ward, &two, Relationship::Parent);
    let mut work = begin(database).await;
    work.add_guardianships(&[first_of_all, standing(&ward, &one, Relationship::Other)]).await.unwrap();
    work.commit().await.unwrap();
    let page = database.store.guardians(ward.id, &first(1)).await.unwrap();
    assert_eq!((page.items[0].person.clone(), page.total), (one.clone(), Some(2)));
    let rest = PageRequest { after: page.next, ..first(1) };
    let page = database.store.guardians(ward.id, &rest).await.unwrap();
    assert_eq!((page.items[0].person.clone(), page.items[0].since, page.next), (two.clone(), at(7), None));
    let mut work = begin(database).await;
    assert_eq!(work.guardianships_of(two.id).await.unwrap(), [first_of_all]);
    assert_eq!(work.guardianships_of(ward.id).await.unwrap().len(), 2);
    assert!(work.person_in_use(two.id).await.unwrap() && !work.person_in_use(ward.id).await.unwrap());
    assert_eq!(work.person_uses(two.id).await.unwrap().wards, 1);
    work.remove_guardianship(ward.id, one.id).await.unwrap();
    work.erase_person(&ward).await.unwrap();
    work.commit().await.unwrap();
    assert_eq!(load!(database, ward.id), None);
    let mut work = begin(database).await;
    assert!(!work.person_in_use(two.id).await.unwrap());
    let nobody = work.add_guardianships(&[first_of_all]).await;
    assert!(matches!(nobody, Err(StoreError::Reference(_))), "{nobody:?}");
}

pub(crate) async fn moving(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let before = clinic.request("R1");
    insert!(database, &before);
    let survivor = Person { document: Some(document("SURVIVOR")), ..person("Sur", "Vivor") };
    let older = Person { merged_into: Some(clinic.client.id), ..person("Old", "x") };
    let own = Promoter { identity: PromoterIdentity::Person(clinic.client.id), ..promoter("own") };
    insert!(database, &survivor, &older, &own);
    let mut work = begin(database).await;
    assert!(!work.share_a_request(clinic.client.id, survivor.id).await.unwrap());
    let subjects = work.subjects(&[before.id]).await.unwrap();
    assert_eq!(
        (subjects.len(), &subjects[0].code, subjects[0].client.id),
        (1, &before.code, clinic.client.id)
    );
    work.move_uses(clinic.client.id, survivor.id, at(9)).await.unwrap();
    work.index_requests(&[(before.id, vec!["moved".to_owned(), "moved".to_owned()])]).await.unwrap();
    work.commit().await.unwrap();
    let after = database.store.dossier(before.id).await.unwrap().unwrap();
    assert_eq!((after.client.id, after.certification.version), (survivor.id, before.version + 1));
    let moved = database.store.promoter(own.id).await.unwrap().unwrap();
    assert_eq!((moved.identity, moved.version), (PromoterIdentity::Person(survivor.id), 2));
    assert_eq!(load!(database, older.id).unwrap().merged_into, Some(survivor.id));
    let clients = vec![survivor.id];
    let words = vec!["mov".to_owned()];
    let filter = RequestFilter { clients, words, ..RequestFilter::default() };
    assert_eq!(database.store.requests(&filter, &first(9)).await.unwrap().total, Some(1));
    let uses = database.store.person(survivor.id).await.unwrap().unwrap().1;
    assert_eq!((uses.as_client, uses.promoters), (1, 1));
    let other = promoter("other");
    insert!(database, &other);
    let mut work = begin(database).await;
    let named = work.promoter_uses(other.id).await.unwrap();
    assert_eq!((named, work.requests_by(other.id).await.unwrap()), (0, vec![]));
}
