//! Keeping figures in shape, as the port names it.

use async_trait::async_trait;
use chrono_tz::Tz;
use medcert_application::store::{Counted, ReportWrites, StoreError};
use medcert_domain::reports::Cell;
use uuid::Uuid;

use super::{fold, generation, recount};
use crate::unit_of_work::SeaUnitOfWork;

#[async_trait]
impl ReportWrites for SeaUnitOfWork {
    async fn begin_count(&mut self, zone: Tz) -> Result<i32, StoreError> {
        self.attempt(async |db| generation::begin(db, zone).await).await
    }

    async fn count_requests(
        &mut self,
        generation: i32,
        after: Option<Uuid>,
        limit: u64,
    ) -> Result<Counted, StoreError> {
        self.attempt(async |db| recount::batch(db, generation, after, limit).await).await
    }

    async fn add_counted(&mut self, generation: i32, cells: &[(Cell, i64)]) -> Result<(), StoreError> {
        self.attempt(async |db| recount::add(db, generation, cells).await).await
    }

    async fn finish_count(&mut self, generation: i32) -> Result<(), StoreError> {
        self.attempt(async |db| generation::finish(db, generation).await).await
    }

    async fn fold_changes(&mut self, limit: u64) -> Result<u64, StoreError> {
        self.attempt(async |db| fold::fold(db, limit).await).await
    }

    async fn sweep_counts(&mut self, limit: u64) -> Result<u64, StoreError> {
        self.attempt(async |db| fold::sweep(db, limit).await).await
    }
}
