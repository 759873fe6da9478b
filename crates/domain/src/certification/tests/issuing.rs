use chrono::Duration;

use super::*;
use crate::people::{Member, Relationship, StaffStatus};

#[test]
fn issuing_closes_the_request_with_a_certificate() {
    let mut case = Case::at(Stage::Evaluated);
    let outcome = case.issue(&doctor()).unwrap();
    assert_eq!(lines(&outcome), ["ISSUE certificate: - -> MC-2026-000001"]);
    assert_eq!(outcome.events, [Event::CertificateIssued, Event::StageChanged]);
    assert_eq!((case.request.stage, case.request.waiting_for()), (Stage::Closed, WaitingFor::Nobody));
    let ending = Ending::Closed { at: noon(), by: id(DOCTOR), outcome: None, reason: None };
    assert_eq!(case.request.ending, ending);
    assert_eq!(case.request.certificate_in_force().unwrap().number, "MC-2026-000001");
    assert_eq!(reasons(case.issue(&doctor())), [], "a second one is wrong-stage");
}

#[test]
fn unfit_may_be_issued_but_nothing_observed() {
    let mut case = Case::at(Stage::DoctorAssigned);
    let observed = NewEvaluation {
        verdict: Some(Verdict::Observed),
        observed_reason: Some(text("X-ray missing")),
        ..fit()
    };
    case.done(&doctor(), evaluate(observed));
    assert_eq!(case.request.waiting_for(), WaitingFor::Client);
    assert_eq!(reasons(case.issue(&doctor())), [Blocker::EvaluationObserved]);
    case.done(&doctor(), evaluate(NewEvaluation { conclusion: Conclusion::Unfit, ..fit() }));
    assert!(case.issue(&doctor()).is_ok());
}

#[test]
fn an_evaluation_is_good_for_thirty_days() {
    let on = |days| {
        let mut case = Case::at(Stage::DoctorAssigned);
        case.done(&doctor(), evaluate(NewEvaluation { evaluated_on: days_ago(days), ..fit() }));
        case
    };
    assert!(on(30).issue(&doctor()).is_ok());
    assert_eq!(reasons(on(31).issue(&doctor())), [Blocker::EvaluationTooOld]);
    let mut longer = on(31);
    longer.world.rules.evaluation_max_age_days = 31;
    assert!(longer.issue(&doctor()).is_ok());
}

#[test]
fn the_doctor_is_at_work_and_licensed() {
    let try_with = |spoil: &dyn Fn(&mut Member)| {
        let mut case = Case::at(Stage::Evaluated);
        spoil(case.world.member_mut(DOCTOR));
        case.issue(&doctor())
    };
    let refused = [Blocker::DoctorNotActive];
    assert_eq!(reasons(try_with(&|m| m.staff.status = StaffStatus::Leave)), refused);
    assert_eq!(reasons(try_with(&|m| m.user.as_mut().unwrap().active = false)), refused);
    assert_eq!(reasons(try_with(&|m| m.staff.licence_valid_until = Some(days_ago(1)))), refused);
    assert!(try_with(&|m| m.staff.licence_valid_until = Some(today())).is_ok(), "the last day counts");
    let both = [Blocker::DoctorNotActive, Blocker::PrintedDataChanged];
    assert_eq!(reasons(try_with(&|m| m.staff.licence_number = None)), both);
}

#[test]
fn what_is_printed_is_what_the_doctor_saw() {
    let stale = |change: &dyn Fn(&mut Case)| {
        let mut case = Case::at(Stage::DoctorAssigned);
        case.request.guardian = Some(parent());
        case.done(&doctor(), evaluate(fit()));
        change(&mut case);
        match case.issue(&doctor()) {
            Err(Refusal::PrintedDataChanged(fields)) => fields,
            Ok(_) => vec![],
            other => panic!("{other:?}"),
        }
    };
    assert!(stale(&|_| ()).is_empty());
    assert!(stale(&|case| case.world.client.email = Some(text("ana@example.org"))).is_empty(), "not printed");
    assert_eq!(stale(&|case| case.world.client.family_names = text("Sousa")), ["client.family_names"]);
    assert_eq!(stale(&|case| case.world.client.birth_date = Some(day(1991, 1, 2))), ["client.birth_date"]);
    assert_eq!(stale(&|case| case.world.services[0].name = text("Fitness 2")), ["service.name"]);
    assert_eq!(stale(&|case| case.world.member_mut(DOCTOR).name = text("Dr New")), ["doctor.name"]);
    assert_eq!(stale(&|case| case.world.guardian.given_names = text("Rosalía")), ["guardian.name"]);
    let relation = Guardian { relationship: Relationship::LegalGuardian, ..parent() };
    assert_eq!(stale(&|case| case.request.guardian = Some(relation)), ["guardian.relationship"]);
    let none = stale(&|case| case.request.guardian = None);
    assert_eq!(none, ["guardian.document", "guardian.name", "guardian.relationship"]);
}

