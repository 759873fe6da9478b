//! Random commands by random people in a world that changes under them: what always holds.

use std::collections::BTreeSet;

use chrono::{Days, Duration};
use proptest::{
    collection,
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

use super::*;
use crate::{
    PaymentId,
    certification::{ACT_ON_ANY_REQUEST, policy::MATRIX},
    files::FileKind,
    people::StaffStatus,
    policy::{Actor, Role},
};

/// One step: who, what, and three numbers from which the rest is made up.
type Step = (u8, u8, u8, u8, u8);

const PEOPLE: [u128; 8] = [ADMIN, OPERATOR, MANAGER, MANAGER_2, DOCTOR, DOCTOR_2, CLIENT, GUARDIAN];

fn pick<T: Copy>(from: &[T], by: u8) -> T {
    from[usize::from(by) % from.len()]
}

fn somebody(who: u8, more: u8) -> Actor {
    let number = pick(&PEOPLE, who);
    let role = match number {
        OPERATOR => Role::Operator,
        MANAGER | MANAGER_2 => Role::Manager,
        DOCTOR | DOCTOR_2 => Role::Doctor,
        _ => Role::Admin,
    };
    let mut actor = actor(number, &[role]);
    match more % 8 {
        0 => drop(actor.roles.insert(pick(Role::ALL, more / 8))),
        1 => drop(actor.permissions.insert(ACT_ON_ANY_REQUEST)),
        2 => drop(actor.permissions.insert(pick(Action::ALL, more / 8).into())),
        3 if more > 250 => actor.roles.clear(),
        _ => {}
    }
    actor
}

fn money_back(case: &Case, a: u8, b: u8) -> NewRefund {
    let ids: Vec<PaymentId> = case.request.settlement.payments.iter().map(|p| p.id).collect();
    let payment = if ids.is_empty() { id(9) } else { pick(&ids, a) };
    refund(payment, pick(&[0, 1, FEE / 2, FEE, FEE * 2], b))
}

fn some_edit(case: &Case, a: u8, b: u8) -> Edit {
    let mut edit = Edit::default();
    match a % 6 {
        0 | 1 => {
            let number = pick(&[FITNESS, DEAR, FREE, FOREIGN], b);
            edit.service = Some((b < 200).then(|| case.world.service(number)));
        }
        2 => edit.guardian = Some((b < 128).then(parent)),
        3 => edit.client = Some(id(pick(&[CLIENT, STRANGER, GUARDIAN, ADMIN], b))),
        4 => edit.fields.comment = Some((b < 128).then(|| b.to_string())),
        _ => edit.fields.care = Some((b < 128).then_some(Care { mode: CareMode::Virtual, place: None })),
    }
    edit
}

fn some_evaluation(a: u8, b: u8) -> NewEvaluation {
    NewEvaluation {
        evaluated_on: today() - Days::new(u64::from(b % 40)) + Days::new(u64::from(b / 250)),
        conclusion: pick(Conclusion::ALL, a / 4),
        verdict: pick(&[Some(Verdict::Approved), Some(Verdict::Approved), Some(Verdict::Observed), None], a),
        observed_reason: (a % 4 == 2).then(|| text("missing")),
        restrictions: (a / 4 % 4 == 1).then(|| text("glasses")),
        ..fit()
    }
}

fn command(case: &Case, what: u8, a: u8, b: u8) -> Command {
    let doctor = || case.world.member(pick(&[DOCTOR, DOCTOR_2, MANAGER], a));
    let manager = || case.world.member(pick(&[MANAGER, MANAGER_2, DOCTOR], a));
    let payment = || money_back(case, a, b).payment;
    let reason = || text("because");
    let decision = || pick(&[None, Some(MoneyDecision::Keep), Some(MoneyDecision::RefundDue)], b);
    match what % 26 {
        0 | 1 => edit(some_edit(case, a, b)),
        2 => Command::AssignManager { to: manager(), comment: None },
        3 => Command::ChangeManager { to: manager(), comment: None },
        4 => Command::UnassignManager { reason: None },
        5 => Command::OverrideFee {
            money: pick(&[pen(0), pen(FEE), pen(FEE * 2), eur(5)], a),
            reason: reason(),
        },
        6 | 7 => pay(pick(&[FEE, FEE / 2, 1, 0, FEE * 2], a)),
        8 => Command::ValidatePayment { payment: payment() },
        9 => void(payment()),
        10 => Command::RegisterRefund(money_back(case, a, b)),
        11 => observe(),
        12 => clear(),
        13 | 14 => Command::AssignDoctor { to: doctor(), comment: None },
        15 => Command::ChangeDoctor { to: doctor(), comment: None },
        16 => Command::UnassignDoctor { reason: (b < 128).then(reason) },
        17 | 18 => evaluate(some_evaluation(a, b)),
        19 => Command::Issue(Box::new(case.certificate())),
        20 => Command::Close { outcome: pick(CloseOutcome::ALL, a), end: end(decision()) },
        21 => cancel(decision()),
        22 => reopen((b < 128).then(|| pick(ReopenReason::ALL, a))),
        23 => add(pick(FileKind::ALL, a), (b < 128).then(payment)),
        24 => {
            let files: Vec<_> = case.request.files.iter().map(|file| file.id).collect();
            take(if files.is_empty() { id(9) } else { pick(&files, a) })
        }
        _ => overrule(match a % 5 {
            0 => OverridePayload::Edit(Box::new(some_edit(case, b, a))),
            1 => OverridePayload::RegisterPayment(super::payment(i64::from(b))),
            2 => OverridePayload::VoidPayment { payment: payment(), reason: reason() },
            3 => OverridePayload::RegisterRefund(money_back(case, b, a)),
            _ => OverridePayload::ChangeManager { to: manager(), comment: None },
        }),
    }
}

/// What would be done next if all went well: without it, chance hardly ever gets to a certificate.
fn next_step(case: &Case) -> (Actor, Command) {
    let assigned = case.request.doctor();
    let own = if assigned == Some(id(DOCTOR_2)) { DOCTOR_2 } else { DOCTOR };
    let own = actor(own, &[Role::Doctor]);
    match case.request.stage {
        Stage::Registered | Stage::ManagerAssigned if case.request.settlement.observed.is_some() => {
            (admin(), clear())
        }
        Stage::Registered => {
            (admin(), Command::AssignManager { to: case.world.member(MANAGER), comment: None })
        }
        Stage::ManagerAssigned if case.request.fee().is_none() => (admin(), fee(FEE)),
        Stage::ManagerAssigned => (admin(), pay(FEE * 2)),
        Stage::Paid => (admin(), Command::AssignDoctor { to: case.world.member(DOCTOR), comment: None }),
        Stage::DoctorAssigned => (own, evaluate(fit())),
        Stage::Evaluated => (own, Command::Issue(Box::new(case.certificate()))),
        Stage::Closed | Stage::Cancelled => (admin(), reopen(Some(ReopenReason::ClericalCorrection))),
    }
}

/// The clock, the rules, the people and the certificates change without the request being asked.
fn disturb(case: &mut Case, a: u8, b: u8) {
    match a % 48 {
        0 => drop(case.later(Duration::hours(i64::from(b)))),
        1 => case.world.rules.cashier_may_validate = b < 128,
        2 => case.world.rules.registrar_may_evaluate = b < 128,
        3 => case.world.rules.age_of_majority = pick(&[18, 18, 21, 99], b),
        4 => case.world.client.birth_date = pick(&[Some(day(1990, 1, 2)), Some(day(2015, 1, 1)), None], b),
        5 => case.world.member_mut(DOCTOR).staff.status = pick(&[StaffStatus::Active, StaffStatus::Leave], b),
        6 => case.world.client.family_names = text(pick(&["Silva", "Sousa"], b)),
        7 => {
            let status = pick(&[CertificateStatus::Suspended, CertificateStatus::Revoked], b);
            let in_force = case.request.certificate_in_force().map(|c| c.id);
            for certificate in case.request.certificates.iter_mut().filter(|c| Some(c.id) == in_force) {
                certificate.stored_status = status;
            }
        }
        _ => {}
    }
}

fn check_invariants(case: &Case) {
    let request = &case.request;
    assert_eq!(request.stage, request.derived_stage());
    for role in AssignmentRole::ALL {
        let current = request.assignments.iter().filter(|a| a.role == *role && a.ended_at.is_none());
        assert!(current.count() <= 1, "one current {role}");
    }
    let standing = request.evaluations.iter().filter(|e| e.superseded_at.is_none());
    assert!(standing.clone().count() <= 1, "one standing evaluation");
    assert!(standing.clone().all(|e| Some(e.doctor) == request.doctor()), "by the current doctor");
    let gone = |status| matches!(status, CertificateStatus::Superseded | CertificateStatus::Revoked);
    assert!(request.certificates.iter().filter(|c| !gone(c.stored_status)).count() <= 1, "one in force");
    assert!(
        request.settlement.paid_total() >= 0
            && request.settlement.payments.iter().all(|p| request.settlement.rest_of(p) >= 0)
    );
    assert!(request.guardian.is_none_or(|g| g.person != request.client));
    assert_eq!(request.version, 0, "counted by the store alone");
    let currency = request.settlement.payments.iter().find(|p| p.voided.is_none()).map(|p| p.money.currency);
    assert!(currency.is_none_or(|c| request.fee().is_some_and(|fee| fee.money.currency == c)));
}

/// What is offered is what is allowed, and asking changes nothing.
fn check_options(case: &Case, actor: &Actor) {
    let before = case.request.clone();
    let options = case.options(actor);
    for action in Action::ALL.iter().copied().filter(|a| !matches!(a, Action::Register | Action::DeleteFile))
    {
        let answer = case.with(actor, |ctx| case.request.check(action, ctx));
        assert_eq!(options.available.contains(&action), answer.is_ok(), "{action}: {answer:?}");
        let blocked = options.blocked.iter().find(|(other, _)| *other == action).map(|(_, reasons)| reasons);
        match answer {
            Ok(()) | Err(Refusal::Forbidden(_) | Refusal::NotYours(_)) => {
                assert_eq!(blocked, None, "{action}");
            }
            Err(Refusal::WrongStage { reasons, .. }) => {
                assert_eq!(blocked.cloned().unwrap_or_default(), reasons, "{action}");
            }
            Err(Refusal::FeeMissing) => assert_eq!(blocked, Some(&vec![Blocker::FeeMissing])),
            Err(Refusal::PrintedDataChanged(fields)) => {
                assert!(!fields.is_empty());
                assert_eq!(blocked, Some(&vec![Blocker::PrintedDataChanged]));
            }
            Err(Refusal::Invalid(_)) => panic!("{action}: values are not asked for here"),
        }
    }
    assert_eq!(case.request, before);
}

fn run(steps: &[Step]) -> (BTreeSet<Stage>, BTreeSet<Action>) {
    let (mut reached, mut done) = (BTreeSet::new(), BTreeSet::new());
    let mut case = Case::of(Some(FITNESS));
    for (who, more, what, a, b) in steps.iter().copied() {
        disturb(&mut case, more.wrapping_add(what), b);
        let (actor, command) = if what % 4 == 3 {
            next_step(&case)
        } else {
            (somebody(who, more), command(&case, what / 4 * 3 + what % 4, a, b))
        };
        check_options(&case, &actor);
        let action = command.action();
        let allowed = case.with(&actor, |ctx| case.request.check(action, ctx));
        let before = case.request.clone();
        match case.act(&actor, command) {
            Err(_) => assert_eq!(case.request, before, "a refusal leaves what the caller kept as it was"),
            Ok(outcome) => {
                done.insert(action);
                assert_eq!(allowed, Ok(()), "{action} was done although not allowed");
                let (from, to) = (before.stage, case.request.stage);
                let row = MATRIX.iter().find(|row| row.action == action).unwrap();
                assert!(from == to || row.leads_to.contains(&to), "{action} led from {from} to {to}");
                assert!(from == to || row.can_move(from, to), "{action} moved from {from} to {to}");
                assert_eq!(outcome.events.contains(&Event::StageChanged), from != to, "{action}");
                assert_eq!(
                    case.request.stage_since == before.stage_since,
                    from == to || before.stage_since == case.world.now
                );
                assert!(action == Action::Edit || !outcome.lines.is_empty(), "{action} leaves a line");
            }
        }
        check_invariants(&case);
        reached.insert(case.request.stage);
    }
    (reached, done)
}

/// Chance that never gets anywhere proves nothing: the walks below end in every stage and do every action.
#[test]
fn what_always_holds() {
    let config = Config { cases: 256, failure_persistence: None, ..Config::default() };
    let (mut reached, mut done) = (BTreeSet::new(), BTreeSet::new());
    let seen = std::cell::RefCell::new((&mut reached, &mut done));
    let steps = collection::vec(any::<Step>(), 1..120);
    let walked = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)).run(
        &steps,
        |steps| {
            let (stages, actions) = run(&steps);
            let mut seen = seen.borrow_mut();
            seen.0.extend(stages);
            seen.1.extend(actions);
            Ok(())
        },
    );
    walked.unwrap();
    assert_eq!(reached.len(), Stage::ALL.len(), "{reached:?}");
    let missing: Vec<_> = Action::ALL.iter().filter(|action| !done.contains(*action)).collect();
    assert_eq!(missing, [&Action::Register, &Action::Delete]);
}

proptest! {
    #![proptest_config(Config { cases: 128, failure_persistence: None, ..Config::default() })]

    #[test]
    fn what_always_holds_by_fresh_chance(steps in collection::vec(any::<Step>(), 1..80)) {
        run(&steps);
    }
}
