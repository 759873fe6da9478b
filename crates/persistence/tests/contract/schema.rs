//! Migrations, and the start-up check.

use futures::future::join_all;
use medcert_application::{
    certification::{query_words, request_search_terms},
    store::{
        CatalogReads, CertificationReads, IdentityReads, PersonFilter, PersonReads, RequestFilter,
        ServiceFilter, UserFilter,
    },
};
use medcert_domain::{catalog::Service, certification::Certification, people::Person};
use medcert_migrations::{Migrator, MigratorTrait};
use medcert_persistence::{ConnectError, DatabaseOptions, Engine, SeaStore};
use sea_orm::{
    ConnectionTrait,
    sea_query::{Expr, ExprTrait as _, Query},
};
use sea_orm_migration::SchemaManager;

use crate::{
    database::TestDatabase,
    fixture::{Clinic, at, begin, first, fresh, person},
    insert, load,
};

pub(crate) async fn up_and_down(database: &TestDatabase) {
    let store = &database.store;
    assert_eq!(store.pending_migrations().await.unwrap(), Vec::<String>::new());
    store.migrate().await.unwrap();
    let all: Vec<String> = Migrator::migrations().iter().map(|step| step.name().to_owned()).collect();
    let behind = database.behind().await;
    Migrator::down(&behind, None).await.unwrap();
    assert_eq!(store.pending_migrations().await.unwrap(), all);
    // Each step goes up on what the former ones left, and down again.
    for step in 1..=all.len() {
        Migrator::up(&behind, Some(1)).await.unwrap();
        assert_eq!(store.pending_migrations().await.unwrap(), all[step..]);
    }
    Migrator::down(&behind, Some(1)).await.unwrap();
    store.migrate().await.unwrap();
    behind.close().await.unwrap();
    let someone = person("a", "b");
    insert!(database, &someone);
    for table in medcert_migrations::TABLES {
        assert!(SchemaManager::new(&database.behind().await).has_table(table).await.unwrap(), "{table}");
    }
    store.migrate().await.unwrap();
    assert_eq!(load!(database, someone.id), Some(someone));
}

/// Requests written before the words were kept by week are found as before, and by telephone.
pub(crate) async fn words_move(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let client = Person { phone: Some("+51 999 123 456".to_owned()), ..person("Ana Æsa", "Silva") };
    let requests: Vec<Certification> = (0..3)
        .map(|n| Certification {
            client: client.id,
            created_at: at(n),
            ..clinic.request(&format!("MC-2026-00000{n}"))
        })
        .collect();
    insert!(database, &client);
    let mut work = begin(database).await;
    for request in &requests {
        work.insert(request).await.unwrap();
        let search_terms = request_search_terms(&request.code, &client, None, &[]);
        work.index_search_terms(request.id, &search_terms).await.unwrap();
    }
    work.commit().await.unwrap();
    let behind = database.behind().await;
    let later =
        Migrator::migrations().iter().skip_while(|step| step.name() != "m20261121_000010_scale").count();
    Migrator::down(&behind, Some(u32::try_from(later).unwrap())).await.unwrap();
    // As they were: the code with its dashes, and no telephones.
    for sql in [
        "DELETE FROM search_word WHERE word LIKE 'mc2026%' OR word LIKE '2026%' OR word LIKE '%999%'",
        "INSERT INTO search_word (word, request_id) SELECT LOWER(code), id FROM certification_request",
    ] {
        behind.execute_unprepared(sql).await.unwrap();
    }
    behind.close().await.unwrap();
    database.store.migrate().await.unwrap();
    for typed in ["silva", "an", "mc-2026", "2026 00000", "999123", "+51 999", "000002"] {
        let filter = RequestFilter { search_terms: query_words(typed), ..RequestFilter::default() };
        let page = database.store.requests(&filter, &first(9)).await.unwrap();
        let expected = if typed == "000002" { 1 } else { 3 };
        assert_eq!(page.total, Some(expected), "{typed}");
    }
    // Entries of directories that were there before they had words are found as new ones are.
    for typed in ["aesa", "999123", "51999"] {
        let filter = PersonFilter { search_terms: vec![typed.to_owned()], ..PersonFilter::default() };
        assert_eq!(database.store.people(&filter, &first(9)).await.unwrap().total, Some(1), "{typed}");
    }
    let filter = UserFilter { search_terms: vec!["марія".to_owned()], ..UserFilter::default() };
    assert_eq!(database.store.users(&filter, &first(9)).await.unwrap().items.len(), 1);
    let dashed = RequestFilter { search_terms: vec!["mc-".to_owned()], ..RequestFilter::default() };
    assert_eq!(database.store.requests(&dashed, &first(9)).await.unwrap().total, Some(0));
    // What is written again after the move is what was moved: nothing is there twice.
    let mut work = begin(database).await;
    let search_terms = request_search_terms(&requests[0].code, &client, None, &[]);
    work.index_search_terms(requests[0].id, &search_terms).await.unwrap();
    work.commit().await.unwrap();
    let filter = RequestFilter { search_terms: query_words("silva 999"), ..RequestFilter::default() };
    assert_eq!(database.store.requests(&filter, &first(9)).await.unwrap().items.len(), 3);
}

