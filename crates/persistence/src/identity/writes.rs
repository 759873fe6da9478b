//! What units of work need of identity beyond plain repositories.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use medcert_application::store::{IdentityWrites, RefreshToken, StoreError};
use medcert_domain::{
    Entity as _, Id, PersonId, SessionId, UserId,
    identity::{EmailChange, Session, User, UserStatus},
};
use sea_orm::{
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, Query},
};
use uuid::Uuid;

use super::{acting, email_change, refresh, session, user};
use crate::{
    audited_entity::{changes, search_terms},
    column::stored,
    error::failed,
    mapped::{self, add},
    people::{denormalized, uses::point},
    unit_of_work::SeaUnitOfWork,
};

#[async_trait]
impl IdentityWrites for SeaUnitOfWork {
    async fn user_by_email(&mut self, email: &str) -> Result<Option<User>, StoreError> {
        self.attempt(async |db| {
            let found = user::table::Entity::find().filter(user::table::Column::Email.eq(email)).one(db);
            found.await.map_err(failed(User::KIND))?.map(TryInto::try_into).transpose()
        })
        .await
    }

    async fn user_by_person(&mut self, person: PersonId) -> Result<Option<User>, StoreError> {
        self.attempt(async |db| {
            let found =
                user::table::Entity::find().filter(user::table::Column::PersonId.eq(person.raw())).one(db);
            found.await.map_err(failed(User::KIND))?.map(TryInto::try_into).transpose()
        })
        .await
    }

    async fn move_account(
        &mut self,
        from: PersonId,
        into: PersonId,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let ids = (from.raw(), into.raw());
        self.attempt(async |db| {
            point::<user::table::Entity>(db, User::KIND, user::table::Column::PersonId, ids, at).await?;
            denormalized::refresh(db, into.raw()).await
        })
        .await
    }

    async fn note_login(&mut self, account: &User, at: DateTime<Utc>) -> Result<bool, StoreError> {
        use user::table::{Column, Entity};
        self.attempt(async |db| {
            let done = Entity::update_many()
                .col_expr(Column::LastLoginAt, Expr::value(stored(at)))
                .filter(Column::Id.eq(account.id.raw()))
                .filter(Column::Status.eq(UserStatus::Active.code()))
                .filter(Column::PasswordHash.eq(account.password_hash.as_str()))
                .exec(db)
                .await
                .map_err(failed(User::KIND))?;
            Ok(done.rows_affected == 1)
        })
        .await
    }

    async fn user_acted(&mut self, id: UserId) -> Result<bool, StoreError> {
        self.attempt(async |db| acting::acted(db, id).await).await
    }

    async fn erase_user(&mut self, account: &User) -> Result<(), StoreError> {
        let id = account.id.raw();
        self.attempt(async |db| {
            let sessions = Query::select()
                .column(session::table::Column::Id)
                .from(session::table::Entity)
                .and_where(Expr::col(session::table::Column::UserId).eq(id))
                .take();
            refresh::table::Entity::delete_many()
                .filter(Expr::col(refresh::table::Column::SessionId).in_subquery(sessions))
                .exec(db)
                .await
                .map_err(failed(refresh::KIND))?;
            session::table::Entity::delete_many()
                .filter(session::table::Column::UserId.eq(id))
                .exec(db)
                .await
                .map_err(failed(Session::KIND))?;
            email_change::table::Entity::delete_many()
                .filter(email_change::table::Column::UserId.eq(id))
                .exec(db)
                .await
                .map_err(failed(EmailChange::KIND))?;
            changes::forget(db, User::KIND, id).await?;
            search_terms::replace(db, User::KIND, id, &[]).await?;
            mapped::delete(db, account).await
        })
        .await
    }

    async fn email_change_of(&mut self, of: UserId) -> Result<Option<EmailChange>, StoreError> {
        use email_change::table::{Column, Entity};
        self.attempt(async |db| {
            let found = Entity::find().filter(Column::UserId.eq(of.raw())).one(db).await;
            found.map_err(failed(EmailChange::KIND))?.map(TryInto::try_into).transpose()
        })
        .await
    }

    async fn email_change_by_token(&mut self, hash: &[u8; 32]) -> Result<Option<EmailChange>, StoreError> {
        use email_change::table::{Column, Entity};
        self.attempt(async |db| {
            let found = Entity::find().filter(Column::TokenHash.eq(hash.to_vec())).one(db).await;
            found.map_err(failed(EmailChange::KIND))?.map(TryInto::try_into).transpose()
        })
        .await
    }

    async fn insert_refresh(&mut self, token: &RefreshToken) -> Result<(), StoreError> {
        self.attempt(async |db| {
            add::<refresh::table::Entity>(db, refresh::KIND, vec![refresh::row(token)]).await
        })
        .await
    }

    async fn refresh_by_hash(&mut self, hash: &[u8; 32]) -> Result<Option<RefreshToken>, StoreError> {
        self.attempt(async |db| {
            let found = refresh::table::Entity::find()
                .filter(refresh::table::Column::Hash.eq(hash.to_vec()))
                .one(db)
                .await;
            found.map_err(failed(refresh::KIND))?.map(TryInto::try_into).transpose()
        })
        .await
    }

    async fn use_refresh(&mut self, token: &RefreshToken, at: DateTime<Utc>) -> Result<bool, StoreError> {
        use refresh::table::{Column, Entity};
        self.attempt(async |db| {
            let done = Entity::update_many()
                .col_expr(Column::UsedAt, Expr::value(stored(at)))
                .filter(Column::Id.eq(token.id))
                .filter(Column::UsedAt.is_null())
                .exec(db)
                .await
                .map_err(failed(refresh::KIND))?;
            Ok(done.rows_affected == 1)
        })
        .await
    }

    async fn end_sessions(
        &mut self,
        of: UserId,
        except: Option<SessionId>,
        at: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        use session::table::{Column, Entity};
        self.attempt(async |db| {
            let mut update = Entity::update_many()
                .col_expr(Column::EndedAt, Expr::value(stored(at)))
                .col_expr(Column::Version, Expr::col(Column::Version).add(1))
                .filter(Column::UserId.eq(of.raw()))
                .filter(Column::EndedAt.is_null());
            if let Some(kept) = except {
                update = update.filter(Column::Id.ne(kept.raw()));
            }
            let done = update.exec(db).await.map_err(failed(Session::KIND))?;
            Ok(done.rows_affected)
        })
        .await
    }

    async fn lock_active_admins(&mut self) -> Result<Vec<UserId>, StoreError> {
        use user::table::{Column, Entity};
        self.attempt(async |db| {
            // In the order of the ids, so that two callers never wait for each other.
            let ids: Vec<Uuid> = Entity::find()
                .select_only()
                .column(Column::Id)
                .filter(Column::IsAdmin.eq(true))
                .filter(Column::Status.eq(UserStatus::Active.code()))
                .order_by_asc(Column::Id)
                .lock_exclusive()
                .into_tuple()
                .all(db)
                .await
                .map_err(failed(User::KIND))?;
            Ok(ids.into_iter().map(Id::new).collect())
        })
        .await
    }

    async fn count_users(&mut self) -> Result<u64, StoreError> {
        self.attempt(async |db| user::table::Entity::find().count(db).await.map_err(failed(User::KIND))).await
    }
}
