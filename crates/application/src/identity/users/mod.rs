//! Accounts as the administration looks after them.

mod account_status;
mod create;
mod edit;
mod erase;
mod input;
mod of_people;
mod offboarding;
mod password;
mod person;
mod staff;

pub use account_status::{reactivate, set_grants, set_roles, suspend};
pub use create::create;
pub use edit::edit;
pub use erase::erase;
pub use input::{
    HandOver, Issued, NewGrants, NewRoles, NewUser, StaffInput, Suspension, UserEdit, WhoseAccount,
};
pub(crate) use of_people::AccountsOfPeople;
pub use password::{reset_password, reset_password_of};
pub(in crate::identity) use person::By;
pub(in crate::identity) use staff::record as staff_record;

use medcert_domain::{
    Entity as _, UserId,
    identity::{MANAGE_USERS, READ_USERS, User, UserAction},
    people::Person,
    policy::{Actor, Permission},
};

use super::permissions_of;
use crate::{
    App, Error,
    audit::{self, About},
    audited_entity, people,
    store::{ChangeRow, Page, PageRequest, StoreError, UnitOfWork, UserFilter, UserRow},
};

/// An account as an administrator or auditor sees it.
#[derive(Debug, Clone)]
pub struct VisibleUser {
    /// The account with its person.
    pub row: UserRow,
    /// Everything the account may do, by role or grant.
    pub permissions: Vec<Permission>,
    /// What the actor can do to it; `None` in lists.
    pub actions: Option<Vec<UserAction>>,
}

impl VisibleUser {
    fn listed(app: &App, mut row: UserRow) -> Self {
        let now = app.now();
        let permissions = permissions_of(&row.user, now);
        row.pending_email = row.pending_email.filter(|(_, until)| *until > now);
        Self { row, permissions, actions: None }
    }
}

/// What changes of an account are about.
fn about(user: &User) -> About {
    About::object(User::KIND, user.id.raw()).of(user.person)
}

/// Makes an account found: by names, documents and address.
pub(crate) async fn index(uow: &mut dyn UnitOfWork, user: &User, person: &Person) -> Result<(), StoreError> {
    let merged = people::merged_into(uow, &[person]).await?;
    let own = [user.email.as_str(), &person.given_names, &person.family_names];
    let search_terms = audited_entity::search_terms(own.into_iter().chain(people::numbers(person, &merged)));
    uow.index_entry(User::KIND, user.id.raw(), &search_terms).await
}

/// Accounts, by name.
pub async fn list(
    app: &App,
    actor: &Actor,
    filter: &UserFilter,
    page: &PageRequest,
) -> Result<Page<VisibleUser>, Error> {
    app.require(actor, READ_USERS).await?;
    let found = app.store().users(filter, page).await?;
    let action = if filter.search_terms.is_empty() { "identity.list" } else { "identity.search" };
    app.trail.note(audit::event(app, actor, action, About::list(User::KIND), "ok")).await;
    let items = found.items.into_iter().map(|row| VisibleUser::listed(app, row)).collect();
    Ok(Page { items, next: found.next, total: found.total })
}

/// One account.
pub async fn read(app: &App, actor: &Actor, id: UserId) -> Result<VisibleUser, Error> {
    app.require(actor, READ_USERS).await?;
    let seen = seen(app, actor, id).await?;
    app.trail.note(audit::event(app, actor, "identity.read", about(&seen.row.user), "ok")).await;
    Ok(seen)
}

/// What happened to an account, newest first.
pub async fn history(
    app: &App,
    actor: &Actor,
    id: UserId,
    page: &PageRequest,
) -> Result<Page<ChangeRow>, Error> {
    app.require(actor, READ_USERS).await?;
    app.store().user(id).await?.ok_or(Error::NotFound("user"))?;
    audited_entity::history(app, actor, User::KIND, id.raw(), page).await
}

/// The account as it is now, with what the actor can do to it.
async fn seen(app: &App, actor: &Actor, id: UserId) -> Result<VisibleUser, Error> {
    let row = app.store().user(id).await?.ok_or(Error::NotFound("user"))?;
    let mut seen = VisibleUser::listed(app, row);
    if !MANAGE_USERS.held_by(actor) {
        return Ok(VisibleUser { actions: Some(vec![]), ..seen });
    }
    let user = &seen.row.user;
    let last = user.is_active_admin() && app.store().active_admins().await? <= 1;
    let acted = app.store().has_acted(id).await?;
    seen.actions = Some(user.actions(id == actor.user, last, acted));
    Ok(seen)
}
