//! The list of accounts, and each of them with its person.

use medcert_application::store::{Cursor, Page, PageRequest, StoreError, UserFilter, UserRow};
use medcert_domain::{Entity as _, Id, UserId, identity::User, policy::Role};
use sea_orm::{
    ConnectionTrait, IdenStatic, QueryResult,
    sea_query::{Alias, Condition, Expr, ExprTrait, Order, Query, SelectStatement},
};

use super::{email_change, user};
use crate::{
    column::{corrupt, moment, stored},
    db_timestamp::DbTimestamp,
    error::failed,
    keyset::ListQuery,
    people::{denormalized, person, staff},
    query::{after_name, join, join_on, page, row_of, select_all, value_of},
};

/// Joins the rest of each account to the accounts of a select, and selects all of it.
fn with_columns(select: &mut SelectStatement) {
    let person = ("account", user::table::Column::PersonId);
    join::<person::table::Entity>(select, "person", person);
    join_on::<staff::table::Entity>(select, "staff", staff::table::Column::PersonId, person);
    let account = ("account", user::table::Column::Id);
    join_on::<email_change::table::Entity>(select, "pending", email_change::table::Column::UserId, account);
    select_all::<user::table::Entity>(select, "account");
    select_all::<person::table::Entity>(select, "person");
    select.expr_as(Expr::col(("staff", staff::table::Column::Id)), Alias::new("staff_id"));
    select.expr_as(Expr::col(("pending", email_change::table::Column::Email)), Alias::new("pending_email"));
    select
        .expr_as(Expr::col(("pending", email_change::table::Column::ExpiresAt)), Alias::new("pending_until"));
}

fn row(row: &QueryResult) -> Result<UserRow, StoreError> {
    let missing = || corrupt(User::KIND, "a part is missing");
    let user = row_of::<user::table::Entity>(User::KIND, row, "account")?.ok_or_else(missing)?;
    let person = row_of::<person::table::Entity>(User::KIND, row, "person")?.ok_or_else(missing)?;
    let staff: Option<uuid::Uuid> = value_of(User::KIND, row, "staff_id")?;
    let email: Option<String> = value_of(User::KIND, row, "pending_email")?;
    let until: Option<DbTimestamp> = value_of(User::KIND, row, "pending_until")?;
    Ok(UserRow {
        user: user.try_into()?,
        person: person.try_into()?,
        staff: staff.map(Id::new),
        pending_email: email.zip(until.map(moment)),
    })
}

fn has_role(role: Role) -> &'static str {
    use user::table::Column;
    let column = match role {
        Role::Admin => Column::IsAdmin,
        Role::Operator => Column::IsOperator,
        Role::Manager => Column::IsManager,
        Role::Doctor => Column::IsDoctor,
        Role::Auditor => Column::IsAuditor,
    };
    column.as_str()
}

/// The accounts that are asked for, by the copy of the person's name that each has.
async fn asked_for(
    db: &impl ConnectionTrait,
    filter: &UserFilter,
) -> Result<ListQuery<user::table::Entity>, StoreError> {
    let last = user::table::Column::LastLoginAt;
    let login = || Expr::col(("account", last));
    let mut query = ListQuery::by("account", denormalized::NAME, Order::Asc)
        .any_true(filter.roles.iter().map(|role| has_role(*role)))
        .having(user::HAS_STAFF, filter.has_staff)
        .having(user::table::Column::Status.as_str(), filter.statuses.iter().map(|status| status.code()))
        .found_by(db, User::KIND, &filter.search_terms)
        .await?;
    if let Some(before) = filter.last_login_before {
        query = query.within(last.as_str(), Condition::all().add(login().lt(stored(before))));
    }
    query = match filter.never_logged_in {
        None => query,
        Some(true) => query.at(last.as_str(), Condition::all().add(login().is_null())),
        Some(false) => query.within(last.as_str(), Condition::all().add(login().is_not_null())),
    };
    Ok(query)
}

/// The accounts by the name of their person.
pub(crate) async fn list(
    db: &impl ConnectionTrait,
    filter: &UserFilter,
    asked: &PageRequest,
) -> Result<Page<UserRow>, StoreError> {
    let query = asked_for(db, filter).await?;
    let count = if asked.with_total { Some(query.total(db, User::KIND).await?) } else { None };
    let mut select = query.around(query.page(db, User::KIND, asked, after_name(asked)).await?);
    with_columns(&mut select);
    let rows = db.query_all(&select).await.map_err(failed(User::KIND))?;
    let rows: Vec<UserRow> = rows.iter().map(row).collect::<Result<_, _>>()?;
    Ok(page(rows, asked, count, |last| Cursor { key: last.person.name(), id: last.user.id.raw() }))
}

/// One account.
pub(crate) async fn one(db: &impl ConnectionTrait, id: UserId) -> Result<Option<UserRow>, StoreError> {
    let mut select = Query::select().from_as(user::table::Entity, "account").take();
    with_columns(&mut select);
    select.and_where(Expr::col(("account", user::table::Column::Id)).eq(id.raw()));
    let found = db.query_one(&select).await.map_err(failed(User::KIND))?;
    found.as_ref().map(row).transpose()
}
