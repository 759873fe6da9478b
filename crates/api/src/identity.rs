//! Identity: signing in and out, one's own account, keeping accounts out.

use crate::registry::Registry;
use actix_web::{
    HttpResponse, get,
    http::header,
    post,
    web::{Data, Json},
};
use chrono::{DateTime, Utc};
use medcert_application::{
    App, Error,
    identity::{self, Account, Login, LoginRequest},
};
use medcert_domain::identity::User;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    body::Body,
    caller::{Caller, Source},
    codes::{LocaleCode, Moment, RoleCode, UserStatusCode},
    path::PathId,
    problem::Failure,
};

/// What somebody signs in with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Credentials, example = json!({"email": "operator@demo.medcert.test", "password": "medcert-demo-2026"}))]
struct LoginBody {
    /// E-mail address of the account.
    email: String,
    /// Password, 12 to 72 bytes.
    #[schema(format = Password)]
    password: String,
}

/// A refresh token to be exchanged.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RefreshToken, example = json!({"refresh_token": "h2vM0a4VvVh0xgk5xTqD1m7H8o3F6n1dQzq3jYtQk0E"}))]
struct RefreshBody {
    /// The refresh token of the last login or refresh.
    refresh_token: String,
}

/// A change of one's own password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PasswordChange, example = json!({"current_password": "medcert-demo-2026", "new_password": "ten small otters swim"}))]
struct PasswordChangeBody {
    /// The password up to now.
    #[schema(format = Password)]
    current_password: String,
    /// The new one: 12 to 72 bytes, none of the common ones, without the name of the e-mail address.
    #[schema(format = Password)]
    new_password: String,
}

/// A fresh proof of identity.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StepUp, example = json!({"password": "medcert-demo-2026"}))]
struct StepUpBody {
    /// One's own password.
    #[schema(format = Password)]
    password: String,
}

/// Why an account is kept out or let in again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Reason, example = json!({"reason": "on leave until further notice"}))]
struct ReasonBody {
    /// The reason, 1 to 1000 characters.
    reason: String,
}

/// An account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Account, example = json!({
    "id": "01890a5d-ac96-774b-bcce-b302099a8057", "email": "operator@demo.medcert.test",
    "display_name": "Olena Operator", "roles": ["OPERATOR"], "permissions": ["certification:register"],
    "staff_id": "01890a5d-ac96-774b-bcce-b302099a8058", "locale": "en", "status": "ACTIVE"
}))]
struct AccountView {
    /// Identifier.
    id: Uuid,
    /// E-mail address, lower case.
    email: String,
    /// Name of the person.
    display_name: String,
    /// What the user is to the institution.
    roles: Vec<RoleCode>,
    /// Everything the account may do, by role or grant.
    permissions: Vec<String>,
    /// The staff record of the person.
    #[schema(required = true)]
    staff_id: Option<Uuid>,
    /// Language of the web app and of mails.
    locale: LocaleCode,
    /// Whether the user may sign in.
    status: UserStatusCode,
}

impl From<Account> for AccountView {
    fn from(account: Account) -> Self {
        Self {
            id: account.user.id.raw(),
            email: account.user.email,
            display_name: account.display_name,
            roles: account.user.roles.iter().copied().map(Into::into).collect(),
            permissions: account.permissions.iter().map(ToString::to_string).collect(),
            staff_id: account.staff.map(medcert_domain::Id::raw),
            locale: account.user.locale.into(),
            status: account.user.status.into(),
        }
    }
}

/// A login: what a program needs to go on.
#[derive(Serialize, ToSchema)]
#[schema(as = Login)]
struct LoginView {
    /// For `Authorization: Bearer`.
    #[schema(example = "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFUzI1NiJ9.e30.c2lnbmVk")]
    access_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// Seconds the access token is good for.
    #[schema(example = 900)]
    expires_in: i64,
    /// To be exchanged for the next login before the session ends. A second use later than ten seconds after the
    /// first ends the session.
    #[schema(example = "h2vM0a4VvVh0xgk5xTqD1m7H8o3F6n1dQzq3jYtQk0E")]
    refresh_token: String,
    /// Seconds until the session ends for good.
    #[schema(example = 604_800)]
    refresh_expires_in: i64,
    /// Who signed in.
    user: AccountView,
}

impl From<Login> for LoginView {
    fn from(done: Login) -> Self {
        Self {
            access_token: done.access_token,
            token_type: "Bearer",
            expires_in: done.expires_in,
            refresh_token: done.refresh_token,
            refresh_expires_in: done.refresh_expires_in,
            user: done.account.into(),
        }
    }
}

/// Until when a fresh proof of identity is good.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StepUpProof, example = json!({"valid_until": "2026-03-01T12:05:00.000000Z"}))]
struct StepUpView {
    /// Acts that need it are allowed until then.
    valid_until: Moment,
}

impl From<DateTime<Utc>> for StepUpView {
    fn from(until: DateTime<Utc>) -> Self {
        Self { valid_until: until.into() }
    }
}

