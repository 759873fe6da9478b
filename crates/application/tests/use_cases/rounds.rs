//! The races themselves.

use std::collections::BTreeSet;

use futures::future::join_all;
use medcert_application::{
    Error,
    certification::{Answer, AssignInput, Known, Payload, detail},
    demo,
    once::Once,
    people::hand_over::{HandOver, hand_over_requests},
    store::PageRequest,
};
use medcert_domain::{
    Id,
    certification::{Action, AssignmentRole, Certification, PaymentStatus, Refusal, Stage},
    people::Staff,
};
use medcert_testkit::{Database, actor_of};

use crate::floor::{CALLERS, Floor, Outcome, ROUNDS, fresh, keyed, plain, seen};

fn won(outcomes: &[Outcome]) -> usize {
    outcomes.iter().filter(|outcome| matches!(outcome, Ok(Answer::Fresh(_)))).count()
}

fn all_others_are_told_wrong_stage(outcomes: &[Outcome], action: Action) {
    for outcome in outcomes {
        match outcome {
            Ok(Answer::Fresh(_)) => {}
            Err(Error::Refused(Refusal::WrongStage { action: told, .. })) if *told == action => {}
            Ok(Answer::Replayed(_)) => panic!("nobody sent a key"),
            Err(error) => panic!("{error:?}"),
        }
    }
}

async fn stored(floor: &Floor, id: Id<Certification>) -> Certification {
    let found = floor.app(0).parts.store.dossier(id).await.unwrap();
    found.unwrap().certification
}

pub(crate) async fn assign_manager(database: Database) {
    let floor = Floor::on(database).await;
    for round in 0..ROUNDS {
        let id = floor.register(0, round).await.dossier.certification.id;
        let conditions = plain();
        let callers = (0..CALLERS).map(|caller| {
            let payload = Floor::assign(&floor.manager);
            floor.act(caller, &floor.operator, id, Action::AssignManager, payload, &conditions)
        });
        let outcomes = join_all(callers).await;
        assert_eq!(won(&outcomes), 1, "round {round}");
        all_others_are_told_wrong_stage(&outcomes, Action::AssignManager);
        let request = stored(&floor, id).await;
        assert_eq!(
            (request.assignments.len(), request.version, request.stage),
            (1, 2, Stage::ManagerAssigned)
        );
    }
}

pub(crate) async fn assign_doctor(database: Database) {
    let floor = Floor::on(database).await;
    for round in 0..ROUNDS {
        let id = floor.paid(round).await.dossier.certification.id;
        let conditions = plain();
        let callers = (0..CALLERS).map(|caller| {
            let payload = Floor::assign(&floor.doctor);
            floor.act(caller, &floor.manager, id, Action::AssignDoctor, payload, &conditions)
        });
        let outcomes = join_all(callers).await;
        assert_eq!(won(&outcomes), 1, "round {round}");
        all_others_are_told_wrong_stage(&outcomes, Action::AssignDoctor);
        let request = stored(&floor, id).await;
        assert_eq!((request.assignments.len(), request.stage), (1, Stage::DoctorAssigned));
    }
}

pub(crate) async fn pay_with_one_key(database: Database) {
    let floor = Floor::on(database).await;
    for round in 0..ROUNDS {
        let id = floor.register(0, round).await.dossier.certification.id;
        let conditions = keyed(&floor.manager, &format!("round-{round}"), [9; 32]);
        let reference = format!("one-{round}");
        let callers = (0..CALLERS).map(|caller| {
            let payload = floor.payment(&reference);
            floor.act(caller, &floor.manager, id, Action::RegisterPayment, payload, &conditions)
        });
        let outcomes = join_all(callers).await;
        assert_eq!(won(&outcomes), 1, "round {round}");
        for outcome in &outcomes {
            match outcome {
                Ok(Answer::Fresh(_)) => {}
                Ok(Answer::Replayed(replay)) => {
                    assert_eq!(replay.status, 200);
                    assert!(replay.body.ends_with("/2"), "{}", replay.body);
                }
                Err(error) => panic!("{error:?}"),
            }
        }
        let request = stored(&floor, id).await;
        assert_eq!((request.payments.len(), request.payment_status()), (1, PaymentStatus::Paid));
        let other = keyed(&floor.manager, &format!("round-{round}"), [8; 32]);
        let refused =
            floor.act(0, &floor.manager, id, Action::RegisterPayment, floor.payment("x"), &other).await;
        assert!(matches!(refused, Err(Error::IdempotencyMismatch)));
    }
}

pub(crate) async fn pay_with_one_reference(database: Database) {
    let floor = Floor::on(database).await;
    for round in 0..ROUNDS {
        let mut ids = vec![];
        for request in 0..8 {
            ids.push(floor.register(0, round * 8 + request).await.dossier.certification.id);
        }
        let reference = format!("shared-{round}");
        let conditions: Vec<_> =
            (0..CALLERS).map(|caller| keyed(&floor.manager, &format!("{round}-{caller}"), [9; 32])).collect();
        let callers = (0..CALLERS).map(|caller| {
            let payload = floor.payment(&reference);
            let id = ids[caller % ids.len()];
            floor.act(caller, &floor.manager, id, Action::RegisterPayment, payload, &conditions[caller])
        });
        let outcomes = join_all(callers).await;
        assert_eq!(won(&outcomes), 1, "round {round}");
        for outcome in &outcomes {
            let told = matches!(
                outcome,
                Ok(Answer::Fresh(_)) | Err(Error::Duplicate { pointer: "/transaction_reference", .. })
            );
            assert!(told, "{:?}", outcome.as_ref().err());
        }
        let mut payments = 0;
        for id in ids {
            payments += stored(&floor, id).await.payments.len();
        }
        assert_eq!(payments, 1);
    }
}

