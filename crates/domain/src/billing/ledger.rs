//! Lines of the ledger: money received and money given back.

use chrono::{DateTime, NaiveDate, Utc};

use super::Channel;
use crate::{Id, Money, PaymentId, UserId};

/// Money received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Identifier.
    pub id: PaymentId,
    /// How it came.
    pub channel: Channel,
    /// Day it was paid.
    pub paid_on: NaiveDate,
    /// How much, more than zero.
    pub money: Money,
    /// Reference of the transaction.
    pub reference: Option<String>,
    /// Comment.
    pub comment: Option<String>,
    /// Who wrote it down.
    pub registered_by: UserId,
    /// When.
    pub registered_at: DateTime<Utc>,
    /// Who confirmed it and when; counts only then.
    pub validated: Option<(UserId, DateTime<Utc>)>,
    /// Marked as never having happened.
    pub voided: Option<Voided>,
}

/// Why a payment never happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voided {
    /// Who said so.
    pub by: UserId,
    /// When.
    pub at: DateTime<Utc>,
    /// In words.
    pub reason: String,
}

/// Money given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// Identifier.
    pub id: Id<Self>,
    /// Of which payment.
    pub payment: PaymentId,
    /// How it went.
    pub channel: Channel,
    /// Day it was given back.
    pub paid_on: NaiveDate,
    /// How much, more than zero.
    pub money: Money,
    /// Reference of the transaction.
    pub reference: Option<String>,
    /// In words.
    pub reason: String,
    /// Who.
    pub by: UserId,
    /// When it was written down.
    pub at: DateTime<Utc>,
}

/// Money received, as somebody says.
#[derive(Debug, Clone)]
pub struct NewPayment {
    /// How it came.
    pub channel: Channel,
    /// Day it was paid.
    pub paid_on: NaiveDate,
    /// How much.
    pub money: Money,
    /// Reference of the transaction.
    pub reference: Option<String>,
    /// Comment.
    pub comment: Option<String>,
}

/// Money given back, as somebody says.
#[derive(Debug, Clone)]
pub struct NewRefund {
    /// Of which payment.
    pub payment: PaymentId,
    /// How it went.
    pub channel: Channel,
    /// Day it was given back.
    pub paid_on: NaiveDate,
    /// How much.
    pub money: Money,
    /// Reference of the transaction.
    pub reference: Option<String>,
    /// In words.
    pub reason: String,
}

impl Payment {
    /// Name of the kind in messages and logs.
    pub const KIND: &'static str = "payment";

    /// What no other payment in force may have; nothing without a reference, or once it was voided.
    pub fn unique_key(&self) -> Option<String> {
        let in_force = self.reference.as_ref().filter(|_| self.voided.is_none());
        in_force.map(|reference| format!("{}:{reference}", self.channel))
    }
}
