//! Every action × stage × pair of roles × object × grant, against the sentences of the design written down again.

use super::{CLIENT, OTHER, SELF, actor, id, table};
use crate::{
    certification::{
        ACT_ON_ANY_REQUEST, Action, Stage,
        policy::{Subject, may_somewhere, permits},
    },
    policy::{Actor, Denial, Permission, Role},
};

/// What the design says, sentence by sentence, for one attempt.
fn expected(actor: &Actor, action: Action, subject: &Subject) -> Result<(), Denial> {
    let doctor_is_self = subject.doctor == Some(id(SELF));
    let attests = matches!(action, Action::RecordEvaluation | Action::Issue);
    // Grants: never what attests, overrules or erases; end with the last role; an auditor changes nothing.
    let ungrantable = attests || matches!(action, Action::Override | Action::Delete);
    let granted = !ungrantable
        && actor.roles.iter().any(|r| *r != Role::Auditor)
        && actor.permissions.contains(&Permission::from(action));
    let has_row = |role: Role| {
        let listed = Stage::ALL.iter().any(|s| table::cell(action, *s).contains(table::letter(role)));
        listed || (action == Action::Reopen && role != Role::Auditor)
    };
    if !granted && !actor.roles.iter().any(|r| has_row(*r)) {
        return Err(Denial::NoRole);
    }
    // Never a setting: nobody acts on a request whose client or guardian they are.
    if subject.client == actor.person || subject.guardian == Some(actor.person) {
        return Err(Denial::NotYours);
    }
    let lifted = actor.permissions.contains(&ACT_ON_ANY_REQUEST) && !attests;
    let object = |role: Role| match role {
        _ if attests => doctor_is_self,
        _ if lifted => true,
        Role::Admin | Role::Operator => true,
        Role::Manager => subject.manager.is_none() || subject.manager == Some(id(SELF)),
        Role::Doctor => doctor_is_self,
        Role::Auditor => false,
    };
    // A cancellation is for the administrator, and for who cancelled within 24 hours.
    let takes_back = |role: Role| {
        action != Action::Reopen
            || subject.stage != Stage::Cancelled
            || role == Role::Admin
            || granted
            || subject.cancelled_by_actor_recently
    };
    let roles: Vec<Role> = actor.roles.iter().copied().filter(|r| object(*r) && takes_back(*r)).collect();
    let own = roles.iter().any(|r| has_row(*r));
    let own_by_grant = granted && !roles.is_empty();
    if !own && !own_by_grant {
        return Err(Denial::NotYours);
    }
    // While a standing evaluation exists, in any stage, CANCEL and CLOSE are for A and the assigned doctor and
    // CHANGE_DOCTOR for A. So that no fall-back of the stage is a way round it, UNASSIGN_DOCTOR is for A and that
    // doctor as well (docs/decisions/0005).
    let kept = subject.evaluated
        && subject.stage.is_open()
        && matches!(action, Action::Cancel | Action::Close | Action::ChangeDoctor | Action::UnassignDoctor);
    let cell = table::cell(action, subject.stage);
    let by_role = roles.iter().any(|role| match role {
        Role::Admin if kept => true,
        Role::Doctor if kept => doctor_is_self && action != Action::ChangeDoctor,
        _ if kept => false,
        Role::Auditor => false,
        _ if action == Action::Reopen
            && subject.stage == Stage::Cancelled
            && subject.cancelled_by_actor_recently =>
        {
            true
        }
        role => cell.contains(table::letter(*role)),
    });
    let by_grant = own_by_grant && !kept && cell != "-";
    if by_role || by_grant { Ok(()) } else { Err(Denial::WrongStage) }
}

fn role_sets() -> Vec<Vec<Role>> {
    let mut sets = vec![vec![]];
    for (index, one) in Role::ALL.iter().enumerate() {
        sets.push(vec![*one]);
        sets.extend(Role::ALL[index + 1..].iter().map(|two| vec![*one, *two]));
    }
    sets.push(Role::ALL.to_vec());
    sets
}

fn subjects() -> Vec<Subject> {
    let people = [None, Some(id(SELF)), Some(id(OTHER))];
    let parties = [(CLIENT, None), (SELF, None), (CLIENT, Some(SELF)), (CLIENT, Some(OTHER))];
    let mut subjects = vec![];
    for stage in Stage::ALL.iter().copied() {
        for manager in people {
            for doctor in people {
                for (client, guardian) in parties {
                    for facts in 0..4 {
                        subjects.push(Subject {
                            stage,
                            manager,
                            doctor,
                            client: id(client),
                            guardian: guardian.map(id),
                            evaluated: facts & 1 != 0 && doctor.is_some(),
                            cancelled_by_actor_recently: facts & 2 != 0 && stage == Stage::Cancelled,
                        });
                    }
                }
            }
        }
    }
    subjects
}

#[test]
fn every_attempt_is_answered_as_the_design_says() {
    let subjects = subjects();
    let mut answers = [0_u32; 4];
    for roles in role_sets() {
        for action in Action::ALL.iter().copied() {
            for grants in 0..4 {
                let mut actor = actor(&roles);
                if grants & 1 != 0 {
                    actor.permissions.insert(action.into());
                }
                if grants & 2 != 0 {
                    actor.permissions.insert(ACT_ON_ANY_REQUEST);
                }
                for subject in &subjects {
                    let found = permits(&actor, action, subject);
                    let context =
                        || format!("{action} by {roles:?} with {:?} on {subject:?}", actor.permissions);
                    assert_eq!(found, expected(&actor, action, subject), "{}", context());
                    assert_eq!(found == Err(Denial::NoRole), !may_somewhere(&actor, action), "{}", context());
                    answers[match found {
                        Ok(()) => 0,
                        Err(Denial::NoRole) => 1,
                        Err(Denial::NotYours) => 2,
                        Err(Denial::WrongStage) => 3,
                    }] += 1;
                }
            }
        }
    }
    assert!(answers.iter().all(|count| *count > 10_000), "{answers:?}");
}

#[test]
fn two_roles_have_the_union_of_their_rights() {
    for roles in role_sets().into_iter().filter(|roles| roles.len() > 1) {
        for action in Action::ALL.iter().copied() {
            for subject in subjects() {
                let single = roles.iter().any(|role| permits(&actor(&[*role]), action, &subject).is_ok());
                let union = permits(&actor(&roles), action, &subject).is_ok();
                assert_eq!(union, single, "{action} by {roles:?} on {subject:?}");
            }
        }
    }
}
