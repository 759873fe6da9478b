//! What those who watch an installation are told.

use std::{fmt::Write as _, path::Path};

use crate::process::{Server, output_text, run};

async fn get(address: &str, path: &str) -> (u16, String) {
    let answer = reqwest::get(format!("http://{address}{path}")).await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// The manual's table of numbers is made of what a server tells. `UPDATE_GOLDEN=1` writes it anew.
fn hold(numbers: &str) {
    let mut table = String::from("| metric | kind | what it is |\n|---|---|---|\n");
    let output_text = |word: &str| -> Vec<(String, String)> {
        let lines = numbers.lines().filter_map(|line| line.strip_prefix(&format!("# {word} ")));
        lines.map(|line| line.split_once(' ').unwrap()).map(|(n, t)| (n.to_owned(), t.to_owned())).collect()
    };
    let (helps, kinds) = (output_text("HELP"), output_text("TYPE"));
    assert_eq!(helps.len(), kinds.len(), "{numbers}");
    for ((name, help), (same, kind)) in helps.iter().zip(&kinds) {
        assert_eq!(name, same);
        let _ = writeln!(table, "| `{name}` | {kind} | {help} |");
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/OPERATIONS.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (begin, end) = ("<!-- metrics -->\n", "<!-- /metrics -->\n");
    let (before, rest) = page.split_once(begin).expect("the beginning of the table");
    let (found, after) = rest.split_once(end).expect("the end of the table");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, format!("{before}{begin}{table}{end}{after}")).unwrap();
    } else {
        assert_eq!(found, table, "the metrics of docs/OPERATIONS.md are out of date: run `make golden`");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_have_a_listener_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path(), &["--metrics-listen", "127.0.0.1:0"]);
    let line = server.line();
    let address = line.strip_prefix("Numbers for Prometheus at http://").expect("an address");
    let address = address.trim().strip_suffix("/metrics").unwrap().to_owned();
    assert_eq!(get(&server.address, "/version").await.0, 200);
    let (status, numbers) = get(&address, "/metrics").await;
    assert_eq!(status, 200);
    let counted = "http_requests_total{method=\"GET\",path=\"/version\",status=\"2xx\"} 1\n";
    assert!(numbers.contains(counted), "{numbers}");
    for path in ["/version", "/api/v1/auth/me", "/docs/", "/"] {
        assert_eq!(get(&address, path).await.0, 404, "{path}");
    }
    hold(&numbers);
    assert!(server.stop());
}

#[test]
fn a_listener_that_cannot_be_had_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = run(folder.path(), &["serve", "--listen", "127.0.0.1:0", "--metrics-listen", &address]);
    assert!(!output.status.success());
    assert!(
        output_text(&output).contains(&format!("cannot listen on {address}")),
        "{}",
        output_text(&output)
    );
}
