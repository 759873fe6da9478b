//! The port's contract, held by every place objects can be kept in, and what is particular to each.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "the helpers stand outside the test functions")]

mod in_a_bucket;
mod in_a_folder;
mod s3_server;

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _};
use medcert_application::objects::{ObjectError, ObjectKey, Objects};
use medcert_object_store::{OpenError, S3Credentials, StoredObjects};
use tempfile::TempDir;
use tokio::time::Instant;

const PDF: &str = "application/pdf";

/// An empty store, and the folder that goes with it.
struct Fixture {
    objects: StoredObjects,
    _folder: Option<TempDir>,
}

impl Fixture {
    fn memory() -> Self {
        Self { objects: StoredObjects::open("memory:", None).unwrap(), _folder: None }
    }

    fn folder() -> Self {
        let folder = TempDir::new().unwrap();
        Self { objects: open_folder(folder.path()), _folder: Some(folder) }
    }

    async fn s3(bucket_and_prefix: &str) -> Self {
        let s3 = S3::start().await;
        Self { objects: s3.open(bucket_and_prefix), _folder: Some(s3.root) }
    }
}

/// A server with the bucket `bucket`.
struct S3 {
    root: TempDir,
    endpoint: String,
    keys: s3_server::Keys,
}

impl S3 {
    async fn start() -> Self {
        let root = TempDir::new().unwrap();
        std::fs::create_dir(root.path().join("bucket")).unwrap();
        let (endpoint, keys) = s3_server::start(root.path()).await;
        Self { root, endpoint, keys }
    }

    fn credentials(&self) -> S3Credentials {
        S3Credentials {
            access_key_id: self.keys.access_key_id.to_owned(),
            secret_access_key: self.keys.secret_access_key.to_owned(),
            session_token: None,
        }
    }

    fn open(&self, bucket_and_prefix: &str) -> StoredObjects {
        self.open_as(bucket_and_prefix, self.credentials())
    }

    fn open_as(&self, bucket_and_prefix: &str, credentials: S3Credentials) -> StoredObjects {
        open_bucket(bucket_and_prefix, &self.endpoint, credentials)
    }
}

fn open_bucket(bucket_and_prefix: &str, endpoint: &str, credentials: S3Credentials) -> StoredObjects {
    let url = format!("s3://{bucket_and_prefix}?endpoint={endpoint}&region=eu-west-1");
    StoredObjects::open(&url, Some(credentials)).unwrap()
}

fn open_folder(path: &Path) -> StoredObjects {
    StoredObjects::open(&format!("file://{}", path.display()), None).unwrap()
}

fn some_credentials() -> S3Credentials {
    S3Credentials {
        access_key_id: "id".to_owned(),
        secret_access_key: "hunter2".to_owned(),
        session_token: Some("hunter3".to_owned()),
    }
}

fn key(spelling: &str) -> ObjectKey {
    ObjectKey::parse(spelling).unwrap()
}

async fn put(objects: &StoredObjects, spelling: &str, bytes: &'static [u8]) {
    objects.put(&key(spelling), PDF, Bytes::from_static(bytes)).await.unwrap();
}

async fn get(objects: &StoredObjects, spelling: &str) -> Option<Bytes> {
    objects.get(&key(spelling)).await.unwrap()
}

async fn list(objects: &StoredObjects, prefix: &str) -> Vec<String> {
    let keys = objects.list(prefix).await.unwrap();
    keys.iter().map(|key| key.as_str().to_owned()).collect()
}

/// The message with its causes.
fn causes(error: &ObjectError) -> String {
    let mut text = error.to_string();
    let mut next = std::error::Error::source(error);
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}

/// Every operation fails, and what it says names no secret.
async fn refuses_everything(objects: &StoredObjects) {
    let key = key("a/b.pdf");
    let errors = [
        objects.put(&key, PDF, Bytes::from_static(b"x")).await.unwrap_err(),
        objects.get(&key).await.unwrap_err(),
        objects.delete(&key).await.unwrap_err(),
        objects.list("").await.unwrap_err(),
        objects.check().await.unwrap_err(),
        objects.read(&key, 0..1).await.map(drop).unwrap_err(),
        objects.head(&key).await.unwrap_err(),
    ];
    for error in errors {
        let text = causes(&error) + &format!("{error:?}");
        assert!(!text.contains("hunter"), "{text}");
    }
}

