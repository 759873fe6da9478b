//! Asking for a job.

use medcert_domain::{
    Id, Invalid,
    jobs::{Job, LineOutcome},
    policy::Actor,
};

use super::ImportKind;
use crate::{
    App, Conditions, Error,
    audit::{self, About},
    idempotent::{EncodeResponse, Idempotent, idempotent, replay},
    store::{JobLine, JobRow, NamedUser, UnitOfWork},
};

/// Lines of a job at the most.
pub const MOST_LINES: usize = 10_000;

/// Jobs of one account that may be open at once: nobody fills the database by asking.
const MOST_OPEN: u64 = 10;

/// Seconds after which it is worth asking again.
const WAIT: u64 = 30;

/// What is asked for.
pub struct NewJob {
    /// What the job does with its lines.
    pub import: &'static dyn ImportKind,
    /// Whether lines are only judged and nothing is kept.
    pub dry_run: bool,
    /// The lines, 1 to [`MOST_LINES`].
    pub lines: Vec<NewLine>,
}

/// A line as it was sent.
pub struct NewLine {
    /// Its number, from 1.
    pub number: u32,
    /// JSON.
    pub text: String,
}

/// Stores a job with its lines and wakes a worker.
pub async fn create(
    app: &App,
    actor: &Actor,
    new: NewJob,
    conditions: &Conditions,
    write: EncodeResponse<'_, JobRow>,
) -> Result<Idempotent<JobRow>, Error> {
    app.require(actor, new.import.permission()).await?;
    if let Some(before) = replay(app, conditions).await? {
        return Ok(before);
    }
    let total = u32::try_from(new.lines.len()).unwrap_or(u32::MAX);
    if new.lines.is_empty() || new.lines.len() > MOST_LINES {
        return Err(Invalid::one("", "range", format!("must have from 1 to {MOST_LINES} lines")).into());
    }
    if app.store().open_jobs_of(actor.user).await? >= MOST_OPEN {
        return Err(Error::Throttled(WAIT));
    }
    let id: Id<Job> = app.id();
    let line = |line: NewLine| JobLine {
        id: app.parts.ids.uuid(),
        job: id,
        number: line.number,
        outcome: LineOutcome::Pending,
        text: Some(line.text),
        made: None,
        duplicates: vec![],
        problem: None,
    };
    let lines: Vec<JobLine> = new.lines.into_iter().map(line).collect();
    let answer = idempotent(app, conditions, 202, write, async |uow: &mut dyn UnitOfWork| {
        let job = Job::queued(id, new.import.kind(), new.dry_run, actor.user, total, app.now());
        uow.insert(&job).await?;
        uow.insert_lines(&lines).await?;
        let about = About::object("job", id.raw());
        uow.audit(&[audit::event(app, actor, "jobs.ask", about, "ok")]).await?;
        let created_by = NamedUser { id: actor.user, name: actor.display_name.clone() };
        Ok(JobRow { job: Job { version: 1, ..job }, created_by })
    })
    .await?;
    app.job_queue.ring();
    Ok(answer)
}
