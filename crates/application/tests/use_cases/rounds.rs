//! The races themselves.

use std::collections::BTreeSet;

use futures::future::join_all;
use medcert_application::{
    Error,
    certification::{Answer, detail},
};
use medcert_domain::{
    Id,
    certification::{Action, Certification, PaymentStatus, Refusal, Stage},
};
use medcert_testkit::Database;

use crate::floor::{CALLERS, Floor, Outcome, ROUNDS, keyed, plain, seen};

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
