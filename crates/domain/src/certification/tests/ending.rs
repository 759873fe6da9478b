use chrono::Duration;

use super::*;
use crate::policy::Role;

#[test]
fn a_cancelled_request_says_when_by_whom_and_why() {
    let mut case = Case::at(Stage::ManagerAssigned);
    let outcome = case.done(&operator(), cancel(None));
    assert_eq!(lines(&outcome), ["CANCEL stage: MANAGER_ASSIGNED -> CANCELLED (did not come)"]);
    assert_eq!(outcome.events, [Event::RequestCancelled, Event::StageChanged]);
    let ending = Ending::Cancelled { at: noon(), by: id(OPERATOR), reason: text("did not come") };
    assert_eq!((case.request.stage, &case.request.ending), (Stage::Cancelled, &ending));
    assert_eq!(case.request.waiting_for(), WaitingFor::Nobody);
    assert_eq!(reasons(case.act(&operator(), cancel(None))), []);
}

#[test]
fn a_closed_request_tells_its_outcome() {
    let mut case = Case::at(Stage::DoctorAssigned);
    let outcome = case.done(&doctor(), close(Some(MoneyDecision::Keep)));
    let told = ["CLOSE money: - -> KEEP", "CLOSE close_outcome: - -> NO_SHOW (did not come)"];
    assert_eq!(lines(&outcome), told);
    assert_eq!(outcome.events, [Event::StageChanged]);
    let reason = Some(text("did not come"));
    let ending = Ending::Closed { at: noon(), by: id(DOCTOR), outcome: Some(CloseOutcome::NoShow), reason };
    assert_eq!((case.request.stage, &case.request.ending), (Stage::Closed, &ending));
    assert!(!case.request.refund_due(), "kept");
}

#[test]
fn money_received_is_decided_upon() {
    let required = (text("/money"), "required");
    let mut case = Case::at(Stage::DoctorAssigned);
    assert_eq!(fault(case.act(&operator(), cancel(None))), required);
    assert_eq!(fault(case.act(&doctor(), close(None))), required);
    case.done(&manager(), observe());
    assert_eq!(fault(case.act(&operator(), cancel(None))), required, "doubtful money is money");
    let outcome = case.done(&operator(), cancel(Some(MoneyDecision::RefundDue)));
    assert_eq!(lines(&outcome)[0], "CANCEL money: - -> REFUND_DUE");
    assert!(case.request.refund_due());
    let mut unpaid = Case::at(Stage::Registered);
    let outcome = unpaid.done(&operator(), cancel(Some(MoneyDecision::RefundDue)));
    assert_eq!((outcome.lines.len(), unpaid.request.money_decision), (1, None), "nothing to decide upon");
}

#[test]
fn an_evaluated_request_is_for_its_doctor_and_the_administrator_to_end() {
    for fall_back in [false, true] {
        let mut case = Case::at(Stage::Evaluated);
        if fall_back {
            case.done(&manager(), void(case.last_payment()));
            assert_eq!(case.request.stage, Stage::ManagerAssigned);
        }
        let keep = Some(MoneyDecision::Keep);
        assert_eq!(reasons(case.act(&operator(), cancel(keep))), []);
        assert_eq!(reasons(case.act(&manager(), cancel(keep))), []);
        for who in [admin(), doctor()] {
            case.clone().done(&who, cancel(keep));
            case.clone().done(&who, close(keep));
        }
    }
}

#[test]
fn cancelled_requests_come_back_to_where_they_were() {
    for stage in [Stage::Registered, Stage::ManagerAssigned, Stage::Paid, Stage::DoctorAssigned] {
        let mut case = Case::at(stage);
        case.done(&operator(), cancel(Some(MoneyDecision::RefundDue)));
        case.later(Duration::hours(1));
        let outcome = case.done(&operator(), reopen(None));
        assert_eq!(lines(&outcome), [format!("REOPEN stage: CANCELLED -> {stage} (came after all)")]);
        assert_eq!(outcome.events, [Event::RequestReopened, Event::StageChanged]);
        assert_eq!((case.request.stage, &case.request.ending), (stage, &Ending::Open));
        assert_eq!((case.request.money_decision, case.request.stage_since), (None, case.world.now));
    }
}

