//! Running a unit of work again when it lost against another one: in one place for all use cases.

use std::time::Duration;

use futures::future::BoxFuture;

use crate::{
    App, Error,
    store::{StoreError, UnitOfWork},
};

/// Runs at the most.
const TRIES: u32 = 5;

/// What to do when a unit of work finds that the row has another version than it read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnStale {
    /// The caller named no version: decide again on what is there now.
    Retry,
    /// The caller named a version: it is the caller's to decide.
    Refuse,
}

/// A failure inside a unit of work: of the store, which may be worth another run, or an answer.
#[derive(Debug)]
pub enum Failed {
    /// The store's.
    Store(StoreError),
    /// An answer to the caller.
    Answer(Error),
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

macro_rules! answers {
    ($($source:ty),+) => {
        $(impl From<$source> for Failed { fn from(error: $source) -> Self { Self::Answer(error.into()) } })+
    };
}
answers!(
    Error,
    medcert_domain::Invalid,
    medcert_domain::certification::Refusal,
    crate::secrets::SecretError,
    crate::objects::ObjectError,
    crate::rendering::RenderError
);

/// What happens to a unit of work that came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Finish {
    Keep,
    RollBack,
}

/// Runs `work` in a unit of work and commits it; again, at most five times, when it lost against another one.
///
/// `work` begins from nothing on each run, so it must not change anything outside its unit of work.
pub(crate) async fn run<T>(
    app: &App,
    on_stale: OnStale,
    work: impl AsyncFnMut(&mut dyn UnitOfWork) -> Result<T, Failed>,
) -> Result<T, Error> {
    // Boxed: the future holds the whole of the work in several states.
    Box::pin(repeat(app, on_stale, Finish::Keep, work)).await
}

/// The same, but nothing is kept: what would come of it is all there is to know.
pub(crate) async fn dry_run<T>(
    app: &App,
    work: impl AsyncFnMut(&mut dyn UnitOfWork) -> Result<T, Failed>,
) -> Result<T, Error> {
    Box::pin(repeat(app, OnStale::Retry, Finish::RollBack, work)).await
}

async fn repeat<T>(
    app: &App,
    on_stale: OnStale,
    finish: Finish,
    mut work: impl AsyncFnMut(&mut dyn UnitOfWork) -> Result<T, Failed>,
) -> Result<T, Error> {
    let mut tries = 0;
    loop {
        tries += 1;
        match attempt(app, finish, &mut work).await {
            Ok(done) => return Ok(done),
            Err(failed) => again(app, on_stale, tries, failed).await?,
        }
    }
}

/// The same where the whole must be able to move between threads, as periodic tasks do: a closure that is async
/// cannot say so of what it borrows.
pub(crate) async fn run_moving<T>(
    app: &App,
    on_stale: OnStale,
    work: impl for<'u> Fn(&'u mut dyn UnitOfWork) -> BoxFuture<'u, Result<T, StoreError>> + Send + Sync,
) -> Result<T, Error>
where
    T: Send,
{
    let mut tries = 0;
    loop {
        tries += 1;
        match attempt_moving(app, &work).await {
            Ok(done) => return Ok(done),
            Err(failed) => again(app, on_stale, tries, failed.into()).await?,
        }
    }
}

async fn attempt_moving<T>(
    app: &App,
    work: &(impl for<'u> Fn(&'u mut dyn UnitOfWork) -> BoxFuture<'u, Result<T, StoreError>> + Send + Sync),
) -> Result<T, StoreError> {
    let mut uow = app.store().begin().await?;
    let done = work(&mut *uow).await?;
    uow.commit().await?;
    Ok(done)
}

/// Waits when running again is the answer to a failure, or tells what is.
async fn again(app: &App, on_stale: OnStale, tries: u32, failed: Failed) -> Result<(), Error> {
    let error = match failed {
        Failed::Answer(answer) => return Err(answer),
        Failed::Store(error) => error,
    };
    let again = match error {
        // A reference: what was to be referred to went meanwhile, or what was to go is referred to now.
        // A duplicate: a row that find-or-create or a counter's first use wanted to make was made by somebody else,
        // and the next run finds it. Where the value is the caller's own, the room answers at the statement itself.
        StoreError::Conflict
        | StoreError::LockTimeout
        | StoreError::Reference(_)
        | StoreError::Duplicate(_) => true,
        StoreError::Stale(_) => on_stale == OnStale::Retry,
        _ => false,
    };
    if !again || tries == TRIES {
        let stale = matches!(error, StoreError::Stale(_)) && on_stale == OnStale::Refuse;
        return Err(if stale { Error::VersionMismatch } else { error.into() });
    }
    tracing::debug!(error = %error, tries, "unit of work is run again");
    tokio::time::sleep(jitter(app, tries)).await;
    Ok(())
}

async fn attempt<T>(
    app: &App,
    finish: Finish,
    work: &mut impl AsyncFnMut(&mut dyn UnitOfWork) -> Result<T, Failed>,
) -> Result<T, Failed> {
    let mut uow = app.store().begin().await?;
    let done = work(&mut *uow).await?;
    if finish == Finish::Keep {
        uow.commit().await?;
    }
    Ok(done)
}

/// Waits that grow and differ, so that those who collided do not collide again.
fn jitter(app: &App, tries: u32) -> Duration {
    let random = app.parts.ids.public_id();
    let byte = u64::from(random.first().copied().unwrap_or_default());
    Duration::from_millis((5 + byte / 8) * u64::from(tries))
}
