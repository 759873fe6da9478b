//! What an account is and may: roles, grants, whether it is let in.

use std::collections::BTreeSet;

use medcert_domain::{
    UserId,
    identity::{MANAGE_USERS, SUSPEND_USERS, User, UserStatus},
    people::{Person, StaffRole},
    policy::{Actor, Grant, Role},
};

use super::{
    NewGrants, NewRoles, Suspension, VisibleUser, about,
    offboarding::{hand_over, release},
    person::By,
    seen,
    staff::equip,
};
use crate::{
    App, Error, IfMatch,
    audited_entity::{self, Change, Differences},
    identity::profile::forget_email_change,
    input::Input,
    retry::{Failed, run},
    store::{UnitOfWork, UserRow},
};

/// Roles as the history tells them.
pub(super) fn roles_text(roles: &BTreeSet<Role>) -> Option<String> {
    let codes: Vec<&str> = roles.iter().map(|role| role.code()).collect();
    (!codes.is_empty()).then(|| codes.join(", "))
}

/// Grants as the history tells them.
pub(super) fn grants_text(grants: &[Grant]) -> Option<String> {
    let as_text = |grant: &Grant| match grant.ends_at {
        None => grant.permission.to_string(),
        Some(end) => format!("{} until {}", grant.permission, end.to_rfc3339()),
    };
    let mut texts: Vec<String> = grants.iter().map(as_text).collect();
    texts.sort_unstable();
    (!texts.is_empty()).then(|| texts.join(", "))
}

/// The account, with the rows of the active administrators locked before it: in one order everywhere, so that two of
/// them cannot take the office from each other.
pub(super) async fn locked(
    uow: &mut dyn UnitOfWork,
    id: UserId,
    if_match: IfMatch,
) -> Result<(User, bool), Failed> {
    let admins = uow.lock_active_admins().await?;
    let user: Option<User> = uow.get(id).await?;
    let user = user.ok_or(Error::NotFound("user"))?;
    if_match.check(user.version)?;
    Ok((user, admins.as_slice() == [id]))
}

