//! The races themselves.

use std::collections::BTreeSet;

use futures::future::join_all;
use medcert_application::{
    Error,
    certification::{Answer, AssignInput, HandOver, Payload, detail, hand_over_requests},
    demo,
    idempotent::Idempotent,
    input::Parsed,
    store::PageRequest,
};
use medcert_domain::{
    Id, StaffId,
    billing::PaymentStatus,
    certification::{Action, AssignmentRole, Certification, Refusal, Stage},
};
use medcert_testkit::{Database, actor_of};

use crate::race_fixture::{CALLERS, Outcome, ROUNDS, RaceFixture, fresh, keyed, plain, seen};

fn won(outcomes: &[Outcome]) -> usize {
    outcomes.iter().filter(|outcome| matches!(outcome, Ok(Answer::Done(_)))).count()
}

fn all_others_are_told_wrong_stage(outcomes: &[Outcome], action: Action) {
    for outcome in outcomes {
        match outcome {
            Ok(Answer::Done(_)) => {}
            Err(Error::Refused(Refusal::WrongStage { action: summary, .. })) if *summary == action => {}
            Ok(Answer::Replayed(_)) => panic!("nobody sent a key"),
            Err(error) => panic!("{error:?}"),
        }
    }
}

async fn stored(fixture: &RaceFixture, id: Id<Certification>) -> Certification {
    let found = fixture.app(0).parts.store.request_aggregate(id).await.unwrap();
    found.unwrap().certification
}

pub(crate) async fn assign_manager(database: Database) {
    let fixture = RaceFixture::on(database).await;
    for round in 0..database.rounds(ROUNDS) {
        let id = fixture.register(0, round).await.request_aggregate.certification.id;
        let conditions = plain();
        let callers = (0..CALLERS).map(|caller| {
            let payload = RaceFixture::assign(&fixture.manager);
            fixture.act(caller, &fixture.operator, id, Action::AssignManager, payload, &conditions)
        });
        let outcomes = join_all(callers).await;
        assert_eq!(won(&outcomes), 1, "round {round}");
        all_others_are_told_wrong_stage(&outcomes, Action::AssignManager);
        let request = stored(&fixture, id).await;
        assert_eq!(
            (request.assignments.len(), request.version, request.stage),
            (1, 2, Stage::ManagerAssigned)
        );
    }
}

pub(crate) async fn assign_doctor(database: Database) {
    let fixture = RaceFixture::on(database).await;
    for round in 0..database.rounds(ROUNDS) {
        let id = fixture.paid(round).await.request_aggregate.certification.id;
        let conditions = plain();
        let callers = (0..CALLERS).map(|caller| {
            let payload = RaceFixture::assign(&fixture.doctor);
            fixture.act(caller, &fixture.manager, id, Action::AssignDoctor, payload, &conditions)
        });
        let outcomes = join_all(callers).await;
        assert_eq!(won(&outcomes), 1, "round {round}");
        all_others_are_told_wrong_stage(&outcomes, Action::AssignDoctor);
        let request = stored(&fixture, id).await;
        assert_eq!((request.assignments.len(), request.stage), (1, Stage::DoctorAssigned));
    }
}

