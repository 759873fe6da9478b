//! Claimed Idempotency-Keys and their answers.

use chrono::{DateTime, Duration, Utc};
use medcert_application::store::{StoreError, StoredAnswer};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};
use sha2::{Digest, Sha256};

use crate::{
    column::{corrupt, hash, moment, stored},
    db_timestamp::DbTimestamp,
    error::failed,
};

const KIND: &str = "idempotency key";

#[expect(unreachable_pub, reason = "the derived entity is public, and its model must be no less")]
pub(crate) mod table {
    use sea_orm::entity::prelude::*;

    use crate::db_timestamp::DbTimestamp;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "idempotency_key")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub scope_hash: Vec<u8>,
        #[sea_orm(primary_key, auto_increment = false)]
        pub claim_key: String,
        pub fingerprint: Vec<u8>,
        pub object_id: Option<Uuid>,
        pub status: i32,
        pub body: String,
        pub created_at: DbTimestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use table::{ActiveModel, Column, Entity, Model};

fn scope_hash(scope: &str) -> Vec<u8> {
    Sha256::digest(scope.as_bytes()).to_vec()
}

fn this(scope: &str, key: &str) -> Condition {
    Condition::all().add(Column::ScopeHash.eq(scope_hash(scope))).add(Column::ClaimKey.eq(key))
}

fn row(claim: &StoredAnswer) -> Model {
    Model {
        scope_hash: scope_hash(&claim.scope),
        claim_key: claim.key.clone(),
        fingerprint: claim.fingerprint.to_vec(),
        object_id: claim.object,
        status: claim.status.into(),
        body: claim.body.clone(),
        created_at: stored(claim.created_at),
    }
}

/// Claims older than this are free again.
fn oldest(now: DateTime<Utc>) -> DbTimestamp {
    stored(now - Duration::hours(24))
}

/// Claims a key.
pub(crate) async fn claim(db: &impl ConnectionTrait, claim: &StoredAnswer) -> Result<(), StoreError> {
    Entity::delete_many()
        .filter(this(&claim.scope, &claim.key))
        .filter(Column::CreatedAt.lt(oldest(claim.created_at)))
        .exec(db)
        .await
        .map_err(failed(KIND))?;
    let row: ActiveModel = all_set(row(claim));
    Entity::insert(row).exec_without_returning(db).await.map(drop).map_err(failed(KIND))
}

/// Writes the answer to a claimed key.
pub(crate) async fn answer(db: &impl ConnectionTrait, claim: &StoredAnswer) -> Result<(), StoreError> {
    let done = Entity::update_many()
        .set(all_set(row(claim)))
        .filter(this(&claim.scope, &claim.key))
        .exec(db)
        .await
        .map_err(failed(KIND))?;
    if done.rows_affected == 1 { Ok(()) } else { Err(StoreError::Stale(KIND)) }
}

/// The answer to an earlier call.
pub(crate) async fn find(
    db: &impl ConnectionTrait,
    scope: &str,
    key: &str,
    now: DateTime<Utc>,
) -> Result<Option<StoredAnswer>, StoreError> {
    let found = Entity::find()
        .filter(this(scope, key))
        .filter(Column::CreatedAt.gte(oldest(now)))
        .one(db)
        .await
        .map_err(failed(KIND))?;
    let Some(row) = found else { return Ok(None) };
    Ok(Some(StoredAnswer {
        scope: scope.to_owned(),
        key: row.claim_key,
        fingerprint: hash(KIND, row.fingerprint)?,
        object: row.object_id,
        status: row.status.try_into().map_err(|_| corrupt(KIND, "status"))?,
        body: row.body,
        created_at: moment(row.created_at),
    }))
}

/// Removes claims and answers from before this moment; tells how many.
pub(crate) async fn forget(db: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<u64, StoreError> {
    let gone = Entity::delete_many().filter(Column::CreatedAt.lt(stored(before))).exec(db).await;
    Ok(gone.map_err(failed(KIND))?.rows_affected)
}

fn all_set(row: Model) -> ActiveModel {
    sea_orm::ActiveModelTrait::reset_all(row.into_active_model())
}
