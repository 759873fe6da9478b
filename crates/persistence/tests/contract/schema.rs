//! Migrations, and the start-up check.

use async_trait::async_trait;
use futures::future::join_all;
use medcert_application::store::{CatalogReads, ServiceFilter};
use medcert_domain::{catalog::Service, certification::Certification};
use medcert_migrations::{
    Migrator, MigratorTrait,
    new_table::{Column, Kind, NewTable, add_column, add_index, drop_column, drop_index},
};
use medcert_persistence::{ConnectError, DatabaseOptions, Engine, SeaStore};
use sea_orm::{
    ConnectionTrait, DbErr,
    sea_query::{Expr, ExprTrait as _, Query, Table},
};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use crate::{
    database::TestDatabase,
    fixture::{Clinic, begin, first, person, service},
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
    for table in medcert_migrations::tables() {
        assert!(SchemaManager::new(&database.behind().await).has_table(table).await.unwrap(), "{table}");
    }
    store.migrate().await.unwrap();
    assert_eq!(load!(database, someone.id), Some(someone));
}

/// A step of tomorrow, as an upgrade takes it on a database in use: columns with and without a value in the rows that are
/// there, an index, and a table that refers to them.
struct Tomorrow;

impl MigrationName for Tomorrow {
    fn name(&self) -> &'static str {
        "m20991231_000001_tomorrow"
    }
}

#[async_trait]
impl MigrationTrait for Tomorrow {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add_column(manager, "service", "tint", Column::Filled(Kind::Line(20), "PLAIN")).await?;
        add_column(manager, "service", "featured", Column::Unset).await?;
        add_column(manager, "service", "remark", Column::Optional(Kind::Text)).await?;
        add_index(manager, "service", &["tint", "name", "id"]).await?;
        let notes = NewTable::named("service_note", manager).entity().col("service_id", Kind::Id);
        notes.refers("service_id", "service").create().await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("service_note").take()).await?;
        drop_index(manager, "service", &["tint", "name", "id"]).await?;
        for column in ["remark", "featured", "tint"] {
            drop_column(manager, "service", column).await?;
        }
        Ok(())
    }
}

/// The steps of a release to come.
struct Upgraded;

impl MigratorTrait for Upgraded {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        Migrator::migrations().into_iter().chain([Box::new(Tomorrow) as Box<dyn MigrationTrait>]).collect()
    }
}

/// A step is taken while there are rows and the version before it goes on working; and taken back.
pub(crate) async fn expanding(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let request = Certification { service: Some(clinic.service.id), ..clinic.request("MC-2026-000001") };
    insert!(database, &request);
    let behind = database.behind().await;
    Upgraded::up(&behind, None).await.unwrap();
    // Replicas of before go on, and start.
    let before = SeaStore::connect(&database.options).await.unwrap();
    before.migrate().await.unwrap();
    before.close().await.unwrap();
    // Read, changed and added to by a process that does not know the step.
    let known = load!(database, clinic.service.id).unwrap();
    assert_eq!(known, clinic.service);
    let mut work = begin(database).await;
    work.update(&Service { active: false, ..known }).await.unwrap();
    work.insert(&service("Drivers")).await.unwrap();
    work.commit().await.unwrap();
    let tinted = Query::select()
        .expr(Expr::col("id").count())
        .from("service")
        .and_where(Expr::col("tint").eq("PLAIN"))
        .and_where(Expr::col("featured").eq(false))
        .and_where(Expr::col("remark").is_null())
        .take();
    let row = behind.query_one(&tinted).await.unwrap().unwrap();
    assert_eq!(row.try_get_by_index::<i64>(0).unwrap(), 2);
    Upgraded::down(&behind, Some(1)).await.unwrap();
    behind.close().await.unwrap();
    assert_eq!(database.store.pending_migrations().await.unwrap(), Vec::<String>::new());
    let services = database.store.services(&ServiceFilter::default(), &first(9)).await.unwrap().items;
    assert_eq!(
        services.iter().map(|one| (one.name.as_str(), one.version)).collect::<Vec<_>>(),
        [("Drivers", 1), (clinic.service.name.as_str(), 2)]
    );
    assert_eq!(load!(database, request.id), Some(request));
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
        Engine::MySql | Engine::MariaDb => {
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
