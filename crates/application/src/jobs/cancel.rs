//! Stopping a job.

use medcert_domain::{
    Id,
    jobs::{CANCEL_ANY_JOB, Job, JobStatus},
    policy::Actor,
};

use super::read::{job, may_see};
use crate::{
    App, Error, IfMatch,
    audit::{self, About},
    retry::{Failed, run},
    store::{JobRow, UnitOfWork},
};

/// Stops a job: lines not yet judged stay so, and what was sent is erased. What was done stays done. Stopping it
/// again changes nothing.
pub async fn cancel(app: &App, actor: &Actor, id: Id<Job>, if_match: IfMatch) -> Result<JobRow, Error> {
    run(app, if_match.on_stale(), async |uow: &mut dyn UnitOfWork| {
        let found: Option<Job> = uow.get(id).await?;
        let mut job = found.filter(|job| may_see(actor, job)).ok_or(Error::NotFound("job"))?;
        if job.created_by != actor.user && !CANCEL_ANY_JOB.held_by(actor) {
            return Err(Failed::Answer(Error::Forbidden("the job is somebody else's".to_owned())));
        }
        if_match.check(job.version)?;
        if job.status == JobStatus::Cancelled {
            return Ok(());
        }
        if !job.cancel(app.now()) {
            return Err(Failed::Answer(Error::Over("the job")));
        }
        uow.update(&job).await?;
        uow.erase_lines(id).await?;
        let about = About::object("job", id.raw());
        uow.audit(&[audit::event(app, actor, "jobs.cancel", about, "ok")]).await?;
        Ok(())
    })
    .await?;
    job(app, actor, id).await
}
