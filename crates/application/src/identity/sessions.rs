//! Login sessions and their tokens (OWASP ASVS 5.0 §7 and §10.4, RFC 9700 §4.14).

use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Duration, SubsecRound as _, Utc};
use medcert_domain::{
    Id, SessionId, StaffId, UserId,
    identity::{Session, User, UserStatus},
    policy::{Actor, Grant, Origin, Permission},
};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::Account;
use crate::{
    App, Error,
    audit::{self, About},
    retry::{Failed, OnStale, run},
    secrets::AccessClaims,
    store::{AccountRow, Page, PageRequest, RefreshToken, SessionRow, SessionState, UnitOfWork},
};

/// A second use of a refresh token within this time is a tab or a retry, not a thief.
const REPLAY_WINDOW: Duration = Duration::seconds(10);

/// What somebody signs in with.
pub struct LoginRequest {
    /// E-mail address, as typed.
    pub email: String,
    /// Password, as typed.
    pub password: String,
}

/// A login: what the caller needs to go on.
pub struct Login {
    /// Access token.
    pub access_token: String,
    /// Seconds it is good for.
    pub expires_in: i64,
    /// Refresh token.
    pub refresh_token: String,
    /// Seconds until the session ends for good.
    pub refresh_expires_in: i64,
    /// Who signed in.
    pub account: Account,
}

/// Signs in. Unknown account, wrong password and suspended account cost the same time and get the same answer.
pub async fn login(app: &App, origin: &Origin, request: LoginRequest) -> Result<Login, Error> {
    let email = request.email.trim().to_lowercase();
    let account = app.store().account_by_email(&email).await?;
    let hash = account.as_ref().map(|a| a.user.password_hash.as_str());
    let right = app.parts.passwords.verify(&request.password, hash).await?;
    let active = |user: &User| user.status == UserStatus::Active;
    let Some(account) = account.filter(|a| right && active(&a.user)) else {
        let about = About::list("session");
        app.trail.note(audit::anonymous(app, origin, "identity.login", about, "failed")).await;
        return Err(Error::WrongCredentials);
    };
    let (session, secret) = run(app, OnStale::Retry, async |uow: &mut dyn UnitOfWork| {
        let now = app.now();
        // The account may have been suspended, or its password changed, while the password was being checked. Whoever
        // does that ends the sessions after changing the row that is written here, so none slips through.
        if !uow.note_login(&account.user, now).await? {
            return Err(Failed::Answer(Error::WrongCredentials));
        }
        let (session, secret) = issue_session(app, uow, account.user.id, now).await?;
        let about = About::object("session", session.id.raw());
        let event = audit::anonymous(app, origin, "identity.login", about, "ok");
        uow.audit(&[audit::by(event, &account.user)]).await?;
        Ok((session, secret))
    })
    .await?;
    answer(app, &session, &secret, Account::of(app.now(), account))
}