pub(crate) async fn issue(database: Database) {
    let floor = Floor::on(database).await;
    let mut numbers = BTreeSet::new();
    for round in 0..ROUNDS {
        let detail_before = floor.evaluated(round).await;
        let id = detail_before.dossier.certification.id;
        let keys: Vec<_> = (0..CALLERS)
            .map(|caller| {
                let mut conditions = keyed(&floor.doctor, &format!("{round}-{caller}"), [3; 32]);
                conditions.if_match = seen(&detail_before).if_match;
                conditions
            })
            .collect();
        let callers = (0..CALLERS).map(|caller| floor.issue(caller, id, &keys[caller]));
        let outcomes = join_all(callers).await;
        assert_eq!(won(&outcomes), 1, "round {round}");
        for outcome in &outcomes {
            let told = matches!(
                outcome,
                Ok(Answer::Fresh(_))
                    | Err(Error::PreconditionFailed
                        | Error::Refused(Refusal::WrongStage { action: Action::Issue, .. }))
            );
            assert!(told, "{:?}", outcome.as_ref().err());
        }
        let request = stored(&floor, id).await;
        assert_eq!((request.certificates.len(), request.stage), (1, Stage::Closed));
        let certificate = &request.certificates[0];
        numbers.insert(certificate.number.clone());
        let folder = format!("certificates/{}", certificate.id);
        assert_eq!(floor.replicas.objects.list(&folder).await.unwrap().len(), 1);
        // The winner's key answers again, and so does the stage for another key.
        let again = floor.issue(1, id, &keyed(&floor.doctor, "late", [3; 32])).await;
        assert!(matches!(again, Err(Error::PreconditionRequired)), "{:?}", again.err());
    }
    let expected: BTreeSet<String> = (1..=ROUNDS).map(|n| format!("MC-2026-{n:06}")).collect();
    assert_eq!(numbers, expected, "no gap and no double");
    let objects = floor.replicas.objects.list("certificates").await.unwrap();
    assert_eq!(objects.len(), ROUNDS, "no object is left without a certificate");
}

pub(crate) async fn number_requests(database: Database) {
    let floor = Floor::on(database).await;
    let mut codes = BTreeSet::new();
    for round in 0..ROUNDS {
        // Every fourth caller registers the same new client, so that finding and making races too.
        let callers = (0..CALLERS).map(|caller| floor.register(caller, round * CALLERS + caller / 4 * 4));
        let details = join_all(callers).await;
        let clients: BTreeSet<_> = details.iter().map(|d| d.dossier.client.id).collect();
        assert_eq!(clients.len(), CALLERS / 4, "one person for one document");
        codes.extend(details.into_iter().map(|d| d.dossier.certification.code));
    }
    assert_eq!(codes.len(), CALLERS * ROUNDS);
    let last = format!("MC-2026-{:06}", CALLERS * ROUNDS);
    assert_eq!(codes.last(), Some(&last), "numbers are used one after the other");
    let seen = detail(&floor.app(0), &floor.operator, Id::new(uuid::Uuid::nil())).await;
    assert!(matches!(seen, Err(Error::NotFound(_))));
}

pub(crate) async fn hand_over(database: Database) {
    let floor = Floor::on(database).await;
    let admin = actor_of(&floor.app(0), demo::emails()[0]).await;
    let others: Vec<Id<Staff>> = floor.hire_managers(3).await;
    let from = floor.manager.staff.unwrap();
    let mut ids = vec![];
    for number in 0..8 {
        let id = floor.register(0, number).await.dossier.certification.id;
        let assigned = Floor::assign(&floor.manager);
        fresh(floor.act(0, &floor.operator, id, Action::AssignManager, assigned, &plain()).await);
        ids.push(id);
    }
    // Some hand over to one, some to another, and some change the manager of one request by hand.
    let callers = (0..CALLERS).map(|caller| {
        let (floor, admin, ids) = (&floor, &admin, &ids);
        let to = others[caller % others.len()];
        async move {
            if caller % 4 == 3 {
                let payload = Payload::Assign(AssignInput { staff: to, comment: None });
                let id = ids[caller % ids.len()];
                let done = floor.act(caller, admin, id, Action::ChangeManager, payload, &plain()).await;
                return u64::from(done.is_ok());
            }
            let wanted = Known(HandOver { role: AssignmentRole::Manager, to, comment: None });
            let app = floor.app(caller);
            match hand_over_requests(&app, admin, from, &wanted, &plain(), &|_| String::new()).await {
                Ok(Once::Done(done)) => done.moved,
                Ok(Once::Replayed(_)) => panic!("nobody sent a key"),
                Err(error) => panic!("{error:?}"),
            }
        }
    });
    let moved: u64 = join_all(callers).await.into_iter().sum();
    let mut lines = 0;
    for id in ids {
        let request = stored(&floor, id).await;
        let current = request.assignments.iter().filter(|a| a.ended_at.is_none()).count();
        assert_eq!(current, 1, "exactly one current manager");
        assert!(others.contains(&request.manager().unwrap()));
        let page = PageRequest { limit: 200, after: None, with_total: false };
        let history = floor.app(0).parts.store.history(id, &page).await.unwrap().items;
        let changes = history.iter().filter(|line| line.action == "CHANGE_MANAGER").count();
        assert_eq!(changes + 1, request.assignments.len(), "one line for each move");
        lines += changes as u64;
    }
    assert_eq!(moved, lines, "what was told is what was done");
}
