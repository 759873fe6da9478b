//! The program as a person or a script uses it: started as a process, judged by what it says and leaves behind.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, Command, Output, Stdio},
};

fn medcert(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_medcert"));
    // Nothing of the tester's own surroundings decides what the program does.
    command.env_clear().current_dir(folder).arg("--data-dir").arg(folder.join("data"));
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    medcert(folder).args(arguments).output().expect("the program starts")
}

fn run_with(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut command = medcert(folder);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    child.stdin.take().expect("an input").write_all(input.as_bytes()).expect("it listens");
    child.wait_with_output().expect("it ends")
}

fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

fn refused(output: &Output, words: &str) {
    let said = said(output);
    assert!(!output.status.success(), "{said}");
    assert!(said.contains(words), "{said}");
    assert!(!said.contains("panicked"), "{said}");
}

/// A server started on a free port; the address is what it announces.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut command = medcert(folder);
        command.args(["serve", "--listen", "127.0.0.1:0"]).args(arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the server starts");
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().expect("an output")).read_line(&mut line).expect("it announces");
        let address = line.split_whitespace().find_map(|word| word.strip_prefix("http://"));
        let address = address.unwrap_or_else(|| panic!("no address in {line:?}")).to_owned();
        Self { child, address }
    }

    /// Asks it to stop as a service manager does, and tells whether it ended well.
    fn stop(mut self) -> bool {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("kill is there").success());
        self.child.wait().expect("it ends").success()
    }
}

#[test]
fn wrong_configuration_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    refused(&run(here, &["serve", "--demo", "--listen", "0.0.0.0:0"]), "loopback only");
    refused(&run(here, &["--database-url", "oracle://x", "migrate"]), "sqlite:, postgres:// or mysql://");
    refused(&run(here, &["--objects-url", "ftp://x", "serve"]), "MEDCERT_OBJECTS_URL");
    refused(&run(here, &["--rate-limit", "many", "serve"]), "MEDCERT_RATE_LIMIT");
    refused(&run(here, &["--public-url", "clinic.example", "serve"]), "MEDCERT_PUBLIC_URL");
    refused(&run(here, &["--objects-url", "s3://bucket?region=eu-west-1", "serve"]), "MEDCERT_ACCESS_KEY_FILE");
    refused(&run(here, &["--s3-access-key-id", "x", "serve"]), "belong together");
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
    assert!(!said(&output).contains("very-secret"), "{}", said(&output));
}

#[test]
fn the_first_administrator_is_made_once_with_a_password_from_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["--given-names", "Ana", "--family-names", "Silva"];
    let first = [&["user", "create", "--first-admin", "--email", "ana@clinic.example"][..], &names[..]].concat();
    refused(&run_with(folder.path(), &first, "short\n"), "12 characters");
    let made = run_with(folder.path(), &first, "correct horse battery\n");
    assert!(made.status.success(), "{}", said(&made));
    refused(&run_with(folder.path(), &first, "correct horse battery\n"), "accounts already");
    let other = [&["user", "create", "--role", "BOSS", "--email", "b@clinic.example"][..], &names[..]].concat();
    refused(&run_with(folder.path(), &other, "correct horse battery\n"), "BOSS is no role");
}

#[test]
fn migrating_twice_and_at_once_is_one_migration() {
    let folder = tempfile::tempdir().unwrap();
    let children: Vec<Child> = (0..4)
        .map(|_| medcert(folder.path()).arg("migrate").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
        .collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
    }
    assert!(run(folder.path(), &["migrate"]).status.success());
}

#[test]
fn the_server_keeps_what_it_was_told_and_stops_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &["--demo"]);
    let healthy = medcert(folder.path()).args(["--listen", &server.address, "healthcheck"]).output().unwrap();
    assert!(healthy.status.success(), "{}", said(&healthy));
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
    for (arguments, file) in [(&["openapi"][..], "openapi.json"), (&["openapi", "--v3-0"], "openapi-3.0.json")] {
        let printed = run(&root, arguments);
        assert!(printed.status.success(), "{}", said(&printed));
        let committed = std::fs::read(root.join(file)).unwrap();
        assert!(printed.stdout == committed, "{file} is out of date: run `make golden`");
    }
}
