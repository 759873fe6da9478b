//! The form that registers a request.

use medcert_testkit::{Actors, Clinic};
use serde_json::json;

use super::{
    super::{invalid, problem},
    Date, Form, Id, Line, Note, Word, everything, may, must,
};

const REQUESTS: &str = "/api/v1/certification-requests";

#[tokio::test]
async fn every_field() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let mut good = actors.new_request();
    for (field, value) in [("address", "x"), ("preferred_locale", "uk"), ("document_country", "PE")] {
        good["client"][field] = json!(value);
    }
    good["guardian"] = json!({
        "document_type": "DNI", "document_number": "20202020", "given_names": "G", "family_names": "H",
        "birth_date": "1970-01-01", "relationship": "PARENT"
    });
    good["promoter"] = json!({"type": "COMPANY", "legal_name": "x", "tax_id": "x", "comment": "x"});
    good["care"] = json!({"mode": "VIRTUAL", "place": "x"});
    good["external_reference"] = json!("x");
    good["comment"] = json!("x");
    let fields = vec![
        must("/client/document_type", Word),
        must("/client/given_names", Line(150)),
        must("/client/family_names", Line(150)),
        may("/client/birth_date", Date),
        may("/client/address", Line(500)),
        may("/client/preferred_locale", Word),
        must("/guardian/document_type", Word),
        must("/guardian/given_names", Line(150)),
        must("/guardian/family_names", Line(150)),
        must("/guardian/relationship", Word),
        may("/guardian/birth_date", Date),
        must("/promoter/type", Word),
        must("/promoter/legal_name", Line(150)),
        may("/promoter/tax_id", Line(30)),
        may("/promoter/comment", Note(1000)),
        must("/care/mode", Word),
        may("/care/place", Line(255)),
        may("/service_id", Id),
        may("/external_reference", Line(100)),
        may("/comment", Note(1000)),
    ];
    let objects = &["", "/client", "/guardian", "/promoter", "/care"];
    let path = REQUESTS.to_owned();
    let form =
        Form { actors: &actors, caller: &actors.operator, method: "POST", path, good, fields, objects };
    let before = everything(&clinic).await;
    assert!(form.refuse_all().await > 150);
    assert_eq!(everything(&clinic).await, before);
    let made = form.take_longest().await;
    assert_eq!(made["code"], "MC-2026-000001", "what is refused takes no number");
}

#[tokio::test]
async fn contact_data() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let long = format!("{}@example.org", "x".repeat(65));
    for (field, values, code) in [
        ("email", &["x", "a@b", "@b.c", "a b@c.d", "a@b@c.d", "a@.b.c", long.as_str()][..], "email"),
        ("phone", &["x", "12", "+51 999 x", "٠١٢٣٤٥"][..], "phone"),
        ("phone_2", &["1234"][..], "phone"),
        ("landline", &["1234"][..], "phone"),
        ("document_country", &["pe", "PER", "P", "1Z"][..], "country"),
        ("birth_date", &["2026-11-22"][..], "future-date"),
        ("birth_date", &["1875-12-31"][..], "too-early"),
    ] {
        for value in values {
            let mut body = actors.new_request();
            body["client"][field] = json!(value);
            let answer = actors.operator.post(REQUESTS, &body).await;
            invalid(&answer, &[(&format!("/client/{field}"), code)]);
        }
    }
    assert_eq!(clinic.numbers("SELECT COUNT(*) FROM certification_request").await, [0]);
}

#[tokio::test]
async fn all_faults_are_told_at_once() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let body = json!({
        "client": {"document_type": "DNI", "document_number": "1", "given_names": "", "birth_date": "x", "email": "x"},
        "guardian": {"relationship": "AUNT"}, "service_id": "x", "care": {}
    });
    invalid(
        &actors.operator.post(REQUESTS, &body).await,
        &[
            ("/client/document_number", "document-number"),
            ("/client/given_names", "blank"),
            ("/client/family_names", "required"),
            ("/client/birth_date", "date"),
            ("/client/email", "email"),
            ("/guardian/document_type", "required"),
            ("/guardian/document_number", "required"),
            ("/guardian/given_names", "required"),
            ("/guardian/family_names", "required"),
            ("/guardian/relationship", "unknown-value"),
            ("/service_id", "uuid"),
            ("/care/mode", "required"),
        ],
    );
    invalid(&actors.operator.post(REQUESTS, &json!({})).await, &[("/client", "required")]);
    // Whoever may not register at all is not told what would be wrong.
    problem(&actors.doctor.post(REQUESTS, &body).await, 403, "forbidden");
    problem(&clinic.anonymous().post(REQUESTS, &body).await, 401, "unauthenticated");
}