/// Makes a session with its first refresh token: the one way, whatever the login was done with.
async fn issue_session(
    app: &App,
    uow: &mut dyn UnitOfWork,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<(Session, [u8; 32]), Failed> {
    let session = Session {
        id: app.id(),
        version: 0,
        user,
        created_at: now,
        expires_at: now + app.parts.settings.session_lifetime,
        ended_at: None,
        stepped_up_until: None,
    };
    uow.insert(&session).await?;
    let secret = app.parts.derivation.refresh_secret(session.id.raw());
    uow.insert_refresh(&refresh_row(app, &session, &secret, None, now)).await?;
    Ok((session, secret))
}

fn refresh_row(
    app: &App,
    session: &Session,
    secret: &[u8; 32],
    parent: Option<Uuid>,
    now: DateTime<Utc>,
) -> RefreshToken {
    RefreshToken {
        id: app.parts.ids.uuid(),
        hash: Sha256::digest(secret).into(),
        session: session.id,
        parent,
        created_at: now,
        expires_at: session.expires_at,
        used_at: None,
    }
}

fn answer(app: &App, session: &Session, secret: &[u8; 32], account: Account) -> Result<Login, Error> {
    let now = app.now().trunc_subsecs(0);
    let lifetime = app.parts.settings.access_lifetime.min(session.expires_at - now);
    let claims = AccessClaims {
        user: session.user.raw(),
        session: session.id.raw(),
        token: app.parts.ids.uuid(),
        issued_at: now,
        expires_at: now + lifetime,
    };
    Ok(Login {
        access_token: app.parts.tokens.sign(&claims)?,
        expires_in: lifetime.num_seconds(),
        refresh_token: URL_SAFE_NO_PAD.encode(secret),
        refresh_expires_in: (session.expires_at - now).num_seconds(),
        account,
    })
}

/// Exchanges a refresh token for its successor. A token used twice within ten seconds gives the same successor;
/// later, its whole family ends.
pub async fn refresh(app: &App, origin: &Origin, token: &str) -> Result<Login, Error> {
    let secret = URL_SAFE_NO_PAD.decode(token.trim()).map_err(|_| Error::Unauthenticated)?;
    let hash: [u8; 32] = Sha256::digest(&secret).into();
    let (session, secret) = run(app, OnStale::Retry, async |uow: &mut dyn UnitOfWork| {
        let now = app.now();
        let token = uow.refresh_by_hash(&hash).await?.ok_or(Error::Unauthenticated)?;
        let mut session: Session = uow.get(token.session).await?.ok_or(Error::Unauthenticated)?;
        let user: User = uow.get(session.user).await?.ok_or(Error::Unauthenticated)?;
        if session.ended_at.is_some() || session.expires_at <= now || user.status != UserStatus::Active {
            return Err(Failed::Answer(Error::Unauthenticated));
        }
        let successor = app.parts.derivation.refresh_secret(token.id);
        if uow.use_refresh(&token, now).await? {
            uow.insert_refresh(&refresh_row(app, &session, &successor, Some(token.id), now)).await?;
            return Ok(Some((session, successor)));
        }
        // Somebody else used it: at this very moment, or at the time that the row tells.
        if token.used_at.is_none_or(|used| now - used <= REPLAY_WINDOW) {
            return Ok(Some((session, successor)));
        }
        session.ended_at = Some(now);
        uow.update(&session).await?;
        let about = About::object("session", session.id.raw());
        let event = audit::anonymous(app, origin, "identity.refresh_replayed", about, "denied");
        uow.audit(&[audit::by(event, &user)]).await?;
        Ok(None)
    })
    .await?
    .ok_or_else(|| {
        app.forget_sessions();
        Error::Unauthenticated
    })?;
    let account = app.store().account(session.user).await?.ok_or(Error::Unauthenticated)?;
    answer(app, &session, &secret, Account::of(app.now(), account))
}

/// Ends the session the actor acts through.
pub async fn logout(app: &App, actor: &Actor) -> Result<(), Error> {
    run(app, OnStale::Retry, async |uow: &mut dyn UnitOfWork| {
        let mut session: Session = uow.get(actor.session).await?.ok_or(Error::Unauthenticated)?;
        if session.ended_at.is_none() {
            session.ended_at = Some(app.now());
            uow.update(&session).await?;
            let about = About::object("session", session.id.raw());
            uow.audit(&[audit::event(app, actor, "identity.logout", about, "ok")]).await?;
        }
        Ok(())
    })
    .await?;
    app.forget_sessions();
    Ok(())
}

/// One's own logins that have not ended, newest first.
pub async fn open_sessions(app: &App, actor: &Actor, page: &PageRequest) -> Result<Page<SessionRow>, Error> {
    Ok(app.store().open_sessions(actor.user, app.now(), page).await?)
}

/// Ends one of the actor's own logins.
pub async fn end_session(app: &App, actor: &Actor, id: SessionId) -> Result<(), Error> {
    run(app, OnStale::Retry, async |uow: &mut dyn UnitOfWork| {
        let now = app.now();
        let found: Option<Session> = uow.get(id).await?;
        let open = |s: &Session| s.user == actor.user && s.ended_at.is_none() && s.expires_at > now;
        let mut session = found.filter(open).ok_or(Error::NotFound("session"))?;
        session.ended_at = Some(now);
        uow.update(&session).await?;
        let about = About::object("session", session.id.raw());
        uow.audit(&[audit::event(app, actor, "identity.end_session", about, "ok")]).await?;
        Ok(())
    })
    .await?;
    app.forget_sessions();
    Ok(())
}

/// Who is behind an access token.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The user.
    pub actor: Actor,
    /// Whether nothing may be done before the password is changed.
    pub must_change_password: bool,
}

/// Who is behind an access token, as of at most two seconds ago.
pub async fn authenticate(app: &App, token: &str, origin: Origin) -> Result<SignedIn, Error> {
    let now = app.now();
    let claims = app.parts.tokens.verify(token, now).ok_or(Error::Unauthenticated)?;
    let state = app.session(Id::new(claims.session)).await?.ok_or(Error::Unauthenticated)?;
    let SessionState { session, user, display_name, staff } = state;
    let over = session.ended_at.is_some() || session.expires_at <= now;
    if over || user.status != UserStatus::Active || user.id.raw() != claims.user {
        return Err(Error::Unauthenticated);
    }
    let must_change_password = user.must_change_password;
    let actor = acting_as(user, session.id, display_name, staff, origin, now);
    Ok(SignedIn { actor, must_change_password })
}

/// The account as somebody who acts at this moment without a login of their own: for work that was asked for earlier.
/// Whoever was suspended meanwhile acts no more.
pub(crate) async fn acting(app: &App, user: UserId, origin: Origin) -> Result<Actor, Error> {
    let found = app.store().account(user).await?;
    let active = found.filter(|row| row.user.status == UserStatus::Active);
    let gone = || Error::Forbidden("the account that asked for this is not active".to_owned());
    let AccountRow { user, display_name, staff } = active.ok_or_else(gone)?;
    Ok(acting_as(user, Id::new(Uuid::nil()), display_name, staff, origin, app.now()))
}

fn acting_as(
    user: User,
    session: SessionId,
    display_name: String,
    staff: Option<StaffId>,
    origin: Origin,
    now: DateTime<Utc>,
) -> Actor {
    let in_force = |grant: &&Grant| grant.ends_at.is_none_or(|end| end > now);
    let permissions: BTreeSet<Permission> = user
        .grants
        .iter()
        .filter(in_force)
        .map(|grant| grant.permission)
        .filter(|permission| permission.can_be_granted())
        .collect();
    Actor {
        user: user.id,
        session,
        person: user.person,
        staff,
        display_name,
        roles: user.roles,
        permissions,
        origin,
    }
}
