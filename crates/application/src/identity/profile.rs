//! What everybody may change of themselves.

use medcert_domain::{
    Entity as _, Invalid, Locale, UserId,
    identity::{EmailChange, Session, User, UserStatus},
    people::{Person, PersonPatch, StaffRole},
    policy::{Actor, Origin, Role},
};
use sha2::{Digest as _, Sha256};

use super::{
    Account,
    users::{self, By},
};
use crate::{
    App, Error, IfMatch,
    audit::{self, About},
    audited_entity::{self, Change, Differences},
    input::Input,
    mail::{self, LetterKind},
    people::{At, PersonInput},
    retry::{Failed, OnStale, run},
    store::UnitOfWork,
};

/// What somebody changes of themselves: `None` leaves a field.
#[derive(Clone, Default)]
pub struct ProfileEdit {
    /// Given names.
    pub given_names: Option<String>,
    /// Family names.
    pub family_names: Option<String>,
    /// Mobile phone; `Some(None)` clears it.
    pub phone: Option<Option<String>>,
    /// Language.
    pub locale: Option<Locale>,
    /// New address, trimmed and lower case: it counts once it is confirmed.
    pub email: Option<String>,
    /// The present password: needed for a new address, unless the session was stepped up.
    pub current_password: Option<String>,
}

/// Changes what is said. A new address is not taken over but written to: whoever confirms it there makes it the
/// account's.
pub async fn edit_me(
    app: &App,
    actor: &Actor,
    if_match: IfMatch,
    input: &(dyn Input<ProfileEdit> + Sync),
) -> Result<Account, Error> {
    input.well_formed()?;
    let if_match = if_match.required()?;
    let profile = app.profile().await?;
    let row = app.store().account(actor.user).await?.ok_or(Error::Unauthenticated)?;
    if_match.check(row.user.version)?;
    let edit = input.read(&profile)?;
    let address = edit.email.as_deref().filter(|email| *email != row.user.email);
    let proved = match (&address, &edit.current_password) {
        (Some(_), Some(password)) => {
            if !app.parts.passwords.verify(password, Some(&row.user.password_hash)).await? {
                let message = "is not the current password";
                return Err(Invalid::one("/current_password", "wrong", message).into());
            }
            true
        }
        _ => false,
    };
    if address.is_some() {
        mail::required(app)?;
    }
    let by = By { app, actor, profile: &profile };
    let mailed = run(app, if_match.on_stale(), async |uow: &mut dyn UnitOfWork| {
        let found: Option<User> = uow.get(actor.user).await?;
        let mut user = found.ok_or(Error::Unauthenticated)?;
        if_match.check(user.version)?;
        let known: Option<Person> = uow.get(user.person).await?;
        let known = known.ok_or_else(|| Error::internal("an account without a person"))?;
        names_are_free(uow, &user, &known, &edit).await?;
        if let Some(email) = address {
            if !proved {
                stepped_up(app, actor, uow).await?;
            }
            ask(app, uow, &user, email).await?;
        }
        let fields = PersonPatch {
            given_names: edit.given_names.clone(),
            family_names: edit.family_names.clone(),
            phone: edit.phone.clone(),
            ..PersonPatch::default()
        };
        let fields = PersonInput { document: None, fields };
        let (person, mut differences) = by.correct(uow, known, &fields, At::Top).await?;
        if let Some(locale) = edit.locale {
            differences.note("locale", Some(user.locale.to_string()), Some(locale.to_string()));
            user.locale = locale;
        }
        if differences.is_empty() && address.is_none() {
            return Ok(false);
        }
        user.updated_at = app.now();
        uow.update(&user).await?;
        users::index(uow, &user, &person).await?;
        let (action, audited) = match address {
            Some(_) if differences.is_empty() => ("ASK_EMAIL", "identity.ask_email"),
            _ => ("EDIT", "identity.edit_profile"),
        };
        let about = About::object(User::KIND, user.id.raw()).of(user.person);
        let change = Change { about, action, audited, differences, comment: None };
        audited_entity::journal(app, actor, uow, change).await?;
        Ok(address.is_some())
    })
    .await?;
    if mailed {
        app.mail.notify_one();
    }
    app.forget_sessions();
    super::me(app, actor).await
}

