//! A request for the OpenAPI document.

use serde_json::{Map, Value, json};

use super::row::shown_everywhere;

/// One object with the members of all.
pub(super) fn together(parts: impl IntoIterator<Item = Value>) -> Value {
    let members = |part: Value| if let Value::Object(members) = part { members } else { Map::new() };
    parts.into_iter().flat_map(members).collect::<Map<_, _>>().into()
}

/// What a request looks like when its certificate can be issued.
pub(crate) fn detail() -> Value {
    let account = json!({"id": "01940000-0000-7000-8000-0000000000d4", "name": "Rosa Huamán"});
    let doctor = json!({"staff_id": "01940000-0000-7000-8000-0000000000b3", "name": "Carmen Salas"});
    let first = json!({
        "version": 6, "stage": "EVALUATED", "waiting_for": "DOCTOR",
        "client": {
            "id": "01940000-0000-7000-8000-0000000000e5", "name": "María Elena Quispe Rojas",
            "document_type": "DNI", "document_country": "PE", "document_number": "45678912",
            "given_names": "María Elena", "family_names": "Quispe Rojas", "birth_date": "1990-04-12",
            "email": "maria.quispe@example.org", "phone": "+51 987 654 321", "phone_2": null, "landline": null,
            "address": null, "preferred_locale": "es"
        },
        "guardian": null, "promoter": null,
        "service": {
            "id": "01940000-0000-7000-8000-0000000000a1", "version": 1, "name": "Medical fitness certificate",
            "description": null, "fee": {"amount": "200.00", "currency": "PEN"}, "certificate_kind": "MEDICAL_FITNESS",
            "validity_days": 365, "active": true,
            "created_at": "2026-01-05T12:00:00.000000Z", "updated_at": "2026-01-05T12:00:00.000000Z"
        },
        "care": {"mode": "ON_SITE", "place": "Sede Miraflores"},
        "fee": {"amount": "200.00", "currency": "PEN", "source": "SERVICE"},
        "payment_status": "PAID", "paid_total": {"amount": "200.00", "currency": "PEN"},
        "refund_due": false, "money_decision": null, "observed_reason": null
    });
    let rest = json!({
        "registered_by": account, "operator": null,
        "manager": {"staff_id": "01940000-0000-7000-8000-0000000000b2", "name": "Julio Paredes"},
        "doctor": doctor,
        "payments": [{
            "id": "01940000-0000-7000-8000-0000000000c3", "channel": "YAPE", "paid_on": "2026-11-20",
            "amount": "200.00", "currency": "PEN", "rest": "200.00", "transaction_reference": "00912345",
            "comment": null, "evidence_file_ids": [], "registered_by": account,
            "registered_at": "2026-11-20T15:00:00.000000Z",
            "validated_by": account, "validated_at": "2026-11-20T15:00:00.000000Z", "voided_by": null,
            "voided_at": null, "void_reason": null
        }],
        "refunds": [],
        "evaluations": [{
            "id": "01940000-0000-7000-8000-000000000b01", "doctor": doctor, "evaluated_on": "2026-11-20",
            "conclusion": "FIT", "verdict": "APPROVED", "observed_reason": null, "restrictions": null,
            "valid_from": "2026-11-20", "valid_until": "2027-11-19",
            "recorded_at": "2026-11-20T15:04:05.123456Z", "superseded_at": null
        }],
        "certificate": null, "certificates": [], "files": [], "available_actions": ["EDIT", "ISSUE"],
        "blocked_actions": [{"action": "CLEAR_OBSERVATION", "reasons": ["PAYMENT_NOT_OBSERVED"]}],
        "comment": null, "external_reference": null,
        "closed_at": null, "closed_by": null, "close_outcome": null, "close_reason": null,
        "cancelled_at": null, "cancelled_by": null, "cancellation_reason": null
    });
    together([shown_everywhere(), first, rest])
}
