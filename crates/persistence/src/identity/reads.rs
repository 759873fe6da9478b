//! Views of accounts and sessions.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use medcert_application::store::{
    AccountRow, IdentityReads, Page, PageRequest, SessionRow, SessionState, StoreError, UserFilter, UserRow,
};
use medcert_domain::{
    Entity as _, Id, SessionId, UserId,
    identity::{EmailChange, Session, User, UserStatus},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryResult,
    sea_query::{Alias, Expr, ExprTrait, Query, SelectStatement},
};
use uuid::Uuid;

use super::{acting, email_change, list, open_sessions, session, user};
use crate::{
    column::corrupt,
    error::failed,
    people::{person, staff},
    query::{join, join_on, row_of, select_all, total, value_of},
    store::SeaStore,
};

/// Adds the name and the staff record of the account joined as `account`.
fn with_person(select: &mut SelectStatement) {
    let person = ("account", user::table::Column::PersonId);
    join::<person::table::Entity>(select, "person", person);
    join_on::<staff::table::Entity>(select, "staff", staff::table::Column::PersonId, person);
    select_all::<user::table::Entity>(select, "account");
    select.expr_as(Expr::col(("person", person::table::Column::Name)), Alias::new("display_name"));
    select.expr_as(Expr::col(("staff", staff::table::Column::Id)), Alias::new("staff_id"));
}

fn account(row: &QueryResult) -> Result<AccountRow, StoreError> {
    let user = row_of::<user::table::Entity>(User::KIND, row, "account")?
        .ok_or_else(|| corrupt(User::KIND, "account is missing"))?;
    let staff: Option<Uuid> = value_of(User::KIND, row, "staff_id")?;
    Ok(AccountRow {
        user: user.try_into()?,
        display_name: value_of(User::KIND, row, "display_name")?,
        staff: staff.map(Id::new),
    })
}

impl SeaStore {
    async fn account_where(&self, condition: Expr) -> Result<Option<AccountRow>, StoreError> {
        let mut select = Query::select().from_as(user::table::Entity, "account").take();
        with_person(&mut select);
        select.and_where(condition);
        let row = self.reader().query_one(&select).await.map_err(failed(User::KIND))?;
        row.map(|row| account(&row)).transpose()
    }
}

#[async_trait]
impl IdentityReads for SeaStore {
    async fn session_state(&self, id: SessionId) -> Result<Option<SessionState>, StoreError> {
        let mut select = Query::select().from_as(session::table::Entity, "session").take();
        join::<user::table::Entity>(&mut select, "account", ("session", session::table::Column::UserId));
        with_person(&mut select);
        select_all::<session::table::Entity>(&mut select, "session");
        select.and_where(Expr::col(("session", session::table::Column::Id)).eq(id.raw()));
        let row = self.reader().query_one(&select).await.map_err(failed(Session::KIND))?;
        let Some(row) = row else { return Ok(None) };
        let session = row_of::<session::table::Entity>(Session::KIND, &row, "session")?
            .ok_or_else(|| corrupt(Session::KIND, "session is missing"))?;
        let AccountRow { user, display_name, staff } = account(&row)?;
        Ok(Some(SessionState { session: session.try_into()?, user, display_name, staff }))
    }

    async fn account_by_email(&self, email: &str) -> Result<Option<AccountRow>, StoreError> {
        self.account_where(Expr::col(("account", user::table::Column::Email)).eq(email)).await
    }

    async fn account(&self, id: UserId) -> Result<Option<AccountRow>, StoreError> {
        self.account_where(Expr::col(("account", user::table::Column::Id)).eq(id.raw())).await
    }

    async fn users(&self, filter: &UserFilter, page: &PageRequest) -> Result<Page<UserRow>, StoreError> {
        list::list(self.reader(), filter, page).await
    }

    async fn user(&self, id: UserId) -> Result<Option<UserRow>, StoreError> {
        list::one(self.reader(), id).await
    }

    async fn has_acted(&self, id: UserId) -> Result<bool, StoreError> {
        acting::acted(self.reader(), id).await
    }

    async fn in_history(&self, id: UserId) -> Result<bool, StoreError> {
        acting::named(self.reader(), id).await
    }

    async fn active_admins(&self) -> Result<u64, StoreError> {
        let mut select = Query::select().from(user::table::Entity).take();
        select
            .and_where(Expr::col(user::table::Column::IsAdmin).eq(true))
            .and_where(Expr::col(user::table::Column::Status).eq(UserStatus::Active.code()));
        total(self.reader(), User::KIND, select).await
    }

    async fn open_sessions(
        &self,
        user: UserId,
        now: DateTime<Utc>,
        page: &PageRequest,
    ) -> Result<Page<SessionRow>, StoreError> {
        open_sessions::list(self.reader(), user, now, page).await
    }

    async fn email_change(&self, token: Uuid) -> Result<Option<EmailChange>, StoreError> {
        let found = email_change::table::Entity::find()
            .filter(email_change::table::Column::TokenId.eq(token))
            .one(self.reader())
            .await;
        found.map_err(failed(EmailChange::KIND))?.map(TryInto::try_into).transpose()
    }

    async fn any_user(&self, status: UserStatus) -> Result<bool, StoreError> {
        let select = Query::select()
            .column(user::table::Column::Id)
            .from(user::table::Entity)
            .and_where(Expr::col(user::table::Column::Status).eq(status.code()))
            .limit(1)
            .take();
        Ok(self.reader().query_one(&select).await.map_err(failed(User::KIND))?.is_some())
    }
}
