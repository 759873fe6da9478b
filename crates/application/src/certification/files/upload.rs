//! Adding a file to a request: the object first, then the row.

use medcert_domain::{
    Id,
    certification::{Action, Certification, Command, policy},
    files::{NewFile, StoredFile},
    institution::Institution,
    policy::Actor,
};

use super::{
    super::{context, may_somewhere, permitted, record},
    VisibleFile,
};
use crate::{
    App, Conditions, Error,
    audit::About,
    files::{Incoming, Received, judge, pass, store},
    idempotent::{Idempotent, KeptAnswer, left_nothing, of_key, once, same_call},
    objects::ObjectKey,
    retry::Failed,
    store::{RequestAggregate, StoredAnswer, UnitOfWork},
};

/// An attempt to add a file.
pub struct UploadAttempt<'a, I> {
    /// The request.
    pub id: Id<Certification>,
    /// If-Match and Idempotency-Key; the fingerprint of the key is made of what comes in.
    pub conditions: Conditions,
    /// The form.
    pub incoming: &'a mut I,
    /// Writes the answer down, for replays; what is clinical is taken out before.
    pub encode: &'a EncodeFile,
}

/// Turns a file into the body of an answer.
pub type EncodeFile = dyn Fn(&VisibleFile) -> String;

/// What came of an upload.
pub type Uploaded = Idempotent<VisibleFile, ReplayedFile>;

/// An answer given before.
#[derive(Debug)]
pub struct ReplayedFile {
    /// Status then.
    pub status: u16,
    /// Body then.
    pub body: String,
    /// The clinical files of the request, for a caller who may read them; otherwise empty.
    pub clinical: Vec<VisibleFile>,
}

/// Adds a file: it is stored as it comes in, looked at, and then entered.
pub async fn upload<I: Incoming>(
    app: &App,
    actor: &Actor,
    mut attempt: UploadAttempt<'_, I>,
) -> Result<Uploaded, Error> {
    may_somewhere(app, actor, Action::AddFile).await?;
    let limits = app.parts.settings.file_limits;
    attempt.incoming.well_formed(limits.greatest())?;
    let profile = app.profile().await?;
    if let Some(stored) = of_key(app, &attempt.conditions).await? {
        // What was sent then cannot be compared before it has passed again; nothing of it is kept.
        let received = pass(&limits, attempt.incoming, None).await?;
        return replay(app, actor, &profile, same_call(stored, received.fingerprint())?).await;
    }
    // Asked before the file comes in, so that nobody stores what they may not add; asked again when it is entered.
    let found = app.store().request_aggregate(attempt.id).await?;
    permitted(app, actor, Action::AddFile, &profile, attempt.conditions.if_match, found)?;
    let file: Id<StoredFile> = app.id();
    let key = ObjectKey::file(attempt.id.raw(), file.raw());
    let received = store(app, attempt.incoming, &key).await?;
    if let Some(wanted) = &mut attempt.conditions.idempotency {
        wanted.fingerprint = received.fingerprint();
    }
    let done = match admit(app, &key, file, received).await {
        Ok(new) => enter(app, actor, &profile, &attempt, &new).await,
        Err(error) => Err(error),
    };
    if left_nothing(&done)
        && let Err(error) = app.parts.objects.delete(&key).await
    {
        // Nothing leads to it: an object without a row is invisible, and swept.
        tracing::warn!(error = %error, "an object without a row stays behind");
    }
    match done? {
        Idempotent::Done(seen) => Ok(Uploaded::Done(seen)),
        Idempotent::Replayed(stored) => replay(app, actor, &profile, stored).await,
    }
}

async fn admit(app: &App, key: &ObjectKey, id: Id<StoredFile>, received: Received) -> Result<NewFile, Error> {
    let (size, sha256) = (received.size, received.sha256);
    let (form, media_type) = judge(app, key, received).await?;
    Ok(NewFile { id, kind: form.kind, name: form.name, media_type, size, sha256, payment: form.payment })
}

async fn enter<I>(
    app: &App,
    actor: &Actor,
    profile: &Institution,
    attempt: &UploadAttempt<'_, I>,
    new: &NewFile,
) -> Result<Idempotent<VisibleFile, StoredAnswer>, Error> {
    let if_match = attempt.conditions.if_match;
    let keep = |seen: &VisibleFile| KeptAnswer {
        object: Some(attempt.id.raw()),
        status: 201,
        body: (attempt.encode)(&seen.clone().without_clinical()),
    };
    once(app, &attempt.conditions, if_match.on_stale(), keep, async |uow: &mut dyn UnitOfWork| {
        let found = uow.request_aggregate(attempt.id).await?;
        let mut request_aggregate = permitted(app, actor, Action::AddFile, profile, if_match, found)?;
        let mut request = request_aggregate.certification.clone();
        let new_id = || app.parts.ids.uuid();
        let now = app.now();
        let command = Command::AddFile(Box::new(new.clone()));
        let outcome = request.apply(command, &context(actor, profile, &request_aggregate, now, &new_id))?;
        uow.update(&request).await?;
        let about = About::object("file", new.id.raw()).of(request.client);
        record(app, actor, uow, Action::AddFile, about, &request, &outcome).await?;
        request_aggregate.certification = request;
        entered(app, actor, profile, request_aggregate, new.id)
    })
    .await
}

/// The file as the actor, who just added it, may see it.
fn entered(
    app: &App,
    actor: &Actor,
    profile: &Institution,
    mut request_aggregate: RequestAggregate,
    id: Id<StoredFile>,
) -> Result<VisibleFile, Failed> {
    if request_aggregate.name_of(actor.user.raw()).is_none() {
        request_aggregate.names.push((actor.user.raw(), actor.display_name.clone()));
    }
    let new_id = || app.parts.ids.uuid();
    let file = request_aggregate.certification.file(id);
    let file = file.ok_or_else(|| Error::internal("a file just added is not there"))?;
    Ok(VisibleFile::of(
        file,
        &request_aggregate,
        &context(actor, profile, &request_aggregate, app.now(), &new_id),
    ))
}

/// The answer given before, when the caller may still see the request.
async fn replay(
    app: &App,
    actor: &Actor,
    profile: &Institution,
    stored: StoredAnswer,
) -> Result<Uploaded, Error> {
    let request_aggregate = match stored.object {
        Some(id) => app.store().request_aggregate(Id::new(id)).await?,
        None => None,
    };
    let request_aggregate = request_aggregate.filter(|d| policy::may_see(actor, d.certification.doctor()));
    let request_aggregate = request_aggregate.ok_or(Error::NotFound("certification request"))?;
    let new_id = || app.parts.ids.uuid();
    let seen = VisibleFile::all(
        &request_aggregate,
        &context(actor, profile, &request_aggregate, app.now(), &new_id),
    );
    let clinical = seen.into_iter().filter(|s| s.readable && s.file.kind.is_clinical()).collect();
    Ok(Uploaded::Replayed(ReplayedFile { status: stored.status, body: stored.body, clinical }))
}
