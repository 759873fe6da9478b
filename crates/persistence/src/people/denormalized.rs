//! What accounts and staff records keep of their person, so that the lists of both are cut inside an index.

use medcert_application::store::StoreError;
use medcert_domain::{Entity as _, people::Person};
use sea_orm::{
    ConnectionTrait, EntityTrait, QuerySelect,
    sea_query::{Expr, ExprTrait, Query},
};
use uuid::Uuid;

use super::{person, staff};
use crate::{error::failed, identity::user};

const KIND: &str = Person::KIND;

/// The column of both tables with the name of the person.
pub(crate) const NAME: &str = "name";
/// The column of accounts that tells whether the person has a staff record.
pub(crate) const HAS_STAFF: &str = "has_staff";

/// Copies anew what there is of a person.
///
/// The person is locked, so that of two who change what is copied the second one finds what the first one wrote.
pub(crate) async fn refresh(db: &impl ConnectionTrait, person: Uuid) -> Result<(), StoreError> {
    let name: Option<String> = person::table::Entity::find_by_id(person)
        .select_only()
        .column(person::table::Column::Name)
        .lock_exclusive()
        .into_tuple()
        .one(db)
        .await
        .map_err(failed(KIND))?;
    let Some(name) = name else { return Ok(()) };
    let of = staff::table::Column::PersonId;
    let record = Query::select()
        .expr(Expr::val(1))
        .from(staff::table::Entity)
        .and_where(Expr::col((staff::table::Entity, of)).eq(person))
        .take();
    let accounts = Query::update()
        .table(user::table::Entity)
        .value(NAME, name.as_str())
        .value(HAS_STAFF, Expr::exists(record))
        .and_where(Expr::col(user::table::Column::PersonId).eq(person))
        .take();
    let records = Query::update()
        .table(staff::table::Entity)
        .value(NAME, name)
        .and_where(Expr::col(of).eq(person))
        .take();
    db.execute(&accounts).await.map_err(failed(KIND))?;
    db.execute(&records).await.map(drop).map_err(failed(KIND))
}
