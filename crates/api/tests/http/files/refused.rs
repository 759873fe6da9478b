use medcert_testkit::{Actors, Clinic};

use super::*;
use crate::contract::check_problem;

#[tokio::test]
async fn what_is_no_form() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let path = format!("{REQUESTS}/{}/files", actors.registered().await);
    let body = form(&[("kind", None, b"OTHER"), ("file", Some("a.pdf"), &pdf(1))]);
    let post = async |kind: &str, body: &[u8]| {
        let answer = actors.operator.send("POST", &path, &[("content-type", kind)], body.to_vec()).await;
        check_problem(&answer);
        answer
    };
    for kind in ["application/json", "text/plain", "multipart/mixed; boundary=XbX", "nonsense", ""] {
        problem(&post(kind, &body).await, 415, "unsupported-media-type");
    }
    for kind in
        ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=other"]
    {
        problem(&post(kind, &body).await, 400, "malformed");
    }
    let broken: [&[u8]; 5] = [
        b"",
        b"--XbX",
        b"--XbX\r\n\r\nno disposition\r\n--XbX--\r\n",
        b"--XbX\r\nContent-Disposition: attachment; filename=\"a.pdf\"\r\n\r\nx\r\n--XbX--\r\n",
        b"--XbX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\0.pdf\"\r\n\r\nx\r\n--XbX--\r\n",
    ];
    for body in broken {
        problem(&post(FORM, body).await, 400, "malformed");
    }
    let many: Vec<Part<'_>> = (0..40).map(|_| ("other", None, &b"x"[..])).collect();
    problem(&post(FORM, &form(&many)).await, 400, "malformed");
    nothing_is_left(&clinic).await;
}

#[tokio::test]
async fn faults_of_a_form_are_told_at_once() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.registered().await;
    let bytes = pdf(1);
    let post = async |parts: &[Part<'_>]| {
        let answer = send(&actors.operator, &id, &[], parts).await;
        check_problem(&answer);
        answer
    };
    let file: Part<'_> = ("file", Some("a.pdf"), &bytes);
    let kind: Part<'_> = ("kind", None, b"OTHER");
    invalid(&post(&[]).await, &[("/file", "required"), ("/kind", "required")]);
    invalid(&post(&[kind]).await, &[("/file", "required")]);
    invalid(&post(&[file]).await, &[("/kind", "required")]);
    invalid(&post(&[kind, ("file", None, &bytes)]).await, &[("/file", "name-missing")]);
    invalid(&post(&[("kind", None, b"LETTER"), file]).await, &[("/kind", "unknown-value")]);
    invalid(&post(&[("kind", None, b"\xff"), file]).await, &[("/kind", "format")]);
    invalid(&post(&[("kind", None, &[b'x'; 300]), file]).await, &[("/kind", "too-long")]);
    invalid(&post(&[kind, file, ("name", None, b"x")]).await, &[("/name", "unknown-field")]);
    invalid(&post(&[kind, kind, file]).await, &[("/kind", "repeated")]);
    invalid(&post(&[kind, file, file]).await, &[("/file", "repeated")]);
    let wrong: [Part<'_>; 3] =
        [("kind", None, b"x"), ("payment_id", None, b"y"), ("file", Some("a/b.exe"), b"MZ not kept")];
    invalid(&post(&wrong).await, &[("/kind", "unknown-value"), ("/payment_id", "uuid"), ("/file", "path")]);
    invalid(&post(&[kind, ("file", Some("a.pdf"), b"")]).await, &[("/file", "empty")]);
    nothing_is_left(&clinic).await;
}

