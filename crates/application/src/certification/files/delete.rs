//! Taking a file away: the row now, the object soon after.

use medcert_domain::{
    Entity as _, Id,
    certification::{Action, Command, Refusal, policy},
    files::StoredFile,
    policy::Actor,
};

use super::super::{context, may_somewhere, record};
use crate::{
    App, Error, IfMatch,
    audit::About,
    input::Input,
    objects::ObjectKey,
    retry::{OnStale, run},
    store::UnitOfWork,
};

/// An attempt to take a file away.
pub struct FileAttempt<'a> {
    /// The file.
    pub id: Id<StoredFile>,
    /// The version that the caller has seen.
    pub if_match: IfMatch,
    /// Why, in words.
    pub input: &'a dyn Input<Option<String>>,
}

/// Takes a file away. Its object is removed by the upkeep.
pub async fn delete(app: &App, actor: &Actor, attempt: FileAttempt<'_>) -> Result<(), Error> {
    const UNKNOWN: Error = Error::NotFound(StoredFile::KIND);
    may_somewhere(app, actor, Action::DeleteFile).await?;
    attempt.input.well_formed()?;
    let if_match = attempt.if_match.required()?;
    let profile = app.profile().await?;
    let request = app.store().request_of_file(attempt.id).await?.ok_or(UNKNOWN)?;
    run(app, OnStale::Retry, async |uow: &mut dyn UnitOfWork| {
        let found = uow.request_aggregate(request).await?;
        let request_aggregate =
            found.filter(|d| policy::may_see(actor, d.certification.doctor())).ok_or(UNKNOWN)?;
        let mut request = request_aggregate.certification.clone();
        let file = request.file(attempt.id).ok_or(UNKNOWN)?;
        let new_id = || app.parts.ids.uuid();
        let ctx = context(actor, &profile, &request_aggregate, app.now(), &new_id);
        match request.check_file_deletion(file, &ctx) {
            Err(refusal @ (Refusal::Forbidden(_) | Refusal::NotYours(_))) => return Err(refusal.into()),
            other => {
                if_match.check(file.version())?;
                other?;
            }
        }
        let reason = attempt.input.read(&profile)?;
        let outcome = request.apply(Command::DeleteFile { file: attempt.id, reason }, &ctx)?;
        uow.update(&request).await?;
        uow.discard(&[ObjectKey::file(request.id.raw(), attempt.id.raw())], app.now()).await?;
        let about = About::object("file", attempt.id.raw()).of(request.client);
        record(app, actor, uow, Action::DeleteFile, about, &request, &outcome).await?;
        Ok(())
    })
    .await
}
