//! Answers that are given again: kept without clinical values, and completed for whoever may read these.

use medcert_domain::{
    Id,
    certification::{Evaluation, policy},
    files::StoredFile,
    policy::Actor,
};

use super::{Detail, Encode};
use crate::{
    App, Conditions, Error,
    idempotent::{Idempotent, KeptAnswer, earlier},
    store::StoredAnswer,
};

/// The answer to an action.
pub type Answer = Idempotent<Box<Detail>, Replay>;

/// An answer given before. Its body was kept without clinical values.
#[derive(Debug)]
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

impl Replay {
    /// A kept answer, when the caller may still see the request.
    async fn of(app: &App, actor: &Actor, stored: StoredAnswer) -> Result<Self, Error> {
        let (mut evaluations, mut files) = (vec![], vec![]);
        if let Some(id) = stored.object {
            let found = app.store().request_aggregate(Id::new(id)).await?;
            let request = found.ok_or(Error::NotFound("certification request"))?.certification;
            let doctor = request.doctor();
            if !policy::may_see(actor, doctor) && request.registered_by != actor.user {
                return Err(Error::NotFound("certification request"));
            }
            if policy::may_read_clinical(actor, doctor) {
                evaluations = request.evaluations;
                files = request.files;
                files.retain(|file| file.kind.is_clinical());
            }
        }
        Ok(Self { status: stored.status, body: stored.body, evaluations, files })
    }
}

/// The answer to an earlier call with this key.
pub(super) async fn replay(
    app: &App,
    actor: &Actor,
    conditions: &Conditions,
) -> Result<Option<Answer>, Error> {
    match earlier(app, conditions).await? {
        Some(stored) => Ok(Some(Answer::Replayed(Replay::of(app, actor, stored).await?))),
        None => Ok(None),
    }
}

/// What was done now, or meanwhile by somebody else with the same key.
pub(super) async fn answer(
    app: &App,
    actor: &Actor,
    done: Idempotent<Detail, StoredAnswer>,
) -> Result<Answer, Error> {
    match done {
        Idempotent::Done(detail) => Ok(Answer::Done(Box::new(detail))),
        Idempotent::Replayed(stored) => Ok(Answer::Replayed(Replay::of(app, actor, stored).await?)),
    }
}

/// What is kept of the answer.
pub(super) fn kept(status: u16, detail: &Detail, encode: &Encode) -> KeptAnswer {
    let object = Some(detail.request_aggregate.certification.id.raw());
    KeptAnswer { object, status, body: encode(&detail.without_clinical()) }
}
