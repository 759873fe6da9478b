//! What is owed for one thing, and what came in for it: all rules of money.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::{NewPayment, NewRefund, Payment, PaymentStatus, Refund, Voided};
use crate::{Checks, Currency, Entity, Id, Invalid, Money, PaymentId, UserId};

/// What is owed for one thing, and what came in for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// Identifier.
    pub id: Id<Self>,
    /// Counts every change, those of payments and refunds included.
    pub version: i64,
    /// What is to be paid; 0 means that nothing is, `None` that it is not known yet.
    pub due: Option<Money>,
    /// Why the money is in doubt.
    pub observed: Option<String>,
    /// Money received, oldest first.
    pub payments: Vec<Payment>,
    /// Money given back, oldest first.
    pub refunds: Vec<Refund>,
}

impl Entity for Settlement {
    type Key = Self;
    const KIND: &'static str = "settlement";
    fn id(&self) -> Id<Self> {
        self.id
    }
    fn version(&self) -> i64 {
        self.version
    }
}

/// Who writes something down, and when.
#[derive(Clone, Copy)]
pub struct Clerk<'a> {
    /// Whose account.
    pub user: UserId,
    /// Now.
    pub now: DateTime<Utc>,
    /// The institution's day.
    pub today: NaiveDate,
    /// Makes identifiers.
    pub new_id: &'a dyn Fn() -> Uuid,
}

/// A change of a settlement, as what is paid through it follows it.
#[must_use = "what is paid through a settlement follows each of its movements"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// What happened.
    pub what: Moved,
    /// What the money amounted to before.
    pub before: PaymentStatus,
    /// What it amounts to now.
    pub after: PaymentStatus,
    /// Whose account wrote it down.
    pub by: UserId,
    /// When.
    pub at: DateTime<Utc>,
    /// In words.
    pub comment: Option<String>,
}

/// What happened to a settlement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    /// Something else is due.
    Due {
        /// What was.
        before: Option<Money>,
        /// What is.
        after: Option<Money>,
    },
    /// Money was received.
    Received(Money),
    /// A payment was confirmed, and counts.
    Validated(Money),
    /// A payment never happened.
    Voided(Money),
    /// Money was given back.
    Refunded(Money),
    /// The money is in doubt.
    Observed,
    /// It is in doubt no more.
    Cleared,
}

impl Settlement {
    /// A new one, for which nothing came in.
    pub const fn open(id: Id<Self>, due: Option<Money>) -> Self {
        Self { id, version: 0, due, observed: None, payments: vec![], refunds: vec![] }
    }

    /// The currency of what is due.
    pub fn currency(&self) -> Option<Currency> {
        self.due.map(|due| due.currency)
    }

    /// The payment with this id.
    pub fn payment(&self, id: PaymentId) -> Option<&Payment> {
        self.payments.iter().find(|payment| payment.id == id)
    }

    /// Payments that were not voided.
    pub fn in_force(&self) -> impl Iterator<Item = &Payment> {
        self.payments.iter().filter(|payment| payment.voided.is_none())
    }

    /// What is left of a payment that counts: its amount less what was given back.
    pub fn rest_of(&self, payment: &Payment) -> i64 {
        if payment.voided.is_some() || payment.validated.is_none() {
            return 0;
        }
        let back: i64 = self.refunds.iter().filter(|r| r.payment == payment.id).map(|r| r.money.minor).sum();
        payment.money.minor - back
    }

    /// Validated, not voided, less refunds; minor units of the currency of what is due.
    pub fn paid_total(&self) -> i64 {
        self.payments.iter().map(|payment| self.rest_of(payment)).sum()
    }

    /// What the money amounts to.
    pub fn status(&self) -> PaymentStatus {
        let paid = self.paid_total();
        match self.due {
            _ if self.observed.is_some() => PaymentStatus::Observed,
            Some(due) if paid >= due.minor => PaymentStatus::Paid,
            Some(_) if paid > 0 => PaymentStatus::Partial,
            _ => PaymentStatus::Pending,
        }
    }

    /// Makes something else due. Its currency stays while there is money in it.
    pub fn set_due(
        &mut self,
        due: Option<Money>,
        comment: Option<String>,
        clerk: &Clerk<'_>,
    ) -> Result<Movement, Invalid> {
        if due.is_some_and(|money| money.minor < 0) {
            return Err(Invalid::one("/amount", "negative", "must not be less than zero"));
        }
        let currency = due.map(|money| money.currency);
        if self.in_force().next().is_some() && self.due.is_some() && self.currency() != currency {
            return Err(Invalid::one("/currency", "currency", "stays as it is once money was received"));
        }
        let (status, before) = (self.status(), self.due);
        self.due = due;
        Ok(self.moved(Moved::Due { before, after: due }, status, comment, clerk))
    }

