//! Jobs: work of many lines that outlives the call that asked for it.
//!
//! A worker takes a job for a limited time, does line after line, and each line moves the end of that time on. When a
//! worker dies, the job falls due again and another worker goes on behind the last line that was written down.

mod room;

use std::{borrow::Cow, fmt};

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

pub use self::room::{CANCEL_ANY_JOB, READ_ALL_JOBS, ROOM};
use crate::{Entity, Id, UserId, rooms::ROOMS};

/// What a job does with its lines: a code such as `IMPORT_SERVICES`, which the room that does it declares.
///
/// Any code is a kind: the database may hold jobs of a newer release, which a process of an older one lists, and
/// leaves to others to do.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobKind(Cow<'static, str>);

impl JobKind {
    /// The kind that a room declares. The code is stored: it never changes.
    pub const fn declared(code: &'static str) -> Self {
        Self(Cow::Borrowed(code))
    }

    /// The kind with a code that was stored.
    pub fn stored(code: String) -> Self {
        Self(Cow::Owned(code))
    }

    /// Every kind that a room declares.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        ROOMS.iter().flat_map(|room| room.jobs)
    }

    /// The declared kind with exactly this code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::all().find(|kind| kind.code() == code).cloned()
    }

    /// The code: upper snake case, stable for ever.
    pub fn code(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for JobKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

crate::codes! {
    /// Where a job stands.
    JobStatus {
        /// Nobody has taken it up.
        Queued = "QUEUED",
        /// It was taken up.
        Running = "RUNNING",
        /// Every line was judged; some may have been refused.
        Succeeded = "SUCCEEDED",
        /// Something unexpected stopped it, again and again; the lines behind were not judged.
        Failed = "FAILED",
        /// Somebody stopped it; the lines behind were not judged.
        Cancelled = "CANCELLED",
    }
}

impl JobStatus {
    /// Whether there is still something to do.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Queued | Self::Running)
    }
}

crate::codes! {
    /// What came of a line.
    LineOutcome {
        /// Not judged yet.
        Pending = "PENDING",
        /// Done; in a dry run: it would have been.
        Ok = "OK",
        /// Refused.
        Refused = "REFUSED",
    }
}

/// How long a worker keeps a job without a sign of life.
pub const LEASE: Duration = Duration::seconds(60);
/// How long a job that met something unexpected rests, times the number of times in a row.
const REST: Duration = Duration::seconds(5);
/// After so many times in a row the job has failed.
const TRIES: u32 = 5;
/// How long the texts of lines are kept once a job is over, so that what was refused can be corrected.
const KEPT: Duration = Duration::days(30);

/// A job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Identifier.
    pub id: Id<Self>,
    /// Number of changes.
    pub version: i64,
    /// What it does.
    pub kind: JobKind,
    /// Whether its lines are only judged and nothing is kept.
    pub dry_run: bool,
    /// Where it stands.
    pub status: JobStatus,
    /// Who asked for it, and as whom it acts.
    pub created_by: UserId,
    /// Lines.
    pub total: u32,
    /// Lines that were judged.
    pub done: u32,
    /// Those of them that were refused.
    pub failed: u32,
    /// Times in a row that something unexpected happened.
    pub tries: u32,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it was first taken up.
    pub started_at: Option<DateTime<Utc>>,
    /// When it was over.
    pub finished_at: Option<DateTime<Utc>>,
    /// The worker that has it.
    pub held_by: Option<Uuid>,
    /// When a worker may take it; `None` once it is over.
    pub due_at: Option<DateTime<Utc>>,
    /// When the texts of its lines are to go; `None` while it is open, and when they have gone.
    pub erase_at: Option<DateTime<Utc>>,
}

impl Entity for Job {
    type Key = Self;
    const KIND: &'static str = "job";
    fn id(&self) -> Id<Self> {
        self.id
    }
    fn version(&self) -> i64 {
        self.version
    }
}

