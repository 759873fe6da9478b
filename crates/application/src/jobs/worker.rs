//! The workers: one in every process of the server.
//!
//! A line's effect and what is written down of it are one unit of work, which moves the version of the job on. So a
//! process that dies, or one that went on working after its lease had ended, neither loses nor doubles a line.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use medcert_domain::{
    Id,
    jobs::{Job, LineOutcome},
    policy::{Actor, Origin},
};
use tokio::sync::Notify;
use uuid::Uuid;

use super::import::{ImportKind, ImportedLine, Imports, Line, take};
use crate::{
    App, Error,
    retry::{Failed, OnStale, dry_run, run},
    store::{JobLine, UnitOfWork},
};

/// Lines in a row before the next job gets its turn: a short job does not wait for the end of a long one.
const SLICE: usize = 100;
/// Jobs looked at in one go.
const GLANCE: u64 = 8;
/// How long a worker without work waits for the bell before it looks for what others left behind.
const PAUSE: Duration = Duration::from_secs(2);

/// Where workers wait for jobs.
#[derive(Default)]
pub struct JobQueue {
    bell: Notify,
    closed: AtomicBool,
}

impl JobQueue {
    /// Tells a worker of this process that there is work.
    pub(super) fn ring(&self) {
        self.bell.notify_one();
    }

    /// Makes [`keep_working`] finish the line it is at, give its job back and return.
    pub fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        self.bell.notify_one();
    }

    fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }
}

