use chrono::Days;

use super::*;
use crate::identity::Role;

#[test]
fn payments_add_up_to_the_fee() {
    let mut case = Case::at(Stage::ManagerAssigned);
    let outcome = case.done(&manager(), pay(FEE - 1));
    let told =
        ["REGISTER_PAYMENT payment: - -> 199.99 PEN", "REGISTER_PAYMENT payment_status: PENDING -> PARTIAL"];
    assert_eq!(lines(&outcome), told);
    assert_eq!(outcome.events, [Event::PaymentRegistered]);
    assert_eq!((case.request.stage, case.request.paid_total()), (Stage::ManagerAssigned, FEE - 1));
    let outcome = case.done(&manager(), pay(1));
    assert_eq!(lines(&outcome)[1], "REGISTER_PAYMENT payment_status: PARTIAL -> PAID");
    assert_eq!(outcome.events, [Event::PaymentRegistered, Event::StageChanged]);
    assert_eq!((case.request.stage, case.request.payment_status()), (Stage::Paid, PaymentStatus::Paid));
    let outcome = case.done(&manager(), pay(5));
    assert_eq!(outcome.lines.len(), 1, "more than the fee is still paid");
    assert_eq!(case.request.paid_total(), FEE + 5);
}

#[test]
fn without_a_fee_nothing_is_paid() {
    let mut case = Case::of(None);
    assert_eq!(case.act(&operator(), pay(FEE)).unwrap_err(), Refusal::FeeMissing);
    assert_eq!(case.blockers(Action::RegisterPayment), [Blocker::FeeMissing]);
    case.done(&manager(), fee(100));
    case.done(&operator(), pay(100));
    assert_eq!(case.request.stage, Stage::Paid);
}

#[test]
fn amounts_dates_and_currencies_are_checked_together() {
    let mut case = Case::at(Stage::ManagerAssigned);
    let bad = NewPayment { paid_on: today() + Days::new(1), money: eur(0), ..payment(1) };
    let told = faults(case.act(&manager(), Command::RegisterPayment(bad)));
    let expected = [
        (text("/paid_on"), "future-date"),
        (text("/amount"), "not-positive"),
        (text("/currency"), "currency"),
    ];
    assert_eq!(told, expected);
    assert_eq!(fault(case.act(&manager(), pay(-1))), (text("/amount"), "not-positive"));
    let long_ago = NewPayment { paid_on: days_ago(400), ..payment(1) };
    assert!(case.act(&manager(), Command::RegisterPayment(long_ago)).is_ok(), "before registration is fine");
}

#[test]
fn an_operators_payment_counts_at_once_where_the_institution_allows_it() {
    let mut case = Case::at(Stage::ManagerAssigned);
    let outcome = case.clone().done(&operator(), pay(FEE));
    assert_eq!(lines(&outcome)[0], "REGISTER_PAYMENT payment: - -> 200.00 PEN *");
    case.world.rules.cashier_may_validate = false;
    for both in [Role::Manager, Role::Admin] {
        let mut case = case.clone();
        let outcome = case.done(&actor(MANAGER, &[Role::Operator, both]), pay(FEE));
        assert_eq!(lines(&outcome)[0], "REGISTER_PAYMENT payment: - -> 200.00 PEN");
        assert_eq!(case.request.stage, Stage::Paid);
    }
    let outcome = case.done(&operator(), pay(FEE));
    assert_eq!(lines(&outcome), ["REGISTER_PAYMENT payment: - -> 200.00 PEN"]);
    assert_eq!((case.request.paid_total(), case.request.payment_status()), (0, PaymentStatus::Pending));
    assert_eq!(case.request.stage, Stage::ManagerAssigned);
}

#[test]
fn a_payment_is_validated_by_another_person_and_once() {
    let mut case = Case::at(Stage::ManagerAssigned);
    case.world.rules.cashier_may_validate = false;
    let none = Command::ValidatePayment { payment: id(9) };
    assert_eq!(reasons(case.act(&manager(), none.clone())), [Blocker::NothingToValidate]);
    case.done(&operator(), pay(FEE));
    let validate = Command::ValidatePayment { payment: case.last_payment() };
    assert_eq!(
        case.act(&operator(), validate.clone()).unwrap_err(),
        Refusal::Forbidden(Action::ValidatePayment)
    );
    let same = actor(OPERATOR, &[Role::Operator, Role::Admin]);
    assert_eq!(fault(case.act(&same, validate.clone())), (text("/payment_id"), "same-person"));
    assert_eq!(fault(case.act(&manager(), none)), (text("/payment_id"), "unknown"));
    let mut gone = case.clone();
    gone.done(&operator(), pay(1));
    gone.done(&manager(), void(case.last_payment()));
    assert_eq!(fault(gone.act(&manager(), validate.clone())), (text("/payment_id"), "voided"));
    let outcome = case.done(&manager(), validate.clone());
    let told =
        ["VALIDATE_PAYMENT payment: - -> 200.00 PEN", "VALIDATE_PAYMENT payment_status: PENDING -> PAID"];
    assert_eq!(lines(&outcome), told);
    assert_eq!(case.request.payments[0].validated, Some((id(MANAGER), noon())));
    assert_eq!(case.request.stage, Stage::Paid);
    assert_eq!(reasons(case.act(&manager(), validate.clone())), [Blocker::NothingToValidate]);
    case.done(&operator(), pay(1));
    assert_eq!(fault(case.act(&manager(), validate)), (text("/payment_id"), "validated"));
}

