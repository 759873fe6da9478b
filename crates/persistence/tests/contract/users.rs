//! Accounts as the administration looks after them.

use medcert_application::store::{
    AuditEvent, ChangeEntry, IdentityReads, MemberReads, PageRequest, StaffFilter, Store, StoreError,
    UserFilter,
};
use medcert_domain::{
    Entity as _, UserId,
    identity::{EmailChange, Session, User, UserStatus},
    people::{Person, StaffRole},
    policy::Role,
};

use crate::{
    database::TestDatabase,
    duplicate,
    fixture::{Clinic, EXTREME, at, begin, first, fresh, id, person, session, staff, user},
    identity::token,
    insert, load,
};

/// Accounts by name: Ana (operator, suspended), ana (no staff), Їжакевич (administrator, staff).
async fn three(database: &TestDatabase) -> [(Person, User); 3] {
    let people = [person("Ana", "Silva"), person("ana", "Silva"), person("Їжакевич", "Я")];
    let [a, b, c] = &people;
    let users = [
        User { status: UserStatus::Suspended, ..user(a, "a@example.org", &[Role::Operator]) },
        User { last_login_at: Some(at(5)), ..user(b, "b@example.org", &[Role::Auditor]) },
        User { last_login_at: Some(at(9)), ..user(c, "c@example.org", &[Role::Admin, Role::Doctor]) },
    ];
    for (person, user) in people.iter().zip(&users) {
        insert!(database, person, user);
    }
    insert!(database, &staff(a, &[StaffRole::Operator]), &staff(c, &[StaffRole::Doctor]));
    let mut all = people.into_iter().zip(users);
    [all.next().unwrap(), all.next().unwrap(), all.next().unwrap()]
}

async fn found(database: &TestDatabase, filter: UserFilter) -> Vec<String> {
    let page = database.store.users(&filter, &first(9)).await.unwrap();
    assert_eq!(page.total, Some(u64::try_from(page.items.len()).unwrap()));
    page.items.into_iter().map(|row| row.user.email[..1].to_owned()).collect()
}

pub(crate) async fn in_order(database: &TestDatabase) {
    let all = three(database).await;
    let (mut seen, mut page) = (Vec::new(), PageRequest { limit: 1, after: None, with_total: true });
    loop {
        let part = database.store.users(&UserFilter::default(), &page).await.unwrap();
        assert_eq!(part.total, Some(3));
        seen.extend(part.items);
        page.after = part.next;
        if page.after.is_none() {
            break;
        }
    }
    for (row, (person, user)) in seen.iter().zip(&all) {
        assert_eq!((&row.person, &row.user), (person, user));
        assert_eq!(row.staff.is_some(), user.email != "b@example.org");
        assert_eq!(database.store.user(user.id).await.unwrap().as_ref(), Some(row));
    }
    assert_eq!(seen.len(), 3);
    assert!(database.store.user(id()).await.unwrap().is_none());
    assert_eq!(database.store.active_admins().await.unwrap(), 1);
}

pub(crate) async fn filters(database: &TestDatabase) {
    let all = three(database).await;
    let mut work = begin(database).await;
    for (person, user) in &all {
        let name = person.name();
        let search_terms = medcert_application::audited_entity::search_terms([user.email.as_str(), &name]);
        work.index_entry(User::KIND, user.id.raw(), &search_terms).await.unwrap();
    }
    work.index_entry("other kind", all[1].1.id.raw(), &["zzz".to_owned()]).await.unwrap();
    work.commit().await.unwrap();
    let none = UserFilter::default;
    let search_terms = |search_terms: &[&str]| UserFilter {
        search_terms: search_terms.iter().map(|&w| w.to_owned()).collect(),
        ..none()
    };
    assert_eq!(found(database, search_terms(&["sil", "an"])).await, ["a", "b"]);
    assert_eq!(found(database, search_terms(&["іжак"])).await, ["c"]);
    assert_eq!(found(database, search_terms(&["b", "example"])).await, ["b"]);
    assert!(found(database, search_terms(&["zzz"])).await.is_empty());
    assert_eq!(
        found(database, UserFilter { roles: vec![Role::Doctor, Role::Operator], ..none() }).await,
        ["a", "c"]
    );
    assert_eq!(
        found(database, UserFilter { statuses: vec![UserStatus::Active], ..none() }).await,
        ["b", "c"]
    );
    assert_eq!(found(database, UserFilter { has_staff: Some(false), ..none() }).await, ["b"]);
    assert_eq!(found(database, UserFilter { has_staff: Some(true), ..none() }).await, ["a", "c"]);
    assert_eq!(found(database, UserFilter { last_login_before: Some(at(9)), ..none() }).await, ["b"]);
    assert_eq!(found(database, UserFilter { never_logged_in: Some(true), ..none() }).await, ["a"]);
    assert_eq!(found(database, UserFilter { never_logged_in: Some(false), ..none() }).await, ["b", "c"]);
}