/// Runs each case over each place.
macro_rules! contract {
    ($($case:ident),+ $(,)?) => {
        contract!(@place memory, Fixture::memory(), $($case)+);
        contract!(@place folder, Fixture::folder(), $($case)+);
        contract!(@place s3, Fixture::s3("bucket").await, $($case)+);
        contract!(@place s3_prefixed, Fixture::s3("bucket/medcert/live").await, $($case)+);
    };
    (@place $place:ident, $fixture:expr, $($case:ident)+) => {
        mod $place {
            use crate::Fixture;
            $(
                #[tokio::test]
                async fn $case() {
                    let fixture = $fixture;
                    crate::$case(&fixture.objects).await;
                }
            )+
        }
    };
}

contract!(
    what_is_put_is_got,
    a_missing_object_is_none,
    deleting_twice_is_no_error,
    the_list_is_in_order,
    a_prefix_is_of_whole_segments,
    a_long_list_is_complete,
    the_same_bytes_again,
    a_content_type_is_a_header,
    many_puts_at_once,
    a_range_is_read_in_pieces,
    an_upload_is_visible_once_it_is_finished,
    an_upload_given_up_leaves_nothing,
    what_is_known_of_an_object,
    a_walk_meets_everything_below_a_prefix,
    readiness_leaves_no_trace,
    readiness_of_several_servers_at_once,
);

async fn what_is_put_is_got(objects: &StoredObjects) {
    let large: Vec<u8> = (0..6 * 1024 * 1024_u32).map(|i| ((i * 31) >> 7).to_le_bytes()[0]).collect();
    for (spelling, bytes) in [
        ("sizes/empty", Bytes::new()),
        ("sizes/one", Bytes::from_static(b"1")),
        ("sizes/large.pdf", Bytes::from(large)),
        ("Every-Letter_of.a.key-0", Bytes::from_static(b"key")),
    ] {
        objects.put(&key(spelling), PDF, bytes.clone()).await.unwrap();
        let got = get(objects, spelling).await.unwrap();
        // Not `assert_eq`: it would print six megabytes.
        assert!(got == bytes, "{spelling}: put {} bytes, got {}", bytes.len(), got.len());
    }
}

async fn a_missing_object_is_none(objects: &StoredObjects) {
    put(objects, "there/a.pdf", b"x").await;
    for spelling in ["missing", "there/b.pdf", "missing/deep/down"] {
        assert_eq!(get(objects, spelling).await, None);
    }
}

async fn deleting_twice_is_no_error(objects: &StoredObjects) {
    put(objects, "a/b.pdf", b"x").await;
    put(objects, "a/c.pdf", b"y").await;
    objects.delete(&key("a/b.pdf")).await.unwrap();
    assert_eq!(get(objects, "a/b.pdf").await, None);
    objects.delete(&key("a/b.pdf")).await.unwrap();
    objects.delete(&key("never/there")).await.unwrap();
    assert_eq!(list(objects, "").await, ["a/c.pdf"]);
}

async fn the_list_is_in_order(objects: &StoredObjects) {
    assert_eq!(list(objects, "").await, [""; 0]);
    assert_eq!(list(objects, "missing").await, [""; 0]);
    // Byte order: '-' and '.' come before '/', '/' before digits, capitals before the rest.
    let ordered = ["B", "a-b/1", "a.b/1", "a/10", "a/2", "a/b/c/d", "a0/1", "b"];
    for spelling in ["b", "a/b/c/d", "a/2", "a0/1", "a.b/1", "B", "a/10", "a-b/1"] {
        put(objects, spelling, b"x").await;
    }
    assert_eq!(list(objects, "").await, ordered);
}

async fn a_prefix_is_of_whole_segments(objects: &StoredObjects) {
    for spelling in ["a/b/1", "a/b/2/3", "a/bc/1", "a/b.c", "ab/1", "x/a/b/1"] {
        put(objects, spelling, b"x").await;
    }
    assert_eq!(list(objects, "a/b").await, ["a/b/1", "a/b/2/3"]);
    assert_eq!(list(objects, "a/b/").await, ["a/b/1", "a/b/2/3"]);
    assert_eq!(list(objects, "a").await, ["a/b.c", "a/b/1", "a/b/2/3", "a/bc/1"]);
    // An object is not below itself.
    assert_eq!(list(objects, "a/b.c").await, [""; 0]);
    assert!(objects.list("a//b").await.is_err());
    assert!(objects.list("../a").await.is_err());
}

