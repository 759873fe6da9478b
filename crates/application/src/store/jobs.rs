//! What the room of jobs asks of the database.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use medcert_domain::{
    Id, UserId,
    jobs::{Job, JobKind, JobStatus, LineOutcome},
};
use uuid::Uuid;

use super::{NamedUser, Page, PageRequest, Repository, StoreError};

/// One line of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobLine {
    /// Identifier.
    pub id: Uuid,
    /// The job.
    pub job: Id<Job>,
    /// Its number, from 1, as whoever sent it counts.
    pub number: u32,
    /// What came of it.
    pub outcome: LineOutcome,
    /// What was sent: JSON. Gone when the line was done, and some days after the job is over.
    pub text: Option<String>,
    /// OK: what was made or found; not in a dry run.
    pub made: Option<Made>,
    /// OK: what looks like it already, by id and what people call it; what was found instead of made is its own.
    pub duplicates: Vec<(Uuid, Option<String>)>,
    /// REFUSED: why, as a problem in JSON.
    pub problem: Option<String>,
}

/// What a line made or found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Its identifier.
    pub id: Uuid,
    /// What people call it, such as the code of a request; at most 64 characters.
    pub code: Option<String>,
}

/// Which jobs. Everything given must hold; several values of one filter mean any of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobFilter {
    /// Asked for by this account.
    pub created_by: Option<UserId>,
    /// Kinds.
    pub kinds: Vec<JobKind>,
    /// Statuses.
    pub statuses: Vec<JobStatus>,
}

/// A job with the name of whoever asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRow {
    /// The job.
    pub job: Job,
    /// Who asked for it.
    pub created_by: NamedUser,
}

/// Reading jobs.
#[async_trait]
pub trait JobReads: Send + Sync {
    /// Jobs, newest first; ties by id, descending.
    async fn jobs(&self, filter: &JobFilter, page: &PageRequest) -> Result<Page<JobRow>, StoreError>;

    /// One job.
    async fn job(&self, id: Id<Job>) -> Result<Option<JobRow>, StoreError>;

    /// Lines of a job by number (key of the cursor), all or those with this outcome.
    async fn job_lines(
        &self,
        id: Id<Job>,
        outcome: Option<LineOutcome>,
        page: &PageRequest,
    ) -> Result<Page<JobLine>, StoreError>;

    /// The first line that was not judged.
    async fn next_line(&self, id: Id<Job>) -> Result<Option<JobLine>, StoreError>;

    /// Up to `limit` jobs of these kinds that a worker may take at this moment, those first that have waited longest.
    async fn due_jobs(
        &self,
        kinds: &[JobKind],
        now: DateTime<Utc>,
        limit: u64,
    ) -> Result<Vec<Id<Job>>, StoreError>;

    /// Up to `limit` jobs whose lines are to lose their texts by this moment.
    async fn erasable_jobs(&self, now: DateTime<Utc>, limit: u64) -> Result<Vec<Id<Job>>, StoreError>;

    /// Number of jobs of an account that are not over.
    async fn open_jobs_of(&self, user: UserId) -> Result<u64, StoreError>;
}

/// What use cases of jobs need beyond plain repositories.
#[async_trait]
pub trait JobWrites: Repository<Job> + Send {
    /// Stores the lines of a new job.
    async fn insert_lines(&mut self, lines: &[JobLine]) -> Result<(), StoreError>;

    /// Writes down what came of a line, if that was still open; else `Stale`.
    async fn judge_line(&mut self, line: &JobLine) -> Result<(), StoreError>;

    /// Takes the texts out of all lines of a job.
    async fn erase_lines(&mut self, id: Id<Job>) -> Result<(), StoreError>;
}
