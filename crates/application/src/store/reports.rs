//! The ports of reports: reading sums, and keeping what they are added up from in shape.
//!
//! What reports count is kept in generations, each counted in days of one time zone. Every unit of work that changes
//! requests adds what it changes in the figures, to each generation that is read or being counted, in its own
//! transaction: [`super::UnitOfWork::commit`] does, so that no use case can forget it. A new generation is counted
//! from the requests while others write, and then takes the place of the old one.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use medcert_domain::{
    Currency, Id, StaffId, UserId,
    catalog::Service,
    certification::Stage,
    people::Promoter,
    reports::{Cell, Detail, Figure, Range},
};
use uuid::Uuid;

use super::StoreError;

/// Of which requests. Everything given must hold; several values mean any of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CellFilter {
    /// Where they stand now.
    pub stages: Vec<Stage>,
    /// Currency of the fee, or of the money counted.
    pub currencies: Vec<Currency>,
    /// Services.
    pub services: Vec<Id<Service>>,
    /// Promoters.
    pub promoters: Vec<Id<Promoter>>,
    /// Managers.
    pub managers: Vec<StaffId>,
    /// Doctors.
    pub doctors: Vec<StaffId>,
    /// Operators.
    pub operators: Vec<StaffId>,
}

/// What sums are divided by, besides figure and currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// Stage and detail.
    Stage,
    /// Day.
    Day,
    /// Promoter.
    Promoter,
    /// Manager.
    Manager,
    /// Doctor.
    Doctor,
    /// Operator.
    Operator,
}

/// A question: sums of figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Which figures.
    pub figures: Vec<Figure>,
    /// On which days.
    pub range: Range,
    /// Of which requests.
    pub of: CellFilter,
    /// Divided by what.
    pub by: By,
}

/// One sum. What the question does not divide by is `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    /// Figure.
    pub figure: Figure,
    /// Currency.
    pub currency: Option<Currency>,
    /// Stage.
    pub stage: Option<Stage>,
    /// Detail.
    pub detail: Detail,
    /// Day.
    pub day: Option<chrono::NaiveDate>,
    /// Promoter, manager, doctor or operator; `None` also for what has none.
    pub who: Option<Uuid>,
    /// Count, or minor units.
    pub amount: i64,
}

/// Sums as of one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers {
    /// The time zone whose days were counted; `None` before requests were ever counted.
    pub zone: Option<Tz>,
    /// The sums for each question, in an order of their own.
    pub sums: Vec<Vec<Sum>>,
}

/// Names behind ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// Promoters.
    pub promoters: Vec<(Uuid, String)>,
    /// Staff.
    pub staff: Vec<(Uuid, String)>,
    /// Accounts.
    pub users: Vec<(Uuid, String)>,
}

/// Requests that were counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counted {
    /// The last of them; `None` when there are no more.
    pub last: Option<Uuid>,
    /// What they add to the figures, every cell once.
    pub cells: Vec<(Cell, i64)>,
}

/// Reading for reports.
#[async_trait]
pub trait ReportReads: Send + Sync {
    /// Answers all questions as of one moment.
    async fn sums(&self, questions: &[Question]) -> Result<Answers, StoreError>;

    /// The names of promoters, staff and accounts.
    async fn report_names(
        &self,
        promoters: &[Id<Promoter>],
        staff: &[StaffId],
        users: &[UserId],
    ) -> Result<Names, StoreError>;

    /// How many different clients the requests have that each of these promoters sent in this time, of the requests
    /// that are asked for. Reads all of them.
    async fn clients_sent(
        &self,
        by: &[Id<Promoter>],
        time: (DateTime<Utc>, DateTime<Utc>),
        of: &CellFilter,
    ) -> Result<Vec<(Uuid, i64)>, StoreError>;

    /// When a request last changed that is by, or with, each of these: promoters, managers, doctors or operators.
    async fn last_changes(&self, by: By, who: &[Uuid]) -> Result<Vec<(Uuid, DateTime<Utc>)>, StoreError>;

    /// The time zone whose days are counted now; `None` before requests were ever counted.
    async fn counted_zone(&self) -> Result<Option<Tz>, StoreError>;
}

/// Keeping figures in shape.
#[async_trait]
pub trait ReportWrites: Send {
    /// Begins a new generation in days of this time zone, gives up others that are being counted, and tells its
    /// number. Waits for units of work under way: from its commit on, all others add to the new one, too.
    async fn begin_count(&mut self, zone: Tz) -> Result<i32, StoreError>;

    /// Counts up to `limit` requests behind one for a generation begun, locking them. From the commit on they are
    /// counted, and what is told must be added before the generation is finished. `Stale` when it was given up.
    async fn count_requests(
        &mut self,
        generation: i32,
        after: Option<Uuid>,
        limit: u64,
    ) -> Result<Counted, StoreError>;

    /// Adds what was counted to the totals of a generation begun. `Stale` when it was given up.
    async fn add_counted(&mut self, generation: i32, cells: &[(Cell, i64)]) -> Result<(), StoreError>;

    /// Makes a counted generation the one that is read. `Stale` when it was given up.
    async fn finish_count(&mut self, generation: i32) -> Result<(), StoreError>;

    /// Adds up to `limit` changes to the totals of the generation that is read; tells how many. `Conflict` when
    /// somebody else is doing the same.
    async fn fold_changes(&mut self, limit: u64) -> Result<u64, StoreError>;

    /// Removes up to `limit` rows of generations that are read no longer; tells how many.
    async fn sweep_counts(&mut self, limit: u64) -> Result<u64, StoreError>;
}
