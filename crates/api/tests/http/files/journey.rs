use medcert_application::files::remove_discarded;
use medcert_testkit::{Actors, Clinic};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::*;
use crate::contract::check_problem;

#[tokio::test]
async fn a_file_comes_is_read_and_goes() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.paid().await;
    let before = actors.seen(&actors.operator, &id).await;
    assert_eq!(before["files"], json!([]));
    let bytes = pdf(70_000);
    let made = add(&actors.operator, &id, "DOCUMENT", "Informe Ñ 🩺.pdf", &bytes).await.expect(201);
    let file = made.body["id"].as_str().unwrap().to_owned();
    let sha256 = hex::encode(Sha256::digest(&bytes));
    let me = actors.operator.get("/api/v1/auth/me").await.body;
    let expected = json!({
        "id": file, "request_id": id, "kind": "DOCUMENT", "name": "Informe Ñ 🩺.pdf",
        "media_type": "application/pdf", "size": bytes.len(), "sha256": sha256, "payment_id": null,
        "uploaded_by": {"id": me["id"], "name": me["display_name"]}, "uploaded_at": "2026-11-21T15:00:00.000000Z",
        "available_actions": ["DELETE_FILE"]
    });
    assert_eq!(made.body, expected);
    assert_eq!(made.header("location"), format!("/api/v1/files/{file}"));
    assert!(made.header("etag").starts_with("\"v1-"));
    assert_eq!(objects(&clinic).await, [format!("files/{id}/{file}")]);

    // It counts as a change of the request.
    let after = actors.seen(&actors.operator, &id).await;
    assert_eq!(after["version"].as_i64(), before["version"].as_i64().map(|version| version + 1));
    assert_eq!(after["files"], json!([expected]));
    let line = actors.history(&id).await.remove(0);
    assert_eq!((&line["action"], &line["field"]), (&json!("ADD_FILE"), &json!("file")));
    assert_eq!(line["new_value"], "DOCUMENT: Informe Ñ 🩺.pdf");

    let path = format!("/api/v1/files/{file}");
    let seen = actors.operator.get(&path).await.expect(200);
    assert_eq!((&seen.body, seen.header("etag")), (&expected, made.header("etag")));
    let again = actors.operator.send("GET", &path, &[("if-none-match", seen.header("etag"))], vec![]).await;
    assert_eq!(again.status, 304);
    let content = actors.operator.get(&format!("{path}/content")).await.expect(200);
    assert!(content.bytes == bytes, "{} bytes came back", content.bytes.len());

    problem(&actors.operator.send("DELETE", &path, &[], vec![]).await, 428, "precondition-required");
    let other = [("if-match", "\"v2-00000000\"")];
    problem(&actors.operator.send("DELETE", &path, &other, vec![]).await, 412, "precondition-failed");
    let why = json!({"reason": "The wrong person"});
    let headers = [("if-match", made.header("etag"))];
    let gone = actors.operator.json("DELETE", &path, &headers, &why).await.expect(204);
    assert!(gone.bytes.is_empty());
    for address in [path.clone(), format!("{path}/content")] {
        problem(&actors.operator.get(&address).await, 404, "not-found");
    }
    problem(&take(&actors.operator, &file).await, 404, "not-found");
    let line = actors.history(&id).await.remove(0);
    assert_eq!((&line["action"], &line["new_value"]), (&json!("DELETE_FILE"), &Value::Null));
    assert_eq!(
        (&line["old_value"], &line["comment"]),
        (&json!("DOCUMENT: Informe Ñ 🩺.pdf"), &why["reason"])
    );
    // The row is gone at once, the object with the next upkeep.
    assert_eq!(objects(&clinic).await.len(), 1);
    assert_eq!(remove_discarded(&clinic.app).await.unwrap(), 1);
    assert_eq!(remove_discarded(&clinic.app).await.unwrap(), 0);
    nothing_is_left(&clinic).await;

    clinic.settle_audit().await;
    let events = "SELECT action FROM audit_event WHERE object_kind = 'file' ORDER BY occurred_at, id";
    let expected =
        ["certification.add_file", "file.read", "file.read", "file.download", "certification.delete_file"];
    let mut summary = clinic.texts(events).await;
    summary.sort();
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    assert_eq!(summary, expected);
}

#[tokio::test]
async fn every_format_comes_back_as_what_it_is() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.registered().await;
    let xlsx = ["[Content_Types].xml", "xl/workbook.xml"];
    let heic = [&b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"[..], b"\0\0\0\x0cmeta1234"].concat();
    let webp = b"RIFF\x10\0\0\0WEBPVP8 \x04\0\0\0abcd".to_vec();
    let jpeg = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xda\x00\x04cd\x11\x22\x33\xff\xd9".to_vec();
    let office = "application/vnd.openxmlformats-officedocument";
    let samples = [
        ("a.pdf", pdf(10), "application/pdf".to_owned()),
        ("a.PNG", png(), "image/png".to_owned()),
        ("a.jpeg", jpeg, "image/jpeg".to_owned()),
        ("a.webp", webp, "image/webp".to_owned()),
        ("a.heic", heic, "image/heic".to_owned()),
        ("a.docx", zip(&DOCX, 100), format!("{office}.wordprocessingml.document")),
        ("a.xlsx", zip(&xlsx, 100), format!("{office}.spreadsheetml.sheet")),
    ];
    for (name, bytes, kind) in samples {
        let made = add(&actors.operator, &id, "OTHER", name, &bytes).await.expect(201);
        assert_eq!(made.body["media_type"], kind.as_str(), "{name}");
        let path = format!("{}/content", made.header("location"));
        let content = actors.operator.get(&path).await.expect(200);
        assert_eq!((content.header("content-type"), &content.bytes), (kind.as_str(), &bytes), "{name}");
    }
}

