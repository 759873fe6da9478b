//! What has to be done again and again, whoever asks: tasks of the rooms, each run by one replica at a time.

use std::time::Duration;

use futures::future::{BoxFuture, join_all};
use uuid::Uuid;

use crate::{App, Error, rooms::ROOMS};

/// Periodic work. It may be cut off at any point and may, after a long pause of its process, overlap with another
/// run, so it must bear both.
pub struct Task {
    /// Name of its lease.
    pub name: &'static str,
    /// Idempotent in this time, over all replicas.
    pub every: Duration,
    /// One run.
    pub run: for<'a> fn(&'a App) -> BoxFuture<'a, Result<(), Error>>,
}

pub(crate) const HOUR: Duration = Duration::from_hours(1);
pub(crate) const MINUTE: Duration = Duration::from_mins(1);

/// Every task: those of the rooms.
pub fn tasks() -> impl Iterator<Item = &'static Task> {
    ROOMS.iter().flat_map(|room| room.tasks)
}

/// Runs every task when it is due, for ever; run by one task of the server, which may drop it at any point.
pub async fn keep(app: &App) {
    let holder = app.parts.ids.uuid();
    join_all(tasks().map(|task| repeat(app, task, holder))).await;
}

async fn repeat(app: &App, task: &Task, holder: Uuid) {
    loop {
        match turn(app, task, holder).await {
            Ok(ran) => tracing::debug!(task = task.name, ran, "upkeep"),
            Err(error) => {
                tracing::error!(task = task.name, error = %error, "upkeep failed; tried again later");
            }
        }
        tokio::time::sleep(task.every).await;
    }
}

/// Runs the task unless another replica has its lease; whether it ran.
pub async fn turn(app: &App, task: &Task, holder: Uuid) -> Result<bool, Error> {
    let now = app.now();
    let period = chrono::Duration::from_std(task.every).map_err(Error::internal)?;
    // A little less than the period, so that whoever ran it last finds its own lease ended when it is due again.
    let until = now + period * 9 / 10;
    if !app.store().lease(task.name, holder, now, until).await? {
        return Ok(false);
    }
    (task.run)(app).await?;
    Ok(true)
}
