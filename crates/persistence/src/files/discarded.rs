//! Objects that are to be removed: noted with the change that took their rows away.

use chrono::{DateTime, Utc};
use medcert_application::{objects::ObjectKey, store::StoreError};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::{column::stored, error::failed};

const KIND: &str = "discarded object";

#[expect(unreachable_pub, reason = "the derived entity is public, and its model must be no less")]
pub(crate) mod table {
    use sea_orm::entity::prelude::*;

    use crate::db_timestamp::DbTimestamp;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "discarded_object")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub object_key: String,
        pub discarded_at: DbTimestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use table::{ActiveModel, Column, Entity};

/// Notes objects.
pub(crate) async fn append(
    db: &impl ConnectionTrait,
    keys: &[ObjectKey],
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    if keys.is_empty() {
        return Ok(());
    }
    let rows = keys
        .iter()
        .map(|key| ActiveModel { object_key: Set(key.as_str().to_owned()), discarded_at: Set(stored(at)) });
    Entity::insert_many(rows).exec_without_returning(db).await.map(drop).map_err(failed(KIND))
}

/// Keys that have waited longest.
pub(crate) async fn list(db: &impl ConnectionTrait, limit: u64) -> Result<Vec<String>, StoreError> {
    Entity::find()
        .select_only()
        .column(Column::ObjectKey)
        .order_by_asc(Column::DiscardedAt)
        .order_by_asc(Column::ObjectKey)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await
        .map_err(failed(KIND))
}

/// Forgets objects that are gone.
pub(crate) async fn forget(db: &impl ConnectionTrait, keys: &[String]) -> Result<(), StoreError> {
    let gone = Entity::delete_many().filter(Column::ObjectKey.is_in(keys.iter().map(String::as_str)));
    gone.exec(db).await.map(drop).map_err(failed(KIND))
}
