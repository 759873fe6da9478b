use medcert_domain::files::{FileKind, FileLimits};
use medcert_testkit::{Actors, Clinic, Database};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::*;
use crate::contract::check_problem;

#[tokio::test]
async fn a_file_has_ten_mebibytes_at_the_most() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.registered().await;
    let most = 10 * 1024 * 1024;
    let frame = pdf(0).len();
    let exact = add(&actors.operator, &id, "DOCUMENT", "a.pdf", &pdf(most - frame)).await.expect(201);
    assert_eq!(exact.body["size"], most);
    take(&actors.operator, exact.body["id"].as_str().unwrap()).await.expect(204);
    let before = objects(&clinic).await;
    for larger in [most - frame + 1, most + 200_000] {
        let answer = add(&actors.operator, &id, "DOCUMENT", "a.pdf", &pdf(larger)).await;
        problem(&answer, 413, "too-large");
        check_problem(&answer);
    }
    assert_eq!(objects(&clinic).await, before);
    assert_eq!(clinic.numbers("SELECT COUNT(*) FROM stored_file").await, [0]);
}

#[tokio::test]
async fn each_kind_has_its_own_limit_wherever_it_is_said() {
    let limits = FileLimits::default();
    let limits = FileKind::ALL.iter().fold(limits, |limits, kind| limits.with(*kind, 1_000));
    let limits = limits.with(FileKind::MedicalDocument, 5_000);
    let clinic =
        Clinic::open_having(Database::Sqlite, 4, None, |parts| parts.settings.file_limits = limits).await;
    let actors = Actors::of(&clinic).await;
    let id = actors.registered().await;
    let bytes = pdf(3_000);
    for first in [true, false] {
        for (kind, status) in [("DOCUMENT", 413), ("MEDICAL_DOCUMENT", 201)] {
            let mut parts: Vec<Part<'_>> =
                vec![("kind", None, kind.as_bytes()), ("file", Some("a.pdf"), &bytes)];
            if !first {
                parts.reverse();
            }
            assert_eq!(send(&actors.operator, &id, &[], &parts).await.status, status, "{kind} {first}");
        }
    }
    assert_eq!(objects(&clinic).await.len(), 2);
    // What is around the file has a limit too.
    let long = vec![b'x'; 80_000];
    let parts: [Part<'_>; 2] = [("kind", None, &long), ("file", Some("a.pdf"), &bytes)];
    problem(&send(&actors.operator, &id, &[], &parts).await, 413, "too-large");
}

#[tokio::test]
async fn a_request_has_fifty_files_at_the_most() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.registered().await;
    let mut last = String::new();
    for _ in 0..50 {
        last = added(&actors.operator, &id, "OTHER").await;
    }
    wrong_stage(&add(&actors.operator, &id, "OTHER", "a.pdf", &pdf(1)).await, &["TOO_MANY_FILES"]);
    assert_eq!(objects(&clinic).await.len(), 50);
    let seen = actors.seen(&actors.operator, &id).await;
    assert_eq!(seen["files"].as_array().unwrap().len(), 50);
    let blocked =
        &seen["blocked_actions"].as_array().unwrap().iter().find(|b| b["action"] == "ADD_FILE").unwrap();
    assert_eq!(blocked["reasons"], serde_json::json!(["TOO_MANY_FILES"]));
    take(&actors.operator, &last).await.expect(204);
    added(&actors.operator, &id, "OTHER").await;
}

#[tokio::test]
async fn an_upload_that_breaks_off_leaves_nothing() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.registered().await;
    let body = form(&[("kind", None, b"DOCUMENT"), ("file", Some("a.pdf"), &pdf(7_000_000))]);
    // All that was announced comes, but it ends within the file.
    let cut = body[..body.len() - 50].to_vec();
    let path = format!("{REQUESTS}/{id}/files");
    let answer = actors.operator.send("POST", &path, &[("content-type", FORM)], cut).await;
    problem(&answer, 400, "malformed");
    nothing_is_left(&clinic).await;
    // The connection ends before all that was announced has come.
    let mut socket = TcpStream::connect(clinic.url.strip_prefix("http://").unwrap()).await.unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: medcert.test\r\nauthorization: Bearer {}\r\ncontent-type: {FORM}\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n",
        actors.operator.token(),
        body.len()
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    socket.write_all(&body[..6_000_000]).await.unwrap();
    socket.shutdown().await.unwrap();
    let mut rest = Vec::new();
    // The server hangs up, with or without an answer that nobody reads.
    let _ = socket.read_to_end(&mut rest).await;
    assert!(!rest.starts_with(b"HTTP/1.1 2"), "{}", String::from_utf8_lossy(&rest));
    nothing_is_left(&clinic).await;
    let seen = actors.seen(&actors.operator, &id).await;
    assert_eq!(seen["version"], 1);
    added(&actors.operator, &id, "DOCUMENT").await;
}
