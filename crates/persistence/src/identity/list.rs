//! The list of accounts, and each of them with its person.

use medcert_application::store::{Cursor, Page, PageRequest, StoreError, UserFilter, UserRow};
use medcert_domain::{
    Entity as _, Id,
    identity::{Role, User},
};
use sea_orm::{
    ConnectionTrait, QueryResult,
    sea_query::{Alias, Condition, Expr, ExprTrait, Order, Query, SelectStatement},
};

use super::{email_change, user};
use crate::{
    codec::{corrupt, moment, stored},
    directory::words,
    error::failed,
    people::{person, staff},
    query::{Keyset, join, join_on, page, row_of, select_all, total, value_of},
    stamp::Stamp,
};

fn select() -> SelectStatement {
    let mut select = Query::select().from_as(user::table::Entity, "account").take();
    let person = ("account", user::table::Column::PersonId);
    join::<person::table::Entity>(&mut select, "person", person);
    join_on::<staff::table::Entity>(&mut select, "staff", staff::table::Column::PersonId, person);
    select
}

fn with_columns(select: &mut SelectStatement) {
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
    let until: Option<Stamp> = value_of(User::KIND, row, "pending_until")?;
    Ok(UserRow {
        user: user.try_into()?,
        person: person.try_into()?,
        staff: staff.map(Id::new),
        pending_email: email.zip(until.map(moment)),
    })
}

fn has_role(role: Role) -> Expr {
    use user::table::Column;
    let column = match role {
        Role::Admin => Column::IsAdmin,
        Role::Operator => Column::IsOperator,
        Role::Manager => Column::IsManager,
        Role::Doctor => Column::IsDoctor,
        Role::Auditor => Column::IsAuditor,
    };
    Expr::col(("account", column)).eq(true)
}

fn condition(filter: &UserFilter) -> Condition {
    use user::table::Column;
    let column = |column: Column| Expr::col(("account", column));
    let mut all = Condition::all();
    for word in &filter.words {
        all = all.add(column(Column::Id).in_subquery(words::entries_with(User::KIND, word)));
    }
    if !filter.roles.is_empty() {
        all = all.add(filter.roles.iter().fold(Condition::any(), |any, role| any.add(has_role(*role))));
    }
    if !filter.statuses.is_empty() {
        all = all.add(column(Column::Status).is_in(filter.statuses.iter().map(|status| status.code())));
    }
    if let Some(wanted) = filter.has_staff {
        let staff = Expr::col(("staff", staff::table::Column::Id));
        all = all.add(if wanted { staff.is_not_null() } else { staff.is_null() });
    }
    if let Some(before) = filter.last_login_before {
        all = all.add(column(Column::LastLoginAt).lt(stored(before)));
    }
    if let Some(wanted) = filter.never_logged_in {
        let last = column(Column::LastLoginAt);
        all = all.add(if wanted { last.is_null() } else { last.is_not_null() });
    }
    all
}

/// The accounts by the name of their person.
pub(crate) async fn list(
    db: &impl ConnectionTrait,
    filter: &UserFilter,
    asked: &PageRequest,
) -> Result<Page<UserRow>, StoreError> {
    let mut select = select();
    select.cond_where(condition(filter));
    let count = if asked.with_total { Some(total(db, User::KIND, select.clone()).await?) } else { None };
    with_columns(&mut select);
    let after = asked.after.as_ref().map(|cursor| (cursor.key.clone().into(), cursor.id));
    Keyset::new(("person", person::table::Column::Name), ("account", user::table::Column::Id), Order::Asc)
        .apply(&mut select, after, asked.limit);
    let rows = db.query_all(&select).await.map_err(failed(User::KIND))?;
    let rows: Vec<UserRow> = rows.iter().map(row).collect::<Result<_, _>>()?;
    Ok(page(rows, asked, count, |last| Cursor { key: last.person.name(), id: last.user.id.raw() }))
}

/// One account.
pub(crate) async fn one(db: &impl ConnectionTrait, id: Id<User>) -> Result<Option<UserRow>, StoreError> {
    let mut select = select();
    with_columns(&mut select);
    select.and_where(Expr::col(("account", user::table::Column::Id)).eq(id.raw()));
    let found = db.query_one(&select).await.map_err(failed(User::KIND))?;
    found.as_ref().map(row).transpose()
}
