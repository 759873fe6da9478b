//! One's own account, and the way to the first one.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use medcert_domain::{
    Checks, Entity as _, Invalid, Locale, StaffId, UserId,
    identity::{Session, User, UserStatus, check_password},
    people::Person,
    policy::{Actor, Grant, Origin, Permission, Role},
    text::{self, Lines},
};

use super::{profile::forget_email_change, users};
use crate::{
    App, Error,
    audit::{self, About},
    audited_entity::{self, Change, Differences},
    retry::{Failed, OnStale, run},
    store::{AccountRow, UnitOfWork},
};

/// An account as its owner sees it.
#[derive(Debug, Clone)]
pub struct Account {
    /// The account.
    pub user: User,
    /// Name of the person.
    pub display_name: String,
    /// The staff record of the person.
    pub staff: Option<StaffId>,
    /// Everything the account may do, by role or grant.
    pub permissions: Vec<Permission>,
}

impl Account {
    pub(crate) fn of(now: DateTime<Utc>, row: AccountRow) -> Self {
        let permissions = permissions_of(&row.user, now);
        Self { user: row.user, display_name: row.display_name, staff: row.staff, permissions }
    }
}

/// Everything the account may do, by role or grant in force.
pub fn permissions_of(user: &User, now: DateTime<Utc>) -> Vec<Permission> {
    let granted: BTreeSet<Permission> = user
        .grants
        .iter()
        .filter(|grant| grant.ends_at.is_none_or(|end| end > now) && grant.permission.can_be_granted())
        .map(|grant| grant.permission)
        .collect();
    let by_role = |p: &Permission| p.roles().iter().any(|role| user.roles.contains(role));
    let by_grant = |p: &Permission| !user.roles.is_empty() && granted.contains(p);
    Permission::plain().chain(Permission::actions()).filter(|p| by_role(p) || by_grant(p)).collect()
}

/// The actor's own account.
pub async fn me(app: &App, actor: &Actor) -> Result<Account, Error> {
    let row = app.store().account(actor.user).await?.ok_or(Error::Unauthenticated)?;
    Ok(Account::of(app.now(), row))
}

/// Changes the actor's own password and ends the actor's other sessions.
pub async fn change_password(app: &App, actor: &Actor, current: &str, new: &str) -> Result<(), Error> {
    let row = app.store().account(actor.user).await?.ok_or(Error::Unauthenticated)?;
    if !app.parts.passwords.verify(current, Some(&row.user.password_hash)).await? {
        let message = "is not the current password";
        return Err(Invalid::one("/current_password", "wrong", message).into());
    }
    let password = check_password(new, &row.user.email).map_err(|e| e.below("/new_password"))?;
    if new == current {
        return Err(Invalid::one("/new_password", "unchanged", "must differ from the present one").into());
    }
    let hash = app.parts.passwords.hash(password.reveal()).await?;
    run(app, OnStale::Retry, async |uow: &mut dyn UnitOfWork| {
        let now = app.now();
        let mut user: User = uow.get(actor.user).await?.ok_or(Error::Unauthenticated)?;
        if user.password_hash != row.user.password_hash {
            return Err(Failed::Answer(Error::Stale));
        }
        user.password_hash.clone_from(&hash);
        user.must_change_password = false;
        user.updated_at = now;
        uow.update(&user).await?;
        uow.end_sessions(user.id, Some(actor.session), now).await?;
        forget_email_change(uow, user.id).await?;
        let about = About::object(User::KIND, user.id.raw());
        uow.audit(&[audit::event(app, actor, "identity.change_password", about, "ok")]).await?;
        Ok(())
    })
    .await?;
    app.forget_sessions();
    Ok(())
}

/// How long a fresh proof of identity is good.
const STEP_UP: Duration = Duration::minutes(5);