/// The name of a doctor is printed on certificates, so the administration alone changes it.
async fn names_are_free(
    uow: &mut dyn UnitOfWork,
    user: &User,
    person: &Person,
    edit: &ProfileEdit,
) -> Result<(), Failed> {
    let differs = |new: &Option<String>, old: &str| new.as_deref().is_some_and(|new| new != old);
    let given = differs(&edit.given_names, &person.given_names);
    let family = differs(&edit.family_names, &person.family_names);
    if !given && !family {
        return Ok(());
    }
    let staff = users::staff_record(uow, user.person).await?;
    let doctor = staff.is_some_and(|staff| staff.roles.contains(&StaffRole::Doctor));
    if !doctor && !user.roles.contains(&Role::Doctor) {
        return Ok(());
    }
    let field = if given { "/given_names" } else { "/family_names" };
    let message = "is printed on certificates; the administration changes it";
    Err(Invalid::one(field, "protected", message).into())
}

/// Refuses unless the actor proved a short while ago who they are.
async fn stepped_up(app: &App, actor: &Actor, uow: &mut dyn UnitOfWork) -> Result<(), Failed> {
    let session: Option<Session> = uow.get(actor.session).await?;
    let until = session.and_then(|session| session.stepped_up_until);
    if until.is_some_and(|until| until > app.now()) {
        return Ok(());
    }
    let message = "is required to change the e-mail address";
    Err(Invalid::one("/current_password", "required", message).into())
}

/// Writes the new address down and the mails to it and to the present one.
async fn ask(app: &App, uow: &mut dyn UnitOfWork, user: &User, email: &str) -> Result<(), Failed> {
    let now = app.now();
    let token = app.parts.ids.uuid();
    let hash: [u8; 32] = Sha256::digest(mail::secret(app, token)).into();
    if let Some(mut pending) = uow.email_change_of(user.id).await? {
        if let Some(seconds) = pending.wait(now) {
            return Err(Error::Throttled(seconds).into());
        }
        pending.ask_again(email, token, hash, now);
        uow.update(&pending).await?;
    } else {
        let pending = EmailChange {
            id: app.id(),
            version: 1,
            user: user.id,
            email: email.to_owned(),
            token,
            token_hash: hash,
            asked_at: now,
            expires_at: now + EmailChange::LIFETIME,
            counted_since: now,
            count: 1,
        };
        uow.insert(&pending).await?;
    }
    mail::queue(app, uow, LetterKind::ConfirmEmail, Some(token), (email, user.locale)).await?;
    mail::queue(app, uow, LetterKind::EmailChangeAsked, None, (&user.email, user.locale)).await
}

/// Makes a new address that was asked for void: whoever asked may have been somebody else.
pub(super) async fn forget_email_change(uow: &mut dyn UnitOfWork, user: UserId) -> Result<(), Failed> {
    if let Some(pending) = uow.email_change_of(user).await? {
        uow.delete(&pending).await?;
    }
    Ok(())
}

/// Makes the new address the account's. Whoever read the mail has the token, whoever they are; all sessions but those
/// begun with the new address end, which is all of them.
pub async fn confirm_email(app: &App, origin: &Origin, token: &str) -> Result<(), Error> {
    let unusable = || {
        let message = "is unknown, was used already or has ended";
        Failed::Answer(Invalid::one("/token", "unusable", message).into())
    };
    let hash: [u8; 32] = Sha256::digest(token.trim()).into();
    run(app, OnStale::Retry, async |uow: &mut dyn UnitOfWork| {
        let now = app.now();
        let change = uow.email_change_by_token(&hash).await?.filter(|change| change.is_open(now));
        let change = change.ok_or_else(unusable)?;
        let user: Option<User> = uow.get(change.user).await?;
        let mut user = user.filter(|user| user.status == UserStatus::Active).ok_or_else(unusable)?;
        if uow.user_by_email(&change.email).await?.is_some() {
            let message = "another account has this e-mail address by now";
            return Err(Error::Duplicate { pointer: "/token", message }.into());
        }
        let mut differences = Differences::default();
        differences.note("email", Some(user.email.clone()), Some(change.email.clone()));
        user.email.clone_from(&change.email);
        user.updated_at = now;
        uow.update(&user).await?;
        uow.delete(&change).await?;
        uow.end_sessions(user.id, None, now).await?;
        let person: Option<Person> = uow.get(user.person).await?;
        let person = person.ok_or_else(|| Error::internal("an account without a person"))?;
        users::index(uow, &user, &person).await?;
        let about = About::object(User::KIND, user.id.raw()).of(user.person);
        let (action, audited) = ("CONFIRM_EMAIL", "identity.confirm_email");
        let event = audit::by(audit::anonymous(app, origin, audited, about, "ok"), &user);
        let change = Change { about, action, audited, differences, comment: None };
        audited_entity::journal_as(app, uow, event, change).await
    })
    .await?;
    app.forget_sessions();
    Ok(())
}
