//! `medcert backup` and `medcert restore`: what comes back is what was there, on every engine, or nothing at all.

use std::{
    collections::BTreeMap,
    io::{Read as _, Write as _},
    path::Path,
    process::Output,
};

use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use medcert_testkit::Database;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::process::{Server, medcert, output_text, refused, run};

/// The entries of a backup.
fn entries(file: &Path) -> Vec<(String, Vec<u8>)> {
    let mut archive = tar::Archive::new(GzDecoder::new(std::fs::File::open(file).unwrap()));
    let entries = archive.entries().unwrap().map(|entry| {
        let mut entry = entry.unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        (entry.path().unwrap().display().to_string(), bytes)
    });
    entries.collect()
}

/// Writes a backup of these entries.
fn pack(file: &Path, entries: &[(String, Vec<u8>)]) {
    let target = std::fs::File::create(file).unwrap();
    let mut tar = tar::Builder::new(GzEncoder::new(target, Compression::fast()));
    for (name, bytes) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        tar.append_data(&mut header, name, bytes.as_slice()).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap();
}

/// All of a backup but its head, which tells when it was made.
fn contents(file: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all: BTreeMap<_, _> = entries(file).into_iter().collect();
    all.remove("medcert-backup.json").unwrap();
    let mut manifest: Value = serde_json::from_slice(&all["manifest.json"]).unwrap();
    manifest["head_sha256"] = Value::Null;
    all.insert("manifest.json".to_owned(), manifest.to_string().into_bytes());
    all
}

fn manifest(file: &Path) -> Value {
    serde_json::from_slice(&contents(file)["manifest.json"]).unwrap()
}

fn succeeded(output: &Output) -> String {
    let output_text = output_text(output);
    assert!(output.status.success(), "{output_text}");
    output_text
}

