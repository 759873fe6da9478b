use medcert_application::{
    certification::{Payload, RequestInput},
    people::PromoterInput,
};
use medcert_domain::{
    Invalid,
    billing::Channel,
    certification::{Action, Conclusion, MoneyDecision},
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::*;
use crate::{certification::views::sample::profile, json::Document, parse::ParseBody};

fn values<B: DeserializeOwned + ParseBody<T>, T>(body: Value) -> Result<T, Invalid> {
    Document::of(body).read::<B>().and_then(|body| body.values(&profile()))
}

/// Pointers and codes of everything that was refused.
fn faults<B: DeserializeOwned + ParseBody<T>, T: std::fmt::Debug>(
    body: Value,
) -> Vec<(String, &'static str)> {
    let invalid = values::<B, T>(body).unwrap_err();
    invalid.faults.into_iter().map(|fault| (fault.pointer, fault.code)).collect()
}

fn register(body: Value) -> Result<RequestInput, Invalid> {
    values::<RegisterBody, _>(body)
}

fn refused(body: Value) -> Vec<(String, &'static str)> {
    faults::<RegisterBody, RequestInput>(body)
}

fn edit(body: Value) -> RequestInput {
    match values::<EditBody, _>(body).unwrap() {
        Payload::Edit(input) => *input,
        other => panic!("{other:?}"),
    }
}

fn at(faults_found: &[(&str, &'static str)]) -> Vec<(String, &'static str)> {
    faults_found.iter().map(|(pointer, code)| ((*pointer).to_owned(), *code)).collect()
}

const ID: &str = "0197a0e4-0000-7000-8000-000000000001";

fn client() -> Value {
    json!({"document_type": "DNI", "document_number": "45.678-912", "given_names": " Ana ", "family_names": "Quispe"})
}

#[test]
fn a_request_is_registered_with_little() {
    let input =
        register(json!({"client": client(), "guardian": null, "comment": null, "service_id": null})).unwrap();
    assert_eq!(input.client.as_ref().unwrap().fields.given_names.as_deref(), Some("Ana"));
    assert_eq!(input.client.unwrap().document.unwrap().number.as_deref(), Some("45678912"));
    assert!(input.guardian.is_none() && input.promoter.is_none() && input.service.is_none());
}

#[test]
fn null_and_blank_say_nothing_when_registering() {
    let mut client = client();
    for field in ["birth_date", "email", "phone", "address", "preferred_locale", "document_country"] {
        client[field] = Value::Null;
    }
    client["phone_2"] = json!("  ");
    let fields = register(json!({"client": client, "external_reference": " "})).unwrap();
    let fields = fields.client.unwrap().fields;
    assert_eq!((fields.birth_date, fields.email, fields.phone, fields.phone_2), (None, None, None, None));
}

#[test]
fn all_faults_of_a_request_come_at_once() {
    let faults_found = refused(json!({
        "client": {
            "document_type": "DNI", "document_number": "123", "given_names": "   ", "birth_date": "1990-4-12",
            "email": "nobody", "phone": "12", "landline": "x".repeat(21), "address": "a".repeat(501),
            "preferred_locale": "fr", "document_country": "pe"
        },
        "guardian": {"document_type": "ID", "given_names": "g".repeat(151), "family_names": "\u{7}"},
        "promoter_id": ID,
        "promoter": {"type": "COMPANY"},
        "service_id": "1",
        "care": {"mode": "HOME", "place": "p".repeat(256)},
        "external_reference": "r".repeat(101),
        "comment": "c".repeat(1001)
    }));
    assert_eq!(
        faults_found,
        at(&[
            ("/client/document_country", "country"),
            ("/client/document_number", "document-number"),
            ("/client/given_names", "blank"),
            ("/client/family_names", "required"),
            ("/client/birth_date", "date"),
            ("/client/email", "email"),
            ("/client/phone", "phone"),
            ("/client/landline", "too-long"),
            ("/client/address", "too-long"),
            ("/client/preferred_locale", "unknown-value"),
            ("/guardian/document_type", "unknown-value"),
            ("/guardian/document_number", "required"),
            ("/guardian/given_names", "too-long"),
            ("/guardian/family_names", "control-character"),
            ("/guardian/relationship", "required"),
            ("/promoter", "contradiction"),
            ("/service_id", "uuid"),
            ("/care/mode", "unknown-value"),
            ("/care/place", "too-long"),
            ("/external_reference", "too-long"),
            ("/comment", "too-long"),
        ])
    );
}

#[test]
fn what_is_missing_unknown_or_of_a_wrong_type_is_refused() {
    assert_eq!(refused(json!({})), at(&[("/client", "required")]));
    assert_eq!(refused(json!({"client": client(), "colour": 1})), at(&[("/colour", "unknown-field")]));
    assert_eq!(refused(json!({"client": 1})), at(&[("/client", "type")]));
    let blank = at(&[("/service_id", "uuid")]);
    assert_eq!(refused(json!({"client": client(), "service_id": ""})), blank);
    assert_eq!(faults::<EditBody, Payload>(json!({"service_id": " "})), blank, "a blank clears no service");
    let mut number = client();
    number["document_number"] = json!(45_678_912);
    assert_eq!(refused(json!({"client": number})), at(&[("/client/document_number", "type")]));
    let mut unknown = client();
    unknown["age"] = json!(30);
    assert_eq!(refused(json!({"client": unknown})), at(&[("/client/age", "unknown-field")]));
}

#[test]
fn names_of_150_characters_and_notes_of_two_lines_are_fine() {
    let mut long = client();
    long["given_names"] = json!("ñ".repeat(150));
    let input = register(json!({"client": long, "comment": "one\r\ntwo"})).unwrap();
    assert_eq!(input.fields.comment, Some(Some("one\ntwo".to_owned())));
    assert_eq!(refused(json!({"client": client(), "external_reference": "a\nb"}))[0].1, "control-character");
}

#[test]
fn promoters_are_known_or_of_one_of_three_kinds() {
    let promoter = |body: Value| register(json!({"client": client(), "promoter": body}));
    let faults_found = |body: Value| refused(json!({"client": client(), "promoter": body}));
    let known = register(json!({"client": client(), "promoter_id": ID, "promoter": null})).unwrap();
    assert!(matches!(known.promoter, Some(Some(PromoterInput::Known(_)))));
    let Some(Some(PromoterInput::Inline(company))) =
        promoter(json!({"type": "COMPANY", "legal_name": "Andinos", "tax_id": "1"})).unwrap().promoter
    else {
        panic!("no promoter")
    };
    assert_eq!(
        (company.name.as_deref(), company.fields.tax_id.clone()),
        (Some("Andinos"), Some(Some("1".to_owned())))
    );
    assert!(promoter(json!({"type": "OTHER", "name": "Radio"})).is_ok());
    let mut person = client();
    person["type"] = json!("PERSON");
    assert!(promoter(person).is_ok());
    assert_eq!(faults_found(json!({})), at(&[("/promoter/type", "required")]));
    assert_eq!(
        faults_found(json!({"type": "COMPANY", "name": "x", "given_names": "y"})),
        at(&[
            ("/promoter/given_names", "unexpected"),
            ("/promoter/legal_name", "required"),
            ("/promoter/name", "unexpected"),
        ])
    );
}

#[test]
fn a_patch_tells_left_out_from_null() {
    let input = edit(json!({}));
    assert!(input.client.is_none() && input.guardian.is_none() && input.fields.comment.is_none());
    let input = edit(json!({
        "client": {"phone": null, "email": "", "address": "Lima"}, "guardian": null, "service_id": null,
        "promoter_id": null, "care": null, "comment": null, "external_reference": "X"
    }));
    let fields = input.client.unwrap().fields;
    assert_eq!((fields.phone, fields.email, fields.phone_2), (Some(None), Some(None), None));
    assert_eq!(fields.address, Some(Some("Lima".to_owned())));
    assert!(matches!(input.guardian, Some(None)) && matches!(input.promoter, Some(None)));
    assert!(matches!(input.care, Some(None)) && input.service == Some(None));
    assert_eq!(input.fields.comment, Some(None));
    assert_eq!(input.fields.external_reference, Some(Some("X".to_owned())));
}

#[test]
fn a_patch_cannot_clear_what_is_required() {
    let faults_found = faults::<EditBody, Payload>(json!({
        "client": {"given_names": null, "document_number": null}, "guardian": {"relationship": null},
        "care": {"mode": null}, "promoter_id": ID, "promoter": {"type": "OTHER"}
    }));
    assert_eq!(
        faults_found,
        at(&[
            ("/client/document_number", "required"),
            ("/client/given_names", "required"),
            ("/guardian/relationship", "required"),
            ("/promoter", "contradiction"),
            ("/care/mode", "required"),
        ])
    );
    assert_eq!(faults::<EditBody, Payload>(json!({"client": null})), at(&[("/client", "required")]));
    assert_eq!(
        faults::<EditBody, Payload>(json!({"client": {"phone": 1}})),
        at(&[("/client/phone", "type")])
    );
}

#[test]
fn money_is_exact_text_with_a_currency() {
    let fee = |amount: Value, currency: Value| {
        faults::<FeeBody, Payload>(json!({"amount": amount, "currency": currency, "reason": "x"}))
    };
    assert!(values::<FeeBody, Payload>(json!({"amount": "0", "currency": "PEN", "reason": "x"})).is_ok());
    assert_eq!(fee(json!(10), json!("PEN")), at(&[("/amount", "type")]));
    assert_eq!(fee(json!("10.005"), json!("PEN")), at(&[("/amount", "amount")]));
    assert_eq!(fee(json!("10.5"), json!("JPY")), at(&[("/amount", "amount")]));
    assert_eq!(fee(json!("-1"), json!("XYZ")), at(&[("/currency", "unknown-value"), ("/amount", "amount")]));
    assert_eq!(
        faults::<FeeBody, Payload>(json!({})),
        at(&[("/currency", "required"), ("/amount", "required"), ("/reason", "required"),])
    );
}

#[test]
fn payments_and_refunds_are_read() {
    let payment = json!({"channel": "MB_WAY", "paid_on": "2026-11-20", "amount": "1.50", "currency": "EUR"});
    let Payload::RegisterPayment(read) = values::<PaymentBody, _>(payment).unwrap() else {
        panic!("no payment")
    };
    assert_eq!((read.channel, read.money.minor, read.reference), (Channel::MbWay, 150, None));
    let long = json!({
        "channel": "GOLD", "paid_on": "20.11.2026", "amount": "1", "currency": "EUR",
        "transaction_reference": "r".repeat(101), "comment": "c".repeat(1001)
    });
    assert_eq!(
        faults::<PaymentBody, Payload>(long),
        at(&[
            ("/channel", "unknown-value"),
            ("/paid_on", "date"),
            ("/transaction_reference", "too-long"),
            ("/comment", "too-long"),
        ])
    );
    assert_eq!(faults::<RefundBody, Payload>(json!({"payment_id": "x"})).len(), 6);
    let void = json!({"payment_id": ID.to_uppercase(), "reason": "r".repeat(1001)});
    assert_eq!(faults::<VoidBody, Payload>(void), at(&[("/reason", "too-long")]));
    assert_eq!(
        faults::<ValidateBody, Payload>(json!({"payment_id": null})),
        at(&[("/payment_id", "required")])
    );
    assert_eq!(faults::<AssignBody, Payload>(json!({"staff_id": "me"})), at(&[("/staff_id", "uuid")]));
}

#[test]
fn an_evaluation_is_read_with_its_limits() {
    let body = json!({
        "evaluated_on": "2026-11-20", "conclusion": "UNFIT", "verdict": "APPROVED",
        "diagnoses": [{"code": "f41.1"}], "observations": "a\nb"
    });
    let Payload::RecordEvaluation(read) = values::<EvaluationBody, _>(body).unwrap() else {
        panic!("no evaluation")
    };
    assert_eq!((read.conclusion, read.diagnoses[0].code.as_str()), (Conclusion::Unfit, "F41.1"));
    let many: Vec<Value> = (0..21).map(|_| json!({"code": "J11"})).collect();
    let faults_found = faults::<EvaluationBody, Payload>(json!({
        "conclusion": "fit", "verdict": "MAYBE", "observed_reason": "x".repeat(1001), "diagnoses": many,
        "observations": "x".repeat(4001), "recommendations": "x".repeat(4001), "restrictions": "x".repeat(1001),
        "valid_from": "now", "valid_until": "9999-12-31"
    }));
    assert_eq!(
        faults_found,
        at(&[
            ("/evaluated_on", "required"),
            ("/conclusion", "unknown-value"),
            ("/verdict", "unknown-value"),
            ("/observed_reason", "too-long"),
            ("/diagnoses", "too-many"),
            ("/observations", "too-long"),
            ("/recommendations", "too-long"),
            ("/restrictions", "too-long"),
            ("/valid_from", "date"),
            ("/valid_until", "date"),
        ])
    );
    let faults_found = faults::<EvaluationBody, Payload>(json!({
        "evaluated_on": "2026-11-20", "conclusion": "FIT",
        "diagnoses": [{"code": "J11"}, {"text": "x"}, {"code": "x"}, {"code": "J11", "text": "x".repeat(256)}]
    }));
    assert_eq!(
        faults_found,
        at(&[
            ("/diagnoses/1/code", "required"),
            ("/diagnoses/2/code", "icd-10"),
            ("/diagnoses/3/text", "too-long"),
        ])
    );
}

#[test]
fn ends_are_read() {
    let Payload::Cancel(end) = values::<CancelBody, _>(json!({"reason": "x", "money": "KEEP"})).unwrap()
    else {
        panic!("no end")
    };
    assert_eq!(end.money, Some(MoneyDecision::Keep));
    assert_eq!(
        faults::<CloseBody, Payload>(json!({"reason": " ", "money": "SPEND"})),
        at(&[("/outcome", "required"), ("/reason", "blank"), ("/money", "unknown-value")])
    );
    assert_eq!(
        faults::<ReopenBody, Payload>(json!({"reason_code": "BORED"})),
        at(&[("/reason", "required"), ("/reason_code", "unknown-value")])
    );
    assert_eq!(faults::<DeleteBody, String>(json!({})), at(&[("/reason", "required")]));
    assert_eq!(faults::<ObserveBody, Payload>(json!({})), at(&[("/reason", "required")]));
    assert!(values::<IssueBody, ()>(json!({})).is_ok());
    assert_eq!(faults::<IssueBody, ()>(json!({"x": 1})), at(&[("/x", "unknown-field")]));
    assert!(matches!(values::<UnassignBody, _>(json!({})).unwrap(), Payload::Words(None)));
    assert!(matches!(values::<CommentBody, _>(json!({"comment": "x"})).unwrap(), Payload::Words(Some(_))));
}

#[test]
fn an_override_reads_its_payload_by_its_action() {
    let body = |action: &str, payload: Value| json!({"reason": "x", "action": action, "payload": payload});
    let faults_found = |action: &str, payload: Value| faults::<OverrideBody, Payload>(body(action, payload));
    let read = values::<OverrideBody, _>(body("CHANGE_MANAGER", json!({"staff_id": ID}))).unwrap();
    assert!(matches!(read, Payload::Override { action: Action::ChangeManager, .. }));
    assert!(values::<OverrideBody, _>(body("EDIT", json!({"comment": null}))).is_ok());
    assert_eq!(faults_found("ISSUE", json!({})), at(&[("/action", "not-overridable")]));
    assert_eq!(faults_found("DANCE", json!({})), at(&[("/action", "unknown-value")]));
    assert_eq!(
        faults_found("EDIT", json!({"client": {"phone": 1}})),
        at(&[("/payload/client/phone", "type")])
    );
    assert_eq!(faults_found("EDIT", json!([])), at(&[("/payload", "type")]));
    assert_eq!(
        faults_found("VOID_PAYMENT", json!({"payment_id": "x"})),
        at(&[("/payload/payment_id", "uuid"), ("/payload/reason", "required")])
    );
    assert_eq!(
        faults::<OverrideBody, Payload>(json!({})),
        at(&[("/reason", "required"), ("/action", "required"), ("/payload", "required")])
    );
}
