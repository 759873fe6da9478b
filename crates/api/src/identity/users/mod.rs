//! Accounts as the administration looks after them.

mod bodies;
mod views;

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder, delete, get, http::header, patch, post, put, web::Data,
};
use chrono::{DateTime, Utc};
use medcert_application::{
    App, Conditions, Error,
    idempotent::Idempotent,
    identity::users::{self, Issued, VisibleUser},
    store::UserFilter,
};
use medcert_domain::{
    Checks, Invalid,
    identity::{MANAGE_USERS, READ_USERS, SUSPEND_USERS, User},
};
use serde::Deserialize;

use bodies::{EditUserBody, GrantsBody, NewUserBody, ReasonBody, RolesBody, SuspensionBody};
use views::{IssuedView, UserView};

use crate::{
    access::{Rule, permitted},
    audited_entity::{ChangeView, ReadRequest, WriteRequest, again, gone, text},
    caller::Caller,
    codes::RoleCode,
    etag::{etag, versioned},
    identity::codes::UserStatusCode,
    page::{List, ListRequest, PageParams},
    parse::{Reader, code, moment, search_terms},
    path::PathId,
    preconditions::Preconditions,
    problem::Failure,
    registry::Registry,
};

/// Where accounts are.
const PLACE: &str = "/api/v1/users";

/// Which accounts. Several values of one filter, separated by commas, mean any of them.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct UsersQuery {
    /// Words, each of which must begin some word of name, document or e-mail address.
    #[param(max_length = 100)]
    q: Option<String>,
    /// Having any of these roles.
    #[param(value_type = Vec<RoleCode>, style = Form, explode = false)]
    role: Vec<String>,
    /// Having any of these statuses.
    #[param(value_type = Vec<UserStatusCode>, style = Form, explode = false)]
    status: Vec<String>,
    /// Whether the person has a staff record.
    has_staff: Option<bool>,
    /// Having signed in, but not since this moment (RFC 3339).
    #[param(format = DateTime)]
    last_login_before: Option<String>,
    /// Whether nobody ever signed in with it.
    never_logged_in: Option<bool>,
}

impl UsersQuery {
    fn filter(&self) -> Result<UserFilter, Invalid> {
        let mut checks = Checks::default();
        let mut r = Reader::new(&mut checks);
        let search_terms = r.optional("q", self.q.as_deref(), search_terms).unwrap_or_default();
        let roles = r.each("role", &self.role, code);
        let statuses = r.each("status", &self.status, code);
        let last_login_before: Option<DateTime<Utc>> =
            r.optional("last_login_before", self.last_login_before.as_deref(), moment);
        checks.finish()?;
        Ok(UserFilter {
            search_terms,
            roles,
            statuses,
            has_staff: self.has_staff,
            last_login_before,
            never_logged_in: self.never_logged_in,
        })
    }
}

fn shown(req: &HttpRequest, seen: &VisibleUser) -> Result<HttpResponse, Failure> {
    versioned(req, seen.row.user.version, &UserView::from(seen))
}

/// What is kept of an answer for repeated calls: never the password.
fn kept(seen: &VisibleUser) -> String {
    text(&IssuedView::without_password(seen))
}

/// The one answer that shows the password. It is tagged by what is kept of it, so that the tag says nothing of that.
fn issued(answer: &mut HttpResponseBuilder, made: Issued) -> HttpResponse {
    let tag = etag(made.seen.row.user.version, kept(&made.seen).as_bytes());
    let view = IssuedView { user: UserView::from(&made.seen), generated_password: made.password };
    answer.insert_header((header::ETAG, tag)).json(view)
}

/// The conditions of a call whose payload may hold a password: what is stored of it tells nothing without our key.
fn sealed(
    app: &App,
    caller: &Caller,
    preconditions: &Preconditions,
    payload: [u8; 32],
) -> Result<Conditions, Error> {
    preconditions.bound(caller, || app.parts.derivation.tag("fingerprint", &payload))
}

