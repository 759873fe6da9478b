//! Amounts of money, as they are sent and shown.

use medcert_domain::Money;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::parse::Reader;

/// An amount of money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Money, example = json!({"amount": "200.00", "currency": "PEN"}))]
pub(crate) struct MoneyView {
    /// Exact decimal text, with all decimals of the currency.
    pub(crate) amount: String,
    /// ISO 4217 code.
    pub(crate) currency: String,
}

impl From<Money> for MoneyView {
    fn from(money: Money) -> Self {
        Self { amount: money.amount(), currency: money.currency.code().to_owned() }
    }
}

/// An amount of money, to be set.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewMoney, example = json!({"amount": "200.00", "currency": "PEN"}))]
pub(crate) struct MoneyBody {
    /// Exact decimal text.
    #[schema(required = true, value_type = String)]
    amount: Option<String>,
    /// ISO 4217 code.
    #[schema(required = true, value_type = String)]
    currency: Option<String>,
}

impl MoneyBody {
    pub(crate) fn read(&self, r: &mut Reader<'_>, field: &str) -> Option<Money> {
        r.inside(field).money(self.amount.as_deref(), self.currency.as_deref())
    }
}