#[test]
fn all_that_is_missing_is_told_at_once() {
    let mut case = Case::at(Stage::Evaluated);
    case.world.client.birth_date = None;
    case.world.client.document = None;
    let missing = [Blocker::BirthDateMissing, Blocker::DocumentMissing, Blocker::PrintedDataChanged];
    assert_eq!(reasons(case.issue(&doctor())), missing);
    assert_eq!(case.options(&doctor()).blocked, [(Action::Issue, missing.to_vec())]);
    let mut minor = Case::at(Stage::Evaluated);
    minor.world.rules.age_of_majority = 40;
    assert_eq!(reasons(minor.issue(&doctor())), [Blocker::GuardianMissing]);
    assert_eq!(Case::at(Stage::DoctorAssigned).blockers(Action::Issue), [Blocker::EvaluationMissing]);
}

#[test]
fn only_the_assigned_doctor_issues() {
    let mut case = Case::at(Stage::Evaluated);
    for other in [admin(), operator(), manager()] {
        assert_eq!(case.issue(&other).unwrap_err(), Refusal::Forbidden(Action::Issue));
    }
    let colleague = actor(DOCTOR_2, &[crate::policy::Role::Doctor]);
    assert_eq!(case.issue(&colleague).unwrap_err(), Refusal::NotYours(Action::Issue));
}

#[test]
fn the_next_certificate_supersedes_the_one_in_force() {
    let mut case = Case::at(Stage::Closed);
    let first = case.request.certificates[0].id;
    case.done(&admin(), reopen(Some(ReopenReason::ClericalCorrection)));
    assert_eq!(case.request.certificate_in_force().unwrap().id, first, "in force until the next one");
    case.later(Duration::hours(1));
    let outcome = case.issue(&doctor()).unwrap();
    assert_eq!(lines(&outcome), ["ISSUE certificate: MC-2026-000001 -> MC-2026-000002"]);
    let told = [Event::CertificateSuperseded, Event::CertificateIssued, Event::StageChanged];
    assert_eq!(outcome.events, told);
    let [old, new] = case.request.certificates.as_slice() else { panic!() };
    assert_eq!((old.stored_status, old.replaced_by), (CertificateStatus::Superseded, Some(new.id)));
    assert_eq!((new.stored_status, new.replaces), (CertificateStatus::Valid, Some(first)));
    assert_eq!(case.request.certificate_in_force().unwrap().id, new.id);
}

#[test]
fn a_suspended_certificate_is_superseded_and_a_revoked_one_stays_revoked() {
    for (status, replaced) in [(CertificateStatus::Suspended, true), (CertificateStatus::Revoked, false)] {
        let mut case = Case::at(Stage::Closed);
        case.request.certificates[0].stored_status = status;
        case.done(&admin(), reopen(Some(ReopenReason::MedicalCorrection)));
        case.issue(&doctor()).unwrap();
        let [old, new] = case.request.certificates.as_slice() else { panic!() };
        let expected = if replaced { CertificateStatus::Superseded } else { status };
        assert_eq!((old.stored_status, new.replaces.is_some()), (expected, replaced));
    }
}

#[test]
fn expiry_is_derived_and_the_last_day_counts() {
    let mut certificate = Case::at(Stage::Closed).request.certificates.remove(0);
    let last = certificate.valid_until;
    let after = last.succ_opt().unwrap();
    assert_eq!(certificate.status_on(last), CertificateStatus::Valid);
    assert_eq!(certificate.status_on(after), CertificateStatus::Expired);
    certificate.stored_status = CertificateStatus::Revoked;
    assert_eq!(certificate.status_on(after), CertificateStatus::Revoked);
}

#[test]
fn the_default_validity_counts_its_first_day() {
    assert_eq!(default_valid_until(today(), 1), today());
    assert_eq!(default_valid_until(today(), 0), today());
    assert_eq!(default_valid_until(day(2028, 2, 28), 2), day(2028, 2, 29));
    assert_eq!(default_valid_until(today(), u32::MAX), chrono::NaiveDate::MAX);
}
