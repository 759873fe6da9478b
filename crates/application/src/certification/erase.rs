//! Erasing a request that never came to a medical act.

use medcert_domain::{certification::Action, policy::Actor};

use super::{
    Attempt,
    act::{demand, permitted},
    audit_name, may_somewhere,
};
use crate::{
    App, Error,
    audit::{self, About},
    objects::ObjectKey,
    people::erase_if_unused,
    retry::run,
    store::UnitOfWork,
};

/// Erases the request with its files. Its payments stay as ledger lines without personal data, people without any other use go
/// with it, and the audit trail keeps a tombstone.
pub async fn erase(app: &App, actor: &Actor, attempt: Attempt<'_, String>) -> Result<(), Error> {
    may_somewhere(app, actor, Action::Delete).await?;
    attempt.input.well_formed()?;
    let if_match = demand(Action::Delete, attempt.conditions)?;
    let profile = app.profile().await?;
    run(app, if_match.on_stale(), async |uow: &mut dyn UnitOfWork| {
        let found = uow.request_aggregate(attempt.id).await?;
        let request_aggregate = permitted(app, actor, Action::Delete, &profile, if_match, found)?;
        let reason = attempt.input.read(&profile)?;
        let files = request_aggregate.certification.files.iter();
        let objects: Vec<ObjectKey> =
            files.map(|file| ObjectKey::file(attempt.id.raw(), file.id.raw())).collect();
        uow.discard(&objects, app.now()).await?;
        uow.erase(&request_aggregate.certification).await?;
        let people = std::iter::once(&request_aggregate.client)
            .chain(&request_aggregate.guardian)
            .map(|person| person.id);
        erase_if_unused(uow, people).await?;
        let about = About::object("certification", attempt.id.raw()).of(request_aggregate.client.id);
        let mut event = audit::event(app, actor, &audit_name(Action::Delete), about, "ok");
        event.reason = Some(reason);
        uow.audit(&[event]).await?;
        Ok(())
    })
    .await
}
