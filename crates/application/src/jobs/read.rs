//! Following jobs.

use std::sync::Arc;

use futures::{Stream, stream};
use medcert_domain::{
    Id,
    jobs::{Job, LineOutcome, READ_ALL_JOBS},
    policy::Actor,
};

use crate::{
    App, Error,
    audit::{self, About},
    store::{JobFilter, JobLine, JobRow, Page, PageRequest},
};

/// Lines of a report that are in memory at once.
const PART: u64 = 200;

/// Jobs, newest first: one's own, or everybody's for who may see them.
pub async fn jobs(
    app: &App,
    actor: &Actor,
    mut filter: JobFilter,
    page: &PageRequest,
) -> Result<Page<JobRow>, Error> {
    if !READ_ALL_JOBS.held_by(actor) {
        filter.created_by = Some(actor.user);
    }
    Ok(app.store().jobs(&filter, page).await?)
}

/// One job. Those of others do not exist for who may not see them.
pub async fn job(app: &App, actor: &Actor, id: Id<Job>) -> Result<JobRow, Error> {
    let found = app.store().job(id).await?;
    found.filter(|row| may_see(actor, &row.job)).ok_or(Error::NotFound("job"))
}

/// What came of the lines of a job, all or those with this outcome.
pub async fn lines(
    app: &App,
    actor: &Actor,
    id: Id<Job>,
    outcome: Option<LineOutcome>,
    page: &PageRequest,
) -> Result<Page<JobLine>, Error> {
    job(app, actor, id).await?;
    let about = About::object("job", id.raw());
    app.trail.note(audit::event(app, actor, "jobs.read_lines", about, "ok")).await;
    Ok(app.store().job_lines(id, outcome, page).await?)
}

/// The same as one stream, part by part, however many lines there are.
pub async fn report(
    app: Arc<App>,
    actor: &Actor,
    id: Id<Job>,
    outcome: Option<LineOutcome>,
) -> Result<impl Stream<Item = Result<Vec<JobLine>, Error>> + use<>, Error> {
    let first = PageRequest { limit: PART, after: None, with_total: false };
    let first = lines(&app, actor, id, outcome, &first).await?;
    Ok(stream::try_unfold(Some(first), move |part| {
        let app = Arc::clone(&app);
        async move {
            let Some(part) = part else { return Ok(None) };
            let next = match part.next {
                None => None,
                after => {
                    let page = PageRequest { limit: PART, after, with_total: false };
                    Some(app.store().job_lines(id, outcome, &page).await?)
                }
            };
            Ok(Some((part.items, next)))
        }
    }))
}

pub(super) fn may_see(actor: &Actor, job: &Job) -> bool {
    job.created_by == actor.user || READ_ALL_JOBS.held_by(actor)
}
