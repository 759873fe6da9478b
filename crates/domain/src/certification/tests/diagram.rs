//! Every reachable state of a small request, and every move between them: the diagram shows those and no others.

use std::collections::{BTreeSet, HashSet};

use super::*;
use crate::{certification::policy::MATRIX, policy::Actor};

/// What tells two requests apart as far as stages go.
fn state(request: &Certification) -> String {
    let ended_with = matches!(request.ending, Ending::Closed { outcome: None, .. });
    let pending = request.settlement.payments.iter().any(|p| p.voided.is_none() && p.validated.is_none());
    let in_force = request.settlement.payments.iter().any(|p| p.voided.is_none());
    format!(
        "{} {ended_with} {:?} {:?} {} {} {:?} {:?} {pending} {in_force} {} {} {}",
        request.stage,
        request.manager().is_some(),
        request.doctor(),
        request.standing_evaluation().is_some(),
        request.evaluations.is_empty(),
        request.fee().map(|fee| fee.money.minor),
        request.settlement.status(),
        request.settlement.paid_total(),
        request.settlement.refunds.is_empty(),
        request.certificate_in_force().is_some(),
    )
}

fn attempts(case: &Case) -> Vec<(Actor, Command)> {
    let member = |number| case.world.member(number);
    let service = |number| Some(Some(case.world.service(number)));
    let payments = case.request.settlement.payments.iter().filter(|p| p.voided.is_none()).map(|p| p.id);
    let mut all = vec![
        (admin(), edit(Edit { service: service(FREE), ..Edit::default() })),
        (admin(), edit(Edit { service: service(FITNESS), ..Edit::default() })),
        (admin(), Command::AssignManager { to: member(MANAGER), comment: None }),
        (admin(), Command::ChangeManager { to: member(MANAGER_2), comment: None }),
        (admin(), Command::UnassignManager { reason: None }),
        (admin(), fee(0)),
        (admin(), fee(FEE)),
        (admin(), fee(FEE + 1)),
        (admin(), observe()),
        (admin(), clear()),
        (admin(), Command::AssignDoctor { to: member(DOCTOR), comment: None }),
        (admin(), Command::ChangeDoctor { to: member(DOCTOR_2), comment: None }),
        (admin(), Command::ChangeDoctor { to: member(DOCTOR), comment: None }),
        (admin(), Command::UnassignDoctor { reason: None }),
        (doctor(), evaluate(fit())),
        (doctor(), Command::Issue(Box::new(case.certificate()))),
        (admin(), close(Some(MoneyDecision::Keep))),
        (admin(), cancel(Some(MoneyDecision::Keep))),
        (admin(), reopen(Some(ReopenReason::ClericalCorrection))),
        (admin(), overrule(OverridePayload::ChangeManager { to: member(MANAGER_2), comment: None })),
    ];
    if case.request.settlement.payments.iter().filter(|p| p.voided.is_none()).count() < 2 {
        all.push((admin(), pay(FEE)));
        all.push((operator(), pay(FEE)));
        all.push((admin(), overrule(OverridePayload::RegisterPayment(payment(FEE)))));
    }
    for payment in payments {
        let rest = case.request.settlement.payment(payment).map_or(0, |p| case.request.settlement.rest_of(p));
        let voided = OverridePayload::VoidPayment { payment, reason: text("typed twice") };
        all.push((admin(), Command::ValidatePayment { payment }));
        all.push((admin(), void(payment)));
        all.push((admin(), Command::RegisterRefund(refund(payment, rest))));
        all.push((admin(), overrule(voided)));
        all.push((admin(), overrule(OverridePayload::RegisterRefund(refund(payment, rest)))));
    }
    all
}

type Move = (Action, Stage, Stage);

fn explore() -> BTreeSet<Move> {
    let mut moves = BTreeSet::new();
    let mut seen = HashSet::new();
    let mut open = vec![];
    for service in [None, Some(FITNESS), Some(FREE)] {
        let mut case = Case::of(service);
        case.world.rules.cashier_may_validate = false;
        seen.insert(state(&case.request));
        open.push(case);
    }
    while let Some(case) = open.pop() {
        for (actor, command) in attempts(&case) {
            let mut next = case.clone();
            let action = command.action();
            if next.act(&actor, command).is_ok() {
                let (from, to) = (case.request.stage, next.request.stage);
                if from != to {
                    moves.insert((action, from, to));
                }
                if seen.insert(state(&next.request)) {
                    open.push(next);
                }
            }
        }
    }
    assert!(seen.len() > 500, "{} states were reached", seen.len());
    moves
}

#[test]
fn the_diagram_shows_every_move_that_happens_and_no_other() {
    let drawn: BTreeSet<Move> = MATRIX
        .iter()
        .flat_map(|row| Stage::ALL.iter().map(move |from| (row, *from)))
        .flat_map(|(row, from)| Stage::ALL.iter().map(move |to| (row, from, *to)))
        .filter(|(row, from, to)| row.can_move(*from, *to))
        .map(|(row, from, to)| (row.action, from, to))
        .collect();
    let happened = explore();
    let missing: Vec<_> = happened.difference(&drawn).collect();
    let invented: Vec<_> = drawn.difference(&happened).collect();
    assert!(missing.is_empty() && invented.is_empty(), "missing {missing:?}, invented {invented:?}");
}

#[test]
fn a_request_starts_where_the_matrix_says() {
    let row = MATRIX.iter().find(|row| row.action == Action::Register).unwrap();
    let started: BTreeSet<Stage> = [None, Some(FITNESS), Some(FREE), Some(FOREIGN)]
        .into_iter()
        .map(|service| Case::of(service).request.stage)
        .collect();
    assert_eq!(started, row.leads_to.iter().copied().collect());
}
