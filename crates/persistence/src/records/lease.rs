//! Leases: who does periodic work at the moment.

use chrono::{DateTime, Utc};
use medcert_application::store::StoreError;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, sea_query::Expr,
};
use uuid::Uuid;

use crate::{column::stored, error::failed};

const KIND: &str = "lease";

#[expect(unreachable_pub, reason = "the derived entity is public, and its model must be no less")]
pub(crate) mod table {
    use sea_orm::entity::prelude::*;

    use crate::db_timestamp::DbTimestamp;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "lease")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub name: String,
        pub holder: Uuid,
        pub held_until: DbTimestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use table::{ActiveModel, Column, Entity};

/// Takes or keeps the lease; whether the holder has it. Of several that try at once, one statement finds it free.
pub(crate) async fn take(
    db: &impl ConnectionTrait,
    name: &str,
    holder: Uuid,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let free = Condition::any().add(Column::HeldUntil.lte(stored(now))).add(Column::Holder.eq(holder));
    let done = Entity::update_many()
        .col_expr(Column::Holder, Expr::val(holder))
        .col_expr(Column::HeldUntil, Expr::val(stored(until)))
        .filter(Column::Name.eq(name))
        .filter(free)
        .exec(db)
        .await
        .map_err(failed(KIND))?;
    Ok(done.rows_affected == 1)
}

/// Makes the lease, held by whoever is first; whether that was this one.
pub(crate) async fn first(
    db: &impl ConnectionTrait,
    name: &str,
    holder: Uuid,
    until: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let known = Entity::find_by_id(name.to_owned()).one(db).await.map_err(failed(KIND))?;
    if known.is_some() {
        return Ok(false);
    }
    let row = ActiveModel { name: Set(name.to_owned()), holder: Set(holder), held_until: Set(stored(until)) };
    match Entity::insert(row).exec_without_returning(db).await.map_err(failed(KIND)) {
        Ok(_) => Ok(true),
        Err(StoreError::Duplicate(_)) => Ok(false),
        Err(error) => Err(error),
    }
}
