//! Files beyond their requests, and objects that wait to be removed.

use medcert_application::{
    objects::ObjectKey,
    store::{CertificationReads, FileReads, StoreError},
};
use medcert_domain::{
    certification::{Certificate, Certification},
    files::{FileKind, StoredFile},
};

use crate::{
    database::TestDatabase,
    duplicate,
    fixture::{Clinic, at, begin, certificate, file, id},
    insert,
};

pub(crate) async fn known(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let (one, two) = (file(FileKind::Document, &clinic.user), file(FileKind::Other, &clinic.user));
    let with = |code: &str, files: &[&StoredFile]| Certification {
        files: files.iter().map(|file| (*file).clone()).collect(),
        ..clinic.request(code)
    };
    let (first, second) = (with("MC-1", &[&one]), with("MC-2", &[&two]));
    let certificate = certificate(&first, &clinic.staff, &clinic.user, "A-1");
    insert!(database, &first, &second);
    insert!(database, &certificate);
    assert_eq!(database.store.request_of_file(two.id).await.unwrap(), Some(second.id));
    assert_eq!(database.store.request_of_file(id()).await.unwrap(), None);
    let mut known = database.store.files_known(&[one.id, id(), two.id]).await.unwrap();
    known.sort();
    assert_eq!(known, [(first.id, one.id), (second.id, two.id)]);
    assert_eq!(database.store.files_known(&[]).await.unwrap(), []);
    let keys = database.store.certificate_keys(&[certificate.id, id::<Certificate>()]).await.unwrap();
    assert_eq!(keys, std::slice::from_ref(&certificate.pdf_key));
    // A file has one identifier, whatever request it is in.
    duplicate!(database, "file", &with("MC-3", &[&one]));
    let request_aggregate = database.store.request_aggregate(first.id).await.unwrap().unwrap();
    assert!(request_aggregate.name_of(clinic.user.id.raw()).is_some());
    assert_eq!(request_aggregate.certification.files, [one]);
}

fn key(spelling: &str) -> ObjectKey {
    ObjectKey::parse(spelling).unwrap()
}

async fn discard(database: &TestDatabase, keys: &[&str], micros: i64) -> Result<(), StoreError> {
    let keys: Vec<ObjectKey> = keys.iter().map(|spelling| key(spelling)).collect();
    let mut work = begin(database).await;
    work.discard(&keys, at(micros)).await?;
    work.commit().await
}

pub(crate) async fn discarded(database: &TestDatabase) {
    assert_eq!(database.store.discarded(9).await.unwrap(), [""; 0]);
    discard(database, &[], 1).await.unwrap();
    discard(database, &["files/b/1", "files/a/1"], 2).await.unwrap();
    discard(database, &["files/c/1"], 1).await.unwrap();
    let twice = discard(database, &["files/c/1"], 3).await;
    assert!(matches!(twice, Err(StoreError::Duplicate(_))), "{twice:?}");
    // What is not kept is not discarded.
    let mut work = begin(database).await;
    work.discard(&[key("files/d/1")], at(0)).await.unwrap();
    drop(work);
    assert_eq!(database.store.discarded(2).await.unwrap(), ["files/c/1", "files/a/1"]);
    database.store.forget_discarded(&["files/c/1".to_owned(), "files/x/1".to_owned()]).await.unwrap();
    database.store.forget_discarded(&[]).await.unwrap();
    assert_eq!(database.store.discarded(9).await.unwrap(), ["files/a/1", "files/b/1"]);
}
