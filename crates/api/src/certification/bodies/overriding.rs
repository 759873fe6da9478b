//! Acting as administrator on a finished request.

use medcert_application::certification::Payload;
use medcert_domain::{Invalid, certification::Action, institution::Institution};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use utoipa::ToSchema;

use super::{AssignBody, EditBody, PaymentBody, RefundBody, VoidBody};
use crate::{
    certification::codes::ActionCode,
    json::Document,
    parse::{MAX_COMMENT_LEN, ParseBody, code, note, read},
};

/// What an administrator does to a finished request, and why.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Override, example = json!({
    "reason": "The refund was agreed after closing", "action": "REGISTER_REFUND",
    "payload": {
        "payment_id": "01940000-0000-7000-8000-0000000000c3", "amount": "50.00", "currency": "PEN",
        "channel": "CASH", "paid_on": "2026-11-20", "reason": "Complaint upheld"
    }
}))]
pub(crate) struct OverrideBody {
    /// In words.
    #[schema(required = true, value_type = String, min_length = 1, max_length = 1000)]
    reason: Option<String>,
    /// EDIT, REGISTER_PAYMENT, VOID_PAYMENT, REGISTER_REFUND or CHANGE_MANAGER.
    #[schema(required = true, value_type = ActionCode, example = "REGISTER_REFUND")]
    action: Option<String>,
    /// The body of that action.
    #[schema(required = true, value_type = OverridePayload)]
    payload: Option<Value>,
}

/// The body of the action that is done by override.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(untagged)]
enum OverridePayload {
    /// EDIT.
    Edit(Box<EditBody>),
    /// `REGISTER_PAYMENT`.
    RegisterPayment(PaymentBody),
    /// `VOID_PAYMENT`.
    VoidPayment(VoidBody),
    /// `REGISTER_REFUND`.
    RegisterRefund(RefundBody),
    /// `CHANGE_MANAGER`.
    ChangeManager(AssignBody),
}

impl OverridePayload {
    /// Reads the payload as what the action wants; nothing when it is no action to override.
    fn of(action: Action, payload: &Value) -> Option<Result<Self, Invalid>> {
        fn typed<T: DeserializeOwned>(payload: &Value) -> Result<T, Invalid> {
            Document::of(payload.clone()).read()
        }
        Some(match action {
            Action::Edit => typed(payload).map(|body| Self::Edit(Box::new(body))),
            Action::RegisterPayment => typed(payload).map(Self::RegisterPayment),
            Action::VoidPayment => typed(payload).map(Self::VoidPayment),
            Action::RegisterRefund => typed(payload).map(Self::RegisterRefund),
            Action::ChangeManager => typed(payload).map(Self::ChangeManager),
            _ => return None,
        })
    }
}

impl ParseBody<Payload> for OverridePayload {
    fn values(&self, profile: &Institution) -> Result<Payload, Invalid> {
        match self {
            Self::Edit(body) => body.values(profile),
            Self::RegisterPayment(body) => body.values(profile),
            Self::VoidPayment(body) => body.values(profile),
            Self::RegisterRefund(body) => body.values(profile),
            Self::ChangeManager(body) => body.values(profile),
        }
    }
}

impl ParseBody<Payload> for OverrideBody {
    fn values(&self, profile: &Institution) -> Result<Payload, Invalid> {
        read(|r| {
            let reason = r.required("reason", self.reason.as_deref(), note(MAX_COMMENT_LEN));
            let action: Option<Action> = r.required("action", self.action.as_deref(), code);
            let Some(typed) = &self.payload else {
                r.missing("payload");
                return None;
            };
            let payload = match action.map(|action| (action, OverridePayload::of(action, typed))) {
                Some((_, Some(read))) => {
                    let payload = read.and_then(|body| body.values(profile));
                    r.value("payload", payload)
                }
                Some((action, None)) => {
                    r.fault("action", "not-overridable", format!("{action} cannot be overridden"));
                    None
                }
                None => None,
            };
            Some(Payload::Override { reason: reason?, action: action?, payload: Box::new(payload?) })
        })
    }
}
