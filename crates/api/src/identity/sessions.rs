//! Signing in and out, going on, one's own logins.

use actix_web::{
    HttpResponse, delete, get,
    http::header,
    post,
    web::{Data, Json},
};
use medcert_application::{
    App,
    identity::{self, Login, LoginRequest},
    store::SessionRow,
};
use medcert_domain::identity::Session;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::account::AccountView;
use crate::{
    access::{Rule, public, signed_in},
    body::Body,
    caller::{Caller, Source},
    codes::Moment,
    page::{List, ListRequest, PageParams},
    path::PathId,
    problem::Failure,
    registry::Registry,
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

/// A login that has not ended.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Session, example = json!({
    "id": "01890a5d-ac96-774b-bcce-b302099a8059", "current": true, "created_at": "2026-03-01T12:00:00.000000Z",
    "expires_at": "2026-03-08T12:00:00.000000Z", "address": "203.0.113.7", "agent": "Mozilla/5.0"
}))]
struct SessionView {
    /// Identifier.
    id: Uuid,
    /// Whether it is the one that asks.
    current: bool,
    /// When it began.
    created_at: Moment,
    /// When it ends for good.
    expires_at: Moment,
    /// Network address it was begun from.
    #[schema(required = true)]
    address: Option<String>,
    /// Program it was begun with, as that calls itself.
    #[schema(required = true)]
    agent: Option<String>,
}

impl SessionView {
    fn of(row: SessionRow, caller: &Caller) -> Self {
        Self {
            id: row.session.id.raw(),
            current: row.session.id == caller.session,
            created_at: row.session.created_at.into(),
            expires_at: row.session.expires_at.into(),
            address: row.address,
            agent: row.agent,
        }
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

/// List one's own logins that have not ended, newest first.
#[utoipa::path(tag = "auth", params(PageParams),
    responses((status = 200, description = "The logins", body = List<SessionView>)))]
#[get("/auth/sessions")]
async fn list_sessions(call: ListRequest) -> Result<HttpResponse, Failure> {
    let found = identity::open_sessions(&call.app, &call.caller, &call.page).await?;
    call.answer_with(found, |row| SessionView::of(row, &call.caller))
}

/// End one of one's own logins.
#[utoipa::path(tag = "auth", responses((status = 204, description = "The login has ended")))]
#[delete("/auth/sessions/{id}")]
async fn end_session(caller: Caller, app: Data<App>, id: PathId<Session>) -> Result<HttpResponse, Failure> {
    identity::end_session(&app, &caller, id.0).await?;
    Ok(HttpResponse::NoContent().finish())
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

/// Who may call what.
pub(super) const ACCESS: &[Rule] = &[
    public("login").may_answer(&[401]),
    public("refresh").may_answer(&[401]),
    signed_in("logout").before_password_change(),
    signed_in("list_sessions"),
    signed_in("end_session"),
    public("access_jwks"),
];

/// The routes below `/api/v1`.
pub(super) fn routes(cfg: &mut Registry) {
    cfg.service(login).service(refresh).service(logout).service(list_sessions).service(end_session);
}

/// The routes at the root.
pub(super) fn root(cfg: &mut Registry) {
    cfg.service(access_jwks);
}
