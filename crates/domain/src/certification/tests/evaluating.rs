use chrono::{Days, Duration, NaiveDate};

use super::*;
use crate::policy::Role;

#[test]
fn the_assigned_doctor_evaluates() {
    let mut case = Case::at(Stage::DoctorAssigned);
    case.later(Duration::minutes(5));
    let outcome = case.done(&doctor(), evaluate(fit()));
    let evaluation = case.request.standing_evaluation().unwrap();
    assert_eq!(lines(&outcome), [format!("RECORD_EVALUATION evaluation: - -> {}", evaluation.id)]);
    assert_eq!(outcome.events, [Event::EvaluationRecorded, Event::StageChanged]);
    assert_eq!((case.request.stage, case.request.waiting_for()), (Stage::Evaluated, WaitingFor::Doctor));
    assert_eq!((evaluation.doctor, evaluation.recorded_by), (id(DOCTOR), id(DOCTOR)));
    assert_eq!(evaluation.recorded_at, case.world.now);
    assert_eq!(evaluation.findings.valid_from, today());
    assert_eq!(evaluation.findings.valid_until, Some(day(2027, 6, 14)), "365 days, the first one counted");
    assert_eq!(evaluation.printed.0["client.given_names"], "Ana");
    assert_eq!(evaluation.printed.0["doctor.licence_number"], "CMP 40");
}

#[test]
fn the_history_never_holds_what_the_doctor_found() {
    let mut case = Case::at(Stage::DoctorAssigned);
    let outcome = case.done(&doctor(), evaluate(fit()));
    assert!(!lines(&outcome).join(" ").contains("secret"));
}

#[test]
fn nobody_else_evaluates() {
    let mut case = Case::at(Stage::DoctorAssigned);
    for other in [admin(), operator(), manager()] {
        let refused = case.act(&other, evaluate(fit())).unwrap_err();
        assert_eq!(refused, Refusal::Forbidden(Action::RecordEvaluation));
    }
    let colleague = actor(DOCTOR_2, &[Role::Doctor, Role::Admin]);
    let refused = case.act(&colleague, evaluate(fit())).unwrap_err();
    assert_eq!(refused, Refusal::NotYours(Action::RecordEvaluation));
    let unassigned = Case::at(Stage::Paid).act(&doctor(), evaluate(fit())).unwrap_err();
    assert_eq!(unassigned, Refusal::NotYours(Action::RecordEvaluation));
}

#[test]
fn payment_does_not_gate_evaluating() {
    let mut case = Case::at(Stage::DoctorAssigned);
    case.done(&manager(), void(case.last_payment()));
    let outcome = case.done(&doctor(), evaluate(fit()));
    assert_eq!(outcome.events, [Event::EvaluationRecorded]);
    assert_eq!(case.request.stage, Stage::ManagerAssigned);
    case.done(&manager(), pay(FEE));
    assert_eq!(case.request.stage, Stage::Evaluated);
}

#[test]
fn a_newer_evaluation_supersedes_the_former() {
    let mut case = Case::at(Stage::Evaluated);
    let first = case.request.standing_evaluation().unwrap().id;
    case.later(Duration::hours(1));
    let newer = NewEvaluation { conclusion: Conclusion::Unfit, ..fit() };
    let outcome = case.done(&doctor(), evaluate(newer));
    assert_eq!(outcome.events, [Event::EvaluationRecorded]);
    assert_eq!(case.request.evaluations[0].superseded_at, Some(case.world.now));
    let standing = case.request.standing_evaluation().unwrap();
    assert_ne!(standing.id, first);
    assert_eq!(standing.findings.conclusion, Conclusion::Unfit);
}

fn refused(change: impl FnOnce(&mut NewEvaluation)) -> Vec<(String, &'static str)> {
    let mut evaluation = fit();
    change(&mut evaluation);
    faults(Case::at(Stage::DoctorAssigned).act(&doctor(), evaluate(evaluation)))
}

fn accepted(change: impl FnOnce(&mut NewEvaluation)) -> Findings {
    let mut evaluation = fit();
    change(&mut evaluation);
    let mut case = Case::at(Stage::DoctorAssigned);
    case.done(&doctor(), evaluate(evaluation));
    case.request.standing_evaluation().unwrap().findings.clone()
}

#[test]
fn the_day_of_the_evaluation_is_neither_future_nor_before_birth() {
    let tomorrow = today() + Days::new(1);
    assert_eq!(refused(|e| e.evaluated_on = tomorrow), [(text("/evaluated_on"), "future-date")]);
    assert_eq!(accepted(|e| e.evaluated_on = days_ago(90)).valid_from, days_ago(90));
    let before = day(1990, 1, 1);
    assert_eq!(refused(|e| e.evaluated_on = before), [(text("/evaluated_on"), "before-birth")]);
    let first_of_all = refused(|e| {
        (e.evaluated_on, e.valid_from, e.valid_until) = (NaiveDate::MIN, Some(today()), Some(today()));
    });
    assert_eq!(first_of_all, [(text("/evaluated_on"), "before-birth")], "no day is too early to be answered");
}