/// Does jobs, again and again, until the desk is closed; run by one task of the server.
pub async fn keep_working(app: &App, imports: &Imports) {
    let worker = app.parts.ids.uuid();
    while !app.job_queue.is_closed() {
        match turn(app, imports, worker).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::error!(error = %error, "jobs wait"),
        }
        tokio::select! {
            () = app.job_queue.bell.notified() => {}
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

/// Does all that is due at this moment and returns.
pub async fn work(app: &App, imports: &Imports) -> Result<(), Error> {
    let worker = app.parts.ids.uuid();
    while turn(app, imports, worker).await? {}
    Ok(())
}

/// Takes the next job and does some of its lines; whether there was one.
async fn turn(app: &App, imports: &Imports, worker: Uuid) -> Result<bool, Error> {
    for id in app.store().due_jobs(&imports.codes(), app.now(), GLANCE).await? {
        if let Some((job, import)) = claim(app, imports, id, worker).await? {
            let done = run_batch(app, imports, import, worker, &job).await;
            import.forget(app);
            return done.map(|()| true);
        }
    }
    Ok(false)
}

/// Takes the job, unless somebody was faster or it is of a kind that only others know.
async fn claim(
    app: &App,
    imports: &Imports,
    id: Id<Job>,
    worker: Uuid,
) -> Result<Option<(Job, &'static dyn ImportKind)>, Error> {
    run(app, OnStale::Retry, async |uow: &mut dyn UnitOfWork| {
        let found: Option<Job> = uow.get(id).await?;
        let Some(mut job) = found else { return Ok(None) };
        let Some(import) = imports.of(&job.kind) else { return Ok(None) };
        if !job.take(worker, app.now()) {
            return Ok(None);
        }
        uow.update(&job).await?;
        Ok(Some((job, import)))
    })
    .await
}

/// What came of a look at the next line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// It was judged.
    Judged,
    /// The job is over, or somebody else's.
    Left,
}

async fn run_batch(
    app: &App,
    imports: &Imports,
    import: &dyn ImportKind,
    worker: Uuid,
    job: &Job,
) -> Result<(), Error> {
    for _ in 0..SLICE {
        if app.job_queue.is_closed() {
            break;
        }
        match step(app, imports, import, worker, job).await {
            Ok(Step::Judged) => {}
            Ok(Step::Left) => return Ok(()),
            Err(Error::Busy(_) | Error::Stale | Error::InFlight) => {
                return put_down(app, worker, job.id, Job::rest).await;
            }
            Err(error) => {
                tracing::error!(job.id = %job.id, error = &error as &dyn std::error::Error, "a job stumbled");
                return put_down(app, worker, job.id, Job::record_failure).await;
            }
        }
    }
    put_down(app, worker, job.id, Job::give_back).await
}

async fn put_down(
    app: &App,
    worker: Uuid,
    id: Id<Job>,
    how: fn(&mut Job, chrono::DateTime<chrono::Utc>),
) -> Result<(), Error> {
    run(app, OnStale::Retry, async |uow: &mut dyn UnitOfWork| {
        let Some(mut job) = held(uow, id, worker).await? else { return Ok(()) };
        how(&mut job, app.now());
        uow.update(&job).await?;
        Ok(())
    })
    .await
}

/// The job, while it is this worker's.
async fn held(uow: &mut dyn UnitOfWork, id: Id<Job>, worker: Uuid) -> Result<Option<Job>, Failed> {
    let found: Option<Job> = uow.get(id).await?;
    Ok(found.filter(|job| job.is_held_by(worker)))
}

/// Judges the next line.
async fn step(
    app: &App,
    imports: &Imports,
    import: &dyn ImportKind,
    worker: Uuid,
    job: &Job,
) -> Result<Step, Error> {
    let next = app.store().next_line(job.id).await?;
    let Some((line, text)) = next.and_then(|line| line.text.clone().map(|text| (line, text))) else {
        // The job was stopped or done by others; if it is ours all the same, something is wrong with it.
        put_down(app, worker, job.id, Job::record_failure).await?;
        return Ok(Step::Left);
    };
    let origin = Origin { request_id: job.id.to_string(), ..Origin::default() };
    let done = match app.acting(job.created_by, origin).await {
        Err(error) => Err(error),
        Ok(actor) if job.dry_run => match judge(app, import, &actor, &text).await {
            Ok(imported) => {
                write_down(app, worker, &accepted(&line, ImportedLine { made: None, ..imported })).await
            }
            Err(error) => Err(error),
        },
        Ok(actor) => carry_out(app, import, worker, &actor, (&line, &text)).await,
    };
    match done {
        Err(error) if is_refusal(&error) => {
            let refused =
                JobLine { outcome: LineOutcome::Refused, problem: Some((imports.refusal)(error)), ..line };
            write_down(app, worker, &refused).await
        }
        other => other,
    }
}

/// Whether an error is an answer to the line, and not trouble of ours, which passes or has to be looked into.
fn is_refusal(error: &Error) -> bool {
    !matches!(
        error,
        Error::Busy(_) | Error::Internal(_) | Error::Stale | Error::InFlight | Error::Throttled(_)
    )
}

/// Does what the line asks for and writes it down, in one unit of work.
async fn carry_out(
    app: &App,
    import: &dyn ImportKind,
    worker: Uuid,
    actor: &Actor,
    (line, text): (&JobLine, &str),
) -> Result<Step, Error> {
    let profile = app.profile().await?;
    run(app, OnStale::Retry, async |uow: &mut dyn UnitOfWork| {
        // Counted first: whoever else is at this job waits at its row, before anything is done twice.
        if !count(app, uow, worker, line.job, false).await? {
            return Ok(Step::Left);
        }
        let imported = take(import, Line { app, actor, profile: &profile, text }, uow).await?;
        uow.judge_line(&accepted(line, imported)).await?;
        Ok(Step::Judged)
    })
    .await
}

/// What would come of the line. Nothing of it is kept.
async fn judge(app: &App, import: &dyn ImportKind, actor: &Actor, text: &str) -> Result<ImportedLine, Error> {
    let profile = app.profile().await?;
    dry_run(app, async |uow: &mut dyn UnitOfWork| {
        take(import, Line { app, actor, profile: &profile, text }, uow).await
    })
    .await
}

/// Writes down what came of a line of which nothing else is kept.
async fn write_down(app: &App, worker: Uuid, line: &JobLine) -> Result<Step, Error> {
    run(app, OnStale::Retry, async |uow: &mut dyn UnitOfWork| {
        if !count(app, uow, worker, line.job, line.outcome == LineOutcome::Refused).await? {
            return Ok(Step::Left);
        }
        uow.judge_line(line).await?;
        Ok(Step::Judged)
    })
    .await
}

/// Counts a line, if the job is still this worker's; whether it is.
async fn count(
    app: &App,
    uow: &mut dyn UnitOfWork,
    worker: Uuid,
    id: Id<Job>,
    refused: bool,
) -> Result<bool, Failed> {
    let Some(mut job) = held(uow, id, worker).await? else { return Ok(false) };
    job.count(worker, refused, app.now());
    uow.update(&job).await?;
    Ok(true)
}

/// A line that was done keeps nothing of what was sent: it is where it belongs.
fn accepted(line: &JobLine, imported: ImportedLine) -> JobLine {
    JobLine {
        outcome: LineOutcome::Ok,
        text: None,
        made: imported.made,
        duplicates: imported.duplicates,
        ..line.clone()
    }
}
