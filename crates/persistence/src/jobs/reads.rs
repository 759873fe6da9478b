//! Views of jobs.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use medcert_application::store::{
    Cursor, JobFilter, JobLine, JobReads, JobRow, NamedUser, Page, PageRequest, StoreError,
};
use medcert_domain::{
    Entity as _, Id, UserId,
    jobs::{Job, JobKind, LineOutcome},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, IdenStatic, PaginatorTrait, QueryFilter,
    QueryOrder, QueryResult, QuerySelect, Value,
    sea_query::{Condition, Expr, ExprTrait, Order, Query, SelectStatement},
};
use uuid::Uuid;

use super::{job, line};
use crate::{
    column::{corrupt, stored},
    error::failed,
    keyset::ListQuery,
    mapped::Row,
    named_user::select_name,
    query::{after_moment, page, row_of, select_all, value_of, walked},
    store::SeaStore,
};

/// Adds the columns of a job joined as `job`, and who asked for it.
fn with_asker(select: &mut SelectStatement) {
    select_all::<job::table::Entity>(select, "job");
    select_name(select, ("job", job::table::Column::CreatedBy), "asker_name");
}

fn job_row(row: &QueryResult) -> Result<JobRow, StoreError> {
    let name: Option<String> = value_of(Job::KIND, row, "asker_name")?;
    let found = row_of::<job::table::Entity>(Job::KIND, row, "job")?;
    let job: Job = found.ok_or_else(|| corrupt(Job::KIND, "row is missing"))?.try_into()?;
    let created_by = NamedUser { id: job.created_by, name: name.unwrap_or_default() };
    Ok(JobRow { job, created_by })
}

impl SeaStore {
    /// Identifiers of jobs by the moment in a column, up to `now`, of which the condition holds, too.
    async fn jobs_until(
        &self,
        column: job::table::Column,
        now: DateTime<Utc>,
        limit: u64,
        condition: Condition,
    ) -> Result<Vec<Id<Job>>, StoreError> {
        use job::table::{Column, Entity};
        let found: Result<Vec<Uuid>, _> = Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(column.lte(stored(now)))
            .filter(condition)
            .order_by_asc(column)
            .order_by_asc(Column::Id)
            .limit(limit)
            .into_tuple()
            .all(self.reader())
            .await;
        Ok(found.map_err(failed(Job::KIND))?.into_iter().map(Id::new).collect())
    }
}

/// The place behind which a list of lines goes on.
fn after_number(asked: &PageRequest) -> Result<Option<(Value, Uuid)>, StoreError> {
    let Some(cursor) = &asked.after else { return Ok(None) };
    let number: i64 = cursor.key.parse().map_err(|_| corrupt("cursor", "key is no number"))?;
    Ok(Some((number.into(), cursor.id)))
}

#[async_trait]
impl JobReads for SeaStore {
    async fn jobs(&self, filter: &JobFilter, asked: &PageRequest) -> Result<Page<JobRow>, StoreError> {
        use job::table::{Column, Entity};
        let db = self.reader();
        let query = ListQuery::<Entity>::by("job", Column::CreatedAt.as_str(), Order::Desc)
            .having(Column::CreatedBy.as_str(), filter.created_by.map(Id::raw))
            .having(Column::Status.as_str(), filter.statuses.iter().map(|status| status.code()))
            .having(Column::Kind.as_str(), filter.kinds.iter().map(JobKind::code));
        let count = if asked.with_total { Some(query.total(db, Job::KIND).await?) } else { None };
        let mut select = query.around(query.page(db, Job::KIND, asked, after_moment(asked)?).await?);
        with_asker(&mut select);
        let rows = db.query_all(&select).await.map_err(failed(Job::KIND))?;
        let found: Vec<JobRow> = rows.iter().map(job_row).collect::<Result<_, _>>()?;
        Ok(page(found, asked, count, |last| Cursor {
            key: last.job.created_at.timestamp_micros().to_string(),
            id: last.job.id.raw(),
        }))
    }

    async fn job(&self, id: Id<Job>) -> Result<Option<JobRow>, StoreError> {
        let mut select = Query::select().from_as(job::table::Entity, "job").take();
        with_asker(&mut select);
        select.and_where(Expr::col(("job", job::table::Column::Id)).eq(id.raw()));
        let row = self.reader().query_one(&select).await.map_err(failed(Job::KIND))?;
        row.map(|row| job_row(&row)).transpose()
    }

    async fn job_lines(
        &self,
        id: Id<Job>,
        outcome: Option<LineOutcome>,
        asked: &PageRequest,
    ) -> Result<Page<JobLine>, StoreError> {
        use line::table::{Column, Entity};
        let db = self.reader();
        let query = ListQuery::<Entity>::by("line", Column::Number.as_str(), Order::Asc)
            .of(Column::JobId.as_str(), id.raw())
            .having(Column::Outcome.as_str(), outcome.map(LineOutcome::code));
        let count = if asked.with_total { Some(query.total(db, line::KIND).await?) } else { None };
        let select = query.page(db, line::KIND, asked, after_number(asked)?).await?;
        let rows = db.query_all(&select).await.map_err(failed(line::KIND))?;
        let read = |row| Row::<Entity>::from_query_result(row, "").map_err(failed(line::KIND))?.try_into();
        let found: Vec<JobLine> = rows.iter().map(read).collect::<Result<_, _>>()?;
        Ok(page(found, asked, count, |last| Cursor { key: last.number.to_string(), id: last.id }))
    }

    async fn next_line(&self, id: Id<Job>) -> Result<Option<JobLine>, StoreError> {
        use line::table::{Column, Entity};
        let found = Entity::find()
            .filter(Column::JobId.eq(id.raw()))
            .filter(Column::Outcome.eq(LineOutcome::Pending.code()))
            .order_by_asc(Column::Number)
            .limit(1)
            .one(self.reader())
            .await;
        found.map_err(failed(line::KIND))?.map(TryInto::try_into).transpose()
    }

    async fn due_jobs(
        &self,
        kinds: &[JobKind],
        now: DateTime<Utc>,
        limit: u64,
    ) -> Result<Vec<Id<Job>>, StoreError> {
        let known = Condition::all().add(job::table::Column::Kind.is_in(kinds.iter().map(JobKind::code)));
        let known = walked(self.reader().get_database_backend(), known);
        self.jobs_until(job::table::Column::DueAt, now, limit, known).await
    }

    async fn erasable_jobs(&self, now: DateTime<Utc>, limit: u64) -> Result<Vec<Id<Job>>, StoreError> {
        self.jobs_until(job::table::Column::EraseAt, now, limit, Condition::all()).await
    }

    async fn open_jobs_of(&self, user: UserId) -> Result<u64, StoreError> {
        use job::table::{Column, Entity};
        let open =
            Entity::find().filter(Column::DueAt.is_not_null()).filter(Column::CreatedBy.eq(user.raw()));
        open.count(self.reader()).await.map_err(failed(Job::KIND))
    }
}