/// List the accounts, by name.
#[utoipa::path(tag = "users", params(UsersQuery, PageParams),
    responses((status = 200, description = "The accounts", body = List<UserView>)))]
#[get("/users")]
async fn list_users(call: ListRequest<UsersQuery>) -> Result<HttpResponse, Failure> {
    let found = users::list(&call.app, &call.caller, &call.query.filter()?, &call.page).await?;
    call.answer::<_, UserView>(found)
}

/// Show an account.
#[utoipa::path(tag = "users", responses((status = 200, description = "The account", body = UserView,
        headers(("ETag" = String, description = "Its version")))))]
#[get("/users/{id}")]
async fn get_user(call: ReadRequest, id: PathId<User>) -> Result<HttpResponse, Failure> {
    shown(&call.req, &users::read(&call.app, &call.caller, id.0).await?)
}

/// List what happened to an account, newest first.
#[utoipa::path(tag = "users", params(PageParams),
    responses((status = 200, description = "Its history", body = List<ChangeView>)))]
#[get("/users/{id}/history")]
async fn list_user_history(call: ListRequest, id: PathId<User>) -> Result<HttpResponse, Failure> {
    let found = users::history(&call.app, &call.caller, id.0, &call.page).await?;
    call.answer::<_, ChangeView>(found)
}

/// Make an account, with its person and staff record. A person known by the document is found again. Without a password
/// one is made and shown in the answer, this once; it must be changed at the first login.
#[utoipa::path(tag = "users", request_body = NewUserBody,
    responses((status = 201, description = "The account", body = IssuedView,
        headers(("Location" = String, description = "Where it is"), ("ETag" = String, description = "Its version")))))]
#[post("/users")]
async fn create_user(call: WriteRequest<NewUserBody>) -> Result<HttpResponse, Failure> {
    let conditions = sealed(&call.app, &call.caller, &call.preconditions, call.fingerprint())?;
    match users::create(&call.app, &call.caller, &call.sent(), &conditions, &kept).await? {
        Idempotent::Done(made) => {
            let place = format!("{PLACE}/{}", made.seen.row.user.id);
            Ok(issued(HttpResponse::Created().insert_header((header::LOCATION, place)), made))
        }
        Idempotent::Replayed(kept) => again(kept, Some(PLACE)),
    }
}

/// Change language, person and staff record of an account. Names, document and telephone of people with a login are
/// changed here only.
#[utoipa::path(tag = "users", request_body = EditUserBody,
    responses((status = 200, description = "The account as it is now", body = UserView,
        headers(("ETag" = String, description = "Its version")))))]
#[patch("/users/{id}")]
async fn edit_user(call: WriteRequest<EditUserBody>, id: PathId<User>) -> Result<HttpResponse, Failure> {
    let if_match = call.if_match();
    shown(&call.req, &users::edit(&call.app, &call.caller, id.0, if_match, &call.sent()).await?)
}

/// Remove an account that never acted, with its sessions, and with its person when nothing else needs it.
#[utoipa::path(tag = "users", responses((status = 204, description = "The account is gone")))]
#[delete("/users/{id}")]
async fn delete_user(call: ReadRequest, id: PathId<User>) -> Result<HttpResponse, Failure> {
    users::erase(&call.app, &call.caller, id.0, call.if_match()).await?;
    Ok(gone())
}

/// Replace the roles of an account. Open requests of a role that is taken away are handed over, stay where they are if
/// that is confirmed, and otherwise stand in the way.
#[utoipa::path(tag = "users", request_body = RolesBody,
    responses((status = 200, description = "The account as it is now", body = UserView,
        headers(("ETag" = String, description = "Its version")))))]
#[put("/users/{id}/roles")]
async fn set_user_roles(call: WriteRequest<RolesBody>, id: PathId<User>) -> Result<HttpResponse, Failure> {
    let if_match = call.if_match();
    shown(&call.req, &users::set_roles(&call.app, &call.caller, id.0, if_match, &call.sent()).await?)
}

