//! Doubts about money, issuing, ending and taking up again.

use medcert_application::certification::Payload;
use medcert_domain::{Invalid, certification::EndWithoutCertificate, institution::Institution};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    certification::codes::{CloseOutcomeCode, MoneyDecisionCode, ReopenReasonCode},
    parse::{MAX_COMMENT_LEN, ParseBody, Reader, code, note, read},
};

/// Why the money is in doubt.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ObservePayment, example = json!({"reason": "The transfer was recalled"}))]
pub(crate) struct ObserveBody {
    /// In words.
    #[schema(required = true, value_type = String, min_length = 1, max_length = 1000)]
    reason: Option<String>,
}

impl ParseBody<Payload> for ObserveBody {
    fn values(&self, _: &Institution) -> Result<Payload, Invalid> {
        read(|r| r.required("reason", self.reason.as_deref(), note(MAX_COMMENT_LEN)).map(Payload::Reason))
    }
}

/// Why the request is erased.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeleteRequest, example = json!({"reason": "Registered by mistake"}))]
pub(crate) struct DeleteBody {
    /// In words.
    #[schema(required = true, value_type = String, min_length = 1, max_length = 1000)]
    reason: Option<String>,
}

impl ParseBody<String> for DeleteBody {
    fn values(&self, _: &Institution) -> Result<String, Invalid> {
        read(|r| r.required("reason", self.reason.as_deref(), note(MAX_COMMENT_LEN)))
    }
}

/// Nothing: all that is printed is known already.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Issue, example = json!({}))]
pub(crate) struct IssueBody {}

impl ParseBody<()> for IssueBody {
    fn values(&self, _: &Institution) -> Result<(), Invalid> {
        Ok(())
    }
}

/// Why there is no certificate.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Close, example = json!({"outcome": "NO_SHOW", "reason": "Did not come twice", "money": "KEEP"}))]
pub(crate) struct CloseBody {
    /// How it ended.
    #[schema(required = true, value_type = CloseOutcomeCode, example = "NO_SHOW")]
    outcome: Option<String>,
    /// In words.
    #[schema(required = true, value_type = String, min_length = 1, max_length = 1000)]
    reason: Option<String>,
    /// What happens to money received; needed when there is any.
    #[schema(value_type = Option<MoneyDecisionCode>, example = "KEEP")]
    money: Option<String>,
}

fn end(r: &mut Reader<'_>, reason: Option<&str>, money: Option<&str>) -> Option<EndWithoutCertificate> {
    let reason = r.required("reason", reason, note(MAX_COMMENT_LEN));
    let money = r.optional("money", money, code);
    Some(EndWithoutCertificate { reason: reason?, money })
}

impl ParseBody<Payload> for CloseBody {
    fn values(&self, _: &Institution) -> Result<Payload, Invalid> {
        read(|r| {
            let outcome = r.required("outcome", self.outcome.as_deref(), code);
            let end = end(r, self.reason.as_deref(), self.money.as_deref());
            Some(Payload::Close { outcome: outcome?, end: end? })
        })
    }
}

/// Why the request is given up.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Cancel, example = json!({"reason": "The client changed their mind", "money": "REFUND_DUE"}))]
pub(crate) struct CancelBody {
    /// In words.
    #[schema(required = true, value_type = String, min_length = 1, max_length = 1000)]
    reason: Option<String>,
    /// What happens to money received; needed when there is any.
    #[schema(value_type = Option<MoneyDecisionCode>, example = "REFUND_DUE")]
    money: Option<String>,
}

impl ParseBody<Payload> for CancelBody {
    fn values(&self, _: &Institution) -> Result<Payload, Invalid> {
        read(|r| end(r, self.reason.as_deref(), self.money.as_deref()).map(Payload::Cancel))
    }
}

/// Why the request is taken up again.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Reopen, example = json!({
    "reason": "The name is spelt wrongly", "reason_code": "CLERICAL_CORRECTION"
}))]
pub(crate) struct ReopenBody {
    /// In words.
    #[schema(required = true, value_type = String, min_length = 1, max_length = 1000)]
    reason: Option<String>,
    /// Needed after a certificate was issued.
    #[schema(value_type = Option<ReopenReasonCode>, example = "CLERICAL_CORRECTION")]
    reason_code: Option<String>,
}

impl ParseBody<Payload> for ReopenBody {
    fn values(&self, _: &Institution) -> Result<Payload, Invalid> {
        read(|r| {
            let reason = r.required("reason", self.reason.as_deref(), note(MAX_COMMENT_LEN));
            let code = r.optional("reason_code", self.reason_code.as_deref(), code);
            Some(Payload::Reopen { reason: reason?, code })
        })
    }
}