#[test]
fn a_fee_set_by_hand_moves_the_stage() {
    let mut case = Case::at(Stage::Evaluated);
    let outcome = case.done(&manager(), fee(FEE + 1));
    let told = [
        "OVERRIDE_FEE fee: 200.00 PEN -> 200.01 PEN (agreed)",
        "OVERRIDE_FEE payment_status: PAID -> PARTIAL",
    ];
    assert_eq!(lines(&outcome), told);
    assert_eq!(case.request.fee.unwrap().source, FeeSource::Override);
    assert_eq!(case.request.stage, Stage::ManagerAssigned);
    case.done(&manager(), fee(0));
    assert_eq!(case.request.stage, Stage::Evaluated, "evaluations count again");
    assert_eq!(fault(case.act(&manager(), fee(-1))), (text("/amount"), "negative"));
}

#[test]
fn a_fee_of_nothing_is_paid() {
    let mut case = Case::at(Stage::Registered);
    case.done(&manager(), fee(0));
    assert_eq!((case.request.stage, case.request.payment_status()), (Stage::Paid, PaymentStatus::Paid));
    case.done(&manager(), observe());
    assert_eq!(
        (case.request.stage, case.request.payment_status()),
        (Stage::Registered, PaymentStatus::Observed)
    );
}

#[test]
fn the_currency_stays_once_money_came_in() {
    let mut case = Case::at(Stage::ManagerAssigned);
    let in_euro = Command::OverrideFee { money: eur(100), reason: text("abroad") };
    assert!(case.clone().act(&manager(), in_euro.clone()).is_ok());
    case.done(&manager(), pay(1));
    assert_eq!(fault(case.act(&manager(), in_euro.clone())), (text("/currency"), "currency"));
    case.done(&manager(), void(case.last_payment()));
    assert!(case.clone().act(&manager(), in_euro.clone()).is_ok(), "a voided payment never happened");
    let mut refunded = case.clone();
    refunded.done(&manager(), pay(1));
    refunded.done(&manager(), Command::RegisterRefund(refund(refunded.last_payment(), 1)));
    assert_eq!(fault(refunded.act(&manager(), in_euro.clone())), (text("/currency"), "currency"));
    case.world.rules.cashier_may_validate = false;
    case.done(&operator(), pay(1));
    assert_eq!(fault(case.act(&manager(), in_euro)), (text("/currency"), "currency"), "nor while one waits");
}

#[test]
fn doubtful_money_blocks_until_cleared() {
    let mut case = Case::at(Stage::Evaluated);
    assert_eq!(reasons(case.act(&manager(), clear())), [Blocker::PaymentNotObserved]);
    let outcome = case.done(&manager(), observe());
    assert_eq!(lines(&outcome), ["OBSERVE_PAYMENT payment_status: PAID -> OBSERVED (no such transfer)"]);
    assert_eq!(outcome.events, [Event::StageChanged]);
    assert_eq!(
        (case.request.stage, case.request.waiting_for()),
        (Stage::ManagerAssigned, WaitingFor::Manager)
    );
    assert_eq!(case.request.doctor(), Some(id(DOCTOR)), "the assignment stays");
    assert_eq!(reasons(case.act(&manager(), observe())), [Blocker::PaymentObserved]);
    assert_eq!(reasons(case.issue(&doctor())), []);
    case.done(&manager(), pay(1));
    assert_eq!(case.request.payment_status(), PaymentStatus::Observed, "more money clears nothing");
    let outcome = case.done(&manager(), clear());
    assert_eq!(lines(&outcome), ["CLEAR_OBSERVATION payment_status: OBSERVED -> PAID (found)"]);
    assert_eq!(case.request.stage, Stage::Evaluated);
}

#[test]
fn waiting_for_money_or_for_the_manager_to_set_the_fee() {
    let mut case = Case::of(None);
    let to = case.world.member(MANAGER);
    case.done(&operator(), Command::AssignManager { to, comment: None });
    assert_eq!(case.request.waiting_for(), WaitingFor::Manager);
    case.done(&manager(), fee(100));
    assert_eq!(case.request.waiting_for(), WaitingFor::Payment);
}
