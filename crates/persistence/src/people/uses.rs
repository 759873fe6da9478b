//! What refers to a person.

use chrono::{DateTime, Utc};
use medcert_application::store::{PersonUses, StoreError};
use medcert_domain::{Entity as _, PersonId, people::Person};
use sea_orm::{
    ConnectionTrait, EntityTrait, IdenStatic as _,
    sea_query::{Alias, Expr, ExprTrait, Func, Query, SelectStatement, UpdateStatement},
};
use uuid::Uuid;

use super::{guardian, person, promoter, staff};
use crate::{
    column::stored,
    error::failed,
    mapped::Table,
    query::{join_on, rows_with, value_of},
    rooms,
};

const KIND: &str = Person::KIND;

/// Rows that refer to a person; the room that owns their table declares them.
pub(crate) struct PersonReference {
    /// What they are called in [`PersonUses`].
    pub(crate) name: &'static str,
    /// Those that refer to this person.
    pub(crate) rows: fn(Uuid) -> SelectStatement,
    /// Where there is at most one for each person: joins it to the person joined as `person`, as [`join_to_person`]
    /// does.
    pub(crate) joined: Option<fn(&mut SelectStatement)>,
    /// Whether it makes the person somebody of the house, whose data is the administration's.
    pub(crate) inside: bool,
}

/// Writes anew what is kept of a person who is called so.
pub(crate) type PersonCopy = fn(Uuid, &str) -> UpdateStatement;

/// What of people themselves refers to people.
pub(super) const PERSON_REFERENCES: &[PersonReference] = &[
    PersonReference {
        name: "promoters",
        rows: |person| rows_with::<promoter::table::Entity>(promoter::table::Column::PersonId, person),
        joined: Some(|select| {
            join_to_person::<promoter::table::Entity>(select, "promoter", promoter::table::Column::PersonId);
        }),
        inside: false,
    },
    PersonReference {
        name: "staff",
        rows: |person| rows_with::<staff::table::Entity>(staff::table::Column::PersonId, person),
        joined: Some(|select| {
            join_to_person::<staff::table::Entity>(select, "staff", staff::table::Column::PersonId);
        }),
        inside: true,
    },
    PersonReference {
        name: "wards",
        rows: |person| rows_with::<guardian::table::Entity>(guardian::table::Column::GuardianId, person),
        joined: None,
        inside: false,
    },
];

/// Joins the one row that refers to the person joined as `person`, and selects its identifier as `<alias>_id`.
pub(crate) fn join_to_person<T: Table + Default>(
    select: &mut SelectStatement,
    alias: &'static str,
    column: T::Column,
) {
    join_on::<T>(select, alias, column, ("person", person::table::Column::Id));
    select.expr_as(Expr::col((alias, T::ID)), Alias::new(format!("{alias}_id")));
}

/// Points the rows that refer to `from` in this column at `into`; each counts a version.
pub(crate) async fn point<T: EntityTrait + Default>(
    db: &impl ConnectionTrait,
    kind: &'static str,
    column: T::Column,
    (from, into): (Uuid, Uuid),
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let update = Query::update()
        .table(T::default())
        .value(column.as_str(), into)
        .value("version", Expr::col("version").add(1))
        .value("updated_at", stored(at))
        .and_where(Expr::col(column).eq(from))
        .take();
    db.execute(&update).await.map(drop).map_err(failed(kind))
}

/// How many of each there are, in one statement.
pub(super) async fn of(db: &impl ConnectionTrait, person: PersonId) -> Result<PersonUses, StoreError> {
    let mut select = Query::select();
    for reference in rooms::person_references() {
        let mut rows = (reference.rows)(person.raw());
        rows.expr(Func::count(Expr::val(1)));
        select.expr_as(Expr::from(rows), Alias::new(reference.name));
    }
    let row = db.query_one(&select).await.map_err(failed(KIND))?;
    let Some(row) = row else { return Ok(PersonUses::default()) };
    let count = |name| value_of::<i64>(KIND, &row, name).map(|count| u64::try_from(count).unwrap_or(0));
    Ok(PersonUses {
        as_client: count("as_client")?,
        as_guardian: count("as_guardian")?,
        certificates: count("certificates")?,
        promoters: count("promoters")?,
        staff: count("staff")?,
        accounts: count("accounts")?,
        wards: count("wards")?,
    })
}
