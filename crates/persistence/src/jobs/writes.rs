//! What units of work need of jobs beyond plain repositories.

use async_trait::async_trait;
use medcert_application::store::{JobLine, JobWrites, StoreError};
use medcert_domain::{
    Id,
    jobs::{Job, LineOutcome},
};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, sea_query::Expr};

use super::line::{KIND, row, table};
use crate::{error::failed, mapped::add, unit_of_work::SeaUnitOfWork};

#[async_trait]
impl JobWrites for SeaUnitOfWork {
    async fn insert_lines(&mut self, lines: &[JobLine]) -> Result<(), StoreError> {
        self.attempt(async |db| add::<table::Entity>(db, KIND, lines.iter().map(row).collect()).await).await
    }

    async fn judge_line(&mut self, line: &JobLine) -> Result<(), StoreError> {
        use table::{Column, Entity};
        self.attempt(async |db| {
            let done = Entity::update_many()
                .set(row(line).into_active_model().reset_all())
                .filter(Column::Id.eq(line.id))
                .filter(Column::Outcome.eq(LineOutcome::Pending.code()))
                .exec(db)
                .await
                .map_err(failed(KIND))?;
            if done.rows_affected == 1 { Ok(()) } else { Err(StoreError::Stale(KIND)) }
        })
        .await
    }

    async fn erase_lines(&mut self, id: Id<Job>) -> Result<(), StoreError> {
        use table::{Column, Entity};
        self.attempt(async |db| {
            Entity::update_many()
                .col_expr(Column::Body, Expr::value(Option::<String>::None))
                .filter(Column::JobId.eq(id.raw()))
                .filter(Column::Body.is_not_null())
                .exec(db)
                .await
                .map(drop)
                .map_err(failed(KIND))
        })
        .await
    }
}
