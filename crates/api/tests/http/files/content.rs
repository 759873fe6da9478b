use medcert_testkit::{Actors, Clinic};

use super::*;
use crate::contract::check_problem;

#[tokio::test]
async fn parts_of_a_file() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.registered().await;
    // Longer than a piece, so that ranges begin and end within several.
    let bytes = pdf(2_300_000);
    let made = add(&actors.operator, &id, "DOCUMENT", "Señal \"1\".pdf", &bytes).await;
    invalid(&made, &[("/file", "type-mismatch")]);
    let made = add(&actors.operator, &id, "DOCUMENT", "Señal (1).pdf", &bytes).await.expect(201);
    let path = format!("{}/content", made.header("location"));
    let get = async |headers: &[(&str, &str)]| actors.operator.send("GET", &path, headers, vec![]).await;
    let whole = get(&[("accept-encoding", "gzip")]).await.expect(200);
    assert!(whole.bytes == bytes);
    let tag = format!("\"{}\"", made.body["sha256"].as_str().unwrap());
    for (name, value) in [
        ("content-type", "application/pdf"),
        ("etag", tag.as_str()),
        ("accept-ranges", "bytes"),
        (
            "content-disposition",
            "attachment; filename=\"Se_al (1).pdf\"; filename*=UTF-8''Se%C3%B1al%20%281%29.pdf",
        ),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'; sandbox"),
        ("content-length", &bytes.len().to_string()),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(whole.header(name), value, "{name}");
    }
    let length = bytes.len();
    for (asked, range) in [
        ("bytes=0-0", 0..1),
        ("bytes=1000000-2200000", 1_000_000..2_200_001),
        ("bytes=2300000-", 2_300_000..length),
        ("bytes=-7", length - 7..length),
        ("bytes=5-99999999999999999999", 5..length),
    ] {
        let part = get(&[("range", asked), ("accept-encoding", "gzip")]).await.expect(206);
        assert!(part.bytes == bytes[range.clone()], "{asked}");
        let place = format!("bytes {}-{}/{length}", range.start, range.end - 1);
        assert_eq!((part.header("content-range"), part.header("etag")), (place.as_str(), tag.as_str()));
    }
    for asked in ["bytes=9999999-", "bytes=-0", "bytes=99999999999999999999-"] {
        let none = get(&[("range", asked)]).await.expect(416);
        assert_eq!(
            (none.problem(), none.header("content-range")),
            ("range-not-satisfiable", &*format!("bytes */{length}"))
        );
        check_problem(&none);
    }
    // Several ranges, overlapping ones and what is none are answered with the whole, sent once.
    let many = format!("bytes={}", vec!["0-"; 1_000].join(","));
    for asked in [&many, "bytes=0-1,1-2", "bytes=5-2", "bytes=x", "items=0-1"] {
        assert_eq!(get(&[("range", asked)]).await.expect(200).bytes.len(), length, "{asked}");
    }
    let range = ("range", "bytes=0-1");
    get(&[range, ("if-range", &tag)]).await.expect(206);
    get(&[range, ("if-range", "\"other\"")]).await.expect(200);
    for same in [tag.clone(), format!("W/{tag}"), "*".to_owned()] {
        let answer = get(&[range, ("if-none-match", &same)]).await.expect(304);
        assert!(answer.bytes.is_empty() && answer.header("etag") == tag);
    }
    let head = actors.operator.send("HEAD", &path, &[], vec![]).await.expect(200);
    assert_eq!((head.header("content-length"), head.header("etag")), (&*length.to_string(), tag.as_str()));
    assert!(head.bytes.is_empty());
    let head = actors.operator.send("HEAD", &path, &[("range", "bytes=0-9")], vec![]).await.expect(206);
    assert_eq!(head.header("content-length"), "10");
}

#[tokio::test]
async fn where_the_storage_serves_nobody_the_content_is_sent() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let file = added(&actors.operator, &actors.registered().await, "DOCUMENT").await;
    let path = format!("/api/v1/files/{file}/content");
    for query in ["?redirect=true", "?redirect=false"] {
        assert_eq!(actors.operator.get(&format!("{path}{query}")).await.expect(200).bytes, pdf(100));
    }
    for query in ["?redirect=maybe", "?other=1"] {
        assert_eq!(actors.operator.get(&format!("{path}{query}")).await.status, 422, "{query}");
    }
    problem(&actors.operator.get("/api/v1/files/nonsense/content").await, 404, "not-found");
}
