//! Units of work as such, and the rows without behaviour.

use chrono::Duration;
use medcert_application::store::{AuditEvent, OutboxMessage, Store, StoreError, StoredAnswer};
use medcert_domain::{
    certification::{Event, Stage},
    people::Person,
};
use medcert_persistence::{DatabaseOptions, Engine, SeaStore};
use sea_orm::{ConnectionTrait, Statement};

use crate::{
    database::TestDatabase,
    fixture::{EXTREME, at, begin, document, fresh, id, person},
    insert, load,
};

pub(crate) async fn aborted(database: &TestDatabase) {
    let taken = Person { document: Some(document("X")), ..person("a", "a") };
    insert!(database, &taken);
    let (before, after) = (person("b", "b"), person("c", "c"));
    let mut work = begin(database).await;
    work.insert(&before).await.unwrap();
    let twice = Person { document: Some(document("X")), ..person("d", "d") };
    assert!(matches!(work.insert(&twice).await, Err(StoreError::Duplicate("person"))));
    assert!(matches!(work.insert(&after).await, Err(StoreError::Aborted)));
    assert!(matches!(work.get(taken.id).await, Err(StoreError::Aborted)));
    assert!(matches!(work.commit().await, Err(StoreError::Aborted)));
    for gone in [before.id, after.id, twice.id] {
        assert_eq!(load!(database, gone), None);
    }

    // A stale version aborts as well: half of a use case must not be kept.
    let before = person("e", "e");
    let mut work = begin(database).await;
    work.insert(&before).await.unwrap();
    let stale = work.update(&Person { version: 9, ..taken.clone() }).await;
    assert!(matches!(stale, Err(StoreError::Stale("person"))));
    assert!(matches!(work.commit().await, Err(StoreError::Aborted)));
    assert_eq!(load!(database, before.id), None);
    assert_eq!(load!(database, taken.id), Some(taken));
}

pub(crate) async fn dropped(database: &TestDatabase) {
    let lost = person("a", "a");
    let mut work = begin(database).await;
    work.insert(&lost).await.unwrap();
    assert_eq!(work.get(lost.id).await.unwrap(), Some(lost.clone()));
    drop(work);
    assert_eq!(load!(database, lost.id), None);

    if matches!(database.store.engine(), Engine::MySql | Engine::MariaDb) {
        // Its driver loses its place in the conversation when a statement being prepared is abandoned, and the
        // connection may then hang: callers must let every use case run to its end.
        return;
    }
    // A caller that stops waiting in the middle of a statement leaves nothing behind either.
    let mut work = begin(database).await;
    let hurried = tokio::time::timeout(std::time::Duration::ZERO, work.insert(&lost)).await;
    if hurried.is_err() {
        assert!(matches!(work.commit().await, Err(StoreError::Aborted)));
    } else {
        drop(work);
    }
    assert_eq!(load!(database, lost.id), None);
    insert!(database, &lost);
}

/// A second store on the same database that waits for nothing longer than a second.
async fn impatient(database: &TestDatabase, max_connections: u32) -> SeaStore {
    let second = std::time::Duration::from_secs(1);
    let options = DatabaseOptions {
        max_connections,
        acquire_timeout: second,
        lock_timeout: second,
        ..database.options.clone()
    };
    SeaStore::connect(&options).await.unwrap()
}

pub(crate) async fn locks(database: &TestDatabase) {
    let someone = person("a", "a");
    insert!(database, &someone);
    let mut holder = begin(database).await;
    holder.update(&someone).await.unwrap();
    let other = impatient(database, 2).await;
    let waited = async {
        let mut work = other.begin().await?;
        work.update(&someone).await?;
        work.commit().await
    };
    let waited = waited.await;
    assert!(matches!(waited, Err(StoreError::LockTimeout)), "{waited:?}");
    // Reading waits for nobody.
    assert!(other.counter("MC", 2026).await.is_ok());
    holder.commit().await.unwrap();
    other.close().await.unwrap();
}

pub(crate) async fn exhausted(database: &TestDatabase) {
    let store = impatient(database, 1).await;
    let work = store.begin().await.unwrap();
    let none_left = store.begin().await.err();
    assert!(matches!(none_left, Some(StoreError::Unavailable(_))), "{none_left:?}");
    drop(work);
    store.begin().await.unwrap().commit().await.unwrap();
    store.close().await.unwrap();
    let closed = store.begin().await.err();
    assert!(matches!(closed, Some(StoreError::Unavailable(_))), "{closed:?}");
}

fn event(action: &str) -> AuditEvent {
    AuditEvent {
        id: fresh(),
        at: at(1),
        actor: Some(id()),
        roles: "ADMIN,DOCTOR".to_owned(),
        action: action.to_owned(),
        object_kind: Some("certification request"),
        object_id: Some(fresh()),
        patient: Some(id()),
        outcome: "ok",
        address: Some("::1".to_owned()),
        agent: Some(EXTREME.repeat(5)),
        request_id: "r".to_owned(),
        reason: Some(EXTREME.to_owned()),
    }
}

