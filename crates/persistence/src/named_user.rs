//! Accounts by name, wherever it is told who did something.

use sea_orm::sea_query::{Alias, Expr, IntoColumnRef, SelectStatement};

use crate::{identity::user, people::person, query::join};

/// Selects the name of the account in this column, whose person is joined for it.
pub(crate) fn select_name(select: &mut SelectStatement, account: impl IntoColumnRef, name: &'static str) {
    join::<user::table::Entity>(select, "account", account);
    join::<person::table::Entity>(select, "person", ("account", user::table::Column::PersonId));
    select.expr_as(Expr::col(("person", person::table::Column::Name)), Alias::new(name));
}
