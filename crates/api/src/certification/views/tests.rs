use medcert_domain::certification::Ending;
use serde_json::{Value, json};

use super::{sample::detail, *};

fn view(clinical: bool) -> Value {
    serde_json::to_value(DetailView::of(&detail(clinical))).unwrap()
}

#[test]
#[expect(clippy::too_many_lines, reason = "one whole answer")]
fn a_request_in_full() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&DetailView::of(&detail(false))).unwrap(), @r#"
    {
      "id": "00000000-0000-0000-0000-000000000007",
      "code": "MC-2026-000042",
      "version": 6,
      "stage": "CLOSED",
      "stage_since": "2026-11-20T15:04:05.120000Z",
      "waiting_for": "NOBODY",
      "client": {
        "id": "00000000-0000-0000-0000-0000000000e5",
        "name": "Ana Quispe",
        "document_type": "DNI",
        "document_country": "PE",
        "document_number": "45678912",
        "given_names": "Ana",
        "family_names": "Quispe",
        "birth_date": "2012-04-12",
        "email": null,
        "phone": "+51 987 654 321",
        "phone_2": null,
        "landline": null,
        "address": null,
        "preferred_locale": "es"
      },
      "guardian": {
        "id": "00000000-0000-0000-0000-0000000000e6",
        "name": "Eva Quispe",
        "document_type": "DNI",
        "document_country": "PE",
        "document_number": "45678912",
        "given_names": "Eva",
        "family_names": "Quispe",
        "birth_date": "2012-04-12",
        "email": null,
        "phone": "+51 987 654 321",
        "phone_2": null,
        "landline": null,
        "address": null,
        "preferred_locale": "es",
        "relationship": "PARENT"
      },
      "promoter": null,
      "service": {
        "id": "00000000-0000-0000-0000-0000000000a1",
        "version": 1,
        "name": "Fitness",
        "description": null,
        "fee": {
          "amount": "200.00",
          "currency": "PEN"
        },
        "certificate_kind": "MEDICAL_FITNESS",
        "validity_days": 1,
        "active": true,
        "created_at": "2026-11-20T15:04:05.120000Z",
        "updated_at": "2026-11-20T15:04:05.120000Z"
      },
      "care": {
        "mode": "VIRTUAL",
        "place": null
      },
      "fee": {
        "amount": "200.00",
        "currency": "PEN",
        "source": "SERVICE"
      },
      "payment_status": "PAID",
      "paid_total": {
        "amount": "200.00",
        "currency": "PEN"
      },
      "refund_due": false,
      "money_decision": null,
      "observed_reason": null,
      "registered_by": {
        "id": "00000000-0000-0000-0000-0000000000d4",
        "name": "Rosa Huamán"
      },
      "operator": {
        "staff_id": "00000000-0000-0000-0000-0000000000b1",
        "name": "Rosa Huamán"
      },
      "manager": null,
      "doctor": {
        "staff_id": "00000000-0000-0000-0000-0000000000b3",
        "name": "Carmen Salas"
      },
      "payments": [
        {
          "id": "00000000-0000-0000-0000-0000000000c3",
          "channel": "MB_WAY",
          "paid_on": "2026-11-20",
          "amount": "250.00",
          "currency": "PEN",
          "rest": "200.00",
          "transaction_reference": "00912345",
          "comment": null,
          "evidence_file_ids": [],
          "registered_by": {
            "id": "00000000-0000-0000-0000-0000000000d4",
            "name": "Rosa Huamán"
          },
          "registered_at": "2026-11-20T15:04:05.120000Z",
          "validated_by": {
            "id": "00000000-0000-0000-0000-0000000000d4",
            "name": "Rosa Huamán"
          },
          "validated_at": "2026-11-20T15:04:05.120000Z",
          "voided_by": null,
          "voided_at": null,
          "void_reason": null
        }
      ],
      "refunds": [
        {
          "id": "00000000-0000-0000-0000-0000000000c4",
          "payment_id": "00000000-0000-0000-0000-0000000000c3",
          "channel": "CASH",
          "paid_on": "2026-11-20",
          "amount": "50.00",
          "currency": "PEN",
          "transaction_reference": null,
          "reason": "Too much",
          "registered_by": {
            "id": "00000000-0000-0000-0000-0000000000d4",
            "name": "Rosa Huamán"
          },
          "registered_at": "2026-11-20T15:04:05.120000Z"
        }
      ],
      "evaluations": [
        {
          "id": "00000000-0000-0000-0000-0000000000e1",
          "doctor": {
            "staff_id": "00000000-0000-0000-0000-0000000000b3",
            "name": "Carmen Salas"
          },
          "evaluated_on": "2026-11-20",
          "conclusion": "FIT_WITH_RESTRICTIONS",
          "verdict": "APPROVED",
          "observed_reason": null,
          "restrictions": "Wears glasses",
          "valid_from": "2026-11-20",
          "valid_until": null,
          "recorded_at": "2026-11-20T15:04:05.120000Z",
          "superseded_at": null
        }
      ],
      "certificate": {
        "id": "00000000-0000-0000-0000-0000000000f6",
        "number": "MC-2026-000123",
        "public_id": "3f2c9a7e5b1d48068c4e2f6a9d0b7c11",
        "request_id": "00000000-0000-0000-0000-000000000007",
        "kind": "MEDICAL_FITNESS",
        "service_name": "Fitness",
        "conclusion": "FIT_WITH_RESTRICTIONS",
        "restrictions": "Wears glasses",
        "status": "EXPIRED",
        "issued_at": "2026-11-20T15:04:05.120000Z",
        "evaluated_on": "2026-11-20",
        "valid_from": "2026-11-20",
        "valid_until": "2026-11-20",
        "doctor": {
          "staff_id": "00000000-0000-0000-0000-0000000000b3",
          "name": "Carmen Salas",
          "licence_number": "CMP 54321"
        },
        "holder": {
          "id": "00000000-0000-0000-0000-0000000000e5",
          "name": "Ana Quispe",
          "document": "DNI 45678912",
          "birth_date": "2012-04-12"
        },
        "represented_by": {
          "name": "Eva Quispe",
          "relationship": "PARENT"
        },
        "locale": "es",
        "replaces": null,
        "replaced_by": null,
        "revocation": null,
        "pdf_sha256": "9f86",
        "available_actions": []
      },
      "certificates": [
        {
          "id": "00000000-0000-0000-0000-0000000000f6",
          "number": "MC-2026-000123",
          "public_id": "3f2c9a7e5b1d48068c4e2f6a9d0b7c11",
          "request_id": "00000000-0000-0000-0000-000000000007",
          "kind": "MEDICAL_FITNESS",
          "service_name": "Fitness",
          "conclusion": "FIT_WITH_RESTRICTIONS",
          "restrictions": "Wears glasses",
          "status": "EXPIRED",
          "issued_at": "2026-11-20T15:04:05.120000Z",
          "evaluated_on": "2026-11-20",
          "valid_from": "2026-11-20",
          "valid_until": "2026-11-20",
          "doctor": {
            "staff_id": "00000000-0000-0000-0000-0000000000b3",
            "name": "Carmen Salas",
            "licence_number": "CMP 54321"
          },
          "holder": {
            "id": "00000000-0000-0000-0000-0000000000e5",
            "name": "Ana Quispe",
            "document": "DNI 45678912",
            "birth_date": "2012-04-12"
          },
          "represented_by": {
            "name": "Eva Quispe",
            "relationship": "PARENT"
          },
          "locale": "es",
          "replaces": null,
          "replaced_by": null,
          "revocation": null,
          "pdf_sha256": "9f86",
          "available_actions": []
        }
      ],
      "files": [],
      "available_actions": [
        "REOPEN"
      ],
      "blocked_actions": [
        {
          "action": "DELETE",
          "reasons": [
            "MEDICAL_ACT_EXISTS"
          ]
        }
      ],
      "comment": null,
      "external_reference": "X-1",
      "priority": "NORMAL",
      "created_at": "2026-11-20T15:04:05.120000Z",
      "updated_at": "2026-11-20T15:04:05.120000Z",
      "closed_at": "2026-11-20T15:04:05.120000Z",
      "closed_by": {
        "id": "00000000-0000-0000-0000-0000000000d5",
        "name": "Carmen Salas"
      },
      "close_outcome": null,
      "close_reason": null,
      "cancelled_at": null,
      "cancelled_by": null,
      "cancellation_reason": null
    }
    "#);
}

