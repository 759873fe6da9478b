//! The rules on top of the table, one by one and in plain words.

use super::{CLIENT, OTHER, SELF, actor, free, grant, granted, id, others, own};
use crate::{
    certification::{
        ACT_ON_ANY_REQUEST, Action, Stage,
        policy::{Subject, may_read_clinical, may_see, may_somewhere, permits},
    },
    policy::{Actor, Denial, Permission, Role},
};
use Role::{Admin, Auditor, Doctor, Manager, Operator};

const NEVER_GRANTED: [Action; 4] =
    [Action::RecordEvaluation, Action::Issue, Action::Override, Action::Delete];

#[test]
fn the_role_is_asked_before_the_object_and_the_object_before_the_stage() {
    let wrong_all_over = others(Stage::Cancelled);
    assert_eq!(permits(&actor(&[Operator]), Action::Issue, &wrong_all_over), Err(Denial::NoRole));
    assert_eq!(permits(&actor(&[Doctor]), Action::Issue, &wrong_all_over), Err(Denial::NotYours));
    assert_eq!(permits(&actor(&[Doctor]), Action::Issue, &own(Stage::Cancelled)), Err(Denial::WrongStage));
    assert_eq!(permits(&actor(&[Doctor]), Action::Issue, &own(Stage::Evaluated)), Ok(()));
}

#[test]
fn managers_act_on_their_own_and_on_free_requests() {
    let stage = Stage::ManagerAssigned;
    let may = |subject: &Subject| permits(&actor(&[Manager]), Action::RegisterPayment, subject);
    assert_eq!(may(&own(stage)), Ok(()));
    assert_eq!(may(&free(stage)), Ok(()));
    assert_eq!(may(&others(stage)), Err(Denial::NotYours));
    let any = granted(&[Manager], &[ACT_ON_ANY_REQUEST]);
    assert_eq!(permits(&any, Action::RegisterPayment, &others(stage)), Ok(()));
}

#[test]
fn doctors_act_on_requests_assigned_to_them_only() {
    let stage = Stage::DoctorAssigned;
    let may = |subject: &Subject| permits(&actor(&[Doctor]), Action::Edit, subject);
    assert_eq!(may(&own(stage)), Ok(()));
    assert_eq!(may(&others(stage)), Err(Denial::NotYours));
    assert_eq!(may(&free(stage)), Err(Denial::NotYours), "a request without a doctor is not every doctor's");
    let unlinked = Actor { staff: None, ..actor(&[Doctor]) };
    assert_eq!(permits(&unlinked, Action::Edit, &free(stage)), Err(Denial::NotYours));
    let any = granted(&[Doctor], &[ACT_ON_ANY_REQUEST]);
    assert_eq!(permits(&any, Action::Edit, &others(stage)), Ok(()));
    for attesting in [Action::RecordEvaluation, Action::Issue] {
        assert_eq!(permits(&any, attesting, &others(Stage::Evaluated)), Err(Denial::NotYours));
    }
}

#[test]
fn administrators_and_operators_act_on_all() {
    for role in [Admin, Operator] {
        assert_eq!(permits(&actor(&[role]), Action::Edit, &others(Stage::Paid)), Ok(()));
    }
}

#[test]
fn nobody_acts_on_a_request_whose_client_or_guardian_they_are() {
    let any = granted(Role::ALL, &[ACT_ON_ANY_REQUEST]);
    for action in Action::ALL.iter().copied() {
        for stage in Stage::ALL.iter().copied() {
            let client = Subject { client: id(SELF), ..own(stage) };
            let guardian = Subject { guardian: Some(id(SELF)), ..own(stage) };
            assert_eq!(permits(&any, action, &client), Err(Denial::NotYours));
            assert_eq!(permits(&any, action, &guardian), Err(Denial::NotYours));
        }
    }
    assert_eq!(
        permits(&any, Action::Edit, &Subject { guardian: Some(id(CLIENT)), ..own(Stage::Paid) }),
        Ok(())
    );
}

#[test]
fn a_standing_evaluation_is_for_the_administrator_and_its_doctor_to_end() {
    for stage in Stage::ALL.iter().copied().filter(|stage| stage.is_open()) {
        let mine = Subject { evaluated: true, ..own(stage) };
        let theirs = Subject { manager: Some(id(SELF)), evaluated: true, ..others(stage) };
        for action in [Action::Cancel, Action::Close] {
            assert_eq!(permits(&actor(&[Admin]), action, &theirs), Ok(()), "{action} in {stage}");
            assert_eq!(permits(&actor(&[Doctor]), action, &mine), Ok(()), "{action} in {stage}");
            let any = granted(&[Doctor], &[ACT_ON_ANY_REQUEST]);
            assert_eq!(permits(&any, action, &theirs), Err(Denial::WrongStage), "not the author");
            for role in [Operator, Manager] {
                let with_grant = grant(&[role], action);
                assert_eq!(
                    permits(&with_grant, action, &mine),
                    Err(Denial::WrongStage),
                    "{action} in {stage}"
                );
            }
        }
        for role in [Manager, Doctor] {
            let with_grant = grant(&[role], Action::ChangeDoctor);
            assert_eq!(permits(&with_grant, Action::ChangeDoctor, &mine), Err(Denial::WrongStage));
        }
        assert_eq!(permits(&actor(&[Admin]), Action::ChangeDoctor, &theirs), Ok(()));
    }
    let ended = Subject { evaluated: true, ..own(Stage::Closed) };
    assert_eq!(permits(&actor(&[Admin, Doctor]), Action::Cancel, &ended), Err(Denial::WrongStage));
}

