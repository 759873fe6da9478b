use uuid::Uuid;

use super::*;
use crate::{
    Invalid,
    billing::{Clerk, Movement, Settlement},
    policy::Role,
};

#[test]
fn payments_add_up_to_the_fee() {
    let mut case = Case::at(Stage::ManagerAssigned);
    let outcome = case.done(&manager(), pay(FEE - 1));
    let told =
        ["REGISTER_PAYMENT payment: - -> 199.99 PEN", "REGISTER_PAYMENT payment_status: PENDING -> PARTIAL"];
    assert_eq!(lines(&outcome), told);
    assert_eq!(outcome.events, [Event::PaymentRegistered]);
    assert_eq!((case.request.stage, case.request.settlement.paid_total()), (Stage::ManagerAssigned, FEE - 1));
    let outcome = case.done(&manager(), pay(1));
    assert_eq!(lines(&outcome)[1], "REGISTER_PAYMENT payment_status: PARTIAL -> PAID");
    assert_eq!(outcome.events, [Event::PaymentRegistered, Event::StageChanged]);
    assert_eq!((case.request.stage, case.request.settlement.status()), (Stage::Paid, PaymentStatus::Paid));
    let outcome = case.done(&manager(), pay(5));
    assert_eq!(outcome.lines.len(), 1, "more than the fee is still paid");
    assert_eq!(case.request.settlement.paid_total(), FEE + 5);
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
    assert_eq!(
        (case.request.settlement.paid_total(), case.request.settlement.status()),
        (0, PaymentStatus::Pending)
    );
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
    assert_eq!(case.request.settlement.payments[0].validated, Some((id(MANAGER), noon())));
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
    assert_eq!(case.request.fee().unwrap().source, FeeSource::Override);
    assert_eq!(case.request.stage, Stage::ManagerAssigned);
    case.done(&manager(), fee(0));
    assert_eq!(case.request.stage, Stage::Evaluated, "evaluations count again");
    assert_eq!(fault(case.act(&manager(), fee(-1))), (text("/amount"), "negative"));
}

#[test]
fn a_fee_of_nothing_is_paid() {
    let mut case = Case::at(Stage::Registered);
    case.done(&manager(), fee(0));
    assert_eq!((case.request.stage, case.request.settlement.status()), (Stage::Paid, PaymentStatus::Paid));
    case.done(&manager(), observe());
    assert_eq!(
        (case.request.stage, case.request.settlement.status()),
        (Stage::Registered, PaymentStatus::Observed)
    );
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
    assert_eq!(case.request.settlement.status(), PaymentStatus::Observed, "more money clears nothing");
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

/// What the action does to the request is what the same movement does when somebody else writes it down.
#[test]
fn movements_made_elsewhere_are_followed_like_those_of_ones_own() {
    let own = |case: &Case, command: Command| {
        let mut case = case.clone();
        let outcome = case.done(&manager(), command);
        (case.request, outcome)
    };
    let elsewhere =
        |case: &Case, write: &dyn Fn(&mut Settlement, &Clerk<'_>) -> Result<Movement, Invalid>| {
            let mut request = case.request.clone();
            let mut settlement = request.settlement.clone();
            let (user, new_id) = (id(MANAGER), || Uuid::from_u128(77));
            let clerk = Clerk { user, now: case.world.now, today: today(), new_id: &new_id };
            let movement = write(&mut settlement, &clerk).unwrap();
            let outcome = request.settled(settlement, movement);
            (request, outcome)
        };
    let compare = |(mut one, told): (Certification, Outcome), (other, heard): (Certification, Outcome)| {
        for (own, others) in one.settlement.payments.iter_mut().zip(&other.settlement.payments) {
            own.id = others.id;
        }
        for (own, others) in one.settlement.refunds.iter_mut().zip(&other.settlement.refunds) {
            own.id = others.id;
        }
        assert_eq!(told, heard);
        assert_eq!(one, other);
        (told, other)
    };
    let unpaid = Case::at(Stage::ManagerAssigned);
    let (told, paid) = compare(
        own(&unpaid, pay(FEE)),
        elsewhere(&unpaid, &|settlement, clerk| settlement.register(payment(FEE), true, clerk)),
    );
    assert_eq!(lines(&told).len(), 2);
    assert_eq!(told.events, [Event::PaymentRegistered, Event::StageChanged]);
    assert_eq!((paid.stage, paid.waiting_for()), (Stage::Paid, WaitingFor::Manager));
    let (told, waived) = compare(
        own(&unpaid, fee(0)),
        elsewhere(&unpaid, &|settlement, clerk| {
            settlement.set_due(Some(pen(0)), Some(text("agreed")), clerk)
        }),
    );
    assert_eq!((told.events.as_slice(), waived.trace.waivers.len()), ([Event::StageChanged].as_slice(), 1));
    assert_eq!(waived.fee().unwrap().source, FeeSource::Override);

    let evaluated = Case::at(Stage::Evaluated);
    let received = evaluated.last_payment();
    compare(
        own(&evaluated, void(received)),
        elsewhere(&evaluated, &|settlement, clerk| settlement.void(received, text("typed twice"), clerk)),
    );
    compare(
        own(&evaluated, Command::RegisterRefund(refund(received, 1))),
        elsewhere(&evaluated, &|settlement, clerk| settlement.refund(refund(received, 1), clerk)),
    );
    let (_, doubtful) = compare(
        own(&evaluated, observe()),
        elsewhere(&evaluated, &|settlement, clerk| Ok(settlement.observe(text("no such transfer"), clerk))),
    );
    assert_eq!(doubtful.stage, Stage::ManagerAssigned);
    let doubtful = Case { request: doubtful, ..evaluated };
    let (_, cleared) = compare(
        own(&doubtful, clear()),
        elsewhere(&doubtful, &|settlement, clerk| Ok(settlement.clear(Some(text("found")), clerk))),
    );
    assert_eq!(cleared.stage, Stage::Evaluated);
    let mut waiting = unpaid;
    waiting.world.rules.cashier_may_validate = false;
    waiting.done(&operator(), pay(FEE));
    let pending = waiting.last_payment();
    compare(
        own(&waiting, Command::ValidatePayment { payment: pending }),
        elsewhere(&waiting, &|settlement, clerk| settlement.validate(pending, clerk)),
    );
}
