//! Dependencies point inward, and this test says so.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, also in its helpers"
)]

mod edges;
mod rooms;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use cargo_metadata::{DependencyKind, MetadataCommand};

/// What each crate may name of the workspace. `testkit` is for tests and may name all but the server; `bench` runs
/// the very statements of persistence without anything around them, and nothing else of Medcert.
const EDGES: &[(&str, &[&str])] = &[
    ("medcert-domain", &[]),
    ("medcert-application", &["medcert-domain"]),
    ("medcert-migrations", &[]),
    ("medcert-persistence", &["medcert-application", "medcert-domain", "medcert-migrations"]),
    ("medcert-object-store", &["medcert-application", "medcert-domain"]),
    ("medcert-credentials", &["medcert-application", "medcert-domain"]),
    ("medcert-gateways", &["medcert-application", "medcert-domain"]),
    ("medcert-api", &["medcert-application", "medcert-domain"]),
    (
        "medcert",
        &[
            "medcert-api",
            "medcert-application",
            "medcert-credentials",
            "medcert-domain",
            "medcert-gateways",
            "medcert-object-store",
            "medcert-persistence",
        ],
    ),
    ("medcert-test-databases", &["medcert-persistence"]),
    (
        "medcert-testkit",
        &[
            "medcert-api",
            "medcert-application",
            "medcert-credentials",
            "medcert-domain",
            "medcert-object-store",
            "medcert-test-databases",
        ],
    ),
    ("medcert-bench", &["medcert-persistence"]),
];

/// Libraries that stay in their layer, and why.
const KEPT: &[(&str, &[&str], &str)] = &[
    (
        "sea-orm",
        &["medcert-persistence", "medcert-migrations", "medcert-test-databases", "medcert-testkit"],
        "rows stay behind the store's ports",
    ),
    ("sea-orm-migration", &["medcert-persistence", "medcert-migrations"], "tables are made in one place"),
    (
        "actix-web",
        &["medcert-api", "medcert", "medcert-bench"],
        "use cases do not know HTTP; the server starts it, and the bench measures against it alone",
    ),
    (
        "sqlx",
        &["medcert-persistence", "medcert-bench"],
        "persistence speaks through SeaORM and opens its connections, the bench measures without SeaORM",
    ),
    ("utoipa", &["medcert-api"], "the contract is the API's"),
    ("object_store", &["medcert-object-store"], "files stay behind the port Objects"),
    ("krilla", &["medcert-credentials"], "documents stay behind the port CertificateRenderer"),
    ("lettre", &["medcert-gateways"], "mails leave through the port Mailer"),
    ("bcrypt", &["medcert-credentials"], "hashes stay behind the port Passwords"),
    ("jsonwebtoken", &["medcert-credentials"], "tokens stay behind the port AccessTokens"),
    ("aws-lc-rs", &["medcert-credentials"], "keys stay behind the port AccessTokens"),
];

fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = MetadataCommand::new().no_deps().exec();
    let metadata = metadata.unwrap_or_else(|error| panic!("cargo does not tell its metadata: {error}"));
    let normal = |package: &cargo_metadata::Package| {
        let named = package.dependencies.iter().filter(|d| d.kind == DependencyKind::Normal);
        named.map(|d| d.name.clone()).collect()
    };
    metadata.packages.iter().map(|package| (package.name.to_string(), normal(package))).collect()
}

#[test]
fn dependencies_point_inward() {
    let found = dependencies();
    let known: BTreeSet<&str> = EDGES.iter().map(|(name, _)| *name).collect();
    for (name, named) in &found {
        let (_, allowed) = EDGES
            .iter()
            .find(|(known, _)| known == name)
            .unwrap_or_else(|| panic!("{name} is new: say here what it may name"));
        for other in named.iter().filter(|other| known.contains(other.as_str())) {
            assert!(allowed.contains(&other.as_str()), "{name} must not name {other}");
        }
    }
    assert_eq!(found.len(), EDGES.len(), "a crate of the table is gone");
}

#[test]
fn libraries_stay_in_their_layer() {
    for (crate_name, named) in dependencies() {
        for (library, homes, why) in KEPT {
            let at_home = homes.contains(&crate_name.as_str());
            assert!(at_home || !named.contains(*library), "{crate_name} must not name {library}: {why}");
        }
        let pure = crate_name == "medcert-domain";
        for impure in ["tokio", "serde", "async-trait", "futures", "tracing"] {
            assert!(!(pure && named.contains(impure)), "the domain must not name {impure}");
        }
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in entries {
        let path = entry.unwrap_or_else(|error| panic!("{}: {error}", folder.display())).path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// What is paid through a settlement follows each change of it: so there is one place that makes them from outside.
#[test]
fn settlements_are_changed_by_billing_alone() {
    let application = Path::new(env!("CARGO_MANIFEST_DIR")).join("../application/src");
    let mut all = vec![];
    sources(&application, &mut all);
    assert!(all.len() > 50, "{} files were looked through", all.len());
    let changes =
        |path: &&PathBuf| fs::read_to_string(path).is_ok_and(|source| source.contains(".update_settlement("));
    let found: Vec<PathBuf> = all.iter().filter(changes).cloned().collect();
    assert_eq!(found, [application.join("billing/mod.rs")]);
}
