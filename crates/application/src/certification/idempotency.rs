//! Repeating safely: one effect a key, and its answer again for whoever asks again.

use medcert_domain::{
    Id,
    certification::{Certification, Evaluation, policy},
    files::StoredFile,
    policy::Actor,
};

use super::{Detail, Encode};
use crate::{App, Conditions, Error, idempotent::stored_answer, retry::Failed, store::UnitOfWork};

/// The answer to an action.
pub enum Answer {
    /// It was done now.
    Fresh(Box<Detail>),
    /// It had been done by an earlier call with the same key.
    Replayed(Replay),
}

/// An answer given before. Its body was kept without clinical values.
pub struct Replay {
    /// Status then.
    pub status: u16,
    /// Body then.
    pub body: String,
    /// The evaluations to fill in for a caller who may read them; otherwise empty.
    pub evaluations: Vec<Evaluation>,
    /// The clinical files to fill in, likewise.
    pub files: Vec<StoredFile>,
}

/// The stored answer for this key, when the caller may still see the request.
pub(super) async fn replay(
    app: &App,
    actor: &Actor,
    conditions: &Conditions,
) -> Result<Option<Answer>, Error> {
    let Some(wanted) = &conditions.idempotency else { return Ok(None) };
    let stored = app.store().answer(&wanted.scope, &wanted.key, app.now()).await?;
    let Some(stored) = stored else { return Ok(None) };
    if stored.fingerprint != wanted.fingerprint {
        return Err(Error::IdempotencyMismatch);
    }
    let (mut evaluations, mut files) = (vec![], vec![]);
    if let Some(id) = stored.request {
        let request_aggregate = app
            .store()
            .request_aggregate(Id::new(id))
            .await?
            .ok_or(Error::NotFound("certification request"))?;
        let doctor = request_aggregate.certification.doctor();
        let registered_it = request_aggregate.certification.registered_by == actor.user;
        if !policy::may_see(actor, doctor) && !registered_it {
            return Err(Error::NotFound("certification request"));
        }
        if policy::may_read_clinical(actor, doctor) {
            evaluations = request_aggregate.certification.evaluations;
            files = request_aggregate.certification.files;
            files.retain(|file| file.kind.is_clinical());
        }
    }
    Ok(Some(Answer::Replayed(Replay { status: stored.status, body: stored.body, evaluations, files })))
}

/// Writes the answer down beside the effect.
pub(super) async fn remember(
    app: &App,
    uow: &mut dyn UnitOfWork,
    conditions: &Conditions,
    status: u16,
    detail: &Detail,
    encode: &Encode,
) -> Result<(), Failed> {
    if conditions.idempotency.is_none() {
        return Ok(());
    }
    let body = encode(&detail.without_clinical());
    remember_as(app, uow, conditions, detail.request_aggregate.certification.id, status, body).await
}

/// The same for an answer that is no request.
pub(crate) async fn remember_as(
    app: &App,
    uow: &mut dyn UnitOfWork,
    conditions: &Conditions,
    id: Id<Certification>,
    status: u16,
    body: String,
) -> Result<(), Failed> {
    let Some(wanted) = &conditions.idempotency else { return Ok(()) };
    uow.answer_claim(&stored_answer(app, wanted, Some(id.raw()), status, body)).await?;
    Ok(())
}

/// What to answer when the effect failed: when the key was taken meanwhile, the answer of whoever took it.
pub(super) async fn settle(
    app: &App,
    actor: &Actor,
    conditions: &Conditions,
    done: Result<Answer, Error>,
) -> Result<Answer, Error> {
    match done {
        Err(Error::InFlight) => replay(app, actor, conditions).await?.ok_or(Error::InFlight),
        other => other,
    }
}
