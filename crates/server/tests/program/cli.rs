//! What the command line says and leaves behind.

use std::{
    path::Path,
    process::{Child, Stdio},
};

use crate::process::{Server, medcert, output_text, refused, run, run_with};

#[test]
fn wrong_configuration_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    refused(&run(here, &["serve", "--demo", "--listen", "0.0.0.0:0"]), "loopback only");
    refused(&run(here, &["--database-url", "oracle://x", "migrate"]), "sqlite:, postgres:// or mysql://");
    refused(&run(here, &["--objects-url", "ftp://x", "serve"]), "MEDCERT_OBJECTS_URL");
    refused(&run(here, &["--rate-limit", "many", "serve"]), "MEDCERT_RATE_LIMIT");
    refused(
        &run(here, &["--trusted-proxies", "127.0.0.1,10.0/8", "serve"]),
        "MEDCERT_TRUSTED_PROXIES: 10.0/8",
    );
    refused(&run(here, &["--public-url", "clinic.example", "serve"]), "MEDCERT_PUBLIC_URL");
    refused(
        &run(here, &["--objects-url", "s3://bucket?region=eu-west-1", "serve"]),
        "MEDCERT_ACCESS_KEY_FILE",
    );
    refused(&run(here, &["--s3-access-key-id", "x", "serve"]), "belong together");
    // The mail server is looked at by whatever may have to send a mail.
    let reset = ["user", "reset-password", "--email", "ana@clinic.example"];
    let mail = |options: &[&'static str]| run(here, &[options, &reset[..]].concat());
    let from = "no-reply@clinic.example";
    refused(&mail(&["--smtp-url", "smtp://localhost"]), "belong together");
    refused(&mail(&["--smtp-url", "http://localhost", "--mail-from", from]), "MEDCERT_SMTP_URL");
    refused(&mail(&["--smtp-url", "smtp://localhost", "--mail-from", "nobody"]), "MEDCERT_MAIL_FROM");
    let clear = mail(&["--smtp-url", "smtp://me:very-secret@mail.example", "--mail-from", from]);
    refused(&clear, "tls=required");
    assert!(!output_text(&clear).contains("very-secret"), "{}", output_text(&clear));
    refused(&run(here, &["--config", "nowhere.toml", "migrate"]), "nowhere.toml");
    std::fs::write(here.join("medcert.toml"), "listn = \"127.0.0.1:1\"").unwrap();
    refused(&run(here, &["migrate"]), "listn");
}

#[test]
fn no_secret_of_the_configuration_is_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let url = "postgres://medcert:very-secret@127.0.0.1:1/medcert";
    let output = run(folder.path(), &["--database-url", url, "migrate"]);
    assert!(!output.status.success());
    assert!(!output_text(&output).contains("very-secret"), "{}", output_text(&output));
}

#[test]
fn the_first_administrator_is_made_once_with_a_password_from_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["--given-names", "Ana", "--family-names", "Silva"];
    let first =
        [&["user", "create", "--first-admin", "--email", "ana@clinic.example"][..], &names[..]].concat();
    refused(&run_with(folder.path(), &first, "short\n"), "12 characters");
    let made = run_with(folder.path(), &first, "correct horse battery\n");
    assert!(made.status.success(), "{}", output_text(&made));
    refused(&run_with(folder.path(), &first, "correct horse battery\n"), "accounts already");
    let reset = ["user", "reset-password", "--email", "Ana@clinic.example"];
    let given = run(folder.path(), &reset);
    assert!(given.status.success(), "{}", output_text(&given));
    assert_eq!(String::from_utf8(given.stdout).unwrap().trim_end().len(), 31);
    refused(&run(folder.path(), &["user", "reset-password", "--email", "b@clinic.example"]), "no account");
    let other =
        [&["user", "create", "--role", "BOSS", "--email", "b@clinic.example"][..], &names[..]].concat();
    refused(&run_with(folder.path(), &other, "correct horse battery\n"), "BOSS is no role");
}

#[test]
fn migrating_twice_and_at_once_is_one_migration() {
    let folder = tempfile::tempdir().unwrap();
    let children: Vec<Child> = (0..4)
        .map(|_| {
            medcert(folder.path())
                .arg("migrate")
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", output_text(&output));
    }
    assert!(run(folder.path(), &["migrate"]).status.success());
}

#[test]
fn the_server_keeps_what_it_was_told_and_stops_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &["--demo"]);
    let healthy = medcert(folder.path()).args(["--listen", &server.address, "healthcheck"]).output().unwrap();
    assert!(healthy.status.success(), "{}", output_text(&healthy));
    refused(&run(folder.path(), &["serve", "--listen", &server.address]), "in use");
    let address = server.address.clone();
    assert!(server.stop());
    refused(&run(folder.path(), &["--listen", &address, "healthcheck"]), "cannot reach");
    let again = Server::start(folder.path(), &["--demo"]);
    assert!(again.stop());
}

#[test]
fn the_document_is_the_committed_one() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi");
    for (arguments, file) in
        [(&["openapi"][..], "openapi.json"), (&["openapi", "--v3-0"], "openapi-3.0.json")]
    {
        let printed = run(&root, arguments);
        assert!(printed.status.success(), "{}", output_text(&printed));
        let committed = std::fs::read(root.join(file)).unwrap();
        assert!(printed.stdout == committed, "{file} is out of date: run `make golden`");
    }
}