/// Services whose names were told apart by case, accents or blanks alone stay, and people tell them apart.
pub(crate) async fn names_fold(database: &TestDatabase) {
    let behind = database.behind().await;
    let later =
        Migrator::migrations().iter().skip_while(|step| step.name() != "m20261121_000015_edges").count();
    Migrator::down(&behind, Some(u32::try_from(later).unwrap())).await.unwrap();
    let longest = "é".repeat(255);
    let names = [
        "Salud mental",
        "SALUD  MENTAL",
        "salud méntal",
        "Salud mental (2)",
        &longest,
        &longest.to_uppercase(),
        "Salud",
    ];
    for (nth, name) in (0_i64..).zip(names) {
        let insert = Query::insert()
            .into_table("service")
            .columns([
                "id",
                "version",
                "name",
                "fee_minor",
                "fee_currency",
                "certificate_kind",
                "validity_days",
                "active",
                "created_at",
                "updated_at",
            ])
            .values_panic([
                fresh().into(),
                1_i64.into(),
                name.into(),
                1_i64.into(),
                "PEN".into(),
                "GENERAL".into(),
                1_i64.into(),
                true.into(),
                at(nth).naive_utc().into(),
                at(nth).naive_utc().into(),
            ])
            .take();
        behind.execute(&insert).await.unwrap();
    }
    database.store.migrate().await.unwrap();
    let all = database.store.services(&ServiceFilter::default(), &first(9)).await.unwrap().items;
    let mut summary: Vec<(&str, i64)> = all.iter().map(|one| (one.name.as_str(), one.version)).collect();
    summary.sort_by_key(|(name, _)| (name.chars().count(), name.to_lowercase()));
    let numbered = longest.to_uppercase().chars().take(251).collect::<String>() + " (2)";
    assert_eq!(
        summary,
        [
            ("Salud", 1),
            ("Salud mental", 1),
            ("Salud mental (2)", 1),
            ("salud méntal (4)", 2),
            ("SALUD  MENTAL (3)", 2),
            (numbered.as_str(), 2),
            (longest.as_str(), 1),
        ]
    );
    let search_terms =
        ServiceFilter { search_terms: vec!["salud".to_owned(), "3".to_owned()], ..ServiceFilter::default() };
    let found = database.store.services(&search_terms, &first(9)).await.unwrap().items;
    assert_eq!(found.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["SALUD  MENTAL (3)"]);
    // Each can be changed without another name.
    for one in all {
        let mut work = begin(database).await;
        work.update(&Service { active: false, ..one }).await.unwrap();
        work.commit().await.unwrap();
    }
    let unfolded =
        Query::select().column("id").from("service").and_where(Expr::col("name_folded").is_null()).take();
    assert!(behind.query_all(&unfolded).await.unwrap().is_empty());
    behind.close().await.unwrap();
}

pub(crate) async fn at_once(database: &TestDatabase) {
    let behind = database.behind().await;
    Migrator::down(&behind, None).await.unwrap();
    behind.close().await.unwrap();
    let starts = (0..8).map(|_| {
        let options = database.options.clone();
        tokio::spawn(async move {
            let store = SeaStore::connect(&options).await.unwrap();
            store.migrate().await.unwrap();
            assert_eq!(store.pending_migrations().await.unwrap(), Vec::<String>::new());
            store.close().await.unwrap();
        })
    });
    for start in join_all(starts).await {
        start.unwrap();
    }
    insert!(database, &person("a", "b"));
}

async fn refused(options: &DatabaseOptions) -> String {
    match SeaStore::connect(options).await.err() {
        Some(ConnectError::Unsuitable(why)) => why,
        other => panic!("{other:?}"),
    }
}

pub(crate) async fn unsuitable(database: &TestDatabase) {
    let wrong = DatabaseOptions::new("oracle://x:secret@y/z");
    let error = SeaStore::connect(&wrong).await.err().unwrap();
    assert!(matches!(error, ConnectError::UnknownScheme));
    assert!(!format!("{error:?} {wrong:?}").contains("secret"));

    match database.store.engine() {
        Engine::Sqlite => {
            let memory = DatabaseOptions::new("sqlite::memory:");
            let store = SeaStore::connect(&memory).await.unwrap();
            store.migrate().await.unwrap();
            assert_eq!(store.pending_migrations().await.unwrap(), Vec::<String>::new());
        }
        Engine::Postgres => {
            let clause =
                " ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' LOCALE_PROVIDER libc TEMPLATE template0";
            let ascii = database.neighbour(clause).await.unwrap();
            assert!(refused(&ascii.options).await.contains("ENCODING 'UTF8'"));
            ascii.remove().await;
            let behind = database.behind().await;
            behind
                .execute_unprepared(
                    "ALTER TABLE service ALTER COLUMN name TYPE varchar(255) COLLATE \"en-x-icu\"",
                )
                .await
                .unwrap();
            assert!(refused(&database.options).await.contains("service.name"));
        }
        Engine::MySql => {
            let latin = database.neighbour(" CHARACTER SET latin1").await.unwrap();
            assert!(refused(&latin.options).await.contains("latin1"));
            latin.remove().await;
            let behind = database.behind().await;
            behind
                .execute_unprepared(
                    "ALTER TABLE counter CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci",
                )
                .await
                .unwrap();
            assert!(refused(&database.options).await.contains("counter.series"));
        }
    }
}
