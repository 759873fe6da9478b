//! Erasing people, and giving all that refers to one to another.

use chrono::{DateTime, Utc};
use medcert_application::store::StoreError;
use medcert_domain::{
    Entity as _, PersonId,
    certification::Certification,
    people::{Person, Promoter},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use super::{denormalized, guardian, person, promoter, staff};
use crate::{
    audited_entity,
    certification::{certificate, request},
    column::stored,
    error::failed,
    identity::user,
    mapped,
};

const KIND: &str = Person::KIND;

/// The records merged into any of these people.
pub(super) async fn merged(
    db: &impl ConnectionTrait,
    into: &[PersonId],
) -> Result<Vec<person::table::Model>, StoreError> {
    use person::table::{Column, Entity};
    let into = into.iter().map(|id| id.raw());
    let found =
        Entity::find().filter(Column::MergedIntoId.is_in(into)).order_by_asc(Column::Id).all(db).await;
    found.map_err(failed(KIND))
}

/// Points a column of requests at somebody else; each counts a version.
async fn point(
    db: &impl ConnectionTrait,
    column: request::table::Column,
    from: Uuid,
    into: Uuid,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    use request::table::{Column, Entity};
    Entity::update_many()
        .col_expr(column, Expr::value(into))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::UpdatedAt, Expr::value(stored(at)))
        .filter(column.eq(from))
        .exec(db)
        .await
        .map(drop)
        .map_err(failed(Certification::KIND))
}

/// The same for the one row of another table that is this person.
macro_rules! point_at {
    ($db:expr, $room:ident :: $table:ident, $kind:expr, $from:expr, $into:expr, $at:expr) => {{
        use $room::$table::{Column, Entity};
        Entity::update_many()
            .col_expr(Column::PersonId, Expr::value($into))
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
            .col_expr(Column::UpdatedAt, Expr::value(stored($at)))
            .filter(Column::PersonId.eq($from))
            .exec($db)
            .await
            .map_err(failed($kind))?;
    }};
}

/// Removes a person to whom nothing refers, with all that is known of them.
pub(super) async fn erase(db: &DatabaseTransaction, gone: &Person) -> Result<(), StoreError> {
    use person::table::{Column, Entity};
    let records = merged(db, &[gone.id]).await?.into_iter().map(|record| record.id);
    for record in records.chain([gone.id.raw()]) {
        audited_entity::search_terms::replace(db, KIND, record, &[]).await?;
        audited_entity::changes::blank(db, KIND, record).await?;
    }
    guardian::remove(db, gone.id.raw(), None).await?;
    Entity::delete_many()
        .filter(Column::MergedIntoId.eq(gone.id.raw()))
        .exec(db)
        .await
        .map_err(failed(KIND))?;
    mapped::delete(db, gone).await
}

/// Gives everything that refers to one person to another.
pub(super) async fn move_uses(
    db: &DatabaseTransaction,
    from: Uuid,
    into: Uuid,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    point(db, request::table::Column::ClientId, from, into, at).await?;
    point(db, request::table::Column::GuardianId, from, into, at).await?;
    {
        use certificate::table::{Column, Entity};
        // What a certificate prints is its own and stays; so does its version.
        Entity::update_many()
            .col_expr(Column::HolderPersonId, Expr::value(into))
            .filter(Column::HolderPersonId.eq(from))
            .exec(db)
            .await
            .map_err(failed("certificate"))?;
    }
    point_at!(db, promoter::table, Promoter::KIND, from, into, at);
    point_at!(db, staff::table, "staff", from, into, at);
    point_at!(db, user::table, "user", from, into, at);
    denormalized::refresh(db, into).await?;
    // So that every merged record points at whoever is left, however often they were merged.
    person::table::Entity::update_many()
        .col_expr(person::table::Column::MergedIntoId, Expr::value(into))
        .filter(person::table::Column::MergedIntoId.eq(from))
        .exec(db)
        .await
        .map(drop)
        .map_err(failed(KIND))
}