pub(crate) async fn pay_with_one_key(database: Database) {
    let fixture = RaceFixture::on(database).await;
    for round in 0..database.rounds(ROUNDS) {
        let id = fixture.register(0, round).await.request_aggregate.certification.id;
        let conditions = keyed(&fixture.manager, &format!("round-{round}"), [9; 32]);
        let reference = format!("one-{round}");
        let callers = (0..CALLERS).map(|caller| {
            let payload = fixture.payment(&reference);
            fixture.act(caller, &fixture.manager, id, Action::RegisterPayment, payload, &conditions)
        });
        let outcomes = join_all(callers).await;
        assert_eq!(won(&outcomes), 1, "round {round}");
        for outcome in &outcomes {
            match outcome {
                Ok(Answer::Done(_)) => {}
                Ok(Answer::Replayed(replay)) => {
                    assert_eq!(replay.status, 200);
                    assert!(replay.body.ends_with("/2"), "{}", replay.body);
                }
                Err(error) => panic!("{error:?}"),
            }
        }
        let request = stored(&fixture, id).await;
        assert_eq!(
            (request.settlement.payments.len(), request.settlement.status()),
            (1, PaymentStatus::Paid)
        );
        let other = keyed(&fixture.manager, &format!("round-{round}"), [8; 32]);
        let refused =
            fixture.act(0, &fixture.manager, id, Action::RegisterPayment, fixture.payment("x"), &other).await;
        assert!(matches!(refused, Err(Error::IdempotencyMismatch)));
    }
}

pub(crate) async fn pay_with_one_reference(database: Database) {
    let fixture = RaceFixture::on(database).await;
    for round in 0..database.rounds(ROUNDS) {
        let mut ids = vec![];
        for request in 0..8 {
            ids.push(fixture.register(0, round * 8 + request).await.request_aggregate.certification.id);
        }
        let reference = format!("shared-{round}");
        let conditions: Vec<_> = (0..CALLERS)
            .map(|caller| keyed(&fixture.manager, &format!("{round}-{caller}"), [9; 32]))
            .collect();
        let callers = (0..CALLERS).map(|caller| {
            let payload = fixture.payment(&reference);
            let id = ids[caller % ids.len()];
            fixture.act(caller, &fixture.manager, id, Action::RegisterPayment, payload, &conditions[caller])
        });
        let outcomes = join_all(callers).await;
        assert_eq!(won(&outcomes), 1, "round {round}");
        for outcome in &outcomes {
            let summary = matches!(
                outcome,
                Ok(Answer::Done(_)) | Err(Error::Duplicate { pointer: "/transaction_reference", .. })
            );
            assert!(summary, "{:?}", outcome.as_ref().err());
        }
        let mut payments = 0;
        for id in ids {
            payments += stored(&fixture, id).await.settlement.payments.len();
        }
        assert_eq!(payments, 1);
    }
}

pub(crate) async fn issue(database: Database) {
    let fixture = RaceFixture::on(database).await;
    let (mut numbers, rounds) = (BTreeSet::new(), database.rounds(ROUNDS));
    for round in 0..rounds {
        let detail_before = fixture.evaluated(round).await;
        let id = detail_before.request_aggregate.certification.id;
        let keys: Vec<_> = (0..CALLERS)
            .map(|caller| {
                let mut conditions = keyed(&fixture.doctor, &format!("{round}-{caller}"), [3; 32]);
                conditions.if_match = seen(&detail_before).if_match;
                conditions
            })
            .collect();
        let callers = (0..CALLERS).map(|caller| fixture.issue(caller, id, &keys[caller]));
        let outcomes = join_all(callers).await;
        assert_eq!(won(&outcomes), 1, "round {round}");
        for outcome in &outcomes {
            let summary = matches!(
                outcome,
                Ok(Answer::Done(_))
                    | Err(Error::VersionMismatch
                        | Error::Refused(Refusal::WrongStage { action: Action::Issue, .. }))
            );
            assert!(summary, "{:?}", outcome.as_ref().err());
        }
        let request = stored(&fixture, id).await;
        assert_eq!((request.certificates.len(), request.stage), (1, Stage::Closed));
        let certificate = &request.certificates[0];
        numbers.insert(certificate.number.clone());
        let folder = format!("certificates/{}", certificate.id);
        assert_eq!(fixture.replicas.objects.list(&folder).await.unwrap().len(), 1);
        // The winner's key answers again, and so does the stage for another key.
        let again = fixture.issue(1, id, &keyed(&fixture.doctor, "late", [3; 32])).await;
        assert!(matches!(again, Err(Error::VersionMissing)), "{:?}", again.err());
    }
    let expected: BTreeSet<String> = (1..=rounds).map(|n| format!("MC-2026-{n:06}")).collect();
    assert_eq!(numbers, expected, "no gap and no double");
    let objects = fixture.replicas.objects.list("certificates").await.unwrap();
    assert_eq!(objects.len(), rounds, "no object is left without a certificate");
}

