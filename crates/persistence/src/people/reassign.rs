//! Erasing people, and giving what refers to one to another.

use chrono::{DateTime, Utc};
use medcert_application::store::StoreError;
use medcert_domain::{
    Entity as _, PersonId,
    people::{Person, Promoter, Staff},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, sea_query::Expr,
};
use uuid::Uuid;

use super::{denormalized, guardian, person, promoter, staff, uses::point};
use crate::{audited_entity, error::failed, mapped};

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

/// Gives what of people refers to one person to another.
pub(super) async fn move_person(
    db: &DatabaseTransaction,
    from: Uuid,
    into: Uuid,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    point::<promoter::table::Entity>(db, Promoter::KIND, promoter::table::Column::PersonId, (from, into), at)
        .await?;
    point::<staff::table::Entity>(db, Staff::KIND, staff::table::Column::PersonId, (from, into), at).await?;
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