/// Replace the grants of an account.
#[utoipa::path(tag = "users", request_body = GrantsBody,
    responses((status = 200, description = "The account as it is now", body = UserView,
        headers(("ETag" = String, description = "Its version")))))]
#[put("/users/{id}/grants")]
async fn set_user_grants(call: WriteRequest<GrantsBody>, id: PathId<User>) -> Result<HttpResponse, Failure> {
    let if_match = call.if_match();
    shown(&call.req, &users::set_grants(&call.app, &call.caller, id.0, if_match, &call.sent()).await?)
}

/// Give an account a new password, shown in the answer this once. All its sessions end, and whoever signs in with it
/// can do nothing before changing it.
#[utoipa::path(tag = "users", responses((status = 200, description = "The account, with its new password",
        body = IssuedView, headers(("ETag" = String, description = "Its version")))))]
#[post("/users/{id}/reset-password")]
async fn reset_user_password(
    caller: Caller,
    app: Data<App>,
    id: PathId<User>,
    preconditions: Preconditions,
) -> Result<HttpResponse, Failure> {
    let conditions = preconditions.bound(&caller, || [0; 32])?;
    match users::reset_password(&app, &caller, id.0, &conditions, &kept).await? {
        Idempotent::Done(made) => Ok(issued(&mut HttpResponse::Ok(), made)),
        Idempotent::Replayed(kept) => again(kept, None),
    }
}

/// Keep an account out: all its sessions end. Its open requests are handed over, stay where they are if that is
/// confirmed, and otherwise stand in the way.
#[utoipa::path(tag = "users", request_body = SuspensionBody,
    responses((status = 200, description = "The account is suspended", body = UserView,
        headers(("ETag" = String, description = "Its version")))))]
#[post("/users/{id}/suspend")]
async fn suspend_user(call: WriteRequest<SuspensionBody>, id: PathId<User>) -> Result<HttpResponse, Failure> {
    let if_match = call.if_match();
    shown(&call.req, &users::suspend(&call.app, &call.caller, id.0, if_match, &call.sent()).await?)
}

/// Let an account in again.
#[utoipa::path(tag = "users", request_body = ReasonBody,
    responses((status = 200, description = "The account is active", body = UserView,
        headers(("ETag" = String, description = "Its version")))))]
#[post("/users/{id}/reactivate")]
async fn reactivate_user(call: WriteRequest<ReasonBody>, id: PathId<User>) -> Result<HttpResponse, Failure> {
    let if_match = call.if_match();
    shown(&call.req, &users::reactivate(&call.app, &call.caller, id.0, if_match, &call.sent()).await?)
}

/// Who may call what.
pub(super) const ACCESS: &[Rule] = &[
    permitted("list_users", READ_USERS),
    permitted("get_user", READ_USERS),
    permitted("list_user_history", READ_USERS),
    permitted("create_user", MANAGE_USERS).accepts_key(),
    permitted("edit_user", MANAGE_USERS).needs_if_match(),
    permitted("delete_user", MANAGE_USERS).needs_if_match(),
    permitted("set_user_roles", MANAGE_USERS).needs_if_match(),
    permitted("set_user_grants", MANAGE_USERS).needs_if_match(),
    permitted("reset_user_password", MANAGE_USERS).accepts_if_match().accepts_key(),
    permitted("suspend_user", SUSPEND_USERS).accepts_if_match(),
    permitted("reactivate_user", SUSPEND_USERS).accepts_if_match(),
];

/// The routes below `/api/v1`.
pub(super) fn routes(cfg: &mut Registry) {
    cfg.service(list_users)
        .service(get_user)
        .service(list_user_history)
        .service(create_user)
        .service(edit_user)
        .service(delete_user)
        .service(set_user_roles)
        .service(set_user_grants)
        .service(reset_user_password)
        .service(suspend_user)
        .service(reactivate_user);
}
