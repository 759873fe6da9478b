use super::*;
use crate::FieldChange;

fn comment() -> OverridePayload {
    OverridePayload::Edit(Box::new(Edit {
        fields: RequestPatch { comment: Some(Some(text("late"))), ..RequestPatch::default() },
        ..Edit::default()
    }))
}

#[test]
fn an_administrator_edits_what_has_ended() {
    for stage in [Stage::Closed, Stage::Cancelled] {
        let mut case = Case::at(stage);
        let outcome = case.done(&admin(), overrule(comment()));
        assert_eq!(
            lines(&outcome),
            ["OVERRIDE override: - -> EDIT (audit finding)", "EDIT comment: - -> late"]
        );
        assert_eq!((case.request.stage, outcome.events.as_slice()), (stage, &[][..]));
        for other in [operator(), manager(), doctor()] {
            let refused = case.act(&other, overrule(comment())).unwrap_err();
            assert_eq!(refused, Refusal::Forbidden(Action::Override));
        }
    }
    assert_eq!(reasons(Case::at(Stage::Paid).act(&admin(), overrule(comment()))), []);
}

#[test]
fn never_what_a_certificate_in_force_prints() {
    let change = |field, applied| FieldChange { field, old: None, new: None, applied };
    let mut case = Case::at(Stage::Closed);
    let edits = [
        Edit { client_changes: vec![change("family_names", true)], ..Edit::default() },
        Edit { client_changes: vec![change("document", true)], ..Edit::default() },
        Edit { guardian_changes: vec![change("birth_date", true)], ..Edit::default() },
        Edit { client: Some(id(STRANGER)), ..Edit::default() },
        Edit { guardian: Some(Some(parent())), ..Edit::default() },
        Edit { service: Some(Some(case.world.service(DEAR))), ..Edit::default() },
    ];
    for edit in edits {
        let refused = case.act(&admin(), overrule(OverridePayload::Edit(Box::new(edit))));
        assert_eq!(reasons(refused), [Blocker::CertificateInForce]);
    }
    let harmless = [
        Edit { client_changes: vec![change("email", true)], ..Edit::default() },
        Edit { client_changes: vec![change("family_names", false)], ..Edit::default() },
    ];
    for edit in harmless {
        assert!(case.act(&admin(), overrule(OverridePayload::Edit(Box::new(edit)))).is_ok());
    }
    let guardian =
        || OverridePayload::Edit(Box::new(Edit { guardian: Some(Some(parent())), ..Edit::default() }));
    case.request.certificates[0].stored_status = CertificateStatus::Suspended;
    assert_eq!(reasons(case.act(&admin(), overrule(guardian()))), [Blocker::CertificateInForce]);
    case.request.certificates[0].stored_status = CertificateStatus::Revoked;
    assert!(case.act(&admin(), overrule(guardian())).is_ok());
}

#[test]
fn the_same_rules_but_for_the_stage() {
    let mut case = Case::at(Stage::Closed);
    let before = case.last_payment();
    let outcome = case.done(&admin(), overrule(OverridePayload::RegisterPayment(payment(1))));
    let told = [
        "OVERRIDE override: - -> REGISTER_PAYMENT (audit finding)",
        "REGISTER_PAYMENT payment: - -> 0.01 PEN",
    ];
    assert_eq!(lines(&outcome), told);
    assert_eq!(outcome.events, [Event::PaymentRegistered]);
    let bad = case.act(&admin(), overrule(OverridePayload::RegisterPayment(payment(0))));
    assert_eq!(fault(bad), (text("/payload/amount"), "not-positive"));
    let too_much = OverridePayload::RegisterRefund(refund(before, FEE + 1));
    assert_eq!(fault(case.act(&admin(), overrule(too_much))), (text("/payload/amount"), "exceeds-rest"));
    case.done(&admin(), overrule(OverridePayload::RegisterRefund(refund(case.last_payment(), 1))));
    let reason = text("never came");
    case.done(&admin(), overrule(OverridePayload::VoidPayment { payment: before, reason }));
    assert_eq!((case.request.stage, case.request.settlement.paid_total()), (Stage::Closed, 0));
    let again = OverridePayload::RegisterRefund(refund(before, 1));
    assert_eq!(reasons(case.act(&admin(), overrule(again))), [Blocker::NothingToRefund]);
    let mut unpriced = Case::of(None);
    unpriced.done(&operator(), cancel(None));
    let pays = OverridePayload::RegisterPayment(payment(1));
    assert_eq!(unpriced.act(&admin(), overrule(pays)).unwrap_err(), Refusal::FeeMissing);
}

#[test]
fn the_manager_of_an_ended_request_is_changed_never_assigned() {
    let change = |case: &Case, number| {
        overrule(OverridePayload::ChangeManager { to: case.world.member(number), comment: None })
    };
    let mut case = Case::at(Stage::Closed);
    let outcome = case.done(&admin(), change(&case, MANAGER_2));
    let told = [
        "OVERRIDE override: - -> CHANGE_MANAGER (audit finding)",
        "CHANGE_MANAGER manager: Member 30 -> Member 31",
    ];
    assert_eq!(lines(&outcome), told);
    assert_eq!(fault(case.act(&admin(), change(&case, MANAGER_2))), (text("/payload/staff_id"), "unchanged"));
    let mut free = Case::at(Stage::Cancelled);
    assert_eq!(reasons(free.act(&admin(), change(&free, MANAGER))), [Blocker::ManagerMissing]);
}

#[test]
fn the_service_of_a_doctors_request_stays_fixed_after_the_end() {
    let to_dear = |case: &Case| {
        let service = Some(Some(case.world.service(DEAR)));
        overrule(OverridePayload::Edit(Box::new(Edit { service, ..Edit::default() })))
    };
    let mut no_show = Case::at(Stage::DoctorAssigned);
    no_show.done(&doctor(), close(Some(MoneyDecision::Keep)));
    assert_eq!(reasons(no_show.act(&admin(), to_dear(&no_show))), [Blocker::DoctorAssigned]);
    let mut cancelled = Case::at(Stage::Cancelled);
    assert!(cancelled.act(&admin(), to_dear(&cancelled)).is_ok());
    assert_eq!(cancelled.request.stage, Stage::Cancelled);
}
