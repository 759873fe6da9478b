//! Settlements by themselves, and as what requests are paid through.

use medcert_application::store::{CertificationReads, StoreError};
use medcert_domain::{
    billing::{Refund, Settlement, Voided},
    certification::{Certification, RequestInfo},
};

use crate::{
    aggregate::full,
    database::TestDatabase,
    fixture::{Clinic, EXTREME, at, begin, day, id, payment, pen, settlement},
    insert, load,
};

/// Stores a changed settlement and gives it back as it must then be found.
async fn change(database: &TestDatabase, changed: &Settlement) -> Settlement {
    let mut work = begin(database).await;
    work.update_settlement(changed).await.unwrap();
    work.commit().await.unwrap();
    let mut work = begin(database).await;
    let stored = work.settlement(changed.id).await.unwrap().unwrap();
    assert_eq!(stored, Settlement { version: changed.version + 1, ..changed.clone() });
    stored
}

pub(crate) async fn round_trip(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let (bare, full) = (clinic.request("MC-2026-000001"), full(&clinic, "MC-2026-000002"));
    insert!(database, &bare, &full);
    let mut work = begin(database).await;
    assert_eq!(work.settlement(bare.settlement.id).await.unwrap().as_ref(), Some(&bare.settlement));
    assert_eq!(work.settlement(full.settlement.id).await.unwrap().as_ref(), Some(&full.settlement));
    assert_eq!(work.settlement(id()).await.unwrap(), None);
    // What differs in nothing is not written.
    work.update_settlement(&full.settlement).await.unwrap();
    work.commit().await.unwrap();
    assert_eq!(load!(database, full.id).as_ref(), Some(&full));

    let mut money = bare.settlement.clone();
    money.due = Some(pen(99_999_999_999_999));
    money = change(database, &money).await;
    money.payments.push(payment(10, Some("R"), &clinic.user));
    money.observed = Some(EXTREME.to_owned());
    money = change(database, &money).await;
    // Voiding frees the reference for the next payment of the same change.
    money.payments[0].voided = Some(Voided { by: clinic.user.id, at: at(8), reason: EXTREME.to_owned() });
    money.payments.push(payment(20, Some("R"), &clinic.user));
    money.observed = None;
    money = change(database, &money).await;
    money.refunds.push(Refund {
        id: id(),
        payment: money.payments[1].id,
        channel: money.payments[1].channel,
        paid_on: day(2026, 11, 3),
        money: pen(1),
        reference: Some(EXTREME.to_owned()),
        reason: EXTREME.to_owned(),
        by: clinic.user.id,
        at: at(6),
    });
    money = change(database, &money).await;
    // The request is found with it, and has not followed: that is for whoever changes a settlement to see to.
    let seen = database.store.request_aggregate(bare.id).await.unwrap().unwrap().certification;
    assert_eq!(seen, Certification { settlement: money.clone(), ..bare });
    let mut work = begin(database).await;
    money.payments.push(payment(1, Some("R"), &clinic.user));
    let twice = work.update_settlement(&money).await;
    assert!(matches!(twice, Err(StoreError::Duplicate("payment"))), "{twice:?}");
}

pub(crate) async fn swaps(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let request = Certification { settlement: settlement(10, vec![]), ..clinic.request("MC") };
    insert!(database, &request);
    let mut paid = request.settlement.clone();
    paid.payments.push(payment(10, None, &clinic.user));
    let stored = change(database, &paid).await;
    let mut work = begin(database).await;
    let late = work.update_settlement(&paid).await;
    assert!(matches!(late, Err(StoreError::Stale("settlement"))), "{late:?}");
    assert!(matches!(work.commit().await, Err(StoreError::Aborted)));
    // A request that was loaded before does not undo it, neither in another unit of work nor in the same one.
    let mut work = begin(database).await;
    let saying = |comment: &str| RequestInfo { comment: Some(comment.to_owned()), ..RequestInfo::default() };
    let old = Certification { info: saying("old"), ..request.clone() };
    assert!(matches!(work.update(&old).await, Err(StoreError::Stale("settlement"))));
    drop(work);
    let mut work = begin(database).await;
    let loaded = work.get(request.id).await.unwrap().unwrap();
    let again = Settlement { due: Some(pen(20)), ..stored.clone() };
    work.update_settlement(&again).await.unwrap();
    assert!(matches!(work.update(&loaded).await, Err(StoreError::Stale("settlement"))));
    drop(work);
    // Loaded afterwards it is changed as any other.
    let mut work = begin(database).await;
    work.update_settlement(&again).await.unwrap();
    let loaded = work.get(request.id).await.unwrap().unwrap();
    assert_eq!((loaded.version, loaded.settlement.version), (1, 3));
    work.update(&Certification { info: saying("new"), ..loaded }).await.unwrap();
    work.commit().await.unwrap();
    let stored = load!(database, request.id).unwrap();
    assert_eq!(
        (stored.version, stored.settlement.version, stored.info.comment.as_deref()),
        (2, 3, Some("new"))
    );
    let mut work = begin(database).await;
    let never = work.update_settlement(&settlement(1, vec![])).await;
    assert!(matches!(never, Err(StoreError::Stale("settlement"))), "{never:?}");
}

pub(crate) async fn payables(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let (one, other) = (clinic.request("MC-1"), clinic.request("MC-2"));
    insert!(database, &one, &other);
    let mut work = begin(database).await;
    assert_eq!(work.hold_request_of(one.settlement.id).await.unwrap().as_ref(), Some(&one));
    assert_eq!(work.hold_request_of(other.settlement.id).await.unwrap().as_ref(), Some(&other));
    assert_eq!(work.hold_request_of(id()).await.unwrap(), None);
    drop(work);
    // A settlement is that of one request, and stays as long as there is one.
    let mut work = begin(database).await;
    let shared = Certification { settlement: one.settlement.clone(), ..clinic.request("MC-3") };
    assert!(matches!(work.insert(&shared).await, Err(StoreError::Duplicate(_))));
}