#[tokio::test]
async fn evidence_belongs_to_a_payment_of_the_request() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let (id, other) = (actors.paid().await, actors.paid().await);
    let payment = |seen: &Value| seen["payments"][0]["id"].as_str().unwrap().to_owned();
    let mine = payment(&actors.seen(&actors.admin, &id).await);
    let theirs = payment(&actors.seen(&actors.admin, &other).await);
    let evidence = async |kind: &str, payment: &str| {
        let bytes = pdf(10);
        let parts: [Part<'_>; 3] = [
            ("payment_id", None, payment.as_bytes()),
            ("file", Some("e.pdf"), &bytes),
            ("kind", None, kind.as_bytes()),
        ];
        send(&actors.operator, &id, &[], &parts).await
    };
    for (kind, payment, code) in [
        ("PAYMENT_EVIDENCE", theirs.as_str(), "unknown"),
        ("PAYMENT_EVIDENCE", "nonsense", "uuid"),
        ("DOCUMENT", mine.as_str(), "not-evidence"),
    ] {
        invalid(&evidence(kind, payment).await, &[("/payment_id", code)]);
    }
    nothing_is_left(&clinic).await;
    let made = evidence("PAYMENT_EVIDENCE", &mine).await.expect(201);
    assert_eq!(made.body["payment_id"], mine.as_str());
    let without = evidence("PAYMENT_EVIDENCE", "").await.expect(201);
    assert_eq!(without.body["payment_id"], Value::Null);
    let seen = actors.seen(&actors.operator, &id).await;
    assert_eq!(seen["payments"][0]["evidence_file_ids"], json!([made.body["id"]]));
}

#[tokio::test]
async fn the_files_of_a_request_are_a_list() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.registered().await;
    let mut made = vec![];
    for number in 0..7 {
        if number % 3 == 0 {
            clinic.clock.advance(chrono::Duration::seconds(1));
        }
        made.push(added(&actors.operator, &id, "DOCUMENT").await);
    }
    let mut listed = vec![];
    let mut next = format!("{REQUESTS}/{id}/files?limit=3&with_total=true");
    loop {
        let part = actors.operator.get(&next).await.expect(200);
        assert_eq!(part.body["total"], 7);
        let items = part.body["items"].as_array().unwrap();
        listed.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        let Some(cursor) = part.body["next_cursor"].as_str() else { break };
        assert!(part.header("link").contains(cursor));
        next = format!("{REQUESTS}/{id}/files?limit=3&with_total=true&cursor={cursor}");
    }
    assert_eq!(listed, made);
    let other = actors.registered().await;
    let foreign = next.replace(&id, &other);
    problem(&actors.operator.get(&foreign).await, 422, "invalid-cursor");
    for query in ["limit=0", "limit=201", "unknown=1"] {
        assert_eq!(
            actors.operator.get(&format!("{REQUESTS}/{id}/files?{query}")).await.status,
            422,
            "{query}"
        );
    }
}

#[tokio::test]
async fn the_same_upload_is_made_once() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.registered().await;
    let upload = async |key: &str, kind: &str, bytes: &[u8]| {
        let parts: [Part<'_>; 2] = [("kind", None, kind.as_bytes()), ("file", Some("a.pdf"), bytes)];
        let version = actors.seen(&actors.admin, &id).await["version"].clone();
        let seen = format!("\"v{version}-00000000\"");
        send(&actors.operator, &id, &[("idempotency-key", key), ("if-match", &seen)], &parts).await
    };
    let first = upload("k", "DOCUMENT", &pdf(10)).await.expect(201);
    let again = upload("k", "DOCUMENT", &pdf(10)).await.expect(201);
    assert_eq!((again.header("idempotency-replayed"), &again.bytes), ("true", &first.bytes));
    for header in ["etag", "location"] {
        assert_eq!(again.header(header), first.header(header));
    }
    for other in [upload("k", "OTHER", &pdf(10)).await, upload("k", "DOCUMENT", &pdf(11)).await] {
        invalid(&other, &[("", "idempotency-mismatch")]);
        check_problem(&other);
    }
    assert_eq!(objects(&clinic).await.len(), 1);
    assert_ne!(upload("l", "DOCUMENT", &pdf(10)).await.expect(201).body["id"], first.body["id"]);
    // A refusal leaves the key free.
    invalid(&upload("m", "DOCUMENT", b"nothing").await, &[("/file", "unsupported-type")]);
    upload("m", "DOCUMENT", &pdf(10)).await.expect(201);
    let old = [("if-match", "\"v1-00000000\"")];
    let bytes = pdf(10);
    let parts: [Part<'_>; 2] = [("kind", None, b"OTHER"), ("file", Some("a.pdf"), &bytes)];
    problem(&send(&actors.operator, &id, &old, &parts).await, 412, "precondition-failed");
    assert_eq!(objects(&clinic).await.len(), 3);
}

#[tokio::test]
async fn an_erased_request_takes_its_files_with_it() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let (id, kept) = (actors.paid().await, actors.registered().await);
    let file = added(&actors.operator, &id, "IDENTITY_DOCUMENT").await;
    added(&actors.operator, &id, "MEDICAL_DOCUMENT").await;
    let other = added(&actors.operator, &kept, "DOCUMENT").await;
    actors.erase(&actors.admin, &id).await.expect(204);
    problem(&actors.admin.get(&format!("/api/v1/files/{file}")).await, 404, "not-found");
    assert_eq!(remove_discarded(&clinic.app).await.unwrap(), 2);
    assert_eq!(objects(&clinic).await, [format!("files/{kept}/{other}")]);
    actors.admin.get(&format!("/api/v1/files/{other}/content")).await.expect(200);
}
