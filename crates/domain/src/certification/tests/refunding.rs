use super::*;

#[test]
fn a_voided_payment_never_happened_and_the_stage_falls_back() {
    for (stage, fallen) in [(Stage::Paid, Stage::ManagerAssigned), (Stage::Evaluated, Stage::ManagerAssigned)]
    {
        let mut case = Case::at(stage);
        let outcome = case.done(&manager(), void(case.last_payment()));
        let told = [
            "VOID_PAYMENT payment: 200.00 PEN -> - (typed twice)",
            "VOID_PAYMENT payment_status: PAID -> PENDING",
        ];
        assert_eq!(lines(&outcome), told);
        assert_eq!(outcome.events, [Event::PaymentVoided, Event::StageChanged]);
        assert_eq!((case.request.stage, case.request.settlement.paid_total()), (fallen, 0));
        assert_eq!(case.request.settlement.payments.len(), 1, "kept and marked");
        assert_eq!(reasons(case.act(&manager(), void(case.last_payment()))), [Blocker::PaymentMissing]);
        case.done(&manager(), pay(FEE));
        assert_eq!(case.request.stage, stage, "assignments and evaluations count again");
    }
}

#[test]
fn without_a_manager_a_request_falls_back_to_registered() {
    let mut case = Case::at(Stage::Evaluated);
    case.done(&manager(), Command::UnassignManager { reason: None });
    case.done(&manager(), void(case.last_payment()));
    assert_eq!(case.request.stage, Stage::Registered);
}

#[test]
fn only_payments_of_the_request_are_voided_and_only_once() {
    let mut case = Case::at(Stage::Paid);
    assert_eq!(fault(case.act(&manager(), void(id(9)))), (text("/payment_id"), "unknown"));
    let first = case.last_payment();
    case.done(&manager(), pay(1));
    case.done(&manager(), void(first));
    assert_eq!(fault(case.act(&manager(), void(first))), (text("/payment_id"), "voided"));
    let second = case.last_payment();
    case.done(&manager(), Command::RegisterRefund(refund(second, 1)));
    assert_eq!(fault(case.act(&manager(), void(second))), (text("/payment_id"), "refunded"));
}

#[test]
fn a_refund_takes_from_its_payment_at_most_what_is_left() {
    let mut case = Case::at(Stage::Paid);
    let payment = case.last_payment();
    assert_eq!(
        fault(case.act(&manager(), Command::RegisterRefund(refund(payment, FEE + 1)))),
        (text("/amount"), "exceeds-rest")
    );
    let outcome = case.done(&manager(), Command::RegisterRefund(refund(payment, 1)));
    let told = [
        "REGISTER_REFUND refund: - -> 0.01 PEN (did not come)",
        "REGISTER_REFUND payment_status: PAID -> PARTIAL",
    ];
    assert_eq!(lines(&outcome), told);
    assert_eq!(outcome.events, [Event::PaymentRefunded, Event::StageChanged]);
    assert_eq!((case.request.stage, case.request.settlement.paid_total()), (Stage::ManagerAssigned, FEE - 1));
    assert_eq!(
        fault(case.act(&manager(), Command::RegisterRefund(refund(payment, FEE)))),
        (text("/amount"), "exceeds-rest")
    );
    case.done(&manager(), Command::RegisterRefund(refund(payment, FEE - 1)));
    assert_eq!(
        (case.request.settlement.paid_total(), case.request.settlement.status()),
        (0, PaymentStatus::Pending)
    );
    let again = case.act(&manager(), Command::RegisterRefund(refund(payment, 1)));
    assert_eq!(reasons(again), [Blocker::NothingToRefund]);
}

#[test]
fn money_that_was_not_confirmed_is_not_given_back() {
    let mut case = Case::at(Stage::ManagerAssigned);
    case.world.rules.cashier_may_validate = false;
    case.done(&operator(), pay(FEE));
    let pending = case.last_payment();
    let refused = case.act(&manager(), Command::RegisterRefund(refund(pending, 1)));
    assert_eq!(reasons(refused), [Blocker::NothingToRefund]);
    case.done(&manager(), pay(1));
    let refused = case.act(&manager(), Command::RegisterRefund(refund(pending, 1)));
    assert_eq!(fault(refused), (text("/amount"), "exceeds-rest"));
}

#[test]
fn money_due_back_is_refunded_after_the_end() {
    let mut case = Case::at(Stage::Paid);
    case.done(&operator(), cancel(Some(MoneyDecision::RefundDue)));
    assert!(case.request.refund_due());
    let back = Command::RegisterRefund(refund(case.last_payment(), FEE));
    assert_eq!(case.act(&operator(), back.clone()).unwrap_err(), Refusal::Forbidden(Action::RegisterRefund));
    case.done(&manager(), back);
    assert!(!case.request.refund_due());
    assert_eq!(case.request.stage, Stage::Cancelled);
    let mut closed = Case::at(Stage::Closed);
    let back = Command::RegisterRefund(refund(closed.last_payment(), FEE));
    assert_eq!(reasons(closed.act(&manager(), back.clone())), [], "after closing the administrator's");
    closed.done(&admin(), back);
    assert_eq!(closed.request.stage, Stage::Closed);
}
