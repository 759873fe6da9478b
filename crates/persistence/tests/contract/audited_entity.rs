//! What all directories share: history, words, leases.

use medcert_application::store::{AuditedEntityReads, ChangeEntry, PageRequest, Store};
use medcert_domain::{Entity as _, Id, catalog::Service, people::Promoter};
use sea_orm::{
    ConnectionTrait as _,
    sea_query::{Expr, ExprTrait as _, Order, Query},
};

use crate::{
    database::TestDatabase,
    fixture::{Clinic, EXTREME, at, begin, fresh, promoter, service},
    insert,
};

fn entry(object: uuid::Uuid, clinic: &Clinic, micros: i64) -> ChangeEntry {
    ChangeEntry {
        id: fresh(),
        kind: Service::KIND,
        object,
        at: at(micros),
        by: Some(clinic.user.id),
        action: "EDIT",
        field: Some("name"),
        old: Some(EXTREME.to_owned()),
        new: Some("ж".repeat(4_000)),
        comment: None,
    }
}

pub(crate) async fn history(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let (object, other) = (fresh(), fresh());
    let mut entries: Vec<ChangeEntry> = (0..9).map(|n| entry(object, &clinic, n / 3)).collect();
    let anonymous = ChangeEntry { by: None, field: None, old: None, new: None, ..entry(object, &clinic, 9) };
    entries.push(anonymous);
    let mut work = begin(database).await;
    work.record_changes(&entries).await.unwrap();
    let elsewhere = ChangeEntry { kind: Promoter::KIND, ..entry(object, &clinic, 4) };
    work.record_changes(&[entry(other, &clinic, 4), elsewhere]).await.unwrap();
    work.commit().await.unwrap();
    entries.sort_by_key(|entry| std::cmp::Reverse((entry.at, entry.id)));
    let (mut seen, mut page) = (Vec::new(), PageRequest { limit: 4, after: None, with_total: true });
    loop {
        let part = database.store.changes(Service::KIND, object, &page).await.unwrap();
        assert_eq!(part.total, Some(10));
        seen.extend(part.items);
        page.after = part.next;
        if page.after.is_none() {
            break;
        }
    }
    assert_eq!(
        seen.iter().map(|row| row.id).collect::<Vec<_>>(),
        entries.iter().map(|entry| entry.id).collect::<Vec<_>>()
    );
    assert_eq!((&seen[0].by, &seen[0].field), (&None, &None));
    let (row, written) = (&seen[1], &entries[1]);
    assert_eq!(row.by.as_ref().unwrap().name, "Марія Лікар");
    assert_eq!((row.at, row.action.as_str(), row.field.as_deref()), (written.at, "EDIT", Some("name")));
    assert_eq!((&row.old_value, &row.new_value), (&written.old, &written.new));
}

pub(crate) async fn search_terms(database: &TestDatabase) {
    let (one, other) = (promoter("One"), promoter("Other"));
    let object = one.id.raw();
    let service = Service { id: Id::new(object), ..service("Service") };
    insert!(database, &one, &other);
    insert!(database, &service);
    let search_terms =
        |search_terms: &[&str]| search_terms.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
    let mut work = begin(database).await;
    work.index_entry(Promoter::KIND, object, &search_terms(&["ана", "oop", "oop"])).await.unwrap();
    work.index_entry(Promoter::KIND, object, &search_terms(&["ана", "🩺", &"ж".repeat(200)])).await.unwrap();
    // The same words of another kind and of another entry stay apart.
    work.index_entry(Service::KIND, object, &search_terms(&["ана"])).await.unwrap();
    work.index_entry(Promoter::KIND, other.id.raw(), &search_terms(&["ана"])).await.unwrap();
    work.index_entry(Service::KIND, object, &[]).await.unwrap();
    work.commit().await.unwrap();
    let select = Query::select()
        .columns(["word", "sort_key"])
        .from("entity_search_term")
        .and_where(Expr::col("object_id").eq(object))
        .order_by("word", Order::Asc)
        .take();
    let behind = database.behind().await;
    let rows = behind.query_all(&select).await.unwrap();
    behind.close().await.unwrap();
    let kept: Vec<String> = rows.iter().map(|row| row.try_get("", "word").unwrap()).collect();
    assert_eq!(kept, ["ана".to_owned(), "ж".repeat(100), "🩺".to_owned()]);
    assert!(rows.iter().all(|row| row.try_get::<String>("", "sort_key").unwrap() == "One"));
}

pub(crate) async fn leases(database: &TestDatabase) {
    let store = &database.store;
    let (one, two) = (fresh(), fresh());
    assert!(store.lease("sweep", one, at(0), at(100)).await.unwrap());
    assert!(!store.lease("sweep", two, at(99), at(200)).await.unwrap());
    assert!(store.lease("other", two, at(99), at(200)).await.unwrap());
    assert!(store.lease("sweep", one, at(50), at(150)).await.unwrap());
    assert!(!store.lease("sweep", two, at(149), at(300)).await.unwrap());
    assert!(store.lease("sweep", two, at(150), at(300)).await.unwrap());
    assert!(!store.lease("sweep", one, at(150), at(300)).await.unwrap());
    for round in 0..10 {
        let name = format!("round {round}");
        let tries = (0..64).map(|_| store.lease(&name, fresh(), at(0), at(10)));
        let held = futures::future::join_all(tries).await;
        // Whoever lost against another transaction does not know yet; nobody else has it.
        let won = held.iter().filter(|held| matches!(held, Ok(true))).count();
        assert_eq!(won, 1, "{name}");
    }
}