impl Job {
    /// A job of so many lines that waits to be taken.
    pub fn queued(
        id: Id<Self>,
        kind: JobKind,
        dry_run: bool,
        by: UserId,
        total: u32,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            id,
            version: 0,
            kind,
            dry_run,
            status: JobStatus::Queued,
            created_by: by,
            total,
            done: 0,
            failed: 0,
            tries: 0,
            created_at: now,
            started_at: None,
            finished_at: None,
            held_by: None,
            due_at: Some(now),
            erase_at: None,
        }
    }

    /// Gives it to a worker, if it is due; whether it was.
    pub fn take(&mut self, worker: Uuid, now: DateTime<Utc>) -> bool {
        let due = self.status.is_open() && self.due_at.is_some_and(|due| due <= now);
        if due {
            self.status = JobStatus::Running;
            self.started_at = self.started_at.or(Some(now));
            self.hold(worker, now);
        }
        due
    }

    /// Whether the worker has it. A lease that has ended is still held until somebody else takes the job.
    pub fn is_held_by(&self, worker: Uuid) -> bool {
        self.status == JobStatus::Running && self.held_by == Some(worker)
    }

    fn hold(&mut self, worker: Uuid, now: DateTime<Utc>) {
        self.held_by = Some(worker);
        self.due_at = Some(now + LEASE);
    }

    /// Counts a line that was judged by the worker; the last one ends the job.
    pub fn count(&mut self, worker: Uuid, refused: bool, now: DateTime<Utc>) {
        self.done += 1;
        self.failed += u32::from(refused);
        self.tries = 0;
        self.hold(worker, now);
        if self.done >= self.total {
            self.end(JobStatus::Succeeded, now);
        }
    }

    /// Gives it back, for whoever takes it next.
    pub fn give_back(&mut self, now: DateTime<Utc>) {
        self.held_by = None;
        self.due_at = Some(now);
    }

    /// Gives it back to rest a while, when the database is too busy for it.
    pub fn rest(&mut self, now: DateTime<Utc>) {
        self.give_back(now + REST);
    }

    /// Gives it back after something unexpected: to rest first, or, when that has happened too often, as failed.
    pub fn record_failure(&mut self, now: DateTime<Utc>) {
        self.tries += 1;
        if self.tries >= TRIES {
            self.end(JobStatus::Failed, now);
        } else {
            self.give_back(now + REST * i32::try_from(self.tries).unwrap_or(i32::MAX));
        }
    }

    /// Stops it; whether there was anything to stop. The texts of its lines are to go at once.
    pub fn cancel(&mut self, now: DateTime<Utc>) -> bool {
        let open = self.status.is_open();
        if open {
            self.end(JobStatus::Cancelled, now);
            self.erase_at = None;
        }
        open
    }

    /// Notes that the texts of its lines are gone.
    pub fn erased(&mut self) {
        self.erase_at = None;
    }

    fn end(&mut self, status: JobStatus, now: DateTime<Utc>) {
        self.status = status;
        self.finished_at = Some(now);
        self.held_by = None;
        self.due_at = None;
        self.erase_at = Some(now + KEPT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000 + second, 0).unwrap()
    }

    fn job(total: u32) -> Job {
        let kind = JobKind::declared("IMPORT_REQUESTS");
        Job::queued(Id::new(Uuid::from_u128(1)), kind, false, Id::new(Uuid::from_u128(2)), total, at(0))
    }

    const ONE: Uuid = Uuid::from_u128(11);
    const TWO: Uuid = Uuid::from_u128(12);

    #[test]
    fn one_worker_has_it_until_the_lease_ends() {
        let mut job = job(2);
        assert!(job.take(ONE, at(0)) && job.is_held_by(ONE));
        assert!(!job.take(TWO, at(59)), "it is still ONE's");
        job.count(ONE, false, at(50));
        assert!(!job.take(TWO, at(109)), "a line is a sign of life");
        assert!(job.take(TWO, at(110)) && job.is_held_by(TWO) && !job.is_held_by(ONE));
        assert_eq!(job.started_at, Some(at(0)));
        job.give_back(at(111));
        assert!(!job.is_held_by(TWO) && job.take(ONE, at(111)));
    }

    #[test]
    fn the_last_line_ends_it() {
        let mut job = job(2);
        assert!(job.take(ONE, at(0)));
        job.count(ONE, true, at(1));
        assert_eq!((job.status, job.done, job.failed), (JobStatus::Running, 1, 1));
        job.count(ONE, false, at(2));
        assert_eq!((job.status, job.done, job.failed), (JobStatus::Succeeded, 2, 1));
        assert_eq!((job.finished_at, job.due_at, job.held_by), (Some(at(2)), None, None));
        assert_eq!(job.erase_at, Some(at(2) + KEPT));
        assert!(!job.take(TWO, at(999)) && !job.cancel(at(999)));
    }

    #[test]
    fn five_stumbles_in_a_row_are_a_fall() {
        let mut job = job(3);
        let mut now = 0;
        for tries in 1..5 {
            assert!(job.take(ONE, at(now)));
            job.record_failure(at(now));
            assert!(!job.take(ONE, at(now + 5 * tries - 1)), "it rests");
            now += 5 * tries;
        }
        assert!(job.take(ONE, at(now)));
        job.count(ONE, false, at(now));
        assert_eq!(job.tries, 0, "a line that went well lets them be forgotten");
        job.rest(at(now));
        assert!(job.tries == 0 && !job.take(ONE, at(now + 4)) && job.take(ONE, at(now + 5)));
        for _ in 0..5 {
            job.record_failure(at(now));
        }
        assert_eq!((job.status, job.due_at), (JobStatus::Failed, None));
    }

    #[test]
    fn what_is_cancelled_is_nobodys() {
        let mut job = job(3);
        assert!(job.take(ONE, at(0)) && job.cancel(at(1)));
        assert_eq!((job.status, job.due_at, job.erase_at), (JobStatus::Cancelled, None, None));
        assert!(!job.is_held_by(ONE) && !job.take(TWO, at(500)));
    }
}
