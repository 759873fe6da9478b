//! Sixty-four at once: exactly one wins, or all get what is theirs.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use futures::future::join_all;
use medcert_application::store::{CertificationReads, MailQueue, QueuedMail, Store, StoreError};
use medcert_domain::certification::{AssignmentRole, Certification};
use medcert_persistence::{Engine, SeaStore};
use tokio::sync::Barrier;

use crate::{
    database::TestDatabase,
    fixture::{Clinic, assignment, at, begin, evaluation, payment, person, session, settlement},
    identity::token,
    insert, load,
    units::claim,
};

const CALLERS: usize = 64;

/// Runs the same for every caller at once and gathers the answers.
pub(crate) async fn all_at_once<T, F>(database: &TestDatabase, each: impl Fn(SeaStore) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let barrier = Arc::new(Barrier::new(CALLERS));
    let tasks = (0..CALLERS).map(|_| {
        let (work, barrier) = (each(database.store.clone()), barrier.clone());
        tokio::spawn(async move {
            barrier.wait().await;
            work.await
        })
    });
    join_all(tasks).await.into_iter().map(Result::unwrap).collect()
}

async fn take_number(store: &SeaStore) -> Result<i64, StoreError> {
    let mut work = store.begin().await?;
    let number = work.next_number("MC", 2026).await?;
    work.commit().await?;
    Ok(number)
}

pub(crate) async fn numbers(database: &TestDatabase) {
    let numbers = all_at_once(database, async move |store: SeaStore| {
        loop {
            match take_number(&store).await {
                Ok(number) => return number,
                Err(StoreError::Conflict | StoreError::Duplicate("counter") | StoreError::LockTimeout) => {}
                Err(error) => panic!("{error:?}"),
            }
        }
    })
    .await;
    let numbers: BTreeSet<i64> = numbers.into_iter().collect();
    assert_eq!(numbers, (1..=64).collect());
    assert_eq!(database.store.counter("MC", 2026).await.unwrap(), 64);
}

/// Whether the caller won; losing must be one of the answers a caller can act on.
pub(crate) fn won(answer: Result<(), StoreError>) -> bool {
    match answer {
        Ok(()) => true,
        Err(StoreError::Stale(_) | StoreError::Duplicate(_) | StoreError::Conflict) => false,
        Err(error) => panic!("{error:?}"),
    }
}

async fn swap(store: &SeaStore, expected: i64) -> Result<(), StoreError> {
    let mut work = store.begin().await?;
    work.swap_number("MC", 2026, expected).await?;
    work.commit().await
}

pub(crate) async fn swaps(database: &TestDatabase) {
    for expected in [0, 1] {
        let answers =
            all_at_once(database, move |store: SeaStore| async move { won(swap(&store, expected).await) })
                .await;
        assert_eq!(answers.into_iter().filter(|won| *won).count(), 1);
        assert_eq!(database.store.counter("MC", 2026).await.unwrap(), expected + 1);
    }
}

async fn claim_key(store: &SeaStore) -> Result<(), StoreError> {
    let mut work = store.begin().await?;
    work.claim(&claim("k")).await?;
    work.commit().await
}

pub(crate) async fn claims(database: &TestDatabase) {
    let answers = all_at_once(database, async move |store: SeaStore| won(claim_key(&store).await)).await;
    assert_eq!(answers.into_iter().filter(|won| *won).count(), 1);
}

pub(crate) async fn refreshes(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let session = session(&clinic.user);
    let token = token(&session, 1);
    let mut work = begin(database).await;
    work.insert(&session).await.unwrap();
    work.insert_refresh(&token).await.unwrap();
    work.commit().await.unwrap();
    let answers = all_at_once(database, move |store: SeaStore| {
        let token = token.clone();
        async move {
            let mut work = store.begin().await.unwrap();
            let used = work.use_refresh(&token, at(1)).await.unwrap();
            work.commit().await.unwrap();
            used
        }
    })
    .await;
    assert_eq!(answers.into_iter().filter(|used| *used).count(), 1);
}

/// Whoever was slower is told, whatever came of the money meanwhile.
pub(crate) async fn settlements(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let due = settlement(10, vec![]);
    let request = Certification { settlement: due.clone(), ..clinic.request("MC-2026-000001") };
    insert!(database, &request);
    let user = clinic.user.clone();
    let answers = all_at_once(database, move |store: SeaStore| {
        let mut paid = due.clone();
        paid.payments.push(payment(10, None, &user));
        async move {
            let answer = async {
                let mut work = store.begin().await?;
                work.update_settlement(&paid).await?;
                work.commit().await
            };
            won(answer.await)
        }
    })
    .await;
    assert_eq!(answers.into_iter().filter(|won| *won).count(), 1);
    let stored = load!(database, request.id).unwrap().settlement;
    assert_eq!((stored.version, stored.payments.len()), (2, 1));
}

