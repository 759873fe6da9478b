//! `medcert seed`: the same options, the same rows; every stage; nothing of it breaks a rule.

use std::{collections::BTreeMap, path::Path, process::Command};

use medcert_application::store::{CertificationReads as _, PageRequest, RequestFilter, RequestRow};
use medcert_domain::certification::Stage;
use medcert_persistence::{DatabaseOptions, SeaStore};

fn seed(folder: &Path, seed: &str) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_medcert"));
    command.env_clear().current_dir(folder).arg("--data-dir").arg(folder);
    command.args([
        "seed",
        "--requests",
        "700",
        "--until",
        "2026-11-20",
        "--certificates",
        "3",
        "--seed",
        seed,
    ]);
    let output = command.output().expect("the program starts");
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

async fn rows(folder: &Path) -> Vec<RequestRow> {
    let url = format!("sqlite://{}", folder.join("medcert.db").display());
    let store = SeaStore::connect(&DatabaseOptions::new(url)).await.unwrap();
    let mut all = vec![];
    let mut page = PageRequest { limit: 200, after: None, with_total: false };
    loop {
        let part = store.requests(&RequestFilter::default(), &page).await.unwrap();
        all.extend(part.items);
        match part.next {
            Some(next) => page.after = Some(next),
            None => break,
        }
    }
    for row in &all {
        let request_aggregate = store.request_aggregate(row.id).await.unwrap().unwrap();
        let request = request_aggregate.certification;
        assert_eq!(request.stage, request.derived_stage(), "{}", row.code);
        assert_eq!(row.waiting_for, request.waiting_for(), "{}", row.code);
    }
    all
}

#[tokio::test]
async fn the_same_options_give_the_same_rows() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let [one, two, other] = &folders;
    for (folder, number) in [(one, "7"), (two, "7"), (other, "8")] {
        let (done, output_text) = seed(folder.path(), number);
        assert!(done, "{output_text}");
    }
    let first = rows(one.path()).await;
    assert_eq!(first.len(), 700);
    assert_eq!(first, rows(two.path()).await);
    assert_ne!(first, rows(other.path()).await);
    let mut stages = BTreeMap::new();
    for row in &first {
        *stages.entry(row.stage).or_insert(0) += 1;
    }
    assert_eq!(stages.len(), Stage::ALL.len(), "{stages:?}");
    let cyrillic = |row: &&RequestRow| row.client_name.chars().any(|c| ('а'..='я').contains(&c));
    assert!(first.iter().filter(cyrillic).count() > 50);
    let (again, output_text) = seed(one.path(), "7");
    assert!(!again && output_text.contains("requests already"), "{output_text}");
}
