use chrono::Duration;

use super::*;
use crate::{
    people::{Member, StaffStatus},
    policy::Role,
};

fn assign_manager(case: &Case, number: u128) -> Command {
    Command::AssignManager { to: case.world.member(number), comment: Some(text("free now")) }
}

fn change_manager(case: &Case, number: u128) -> Command {
    Command::ChangeManager { to: case.world.member(number), comment: None }
}

fn assign_doctor(case: &Case, number: u128) -> Command {
    Command::AssignDoctor { to: case.world.member(number), comment: Some(text("today")) }
}

fn change_doctor(case: &Case, number: u128) -> Command {
    Command::ChangeDoctor { to: case.world.member(number), comment: None }
}

fn unassign_doctor(reason: Option<&str>) -> Command {
    Command::UnassignDoctor { reason: reason.map(text) }
}

#[test]
fn a_manager_takes_a_free_request_and_gives_it_back() {
    let mut case = Case::at(Stage::Registered);
    case.later(Duration::hours(1));
    let outcome = case.done(&manager(), assign_manager(&case, MANAGER));
    assert_eq!(lines(&outcome), ["ASSIGN_MANAGER manager: - -> Member 30 (free now)"]);
    assert_eq!(outcome.events, [Event::StageChanged]);
    assert_eq!((case.request.stage, case.request.manager()), (Stage::ManagerAssigned, Some(id(MANAGER))));
    assert_eq!(case.request.stage_since, noon() + Duration::hours(1));
    assert_eq!(case.request.waiting_for(), WaitingFor::Payment);
    assert_eq!(reasons(case.act(&manager(), assign_manager(&case, MANAGER_2))), [Blocker::ManagerAssigned]);
    let outcome = case.done(&manager(), Command::UnassignManager { reason: Some(text("leave")) });
    assert_eq!(lines(&outcome), ["UNASSIGN_MANAGER manager: Member 30 -> - (leave)"]);
    assert_eq!((case.request.stage, case.request.manager()), (Stage::Registered, None));
    let again = case.act(&manager(), Command::UnassignManager { reason: None });
    assert_eq!(reasons(again), [Blocker::ManagerMissing]);
}

#[test]
fn a_changed_manager_stays_in_the_records() {
    let mut case = Case::at(Stage::ManagerAssigned);
    assert_eq!(fault(case.act(&manager(), change_manager(&case, MANAGER))), (text("/staff_id"), "unchanged"));
    case.later(Duration::hours(2));
    let outcome = case.done(&manager(), change_manager(&case, MANAGER_2));
    assert_eq!(lines(&outcome), ["CHANGE_MANAGER manager: Member 30 -> Member 31"]);
    assert!(outcome.events.is_empty());
    let told: Vec<_> = case.request.assignments.iter().map(|a| (a.staff, a.ended_at)).collect();
    assert_eq!(told, [(id(MANAGER), Some(noon() + Duration::hours(2))), (id(MANAGER_2), None)]);
    assert_eq!(case.request.stage_since, noon(), "the stage did not change");
    let former = case.act(&manager(), pay(FEE)).unwrap_err();
    assert_eq!(former, Refusal::NotYours(Action::RegisterPayment));
}

#[test]
fn change_needs_somebody_to_change() {
    let mut case = Case::of(Some(FREE));
    assert_eq!(reasons(case.act(&admin(), change_manager(&case, MANAGER))), [Blocker::ManagerMissing]);
    assert_eq!(reasons(case.act(&admin(), change_doctor(&case, DOCTOR))), [Blocker::DoctorMissing]);
    assert_eq!(reasons(case.act(&admin(), unassign_doctor(None))), [Blocker::DoctorMissing]);
}

#[test]
fn a_doctor_is_assigned_to_a_paid_request() {
    let mut case = Case::at(Stage::ManagerAssigned);
    assert_eq!(reasons(case.act(&admin(), assign_doctor(&case, DOCTOR))), []);
    case.done(&manager(), pay(FEE));
    case.done(&manager(), observe());
    assert_eq!(reasons(case.act(&admin(), assign_doctor(&case, DOCTOR))), [], "observed money is not paid");
    case.done(&manager(), clear());
    let outcome = case.done(&manager(), assign_doctor(&case, DOCTOR));
    assert_eq!(lines(&outcome), ["ASSIGN_DOCTOR doctor: - -> Member 40 (today)"]);
    assert_eq!((case.request.stage, case.request.doctor()), (Stage::DoctorAssigned, Some(id(DOCTOR))));
    assert_eq!(case.request.waiting_for(), WaitingFor::Doctor);
}

#[test]
fn only_those_at_work_are_assigned() {
    let refused = (text("/staff_id"), "not-assignable");
    let paid = Case::at(Stage::Paid);
    let try_with = |spoil: &dyn Fn(&mut Member)| {
        let mut case = paid.clone();
        spoil(case.world.member_mut(DOCTOR));
        case.act(&manager(), assign_doctor(&case, DOCTOR))
    };
    assert!(try_with(&|_| ()).is_ok());
    assert_eq!(fault(try_with(&|m| m.staff.status = StaffStatus::Vacation)), refused);
    assert_eq!(fault(try_with(&|m| m.staff.roles.clear())), refused);
    assert_eq!(fault(try_with(&|m| m.user = None)), refused);
    assert_eq!(fault(try_with(&|m| m.user.as_mut().unwrap().active = false)), refused);
    assert_eq!(fault(try_with(&|m| m.user.as_mut().unwrap().roles = [Role::Admin].into())), refused);
    assert_eq!(fault(try_with(&|m| m.staff.licence_number = None)), refused);
    assert_eq!(fault(try_with(&|m| m.staff.licence_valid_until = Some(days_ago(1)))), refused);
    assert!(try_with(&|m| m.staff.licence_valid_until = Some(today())).is_ok(), "the last day counts");
    let mut case = Case::at(Stage::Registered);
    assert_eq!(fault(case.act(&operator(), assign_manager(&case, DOCTOR))), refused);
    case.world.member_mut(MANAGER).staff.licence_valid_until = Some(days_ago(1));
    assert!(case.act(&operator(), assign_manager(&case, MANAGER)).is_ok(), "managers need no licence");
}

