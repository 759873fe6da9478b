//! Letting go of what was sent.

use medcert_domain::{Id, jobs::Job};

use crate::{
    App, Error,
    store::{StoreError, UnitOfWork},
};

/// Jobs in one go.
const BATCH: u64 = 100;

/// Takes the texts out of the lines of jobs that have been over for thirty days; tells of how many jobs. What came of
/// each line stays.
pub async fn erase_old(app: &App) -> Result<u64, Error> {
    let mut erased = 0;
    loop {
        let old = app.store().erasable_jobs(app.now(), BATCH).await?;
        if old.is_empty() {
            return Ok(erased);
        }
        for id in old {
            match erase(app, id).await {
                Ok(()) => erased += 1,
                // Another replica is at it.
                Err(StoreError::Stale(_) | StoreError::Conflict | StoreError::LockTimeout) => {
                    return Ok(erased);
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}

async fn erase(app: &App, id: Id<Job>) -> Result<(), StoreError> {
    let mut uow: Box<dyn UnitOfWork> = app.store().begin().await?;
    let found: Option<Job> = uow.get(id).await?;
    if let Some(mut job) = found {
        job.erased();
        uow.update(&job).await?;
        uow.erase_lines(id).await?;
    }
    uow.commit().await
}
