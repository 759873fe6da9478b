//! Settlements that are changed elsewhere than by an action of what is paid through them.

use futures::future::join_all;
use medcert_application::{
    Error,
    billing::settle,
    reports::{self, ReportFilter},
    store::{CellFilter, PageRequest, RequestFilter},
};
use medcert_domain::{
    Currency, Id, Invalid, Money,
    billing::{Channel, Clerk, Movement, NewPayment, NewRefund, PaymentStatus, Settlement},
    certification::{Action, Certification, Stage, WaitingFor},
    reports::Grouping,
};
use medcert_testkit::{Database, actor_of};

use crate::race_fixture::{CALLERS, RaceFixture, keyed};

fn pen(minor: i64) -> Money {
    Money::new(minor, Currency::parse("PEN").unwrap())
}

fn received(settlement: &Settlement, reference: Option<String>, clerk: &Clerk<'_>) -> NewPayment {
    NewPayment {
        channel: Channel::Transfer,
        paid_on: clerk.today,
        money: settlement.due.unwrap(),
        reference,
        comment: None,
    }
}

async fn stored(fixture: &RaceFixture, id: Id<Certification>) -> Certification {
    let found = fixture.app(0).parts.store.request_aggregate(id).await.unwrap();
    found.unwrap().certification
}

/// The request as the list finds it: by the copies that are stored with it.
async fn listed(
    fixture: &RaceFixture,
    stage: Stage,
    status: PaymentStatus,
) -> Vec<(Id<Certification>, WaitingFor)> {
    let filter =
        RequestFilter { stages: vec![stage], payment_statuses: vec![status], ..RequestFilter::default() };
    let page = PageRequest { limit: 9, after: None, with_total: false };
    let found = fixture.app(0).parts.store.requests(&filter, &page).await.unwrap();
    found.items.into_iter().map(|row| (row.id, row.waiting_for)).collect()
}

/// History, oldest first, as `ACTION field: old -> new`.
async fn history(fixture: &RaceFixture, id: Id<Certification>) -> Vec<String> {
    let page = PageRequest { limit: 99, after: None, with_total: false };
    let mut rows = fixture.app(0).parts.store.history(id, &page).await.unwrap().items;
    rows.reverse();
    let value = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
    let line =
        |field: Option<String>, old, new| format!("{}: {} -> {}", value(field), value(old), value(new));
    rows.into_iter()
        .map(|row| format!("{} {}", row.action, line(row.field, row.old_value, row.new_value)))
        .collect()
}

/// What came in and went back, as reports tell it at once.
async fn income(fixture: &RaceFixture) -> (i64, i64) {
    let admin = actor_of(&fixture.app(0), medcert_application::demo::emails()[0]).await;
    let filter = ReportFilter { from: None, to: None, grouping: Grouping::Day, of: CellFilter::default() };
    let report = reports::report(&fixture.app(0), &admin, &filter).await.unwrap();
    report.figures.income.first().map_or((0, 0), |income| (income.paid.minor, income.refunded.minor))
}

/// Stage, copies, figures, history, messages and audit trail of a request follow, in the same unit of work.
pub(crate) async fn requests_follow(database: Database) {
    let fixture = RaceFixture::on(database).await;
    let request = fixture.register(0, 1).await.request_aggregate.certification;
    let (id, money) = (request.id, request.settlement.id);
    let write = async |change: &dyn Fn(&mut Settlement, &Clerk<'_>) -> Result<Movement, Invalid>| {
        settle(&fixture.app(0), &fixture.manager, money, change).await
    };
    let reference = || Some("bank-1".to_owned());
    let register = |settlement: &mut Settlement, clerk: &Clerk<'_>| {
        settlement.register(received(settlement, reference(), clerk), true, clerk)
    };
    let after = write(&register).await.unwrap();
    assert_eq!((after.version, after.status()), (2, PaymentStatus::Paid));
    let paid = stored(&fixture, id).await;
    assert_eq!((paid.version, paid.stage, &paid.settlement), (2, Stage::Paid, &after));
    assert_eq!(paid.stage, paid.derived_stage());
    assert_eq!(listed(&fixture, Stage::Paid, PaymentStatus::Paid).await, [(id, WaitingFor::Manager)]);
    let due = after.due.unwrap();
    assert_eq!(income(&fixture).await, (due.minor, 0));

    // Nothing of it is kept when it is refused, whoever refuses it.
    let app = fixture.app(0);
    let unknown = settle(&app, &fixture.manager, Id::new(uuid::Uuid::nil()), |settlement, clerk| {
        settlement.set_due(Some(pen(1)), None, clerk)
    });
    assert!(matches!(unknown.await, Err(Error::NotFound("settlement"))));
    let owe_less =
        |settlement: &mut Settlement, clerk: &Clerk<'_>| settlement.set_due(Some(pen(-1)), None, clerk);
    let wrong = write(&owe_less).await;
    assert!(matches!(wrong, Err(Error::Invalid(_))), "{wrong:?}");
    let twice = write(&register).await;
    assert!(matches!(twice, Err(Error::Duplicate { pointer: "/transaction_reference", .. })), "{twice:?}");
    assert_eq!(stored(&fixture, id).await, paid);

    let payment = after.payments[0].id;
    let back = NewRefund {
        payment,
        channel: Channel::Cash,
        paid_on: after.payments[0].paid_on,
        money: pen(1),
        reference: None,
        reason: "too much".to_owned(),
    };
    write(&|settlement, clerk| settlement.refund(back.clone(), clerk)).await.unwrap();
    assert_eq!(
        listed(&fixture, Stage::Registered, PaymentStatus::Partial).await,
        [(id, WaitingFor::Operator)]
    );
    assert_eq!(income(&fixture).await, (due.minor, 1));
    write(&|settlement, clerk| settlement.set_due(Some(pen(0)), Some("agreed".to_owned()), clerk))
        .await
        .unwrap();
    write(&|settlement, clerk| Ok(settlement.observe("doubtful".to_owned(), clerk))).await.unwrap();
    let doubtful = stored(&fixture, id).await;
    assert_eq!((doubtful.version, doubtful.settlement.version), (5, 5));
    assert_eq!((doubtful.stage, doubtful.trace.waivers.len()), (Stage::Registered, 1));
    let due = due.to_string();
    assert_eq!(
        history(&fixture, id).await,
        [
            "REGISTER stage: - -> REGISTERED".to_owned(),
            format!("REGISTER_PAYMENT payment: - -> {due}"),
            "REGISTER_PAYMENT payment_status: PENDING -> PAID".to_owned(),
            "REGISTER_REFUND refund: - -> 0.01 PEN".to_owned(),
            "REGISTER_REFUND payment_status: PAID -> PARTIAL".to_owned(),
            format!("OVERRIDE_FEE fee: {due} -> 0.00 PEN"),
            "OVERRIDE_FEE payment_status: PARTIAL -> PAID".to_owned(),
            "OBSERVE_PAYMENT payment_status: PAID -> OBSERVED".to_owned(),
        ]
    );
    let audited = fixture
        .replicas
        .texts("SELECT action FROM audit_event WHERE action LIKE 'certification.%' ORDER BY id");
    assert_eq!(
        audited.await,
        [
            "certification.register",
            "certification.register_payment",
            "certification.register_refund",
            "certification.override_fee",
            "certification.observe_payment",
        ]
    );
    let events = fixture.replicas.texts("SELECT event FROM outbox_message ORDER BY id").await;
    assert_eq!(
        events,
        [
            "request.registered",
            "payment.registered",
            "request.stage_changed",
            "payment.refunded",
            "request.stage_changed",
            "request.stage_changed",
            "request.stage_changed",
        ]
    );
}

