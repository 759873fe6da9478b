//! What is particular to an S3 bucket.

use crate::*;
use object_store::aws::AmazonS3Builder;
use object_store::{Attribute, ObjectStoreExt as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

#[tokio::test]
async fn prefixes_do_not_see_each_other() {
    let s3 = S3::start().await;
    let (one, two, longer) = (s3.open("bucket/one"), s3.open("bucket/two"), s3.open("bucket/one-more"));
    put(&one, "a", b"1").await;
    put(&longer, "b", b"2").await;
    assert_eq!(get(&two, "a").await, None);
    assert_eq!(list(&two, "").await, [""; 0]);
    assert_eq!(list(&one, "").await, ["a"]);
    two.delete(&key("a")).await.unwrap();
    assert_eq!(get(&one, "a").await.unwrap(), "1");
    assert_eq!(list(&s3.open("bucket"), "").await, ["one-more/b", "one/a"]);
}

#[tokio::test]
async fn the_content_type_is_kept() {
    let s3 = S3::start().await;
    put(&s3.open("bucket/one"), "a/b.pdf", b"x").await;
    let client = AmazonS3Builder::new()
        .with_bucket_name("bucket")
        .with_endpoint(&s3.endpoint)
        .with_allow_http(true)
        .with_access_key_id(s3.keys.access_key_id)
        .with_secret_access_key(s3.keys.secret_access_key)
        .build()
        .unwrap();
    let object = client.get(&"one/a/b.pdf".into()).await.unwrap();
    assert_eq!(object.attributes.get(&Attribute::ContentType).unwrap().as_ref(), PDF);
}

/// What a server answers to a plain GET of the address: everything behind the empty line.
async fn fetched(url: &str) -> (String, String) {
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut socket = tokio::net::TcpStream::connect(host).await.unwrap();
    let request = format!("GET /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}

#[tokio::test]
async fn a_signed_address_serves_one_object_and_no_other() {
    let s3 = S3::start().await;
    let objects = s3.open("bucket/one");
    put(&objects, "files/a", b"mine").await;
    put(&objects, "files/b", b"another").await;
    let named = "attachment; filename=\"scan.pdf\"; filename*=UTF-8''sc%C3%A1n.pdf";
    let lasts = Duration::from_mins(5);
    let url = objects.presigned(&key("files/a"), PDF, named, lasts).await.unwrap().unwrap();
    assert!(url.starts_with(&format!("{}/bucket/one/files/a?", s3.endpoint)), "{url}");
    assert!(url.contains("X-Amz-Expires=300") && !url.contains(s3.keys.secret_access_key), "{url}");
    let (head, body) = fetched(&url).await;
    assert!(head.starts_with("HTTP/1.1 200") && body.contains("mine"), "{head}");
    // The headers are part of what is signed, as is the object.
    for forged in [
        url.replace("files/a?", "files/b?"),
        url.replace("application%2Fpdf", "text%2Fhtml"),
        url.replace("attachment", "inline"),
        url.replace("X-Amz-Expires=300", "X-Amz-Expires=600"),
    ] {
        assert_ne!(forged, url);
        assert!(fetched(&forged).await.0.starts_with("HTTP/1.1 403"), "{forged}");
    }
    assert!(objects.presigned(&key("files/a"), PDF, "x\r\ny: z", lasts).await.is_err());
}

#[tokio::test]
async fn parts_of_an_upload_given_up_do_not_stay() {
    let s3 = S3::start().await;
    let objects = s3.open("bucket");
    let left = || std::fs::read_dir(s3.root.path()).unwrap().count();
    let before = left();
    let mut upload = objects.upload(&key("a/b"), PDF).await.unwrap();
    upload.write(Bytes::from(vec![7; 11_000_000])).await.unwrap();
    assert!(left() > before, "the server keeps the parts beside its buckets");
    upload.abort().await.unwrap();
    assert_eq!(left(), before);
    assert_eq!(list(&objects, "").await, [""; 0]);
}

#[tokio::test]
async fn readiness_leaves_no_file() {
    let s3 = S3::start().await;
    s3.open("bucket").check().await.unwrap();
    assert_eq!(std::fs::read_dir(s3.root.path().join("bucket")).unwrap().count(), 0);
}

#[tokio::test]
async fn readiness_does_not_write_each_time_but_after_a_failed_write() {
    let s3 = S3::start().await;
    let objects = s3.open("bucket");
    objects.check().await.unwrap();
    // Readable but not writable: a file stands where the next write needs a folder.
    let probe = s3.root.path().join("bucket/!probe");
    std::fs::write(&probe, "left by a crash").unwrap();
    objects.check().await.unwrap();
    assert!(probe.exists(), "a write less than a minute ago is proof enough");
    std::fs::write(s3.root.path().join("bucket/file"), "").unwrap();
    objects.put(&key("file/below"), PDF, Bytes::from_static(b"x")).await.unwrap_err();
    objects.check().await.unwrap();
    assert!(!probe.exists(), "a failed write calls for a new proof");
}

#[tokio::test]
async fn wrong_credentials_are_refused() {
    let s3 = S3::start().await;
    let wrong_secret = S3Credentials { secret_access_key: "hunter2".to_owned(), ..s3.credentials() };
    refuses_everything(&s3.open_as("bucket", wrong_secret)).await;
    refuses_everything(&s3.open_as("bucket", some_credentials())).await;
    assert_eq!(std::fs::read_dir(s3.root.path().join("bucket")).unwrap().count(), 0);
}

#[tokio::test]
async fn a_missing_bucket_is_a_fault_and_not_a_missing_object() {
    let s3 = S3::start().await;
    let objects = s3.open("nowhere");
    objects.list("").await.unwrap_err();
    objects.delete(&key("a")).await.unwrap_err();
}

/// The server of these tests says `NoSuchKey` to a get from a missing bucket, and creates it for a put;
/// S3 does neither.
#[tokio::test]
async fn a_missing_bucket_is_a_fault_in_the_words_of_s3_too() {
    let document = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchBucket</Code>\
        <Message>The specified bucket does not exist</Message><BucketName>nowhere</BucketName></Error>";
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut request = [0; 8 * 1024];
            let _ = socket.read(&mut request).await;
            let length = document.len();
            let answer = format!(
                "HTTP/1.1 404 Not Found\r\ncontent-type: application/xml\r\n\
                 content-length: {length}\r\nconnection: close\r\n\r\n{document}"
            );
            let _ = socket.write_all(answer.as_bytes()).await;
        }
    });
    refuses_everything(&open_bucket("nowhere", &endpoint, some_credentials())).await;
}

