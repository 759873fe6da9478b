//! The databases that tests run on, each test with one of its own; and which tests run on which.
//!
//! The servers are started by `scripts/databases`. SQLite, PostgreSQL and MySQL run everything. MariaDB shares its
//! statements with MySQL and differs in how it stores and plans: the contract of persistence is asked of it in full, what
//! is built upon it in fewer rounds or not at all.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test that cannot be set up must fail"
)]

use std::sync::atomic::{AtomicU32, Ordering};

use medcert_persistence::{DatabaseOptions, SeaStore};
use sea_orm::{ConnectionTrait as _, Database as SeaDatabase, DatabaseConnection};

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Database {
    /// Embedded, in a temporary folder.
    Sqlite,
    /// PostgreSQL, named by `MEDCERT_TEST_POSTGRES_URL`.
    Postgres,
    /// MySQL, named by `MEDCERT_TEST_MYSQL_URL`.
    MySql,
    /// MariaDB, named by `MEDCERT_TEST_MARIADB_URL`.
    MariaDb,
}

/// Makes each case a test of its own on each database that it is to run on: those of `every` on all of them, those of
/// `leading` on those that run everything. They are called `mysql::room::case`.
///
/// A case is a function of the module of its room. It is run by `run(database, name, case)`; [`plainly`] just calls it.
#[macro_export]
macro_rules! on_databases {
    (
        $test:meta; $run:path;
        $(every { $($every:tt)* })?
        $(leading { $($leading:tt)* })?
    ) => {
        $crate::on_databases!(@on sqlite Sqlite $test; $run; $($($every)*)? $($($leading)*)?);
        $crate::on_databases!(@on postgres Postgres $test; $run; $($($every)*)? $($($leading)*)?);
        $crate::on_databases!(@on mysql MySql $test; $run; $($($every)*)? $($($leading)*)?);
        $crate::on_databases!(@on mariadb MariaDb $test; $run; $($($every)*)?);
    };
    (@on $name:ident $database:ident $test:meta; $run:path; $($room:ident { $($case:ident),+ $(,)? })*) => {
        mod $name {
            $(mod $room {
                $(#[$test]
                async fn $case() {
                    $run($crate::Database::$database, stringify!($case), super::super::$room::$case).await;
                })+
            })*
        }
    };
}

/// Runs a case that makes what it needs itself.
pub async fn plainly(on: Database, _name: &str, case: impl AsyncFnOnce(Database)) {
    case(on).await;
}

impl Database {
    /// How often to repeat what is repeated so many times where everything is run.
    pub fn rounds(self, all: usize) -> usize {
        match self {
            Self::Sqlite | Self::Postgres | Self::MySql => all,
            Self::MariaDb => all.div_ceil(5),
        }
    }

    /// A new, migrated database with up to so many connections.
    pub async fn fresh(self, connections: u32) -> TestDatabase {
        // On the heap: inside the futures of long tests it would be deeper than the compiler follows.
        Box::pin(self.named("t", connections)).await
    }

    /// The same with this word in its name.
    pub async fn named(self, word: &str, connections: u32) -> TestDatabase {
        let (url, place) = match self {
            Self::Sqlite => {
                let folder = tempfile::tempdir().expect("a temporary folder");
                (format!("sqlite://{}/medcert.db", folder.path().display()), Place::Folder(folder))
            }
            Self::Postgres => self.on_server("MEDCERT_TEST_POSTGRES_URL", word).await,
            Self::MySql => self.on_server("MEDCERT_TEST_MYSQL_URL", word).await,
            Self::MariaDb => self.on_server("MEDCERT_TEST_MARIADB_URL", word).await,
        };
        let options = DatabaseOptions { max_connections: connections, ..DatabaseOptions::new(url) };
        let store = SeaStore::connect(&options).await.expect("the database opens");
        store.migrate().await.expect("the migrations run");
        TestDatabase { store, options, place }
    }

    /// What a database is created with. Of PostgreSQL it is what the server has: its collation does not matter.
    fn clause(self) -> &'static str {
        match self {
            Self::Sqlite | Self::Postgres => "",
            Self::MySql => " CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin",
            Self::MariaDb => " CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin",
        }
    }

    /// Makes a database on the server that the variable names.
    async fn on_server(self, variable: &str, word: &str) -> (String, Place) {
        #[expect(
            clippy::disallowed_methods,
            reason = "tests are told by the environment where the servers are"
        )]
        let server = std::env::var(variable).unwrap_or_else(|_| {
            panic!("{variable} is not set: run the tests with `make test`, which starts the servers")
        });
        let name = create(&server, word, self.clause()).await;
        (at(&server, &name), Place::Server { server, name })
    }
}

/// A migrated database of one test.
pub struct TestDatabase {
    /// The store.
    pub store: SeaStore,
    /// Where it is, and how it was opened.
    pub options: DatabaseOptions,
    place: Place,
}

enum Place {
    Folder(tempfile::TempDir),
    Server { server: String, name: String },
}

impl TestDatabase {
    /// Where it is.
    pub fn url(&self) -> &str {
        &self.options.url
    }

    /// A plain connection, to look behind the port.
    pub async fn behind(&self) -> DatabaseConnection {
        SeaDatabase::connect(self.url()).await.expect("the database answers")
    }

    /// Another database on the same server, made with this clause; `None` for SQLite.
    pub async fn neighbour(&self, clause: &str) -> Option<Neighbour> {
        let Place::Server { server, .. } = &self.place else { return None };
        let name = create(server, "neighbour", clause).await;
        let options = DatabaseOptions { url: at(server, &name), ..self.options.clone() };
        Some(Neighbour { options, server: server.clone(), name })
    }

    /// Removes it: a server of the desk's owner stays as it was.
    pub async fn remove(self) {
        self.store.close().await.expect("the connections close");
        match self.place {
            Place::Folder(folder) => folder.close().expect("the folder can be removed"),
            Place::Server { server, name } => remove(&server, &name).await,
        }
    }
}

/// A database without anything in it.
pub struct Neighbour {
    /// Where it is.
    pub options: DatabaseOptions,
    server: String,
    name: String,
}

impl Neighbour {
    /// Removes it.
    pub async fn remove(self) {
        remove(&self.server, &self.name).await;
    }
}

/// The URL of another database on the server.
fn at(server: &str, name: &str) -> String {
    let (base, _) = server.rsplit_once('/').expect("the variable holds a URL with a database");
    format!("{base}/{name}")
}

/// An empty database on the server.
async fn create(server: &str, word: &str, clause: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("medcert_{}_{count}_{word}", std::process::id());
    let connection = SeaDatabase::connect(server).await.expect("the database server answers");
    for sql in [format!("DROP DATABASE IF EXISTS {name}"), format!("CREATE DATABASE {name}{clause}")] {
        connection.execute_unprepared(&sql).await.expect("a database can be made");
    }
    connection.close().await.expect("the connection closes");
    name
}

async fn remove(server: &str, name: &str) {
    let connection = SeaDatabase::connect(server).await.expect("the database server answers");
    // Connections that a case forgot must not keep the database.
    let force = if server.starts_with("postgres") { " WITH (FORCE)" } else { "" };
    let sql = format!("DROP DATABASE {name}{force}");
    connection.execute_unprepared(&sql).await.expect("the database can be removed");
    connection.close().await.expect("the connection closes");
}
