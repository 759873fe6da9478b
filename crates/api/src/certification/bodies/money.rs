//! Fees, payments and refunds as typed.

use medcert_application::certification::Payload;
use medcert_domain::{
    Invalid,
    billing::{NewPayment, NewRefund},
    institution::Institution,
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    billing::codes::ChannelCode,
    parse::{MAX_COMMENT_LEN, MAX_REFERENCE_LEN, ParseBody, Reader, code, date, id, line, note, read},
};

/// A fee set by hand.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OverrideFee, example = json!({"amount": "150.00", "currency": "PEN", "reason": "Agreed discount"}))]
pub(crate) struct FeeBody {
    /// Exact decimal text; 0 waives the fee.
    #[schema(required = true, value_type = String, pattern = r"^\d{1,12}(\.\d+)?$", example = "150.00")]
    amount: Option<String>,
    /// ISO 4217 code.
    #[schema(required = true, value_type = String, pattern = "^[A-Z]{3}$", example = "PEN")]
    currency: Option<String>,
    /// In words.
    #[schema(required = true, value_type = String, min_length = 1, max_length = 1000)]
    reason: Option<String>,
}

impl ParseBody<Payload> for FeeBody {
    fn values(&self, _: &Institution) -> Result<Payload, Invalid> {
        read(|r| {
            let money = r.money(self.amount.as_deref(), self.currency.as_deref());
            let reason = r.required("reason", self.reason.as_deref(), note(MAX_COMMENT_LEN));
            Some(Payload::OverrideFee { money: money?, reason: reason? })
        })
    }
}

/// Money received.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewPayment, example = json!({
    "channel": "YAPE", "paid_on": "2026-11-20", "amount": "200.00", "currency": "PEN",
    "transaction_reference": "00912345"
}))]
pub(crate) struct PaymentBody {
    /// How it came.
    #[schema(required = true, value_type = ChannelCode, example = "YAPE")]
    channel: Option<String>,
    /// Day it was paid.
    #[schema(required = true, value_type = String, format = Date, example = "2026-11-20")]
    paid_on: Option<String>,
    /// Exact decimal text, more than zero.
    #[schema(required = true, value_type = String, pattern = r"^\d{1,12}(\.\d+)?$", example = "200.00")]
    amount: Option<String>,
    /// ISO 4217 code: the currency of the fee.
    #[schema(required = true, value_type = String, pattern = "^[A-Z]{3}$", example = "PEN")]
    currency: Option<String>,
    /// Reference of the transaction; with the channel unique among payments in force.
    #[schema(max_length = 100, example = "00912345")]
    transaction_reference: Option<String>,
    /// Comment.
    #[schema(max_length = 1000)]
    comment: Option<String>,
}

impl PaymentBody {
    pub(super) fn read(&self, r: &mut Reader<'_>) -> Option<Payload> {
        let channel = r.required("channel", self.channel.as_deref(), code);
        let paid_on = r.required("paid_on", self.paid_on.as_deref(), date);
        let money = r.money(self.amount.as_deref(), self.currency.as_deref());
        let transaction = self.transaction_reference.as_deref();
        let reference = r.optional("transaction_reference", transaction, line(MAX_REFERENCE_LEN));
        let comment = r.optional("comment", self.comment.as_deref(), note(MAX_COMMENT_LEN));
        Some(Payload::RegisterPayment(NewPayment {
            channel: channel?,
            paid_on: paid_on?,
            money: money?,
            reference,
            comment,
        }))
    }
}

impl ParseBody<Payload> for PaymentBody {
    fn values(&self, _: &Institution) -> Result<Payload, Invalid> {
        read(|r| self.read(r))
    }
}

/// Which payment is confirmed.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ValidatePayment, example = json!({"payment_id": "01940000-0000-7000-8000-0000000000c3"}))]
pub(crate) struct ValidateBody {
    /// A payment of this request.
    #[schema(required = true, value_type = Uuid)]
    payment_id: Option<String>,
}

impl ParseBody<Payload> for ValidateBody {
    fn values(&self, _: &Institution) -> Result<Payload, Invalid> {
        read(|r| r.required("payment_id", self.payment_id.as_deref(), id).map(Payload::ValidatePayment))
    }
}

/// Which payment never happened, and why.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = VoidPayment, example = json!({
    "payment_id": "01940000-0000-7000-8000-0000000000c3", "reason": "Typed twice"
}))]
pub(crate) struct VoidBody {
    /// A payment of this request.
    #[schema(required = true, value_type = Uuid)]
    payment_id: Option<String>,
    /// In words.
    #[schema(required = true, value_type = String, min_length = 1, max_length = 1000)]
    reason: Option<String>,
}

impl VoidBody {
    pub(super) fn read(&self, r: &mut Reader<'_>) -> Option<Payload> {
        let payment = r.required("payment_id", self.payment_id.as_deref(), id);
        let reason = r.required("reason", self.reason.as_deref(), note(MAX_COMMENT_LEN));
        Some(Payload::VoidPayment { payment: payment?, reason: reason? })
    }
}

impl ParseBody<Payload> for VoidBody {
    fn values(&self, _: &Institution) -> Result<Payload, Invalid> {
        read(|r| self.read(r))
    }
}

/// Money given back.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRefund, example = json!({
    "payment_id": "01940000-0000-7000-8000-0000000000c3", "amount": "50.00", "currency": "PEN",
    "channel": "TRANSFER", "paid_on": "2026-11-20", "reason": "Paid too much"
}))]
pub(crate) struct RefundBody {
    /// The payment it is given back of.
    #[schema(required = true, value_type = Uuid)]
    payment_id: Option<String>,
    /// Exact decimal text, at most what is left of the payment.
    #[schema(required = true, value_type = String, pattern = r"^\d{1,12}(\.\d+)?$", example = "50.00")]
    amount: Option<String>,
    /// ISO 4217 code: the currency of the payment.
    #[schema(required = true, value_type = String, pattern = "^[A-Z]{3}$", example = "PEN")]
    currency: Option<String>,
    /// How it went.
    #[schema(required = true, value_type = ChannelCode, example = "TRANSFER")]
    channel: Option<String>,
    /// Day it was given back.
    #[schema(required = true, value_type = String, format = Date, example = "2026-11-20")]
    paid_on: Option<String>,
    /// Reference of the transaction.
    #[schema(max_length = 100)]
    transaction_reference: Option<String>,
    /// In words.
    #[schema(required = true, value_type = String, min_length = 1, max_length = 1000)]
    reason: Option<String>,
}

impl RefundBody {
    pub(super) fn read(&self, r: &mut Reader<'_>) -> Option<Payload> {
        let payment = r.required("payment_id", self.payment_id.as_deref(), id);
        let money = r.money(self.amount.as_deref(), self.currency.as_deref());
        let channel = r.required("channel", self.channel.as_deref(), code);
        let paid_on = r.required("paid_on", self.paid_on.as_deref(), date);
        let transaction = self.transaction_reference.as_deref();
        let reference = r.optional("transaction_reference", transaction, line(MAX_REFERENCE_LEN));
        let reason = r.required("reason", self.reason.as_deref(), note(MAX_COMMENT_LEN));
        Some(Payload::RegisterRefund(NewRefund {
            payment: payment?,
            channel: channel?,
            paid_on: paid_on?,
            money: money?,
            reference,
            reason: reason?,
        }))
    }
}

impl ParseBody<Payload> for RefundBody {
    fn values(&self, _: &Institution) -> Result<Payload, Invalid> {
        read(|r| self.read(r))
    }
}