pub(crate) async fn number_requests(database: Database) {
    let fixture = RaceFixture::on(database).await;
    let (mut codes, rounds) = (BTreeSet::new(), database.rounds(ROUNDS));
    for round in 0..rounds {
        // Every fourth caller registers the same new client, so that finding and making races too.
        let callers = (0..CALLERS).map(|caller| fixture.register(caller, round * CALLERS + caller / 4 * 4));
        let details = join_all(callers).await;
        let clients: BTreeSet<_> = details.iter().map(|d| d.request_aggregate.client.id).collect();
        assert_eq!(clients.len(), CALLERS / 4, "one person for one document");
        codes.extend(details.into_iter().map(|d| d.request_aggregate.certification.code));
    }
    assert_eq!(codes.len(), CALLERS * rounds);
    let last = format!("MC-2026-{:06}", CALLERS * rounds);
    assert_eq!(codes.last(), Some(&last), "numbers are used one after the other");
    let seen = detail(&fixture.app(0), &fixture.operator, Id::new(uuid::Uuid::nil())).await;
    assert!(matches!(seen, Err(Error::NotFound(_))));
}

pub(crate) async fn hand_over(database: Database) {
    let fixture = RaceFixture::on(database).await;
    let admin = actor_of(&fixture.app(0), demo::emails()[0]).await;
    let others: Vec<StaffId> = fixture.hire_managers(3).await;
    let from = fixture.manager.staff.unwrap();
    let mut ids = vec![];
    for number in 0..8 {
        let id = fixture.register(0, number).await.request_aggregate.certification.id;
        let assigned = RaceFixture::assign(&fixture.manager);
        fresh(fixture.act(0, &fixture.operator, id, Action::AssignManager, assigned, &plain()).await);
        ids.push(id);
    }
    // Some hand over to one, some to another, and some change the manager of one request by hand.
    let callers = (0..CALLERS).map(|caller| {
        let (fixture, admin, ids) = (&fixture, &admin, &ids);
        let to = others[caller % others.len()];
        async move {
            if caller % 4 == 3 {
                let payload = Payload::Assign(AssignInput { staff: to, comment: None });
                let id = ids[caller % ids.len()];
                let done = fixture.act(caller, admin, id, Action::ChangeManager, payload, &plain()).await;
                return u64::from(done.is_ok());
            }
            let wanted = Parsed(HandOver { role: AssignmentRole::Manager, to, comment: None });
            let app = fixture.app(caller);
            match hand_over_requests(&app, admin, from, &wanted, &plain(), &|_| String::new()).await {
                Ok(Idempotent::Done(done)) => done.moved,
                Ok(Idempotent::Replayed(_)) => panic!("nobody sent a key"),
                Err(error) => panic!("{error:?}"),
            }
        }
    });
    let moved: u64 = join_all(callers).await.into_iter().sum();
    let mut lines = 0;
    for id in ids {
        let request = stored(&fixture, id).await;
        let current = request.assignments.iter().filter(|a| a.ended_at.is_none()).count();
        assert_eq!(current, 1, "exactly one current manager");
        assert!(others.contains(&request.manager().unwrap()));
        let page = PageRequest { limit: 200, after: None, with_total: false };
        let history = fixture.app(0).parts.store.history(id, &page).await.unwrap().items;
        let changes = history.iter().filter(|line| line.action == "CHANGE_MANAGER").count();
        assert_eq!(changes + 1, request.assignments.len(), "one line for each move");
        lines += changes as u64;
    }
    assert_eq!(moved, lines, "what was told is what was done");
}