#[test]
fn credentials_that_cannot_be_sent_are_refused() {
    let url = "s3://bucket?region=eu-west-1";
    let cases = [
        S3Credentials { access_key_id: String::new(), ..some_credentials() },
        S3Credentials { access_key_id: "id\n".to_owned(), ..some_credentials() },
        S3Credentials { secret_access_key: "hunter2\n".to_owned(), ..some_credentials() },
        S3Credentials { session_token: Some("hunter 3".to_owned()), ..some_credentials() },
    ];
    for credentials in cases {
        let error = StoredObjects::open(url, Some(credentials)).unwrap_err();
        assert!(matches!(error, OpenError::Credentials), "{error:?}");
    }
    StoredObjects::open(url, Some(some_credentials())).unwrap();
    StoredObjects::open(url, None).unwrap();
}

#[tokio::test]
async fn an_unreachable_server_is_an_error_soon() {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let objects = open_bucket("bucket", &endpoint, some_credentials());
    let start = Instant::now();
    refuses_everything(&objects).await;
    assert!(start.elapsed() < Duration::from_secs(50), "{:?}", start.elapsed());
}

/// The clock of the test stands still but for its waits, which it skips.
#[tokio::test(start_paused = true)]
async fn a_silent_server_is_not_waited_for_in_readiness() {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let objects = open_bucket("bucket", &endpoint, some_credentials());
    let start = Instant::now();
    objects.check().await.unwrap_err();
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}

#[test]
fn nothing_printed_holds_a_secret() {
    let credentials = some_credentials();
    let printed = format!("{credentials:?}");
    assert!(printed.contains("\"id\"") && !printed.contains("hunter"), "{printed}");
    let objects = open_bucket("bucket/one", "http://127.0.0.1:1", credentials);
    let printed = format!("{objects:?}");
    assert!(!printed.contains("hunter"), "{printed}");
}