/// The last rest is paid by one of all who are at it.
pub(crate) async fn the_last_rest(database: Database) {
    let fixture = RaceFixture::on(database).await;
    for round in 0..4 {
        let request = fixture.register(0, round).await.request_aggregate.certification;
        let callers = (0..CALLERS).map(|caller| {
            let (app, manager) = (fixture.app(caller), &fixture.manager);
            async move {
                settle(&app, manager, request.settlement.id, |settlement, clerk| {
                    if settlement.status() == PaymentStatus::Paid {
                        return Err(Invalid::one("/amount", "exceeds-balance", "is more than what is left"));
                    }
                    let reference = Some(format!("{round}-{caller}"));
                    settlement.register(received(settlement, reference, clerk), true, clerk)
                })
                .await
            }
        });
        let outcomes = join_all(callers).await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "round {round}");
        for outcome in outcomes {
            assert!(matches!(outcome, Ok(_) | Err(Error::Invalid(_))), "{outcome:?}");
        }
        let request = stored(&fixture, request.id).await;
        assert_eq!((request.version, request.stage), (2, Stage::Paid));
        assert_eq!((request.settlement.version, request.settlement.payments.len()), (2, 1));
    }
}

/// Locks are taken in one order, so that those who act on a request and those who write in its settlement wait for each
/// other and never in a circle.
pub(crate) async fn both_ways_at_once(database: Database) {
    let fixture = RaceFixture::on(database).await;
    let request = fixture.register(0, 1).await.request_aggregate.certification;
    let callers = (0..CALLERS).map(|caller| {
        let fixture = &fixture;
        async move {
            if caller % 2 == 0 {
                let conditions = keyed(&fixture.manager, &format!("k-{caller}"), [9; 32]);
                let payload = fixture.payment(&format!("own-{caller}"));
                let act = fixture.act(
                    caller,
                    &fixture.manager,
                    request.id,
                    Action::RegisterPayment,
                    payload,
                    &conditions,
                );
                return act.await.map(drop);
            }
            let reference = Some(format!("elsewhere-{caller}"));
            let write = |settlement: &mut Settlement, clerk: &Clerk<'_>| {
                settlement.register(received(settlement, reference.clone(), clerk), true, clerk)
            };
            settle(&fixture.app(caller), &fixture.manager, request.settlement.id, write).await.map(drop)
        }
    });
    let outcomes = join_all(callers).await;
    // Somebody who acts may lose against others again and again; who locks first cannot.
    for (caller, outcome) in outcomes.iter().enumerate() {
        let lost = caller % 2 == 0 && matches!(outcome, Err(Error::Stale));
        assert!(outcome.is_ok() || lost, "{outcome:?}");
    }
    let done = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    let request = stored(&fixture, request.id).await;
    assert_eq!(request.settlement.payments.len(), done);
    assert_eq!(request.version, i64::try_from(done).unwrap() + 1);
    assert_eq!(request.settlement.version, request.version);
    assert_eq!((request.stage, request.derived_stage()), (Stage::Paid, Stage::Paid));
}