#[test]
fn who_cancelled_takes_it_back_within_a_day_and_nobody_else() {
    let mut case = Case::at(Stage::Cancelled);
    let colleague = actor(21, &[Role::Operator]);
    assert_eq!(case.act(&colleague, reopen(None)).unwrap_err(), Refusal::NotYours(Action::Reopen));
    assert_eq!(case.act(&manager(), reopen(None)).unwrap_err(), Refusal::NotYours(Action::Reopen));
    case.later(Duration::hours(24));
    assert_eq!(case.options(&operator()).available, [Action::Reopen]);
    assert!(case.clone().act(&operator(), reopen(None)).is_ok(), "the last moment");
    case.later(Duration::microseconds(1));
    assert_eq!(case.act(&operator(), reopen(None)).unwrap_err(), Refusal::NotYours(Action::Reopen));
    assert!(case.options(&operator()).available.is_empty());
    assert!(case.act(&admin(), reopen(None)).is_ok());
}

#[test]
fn a_request_closed_without_a_certificate_is_reopened_by_the_administrator() {
    let mut case = Case::at(Stage::Evaluated);
    case.done(&doctor(), close(Some(MoneyDecision::Keep)));
    assert_eq!(reasons(case.act(&doctor(), reopen(None))), []);
    case.done(&admin(), reopen(None));
    assert_eq!(case.request.stage, Stage::Evaluated, "the evaluation still stands");
}

#[test]
fn after_a_certificate_reopening_has_a_coded_reason() {
    let mut case = Case::at(Stage::Closed);
    assert_eq!(fault(case.act(&admin(), reopen(None))), (text("/reason_code"), "required"));
    let outcome = case.done(&admin(), reopen(Some(ReopenReason::MedicalCorrection)));
    let told = ["REOPEN stage: CLOSED -> EVALUATED (MEDICAL_CORRECTION: came after all)"];
    assert_eq!(lines(&outcome), told);
    for command in [cancel(Some(MoneyDecision::Keep)), close(Some(MoneyDecision::Keep))] {
        assert_eq!(reasons(case.act(&admin(), command)), [Blocker::CertificateInForce]);
    }
    case.request.certificates[0].stored_status = CertificateStatus::Revoked;
    assert!(case.act(&admin(), close(Some(MoneyDecision::Keep))).is_ok());
    assert!(case.act(&admin(), reopen(None)).is_ok(), "it was closed without one the second time");
}

#[test]
fn reopening_after_a_refund_falls_to_an_unpaid_stage() {
    let mut case = Case::at(Stage::Closed);
    case.done(&admin(), Command::RegisterRefund(refund(case.last_payment(), 1)));
    case.done(&admin(), reopen(Some(ReopenReason::ClericalCorrection)));
    assert_eq!(case.request.stage, Stage::ManagerAssigned);
}

#[test]
fn open_requests_are_not_reopened() {
    assert_eq!(reasons(Case::at(Stage::Paid).act(&admin(), reopen(None))), []);
}

#[test]
fn what_was_ever_evaluated_is_not_deleted() {
    let check = |case: &Case| case.with(&admin(), |ctx| case.request.check(Action::Delete, ctx));
    for stage in [Stage::Registered, Stage::Paid, Stage::DoctorAssigned, Stage::Cancelled] {
        assert_eq!(check(&Case::at(stage)), Ok(()), "{stage}");
    }
    let mut case = Case::at(Stage::Evaluated);
    assert_eq!(reasons(check(&case)), []);
    case.done(&admin(), Command::UnassignDoctor { reason: None });
    assert_eq!(reasons(check(&case)), [Blocker::MedicalActExists], "superseded, but it was");
    assert_eq!(reasons(check(&Case::at(Stage::Closed))), [Blocker::MedicalActExists]);
    let mut no_show = Case::at(Stage::DoctorAssigned);
    no_show.done(&doctor(), close(Some(MoneyDecision::Keep)));
    assert_eq!(check(&no_show), Ok(()));
    let by_operator = no_show.with(&operator(), |ctx| no_show.request.check(Action::Delete, ctx));
    assert_eq!(by_operator, Err(Refusal::Forbidden(Action::Delete)));
}
