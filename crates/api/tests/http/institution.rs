//! The institution's profile, its history and its logo.

use medcert_testkit::{Actors, Clinic};
use serde_json::{Value, json};

use crate::contract::check_problem;

/// There is no logo, and no example of one.
pub(crate) const ANSWERS: &[(&str, u16)] = &[("get_logo", 404), ("set_logo", 422), ("remove_logo", 404)];

const PROFILE: &str = "/api/v1/institution";
const LOGO: &str = "/api/v1/institution/logo";

/// A PNG with transparency.
const PNG: &[u8] = include_bytes!("pictures/logo.png");
const JPEG: &[u8] = include_bytes!("pictures/logo.jpg");

#[tokio::test]
async fn the_profile_is_changed_by_the_administrator_and_remembered() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let seen = actors.operator.get(PROFILE).await.expect(200);
    let tag = seen.header("etag").to_owned();
    let wanted = json!({
        "name": "Clínica Nueva", "tax_id": null, "time_zone": "Europe/Kyiv", "locale": "uk", "currency": "UAH",
        "country": "UA", "certificate_series": "CN2", "registrar_may_evaluate": true, "backdating_days": 3
    });
    actors.admin.json("PATCH", PROFILE, &[], &wanted).await.expect(428);
    actors.manager.patch(PROFILE, &tag, &wanted).await.expect(403);
    let changed = actors.admin.patch(PROFILE, &tag, &wanted).await.expect(200);
    actors.admin.patch(PROFILE, &tag, &wanted).await.expect(412);
    // At once here, within two seconds elsewhere.
    let now = actors.doctor.get(PROFILE).await.expect(200);
    assert_eq!(now.bytes, changed.bytes);
    assert_eq!((&now.body["name"], &now.body["tax_id"]), (&json!("Clínica Nueva"), &Value::Null));
    assert_eq!((&now.body["time_zone"], &now.body["backdating_days"]), (&json!("Europe/Kyiv"), &json!(3)));
    assert_eq!(now.body["phone"], seen.body["phone"]);
    let history = actors.operator.get(&format!("{PROFILE}/history")).await.expect(200);
    let lines = history.body["items"].as_array().unwrap();
    assert_eq!(lines.len(), 9);
    let zone = lines.iter().find(|line| line["field"] == "time_zone").unwrap();
    assert_eq!((&zone["old_value"], &zone["new_value"]), (&json!("America/Lima"), &json!("Europe/Kyiv")));
    let same = actors.admin.patch(PROFILE, "*", &wanted).await.expect(200);
    assert_eq!(same.header("etag"), changed.header("etag"));
}

#[tokio::test]
async fn another_series_counts_anew_and_the_former_goes_on() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let number = async || {
        let id = actors.issued().await;
        actors.seen(&actors.admin, &id).await["certificate"]["number"].as_str().unwrap().to_owned()
    };
    assert_eq!(number().await, "MC-2026-000001");
    actors.admin.patch(PROFILE, "*", &json!({"certificate_series": "X9"})).await.expect(200);
    assert_eq!(number().await, "X9-2026-000001");
    actors.admin.patch(PROFILE, "*", &json!({"certificate_series": "MC"})).await.expect(200);
    assert_eq!(number().await, "MC-2026-000002");
}

#[tokio::test]
async fn bad_values_are_told_at_once() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let wrong = json!({
        "name": null, "phone": "x", "country": "pe", "time_zone": "Mars/Olympus", "locale": "fr", "currency": "XXX",
        "certificate_series": "abc", "cashier_may_validate": null, "evaluation_max_age_days": 366,
        "backdating_days": -1, "age_of_majority": 9
    });
    let refused = actors.admin.patch(PROFILE, "*", &wrong).await.expect(422);
    check_problem(&refused);
    let mut summary: Vec<_> = refused.faults().into_iter().map(|(at, code)| format!("{at} {code}")).collect();
    summary.sort();
    assert_eq!(
        summary,
        [
            "/age_of_majority range",
            "/backdating_days range",
            "/cashier_may_validate required",
            "/certificate_series series",
            "/country country",
            "/currency unknown-value",
            "/evaluation_max_age_days range",
            "/locale unknown-value",
            "/name required",
            "/phone phone",
            "/time_zone time-zone",
        ]
    );
    let unprintable = actors.admin.patch(PROFILE, "*", &json!({"name": "心臓"})).await.expect(422);
    assert_eq!(unprintable.faults(), [("/name".to_owned(), "unprintable".to_owned())]);
    for series in ["", "TOOLONGXX", "A-B", "ÑÑ"] {
        actors.admin.patch(PROFILE, "*", &json!({"certificate_series": series})).await.expect(422);
    }
}

