//! Doing something once for one Idempotency-Key: for changes whose answer holds nothing that some may not read.

use crate::{
    App, Conditions, Error,
    certification::{claim, stored_answer},
    rerun::{Failed, run},
    store::UnitOfWork,
};

/// What came of a call that may be a repeated one.
#[derive(Debug)]
pub enum Once<T> {
    /// It was done now.
    Done(T),
    /// It had been done by an earlier call with the same key.
    Replayed(Kept),
}

impl<T> Once<T> {
    /// The same with what was done in another form.
    pub fn map<U>(self, form: impl FnOnce(T) -> U) -> Once<U> {
        match self {
            Self::Done(done) => Once::Done(form(done)),
            Self::Replayed(kept) => Once::Replayed(kept),
        }
    }
}

/// An answer given before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Status then.
    pub status: u16,
    /// Body then.
    pub body: String,
}

/// Writes an answer down in the form in which it is given again.
pub type Writes<'a, T> = &'a (dyn Fn(&T) -> String + Sync);

/// The answer to an earlier call with this key.
pub(crate) async fn replay<T>(app: &App, conditions: &Conditions) -> Result<Option<Once<T>>, Error> {
    let Some(wanted) = &conditions.idempotency else { return Ok(None) };
    let Some(stored) = app.store().answer(&wanted.scope, &wanted.key, app.now()).await? else {
        return Ok(None);
    };
    if stored.fingerprint != wanted.fingerprint {
        return Err(Error::IdempotencyMismatch);
    }
    Ok(Some(Once::Replayed(Kept { status: stored.status, body: stored.body })))
}

/// Does the work in a unit of work that also keeps its answer under the caller's key; or gives the answer that was
/// kept there. The caller has been asked for the permission.
pub(crate) async fn once<T>(
    app: &App,
    conditions: &Conditions,
    status: u16,
    write: Writes<'_, T>,
    work: impl AsyncFnMut(&mut dyn UnitOfWork) -> Result<T, Failed>,
) -> Result<Once<T>, Error> {
    once_with(app, conditions, |_| status, write, work).await
}

/// The same where the status depends on what was done.
pub(crate) async fn once_with<T>(
    app: &App,
    conditions: &Conditions,
    status: impl Fn(&T) -> u16,
    write: Writes<'_, T>,
    mut work: impl AsyncFnMut(&mut dyn UnitOfWork) -> Result<T, Failed>,
) -> Result<Once<T>, Error> {
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
        Ok(done) => Ok(Once::Done(done)),
        // Somebody else did it with this key meanwhile.
        Err(Error::InFlight) => replay(app, conditions).await?.ok_or(Error::InFlight),
        Err(error) => Err(error),
    }
}
