//! A new password by the administration: shown once, to be changed before anything else is done.

use medcert_domain::{
    Entity as _, UserId,
    identity::{MANAGE_USERS, User},
    policy::{Actor, Origin},
};

use super::{Issued, VisibleUser, about, create::fresh_password, seen};
use crate::{
    App, Conditions, Error,
    audit::{self, About},
    audited_entity::{self, Change, Differences},
    idempotent::{EncodeResponse, Idempotent, idempotent, replay},
    identity::profile::forget_email_change,
    retry::{Failed, OnStale, run},
    store::{AuditEvent, UnitOfWork, UserRow},
};

/// Gives the account a new password and ends all its sessions. An answer that is given again does not show it.
pub async fn reset_password(
    app: &App,
    actor: &Actor,
    id: UserId,
    conditions: &Conditions,
    write: EncodeResponse<'_, VisibleUser>,
) -> Result<Idempotent<Issued>, Error> {
    app.require(actor, MANAGE_USERS).await?;
    if let Some(before) = replay(app, conditions).await? {
        return Ok(before);
    }
    let row = app.store().user(id).await?.ok_or(Error::NotFound("user"))?;
    if id == actor.user {
        let message = "nobody resets their own password: change it with the present one";
        return Err(Error::Forbidden(message.to_owned()));
    }
    conditions.if_match.check(row.user.version)?;
    let password = fresh_password(app, &row.user.email);
    let hash = app.parts.passwords.hash(&password).await?;
    let done = idempotent(app, conditions, 200, write, async |uow: &mut dyn UnitOfWork| {
        let found: Option<User> = uow.get(id).await?;
        let user = found.ok_or(Error::NotFound("user"))?;
        conditions.if_match.check(user.version)?;
        let event = audit::event(app, actor, RESET, about(&user), "ok");
        let user = replace(app, uow, user, &hash, event).await?;
        Ok(VisibleUser::listed(app, UserRow { user, pending_email: None, ..row.clone() }))
    })
    .await?;
    app.forget_sessions();
    match done {
        Idempotent::Replayed(kept) => Ok(Idempotent::Replayed(kept)),
        Idempotent::Done(_) => {
            Ok(Idempotent::Done(Issued { seen: seen(app, actor, id).await?, password: Some(password) }))
        }
    }
}

/// The same from the command line: whoever can start the program has the database anyway.
pub async fn reset_password_of(app: &App, email: &str) -> Result<String, Error> {
    let email = email.trim().to_lowercase();
    let row = app.store().account_by_email(&email).await?.ok_or(Error::NotFound("user"))?;
    let password = fresh_password(app, &email);
    let hash = app.parts.passwords.hash(&password).await?;
    run(app, OnStale::Retry, async |uow: &mut dyn UnitOfWork| {
        let found: Option<User> = uow.get(row.user.id).await?;
        let user = found.ok_or(Error::NotFound("user"))?;
        let event = audit::anonymous(app, &Origin::default(), RESET, about(&user), "ok");
        replace(app, uow, user, &hash, event).await.map(drop)
    })
    .await?;
    app.forget_sessions();
    Ok(password)
}

const RESET: &str = "identity.reset_password";

async fn replace(
    app: &App,
    uow: &mut dyn UnitOfWork,
    mut user: User,
    hash: &str,
    event: AuditEvent,
) -> Result<User, Failed> {
    hash.clone_into(&mut user.password_hash);
    user.must_change_password = true;
    user.updated_at = app.now();
    // Before its sessions: a login at this moment waits for this row, and then finds another password.
    uow.update(&user).await?;
    uow.end_sessions(user.id, None, app.now()).await?;
    forget_email_change(uow, user.id).await?;
    let about = About::object(User::KIND, user.id.raw()).of(user.person);
    let differences = Differences::default();
    let change = Change { about, action: "RESET_PASSWORD", audited: RESET, differences, comment: None };
    audited_entity::journal_as(app, uow, event, change).await?;
    user.version += 1;
    Ok(user)
}
