//! Folding changes into totals, and removing what nobody reads.

use medcert_application::store::StoreError;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{
    delta::{self, table as deltas},
    generation,
    total::{self, Totals, table as totals},
};
use crate::error::failed;

/// Folds up to `limit` changes; tells how many.
pub(crate) async fn fold(db: &impl ConnectionTrait, limit: u64) -> Result<u64, StoreError> {
    let current = generation::current(db).await?.id;
    let found = deltas::Entity::find()
        .filter(deltas::Column::Generation.eq(current))
        .limit(limit)
        .all(db)
        .await
        .map_err(failed(delta::KIND))?;
    if found.is_empty() {
        return Ok(0);
    }
    let count = found.len() as u64;
    let ids: Vec<Uuid> = found.iter().map(|row| row.id).collect();
    // Taken away first: of two who fold the same changes, one finds them gone and keeps nothing.
    if remove_deltas(db, ids).await? != count {
        return Err(StoreError::Conflict);
    }
    let mut sums = Totals::default();
    for row in found {
        let amount = row.amount;
        sums.add(&row.try_into()?, amount);
    }
    sums.fold(db, current).await?;
    Ok(count)
}

async fn remove_deltas(db: &impl ConnectionTrait, ids: Vec<Uuid>) -> Result<u64, StoreError> {
    let gone = deltas::Entity::delete_many().filter(deltas::Column::Id.is_in(ids)).exec(db).await;
    Ok(gone.map_err(failed(delta::KIND))?.rows_affected)
}

/// Removes up to `limit` rows of generations that nobody needs; tells how many.
pub(crate) async fn sweep(db: &impl ConnectionTrait, limit: u64) -> Result<u64, StoreError> {
    let retired = generation::retired(db).await?;
    let ids: Vec<Uuid> = deltas::Entity::find()
        .select_only()
        .column(deltas::Column::Id)
        .filter(deltas::Column::Generation.is_in(retired.clone()))
        .limit(limit)
        .into_tuple()
        .all(db)
        .await
        .map_err(failed(delta::KIND))?;
    if !ids.is_empty() {
        return remove_deltas(db, ids).await;
    }
    for generation in retired {
        let ids: Vec<Uuid> = totals::Entity::find()
            .select_only()
            .column(totals::Column::Id)
            .filter(totals::Column::Generation.eq(generation))
            .limit(limit)
            .into_tuple()
            .all(db)
            .await
            .map_err(failed(total::KIND))?;
        if !ids.is_empty() {
            let gone = totals::Entity::delete_many()
                .filter(totals::Column::Generation.eq(generation))
                .filter(totals::Column::Id.is_in(ids))
                .exec(db)
                .await;
            return Ok(gone.map_err(failed(total::KIND))?.rows_affected);
        }
    }
    Ok(0)
}
