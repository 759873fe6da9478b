//! Doing something once for one Idempotency-Key: for changes whose answer holds nothing that some may not read.

use uuid::Uuid;

use crate::{
    App, Conditions, Error, IdempotencyKey,
    retry::{Failed, run},
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
pub enum Idempotent<T> {
    /// It was done now.
    Done(T),
    /// It had been done by an earlier call with the same key.
    Replayed(StoredResponse),
}

impl<T> Idempotent<T> {
    /// The same with what was done in another form.
    pub fn map<U>(self, form: impl FnOnce(T) -> U) -> Idempotent<U> {
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

/// The answer to an earlier call with this key.
pub(crate) async fn replay<T>(app: &App, conditions: &Conditions) -> Result<Option<Idempotent<T>>, Error> {
    let Some(wanted) = &conditions.idempotency else { return Ok(None) };
    let Some(stored) = app.store().answer(&wanted.scope, &wanted.key, app.now()).await? else {
        return Ok(None);
    };
    if stored.fingerprint != wanted.fingerprint {
        return Err(Error::IdempotencyMismatch);
    }
    Ok(Some(Idempotent::Replayed(StoredResponse { status: stored.status, body: stored.body })))
}

/// Does the work in a unit of work that also keeps its answer under the caller's key; or gives the answer that was
/// kept there. The caller has been asked for the permission.
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
    mut work: impl AsyncFnMut(&mut dyn UnitOfWork) -> Result<T, Failed>,
) -> Result<Idempotent<T>, Error> {
    if let Some(before) = replay(app, conditions).await? {
        return Ok(before);
    }
    let done = run(app, conditions.if_match.on_stale(), async |uow: &mut dyn UnitOfWork| {
        claim(app, uow, conditions).await?;
        let done = work(&mut *uow).await?;
        if let Some(wanted) = &conditions.idempotency {
            uow.answer_claim(&stored_answer(app, wanted, None, status(&done), write(&done))).await?;
        }
        Ok(done)
    })
    .await;
    match done {
        Ok(done) => Ok(Idempotent::Done(done)),
        // Somebody else did it with this key meanwhile.
        Err(Error::InFlight) => replay(app, conditions).await?.ok_or(Error::InFlight),
        Err(error) => Err(error),
    }
}

/// Answers are kept for replays as long as their keys are.
async fn forget_answers(app: &App) -> Result<(), StoreError> {
    let forgotten = app.store().forget_answers(app.now() - chrono::Duration::hours(24)).await?;
    tracing::debug!(forgotten, "old answers forgotten");
    Ok(())
}

/// Claims the key in the effect's own unit of work: whoever else holds it makes this call wait.
pub(crate) async fn claim(
    app: &App,
    uow: &mut dyn UnitOfWork,
    conditions: &Conditions,
) -> Result<(), Failed> {
    let Some(wanted) = &conditions.idempotency else { return Ok(()) };
    match uow.claim(&stored_answer(app, wanted, None, 0, String::new())).await {
        Err(StoreError::Duplicate(_) | StoreError::LockTimeout | StoreError::Conflict) => {
            Err(Failed::Answer(Error::InFlight))
        }
        other => Ok(other?),
    }
}

/// What is kept of an answer; `request` is what was acted on, where that decides who may have the answer again.
pub(crate) fn stored_answer(
    app: &App,
    wanted: &IdempotencyKey,
    request: Option<Uuid>,
    status: u16,
    body: String,
) -> StoredAnswer {
    StoredAnswer {
        scope: wanted.scope.clone(),
        key: wanted.key.clone(),
        fingerprint: wanted.fingerprint,
        request,
        status,
        body,
        created_at: app.now(),
    }
}
