//! Files that a server of the S3 protocol serves itself, at addresses that we sign.

use std::sync::Arc;

use medcert_domain::policy::Role;
use medcert_object_store::{S3Credentials, StoredObjects};
use medcert_testkit::{Actors, Caller, Clinic, Database};

use super::*;
use crate::s3_server;

struct Bucket {
    clinic: Clinic,
    endpoint: String,
    _root: tempfile::TempDir,
}

impl Bucket {
    /// A clinic whose files lie in a bucket.
    async fn open() -> Self {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("bucket")).unwrap();
        let (endpoint, keys) = s3_server::start(root.path()).await;
        let credentials = S3Credentials {
            access_key_id: keys.access_key_id.to_owned(),
            secret_access_key: keys.secret_access_key.to_owned(),
            session_token: None,
        };
        let url = format!("s3://bucket/clinic?endpoint={endpoint}&region=eu-west-1");
        let objects = Arc::new(StoredObjects::open(&url, Some(credentials)).unwrap());
        let clinic =
            Clinic::open_having(Database::Sqlite, 4, None, |parts| parts.objects = objects as _).await;
        Self { clinic, endpoint, _root: root }
    }

    /// Asks the storage as anybody can who has the address: without a token.
    async fn fetch(&self, method: &str, address: &str) -> Answered {
        let path = address.strip_prefix(&self.endpoint).expect("an address of the storage");
        Caller::at(&self.endpoint).send(method, path, &[], vec![]).await
    }
}

fn content(file: &str) -> String {
    format!("/api/v1/files/{file}/content?redirect=true")
}

#[tokio::test]
async fn the_storage_serves_a_file_by_our_word() {
    let bucket = Bucket::open().await;
    let actors = Actors::of(&bucket.clinic).await;
    let id = actors.registered().await;
    // More than a part of an upload.
    let bytes = pdf(6_000_000);
    let made = add(&actors.operator, &id, "DOCUMENT", "Señal (1).pdf", &bytes).await.expect(201);
    let file = made.body["id"].as_str().unwrap();
    let sent_on = actors.operator.get(&content(file)).await.expect(303);
    assert_eq!((sent_on.bytes.len(), sent_on.header("cache-control")), (0, "no-store"));
    let address = sent_on.header("location");
    assert!(address.contains("X-Amz-Expires=300"), "{address}");
    assert!(!address.contains(actors.operator.token()), "{address}");
    let fetched = bucket.fetch("GET", address).await.expect(200);
    assert!(fetched.bytes == bytes);
    assert_eq!(fetched.header("content-type"), "application/pdf");
    assert_eq!(
        fetched.header("content-disposition"),
        "attachment; filename=\"Se_al (1).pdf\"; filename*=UTF-8''Se%C3%B1al%20%281%29.pdf"
    );
    // Whoever asks HEAD is told the same place, and who does not ask for it gets the bytes from us.
    let head = actors.operator.send("HEAD", &content(file), &[], vec![]).await.expect(303);
    assert!(head.header("location").starts_with(&bucket.endpoint));
    let own = actors.operator.get(&format!("/api/v1/files/{file}/content")).await.expect(200);
    assert!(own.bytes == bytes);
    bucket.clinic.settle_audit().await;
    let summary = "SELECT COUNT(*) FROM audit_event WHERE action = 'file.download' AND outcome = 'ok'";
    assert_eq!(bucket.clinic.numbers(summary).await, [3]);
}

#[tokio::test]
async fn nothing_of_a_signed_address_can_be_changed() {
    let bucket = Bucket::open().await;
    let actors = Actors::of(&bucket.clinic).await;
    let id = actors.registered().await;
    let (file, other) =
        (added(&actors.operator, &id, "DOCUMENT").await, added(&actors.operator, &id, "OTHER").await);
    let sent_on = actors.operator.get(&content(&file)).await.expect(303);
    let address = sent_on.header("location");
    bucket.fetch("GET", address).await.expect(200);
    let (unsigned, _) = address.split_once('?').unwrap();
    let (shortened, _) = address.rsplit_once('&').unwrap();
    for forged in [
        address.replace("application%2Fpdf", "text%2Fhtml"),
        address.replace("attachment", "inline"),
        address.replace("Scan.pdf", "Scan.exe"),
        address.replace("X-Amz-Expires=300", "X-Amz-Expires=604800"),
        address.replace(&file, &other),
        address.replace("/clinic/", "/other/"),
        format!("{address}&response-cache-control=public"),
        shortened.to_owned(),
        unsigned.to_owned(),
    ] {
        assert_ne!(forged, address);
        let refused = bucket.fetch("GET", &forged).await;
        assert!(matches!(refused.status, 400 | 403), "{}: {forged}", refused.status);
    }
    for method in ["PUT", "DELETE"] {
        assert_eq!(bucket.fetch(method, address).await.status, 403, "{method}");
    }
    bucket.fetch("GET", address).await.expect(200);
}

#[tokio::test]
async fn who_may_not_read_is_sent_nowhere() {
    let bucket = Bucket::open().await;
    let actors = Actors::of(&bucket.clinic).await;
    let auditor = bucket.clinic.somebody("auditor", &[Role::Auditor], vec![]).await;
    bucket.clinic.hire("other@demo.medcert.test", ("Olena", "Їжак"), Role::Doctor).await;
    let other = bucket.clinic.sign_in("other@demo.medcert.test").await;
    let file = added(&actors.operator, &actors.with_doctor().await, "MEDICAL_DOCUMENT").await;
    let anybody = bucket.clinic.anonymous();
    for (caller, status) in [
        (&anybody, 401),
        (&other, 404),
        (&auditor, 403),
        (&actors.operator, 403),
        (&actors.manager, 403),
        (&actors.admin, 403),
    ] {
        let refused = caller.get(&content(&file)).await.expect(status);
        assert_eq!(refused.header("location"), "", "{status}");
    }
    let sent_on = actors.doctor.get(&content(&file)).await.expect(303);
    assert!(bucket.fetch("GET", sent_on.header("location")).await.expect(200).bytes == pdf(100));
}
