//! The store: where units of work and read models come from.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use medcert_application::store::{
    AuditEvent, DeliveryOutcome, MailQueue, QueuedMail, Store, StoreError, StoredAnswer, UnitOfWork,
};
use sea_orm::{
    AccessMode, DatabaseConnection, DatabaseTransaction, IsolationLevel, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};
use uuid::Uuid;

use crate::{
    connect::{ConnectError, DatabaseOptions, Engine, Pools},
    error::failed,
    migrate, preflight,
    records::{audit, counter, idempotency, lease, mail},
    rooms::{self, Participants},
    unit_of_work::SeaUnitOfWork,
};

/// The database of an installation. Clones share their connections.
#[derive(Clone)]
pub struct SeaStore {
    pools: Pools,
    options: DatabaseOptions,
    participants: Participants,
}

impl SeaStore {
    /// Connects, and refuses a server or database that would store texts or times otherwise than Medcert needs.
    pub async fn connect(options: &DatabaseOptions) -> Result<Self, ConnectError> {
        let pools = Pools::open(options).await?;
        preflight::check(&pools).await?;
        Ok(Self { pools, options: options.clone(), participants: rooms::participants() })
    }

    /// Brings the schema up to date, under a lock: of several processes that start at once, one migrates and the
    /// others wait and find nothing to do.
    pub async fn migrate(&self) -> Result<(), ConnectError> {
        migrate::up(&self.pools, &self.options, None).await?;
        preflight::check(&self.pools).await
    }

    /// Names of the migrations the database has not taken yet.
    pub async fn pending_migrations(&self) -> Result<Vec<String>, ConnectError> {
        migrate::pending(&self.pools).await
    }

    /// Which engine it is.
    pub fn engine(&self) -> Engine {
        self.pools.engine
    }

    /// Closes every connection, after those in use are given back.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.pools.readers.close_by_ref().await.map_err(failed("database"))?;
        self.pools.writers.close_by_ref().await.map_err(failed("database"))
    }

    pub(crate) async fn transaction(&self) -> Result<DatabaseTransaction, StoreError> {
        // Isolation is a setting of each connection; a SQLite transaction that begins by reading could not be
        // raised to a writing one once somebody else has written.
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        self.pools.writers.begin_with_options(options).await.map_err(failed("unit of work"))
    }

    /// A reading transaction in which everything is as of its first read, whatever others write meanwhile.
    pub(crate) async fn one_moment(&self) -> Result<DatabaseTransaction, StoreError> {
        let options = match self.pools.engine {
            // Its readers see one moment anyway.
            Engine::Sqlite => TransactionOptions::default(),
            Engine::Postgres | Engine::MySql | Engine::MariaDb => TransactionOptions {
                isolation_level: Some(IsolationLevel::RepeatableRead),
                access_mode: Some(AccessMode::ReadOnly),
                ..TransactionOptions::default()
            },
        };
        self.reader().begin_with_options(options).await.map_err(failed("database"))
    }

    pub(crate) fn pools(&self) -> &Pools {
        &self.pools
    }

    pub(crate) fn options(&self) -> &DatabaseOptions {
        &self.options
    }

    /// Where what is no unit of work is written.
    pub(crate) fn writer(&self) -> &DatabaseConnection {
        &self.pools.writers
    }

    /// The same store, each of whose reads is told to `tell`: for looking at the statements that are really run.
    #[must_use]
    pub fn watched(&self, tell: impl Fn(&sea_orm::Statement) + Send + Sync + 'static) -> Self {
        let mut watched = self.clone();
        watched.pools.readers.set_metric_callback(move |info| tell(info.statement));
        watched
    }

    /// Where reads go; on SQLite not through the one connection that writes.
    pub(crate) fn reader(&self) -> &DatabaseConnection {
        &self.pools.readers
    }
}

#[async_trait]
impl Store for SeaStore {
    async fn begin(&self) -> Result<Box<dyn UnitOfWork>, StoreError> {
        Ok(Box::new(SeaUnitOfWork::new(self.transaction().await?, self.participants.clone())))
    }

    async fn append_audit(&self, events: &[AuditEvent]) -> Result<(), StoreError> {
        // One transaction: SQLite would otherwise wait for the disk after each statement of a batch.
        let txn = self.transaction().await?;
        audit::append(&txn, events).await?;
        txn.commit().await.map_err(failed("audit event"))
    }

    async fn counter(&self, series: &str, year: i32) -> Result<i64, StoreError> {
        counter::value(self.reader(), series, year).await
    }

    async fn answer(
        &self,
        scope: &str,
        key: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<StoredAnswer>, StoreError> {
        idempotency::find(self.reader(), scope, key, now).await
    }

    async fn lease(
        &self,
        name: &str,
        holder: Uuid,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let txn = self.transaction().await?;
        let held = lease::take(&txn, name, holder, now, until).await?
            || lease::first(&txn, name, holder, until).await?;
        if held {
            txn.commit().await.map_err(failed("lease"))?;
        }
        Ok(held)
    }

    async fn forget_answers(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        let txn = self.transaction().await?;
        let gone = idempotency::forget(&txn, before).await?;
        txn.commit().await.map_err(failed("idempotency key"))?;
        Ok(gone)
    }

    async fn check(&self) -> Result<(), StoreError> {
        self.reader().ping().await.map_err(failed("database"))
    }
}

#[async_trait]
impl MailQueue for SeaStore {
    async fn due_mail(&self, now: DateTime<Utc>, limit: u64) -> Result<Vec<QueuedMail>, StoreError> {
        mail::due(self.reader(), now, limit).await
    }

    async fn take_mail(&self, message: &QueuedMail, until: DateTime<Utc>) -> Result<bool, StoreError> {
        let txn = self.transaction().await?;
        let taken = mail::take(&txn, message, until).await?;
        txn.commit().await.map_err(failed("mail message"))?;
        Ok(taken)
    }

    async fn settle_mail(&self, id: Uuid, attempt: u32, fate: DeliveryOutcome) -> Result<(), StoreError> {
        let txn = self.transaction().await?;
        mail::settle(&txn, id, attempt, fate).await?;
        txn.commit().await.map_err(failed("mail message"))
    }

    async fn forget_mail(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        let txn = self.transaction().await?;
        let forgotten = mail::forget(&txn, before).await?;
        txn.commit().await.map_err(failed("mail message"))?;
        Ok(forgotten)
    }
}
