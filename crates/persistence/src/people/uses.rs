//! What refers to a person.

use medcert_application::store::{PersonUses, StoreError};
use medcert_domain::{Entity as _, PersonId, people::Person};
use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, Expr, Func, Query, SelectStatement},
};
use uuid::Uuid;

use super::{guardian, promoter, staff};
use crate::{
    certification::{certificate, request},
    error::failed,
    identity::user,
    query::{rows_with, value_of},
};

const KIND: &str = Person::KIND;

/// Everything that refers to the person, with its name.
pub(super) fn all(person: Uuid) -> Vec<(&'static str, SelectStatement)> {
    use request::table::{Column as Request, Entity as Requests};
    vec![
        ("as_client", rows_with::<Requests>(Request::ClientId, person)),
        ("as_guardian", rows_with::<Requests>(Request::GuardianId, person)),
        (
            "certificates",
            rows_with::<certificate::table::Entity>(certificate::table::Column::HolderPersonId, person),
        ),
        ("promoters", rows_with::<promoter::table::Entity>(promoter::table::Column::PersonId, person)),
        ("staff", rows_with::<staff::table::Entity>(staff::table::Column::PersonId, person)),
        ("accounts", rows_with::<user::table::Entity>(user::table::Column::PersonId, person)),
        ("wards", rows_with::<guardian::table::Entity>(guardian::table::Column::GuardianId, person)),
    ]
}

/// How many of each there are, in one statement.
pub(super) async fn of(db: &impl ConnectionTrait, person: PersonId) -> Result<PersonUses, StoreError> {
    let mut select = Query::select();
    for (name, mut rows) in all(person.raw()) {
        rows.expr(Func::count(Expr::val(1)));
        select.expr_as(Expr::from(rows), Alias::new(name));
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
