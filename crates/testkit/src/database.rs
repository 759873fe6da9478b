//! The three databases, each test with one of its own.

use medcert_application::secrets::Ids as _;
use medcert_credentials::SystemIds;
use medcert_persistence::{DatabaseOptions, SeaStore};
use sea_orm::{ConnectionTrait as _, Database as SeaDatabase};

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Database {
    /// Embedded, in a temporary folder.
    Sqlite,
    /// `PostgreSQL`, named by `MEDCERT_TEST_POSTGRES_URL`.
    Postgres,
    /// `MariaDB`, named by `MEDCERT_TEST_MARIADB_URL`.
    MariaDb,
}

/// A migrated database of one test.
pub struct Fresh {
    /// The store.
    pub store: SeaStore,
    /// Where it is.
    pub url: String,
    /// Keeps the folder of an embedded one.
    pub folder: tempfile::TempDir,
}

impl Database {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Sqlite, Self::Postgres, Self::MariaDb];

    /// A new, migrated database with up to `connections` connections.
    pub async fn fresh(self, connections: u32) -> Fresh {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = match self {
            Self::Sqlite => format!("sqlite://{}/medcert.db", folder.path().display()),
            Self::Postgres => server_database("MEDCERT_TEST_POSTGRES_URL").await,
            Self::MariaDb => server_database("MEDCERT_TEST_MARIADB_URL").await,
        };
        let mut options = DatabaseOptions::new(url.clone());
        options.max_connections = connections;
        let store = SeaStore::connect(&options).await.expect("the database opens");
        store.migrate().await.expect("the migrations run");
        Fresh { store, url, folder }
    }
}

/// Makes a database on the server that the variable names.
async fn server_database(variable: &str) -> String {
    #[expect(clippy::disallowed_methods, reason = "tests are told by the environment where the servers are")]
    let server = std::env::var(variable).unwrap_or_else(|_| {
        panic!("{variable} is not set: run the tests with `make test`, which starts the servers")
    });
    let name = format!("t{}", SystemIds.uuid().simple());
    let connection = SeaDatabase::connect(&server).await.expect("the database server answers");
    let statement = format!("CREATE DATABASE {name}");
    connection.execute_unprepared(&statement).await.expect("a database can be made");
    connection.close().await.expect("the connection closes");
    let (base, _) = server.rsplit_once('/').expect("the variable holds a URL with a database");
    format!("{base}/{name}")
}