/// What accounts and staff records keep of their person follows whatever changes it.
pub(crate) async fn copies(database: &TestDatabase) {
    let [(ana, _), (other, _), _] = three(database).await;
    let members = async || {
        let page = database.store.staff_list(&StaffFilter::default(), &first(9)).await.unwrap();
        page.items.into_iter().map(|member| (member.name, member.staff)).collect::<Vec<_>>()
    };
    let all = async || found(database, UserFilter::default()).await;
    let with = async |has_staff| {
        found(database, UserFilter { has_staff: Some(has_staff), ..UserFilter::default() }).await
    };
    assert_eq!(all().await, ["a", "b", "c"]);
    assert_eq!(with(true).await, ["a", "c"]);
    let mut work = begin(database).await;
    work.update(&Person { given_names: "Яна".to_owned(), ..ana }).await.unwrap();
    work.commit().await.unwrap();
    assert_eq!(all().await, ["b", "c", "a"]);
    let members = members().await;
    let names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["Їжакевич Я", "Яна Silva"]);
    let mut work = begin(database).await;
    work.delete(&members[1].1).await.unwrap();
    work.commit().await.unwrap();
    assert_eq!(with(true).await, ["c"]);
    assert_eq!(with(false).await, ["b", "a"]);
    // Whoever an account is moved to gives it the name.
    let into = person("Їжачок", "Я");
    insert!(database, &into, &staff(&into, &[StaffRole::Operator]));
    let mut work = begin(database).await;
    work.move_person(other.id, into.id, at(9)).await.unwrap();
    work.move_account(other.id, into.id, at(9)).await.unwrap();
    work.commit().await.unwrap();
    assert_eq!(all().await, ["c", "b", "a"]);
    assert_eq!(with(true).await, ["c", "b"]);
}

