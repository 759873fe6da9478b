//! The history of requests. Append-only: it goes only when its request is erased.

use medcert_application::store::{
    Cursor, HistoryEntry, HistoryRow, NamedUser, Page, PageRequest, StoreError,
};
use medcert_domain::{Id, certification::Certification};
use sea_orm::{
    ConnectionTrait, IdenStatic, QueryResult,
    sea_query::{Expr, ExprTrait, Order, Query, SelectStatement},
};
use uuid::Uuid;

use crate::{
    column::{corrupt, moment, stored},
    error::failed,
    keyset::ListQuery,
    mapped::{Table, add},
    named_user::select_name,
    query::{after_moment, page, row_of, select_all, value_of},
};

const KIND: &str = "history entry";

#[expect(unreachable_pub, reason = "the derived entity is public, and its model must be no less")]
pub(crate) mod table {
    use sea_orm::entity::prelude::*;

    use crate::db_timestamp::DbTimestamp;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "history_entry")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub request_id: Uuid,
        pub occurred_at: DbTimestamp,
        pub user_id: Uuid,
        pub action: String,
        pub field: Option<String>,
        pub old_value: Option<String>,
        pub new_value: Option<String>,
        pub comment: Option<String>,
        pub separation_waived: bool,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use table::{Column, Entity};

impl Table for Entity {
    const ID: Column = Column::Id;
}

fn row(entry: &HistoryEntry) -> table::Model {
    let line = &entry.line;
    table::Model {
        id: entry.id,
        request_id: entry.request.raw(),
        occurred_at: stored(entry.at),
        user_id: entry.by.raw(),
        action: line.action.code().to_owned(),
        field: line.field.map(ToOwned::to_owned),
        old_value: line.old.clone(),
        new_value: line.new.clone(),
        comment: line.comment.clone(),
        separation_waived: line.separation_waived,
    }
}

/// Appends lines.
pub(crate) async fn append(
    db: &impl ConnectionTrait,
    entries: impl IntoIterator<Item = &HistoryEntry>,
) -> Result<(), StoreError> {
    add::<Entity>(db, KIND, entries.into_iter().map(row).collect()).await
}

fn line(row: &QueryResult) -> Result<HistoryRow, StoreError> {
    let name: Option<String> = value_of(KIND, row, "user_name")?;
    let entry = row_of::<Entity>(KIND, row, "entry")?.ok_or_else(|| corrupt(KIND, "row is missing"))?;
    Ok(HistoryRow {
        id: entry.id,
        at: moment(entry.occurred_at),
        by: NamedUser { id: Id::new(entry.user_id), name: name.unwrap_or_default() },
        action: entry.action,
        field: entry.field,
        old_value: entry.old_value,
        new_value: entry.new_value,
        comment: entry.comment,
        separation_waived: entry.separation_waived,
    })
}

/// The history, newest first.
pub(crate) async fn list(
    db: &impl ConnectionTrait,
    id: Id<Certification>,
    asked: &PageRequest,
) -> Result<Page<HistoryRow>, StoreError> {
    let query = ListQuery::<Entity>::by("entry", Column::OccurredAt.as_str(), Order::Desc)
        .of(Column::RequestId.as_str(), id.raw());
    let count = if asked.with_total { Some(query.total(db, KIND).await?) } else { None };
    let mut select = query.around(query.page(db, KIND, asked, after_moment(asked)?).await?);
    select_all::<Entity>(&mut select, "entry");
    select_name(&mut select, ("entry", Column::UserId), "user_name");
    let rows = db.query_all(&select).await.map_err(failed(KIND))?;
    let lines: Vec<HistoryRow> = rows.iter().map(line).collect::<Result<_, _>>()?;
    Ok(page(lines, asked, count, |last| Cursor { key: last.at.timestamp_micros().to_string(), id: last.id }))
}

/// One line that names this account.
pub(super) fn naming(account: Uuid) -> SelectStatement {
    Query::select()
        .expr(Expr::val(1))
        .from(Entity)
        .and_where(Expr::col(Column::UserId).eq(account))
        .limit(1)
        .take()
}
