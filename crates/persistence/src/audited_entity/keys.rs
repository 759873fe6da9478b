//! By what the lists of directories are ordered, as text: words keep it, so that the entries of a word are read from
//! the index in the order of their list.

use std::collections::BTreeMap;

use medcert_application::store::{SPECIALTY, StoreError};
use medcert_domain::{
    Entity as _,
    catalog::Service,
    certification::Certificate,
    identity::User,
    people::{Person, Promoter, Staff},
};
use sea_orm::{
    ConnectionTrait, QueryResult, Value,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};
use uuid::Uuid;

use crate::{
    catalog::service,
    certification::certificate,
    column::corrupt,
    db_timestamp::DbTimestamp,
    error::failed,
    identity::user,
    mapped::Table,
    people::{person, promoter, staff},
    query::{join, value_of},
};

const KIND: &str = "search term";
/// Entries whose keys are looked up by one statement.
const AT_ONCE: usize = 1000;

/// A moment as the text that sorts as it does.
fn moment_key(at: DbTimestamp) -> String {
    at.0.format("%Y-%m-%d %H:%M:%S%.6f").to_string()
}

/// A value of the column that orders a list, as words keep it.
pub(super) fn text(value: Value) -> Result<String, StoreError> {
    match value {
        Value::String(Some(name)) => Ok(name),
        Value::ChronoDateTime(Some(at)) => Ok(moment_key(DbTimestamp(at))),
        _ => Err(corrupt("cursor", "key orders no list")),
    }
}

fn rows<T: Table + Default>() -> SelectStatement {
    let mut select = Query::select().from_as(T::default(), "entry").take();
    select.expr_as(Expr::col(("entry", T::ID)), "entry_id");
    select
}

/// The entries of the kind with what orders their list; `None` for words that belong to no list of their own.
fn keyed(kind: &str) -> Option<SelectStatement> {
    let of_person = |mut select: SelectStatement, person| {
        join::<person::table::Entity>(&mut select, "person", ("entry", person));
        select.expr_as(Expr::col(("person", person::table::Column::Name)), "sort_key").take()
    };
    let named = |mut select: SelectStatement, column| select.expr_as(column, "sort_key").take();
    Some(match kind {
        Person::KIND => {
            named(rows::<person::table::Entity>(), Expr::col(("entry", person::table::Column::Name)))
        }
        Promoter::KIND => {
            named(rows::<promoter::table::Entity>(), Expr::col(("entry", promoter::table::Column::Name)))
        }
        Service::KIND => {
            named(rows::<service::table::Entity>(), Expr::col(("entry", service::table::Column::Name)))
        }
        Certificate::KIND => {
            let issued = Expr::col(("entry", certificate::table::Column::IssuedAt));
            named(rows::<certificate::table::Entity>(), issued)
        }
        Staff::KIND | SPECIALTY => of_person(rows::<staff::table::Entity>(), "person_id"),
        User::KIND => of_person(rows::<user::table::Entity>(), "person_id"),
        _ => return None,
    })
}

fn key(kind: &str, row: &QueryResult) -> Result<String, StoreError> {
    if kind == Certificate::KIND {
        return value_of(KIND, row, "sort_key").map(moment_key);
    }
    value_of(KIND, row, "sort_key")
}

/// What orders these entries in the list of their kind. They have been written before.
pub(super) async fn of(
    db: &impl ConnectionTrait,
    kind: &'static str,
    entries: &[Uuid],
) -> Result<BTreeMap<Uuid, String>, StoreError> {
    let Some(select) = keyed(kind) else {
        return Ok(entries.iter().map(|entry| (*entry, String::new())).collect());
    };
    let mut found = BTreeMap::new();
    for part in entries.chunks(AT_ONCE) {
        let mut select = select.clone();
        select.and_where(Expr::col(("entry", "id")).is_in(part.iter().copied()));
        for row in db.query_all(&select).await.map_err(failed(KIND))? {
            found.insert(value_of(KIND, &row, "entry_id")?, key(kind, &row)?);
        }
    }
    Ok(found)
}