#[test]
fn verdicts_agree_with_conclusions() {
    assert_eq!(refused(|e| e.verdict = None), [(text("/verdict"), "required")]);
    let observed = |e: &mut NewEvaluation| e.verdict = Some(Verdict::Observed);
    assert_eq!(refused(observed), [(text("/observed_reason"), "required")]);
    let with_reason = accepted(|e| {
        observed(e);
        e.observed_reason = Some(text("X-ray missing"));
    });
    assert_eq!(with_reason.verdict, Verdict::Observed);
    let approved = refused(|e| e.observed_reason = Some(text("X-ray missing")));
    assert_eq!(approved, [(text("/observed_reason"), "not-observed")]);
    let inconclusive = |e: &mut NewEvaluation| e.conclusion = Conclusion::Inconclusive;
    assert_eq!(refused(inconclusive), [(text("/verdict"), "inconclusive")]);
    let implied = accepted(|e| {
        inconclusive(e);
        e.verdict = None;
    });
    assert_eq!(implied.verdict, Verdict::Observed, "implied");
    assert_eq!(accepted(|e| e.conclusion = Conclusion::Unfit).verdict, Verdict::Approved);
}

#[test]
fn restrictions_belong_to_a_fitness_with_restrictions() {
    let limited = |e: &mut NewEvaluation| e.conclusion = Conclusion::FitWithRestrictions;
    assert_eq!(refused(limited), [(text("/restrictions"), "required")]);
    accepted(|e| {
        limited(e);
        e.restrictions = Some(text("glasses"));
    });
    assert_eq!(
        refused(|e| e.restrictions = Some(text("glasses"))),
        [(text("/restrictions"), "contradiction")]
    );
}

#[test]
fn validity_starts_at_the_evaluation_and_ends_after_it_starts() {
    let backdated = |e: &mut NewEvaluation| e.valid_from = Some(days_ago(1));
    assert_eq!(refused(backdated), [(text("/valid_from"), "backdated")]);
    let ended = refused(|e| e.valid_until = Some(days_ago(1)));
    assert_eq!(ended, [(text("/valid_until"), "before-start")]);
    assert_eq!(accepted(|e| e.valid_until = Some(today())).valid_until, Some(today()), "one day is enough");
    let later = accepted(|e| e.valid_from = Some(today() + Days::new(10)));
    assert_eq!(later.valid_until, Some(today() + Days::new(374)));
}

#[test]
fn validity_may_start_earlier_where_the_institution_allows_it() {
    let mut case = Case::at(Stage::DoctorAssigned);
    case.world.rules.backdating_days = 3;
    let from = |days| evaluate(NewEvaluation { valid_from: Some(days_ago(days)), ..fit() });
    assert!(case.clone().act(&doctor(), from(3)).is_ok());
    assert_eq!(fault(case.act(&doctor(), from(4))), (text("/valid_from"), "backdated"));
    case.world.rules.backdating_days = u32::MAX;
    assert!(case.act(&doctor(), from(4)).is_ok(), "more days than there ever were");
}

#[test]
fn without_a_service_validity_has_no_end_yet() {
    let mut case = Case::of(None);
    case.done(&manager(), fee(0));
    let to = case.world.member(DOCTOR);
    case.done(&manager(), Command::AssignDoctor { to, comment: None });
    case.done(&doctor(), evaluate(fit()));
    assert_eq!(case.request.standing_evaluation().unwrap().findings.valid_until, None);
    assert_eq!(reasons(case.issue(&doctor())), [Blocker::ServiceMissing]);
}

#[test]
fn a_minor_needs_a_guardian_to_be_evaluated() {
    let mut case = Case::at(Stage::DoctorAssigned);
    case.world.client.birth_date = Some(day(2008, 6, 16));
    assert_eq!(reasons(case.act(&doctor(), evaluate(fit()))), [Blocker::GuardianMissing]);
    let mut represented = case.clone();
    represented.request.guardian = Some(parent());
    assert!(represented.act(&doctor(), evaluate(fit())).is_ok());
    case.world.client.birth_date = Some(day(2008, 6, 15));
    assert!(case.clone().act(&doctor(), evaluate(fit())).is_ok(), "of age on the birthday");
    case.world.rules.age_of_majority = 21;
    assert_eq!(reasons(case.act(&doctor(), evaluate(fit()))), [Blocker::GuardianMissing]);
    case.world.client.birth_date = None;
    assert!(case.act(&doctor(), evaluate(fit())).is_ok(), "asked again before issuing");
}