pub(crate) async fn managers(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let request = clinic.request("MC-2026-000001");
    insert!(database, &request);
    let (id, staff, user) = (request.id, clinic.staff.clone(), clinic.user.clone());
    let answers = all_at_once(database, move |store: SeaStore| {
        let new = assignment(AssignmentRole::Manager, &staff, &user);
        async move {
            let assign = async {
                let mut work = store.begin().await?;
                let mut request = work.get(id).await?.unwrap();
                if request.manager().is_some() {
                    return Err(StoreError::Stale("request"));
                }
                request.assignments.push(new);
                work.update(&request).await?;
                work.commit().await
            };
            won(assign.await)
        }
    })
    .await;
    assert_eq!(answers.into_iter().filter(|won| *won).count(), 1);
    let stored = load!(database, id).unwrap();
    assert_eq!((stored.version, stored.assignments.len()), (2, 1));
}

pub(crate) async fn mails(database: &TestDatabase) {
    let queued: Vec<QueuedMail> = (0..5).map(crate::mail::mail).collect();
    let mut work = begin(database).await;
    for mail in &queued {
        work.queue_mail(mail).await.unwrap();
    }
    work.commit().await.unwrap();
    let answers = all_at_once(database, move |store: SeaStore| async move {
        let mut taken = Vec::new();
        for mail in store.due_mail(at(10), 20).await.unwrap() {
            match store.take_mail(&mail, at(1_000)).await {
                Ok(true) => taken.push(mail.id),
                // Whoever lost against another transaction has not taken it.
                Ok(false) | Err(StoreError::Conflict) => {}
                Err(error) => panic!("{error:?}"),
            }
        }
        taken
    })
    .await;
    let mut taken: Vec<_> = answers.into_iter().flatten().collect();
    taken.sort_unstable();
    assert_eq!(taken, queued.iter().map(|mail| mail.id).collect::<Vec<_>>());
}

/// Two units of work that want each other's rows: the database ends one of them, and it is told to run again.
pub(crate) async fn deadlocks(database: &TestDatabase) {
    if database.store.engine() == Engine::Sqlite {
        // One writes at a time, so nobody can hold what another one needs.
        return;
    }
    let (a, b) = (person("a", "a"), person("b", "b"));
    insert!(database, &a, &b);
    let barrier = Arc::new(Barrier::new(2));
    let both = [(a.clone(), b.clone()), (b, a)].map(|(mine, theirs)| {
        let (store, barrier) = (database.store.clone(), barrier.clone());
        tokio::spawn(async move {
            let mut work = store.begin().await?;
            work.update(&mine).await?;
            barrier.wait().await;
            work.update(&theirs).await?;
            work.commit().await
        })
    });
    let answers: Vec<_> = join_all(both).await.into_iter().map(Result::unwrap).collect();
    let lost = |answer: &&Result<(), StoreError>| matches!(answer, Err(StoreError::Conflict));
    assert_eq!(answers.iter().filter(lost).count(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
}

/// Readers take several statements and no transaction: what they get is one version of the request all the same.
pub(crate) async fn readers(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let mut request = clinic.request("MC-2026-000001");
    insert!(database, &request);
    let (id, done) = (request.id, Arc::new(AtomicBool::new(false)));
    let readers = (0..4).map(|_| {
        let (store, done) = (database.store.clone(), done.clone());
        tokio::spawn(async move {
            let mut versions = BTreeSet::new();
            while !done.load(Ordering::Relaxed) {
                match store.request_aggregate(id).await {
                    Ok(found) => {
                        let seen = found.unwrap().certification;
                        assert_eq!(
                            seen.settlement.payments.len(),
                            usize::try_from(seen.version).unwrap() - 1
                        );
                        assert_eq!(seen.evaluations.len(), seen.settlement.payments.len());
                        versions.insert(seen.version);
                    }
                    Err(StoreError::Conflict) => {}
                    Err(error) => panic!("{error:?}"),
                }
            }
            versions.len()
        })
    });
    let readers: Vec<_> = readers.collect();
    for _ in 0..40 {
        if let Some(last) = request.evaluations.last_mut() {
            last.superseded_at = Some(at(9));
        }
        request.settlement.payments.push(payment(1, None, &clinic.user));
        request.evaluations.push(evaluation(&clinic.staff, &clinic.user));
        let mut work = begin(database).await;
        work.update(&request).await.unwrap();
        work.commit().await.unwrap();
        request.version += 1;
        request.settlement.version += 1;
    }
    done.store(true, Ordering::Relaxed);
    let seen: Vec<usize> = join_all(readers).await.into_iter().map(Result::unwrap).collect();
    assert!(seen.iter().any(|versions| *versions > 1), "{seen:?}");
}