#[test]
fn clinical_values_are_added_for_the_doctor_and_nothing_else_changes() {
    let (mut with, without) = (view(true), view(false));
    insta::assert_json_snapshot!(with["evaluations"][0], @r#"
    {
      "conclusion": "FIT_WITH_RESTRICTIONS",
      "diagnoses": [
        {
          "code": "H52.1",
          "text": "Myopia"
        }
      ],
      "doctor": {
        "name": "Carmen Salas",
        "staff_id": "00000000-0000-0000-0000-0000000000b3"
      },
      "evaluated_on": "2026-11-20",
      "id": "00000000-0000-0000-0000-0000000000e1",
      "observations": null,
      "observed_reason": null,
      "recommendations": "Glasses",
      "recorded_at": "2026-11-20T15:04:05.120000Z",
      "restrictions": "Wears glasses",
      "superseded_at": null,
      "valid_from": "2026-11-20",
      "valid_until": null,
      "verdict": "APPROVED"
    }
    "#);
    let evaluation = with["evaluations"][0].as_object_mut().unwrap();
    for clinical in ["diagnoses", "observations", "recommendations"] {
        assert!(evaluation.remove(clinical).is_some(), "{clinical}");
    }
    assert_eq!(with, without);
}

#[test]
fn answers_to_registering_name_people_and_duplicates() {
    let view = serde_json::to_value(DetailView::registered(&detail(false))).unwrap();
    assert_eq!(view["person_changes"], json!([]));
    let id = "00000000-0000-0000-0000-000000000008";
    assert_eq!(view["possible_duplicates"], json!([{"id": id, "code": "MC-2026-000008"}]));
    let edited = serde_json::to_value(DetailView::edited(&detail(false))).unwrap();
    assert!(edited.get("person_changes").is_some() && edited.get("possible_duplicates").is_none());
}

#[test]
fn a_cancelled_request_says_who_and_why() {
    let mut detail = detail(false);
    let certification = &mut detail.request_aggregate.certification;
    let by = certification.registered_by;
    certification.ending =
        Ending::Cancelled { at: certification.created_at, by, reason: "Moved away".to_owned() };
    certification.certificates.clear();
    let view = serde_json::to_value(DetailView::of(&detail)).unwrap();
    assert_eq!(view["cancelled_by"]["name"], "Rosa Huamán");
    assert_eq!(view["cancelled_at"], "2026-11-20T15:04:05.120000Z");
    assert_eq!(view["cancellation_reason"], "Moved away");
    for gone in ["closed_at", "closed_by", "certificate"] {
        assert_eq!(view[gone], Value::Null, "{gone}");
    }
}

#[test]
fn a_stored_answer_is_read_back_as_it_was() {
    let stored = serde_json::to_string(&DetailView::registered(&detail(false))).unwrap();
    let read: DetailView = serde_json::from_str(&stored).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), stored);
}

#[test]
fn the_documented_example_is_a_request() {
    let example = example::detail();
    let read: DetailView = serde_json::from_value(example.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), example);
}