#[test]
fn nobody_is_assigned_to_a_request_whose_client_or_guardian_they_are() {
    let party = (text("/staff_id"), "party");
    let mut case = Case::at(Stage::Paid);
    case.world.member_mut(DOCTOR).staff.person = id(CLIENT);
    case.world.member_mut(MANAGER_2).staff.person = id(GUARDIAN);
    assert_eq!(fault(case.act(&manager(), assign_doctor(&case, DOCTOR))), party);
    assert!(case.clone().act(&manager(), change_manager(&case, MANAGER_2)).is_ok());
    case.request.guardian = Some(parent());
    assert_eq!(fault(case.act(&manager(), change_manager(&case, MANAGER_2))), party);
}

#[test]
fn who_registered_it_is_its_doctor_only_where_the_institution_allows_it() {
    let registrar = (text("/staff_id"), "registrar");
    let mut case = Case::at(Stage::Paid);
    case.request.registered_by = id(DOCTOR);
    assert_eq!(fault(case.act(&manager(), assign_doctor(&case, DOCTOR))), registrar);
    case.request.registered_by = id(OPERATOR);
    case.request.operator = Some(id(DOCTOR));
    assert_eq!(
        fault(case.act(&manager(), assign_doctor(&case, DOCTOR))),
        registrar,
        "the staff record counts"
    );
    let mut other = case.clone();
    other.done(&manager(), assign_doctor(&case, DOCTOR_2));
    assert_eq!(fault(other.act(&manager(), change_doctor(&case, DOCTOR))), registrar, "no way round");
    case.world.rules.registrar_may_evaluate = true;
    let outcome = case.done(&manager(), assign_doctor(&case, DOCTOR));
    assert_eq!(lines(&outcome), ["ASSIGN_DOCTOR doctor: - -> Member 40 (today) *"]);
    let outcome = case.done(&manager(), change_doctor(&case, DOCTOR_2));
    assert_eq!(lines(&outcome), ["CHANGE_DOCTOR doctor: Member 40 -> Member 41"]);
    let outcome = case.done(&manager(), change_doctor(&case, DOCTOR));
    assert_eq!(lines(&outcome), ["CHANGE_DOCTOR doctor: Member 41 -> Member 40 *"]);
}

#[test]
fn a_changed_doctor_leaves_no_evaluation_standing() {
    let mut case = Case::at(Stage::Evaluated);
    for other in [manager(), doctor()] {
        assert_eq!(reasons(case.act(&other, change_doctor(&case, DOCTOR_2))), []);
    }
    assert_eq!(fault(case.act(&admin(), change_doctor(&case, DOCTOR))), (text("/staff_id"), "unchanged"));
    let outcome = case.done(&admin(), change_doctor(&case, DOCTOR_2));
    assert_eq!(outcome.events, [Event::StageChanged]);
    assert_eq!(case.request.stage, Stage::DoctorAssigned);
    assert_eq!(case.request.evaluations[0].superseded_at, Some(noon()));
    case.done(&admin(), change_doctor(&case, DOCTOR));
    assert_eq!(case.request.stage, Stage::DoctorAssigned, "the superseded one never stands again");
}

#[test]
fn a_doctor_declines_with_a_reason() {
    let mut case = Case::at(Stage::Evaluated);
    assert_eq!(fault(case.act(&doctor(), unassign_doctor(None))), (text("/reason"), "required"));
    assert_eq!(reasons(case.act(&manager(), unassign_doctor(Some("busy")))), []);
    let outcome = case.clone().done(&admin(), unassign_doctor(None));
    assert_eq!(lines(&outcome), ["UNASSIGN_DOCTOR doctor: Member 40 -> -"]);
    let outcome = case.done(&doctor(), unassign_doctor(Some("a friend")));
    assert_eq!(lines(&outcome), ["UNASSIGN_DOCTOR doctor: Member 40 -> - (a friend)"]);
    assert_eq!((case.request.stage, case.request.doctor()), (Stage::Paid, None));
    assert!(case.request.standing_evaluation().is_none());
    case.done(&manager(), assign_doctor(&case, DOCTOR));
    assert_eq!(case.request.stage, Stage::DoctorAssigned);
}

#[test]
fn in_unpaid_stages_the_doctor_goes_and_the_stage_stays() {
    let mut case = Case::at(Stage::DoctorAssigned);
    case.done(&manager(), observe());
    assert_eq!(case.request.stage, Stage::ManagerAssigned);
    let outcome = case.done(&manager(), unassign_doctor(None));
    assert_eq!((case.request.stage, case.request.doctor()), (Stage::ManagerAssigned, None));
    assert!(outcome.events.is_empty());
    case.done(&manager(), clear());
    assert_eq!(case.request.stage, Stage::Paid);
}
