//! Cells: what is counted, on which day, of which requests.

use chrono::NaiveDate;

use super::Bucket;
use crate::{Currency, Id, StaffId, UserId, catalog::Service, certification::Stage, people::Promoter};

crate::codes! {
    /// What is counted.
    Figure {
        /// Requests, on the day they were registered.
        Requests = "REQUESTS",
        /// Requests that are closed, on the day they were closed last.
        Closed = "CLOSED",
        /// Requests that are cancelled, on the day they were cancelled last.
        Cancelled = "CANCELLED",
        /// Certificates, on the day they were issued.
        Issued = "ISSUED",
        /// Requests with a payment that counts, on the day of the first one.
        Paying = "PAYING",
        /// Minor units of payments that count (validated, not voided), on the day they were paid.
        Paid = "PAID",
        /// Minor units given back, on the day they were given back, by person.
        Refunded = "REFUNDED",
        /// Refunds, on the day the money was given back, by person.
        Refunds = "REFUNDS",
        /// Payments voided, on the day they were voided, by person.
        Voids = "VOIDS",
        /// Minor units of payments voided, on the day they were voided, by person.
        Voided = "VOIDED",
        /// Fees waived, on the day they were waived, by person.
        Waivers = "WAIVERS",
        /// Open stages left, on the day they were left, by stage and time spent there.
        Passages = "PASSAGES",
    }
}

/// Of which requests: what filters and rankings ask for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dimensions {
    /// Where the request stands now; `None` for ledger lines of an erased one.
    pub stage: Option<Stage>,
    /// Currency of its fee, or of the money that is counted.
    pub currency: Option<Currency>,
    /// Service.
    pub service: Option<Id<Service>>,
    /// Promoter.
    pub promoter: Option<Id<Promoter>>,
    /// Manager: the current one, or who had the credit when it closed or a certificate was issued.
    pub manager: Option<StaffId>,
    /// Doctor, likewise.
    pub doctor: Option<StaffId>,
    /// Staff record behind the account that registered it.
    pub operator: Option<StaffId>,
}

/// What a figure is divided by besides.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Detail {
    /// Nothing.
    #[default]
    None,
    /// Who did it.
    By(UserId),
    /// The stage that was left, and how long it took.
    Left(Stage, Bucket),
}

/// One cell of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    /// What is counted.
    pub figure: Figure,
    /// The institution's day.
    pub day: NaiveDate,
    /// Of which requests.
    pub of: Dimensions,
    /// Divided by what.
    pub detail: Detail,
}