/// Longer than a page of S3's answer, which has a thousand keys.
async fn a_long_list_is_complete(objects: &StoredObjects) {
    let expected: Vec<String> = (0..1_050).map(|i| format!("many/{i:04}")).collect();
    let puts = expected.iter().map(|spelling| put(objects, spelling, b"x"));
    futures::future::join_all(puts).await;
    assert_eq!(list(objects, "many").await, expected);
}

async fn the_same_bytes_again(objects: &StoredObjects) {
    put(objects, "a/b.pdf", b"same").await;
    put(objects, "a/b.pdf", b"same").await;
    assert_eq!(get(objects, "a/b.pdf").await.unwrap(), "same");
    assert_eq!(list(objects, "").await, ["a/b.pdf"]);
}

async fn a_content_type_is_a_header(objects: &StoredObjects) {
    for content_type in ["text/plain\r\nx-amz-acl: public-read", "text/\u{e9}", "\0"] {
        objects.put(&key("a"), content_type, Bytes::from_static(b"x")).await.unwrap_err();
    }
    assert_eq!(get(objects, "a").await, None);
    objects.put(&key("a"), "text/plain; charset=utf-8", Bytes::from_static(b"x")).await.unwrap();
}

async fn many_puts_at_once(objects: &StoredObjects) {
    let puts = (0..32).map(|_| put(objects, "one/key.pdf", b"same"));
    futures::future::join_all(puts).await;
    assert_eq!(get(objects, "one/key.pdf").await.unwrap(), "same");
    assert_eq!(list(objects, "").await, ["one/key.pdf"]);
}

/// Bytes that tell where they stand.
fn some_bytes(length: u32) -> Bytes {
    Bytes::from((0..length).map(|i| ((i * 31) >> 7).to_le_bytes()[0]).collect::<Vec<u8>>())
}

async fn read(objects: &StoredObjects, spelling: &str, range: std::ops::Range<u64>) -> Vec<Bytes> {
    let pieces = objects.read(&key(spelling), range).await.unwrap().unwrap();
    pieces.try_collect().await.unwrap()
}

async fn a_range_is_read_in_pieces(objects: &StoredObjects) {
    let bytes = some_bytes(2_500_000);
    objects.put(&key("a/b"), PDF, bytes.clone()).await.unwrap();
    for range in [0..1_usize, 0..2_500_000, 999_999..2_100_000, 2_499_999..2_500_000, 1_048_576..1_048_577] {
        let pieces = read(objects, "a/b", range.start as u64..range.end as u64).await;
        assert!(pieces.iter().all(|piece| piece.len() <= 1024 * 1024), "a piece is bounded");
        assert!(pieces.concat() == bytes.slice(range.clone()), "{range:?}");
    }
    assert!(objects.read(&key("a/missing"), 0..1).await.unwrap().is_none());
    // A range that goes beyond the object is noticed, not cut.
    for range in [2_499_999..2_500_001, 2_500_000..2_500_001] {
        let beyond = match objects.read(&key("a/b"), range).await {
            Ok(pieces) => pieces.unwrap().try_collect::<Vec<Bytes>>().await.map(drop),
            Err(error) => Err(error),
        };
        assert!(beyond.is_err());
    }
    // One that goes while it is being read is an error, not an end.
    let mut pieces = objects.read(&key("a/b"), 0..2_500_000).await.unwrap().unwrap();
    assert!(pieces.try_next().await.unwrap().is_some());
    objects.delete(&key("a/b")).await.unwrap();
    assert!(pieces.try_next().await.is_err());
}