#[tokio::test]
async fn names_are_kept_whole_or_refused() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.registered().await;
    let upload = async |name: &str| add(&actors.operator, &id, "OTHER", name, &pdf(1)).await;
    for (name, code) in [
        ("../../etc/passwd.pdf", "path"),
        ("/a.pdf", "path"),
        ("C:\\\\a.pdf", "path"),
        ("..", "path"),
        ("\u{202e}fdp.exe.pdf", "control-character"),
        ("a\u{9}b.pdf", "control-character"),
        ("   ", "blank"),
        (&format!("{}.pdf", "🩺".repeat(252)), "too-long"),
    ] {
        invalid(&upload(name).await, &[("/file", code)]);
    }
    nothing_is_left(&clinic).await;
    for name in [&format!("{}.pdf", "🩺".repeat(251)), "Їжак – 2026.pdf", "%2e%2e%2f.pdf", "a; b='c'.pdf"]
    {
        let made = upload(name).await.expect(201);
        assert_eq!(made.body["name"], name);
        let content = actors.operator.get(&format!("{}/content", made.header("location"))).await.expect(200);
        assert!(content.header("content-disposition").starts_with("attachment; filename=\""));
    }
    assert_eq!(upload("Jose\u{301}.pdf").await.expect(201).body["name"], "José.pdf");
    // The encoded form of a name wins over the plain one.
    let body = form(&[("kind", None, b"OTHER"), ("file", Some("a.pdf\"; filename*=\"UTF-8''"), &pdf(1))]);
    let text = String::from_utf8(body)
        .unwrap()
        .replace("filename*=\"UTF-8''\"", "filename*=UTF-8''%F0%9F%A9%BA.pdf");
    let path = format!("{REQUESTS}/{id}/files");
    let made =
        actors.operator.send("POST", &path, &[("content-type", FORM)], text.into_bytes()).await.expect(201);
    assert_eq!(made.body["name"], "🩺.pdf");
}

#[tokio::test]
async fn content_and_name_must_agree_and_be_nothing_else() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.registered().await;
    let with = |names: &[&str]| zip(&[&DOCX[..], names].concat(), 100);
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("a.pdf", png(), "type-mismatch"),
        ("a.png.exe", png(), "type-mismatch"),
        ("a", pdf(1), "type-mismatch"),
        ("a.xlsx", zip(&DOCX, 100), "type-mismatch"),
        ("a.html", b"<script>alert(1)</script>".to_vec(), "unsupported-type"),
        ("a.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec(), "unsupported-type"),
        ("a.pdf", b"MZ\x90\0 not a document at all".to_vec(), "unsupported-type"),
        ("a.zip", zip(&["a.txt"], 100), "unsupported-type"),
        ("a.pdf", [b"\n".to_vec(), pdf(1)].concat(), "unsupported-type"),
        ("a.pdf", pdf(5_000)[..4_000].to_vec(), "damaged"),
        ("a.png", [png(), zip(&["a.html"], 10)].concat(), "polyglot"),
        ("a.pdf", [pdf(1), zip(&["a.html"], 10), b"%%EOF".to_vec()].concat(), "polyglot"),
        ("a.png", [png(), vec![b'x'; 5_000]].concat(), "polyglot"),
        ("a.docx", [zip(&DOCX, 100), pdf(1)].concat(), "polyglot"),
        ("a.docx", with(&["word/vbaProject.bin"]), "macros"),
        ("a.docx", with(&["../../evil.xml"]), "damaged"),
        ("a.docx", zip(&DOCX, 100 * 1024 * 1024), "unpacks-too-large"),
        ("a.docx", zip(&DOCX, 3 * 1024 * 1024), "unpacks-too-large"),
    ];
    for (name, bytes, code) in cases {
        let answer = add(&actors.operator, &id, "DOCUMENT", name, &bytes).await;
        invalid(&answer, &[("/file", code)]);
        check_problem(&answer);
    }
    nothing_is_left(&clinic).await;
    assert_eq!(actors.seen(&actors.operator, &id).await["version"], 1);
}

#[tokio::test]
async fn the_first_answer_that_applies_is_given() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.managed().await;
    actors.act(&actors.admin, &id, "cancel", serde_json::json!({"reason": "gave up"})).await;
    let parts: [Part<'_>; 2] = [("kind", None, b"x"), ("file", Some("a/b"), b"x")];
    let old = [("if-match", "\"v99-00000000\"")];
    problem(&send(&clinic.anonymous(), &id, &old, &parts).await, 401, "unauthenticated");
    problem(&send(&actors.operator, crate::contract::NOBODY, &old, &parts).await, 404, "not-found");
    problem(&send(&actors.operator, &id, &old, &parts).await, 412, "precondition-failed");
    problem(&send(&actors.operator, &id, &[], &parts).await, 409, "wrong-stage");
    let key = [("idempotency-key", "a\"b")];
    problem(&send(&actors.operator, &id, &key, &parts).await, 400, "malformed");
    nothing_is_left(&clinic).await;
}