/// Refuses to take the office of administrator from the actor, or from the last one there is.
pub(super) fn office(
    actor: &Actor,
    user: &User,
    last: bool,
    verbs: (&str, &'static str),
) -> Result<(), Error> {
    if user.id == actor.user {
        return Err(Error::Forbidden(format!("nobody {} themselves", verbs.0)));
    }
    if last {
        return Err(Error::LastAdministrator(verbs.1));
    }
    Ok(())
}

/// The account as it is before anything is done, so that no request is handed over for a change that is refused.
async fn before(app: &App, id: UserId, if_match: IfMatch) -> Result<(UserRow, bool), Error> {
    let row = app.store().user(id).await?.ok_or(Error::NotFound("user"))?;
    if_match.check(row.user.version)?;
    let last = row.user.is_active_admin() && app.store().active_admins().await? <= 1;
    Ok((row, last))
}

/// The parts that the user no longer plays with these roles.
fn lost(user: &User, roles: &BTreeSet<Role>) -> Vec<StaffRole> {
    user.roles.difference(roles).filter_map(|role| StaffRole::of_user(*role)).collect()
}

fn may_demote(actor: &Actor, user: &User, last: bool, roles: &BTreeSet<Role>) -> Result<(), Error> {
    if user.roles.contains(&Role::Admin) && !roles.contains(&Role::Admin) {
        office(actor, user, last, ("demotes", "the last active administrator cannot be demoted"))?;
    }
    Ok(())
}

fn may_suspend(actor: &Actor, user: &User, last: bool) -> Result<(), Error> {
    office(actor, user, last, ("suspends", "the last active administrator cannot be suspended"))
}

/// Replaces the roles. Whoever is given an operational role gets a staff record or one more part in it.
pub async fn set_roles(
    app: &App,
    actor: &Actor,
    id: UserId,
    if_match: IfMatch,
    input: &(dyn Input<NewRoles> + Sync),
) -> Result<VisibleUser, Error> {
    app.require(actor, MANAGE_USERS).await?;
    input.well_formed()?;
    let if_match = if_match.required()?;
    let profile = app.profile().await?;
    let by = By { app, actor, profile: &profile };
    let (row, last) = before(app, id, if_match).await?;
    let NewRoles { roles, hand_over: wanted } = input.read(&profile)?;
    may_demote(actor, &row.user, last, &roles)?;
    hand_over(app, actor, row.staff, &lost(&row.user, &roles), wanted).await?;
    run(app, if_match.on_stale(), async |uow: &mut dyn UnitOfWork| {
        let (mut user, last) = locked(uow, id, if_match).await?;
        may_demote(actor, &user, last, &roles)?;
        if user.roles == roles {
            return Ok(());
        }
        release(uow, &user, &lost(&user, &roles), wanted).await?;
        let mut differences = Differences::default();
        differences.note("roles", roles_text(&user.roles), roles_text(&roles));
        user.roles.clone_from(&roles);
        user.updated_at = app.now();
        uow.update(&user).await?;
        let person: Option<Person> = uow.get(user.person).await?;
        let person = person.ok_or_else(|| Error::internal("an account without a person"))?;
        equip(by, uow, &person, &user.roles, None).await?;
        let (action, audited) = ("SET_ROLES", "identity.set_roles");
        let change = Change { about: about(&user), action, audited, differences, comment: None };
        audited_entity::journal(app, actor, uow, change).await
    })
    .await?;
    app.forget_sessions();
    seen(app, actor, id).await
}

/// Replaces the grants.
pub async fn set_grants(
    app: &App,
    actor: &Actor,
    id: UserId,
    if_match: IfMatch,
    input: &(dyn Input<NewGrants> + Sync),
) -> Result<VisibleUser, Error> {
    app.require(actor, MANAGE_USERS).await?;
    input.well_formed()?;
    let if_match = if_match.required()?;
    let profile = app.profile().await?;
    run(app, if_match.on_stale(), async |uow: &mut dyn UnitOfWork| {
        let found: Option<User> = uow.get(id).await?;
        let mut user = found.ok_or(Error::NotFound("user"))?;
        if_match.check(user.version)?;
        let NewGrants { grants } = input.read(&profile)?;
        let mut differences = Differences::default();
        differences.note("grants", grants_text(&user.grants), grants_text(&grants));
        if differences.is_empty() {
            return Ok(());
        }
        user.grants = grants;
        user.updated_at = app.now();
        uow.update(&user).await?;
        let (action, audited) = ("SET_GRANTS", "identity.set_grants");
        let change = Change { about: about(&user), action, audited, differences, comment: None };
        audited_entity::journal(app, actor, uow, change).await
    })
    .await?;
    app.forget_sessions();
    seen(app, actor, id).await
}

/// Keeps an account out: every session ends at once here, within two seconds elsewhere.
pub async fn suspend(
    app: &App,
    actor: &Actor,
    id: UserId,
    if_match: IfMatch,
    input: &(dyn Input<Suspension> + Sync),
) -> Result<VisibleUser, Error> {
    set_status(app, actor, id, if_match, input, UserStatus::Suspended).await
}

/// Lets an account in again.
pub async fn reactivate(
    app: &App,
    actor: &Actor,
    id: UserId,
    if_match: IfMatch,
    input: &(dyn Input<Suspension> + Sync),
) -> Result<VisibleUser, Error> {
    set_status(app, actor, id, if_match, input, UserStatus::Active).await
}

async fn set_status(
    app: &App,
    actor: &Actor,
    id: UserId,
    if_match: IfMatch,
    input: &(dyn Input<Suspension> + Sync),
    status: UserStatus,
) -> Result<VisibleUser, Error> {
    app.require(actor, SUSPEND_USERS).await?;
    input.well_formed()?;
    let profile = app.profile().await?;
    let (row, last) = before(app, id, if_match).await?;
    let goes = status == UserStatus::Suspended && row.user.status != status;
    if goes {
        may_suspend(actor, &row.user, last)?;
    }
    let Suspension { reason, hand_over: wanted } = input.read(&profile)?;
    if goes {
        hand_over(app, actor, row.staff, StaffRole::ALL, wanted).await?;
    }
    run(app, if_match.on_stale(), async |uow: &mut dyn UnitOfWork| {
        let (mut user, last) = locked(uow, id, if_match).await?;
        if user.status == status {
            return Ok(());
        }
        if status == UserStatus::Suspended {
            may_suspend(actor, &user, last)?;
            release(uow, &user, StaffRole::ALL, wanted).await?;
        }
        let mut differences = Differences::default();
        differences.note("status", Some(user.status.to_string()), Some(status.to_string()));
        user.status = status;
        user.updated_at = app.now();
        // Before its sessions: a login at this moment waits for this row, and then finds the account suspended.
        uow.update(&user).await?;
        let (action, audited) = match status {
            UserStatus::Suspended => {
                uow.end_sessions(id, None, app.now()).await?;
                forget_email_change(uow, id).await?;
                ("SUSPEND", "identity.suspend")
            }
            UserStatus::Active => ("REACTIVATE", "identity.reactivate"),
        };
        let comment = Some(reason.clone());
        audited_entity::journal(
            app,
            actor,
            uow,
            Change { about: about(&user), action, audited, differences, comment },
        )
        .await
    })
    .await?;
    app.forget_sessions();
    seen(app, actor, id).await
}