async fn an_upload_is_visible_once_it_is_finished(objects: &StoredObjects) {
    // In a part that is never full, in full parts exactly, and in several with a rest.
    for (spelling, length) in [("up/small", 10), ("up/exact", 5 * 1024 * 1024), ("up/large", 11_000_000)] {
        let bytes = some_bytes(length);
        let mut upload = objects.upload(&key(spelling), PDF).await.unwrap();
        for piece in bytes.chunks(700_001) {
            upload.write(Bytes::copy_from_slice(piece)).await.unwrap();
            upload.write(Bytes::new()).await.unwrap();
        }
        assert_eq!(get(objects, spelling).await, None, "{spelling}");
        assert!(!list(objects, "up").await.contains(&spelling.to_owned()));
        upload.finish().await.unwrap();
        assert!(get(objects, spelling).await.unwrap() == bytes, "{spelling}");
    }
    objects.upload(&key("up/empty"), PDF).await.unwrap().finish().await.unwrap();
    assert_eq!(get(objects, "up/empty").await.unwrap(), Bytes::new());
    assert!(objects.upload(&key("up/b"), "text/plain\r\nx: y").await.is_err());
}

async fn an_upload_given_up_leaves_nothing(objects: &StoredObjects) {
    for length in [10, 6_000_000] {
        for aborted in [true, false] {
            let mut upload = objects.upload(&key("given/up"), PDF).await.unwrap();
            upload.write(some_bytes(length)).await.unwrap();
            if aborted {
                upload.abort().await.unwrap();
            } else {
                drop(upload);
            }
            assert_eq!(get(objects, "given/up").await, None);
            assert_eq!(list(objects, "").await, [""; 0]);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the store tells the real time, which nobody passes in")]
async fn what_is_known_of_an_object(objects: &StoredObjects) {
    let before = chrono::Utc::now() - chrono::Duration::seconds(2);
    put(objects, "a/b.pdf", b"seven..").await;
    let head = objects.head(&key("a/b.pdf")).await.unwrap().unwrap();
    assert_eq!(head.size, 7);
    assert!(head.etag.is_some_and(|tag| !tag.is_empty()));
    assert!(head.modified >= before && head.modified <= chrono::Utc::now() + chrono::Duration::seconds(2));
    assert_eq!(objects.head(&key("a/c.pdf")).await.unwrap(), None);
}

async fn a_walk_meets_everything_below_a_prefix(objects: &StoredObjects) {
    for spelling in ["files/a/1", "files/a/2", "files/b/1", "file/1", "certificates/a/1.pdf"] {
        put(objects, spelling, b"12345").await;
    }
    let walk = objects.walk("files").await.unwrap();
    let mut met: Vec<_> =
        walk.map_ok(|met| (met.key.as_str().to_owned(), met.size)).try_collect().await.unwrap();
    met.sort();
    assert_eq!(met, ["files/a/1", "files/a/2", "files/b/1"].map(|key| (key.to_owned(), 5)));
    assert_eq!(objects.walk("nothing").await.unwrap().count().await, 0);
}

async fn readiness_leaves_no_trace(objects: &StoredObjects) {
    objects.check().await.unwrap();
    assert_eq!(list(objects, "").await, [""; 0]);
    put(objects, "a", b"x").await;
    objects.check().await.unwrap();
    assert_eq!(list(objects, "").await, ["a"]);
}

async fn readiness_of_several_servers_at_once(objects: &StoredObjects) {
    let checks = (0..8).map(|_| objects.check());
    for outcome in futures::future::join_all(checks).await {
        outcome.unwrap();
    }
}

#[test]
fn a_key_cannot_leave_its_place() {
    for spelling in ["", "/etc/passwd", "../a", "a/../b", "a/./b", "a//b", "a/", "a\\b", "a%2Fb", "a\0", "é"]
    {
        assert_eq!(ObjectKey::parse(spelling), None, "{spelling:?}");
    }
}

/// The one constructor that does not look at its text cannot be used to leave the place either.
#[tokio::test]
async fn a_key_built_by_hand_cannot_leave_its_place() {
    let outside = TempDir::new().unwrap();
    let objects = open_folder(&outside.path().join("objects"));
    let key =
        ObjectKey::certificate_pdf("00000000-0000-0000-0000-000000000000".parse().unwrap(), "../../../x");
    assert!(objects.put(&key, PDF, Bytes::from_static(b"x")).await.is_err());
    assert!(objects.get(&key).await.is_err());
    assert!(objects.delete(&key).await.is_err());
}

#[tokio::test]
async fn each_memory_is_its_own() {
    let (one, two) =
        (StoredObjects::open("memory:", None).unwrap(), StoredObjects::open("memory:", None).unwrap());
    put(&one, "a", b"x").await;
    assert_eq!(get(&two, "a").await, None);
}