fn event(by: UserId, action: &str, object: Option<(&'static str, uuid::Uuid)>) -> AuditEvent {
    AuditEvent {
        id: fresh(),
        at: at(0),
        actor: Some(by),
        roles: String::new(),
        action: action.to_owned(),
        object_kind: object.map(|object| object.0),
        object_id: object.map(|object| object.1),
        patient: None,
        outcome: "ok",
        address: None,
        agent: None,
        request_id: String::new(),
        reason: None,
    }
}

pub(crate) async fn acting(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let (store, by) = (&database.store, clinic.user.id);
    let harmless = [
        event(by, "identity.login", Some((Session::KIND, fresh()))),
        event(by, "identity.edit_profile", Some((User::KIND, by.raw()))),
        event(by, "certification.read", Some(("certification", fresh()))),
        event(by, "identity.search", Some((User::KIND, fresh()))),
        AuditEvent { outcome: "denied", ..event(by, "users:write", Some(("policy", fresh()))) },
        event(id(), "certification.register", Some(("certification", fresh()))),
    ];
    store.append_audit(&harmless).await.unwrap();
    assert!(!store.has_acted(by).await.unwrap());
    for action in [
        event(by, "certification.register", Some(("certification", fresh()))),
        event(by, "identity.suspend", Some((User::KIND, fresh()))),
    ] {
        let other: UserId = id();
        store.append_audit(&[AuditEvent { id: fresh(), actor: Some(other), ..action }]).await.unwrap();
        assert!(store.has_acted(other).await.unwrap());
        assert!(begin(database).await.user_acted(other).await.unwrap());
    }
    assert!(!store.in_history(by).await.unwrap());
    let entry = |object| ChangeEntry {
        id: fresh(),
        kind: User::KIND,
        object,
        at: at(0),
        by: Some(by),
        action: "EDIT",
        field: None,
        old: None,
        new: None,
        comment: None,
    };
    let mut work = begin(database).await;
    work.record_changes(&[entry(by.raw())]).await.unwrap();
    work.commit().await.unwrap();
    assert!(!store.in_history(by).await.unwrap());
    let mut work = begin(database).await;
    work.record_changes(&[entry(fresh())]).await.unwrap();
    work.commit().await.unwrap();
    assert!(store.in_history(by).await.unwrap());
}

fn change(of: &User, email: &str, fill: u8) -> EmailChange {
    EmailChange {
        id: id(),
        version: 1,
        user: of.id,
        email: email.to_owned(),
        token: fresh(),
        token_hash: [fill; 32],
        asked_at: at(1),
        expires_at: at(2),
        counted_since: at(0),
        count: 3,
    }
}

pub(crate) async fn erasure(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let session = session(&clinic.user);
    insert!(database, &session, &change(&clinic.user, "new@example.org", 1));
    let mut work = begin(database).await;
    work.insert_refresh(&token(&session, 1)).await.unwrap();
    work.index_entry(User::KIND, clinic.user.id.raw(), &["ана".to_owned()]).await.unwrap();
    work.commit().await.unwrap();
    let mut work = begin(database).await;
    let stale = work.erase_user(&User { version: 7, ..clinic.user.clone() }).await;
    assert!(matches!(stale, Err(StoreError::Stale("user"))), "{stale:?}");
    drop(work);
    assert_eq!(load!(database, session.id), Some(session.clone()));
    let mut work = begin(database).await;
    work.erase_user(&clinic.user).await.unwrap();
    assert_eq!(work.staff_of(clinic.person.id).await.unwrap(), Some(clinic.staff.id));
    assert_eq!(work.user_by_person(clinic.person.id).await.unwrap(), None);
    work.commit().await.unwrap();
    assert_eq!((load!(database, session.id), load!(database, clinic.user.id)), (None, None));
    // Somebody who registered a request stays.
    let keeper = user(&clinic.other_person, "keeper@example.org", &[]);
    insert!(database, &keeper);
    let request = crate::fixture::request("MC-2026-000001", &clinic.client, &keeper);
    insert!(database, &request);
    let refused = begin(database).await.erase_user(&keeper).await;
    assert!(matches!(refused, Err(StoreError::Reference("user"))), "{refused:?}");
}

pub(crate) async fn email_changes(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let pending = EmailChange { email: EXTREME.trim().to_owned(), ..change(&clinic.user, "", 7) };
    insert!(database, &pending);
    duplicate!(database, "email change", &change(&clinic.user, "second@example.org", 8));
    assert_eq!(load!(database, pending.id), Some(pending.clone()));
    assert_eq!(database.store.email_change(pending.token).await.unwrap(), Some(pending.clone()));
    assert_eq!(database.store.email_change(fresh()).await.unwrap(), None);
    let shown = database.store.user(clinic.user.id).await.unwrap().unwrap().pending_email;
    assert_eq!(shown, Some((pending.email.clone(), pending.expires_at)));
    let mut work = begin(database).await;
    assert_eq!(work.email_change_of(clinic.user.id).await.unwrap(), Some(pending.clone()));
    assert_eq!(work.email_change_by_token(&[7; 32]).await.unwrap(), Some(pending.clone()));
    assert_eq!(work.email_change_by_token(&[8; 32]).await.unwrap(), None);
    work.delete(&pending).await.unwrap();
    assert_eq!(work.email_change_of(clinic.user.id).await.unwrap(), None);
}

pub(crate) async fn logins(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let (store, user) = (&database.store, &clinic.user);
    let open = Session { created_at: at(3), expires_at: at(100), ..session(user) };
    let older = Session { created_at: at(2), expires_at: at(100), ..session(user) };
    let ended = Session { ended_at: Some(at(4)), expires_at: at(100), ..session(user) };
    let over = Session { expires_at: at(10), ..session(user) };
    insert!(database, &open, &older, &ended, &over);
    let login = AuditEvent {
        address: Some("203.0.113.7".to_owned()),
        agent: Some(EXTREME.to_owned()),
        ..event(user.id, "identity.login", Some((Session::KIND, open.id.raw())))
    };
    let other = event(user.id, "identity.step_up", Some((Session::KIND, open.id.raw())));
    store.append_audit(&[login, other]).await.unwrap();
    let page = PageRequest { limit: 1, after: None, with_total: true };
    let part = store.open_sessions(user.id, at(10), &page).await.unwrap();
    assert_eq!((part.total, &part.items[0].session), (Some(2), &open));
    assert_eq!(part.items[0].address.as_deref(), Some("203.0.113.7"));
    let rest = store.open_sessions(user.id, at(10), &PageRequest { after: part.next, ..page }).await.unwrap();
    assert_eq!((&rest.items[0].session, rest.next), (&older, None));

    let mut work = begin(database).await;
    assert!(work.note_login(user, at(7)).await.unwrap());
    assert!(
        !work.note_login(&User { password_hash: "other".to_owned(), ..user.clone() }, at(8)).await.unwrap()
    );
    work.commit().await.unwrap();
    let noted = load!(database, user.id).unwrap();
    assert_eq!(noted, User { last_login_at: Some(at(7)), ..user.clone() });
    let mut work = begin(database).await;
    work.update(&User { status: UserStatus::Suspended, must_change_password: true, ..noted }).await.unwrap();
    assert!(!work.note_login(user, at(9)).await.unwrap());
    work.commit().await.unwrap();
    assert!(load!(database, user.id).unwrap().must_change_password);
}