/// Sign in with e-mail address and password.
#[utoipa::path(tag = "auth", request_body = LoginBody,
    responses((status = 200, description = "Signed in", body = LoginView)))]
#[post("/auth/login")]
async fn login(source: Source, app: Data<App>, body: Body<LoginBody>) -> Result<Json<LoginView>, Failure> {
    let LoginBody { email, password } = body.read()?;
    Ok(Json(identity::login(&app, &source.0, LoginRequest { email, password }).await?.into()))
}

/// Exchange a refresh token for a new access token and the next refresh token.
#[utoipa::path(tag = "auth", request_body = RefreshBody,
    responses((status = 200, description = "The session goes on", body = LoginView)))]
#[post("/auth/refresh")]
async fn refresh(
    source: Source,
    app: Data<App>,
    body: Body<RefreshBody>,
) -> Result<Json<LoginView>, Failure> {
    Ok(Json(identity::refresh(&app, &source.0, &body.read()?.refresh_token).await?.into()))
}

/// End the session.
#[utoipa::path(tag = "auth", responses((status = 204, description = "The session has ended")))]
#[post("/auth/logout")]
async fn logout(caller: Caller, app: Data<App>) -> Result<HttpResponse, Failure> {
    identity::logout(&app, &caller).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Show one's own account.
#[utoipa::path(tag = "auth", responses((status = 200, description = "The caller's account", body = AccountView)))]
#[get("/auth/me")]
async fn me(caller: Caller, app: Data<App>) -> Result<Json<AccountView>, Failure> {
    Ok(Json(identity::me(&app, &caller).await?.into()))
}

/// Show who is signed in, or null: never an error for somebody who is not.
#[utoipa::path(tag = "auth",
    responses((status = 200, description = "The account, or null", body = Option<AccountView>)))]
#[get("/auth/session")]
async fn session(caller: Option<Caller>, app: Data<App>) -> Result<Json<Option<AccountView>>, Failure> {
    let Some(caller) = caller else { return Ok(Json(None)) };
    match identity::me(&app, &caller).await {
        Err(Error::Unauthenticated) => Ok(Json(None)),
        account => Ok(Json(Some(account?.into()))),
    }
}

/// Change one's own password. The caller's other sessions end.
#[utoipa::path(tag = "auth", request_body = PasswordChangeBody,
    responses((status = 204, description = "The password is changed")))]
#[post("/auth/password/change")]
async fn change_password(
    caller: Caller,
    app: Data<App>,
    body: Body<PasswordChangeBody>,
) -> Result<HttpResponse, Failure> {
    let body = body.read()?;
    identity::change_password(&app, &caller, &body.current_password, &body.new_password).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Prove again who one is, for acts that need it; good for five minutes.
#[utoipa::path(tag = "auth", request_body = StepUpBody,
    responses((status = 200, description = "The proof is good", body = StepUpView)))]
#[post("/auth/step-up")]
async fn step_up(
    caller: Caller,
    app: Data<App>,
    body: Body<StepUpBody>,
) -> Result<Json<StepUpView>, Failure> {
    Ok(Json(identity::step_up(&app, &caller, &body.read()?.password).await?.into()))
}

/// Keep an account out: all its sessions end.
#[utoipa::path(tag = "users", request_body = ReasonBody,
    responses((status = 200, description = "The account is suspended", body = AccountView)))]
#[post("/users/{id}/suspend")]
async fn suspend_user(
    caller: Caller,
    app: Data<App>,
    id: PathId<User>,
    body: Body<ReasonBody>,
) -> Result<Json<AccountView>, Failure> {
    Ok(Json(identity::suspend_user(&app, &caller, id.0, &body.read()?.reason).await?.into()))
}

/// Let an account in again.
#[utoipa::path(tag = "users", request_body = ReasonBody,
    responses((status = 200, description = "The account is active", body = AccountView)))]
#[post("/users/{id}/reactivate")]
async fn reactivate_user(
    caller: Caller,
    app: Data<App>,
    id: PathId<User>,
    body: Body<ReasonBody>,
) -> Result<Json<AccountView>, Failure> {
    Ok(Json(identity::reactivate_user(&app, &caller, id.0, &body.read()?.reason).await?.into()))
}

/// The public keys of access tokens as a JWK set (RFC 7517).
#[utoipa::path(tag = "auth", responses(
    (status = 200, description = "The keys", body = serde_json::Value,
     example = json!({"keys": [{"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": "2026-1"}]}))
))]
#[get("/.well-known/access-jwks.json")]
async fn access_jwks(app: Data<App>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .content_type("application/json")
        .body(app.parts.tokens.jwks())
}

/// The routes below `/api/v1`.
pub(crate) fn routes(cfg: &mut Registry) {
    cfg.service(login)
        .service(refresh)
        .service(logout)
        .service(me)
        .service(session)
        .service(change_password)
        .service(step_up)
        .service(suspend_user)
        .service(reactivate_user);
}

/// The routes at the root.
pub(crate) fn root(cfg: &mut Registry) {
    cfg.service(access_jwks);
}
