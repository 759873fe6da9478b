//! Amounts, fees, payments and refunds.

use medcert_application::store::RequestAggregate;
use medcert_domain::{
    Money,
    billing::{Payment, Refund},
    certification::Fee,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::account;
use crate::{
    author::AccountRef,
    billing::codes::ChannelCode,
    certification::codes::FeeSourceCode,
    codes::{Day, Moment},
    money::MoneyView,
};

/// What is to be paid.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Fee, example = json!({"amount": "200.00", "currency": "PEN", "source": "SERVICE"}))]
pub(crate) struct FeeView {
    /// Exact decimal text; 0 means waived.
    amount: String,
    /// ISO 4217 code.
    currency: String,
    /// Where it comes from.
    source: FeeSourceCode,
}

impl From<Fee> for FeeView {
    fn from(fee: Fee) -> Self {
        let MoneyView { amount, currency } = fee.money.into();
        Self { amount, currency, source: fee.source.into() }
    }
}

/// Money received.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Payment)]
pub(crate) struct PaymentView {
    /// Identifier.
    id: Uuid,
    /// How it came.
    channel: ChannelCode,
    /// Day it was paid.
    #[schema(example = "2026-11-20")]
    paid_on: Day,
    /// Exact decimal text.
    #[schema(example = "200.00")]
    amount: String,
    /// ISO 4217 code.
    #[schema(example = "PEN")]
    currency: String,
    /// What is left of it: nothing before it is validated and after it is voided.
    #[schema(example = "200.00")]
    rest: String,
    /// Reference of the transaction.
    #[schema(required = true, example = "00912345")]
    transaction_reference: Option<String>,
    /// Comment.
    #[schema(required = true)]
    comment: Option<String>,
    /// The files that are evidence of it.
    #[serde(default)]
    evidence_file_ids: Vec<Uuid>,
    /// Who wrote it down.
    registered_by: AccountRef,
    /// When.
    registered_at: Moment,
    /// Who confirmed it; it counts only then.
    #[schema(required = true)]
    validated_by: Option<AccountRef>,
    /// When.
    #[schema(required = true)]
    validated_at: Option<Moment>,
    /// Who marked it as never having happened.
    #[schema(required = true)]
    voided_by: Option<AccountRef>,
    /// When.
    #[schema(required = true)]
    voided_at: Option<Moment>,
    /// Why.
    #[schema(required = true)]
    void_reason: Option<String>,
}

impl PaymentView {
    pub(super) fn of(payment: &Payment, request_aggregate: &RequestAggregate) -> Self {
        let MoneyView { amount, currency } = payment.money.into();
        let rest =
            Money::new(request_aggregate.certification.settlement.rest_of(payment), payment.money.currency);
        let voided = payment.voided.as_ref();
        Self {
            id: payment.id.raw(),
            channel: payment.channel.into(),
            paid_on: payment.paid_on.into(),
            amount,
            currency,
            rest: rest.amount(),
            transaction_reference: payment.reference.clone(),
            comment: payment.comment.clone(),
            evidence_file_ids: request_aggregate
                .certification
                .files
                .iter()
                .filter(|file| file.payment == Some(payment.id))
                .map(|file| file.id.raw())
                .collect(),
            registered_by: account(payment.registered_by, request_aggregate),
            registered_at: payment.registered_at.into(),
            validated_by: payment.validated.map(|(by, _)| account(by, request_aggregate)),
            validated_at: payment.validated.map(|(_, at)| at.into()),
            voided_by: voided.map(|v| account(v.by, request_aggregate)),
            voided_at: voided.map(|v| v.at.into()),
            void_reason: voided.map(|v| v.reason.clone()),
        }
    }
}

/// Money given back.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Refund)]
pub(crate) struct RefundView {
    /// Identifier.
    id: Uuid,
    /// The payment it was given back of.
    payment_id: Uuid,
    /// How it went.
    channel: ChannelCode,
    /// Day it was given back.
    #[schema(example = "2026-11-20")]
    paid_on: Day,
    /// Exact decimal text.
    #[schema(example = "50.00")]
    amount: String,
    /// ISO 4217 code.
    #[schema(example = "PEN")]
    currency: String,
    /// Reference of the transaction.
    #[schema(required = true)]
    transaction_reference: Option<String>,
    /// In words.
    reason: String,
    /// Who.
    registered_by: AccountRef,
    /// When it was written down.
    registered_at: Moment,
}

impl RefundView {
    pub(super) fn of(refund: &Refund, request_aggregate: &RequestAggregate) -> Self {
        let MoneyView { amount, currency } = refund.money.into();
        Self {
            id: refund.id.raw(),
            payment_id: refund.payment.raw(),
            channel: refund.channel.into(),
            paid_on: refund.paid_on.into(),
            amount,
            currency,
            transaction_reference: refund.reference.clone(),
            reason: refund.reason.clone(),
            registered_by: account(refund.by, request_aggregate),
            registered_at: refund.at.into(),
        }
    }
}
