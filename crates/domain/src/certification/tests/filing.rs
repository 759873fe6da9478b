use chrono::Duration;

use super::*;
use crate::{
    Id, PaymentId,
    certification::policy::{may_delete_file, may_read_file},
    files::{FileKind, MOST_FILES, StoredFile},
    policy::{Actor, Role},
};

fn added(case: &mut Case, by: &Actor, kind: FileKind, payment: Option<PaymentId>) -> Id<StoredFile> {
    case.done(by, add(kind, payment));
    case.request.files.last().unwrap().id
}

#[test]
fn whoever_works_on_an_open_request_adds_files_and_the_administrator_afterwards() {
    for stage in Stage::ALL.iter().copied() {
        let case = Case::at(stage);
        for who in [admin(), operator(), manager(), doctor()] {
            let assigned = !who.is(Role::Doctor) || case.request.doctor().is_some();
            let allowed = if stage.is_open() { assigned } else { who.is(Role::Admin) };
            let done = case.clone().act(&who, add(FileKind::Document, None));
            assert_eq!(done.is_ok(), allowed, "{:?} in {stage}: {done:?}", who.roles);
        }
        let looking = actor(ADMIN, &[Role::Auditor]);
        let refused = case.clone().act(&looking, add(FileKind::Document, None));
        assert_eq!(refused, Err(Refusal::Forbidden(Action::AddFile)));
    }
    let mut others = Case::at(Stage::ManagerAssigned);
    let refused = others.act(&actor(MANAGER_2, &[Role::Manager]), add(FileKind::Document, None));
    assert_eq!(refused, Err(Refusal::NotYours(Action::AddFile)));
}

#[test]
fn a_file_leaves_a_line_that_tells_nothing_clinical() {
    let mut case = Case::at(Stage::Paid);
    let line = |outcome: Outcome| {
        let line = outcome.lines.into_iter().next().unwrap();
        (line.action, line.field, line.old, line.new, line.comment)
    };
    let field = Some("file");
    let told = line(case.done(&operator(), add(FileKind::Document, None)));
    assert_eq!(told, (Action::AddFile, field, None, Some(text("DOCUMENT: Scan.pdf")), None));
    let told = line(case.done(&operator(), add(FileKind::MedicalDocument, None)));
    assert_eq!(told, (Action::AddFile, field, None, Some(text("MEDICAL_DOCUMENT")), None));
    let file = case.request.files[1].id;
    let told = line(case.done(&operator(), take(file)));
    let old = Some(text("MEDICAL_DOCUMENT"));
    assert_eq!(told, (Action::DeleteFile, field, old, None, Some(text("twice"))));
    assert_eq!(case.request.files.len(), 1);
}

#[test]
fn a_request_has_no_more_files_than_it_may_have() {
    let mut case = Case::at(Stage::Registered);
    for _ in 0..MOST_FILES {
        case.done(&operator(), add(FileKind::Other, None));
    }
    let refused = case.act(&operator(), add(FileKind::Other, None));
    let reasons = vec![Blocker::TooManyFiles];
    let full = Refusal::WrongStage { action: Action::AddFile, stage: Stage::Registered, reasons };
    assert_eq!(refused, Err(full));
    let file = case.request.files[7].id;
    case.done(&operator(), take(file));
    case.done(&operator(), add(FileKind::Other, None));
}

#[test]
fn evidence_is_of_a_payment_of_this_request() {
    let mut case = Case::at(Stage::Paid);
    let payment = case.last_payment();
    let fault = |refused: Result<Outcome, Refusal>| match refused {
        Err(Refusal::Invalid(invalid)) => (invalid.faults[0].pointer.clone(), invalid.faults[0].code),
        other => panic!("{other:?}"),
    };
    let at = text("/payment_id");
    let unknown = case.act(&operator(), add(FileKind::PaymentEvidence, Some(id(9))));
    assert_eq!(fault(unknown), (at.clone(), "unknown"));
    let other_kind = case.act(&operator(), add(FileKind::Document, Some(payment)));
    assert_eq!(fault(other_kind), (at, "not-evidence"));
    case.done(&operator(), add(FileKind::PaymentEvidence, None));
    let evidence = added(&mut case, &operator(), FileKind::PaymentEvidence, Some(payment));
    // It stays while the payment is in force, even for the administrator.
    let reasons = vec![Blocker::PaymentInForce];
    let kept = Refusal::WrongStage { action: Action::DeleteFile, stage: Stage::Paid, reasons };
    assert_eq!(case.act(&admin(), take(evidence)), Err(kept));
    case.done(&admin(), void(payment));
    case.done(&admin(), take(evidence));
}

#[test]
fn who_uploaded_a_file_takes_it_away_within_a_day_and_the_administrator_at_any_time() {
    let mut case = Case::at(Stage::Paid);
    let file = added(&mut case, &operator(), FileKind::Document, None);
    let not_yours = Err(Refusal::NotYours(Action::DeleteFile));
    assert_eq!(case.clone().act(&manager(), take(file)), not_yours);
    case.later(Duration::hours(24));
    assert!(case.clone().act(&operator(), take(file)).is_ok());
    case.later(Duration::microseconds(1));
    assert_eq!(case.clone().act(&operator(), take(file)), not_yours);
    assert!(case.clone().act(&admin(), take(file)).is_ok());
    case.done(&admin(), cancel(Some(MoneyDecision::Keep)));
    let over = Refusal::WrongStage { action: Action::DeleteFile, stage: Stage::Cancelled, reasons: vec![] };
    assert_eq!(case.act(&admin(), take(file)), Err(over));
}

#[test]
fn nothing_is_taken_away_once_a_certificate_was_issued() {
    let mut case = Case::at(Stage::Evaluated);
    let file = added(&mut case, &admin(), FileKind::Document, None);
    case.issue(&doctor()).unwrap();
    case.done(&admin(), reopen(Some(ReopenReason::ClericalCorrection)));
    let refused = case.act(&admin(), take(file));
    let reasons = vec![Blocker::CertificateIssued];
    let stage = case.request.stage;
    assert_eq!(refused, Err(Refusal::WrongStage { action: Action::DeleteFile, stage, reasons }));
}

#[test]
fn clinical_files_are_for_the_assigned_doctor_and_the_others_for_whoever_sees_the_request() {
    let assigned = Some(id(DOCTOR));
    for kind in FileKind::ALL.iter().copied() {
        for role in Role::ALL.iter().copied() {
            for (number, own) in [(DOCTOR, true), (DOCTOR_2, false)] {
                let who = actor(number, &[role]);
                let sees = role != Role::Doctor || own;
                let expected = sees && (kind != FileKind::MedicalDocument || role == Role::Doctor && own);
                assert_eq!(may_read_file(&who, assigned, kind), expected, "{role} {kind} {own}");
            }
        }
        assert!(!may_read_file(&doctor(), None, kind), "a request without a doctor is not every doctor's");
        assert!(!may_read_file(&actor(DOCTOR, &[]), assigned, kind));
    }
    let mut case = Case::at(Stage::Paid);
    added(&mut case, &operator(), FileKind::Document, None);
    let file = &case.request.files[0];
    for role in Role::ALL.iter().copied() {
        for (number, own) in [(OPERATOR, true), (DOCTOR_2, false)] {
            for (hours, fresh) in [(0, true), (24, true), (25, false)] {
                let found = may_delete_file(&actor(number, &[role]), file, noon() + Duration::hours(hours));
                assert_eq!(found, role == Role::Admin || own && fresh, "{role} {own} {hours}");
            }
        }
    }
}
