//! Doing something once for one Idempotency-Key, and giving its answer again to whoever asks again.
//!
//! [`idempotent`] is for changes whose answer everybody may have again who may make them. Where an answer holds what some
//! may not read, the room keeps it without that, says whose it is, and completes what [`earlier`] and [`once`] find.

use uuid::Uuid;

use crate::{
    App, Conditions, Error, IdempotencyKey,
    retry::{Failed, OnStale, run},
    rooms::Room,
    store::{StoreError, StoredAnswer, UnitOfWork},
    upkeep::{HOUR, Task},
};

/// What this room brings.
pub(crate) const ROOM: Room = Room {
    tasks: &[Task {
        name: "forget answers",
        every: HOUR,
        run: |app| Box::pin(async move { Ok(forget_answers(app).await?) }),
    }],
    ..Room::EMPTY
};

/// What came of a call that may be a repeated one.
#[derive(Debug)]
pub enum Idempotent<T, R = StoredResponse> {
    /// It was done now.
    Done(T),
    /// It had been done by an earlier call with the same key.
    Replayed(R),
}

impl<T, R> Idempotent<T, R> {
    /// The same with what was done in another form.
    pub fn map<U>(self, form: impl FnOnce(T) -> U) -> Idempotent<U, R> {
        match self {
            Self::Done(done) => Idempotent::Done(form(done)),
            Self::Replayed(kept) => Idempotent::Replayed(kept),
        }
    }
}

/// An answer given before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredResponse {
    /// Status then.
    pub status: u16,
    /// Body then.
    pub body: String,
}

/// Writes an answer down in the form in which it is given again.
pub type EncodeResponse<'a, T> = &'a (dyn Fn(&T) -> String + Sync);

/// What is kept of an answer.
pub(crate) struct KeptAnswer {
    /// What was acted on, where that decides who may have the answer again.
    pub(crate) object: Option<Uuid>,
    /// Status.
    pub(crate) status: u16,
    /// Body, without what some may not read.
    pub(crate) body: String,
}

/// The answer to an earlier call with this key, whatever that call was about: for whoever cannot tell yet.
pub(crate) async fn of_key(app: &App, conditions: &Conditions) -> Result<Option<StoredAnswer>, Error> {
    let Some(wanted) = &conditions.idempotency else { return Ok(None) };
    Ok(app.store().answer(&wanted.scope, &wanted.key, app.now()).await?)
}

/// The answer to an earlier call with this key, which must have been the same call.
pub(crate) async fn earlier(app: &App, conditions: &Conditions) -> Result<Option<StoredAnswer>, Error> {
    let (Some(wanted), Some(stored)) = (&conditions.idempotency, of_key(app, conditions).await?) else {
        return Ok(None);
    };
    same_call(stored, wanted.fingerprint).map(Some)
}

/// Refuses a key that was used for something else.
pub(crate) fn same_call(stored: StoredAnswer, fingerprint: [u8; 32]) -> Result<StoredAnswer, Error> {
    if stored.fingerprint == fingerprint { Ok(stored) } else { Err(Error::IdempotencyMismatch) }
}

/// Does the work in a unit of work that claims the caller's key before and keeps the answer under it; or finds the answer
/// of whoever did it meanwhile. What was answered [`earlier`] has been looked for.
pub(crate) async fn once<T>(
    app: &App,
    conditions: &Conditions,
    on_stale: OnStale,
    keep: impl Fn(&T) -> KeptAnswer,
    mut work: impl AsyncFnMut(&mut dyn UnitOfWork) -> Result<T, Failed>,
) -> Result<Idempotent<T, StoredAnswer>, Error> {
    let done = run(app, on_stale, async |uow: &mut dyn UnitOfWork| {
        let Some(wanted) = &conditions.idempotency else { return work(&mut *uow).await };
        claim(app, uow, wanted).await?;
        let done = work(&mut *uow).await?;
        uow.answer_claim(&stored_answer(app, wanted, keep(&done))).await?;
        Ok(done)
    })
    .await;
    match done {
        Ok(done) => Ok(Idempotent::Done(done)),
        Err(Error::InFlight) => {
            earlier(app, conditions).await?.map(Idempotent::Replayed).ok_or(Error::InFlight)
        }
        Err(error) => Err(error),
    }
}

