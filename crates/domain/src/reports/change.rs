//! What a change of a request changes in the cells.

use std::collections::BTreeMap;

use super::{Cell, contributions, ledger};
use crate::{Calendar, billing::Settlement, certification::Certification};

/// What is left of a request.
#[derive(Debug, Clone)]
enum After {
    Request(Box<Certification>),
    Ledger(Box<Settlement>),
}

/// What was done to a request.
#[derive(Debug, Clone)]
pub struct Change {
    before: Option<Box<Certification>>,
    after: After,
}

impl Change {
    /// A request that was not there before.
    pub fn new(request: Certification) -> Self {
        Self { before: None, after: After::Request(Box::new(request)) }
    }

    /// A request that was otherwise before.
    pub fn from(before: Certification, after: Certification) -> Self {
        Self { before: Some(Box::new(before)), after: After::Request(Box::new(after)) }
    }

    /// A request that was erased; its ledger lines stay.
    pub fn erased(before: Certification) -> Self {
        let after = After::Ledger(Box::new(before.settlement.clone()));
        Self { before: Some(Box::new(before)), after }
    }

    /// This change and the next one of the same request as one.
    #[must_use]
    pub fn then(self, next: Self) -> Self {
        Self { before: self.before, after: next.after }
    }

    /// What the change adds to which cells, in days of this calendar; nothing for cells that stay as they are.
    pub fn cells(&self, calendar: Calendar) -> BTreeMap<Cell, i64> {
        let day_of = |at| calendar.day_of(at);
        let mut sum: BTreeMap<Cell, i64> = BTreeMap::new();
        let mut add = |cells: Vec<(Cell, i64)>, sign: i64| {
            for (cell, amount) in cells {
                *sum.entry(cell).or_default() += sign * amount;
            }
        };
        if let Some(before) = &self.before {
            add(contributions(before, &day_of), -1);
        }
        match &self.after {
            After::Request(after) => add(contributions(after, &day_of), 1),
            After::Ledger(settlement) => add(ledger(settlement, &day_of), 1),
        }
        sum.retain(|_, amount| *amount != 0);
        sum
    }
}
