//! One transaction, seen through the ports.

use async_trait::async_trait;
use medcert_application::store::{
    AuditEvent, OutboxMessage, QueuedMail, Repository, StoreError, StoredAnswer, UnitOfWork,
};
use medcert_domain::Id;
use sea_orm::DatabaseTransaction;

use crate::{
    error::failed,
    mapped::{self, Mapped},
    records::{audit, counter, idempotency, mail, outbox},
    rooms::{Participants, RoomState},
};

/// A transaction that remembers whether anything in it failed.
///
/// After a failed statement PostgreSQL answers COMMIT with success and keeps nothing, SQLite and MariaDB keep all
/// but that statement, and after a deadlock MariaDB has rolled back and would run the rest without a transaction.
/// So the first failure aborts the unit of work on every engine: nothing more is sent and nothing is kept.
pub(crate) struct SeaUnitOfWork {
    txn: DatabaseTransaction,
    failed: bool,
    state: RoomState,
    loaded: RoomState,
    participants: Participants,
}

impl SeaUnitOfWork {
    pub(crate) fn new(txn: DatabaseTransaction, participants: Participants) -> Self {
        Self { txn, failed: false, state: RoomState::default(), loaded: RoomState::default(), participants }
    }

    /// Runs statements, unless earlier ones failed.
    pub(crate) async fn attempt<T>(
        &mut self,
        work: impl AsyncFnOnce(&DatabaseTransaction) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if self.failed {
            return Err(StoreError::Aborted);
        }
        // Set before the first statement: a caller that stops waiting in the middle has aborted it as well.
        self.failed = true;
        let result = work(&self.txn).await;
        self.failed = result.is_err();
        result
    }

    /// What rooms keep until it ends.
    pub(crate) fn state(&mut self) -> &mut RoomState {
        &mut self.state
    }

    /// What rooms keep of what they have loaded, so as not to load it again.
    pub(crate) fn loaded(&mut self) -> &mut RoomState {
        &mut self.loaded
    }

    /// Makes every room look at the database again: what they have loaded was changed from elsewhere.
    pub(crate) fn forget_loaded(&mut self) {
        self.loaded = RoomState::default();
    }
}

#[async_trait]
impl<E: Mapped> Repository<E, E::Key> for SeaUnitOfWork {
    async fn get(&mut self, id: Id<E::Key>) -> Result<Option<E>, StoreError> {
        self.attempt(async |db| mapped::get(db, id).await).await
    }

    async fn insert(&mut self, entity: &E) -> Result<(), StoreError> {
        self.attempt(async |db| mapped::insert(db, entity).await).await
    }

    async fn update(&mut self, entity: &E) -> Result<(), StoreError> {
        self.attempt(async |db| mapped::update(db, entity).await).await
    }

    async fn delete(&mut self, entity: &E) -> Result<(), StoreError> {
        self.attempt(async |db| mapped::delete(db, entity).await).await
    }
}

#[async_trait]
impl UnitOfWork for SeaUnitOfWork {
    async fn audit(&mut self, events: &[AuditEvent]) -> Result<(), StoreError> {
        self.attempt(async |db| audit::append(db, events).await).await
    }

    async fn publish(&mut self, messages: &[OutboxMessage]) -> Result<(), StoreError> {
        self.attempt(async |db| outbox::append(db, messages).await).await
    }

    async fn queue_mail(&mut self, message: &QueuedMail) -> Result<(), StoreError> {
        self.attempt(async |db| mail::queue(db, message).await).await
    }

    async fn next_number(&mut self, series: &str, year: i32) -> Result<i64, StoreError> {
        self.attempt(async |db| counter::next(db, series, year).await).await
    }

    async fn swap_number(&mut self, series: &str, year: i32, expected: i64) -> Result<(), StoreError> {
        self.attempt(async |db| counter::swap(db, series, year, expected).await).await
    }

    async fn claim(&mut self, claim: &StoredAnswer) -> Result<(), StoreError> {
        self.attempt(async |db| idempotency::claim(db, claim).await).await
    }

    async fn answer_claim(&mut self, claim: &StoredAnswer) -> Result<(), StoreError> {
        self.attempt(async |db| idempotency::answer(db, claim).await).await
    }

    async fn commit(mut self: Box<Self>) -> Result<(), StoreError> {
        for participant in self.participants.clone().iter() {
            participant.before_commit(&mut self).await?;
        }
        if self.failed {
            return Err(StoreError::Aborted);
        }
        self.txn.commit().await.map_err(failed("unit of work"))
    }
}