/// Whether the work certainly left nothing behind, so that what was stored for it outside the database can go. A database
/// that failed may have kept everything all the same: then its object stays for the sweep to decide.
pub(crate) const fn left_nothing<T, R>(done: &Result<Idempotent<T, R>, Error>) -> bool {
    !matches!(done, Ok(Idempotent::Done(_)) | Err(Error::Internal(_) | Error::Busy(_)))
}

/// The answer to an earlier call with this key.
pub(crate) async fn replay<T>(app: &App, conditions: &Conditions) -> Result<Option<Idempotent<T>>, Error> {
    Ok(earlier(app, conditions).await?.map(|stored| Idempotent::Replayed(stored.into())))
}

/// Does the work once, or gives the answer that was kept. The caller has been asked for the permission.
pub(crate) async fn idempotent<T>(
    app: &App,
    conditions: &Conditions,
    status: u16,
    write: EncodeResponse<'_, T>,
    work: impl AsyncFnMut(&mut dyn UnitOfWork) -> Result<T, Failed>,
) -> Result<Idempotent<T>, Error> {
    idempotent_with(app, conditions, |_| status, write, work).await
}

/// The same where the status depends on what was done.
pub(crate) async fn idempotent_with<T>(
    app: &App,
    conditions: &Conditions,
    status: impl Fn(&T) -> u16,
    write: EncodeResponse<'_, T>,
    work: impl AsyncFnMut(&mut dyn UnitOfWork) -> Result<T, Failed>,
) -> Result<Idempotent<T>, Error> {
    if let Some(before) = replay(app, conditions).await? {
        return Ok(before);
    }
    let keep = |done: &T| KeptAnswer { object: None, status: status(done), body: write(done) };
    Ok(match once(app, conditions, conditions.if_match.on_stale(), keep, work).await? {
        Idempotent::Done(done) => Idempotent::Done(done),
        Idempotent::Replayed(stored) => Idempotent::Replayed(stored.into()),
    })
}

impl From<StoredAnswer> for StoredResponse {
    fn from(stored: StoredAnswer) -> Self {
        Self { status: stored.status, body: stored.body }
    }
}

/// Answers are kept for replays as long as their keys are.
async fn forget_answers(app: &App) -> Result<(), StoreError> {
    let forgotten = app.store().forget_answers(app.now() - chrono::Duration::hours(24)).await?;
    tracing::debug!(forgotten, "old answers forgotten");
    Ok(())
}

/// Claims the key in the effect's own unit of work: whoever else holds it makes this call wait.
async fn claim(app: &App, uow: &mut dyn UnitOfWork, wanted: &IdempotencyKey) -> Result<(), Failed> {
    let running = KeptAnswer { object: None, status: 0, body: String::new() };
    match uow.claim(&stored_answer(app, wanted, running)).await {
        Err(StoreError::Duplicate(_) | StoreError::LockTimeout | StoreError::Conflict) => {
            Err(Failed::Answer(Error::InFlight))
        }
        other => Ok(other?),
    }
}

fn stored_answer(app: &App, wanted: &IdempotencyKey, kept: KeptAnswer) -> StoredAnswer {
    StoredAnswer {
        scope: wanted.scope.clone(),
        key: wanted.key.clone(),
        fingerprint: wanted.fingerprint,
        object: kept.object,
        status: kept.status,
        body: kept.body,
        created_at: app.now(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_have_been_kept_is_not_taken_away() {
        let left = |done: Result<Idempotent<()>, Error>| left_nothing(&done);
        assert!(!left(Ok(Idempotent::Done(()))));
        assert!(!left(Err(Error::internal("the connection broke while it committed"))));
        let stored = StoredResponse { status: 200, body: String::new() };
        assert!(left(Ok(Idempotent::Replayed(stored))), "the object of the earlier call is another one");
        assert!(left(Err(Error::Stale)));
        assert!(left(Err(Error::IdempotencyMismatch)));
    }
}
