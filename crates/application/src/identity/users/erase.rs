//! Removing an account that never acted.

use medcert_domain::{Entity as _, UserId, identity::MANAGE_USERS, people::Person, policy::Actor};

use super::{
    about,
    account_status::{locked, office},
};
use crate::{
    App, Error, IfMatch, audit,
    retry::{Failed, run},
    store::{StoreError, UnitOfWork},
};

/// How much it did is told nowhere: counting would read the whole history.
fn acted() -> Error {
    Error::in_use("the account has acted, and what it did must go on naming it: suspend it instead", 1)
}

/// Removes an account that never changed anything, its sessions, and its person when nothing else needs it. The audit
/// trail keeps a tombstone.
pub async fn erase(app: &App, actor: &Actor, id: UserId, if_match: IfMatch) -> Result<(), Error> {
    app.require(actor, MANAGE_USERS).await?;
    let if_match = if_match.required()?;
    let row = app.store().user(id).await?.ok_or(Error::NotFound("user"))?;
    if_match.check(row.user.version)?;
    // What was done before the audit trail told of it; looked at without holding anybody up.
    let named = app.store().in_history(id).await?;
    run(app, if_match.on_stale(), async |uow: &mut dyn UnitOfWork| {
        let (user, last) = locked(uow, id, if_match).await?;
        office(actor, &user, last, ("deletes", "the last active administrator cannot be deleted"))?;
        if named || uow.user_acted(id).await? {
            return Err(acted().into());
        }
        match uow.erase_user(&user).await {
            Err(StoreError::Reference(_)) => return Err(acted().into()),
            other => other?,
        }
        if !uow.person_in_use(user.person).await? {
            let person: Option<Person> = uow.get(user.person).await?;
            if let Some(person) = person {
                uow.index_entry(Person::KIND, person.id.raw(), &[]).await?;
                uow.delete(&person).await?;
            }
        }
        uow.audit(&[audit::event(app, actor, "identity.delete_user", about(&user), "ok")]).await?;
        Ok::<(), Failed>(())
    })
    .await?;
    app.forget_sessions();
    Ok(())
}