/// The demonstration clinic with requests, certificates and their objects.
fn seeded(folder: &Path) {
    let arguments =
        ["seed", "--requests", "40", "--until", "2026-11-20", "--certificates", "2", "--seed", "1"];
    succeeded(&run(folder, &arguments));
}

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).display().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_restored_is_what_was_there_on_every_engine() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    seeded(here);
    let first = here.join("sqlite.tar.gz");
    let summary = succeeded(&run(here, &["backup", first.to_str().unwrap()]));
    assert!(summary.contains("2 objects"), "{summary}");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&first).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    let expected = contents(&first);
    for table in ["certification_request", "audit_event", "history_entry", "user_account", "certificate"] {
        assert_ne!(manifest(&first)["tables"][table]["rows"], 0, "{table}");
    }
    // From each engine into the next one, and back where it began.
    let (postgres, mysql) = (Database::Postgres.fresh(2).await, Database::MySql.fresh(2).await);
    let mariadb = Database::MariaDb.fresh(2).await;
    let sqlite = format!("sqlite://{}", path(here, "again.db"));
    let mut from = first;
    let into = [
        ("mysql", mysql.url()),
        ("postgres", postgres.url()),
        ("mariadb", mariadb.url()),
        ("again", &sqlite),
    ];
    for (name, url) in into {
        let objects = format!("file://{}", path(here, name));
        let with = ["--database-url", url, "--objects-url", &objects];
        let to = here.join(format!("{name}.tar.gz"));
        let summary = succeeded(&run(here, &[&with[..], &["restore", from.to_str().unwrap()]].concat()));
        assert!(summary.contains("restored and compared"), "{summary}");
        succeeded(&run(here, &[&with[..], &["backup", to.to_str().unwrap()]].concat()));
        assert!(contents(&to) == expected, "{name} gives back something else");
        refused(&run(here, &[&with[..], &["restore", from.to_str().unwrap()]].concat()), "not empty");
        from = to;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_serving_installation_is_backed_up_and_its_copy_serves() {
    let (folder, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let serving = Server::start(folder.path(), &["--demo"]);
    let output = medcert(folder.path()).args(["backup", "-"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(serving.stop());
    let file = copy.path().join("backup.tar.gz");
    std::fs::write(&file, &output.stdout).unwrap();
    succeeded(&run(copy.path(), &["restore", file.to_str().unwrap()]));
    // A key of its own, which the copy makes when it first starts, and the accounts of the original.
    let server = Server::start(copy.path(), &[]);
    let login = json!({"email": "doctor@demo.medcert.test", "password": "medcert-demo-2026"}).to_string();
    let client = reqwest::Client::new();
    let answer = client.post(format!("http://{}/api/v1/auth/login", server.address));
    let answer = answer.header("content-type", "application/json").body(login).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(server.stop());
}

#[test]
fn objects_can_stay_where_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    seeded(here);
    let file = path(here, "rows.tar.gz");
    succeeded(&run(here, &["backup", "--without-objects", &file]));
    assert!(entries(Path::new(&file)).iter().all(|(name, _)| !name.starts_with("object")));
    let to = ["--database-url", &format!("sqlite://{}", path(here, "copy.db"))];
    let summary = succeeded(&run(here, &[&to[..], &["restore", &file]].concat()));
    assert!(summary.contains("without objects"), "{summary}");
    refused(&run(here, &["backup", &file]), "is there already");
    let nowhere = tempfile::tempdir().unwrap();
    refused(&run(nowhere.path(), &["backup", &path(here, "nothing")]), "no tables of Medcert");
    assert!(!here.join("nothing").exists());
}

#[test]
fn a_damaged_file_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    seeded(here);
    let good = here.join("good.tar.gz");
    succeeded(&run(here, &["backup", good.to_str().unwrap()]));
    let bytes = std::fs::read(&good).unwrap();
    let all = entries(&good);
    let at = |start: &str| all.iter().position(|(name, _)| name.starts_with(start)).unwrap();
    let copy = here.join("copy");
    let refuse = |name: &str, words: &str| {
        let file = path(here, name);
        let output = medcert(&copy).current_dir(here).args(["restore", &file]).output().unwrap();
        refused(&output, words);
        assert!(!copy.exists(), "{name} left something behind");
    };
    for length in [0, 100, bytes.len() / 2, bytes.len() - 9, bytes.len() - 1] {
        std::fs::write(here.join("cut"), &bytes[..length]).unwrap();
        refuse("cut", "");
    }
    for place in [bytes.len() / 3, bytes.len() / 2, bytes.len() - 6] {
        let mut flipped = bytes.clone();
        flipped[place] ^= 1;
        std::fs::write(here.join("flipped"), flipped).unwrap();
        refuse("flipped", "");
    }
    // Changed by somebody who knows how such files are made, but for the sums.
    let changed = |place: usize, from: &str, to: &str| {
        let mut all = all.clone();
        let text = String::from_utf8(all[place].1.clone()).unwrap();
        assert!(text.contains(from));
        all[place].1 = text.replacen(from, to, 1).into_bytes();
        all
    };
    let rows = at("tables/person/");
    pack(&here.join("changed"), &changed(rows, "family_names", "family_namez"));
    refuse("changed", "the rows of person are not those");
    pack(
        &here.join("changed"),
        &changed(at("medcert-backup.json"), "\"optional\": false", "\"optional\": true"),
    );
    refuse("changed", "its head was changed");
    let mut fewer = all.clone();
    fewer.remove(rows);
    pack(&here.join("changed"), &fewer);
    refuse("changed", "the rows of person are not those");
    let mut object = all.clone();
    object[at("objects/")].1[100] ^= 1;
    pack(&here.join("changed"), &object);
    refuse("changed", "is not the one that was written");
    let without_end = &all[..all.len() - 1];
    pack(&here.join("changed"), without_end);
    refuse("changed", "its end is missing");
    pack(&here.join("changed"), &[all.clone(), vec![all[rows].clone()]].concat());
    refuse("changed", "after its end");
    pack(&here.join("changed"), &[("tables/person/1".to_owned(), vec![])]);
    refuse("changed", "no backup of Medcert");
    std::fs::File::create(here.join("text")).unwrap().write_all(b"no archive at all").unwrap();
    refuse("text", "no backup of Medcert");
    refuse("nowhere", "cannot read");
}

#[test]
fn a_backup_of_a_newer_program_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    succeeded(&run(here, &["migrate"]));
    let file = here.join("backup");
    succeeded(&run(here, &["backup", file.to_str().unwrap()]));
    let original = entries(&file);
    let copy = here.join("copy");
    let refuse = |change: &dyn Fn(&mut Value), words: &str| {
        let mut all = original.clone();
        let mut head: Value = serde_json::from_slice(&all[0].1).unwrap();
        change(&mut head);
        all[0].1 = head.to_string().into_bytes();
        let end = all.len() - 1;
        let mut manifest: Value = serde_json::from_slice(&all[end].1).unwrap();
        manifest["head_sha256"] = json!(hex::encode(Sha256::digest(&all[0].1)));
        all[end].1 = manifest.to_string().into_bytes();
        let changed = path(here, "changed");
        pack(Path::new(&changed), &all);
        refused(&medcert(&copy).current_dir(here).args(["restore", &changed]).output().unwrap(), words);
        assert!(!copy.exists());
    };
    refuse(&|head| head["migrations"].as_array_mut().unwrap().push(json!("m2099_future")), "m2099_future");
    refuse(&|head| head["format_version"] = json!(2), "format 2");
    refuse(&|head| head["format"] = json!("other"), "no backup of Medcert");
    refuse(&|head| head["tables"][0]["columns"][0]["kind"] = json!("text"), "other tables");
}
