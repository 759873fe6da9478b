use std::cell::Cell;

use chrono::{DateTime, Days, NaiveDate, Utc};
use proptest::{collection, prelude::*};
use uuid::Uuid;

use super::*;
use crate::{Currency, Id, Invalid, Money, PaymentId};

const CASHIER: u128 = 1;
const OTHER: u128 = 2;

fn id<E>(number: u128) -> Id<E> {
    Id::new(Uuid::from_u128(number))
}

fn pen(minor: i64) -> Money {
    Money::new(minor, Currency::parse("PEN").unwrap())
}

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::parse("EUR").unwrap())
}

fn now() -> DateTime<Utc> {
    today().and_hms_opt(12, 0, 0).unwrap().and_utc()
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 6, 15).unwrap()
}

/// Lets somebody write down what happens; identifiers are counted.
fn by<T>(user: u128, write: impl FnOnce(&Clerk<'_>) -> T) -> T {
    thread_local!(static COUNT: Cell<u128> = const { Cell::new(1_000) });
    let new_id = || Uuid::from_u128(COUNT.replace(COUNT.get() + 1));
    write(&Clerk { user: id(user), now: now(), today: today(), new_id: &new_id })
}

fn payment(money: Money) -> NewPayment {
    NewPayment { channel: Channel::Cash, paid_on: today(), money, reference: None, comment: None }
}

fn refund(payment: PaymentId, money: Money) -> NewRefund {
    NewRefund {
        payment,
        channel: Channel::Transfer,
        paid_on: today(),
        money,
        reference: None,
        reason: "did not come".to_owned(),
    }
}

fn due(minor: i64) -> Settlement {
    Settlement::open(id(7), Some(pen(minor)))
}

fn receive(settlement: &mut Settlement, money: Money) -> Result<Movement, Invalid> {
    by(CASHIER, |clerk| settlement.register(payment(money), true, clerk))
}

/// A settlement of 100 with one payment that counts.
fn paid(minor: i64) -> (Settlement, PaymentId) {
    let mut settlement = due(100);
    let _ = receive(&mut settlement, pen(minor)).unwrap();
    let payment = settlement.payments[0].id;
    (settlement, payment)
}

fn faults(answer: Result<Movement, Invalid>) -> Vec<(String, &'static str)> {
    answer.unwrap_err().faults.into_iter().map(|fault| (fault.pointer, fault.code)).collect()
}

fn refused(answer: Result<Movement, Invalid>, pointer: &str, code: &str) {
    assert_eq!(faults(answer), [(pointer.to_owned(), code)]);
}

fn told(movement: &Movement) -> (Moved, PaymentStatus, PaymentStatus) {
    (movement.what, movement.before, movement.after)
}

use PaymentStatus::{Observed, Paid, Partial, Pending};

#[test]
fn what_is_paid_adds_up_to_what_is_due() {
    let mut settlement = due(100);
    assert_eq!((settlement.status(), settlement.paid_total()), (Pending, 0));
    let movement = receive(&mut settlement, pen(99)).unwrap();
    assert_eq!(told(&movement), (Moved::Received(pen(99)), Pending, Partial));
    assert_eq!((movement.by, movement.at), (id(CASHIER), now()));
    let movement = receive(&mut settlement, pen(1)).unwrap();
    assert_eq!(told(&movement), (Moved::Received(pen(1)), Partial, Paid));
    let movement = receive(&mut settlement, pen(5)).unwrap();
    assert_eq!(told(&movement), (Moved::Received(pen(5)), Paid, Paid), "more than that is still paid");
    assert_eq!(settlement.paid_total(), 105);
}

#[test]
fn nothing_is_paid_while_nothing_is_due() {
    let mut settlement = Settlement::open(id(7), None);
    assert_eq!((settlement.status(), settlement.currency()), (Pending, None));
    refused(receive(&mut settlement, pen(1)), "/amount", "nothing-due");
    let movement = by(OTHER, |clerk| settlement.set_due(Some(pen(0)), None, clerk)).unwrap();
    let what = Moved::Due { before: None, after: Some(pen(0)) };
    assert_eq!(told(&movement), (what, Pending, Paid), "nothing to pay is paid at once");
}

#[test]
fn amounts_dates_and_currencies_are_checked_together() {
    let mut settlement = due(100);
    let bad = NewPayment { paid_on: today() + Days::new(1), ..payment(eur(0)) };
    let found = faults(by(CASHIER, |clerk| settlement.register(bad, true, clerk)));
    let expected = [("/paid_on", "future-date"), ("/amount", "not-positive"), ("/currency", "currency")];
    assert_eq!(found, expected.map(|(pointer, code)| (pointer.to_owned(), code)));
    refused(receive(&mut settlement, pen(-1)), "/amount", "not-positive");
    assert_eq!(settlement, due(100), "what is refused leaves nothing behind");
    let long_ago = NewPayment { paid_on: today() - Days::new(400), ..payment(pen(1)) };
    assert!(by(CASHIER, |clerk| settlement.register(long_ago, true, clerk)).is_ok());
}

#[test]
fn a_payment_counts_when_somebody_else_has_confirmed_it() {
    let mut settlement = due(100);
    let movement = by(CASHIER, |clerk| settlement.register(payment(pen(100)), false, clerk)).unwrap();
    assert_eq!(told(&movement), (Moved::Received(pen(100)), Pending, Pending));
    let payment = settlement.payments[0].id;
    assert_eq!((settlement.payments[0].validated, settlement.paid_total()), (None, 0));
    refused(by(CASHIER, |clerk| settlement.validate(payment, clerk)), "/payment_id", "same-person");
    refused(by(OTHER, |clerk| settlement.validate(id(9), clerk)), "/payment_id", "unknown");
    let movement = by(OTHER, |clerk| settlement.validate(payment, clerk)).unwrap();
    assert_eq!(told(&movement), (Moved::Validated(pen(100)), Pending, Paid));
    assert_eq!(settlement.payments[0].validated, Some((id(OTHER), now())));
    refused(by(OTHER, |clerk| settlement.validate(payment, clerk)), "/payment_id", "validated");
}

#[test]
fn a_voided_payment_never_happened() {
    let (mut settlement, payment) = paid(100);
    let movement = by(OTHER, |clerk| settlement.void(payment, "typed twice".to_owned(), clerk)).unwrap();
    assert_eq!(told(&movement), (Moved::Voided(pen(100)), Paid, Pending));
    assert_eq!(movement.comment.as_deref(), Some("typed twice"));
    assert_eq!((settlement.payments.len(), settlement.in_force().count()), (1, 0), "kept and marked");
    assert_eq!(settlement.rest_of(&settlement.payments[0]), 0);
    let again = by(OTHER, |clerk| settlement.void(payment, String::new(), clerk));
    refused(again, "/payment_id", "voided");
    refused(by(OTHER, |clerk| settlement.validate(payment, clerk)), "/payment_id", "voided");
    refused(by(OTHER, |clerk| settlement.refund(refund(payment, pen(1)), clerk)), "/payment_id", "voided");
    refused(by(OTHER, |clerk| settlement.void(id(9), String::new(), clerk)), "/payment_id", "unknown");
}

#[test]
fn what_was_given_back_cannot_be_voided() {
    let (mut settlement, payment) = paid(100);
    let _ = by(OTHER, |clerk| settlement.refund(refund(payment, pen(1)), clerk)).unwrap();
    let refusal = by(OTHER, |clerk| settlement.void(payment, String::new(), clerk));
    refused(refusal, "/payment_id", "refunded");
}

#[test]
fn a_refund_takes_from_its_payment_at_most_what_is_left() {
    let (mut settlement, payment) = paid(100);
    let mut back = |minor| by(OTHER, |clerk| settlement.refund(refund(payment, pen(minor)), clerk));
    refused(back(101), "/amount", "exceeds-rest");
    let movement = back(1).unwrap();
    assert_eq!(told(&movement), (Moved::Refunded(pen(1)), Paid, Partial));
    refused(back(100), "/amount", "exceeds-rest");
    assert_eq!(back(99).unwrap().after, Pending);
    refused(back(1), "/amount", "exceeds-rest");
    assert_eq!(settlement.paid_total(), 0);
}

#[test]
fn refunds_are_checked_like_payments() {
    let (mut settlement, payment) = paid(100);
    let bad = NewRefund { paid_on: today() + Days::new(1), ..refund(payment, eur(0)) };
    let found = faults(by(OTHER, |clerk| settlement.refund(bad, clerk)));
    let expected = [("/paid_on", "future-date"), ("/currency", "currency"), ("/amount", "not-positive")];
    assert_eq!(found, expected.map(|(pointer, code)| (pointer.to_owned(), code)));
    refused(by(OTHER, |clerk| settlement.refund(refund(id(9), pen(1)), clerk)), "/payment_id", "unknown");
}

#[test]
fn money_that_was_not_confirmed_is_not_given_back() {
    let mut settlement = due(100);
    let _ = by(CASHIER, |clerk| settlement.register(payment(pen(100)), false, clerk)).unwrap();
    let payment = settlement.payments[0].id;
    refused(by(OTHER, |clerk| settlement.refund(refund(payment, pen(1)), clerk)), "/amount", "exceeds-rest");
}

#[test]
fn the_currency_stays_while_there_is_money_in_it() {
    let mut settlement = due(100);
    let abroad =
        |settlement: &mut Settlement| by(OTHER, |clerk| settlement.set_due(Some(eur(1)), None, clerk));
    let known = |settlement: &mut Settlement| by(OTHER, |clerk| settlement.set_due(None, None, clerk));
    assert!(abroad(&mut settlement.clone()).is_ok() && known(&mut settlement.clone()).is_ok());
    let _ = receive(&mut settlement, pen(1)).unwrap();
    refused(abroad(&mut settlement), "/currency", "currency");
    refused(known(&mut settlement), "/currency", "currency");
    let payment = settlement.payments[0].id;
    let mut refunded = settlement.clone();
    let _ = by(OTHER, |clerk| refunded.refund(refund(payment, pen(1)), clerk)).unwrap();
    refused(abroad(&mut refunded), "/currency", "currency");
    let _ = by(OTHER, |clerk| settlement.void(payment, String::new(), clerk)).unwrap();
    assert!(abroad(&mut settlement.clone()).is_ok(), "a voided payment never happened");
    let _ = by(CASHIER, |clerk| settlement.register(self::payment(pen(1)), false, clerk)).unwrap();
    refused(abroad(&mut settlement), "/currency", "currency");
    refused(by(OTHER, |clerk| settlement.set_due(Some(pen(-1)), None, clerk)), "/amount", "negative");
}

#[test]
fn what_is_due_moves_the_status() {
    let (mut settlement, _) = paid(100);
    let mut set = |minor| {
        let comment = Some("agreed".to_owned());
        let movement = by(OTHER, |clerk| settlement.set_due(Some(pen(minor)), comment, clerk)).unwrap();
        (movement.after, movement.comment)
    };
    assert_eq!(set(101), (Partial, Some("agreed".to_owned())));
    assert_eq!((set(100).0, set(1).0, set(0).0), (Paid, Paid, Paid));
}

#[test]
fn doubt_covers_everything_until_it_is_cleared() {
    let (mut settlement, _) = paid(99);
    let movement = by(OTHER, |clerk| settlement.observe("no such transfer".to_owned(), clerk));
    assert_eq!(told(&movement), (Moved::Observed, Partial, Observed));
    assert_eq!(receive(&mut settlement, pen(1)).unwrap().after, Observed, "more money clears nothing");
    let movement = by(OTHER, |clerk| settlement.clear(Some("found".to_owned()), clerk));
    assert_eq!(told(&movement), (Moved::Cleared, Observed, Paid));
    assert_eq!((settlement.observed, movement.comment.as_deref()), (None, Some("found")));
}

#[test]
fn references_are_unique_while_in_force() {
    let (mut settlement, _) = paid(1);
    assert_eq!(settlement.payments[0].unique_key(), None);
    let new = NewPayment { channel: Channel::Yape, reference: Some("OP-1".to_owned()), ..payment(pen(1)) };
    let _ = by(CASHIER, |clerk| settlement.register(new, true, clerk)).unwrap();
    let payment = settlement.payments[1].id;
    assert_eq!(settlement.payments[1].unique_key().as_deref(), Some("YAPE:OP-1"));
    let _ = by(OTHER, |clerk| settlement.void(payment, String::new(), clerk)).unwrap();
    assert_eq!(settlement.payments[1].unique_key(), None);
}

/// One step: who, what, and two numbers from which the rest is made up.
type Step = (bool, u8, u8, i64);

fn step(settlement: &mut Settlement, (other, what, which, minor): Step) -> Result<Movement, Invalid> {
    let payment_id = settlement.payments.get(usize::from(which) % 4).map_or(id(9), |payment| payment.id);
    let money = if which % 16 == 15 { eur(minor) } else { pen(minor) };
    by(if other { OTHER } else { CASHIER }, |clerk| match what % 8 {
        0 | 1 => settlement.register(payment(money), which % 2 == 0, clerk),
        2 => settlement.validate(payment_id, clerk),
        3 => settlement.void(payment_id, "typed twice".to_owned(), clerk),
        4 => settlement.refund(refund(payment_id, money), clerk),
        5 => settlement.set_due((which % 8 > 0).then_some(money), None, clerk),
        6 => Ok(settlement.observe("doubtful".to_owned(), clerk)),
        _ => Ok(settlement.clear(None, clerk)),
    })
}

/// What is in force, added up from the ledger lines alone.
fn added_up(settlement: &Settlement) -> i64 {
    let counting = settlement.payments.iter().filter(|p| p.voided.is_none() && p.validated.is_some());
    let received: i64 = counting.map(|payment| payment.money.minor).sum();
    received - settlement.refunds.iter().map(|refund| refund.money.minor).sum::<i64>()
}

proptest! {
    #[test]
    fn what_always_holds(start in prop::option::of(0..300_i64), steps in collection::vec(
        (any::<bool>(), any::<u8>(), any::<u8>(), -20..200_i64), 1..60,
    )) {
        let mut settlement = Settlement::open(id(7), start.map(pen));
        for one in steps {
            let before = settlement.clone();
            match step(&mut settlement, one) {
                Err(_) => prop_assert_eq!(&settlement, &before, "what is refused changes nothing"),
                Ok(movement) => {
                    prop_assert_eq!(movement.before, before.status());
                    prop_assert_eq!(movement.after, settlement.status());
                    prop_assert!(settlement.payments.len() >= before.payments.len(), "nothing is taken away");
                    prop_assert!(settlement.refunds.starts_with(&before.refunds));
                }
            }
            prop_assert_eq!(settlement.paid_total(), added_up(&settlement));
            for payment in &settlement.payments {
                let rest = settlement.rest_of(payment);
                prop_assert!(0 <= rest && rest <= payment.money.minor && payment.money.minor > 0);
            }
            let currency = settlement.in_force().map(|payment| payment.money.currency).next();
            prop_assert!(currency.is_none_or(|currency| settlement.currency() == Some(currency)));
            let covered = settlement.due.is_some_and(|due| settlement.paid_total() >= due.minor);
            prop_assert_eq!(settlement.status() == Observed, settlement.observed.is_some());
            prop_assert_eq!(settlement.status() == Paid, covered && settlement.observed.is_none());
            prop_assert_eq!(settlement.version, 0, "counted by the store alone");
        }
    }
}