/// Proves again who the actor is; returns until when that is good.
pub async fn step_up(app: &App, actor: &Actor, password: &str) -> Result<DateTime<Utc>, Error> {
    let row = app.store().account(actor.user).await?.ok_or(Error::Unauthenticated)?;
    if !app.parts.passwords.verify(password, Some(&row.user.password_hash)).await? {
        return Err(Invalid::one("/password", "wrong", "is not the current password").into());
    }
    let until = run(app, OnStale::Retry, async |uow: &mut dyn UnitOfWork| {
        let until = app.now() + STEP_UP;
        let mut session: Session = uow.get(actor.session).await?.ok_or(Error::Unauthenticated)?;
        session.stepped_up_until = Some(until);
        uow.update(&session).await?;
        let about = About::object("session", session.id.raw());
        uow.audit(&[audit::event(app, actor, "identity.step_up", about, "ok")]).await?;
        Ok(until)
    })
    .await?;
    app.forget_sessions();
    Ok(until)
}

/// What the command line needs to make an account.
pub struct FirstUser {
    /// E-mail address, as typed.
    pub email: String,
    /// Password, as typed.
    pub password: String,
    /// Given names.
    pub given_names: String,
    /// Family names.
    pub family_names: String,
    /// Roles.
    pub roles: BTreeSet<Role>,
    /// Grants.
    pub grants: Vec<Grant>,
    /// Language.
    pub locale: Locale,
    /// Refuse unless the installation has no account yet.
    pub only_first: bool,
}

/// Makes an account with its person, from the command line: whoever can start the program has the database anyway.
pub async fn create_user(app: &App, new: FirstUser) -> Result<UserId, Error> {
    let mut checks = Checks::default();
    let email = checks.keep("/email", text::email(&new.email));
    let given = checks.keep("/given_names", text::required(&new.given_names, 150, Lines::One));
    let family = checks.keep("/family_names", text::required(&new.family_names, 150, Lines::One));
    let password = checks.keep("/password", check_password(&new.password, &new.email));
    // A doctor's name is printed on certificates.
    for (pointer, name) in [("/given_names", &given), ("/family_names", &family)] {
        checks.keep("", name.as_deref().map_or(Ok(()), |name| app.printable(pointer, name)));
    }
    if new.roles.is_empty() {
        checks.fault("/roles", "required", "at least one role is needed");
    }
    let wanted = email.zip(given).zip(family).zip(password);
    let (((email, given_names), family_names), password) = checks.done(wanted)?;
    let password_hash = app.parts.passwords.hash(password.reveal()).await?;
    run(app, OnStale::Retry, async |uow: &mut dyn UnitOfWork| {
        let now = app.now();
        if new.only_first && uow.count_users().await? > 0 {
            let message = "this installation has accounts already";
            return Err(Failed::Answer(Error::Duplicate { pointer: "", message }));
        }
        if uow.user_by_email(&email).await?.is_some() {
            let message = "an account has this e-mail address already";
            return Err(Failed::Answer(Error::Duplicate { pointer: "/email", message }));
        }
        let person = Person {
            email: Some(email.clone()),
            preferred_locale: Some(new.locale),
            ..Person::named(app.id(), given_names.clone(), family_names.clone(), now)
        };
        uow.insert(&person).await?;
        crate::people::index(uow, &person).await?;
        let user = User {
            id: app.id(),
            version: 0,
            email: email.clone(),
            person: person.id,
            password_hash: password_hash.clone(),
            must_change_password: false,
            status: UserStatus::Active,
            locale: new.locale,
            roles: new.roles.clone(),
            grants: new.grants.clone(),
            last_login_at: None,
            created_at: now,
            updated_at: now,
        };
        uow.insert(&user).await?;
        users::index(uow, &user, &person).await?;
        let about = About::object(User::KIND, user.id.raw()).of(person.id);
        let (action, audited) = ("CREATE", "identity.create_user");
        let event = audit::anonymous(app, &Origin::default(), audited, about, "ok");
        let differences = Differences::default();
        let change = Change { about, action, audited, differences, comment: None };
        audited_entity::journal_as(app, uow, event, change).await?;
        Ok(user.id)
    })
    .await
}