async fn count(database: &TestDatabase, table: &str) -> i64 {
    let db = database.behind().await;
    let sql = format!("SELECT COUNT(*) FROM {table}");
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    row.unwrap().try_get_by_index(0).unwrap()
}

pub(crate) async fn records(database: &TestDatabase) {
    let bare = AuditEvent {
        actor: None,
        object_kind: None,
        object_id: None,
        patient: None,
        address: None,
        agent: None,
        reason: None,
        ..event("identity.login")
    };
    database.store.append_audit(&[event("a.b"), bare]).await.unwrap();
    database.store.append_audit(&[]).await.unwrap();
    let mut work = begin(database).await;
    // More rows than go into one statement.
    let many: Vec<AuditEvent> = (0..250).map(|n| event(&format!("a.{n}"))).collect();
    work.audit(&many).await.unwrap();
    let message = OutboxMessage {
        id: fresh(),
        at: at(1),
        event: Event::RequestRegistered,
        request: id(),
        code: "MC-2026-000001".to_owned(),
        stage: Stage::Registered,
    };
    work.publish(std::slice::from_ref(&message)).await.unwrap();
    work.commit().await.unwrap();
    let mut work = begin(database).await;
    let again = work.publish(&[message]).await;
    assert!(matches!(again, Err(StoreError::Duplicate("outbox message"))), "{again:?}");
    drop(work);
    assert_eq!(count(database, "audit_event").await, 252);
    assert_eq!(count(database, "outbox_message").await, 1);

    assert_eq!(database.store.counter("MC", 2026).await.unwrap(), 0);
    let mut work = begin(database).await;
    assert_eq!(work.next_number("MC", 2026).await.unwrap(), 1);
    assert_eq!(work.next_number("MC", 2026).await.unwrap(), 2);
    assert_eq!(work.next_number("mc", 2026).await.unwrap(), 1);
    assert_eq!(work.next_number("MC", 2027).await.unwrap(), 1);
    work.swap_number("MC", 2026, 2).await.unwrap();
    work.swap_number("new", 2026, 0).await.unwrap();
    work.commit().await.unwrap();
    assert_eq!(database.store.counter("MC", 2026).await.unwrap(), 3);
    assert_eq!(database.store.counter("new", 2026).await.unwrap(), 1);
    for (series, expected) in [("MC", 2), ("MC", 4), ("new", 0), ("never", 5)] {
        let mut work = begin(database).await;
        let lost = work.swap_number(series, 2026, expected).await;
        assert!(matches!(lost, Err(StoreError::Stale("counter"))), "{series} {lost:?}");
    }
}

pub(crate) fn claim(key: &str) -> StoredAnswer {
    StoredAnswer {
        scope: format!("user POST /api/v1/{}", "long/".repeat(200)),
        key: key.to_owned(),
        fingerprint: [7; 32],
        object: None,
        status: 0,
        body: String::new(),
        created_at: at(0),
    }
}

pub(crate) async fn idempotency_keys(database: &TestDatabase) {
    let first = claim("k");
    let mut work = begin(database).await;
    work.claim(&first).await.unwrap();
    work.claim(&claim("K")).await.unwrap();
    work.claim(&claim("k ")).await.unwrap();
    work.claim(&StoredAnswer { scope: "other".to_owned(), ..claim("k") }).await.unwrap();
    work.commit().await.unwrap();
    let answered =
        StoredAnswer { object: Some(fresh()), status: 599, body: "ж".repeat(100_000), ..first.clone() };
    let mut work = begin(database).await;
    work.answer_claim(&answered).await.unwrap();
    work.commit().await.unwrap();
    let day = Duration::hours(24);
    let read = async |now| database.store.answer(&first.scope, "k", now).await.unwrap();
    assert_eq!(read(at(0)).await, Some(answered.clone()));
    assert_eq!(read(at(0) + day).await, Some(answered));
    assert_eq!(read(at(1) + day).await, None);

    let later = |micros| StoredAnswer { created_at: at(micros) + day, ..first.clone() };
    let mut work = begin(database).await;
    let taken = work.claim(&later(0)).await;
    assert!(matches!(taken, Err(StoreError::Duplicate("idempotency key"))), "{taken:?}");
    drop(work);
    let mut work = begin(database).await;
    work.claim(&later(1)).await.unwrap();
    work.commit().await.unwrap();
    assert_eq!(read(at(1) + day).await, Some(later(1)));
    let mut work = begin(database).await;
    let unclaimed = work.answer_claim(&claim("unclaimed")).await;
    assert!(matches!(unclaimed, Err(StoreError::Stale("idempotency key"))), "{unclaimed:?}");
}
