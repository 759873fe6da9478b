//! Somebody's logins that have not ended, with where each was begun.

use chrono::{DateTime, Utc};
use medcert_application::store::{Cursor, Page, PageRequest, SessionRow, StoreError};
use medcert_domain::{Entity as _, UserId, identity::Session};
use sea_orm::{
    ConnectionTrait, JoinType, QueryResult,
    sea_query::{Alias, Condition, Expr, ExprTrait, Order, Query},
};

use super::session;
use crate::{
    column::{corrupt, stored},
    error::failed,
    query::{Keyset, after_moment, page, row_of, select_all, total, value_of},
    records::audit,
};

fn row(row: &QueryResult) -> Result<SessionRow, StoreError> {
    let session = row_of::<session::table::Entity>(Session::KIND, row, "session")?
        .ok_or_else(|| corrupt(Session::KIND, "session is missing"))?;
    Ok(SessionRow {
        session: session.try_into()?,
        address: value_of(Session::KIND, row, "address")?,
        agent: value_of(Session::KIND, row, "agent")?,
    })
}

/// The logins, newest first. Where one was begun is what the audit trail says of it.
pub(crate) async fn list(
    db: &impl ConnectionTrait,
    user: UserId,
    now: DateTime<Utc>,
    asked: &PageRequest,
) -> Result<Page<SessionRow>, StoreError> {
    use audit::table as event;
    use session::table::{Column, Entity};
    let mut select = Query::select().from_as(Entity, "session").take();
    select
        .and_where(Expr::col(("session", Column::UserId)).eq(user.raw()))
        .and_where(Expr::col(("session", Column::EndedAt)).is_null())
        .and_where(Expr::col(("session", Column::ExpiresAt)).gt(stored(now)));
    let count = if asked.with_total { Some(total(db, Session::KIND, select.clone()).await?) } else { None };
    let login = Condition::all()
        .add(Expr::col(("login", event::Column::ObjectId)).equals(("session", Column::Id)))
        .add(Expr::col(("login", event::Column::Action)).eq("identity.login"));
    select.join_as(JoinType::LeftJoin, event::Entity, "login", login);
    select_all::<Entity>(&mut select, "session");
    select.expr_as(Expr::col(("login", event::Column::Address)), Alias::new("address"));
    select.expr_as(Expr::col(("login", event::Column::Agent)), Alias::new("agent"));
    Keyset::new(("session", Column::CreatedAt), ("session", Column::Id), Order::Desc).apply(
        &mut select,
        after_moment(asked)?,
        asked.limit,
    );
    let rows = db.query_all(&select).await.map_err(failed(Session::KIND))?;
    let rows: Vec<SessionRow> = rows.iter().map(row).collect::<Result<_, _>>()?;
    Ok(page(rows, asked, count, |last| Cursor {
        key: last.session.created_at.timestamp_micros().to_string(),
        id: last.session.id.raw(),
    }))
}
