//! When a part fails, the caller is told so, nothing is half done, and the next try works.

use std::{
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use medcert_application::{
    Error,
    objects::{Listed, ObjectError, ObjectHead, ObjectKey, Objects, Pieces, Upload},
};
use medcert_domain::certification::Stage;
use medcert_testkit::{Database, Replicas};
use mockall::mock;

use crate::race_fixture::{RaceFixture, fresh, keyed, seen};

mock! {
    Storage {}
    #[async_trait]
    impl Objects for Storage {
        async fn put(&self, key: &ObjectKey, content_type: &str, bytes: Bytes) -> Result<(), ObjectError>;
        async fn get(&self, key: &ObjectKey) -> Result<Option<Bytes>, ObjectError>;
        async fn delete(&self, key: &ObjectKey) -> Result<(), ObjectError>;
        async fn upload(&self, key: &ObjectKey, content_type: &str) -> Result<Box<dyn Upload>, ObjectError>;
        async fn read(&self, key: &ObjectKey, range: Range<u64>) -> Result<Option<Pieces>, ObjectError>;
        async fn head(&self, key: &ObjectKey) -> Result<Option<ObjectHead>, ObjectError>;
        async fn presigned(
            &self,
            key: &ObjectKey,
            content_type: &str,
            content_disposition: &str,
            lasts: Duration,
        ) -> Result<Option<String>, ObjectError>;
        async fn walk(
            &self,
            prefix: &str,
        ) -> Result<BoxStream<'static, Result<Listed, ObjectError>>, ObjectError>;
        async fn list(&self, prefix: &str) -> Result<Vec<ObjectKey>, ObjectError>;
        async fn check(&self) -> Result<(), ObjectError>;
    }
}

/// A storage that refuses to store until it is mended.
fn storage(mended: &Arc<AtomicBool>) -> MockStorage {
    let mut storage = MockStorage::new();
    let mended = Arc::clone(mended);
    storage.expect_put().returning(move |_, _, _| {
        if mended.load(Ordering::SeqCst) {
            Ok(())
        } else {
            Err(ObjectError::Backend("the disk is full".into()))
        }
    });
    storage
}

#[tokio::test]
async fn a_certificate_that_cannot_be_stored_is_not_issued_and_takes_no_number() {
    let mended = Arc::new(AtomicBool::new(false));
    let objects: Arc<dyn Objects> = Arc::new(storage(&mended));
    let fixture = RaceFixture::of(Replicas::with_objects(Database::Sqlite, 2, 1, objects).await).await;
    let evaluated = fixture.evaluated(1).await;
    let id = evaluated.request_aggregate.certification.id;
    let mut conditions = keyed(&fixture.doctor, "issue", [1; 32]);
    conditions.if_match = seen(&evaluated).if_match;
    let failed = fixture.issue(0, id, &conditions).await;
    assert!(matches!(failed, Err(Error::Internal(_))), "{:?}", failed.err());
    let store = &fixture.app(0).parts.store;
    let kept = store.request_aggregate(id).await.unwrap().unwrap().certification;
    assert_eq!(
        (kept.stage, kept.version),
        (Stage::Evaluated, evaluated.request_aggregate.certification.version)
    );
    assert_eq!(store.counter("certificate:MC", 2026).await.unwrap(), 0);
    mended.store(true, Ordering::SeqCst);
    let issued = fresh(fixture.issue(0, id, &conditions).await);
    assert_eq!(issued.request_aggregate.certification.certificates[0].number, "MC-2026-000001");
}
