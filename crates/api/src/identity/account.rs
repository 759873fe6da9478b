//! One's own account.

use actix_web::{
    HttpRequest, HttpResponse, get, patch, post,
    web::{Data, Json},
};
use chrono::{DateTime, Utc};
use medcert_application::{
    App, Error,
    identity::{self, Account, ProfileEdit},
};
use medcert_domain::{Invalid, institution::Institution, text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    access::{Rule, optional, public, signed_in},
    audited_entity::WriteRequest,
    body::Body,
    caller::{Caller, Source},
    codes::{LocaleCode, Moment, RoleCode},
    etag::versioned,
    field::Field,
    identity::codes::UserStatusCode,
    parse::{ParseBody, code, line, read},
    problem::Failure,
    registry::Registry,
};

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

/// Changes to one's own account: what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProfileChanges, example = json!({"phone": "+51 987 654 321", "locale": "es"}))]
struct ProfileBody {
    /// Given names; a doctor's are changed by the administration.
    #[serde(default)]
    #[schema(required = false, value_type = String, min_length = 1, max_length = 150)]
    given_names: Field<String>,
    /// Family names; a doctor's are changed by the administration.
    #[serde(default)]
    #[schema(required = false, value_type = String, min_length = 1, max_length = 150)]
    family_names: Field<String>,
    /// Mobile phone; null clears it.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 20)]
    phone: Field<String>,
    /// Language of the web app and of mails.
    #[serde(default)]
    #[schema(required = false, value_type = LocaleCode)]
    locale: Field<String>,
    /// New e-mail address, which counts once it is confirmed.
    #[serde(default)]
    #[schema(required = false, value_type = String, max_length = 254)]
    email: Field<String>,
    /// The current password; for a new address, unless the identity was proved within five minutes.
    #[schema(format = Password)]
    current_password: Option<String>,
}

impl ParseBody<ProfileEdit> for ProfileBody {
    fn values(&self, _: &Institution) -> Result<ProfileEdit, Invalid> {
        read(|r| {
            Some(ProfileEdit {
                given_names: r.text("given_names", &self.given_names, line(150)),
                family_names: r.text("family_names", &self.family_names, line(150)),
                phone: r.clearable("phone", &self.phone, text::phone),
                locale: r.text("locale", &self.locale, code),
                email: r.text("email", &self.email, text::email),
                current_password: self.current_password.clone(),
            })
        })
    }
}

/// The token of a mail.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EmailConfirmation, example = json!({"token": "h2vM0a4VvVh0xgk5xTqD1m7H8o3F6n1dQzq3jYtQk0E"}))]
struct ConfirmBody {
    /// What the link in the mail ends with.
    token: String,
}

/// An account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Account, example = json!({
    "id": "01890a5d-ac96-774b-bcce-b302099a8057", "email": "operator@demo.medcert.test",
    "display_name": "Olena Operator", "roles": ["OPERATOR"], "permissions": ["certification:register"],
    "staff_id": "01890a5d-ac96-774b-bcce-b302099a8058", "locale": "en", "status": "ACTIVE",
    "password_change_required": false
}))]
pub(super) struct AccountView {
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
    /// Whether the password was made by somebody else: then nothing but changing it is allowed.
    password_change_required: bool,
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
            password_change_required: account.user.must_change_password,
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

/// Show one's own account.
#[utoipa::path(tag = "auth", responses((status = 200, description = "The caller's account", body = AccountView,
        headers(("ETag" = String, description = "Its version")))))]
#[get("/auth/me")]
async fn me(caller: Caller, app: Data<App>, req: HttpRequest) -> Result<HttpResponse, Failure> {
    shown(&req, identity::me(&app, &caller).await?)
}

/// Change name, telephone, language and e-mail address of one's own account. A new address is written to, and counts
/// once it is confirmed from there; it needs the current password, or a fresh proof of identity. The name of a doctor
/// is changed by the administration.
#[utoipa::path(tag = "auth", request_body = ProfileBody,
    responses((status = 200, description = "The account as it is now", body = AccountView,
        headers(("ETag" = String, description = "Its version")))))]
#[patch("/auth/me")]
async fn edit_me(call: WriteRequest<ProfileBody>) -> Result<HttpResponse, Failure> {
    let if_match = call.preconditions.if_match();
    shown(&call.req, identity::edit_me(&call.app, &call.caller, if_match, &call.sent()).await?)
}

/// Confirm a new e-mail address with the token of the mail that was sent there. Every login of the account ends: the
/// next one is with the new address.
#[utoipa::path(tag = "auth", request_body = ConfirmBody,
    responses((status = 204, description = "The address is the account's")))]
#[post("/auth/email/confirm")]
async fn confirm_email(
    source: Source,
    app: Data<App>,
    body: Body<ConfirmBody>,
) -> Result<HttpResponse, Failure> {
    identity::confirm_email(&app, &source.0, &body.read()?.token).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn shown(req: &HttpRequest, account: Account) -> Result<HttpResponse, Failure> {
    versioned(req, account.user.version, &AccountView::from(account))
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

/// Who may call what.
pub(super) const ACCESS: &[Rule] = &[
    signed_in("me").before_password_change(),
    signed_in("edit_me").needs_if_match(),
    public("confirm_email").may_answer(&[409]),
    optional("session").before_password_change(),
    signed_in("change_password").before_password_change(),
    signed_in("step_up"),
];

/// The routes below `/api/v1`.
pub(super) fn routes(cfg: &mut Registry) {
    cfg.service(me)
        .service(edit_me)
        .service(session)
        .service(change_password)
        .service(step_up)
        .service(confirm_email);
}