    /// Notes money received. It counts at once, or when somebody else has confirmed it.
    pub fn register(
        &mut self,
        new: NewPayment,
        counts_at_once: bool,
        clerk: &Clerk<'_>,
    ) -> Result<Movement, Invalid> {
        let Some(currency) = self.currency() else {
            return Err(Invalid::one("/amount", "nothing-due", "nothing is due yet"));
        };
        let mut checks = Checks::default();
        check_paid_on(&mut checks, new.paid_on, clerk.today);
        if new.money.minor <= 0 {
            checks.fault("/amount", "not-positive", "must be more than zero");
        }
        if new.money.currency != currency {
            checks.fault("/currency", "currency", "must be the currency of the fee");
        }
        checks.finish()?;
        let status = self.status();
        self.payments.push(Payment {
            id: clerk.id(),
            channel: new.channel,
            paid_on: new.paid_on,
            money: new.money,
            reference: new.reference,
            comment: new.comment.clone(),
            registered_by: clerk.user,
            registered_at: clerk.now,
            validated: counts_at_once.then_some((clerk.user, clerk.now)),
            voided: None,
        });
        Ok(self.moved(Moved::Received(new.money), status, new.comment, clerk))
    }

    /// Confirms a payment that somebody else registered.
    pub fn validate(&mut self, id: PaymentId, clerk: &Clerk<'_>) -> Result<Movement, Invalid> {
        let status = self.status();
        let payment = self.payment_mut(id)?;
        if payment.validated.is_some() {
            return Err(Invalid::one("/payment_id", "validated", "is validated already"));
        }
        if payment.registered_by == clerk.user {
            let message = "is validated by somebody other than who registered it";
            return Err(Invalid::one("/payment_id", "same-person", message));
        }
        payment.validated = Some((clerk.user, clerk.now));
        let money = payment.money;
        Ok(self.moved(Moved::Validated(money), status, None, clerk))
    }

    /// Marks a payment as never having happened: only while nothing of it was given back.
    pub fn void(&mut self, id: PaymentId, reason: String, clerk: &Clerk<'_>) -> Result<Movement, Invalid> {
        let status = self.status();
        if self.refunds.iter().any(|refund| refund.payment == id) {
            return Err(Invalid::one("/payment_id", "refunded", "was refunded, at least in part"));
        }
        let payment = self.payment_mut(id)?;
        payment.voided = Some(Voided { by: clerk.user, at: clerk.now, reason: reason.clone() });
        let money = payment.money;
        Ok(self.moved(Moved::Voided(money), status, Some(reason), clerk))
    }

    /// Notes money given back: at most what is left of its payment.
    pub fn refund(&mut self, new: NewRefund, clerk: &Clerk<'_>) -> Result<Movement, Invalid> {
        let status = self.status();
        let payment = self.payment_mut(new.payment)?.clone();
        let mut checks = Checks::default();
        check_paid_on(&mut checks, new.paid_on, clerk.today);
        if new.money.currency != payment.money.currency {
            checks.fault("/currency", "currency", "must be the currency of the payment");
        }
        if new.money.minor <= 0 {
            checks.fault("/amount", "not-positive", "must be more than zero");
        } else if new.money.minor > self.rest_of(&payment) {
            checks.fault("/amount", "exceeds-rest", "is more than what is left of the payment");
        }
        checks.finish()?;
        self.refunds.push(Refund {
            id: clerk.id(),
            payment: new.payment,
            channel: new.channel,
            paid_on: new.paid_on,
            money: new.money,
            reference: new.reference,
            reason: new.reason.clone(),
            by: clerk.user,
            at: clerk.now,
        });
        Ok(self.moved(Moved::Refunded(new.money), status, Some(new.reason), clerk))
    }

    /// Flags the money as doubtful: nothing counts as paid until that is cleared.
    pub fn observe(&mut self, reason: String, clerk: &Clerk<'_>) -> Movement {
        let status = self.status();
        self.observed = Some(reason.clone());
        self.moved(Moved::Observed, status, Some(reason), clerk)
    }

    /// Lifts that flag.
    pub fn clear(&mut self, comment: Option<String>, clerk: &Clerk<'_>) -> Movement {
        let status = self.status();
        self.observed = None;
        self.moved(Moved::Cleared, status, comment, clerk)
    }

    fn payment_mut(&mut self, id: PaymentId) -> Result<&mut Payment, Invalid> {
        let payment = self.payments.iter_mut().find(|payment| payment.id == id);
        let payment = payment
            .ok_or_else(|| Invalid::one("/payment_id", "unknown", "is no payment of this settlement"))?;
        if payment.voided.is_some() {
            return Err(Invalid::one("/payment_id", "voided", "was voided"));
        }
        Ok(payment)
    }

    fn moved(
        &self,
        what: Moved,
        before: PaymentStatus,
        comment: Option<String>,
        clerk: &Clerk<'_>,
    ) -> Movement {
        Movement { what, before, after: self.status(), by: clerk.user, at: clerk.now, comment }
    }
}

impl Clerk<'_> {
    fn id<E>(&self) -> Id<E> {
        Id::new((self.new_id)())
    }
}

fn check_paid_on(checks: &mut Checks, paid_on: NaiveDate, today: NaiveDate) {
    if paid_on > today {
        checks.fault("/paid_on", "future-date", "must not be in the future");
    }
}
