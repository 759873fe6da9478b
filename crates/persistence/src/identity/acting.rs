//! Whether an account ever did anything that must go on naming it.

use medcert_application::store::StoreError;
use medcert_domain::{
    Entity as _, UserId,
    identity::{Session, User},
};
use sea_orm::{
    ConnectionTrait,
    sea_query::{Condition, Expr, ExprTrait, Query, SelectStatement},
};

use super::user;
use crate::{audited_entity::changes, error::failed, records::audit, rooms::ROOMS};

/// How the names of events end that tell of reading. A verb that is not here counts as changing something.
const READING: [&str; 8] = ["read", "list", "search", "history", "pdf", "download", "export", "report"];

async fn any(db: &impl ConnectionTrait, select: SelectStatement) -> Result<bool, StoreError> {
    Ok(db.query_one(&select).await.map_err(failed(User::KIND))?.is_some())
}

/// Whether it is the account itself or its person.
fn own(object: Expr, id: UserId) -> Condition {
    let person = Query::select()
        .column(user::table::Column::PersonId)
        .from(user::table::Entity)
        .and_where(Expr::col((user::table::Entity, user::table::Column::Id)).eq(id.raw()))
        .take();
    let mine = Condition::any().add(object.clone().eq(id.raw())).add(object.clone().in_subquery(person));
    Condition::all().add(object.is_not_null()).add(mine)
}

/// Whether the account is the actor of any event that changed something, but for what concerns itself alone.
pub(crate) async fn acted(db: &impl ConnectionTrait, id: UserId) -> Result<bool, StoreError> {
    use audit::table::{Column, Entity};
    let mut select = Query::select().expr(Expr::val(1)).from(Entity).limit(1).take();
    select
        .and_where(Expr::col(Column::ActorId).eq(id.raw()))
        .and_where(Expr::col(Column::Outcome).eq("ok"))
        // Signing in and out.
        .and_where(Expr::col(Column::ObjectKind).ne(Session::KIND))
        .cond_where(own(Expr::col(Column::ObjectId), id).not());
    for verb in READING {
        select.and_where(Expr::col(Column::Action).not_like(format!("%.{verb}")));
    }
    any(db, select).await
}

/// Whether the account is named in the history of anything, such as a request, or of an entry that is not itself.
pub(crate) async fn named(db: &impl ConnectionTrait, id: UserId) -> Result<bool, StoreError> {
    use changes::table as change;
    for history in ROOMS.iter().flat_map(|room| room.histories) {
        if any(db, history(id.raw())).await? {
            return Ok(true);
        }
    }
    let entries = Query::select()
        .expr(Expr::val(1))
        .from(change::Entity)
        .and_where(Expr::col(change::Column::UserId).eq(id.raw()))
        .cond_where(own(Expr::col(change::Column::ObjectId), id).not())
        .limit(1)
        .take();
    any(db, entries).await
}
