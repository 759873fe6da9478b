//! ETags, If-None-Match and If-Match.

use medcert_testkit::{Actors, Answered, Clinic};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::contract::{check_problem, operations};

/// Version and hash of an ETag in the form we write.
fn parts(etag: &str) -> (i64, String) {
    let inner = etag.strip_prefix("\"v").and_then(|rest| rest.strip_suffix('"'));
    let (version, hash) =
        inner.and_then(|inner| inner.split_once('-')).unwrap_or_else(|| panic!("{etag} is no ETag of ours"));
    assert!(hash.len() == 8 && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')), "{etag}");
    (version.parse().unwrap(), hash.to_owned())
}

fn check_etag(answer: &Answered) {
    let (version, hash) = parts(answer.header("etag"));
    let digest = Sha256::digest(&answer.bytes);
    let begin = u32::from_be_bytes(*digest.first_chunk().unwrap());
    assert_eq!(hash, format!("{begin:08x}"), "the hash is that of the body");
    if let Some(summary) = answer.body["version"].as_i64() {
        assert_eq!(version, summary);
    }
}

#[tokio::test]
async fn what_was_seen_is_not_sent_again() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let request = actors.issued().await;
    let seen = actors.seen(&actors.admin, &request).await;
    let certificate = seen["certificate"]["id"].as_str().unwrap();
    let promoters = actors.admin.get("/api/v1/promoters").await.body;
    let paths = [
        format!("/api/v1/certification-requests/{request}"),
        format!("/api/v1/certificates/{certificate}"),
        format!("/api/v1/services/{}", actors.service_id),
        format!("/api/v1/staff/{}", actors.doctor_id),
        format!("/api/v1/promoters/{}", promoters["items"][0]["id"].as_str().unwrap()),
        "/api/v1/institution".to_owned(),
    ];
    for path in &paths {
        let first = actors.admin.get(path).await.expect(200);
        check_etag(&first);
        let tag = first.header("etag").to_owned();
        let again =
            async |seen: &str| actors.admin.send("GET", path, &[("if-none-match", seen)], vec![]).await;
        for same in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".to_owned()] {
            let answer = again(&same).await.expect(304);
            assert!(answer.bytes.is_empty(), "{path}");
            assert_eq!(answer.header("etag"), tag, "{path}");
        }
        for other in ["\"v1-00000000\"", "x", "", tag.trim_matches('"')] {
            assert_eq!(again(other).await.status, 200, "{path} {other}");
        }
        let head = actors.admin.send("HEAD", path, &[("if-none-match", &tag)], vec![]).await;
        assert_eq!(head.status, 304, "{path}");
    }
    let pdf = format!("/api/v1/certificates/{certificate}/pdf");
    let first = actors.admin.get(&pdf).await.expect(200);
    assert!(first.bytes.starts_with(b"%PDF-"));
    let headers = [("if-none-match", first.header("etag"))];
    assert!(actors.admin.send("GET", &pdf, &headers, vec![]).await.expect(304).bytes.is_empty());
    // The document says so wherever it promises an ETag.
    for operation in operations().iter().filter(|operation| operation.method == "GET") {
        let tagged = !operation.said["responses"]["200"]["headers"]["ETag"].is_null();
        assert_eq!(operation.statuses().contains(&304), tagged, "{}", operation.id);
    }
}

#[tokio::test]
async fn callers_who_see_other_parts_have_other_tags() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let path = format!("/api/v1/certification-requests/{}", actors.evaluated().await);
    let admin = actors.admin.get(&path).await.expect(200);
    let doctor = actors.doctor.get(&path).await.expect(200);
    let (ours, theirs) = (parts(admin.header("etag")), parts(doctor.header("etag")));
    assert_eq!(ours.0, theirs.0, "one version");
    assert_ne!(ours.1, theirs.1, "the doctor reads more of it");
    let headers = [("if-none-match", admin.header("etag"))];
    assert_eq!(actors.doctor.send("GET", &path, &headers, vec![]).await.status, 200);
    // Only the version counts for a change, so either tag may be sent.
    let body = json!({"comment": "seen by both"});
    actors.doctor.patch(&path, admin.header("etag"), &body).await.expect(200);
}

/// A request with its address, its ETag and the one before.
async fn changed(actors: &Actors) -> (String, String, String) {
    let path = format!("/api/v1/certification-requests/{}", actors.registered().await);
    let old = actors.admin.get(&path).await.expect(200).header("etag").to_owned();
    let answer = actors.admin.patch(&path, &old, &json!({"comment": "first"})).await.expect(200);
    check_etag(&answer);
    let new = answer.header("etag").to_owned();
    assert_eq!(parts(&new).0, parts(&old).0 + 1);
    (path, old, new)
}

#[tokio::test]
async fn a_change_needs_the_version_that_was_seen() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let (path, old, new) = changed(&actors).await;
    let comment = async || actors.admin.get(&path).await.body["comment"].clone();
    let edit = async |headers: &[(&str, &str)]| {
        actors.admin.json("PATCH", &path, headers, &json!({"comment": "second"})).await
    };
    let missing = edit(&[]).await.expect(428);
    assert_eq!(missing.problem(), "precondition-required");
    check_problem(&missing);
    let version = parts(&new).0;
    let refused = [
        old.clone(),
        format!("W/{old}"),
        format!("\"v{}-00000000\"", version + 1),
        format!("{new}, {old}"),
        new.trim_matches('"').to_owned(),
        format!("\"v{version}\""),
        format!("\"{version}\""),
        format!("w/{new}"),
        "\"v99999999999999999999-00000000\"".to_owned(),
        "\"v-1-00000000\"".to_owned(),
        "nonsense".to_owned(),
        "*, *".to_owned(),
        String::new(),
    ];
    for tag in &refused {
        let answer = edit(&[("if-match", tag)]).await;
        assert_eq!((answer.status, answer.problem()), (412, "precondition-failed"), "{tag}");
        check_problem(&answer);
    }
    assert_eq!(comment().await, "first");
    // A proxy may weaken the tag, and another view of the same version has another hash.
    for tag in [format!("W/{new}"), format!("\"v{}-deadbeef\"", version + 1), "*".to_owned()] {
        edit(&[("if-match", &tag)]).await.expect(200);
    }
    let now = actors.admin.get(&path).await.header("etag").to_owned();
    let list = format!("{now}, W/{now}");
    edit(&[("if-match", &list)]).await.expect(200);
    assert_eq!(comment().await, "second");
}

#[tokio::test]
async fn an_action_heeds_if_match_when_it_is_sent() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let (path, old, new) = changed(&actors).await;
    let to = format!("{path}/assign-manager");
    let body = json!({"staff_id": actors.manager_id});
    let stale = actors.admin.post_if(&to, &old, &body).await.expect(412);
    check_problem(&stale);
    assert_eq!(actors.admin.get(&path).await.body["manager"], Value::Null);
    actors.admin.post_if(&to, &new, &body).await.expect(200);
    let erase = async |headers: &[(&str, &str)]| {
        actors.admin.json("DELETE", &path, headers, &json!({"reason": "mistake"})).await
    };
    assert_eq!(erase(&[]).await.status, 428);
    assert_eq!(erase(&[("if-match", &new)]).await.status, 412);
    let now = actors.admin.get(&path).await.header("etag").to_owned();
    assert!(erase(&[("if-match", &now)]).await.expect(204).bytes.is_empty());
    assert_eq!(actors.admin.get(&path).await.status, 404);
}
