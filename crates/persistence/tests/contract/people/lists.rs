//! The lists of people, in their order.

use medcert_application::store::{
    MemberReads, PageRequest, PeopleReads, PersonFilter, PromoterFilter, StaffFilter, StoreError,
};
use medcert_domain::{
    Currency, Entity as _, Money,
    identity::{User, UserStatus},
    people::{
        DocumentType, Guardianship, Person, Promoter, PromoterIdentity, PromoterSource, PromoterType,
        Relationship, Staff, StaffRole, StaffStatus,
    },
    policy::Role,
};

use crate::{
    database::TestDatabase,
    duplicate,
    fixture::{EXTREME, at, begin, day, document, first, person, promoter, staff, user},
    insert, load,
};

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
        search_terms: vec![],
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
        let search_terms = [name.to_lowercase(), format!("common{}", name.len())];
        work.index_entry(Promoter::KIND, promoter.id.raw(), &search_terms).await.unwrap();
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
    let search_terms = async |search_terms: &[&str]| {
        let search_terms = search_terms.iter().map(|&word| word.to_owned()).collect();
        with(PromoterFilter { search_terms, ..PromoterFilter::default() }).await
    };
    assert_eq!(search_terms(&["an"]).await, ["Ana", "anA", "ana"]);
    assert_eq!(search_terms(&["їж"]).await, ["Їжак", "їжак"]);
    assert_eq!(search_terms(&["an", "common3"]).await, ["Ana", "anA", "ana"]);
    assert_eq!(search_terms(&["an", "nothing"]).await, Vec::<String>::new());
    assert_eq!(search_terms(&["%"]).await, Vec::<String>::new());
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
        let filter = PersonFilter { search_terms: vec!["sam".to_owned()], ..PersonFilter::default() };
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