#[test]
fn who_cancelled_may_take_it_back_for_a_day() {
    let recent = |subject: Subject| Subject { cancelled_by_actor_recently: true, ..subject };
    let cancelled = Stage::Cancelled;
    for role in [Operator, Manager, Doctor] {
        let actor = actor(&[role]);
        assert!(may_somewhere(&actor, Action::Reopen), "{role}");
        assert_eq!(permits(&actor, Action::Reopen, &recent(own(cancelled))), Ok(()), "{role}");
        assert_eq!(permits(&actor, Action::Reopen, &own(cancelled)), Err(Denial::NotYours), "{role}");
        assert_eq!(permits(&actor, Action::Reopen, &own(Stage::Closed)), Err(Denial::WrongStage), "{role}");
        assert_eq!(permits(&actor, Action::Reopen, &own(Stage::Paid)), Err(Denial::WrongStage), "{role}");
    }
    assert_eq!(
        permits(&actor(&[Manager]), Action::Reopen, &recent(others(cancelled))),
        Err(Denial::NotYours)
    );
    assert_eq!(permits(&actor(&[Admin]), Action::Reopen, &others(cancelled)), Ok(()));
    assert_eq!(permits(&actor(&[Admin]), Action::Reopen, &others(Stage::Closed)), Ok(()));
    assert_eq!(permits(&actor(&[Auditor]), Action::Reopen, &recent(own(cancelled))), Err(Denial::NoRole));
}

#[test]
fn a_grant_adds_an_action_wherever_some_role_has_it() {
    let operator = grant(&[Operator], Action::AssignDoctor);
    assert_eq!(permits(&operator, Action::AssignDoctor, &others(Stage::Paid)), Ok(()));
    assert_eq!(permits(&operator, Action::AssignDoctor, &others(Stage::Registered)), Err(Denial::WrongStage));
    let doctor = grant(&[Doctor], Action::Close);
    assert_eq!(permits(&doctor, Action::Close, &others(Stage::DoctorAssigned)), Err(Denial::NotYours));
    let reopener = grant(&[Operator], Action::Reopen);
    assert_eq!(permits(&reopener, Action::Reopen, &others(Stage::Cancelled)), Ok(()));
    assert_eq!(permits(&reopener, Action::Reopen, &others(Stage::Closed)), Ok(()));
    assert!(may_somewhere(&grant(&[Doctor], Action::Register), Action::Register));
    assert!(!may_somewhere(&actor(&[Doctor]), Action::Register));
}

#[test]
fn what_attests_overrules_or_erases_is_never_granted() {
    for action in Action::ALL.iter().copied() {
        let permission = Permission::from(action);
        assert_eq!(permission.can_be_granted(), !NEVER_GRANTED.contains(&action), "{action}");
    }
    for action in NEVER_GRANTED {
        let operator = grant(&[Operator], action);
        assert!(!may_somewhere(&operator, action), "{action}");
        assert!(!Permission::from(action).held_by(&operator), "{action}");
        for stage in Stage::ALL.iter().copied() {
            assert_eq!(permits(&operator, action, &own(stage)), Err(Denial::NoRole), "{action} in {stage}");
        }
    }
}

#[test]
fn grants_end_with_the_last_role_and_give_an_auditor_nothing() {
    for roles in [&[][..], &[Auditor]] {
        for action in Action::ALL.iter().copied() {
            let any = granted(roles, &[Permission::from(action), ACT_ON_ANY_REQUEST]);
            assert!(!may_somewhere(&any, action), "{action} by {roles:?}");
            assert!(!Permission::from(action).held_by(&any), "{action} by {roles:?}");
        }
    }
    assert!(!ACT_ON_ANY_REQUEST.held_by(&granted(&[], &[ACT_ON_ANY_REQUEST])));
    assert!(ACT_ON_ANY_REQUEST.held_by(&granted(&[Manager], &[ACT_ON_ANY_REQUEST])));
}

#[test]
fn doctors_see_their_own_requests_and_the_others_all() {
    for role in [Admin, Operator, Manager, Auditor] {
        assert!(may_see(&actor(&[role]), None), "{role}");
    }
    let doctor = actor(&[Doctor]);
    assert!(
        may_see(&doctor, Some(id(SELF))) && !may_see(&doctor, Some(id(OTHER))) && !may_see(&doctor, None)
    );
    assert!(!may_see(&actor(&[]), Some(id(SELF))));
    assert!(may_read_clinical(&doctor, Some(id(SELF))) && !may_read_clinical(&doctor, Some(id(OTHER))));
    assert!(!may_read_clinical(&Actor { staff: None, ..actor(&[Doctor]) }, None));
    assert!(!may_read_clinical(&actor(&[Admin, Manager]), Some(id(SELF))));
}
