//! The history of directories. Append-only, until an entry is erased with all that was known of it.

use medcert_application::store::{ChangeEntry, ChangeRow, Cursor, NamedUser, Page, PageRequest, StoreError};
use medcert_domain::Id;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IdenStatic, QueryFilter, QueryResult,
    sea_query::{Condition, Expr, ExprTrait, Order},
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

const KIND: &str = "change entry";

#[expect(unreachable_pub, reason = "the derived entity is public, and its model must be no less")]
pub(crate) mod table {
    use sea_orm::entity::prelude::*;

    use crate::db_timestamp::DbTimestamp;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "change_entry")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub object_kind: String,
        pub object_id: Uuid,
        pub occurred_at: DbTimestamp,
        pub user_id: Option<Uuid>,
        pub action: String,
        pub field: Option<String>,
        pub old_value: Option<String>,
        pub new_value: Option<String>,
        pub comment: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use table::{Column, Entity};

impl Table for Entity {
    const ID: Column = Column::Id;
}

fn row(entry: &ChangeEntry) -> table::Model {
    table::Model {
        id: entry.id,
        object_kind: entry.kind.to_owned(),
        object_id: entry.object,
        occurred_at: stored(entry.at),
        user_id: entry.by.map(Id::raw),
        action: entry.action.to_owned(),
        field: entry.field.map(ToOwned::to_owned),
        old_value: entry.old.clone(),
        new_value: entry.new.clone(),
        comment: entry.comment.clone(),
    }
}

/// Appends changes.
pub(crate) async fn append(db: &impl ConnectionTrait, entries: &[ChangeEntry]) -> Result<(), StoreError> {
    add::<Entity>(db, KIND, entries.iter().map(row).collect()).await
}

/// Erases the history of an entry that is erased.
pub(crate) async fn forget(
    db: &impl ConnectionTrait,
    kind: &'static str,
    object: Uuid,
) -> Result<(), StoreError> {
    let gone = Entity::delete_many().filter(Column::ObjectId.eq(object)).filter(Column::ObjectKind.eq(kind));
    gone.exec(db).await.map(drop).map_err(failed(KIND))
}

/// Takes values and comments out of the history of an entry whose data is to be forgotten: that something was changed,
/// by whom and when, stays.
pub(crate) async fn blank(
    db: &impl ConnectionTrait,
    kind: &'static str,
    object: Uuid,
) -> Result<(), StoreError> {
    let nothing = || Expr::value(Option::<String>::None);
    Entity::update_many()
        .col_expr(Column::OldValue, nothing())
        .col_expr(Column::NewValue, nothing())
        .col_expr(Column::Comment, nothing())
        .filter(Column::ObjectId.eq(object))
        .filter(Column::ObjectKind.eq(kind))
        .exec(db)
        .await
        .map(drop)
        .map_err(failed(KIND))
}

fn line(row: &QueryResult) -> Result<ChangeRow, StoreError> {
    let name: Option<String> = value_of(KIND, row, "user_name")?;
    let entry = row_of::<Entity>(KIND, row, "entry")?.ok_or_else(|| corrupt(KIND, "row is missing"))?;
    let by = entry.user_id.map(|id| NamedUser { id: Id::new(id), name: name.unwrap_or_default() });
    Ok(ChangeRow {
        id: entry.id,
        at: moment(entry.occurred_at),
        by,
        action: entry.action,
        field: entry.field,
        old_value: entry.old_value,
        new_value: entry.new_value,
        comment: entry.comment,
    })
}

/// The history of an entry, newest first.
pub(crate) async fn list(
    db: &impl ConnectionTrait,
    kind: &'static str,
    object: Uuid,
    asked: &PageRequest,
) -> Result<Page<ChangeRow>, StoreError> {
    let query = ListQuery::<Entity>::by("entry", Column::OccurredAt.as_str(), Order::Desc)
        .of(Column::ObjectId.as_str(), object)
        .holding(Condition::all().add(Expr::col(("entry", Column::ObjectKind)).eq(kind)));
    let count = if asked.with_total { Some(query.total(db, KIND).await?) } else { None };
    let mut select = query.around(query.page(db, KIND, asked, after_moment(asked)?).await?);
    select_all::<Entity>(&mut select, "entry");
    select_name(&mut select, ("entry", Column::UserId), "user_name");
    let rows = db.query_all(&select).await.map_err(failed(KIND))?;
    let lines: Vec<ChangeRow> = rows.iter().map(line).collect::<Result<_, _>>()?;
    Ok(page(lines, asked, count, |last| Cursor { key: last.at.timestamp_micros().to_string(), id: last.id }))
}
