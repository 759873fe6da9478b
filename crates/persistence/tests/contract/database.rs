//! A database for one case.

use std::sync::atomic::{AtomicU32, Ordering};

use medcert_persistence::{DatabaseOptions, SeaStore};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend};

/// A database with the schema in it.
pub(crate) struct TestDatabase {
    pub(crate) store: SeaStore,
    pub(crate) options: DatabaseOptions,
    location: Location,
}

enum Location {
    Folder(tempfile::TempDir),
    Server { url: String, name: String },
}

fn options(url: String) -> DatabaseOptions {
    DatabaseOptions { max_connections: 16, ..DatabaseOptions::new(url) }
}

async fn prepared(url: String, location: Location) -> TestDatabase {
    let options = options(url);
    let store = SeaStore::connect(&options).await.unwrap();
    store.migrate().await.unwrap();
    TestDatabase { store, options, location }
}

pub(crate) async fn sqlite(_case: &str) -> TestDatabase {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/medcert.db", folder.path().display());
    prepared(url, Location::Folder(folder)).await
}

pub(crate) async fn postgres(case: &str) -> TestDatabase {
    on_server("MEDCERT_TEST_POSTGRES_URL", case, "").await
}

pub(crate) async fn mariadb(case: &str) -> TestDatabase {
    on_server("MEDCERT_TEST_MARIADB_URL", case, " CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin").await
}

#[expect(clippy::disallowed_methods, reason = "the servers for tests are named by the environment")]
fn server(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| {
        panic!("{variable} is not set: run the tests with `make test`, which starts the servers")
    })
}

/// The same URL with another database.
fn database_url(server: &str, name: &str) -> String {
    let (before, _) = server.rsplit_once('/').unwrap();
    format!("{before}/{name}")
}

async fn on_server(variable: &str, case: &str, extra: &str) -> TestDatabase {
    let url = server(variable);
    let name = create(&url, case, extra).await;
    prepared(database_url(&url, &name), Location::Server { url, name }).await
}

/// An empty database on the server.
async fn create(url: &str, case: &str, extra: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("medcert_{}_{count}_{case}", std::process::id());
    let server = Database::connect(url).await.unwrap();
    server.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name}")).await.unwrap();
    server.execute_unprepared(&format!("CREATE DATABASE {name}{extra}")).await.unwrap();
    server.close().await.unwrap();
    name
}

impl TestDatabase {
    /// A plain connection, to look behind the port.
    pub(crate) async fn behind(&self) -> DatabaseConnection {
        Database::connect(self.options.url.as_str()).await.unwrap()
    }

    /// The options of another database on the same server, made with this clause; `None` for SQLite.
    pub(crate) async fn neighbour(&self, clause: &str) -> Option<TestNeighbour> {
        let Location::Server { url, .. } = &self.location else { return None };
        let name = create(url, "neighbour", clause).await;
        Some(TestNeighbour { options: options(database_url(url, &name)), url: url.clone(), name })
    }

    /// Removes it: a server of the desk's owner stays as it was.
    pub(crate) async fn remove(self) {
        self.store.close().await.unwrap();
        match self.location {
            Location::Folder(folder) => folder.close().unwrap(),
            Location::Server { url, name } => drop_database(&url, &name).await,
        }
    }
}

/// A database without anything in it.
pub(crate) struct TestNeighbour {
    pub(crate) options: DatabaseOptions,
    url: String,
    name: String,
}

impl TestNeighbour {
    pub(crate) async fn remove(self) {
        drop_database(&self.url, &self.name).await;
    }
}

async fn drop_database(url: &str, name: &str) {
    let server = Database::connect(url).await.unwrap();
    // Connections that a case forgot must not keep the database.
    let force = if server.get_database_backend() == DbBackend::Postgres { " WITH (FORCE)" } else { "" };
    server.execute_unprepared(&format!("DROP DATABASE {name}{force}")).await.unwrap();
    server.close().await.unwrap();
}