#[tokio::test]
async fn the_logo_is_shown_to_anybody_and_printed_on_certificates() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let plain = actors.issued().await;
    let put = async |tag: &str, bytes: &[u8]| {
        actors.admin.send("PUT", LOGO, &[("if-match", tag)], bytes.to_vec()).await
    };
    clinic.anonymous().get(LOGO).await.expect(404);
    assert_eq!(actors.admin.get(PROFILE).await.body["logo"], Value::Null);
    actors.admin.send("PUT", LOGO, &[], PNG.to_vec()).await.expect(428);
    actors.manager.send("PUT", LOGO, &[("if-match", "*")], PNG.to_vec()).await.expect(403);
    let set = put("*", PNG).await.expect(200);
    assert_eq!(set.body["logo"]["media_type"], "image/png");
    put("\"v1-00000000\"", PNG).await.expect(412);
    let shown = clinic.anonymous().get(LOGO).await.expect(200);
    assert_eq!((shown.bytes.as_slice(), shown.header("content-type")), (PNG, "image/png"));
    assert_eq!(shown.header("x-content-type-options"), "nosniff");
    assert_eq!(shown.header("cache-control"), "public, max-age=300");
    assert_eq!(shown.header("cross-origin-resource-policy"), "cross-origin");
    let tag = shown.header("etag").to_owned();
    let again = clinic.anonymous().send("GET", LOGO, &[("if-none-match", &tag)], vec![]).await.expect(304);
    assert!(again.bytes.is_empty());
    assert_eq!(clinic.objects.list("institution").await.unwrap().len(), 1);
    let branded = actors.issued().await;
    let pdf = async |request: &str| {
        let seen = actors.seen(&actors.admin, request).await;
        let id = seen["certificate"]["id"].as_str().unwrap().to_owned();
        let pdf = actors.admin.get(&format!("/api/v1/certificates/{id}/pdf")).await.expect(200).bytes;
        pdf.windows(14).any(|window| window == b"/Subtype/Image")
    };
    assert!(pdf(&branded).await && !pdf(&plain).await);
    // Whoever checks a certificate sees it, whenever that was issued.
    let public =
        actors.seen(&actors.admin, &plain).await["certificate"]["public_id"].as_str().unwrap().to_owned();
    let check = async || {
        let summary =
            clinic.anonymous().get(&format!("/api/v1/public/certificates/{public}")).await.expect(200);
        let page = clinic.anonymous().get(&format!("/v/{public}")).await.expect(200);
        let policy = page.header("content-security-policy").to_owned();
        assert!(policy.contains("img-src 'self' data: blob:") && policy.contains("script-src 'self';"));
        (summary.body["issuer"]["logo"].clone(), String::from_utf8(page.bytes).unwrap())
    };
    let (summary, page) = check().await;
    assert_eq!(summary, set.body["logo"]);
    assert_eq!(clinic.anonymous().get(summary["href"].as_str().unwrap()).await.expect(200).bytes, PNG);
    assert!(page.contains(&format!("<img src=\"{LOGO}\" alt=\"Clínica San Rafael S.A.C.\">")), "{page}");
    // Another one takes its place, and its file with it.
    let set = put("*", JPEG).await.expect(200);
    assert_eq!(set.body["logo"]["media_type"], "image/jpeg");
    assert_eq!(clinic.anonymous().get(LOGO).await.expect(200).header("content-type"), "image/jpeg");
    assert_eq!(clinic.objects.list("institution").await.unwrap().len(), 1);
    assert!(pdf(&branded).await, "what is printed stays printed");
    actors.admin.send("DELETE", LOGO, &[("if-match", "*")], vec![]).await.expect(204);
    actors.admin.send("DELETE", LOGO, &[("if-match", "*")], vec![]).await.expect(404);
    clinic.anonymous().get(LOGO).await.expect(404);
    assert!(clinic.objects.list("institution").await.unwrap().is_empty());
    let (summary, page) = check().await;
    assert!(summary.is_null() && !page.contains("<img"));
    let history = actors.admin.get(&format!("{PROFILE}/history")).await.expect(200);
    let actions: Vec<_> =
        history.body["items"].as_array().unwrap().iter().map(|line| line["action"].clone()).collect();
    assert_eq!(actions, ["REMOVE_LOGO", "SET_LOGO", "SET_LOGO"]);
}

/// The beginning of a PNG that says it has this many pixels.
fn bomb(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = PNG.to_vec();
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    bytes
}

#[tokio::test]
async fn only_a_picture_that_can_be_printed_is_taken() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let put = async |bytes: Vec<u8>| {
        actors.admin.send("PUT", LOGO, &[("if-match", "*"), ("content-type", "image/png")], bytes).await
    };
    let code = async |bytes: Vec<u8>| put(bytes).await.expect(422).faults()[0].1.clone();
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
    for other in [&b""[..], b"%PDF-1.7", b"GIF89a\x01\x00\x01\x00", svg, b"BM", b"RIFF\0\0\0\0WEBPVP8 "] {
        assert_eq!(code(other.to_vec()).await, "media-type");
    }
    for (width, height) in [(4097, 1), (1, 4097), (4096, 4096), (u32::MAX, u32::MAX)] {
        assert_eq!(code(bomb(width, height)).await, "too-large");
    }
    assert_eq!(code(bomb(0, 0)).await, "picture");
    assert_eq!(code(PNG[..PNG.len() - 20].to_vec()).await, "picture");
    assert_eq!(code(PNG[..12].to_vec()).await, "picture");
    assert_eq!(code(JPEG[..20].to_vec()).await, "picture");
    let long = [PNG, &vec![0; 512 * 1024]].concat();
    put(long).await.expect(413);
    assert!(clinic.objects.list("institution").await.unwrap().is_empty());
}
