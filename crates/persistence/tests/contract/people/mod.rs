//! Persons, staff, promoters.

mod lists;

use medcert_application::store::{CertificationReads, MemberReads, PeopleReads, RequestFilter, StoreError};
use medcert_domain::{
    Locale, key,
    people::{
        DocumentType, Person, PersonUse, Promoter, PromoterIdentity, Staff, StaffKind, StaffRole, StaffStatus,
    },
};

pub(crate) use self::lists::{guardianships, people_in_order, promoters_in_order, staff_in_order};
use crate::{
    database::TestDatabase,
    duplicate,
    fixture::{Clinic, EXTREME, at, begin, day, document, first, pen, person, promoter, staff},
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
    assert_eq!(load!(database, crate::fixture::id::<key::Person>()), None);

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
    work.move_person(clinic.client.id, survivor.id, at(9)).await.unwrap();
    work.move_account(clinic.client.id, survivor.id, at(9)).await.unwrap();
    work.move_requests(clinic.client.id, survivor.id, at(9)).await.unwrap();
    work.index_requests(&[(before.id, vec!["moved".to_owned(), "moved".to_owned()])]).await.unwrap();
    work.commit().await.unwrap();
    let after = database.store.request_aggregate(before.id).await.unwrap().unwrap();
    assert_eq!((after.client.id, after.certification.version), (survivor.id, before.version + 1));
    let moved = database.store.promoter(own.id).await.unwrap().unwrap();
    assert_eq!((moved.identity, moved.version), (PromoterIdentity::Person(survivor.id), 2));
    assert_eq!(load!(database, older.id).unwrap().merged_into, Some(survivor.id));
    let clients = vec![survivor.id];
    let search_terms = vec!["mov".to_owned()];
    let filter = RequestFilter { clients, search_terms, ..RequestFilter::default() };
    assert_eq!(database.store.requests(&filter, &first(9)).await.unwrap().total, Some(1));
    let uses = database.store.person(survivor.id).await.unwrap().unwrap().1;
    assert_eq!((uses.as_client, uses.promoters), (1, 1));
    let other = promoter("other");
    insert!(database, &other);
    let mut work = begin(database).await;
    let named = work.requests_with_promoter(other.id).await.unwrap();
    assert_eq!((named, work.requests_by(other.id).await.unwrap()), (0, vec![]));
}
