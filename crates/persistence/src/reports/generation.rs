//! Generations: one count of all requests each, in days of one time zone.

use std::sync::{Mutex, PoisonError};

use chrono_tz::Tz;
use medcert_application::store::StoreError;
use medcert_domain::Calendar;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, sea_query::Expr,
};

use crate::error::failed;

const KIND: &str = "report generation";

/// Reports are read from it.
pub(crate) const CURRENT: &str = "CURRENT";
/// Requests are being counted into it.
pub(crate) const COUNTING: &str = "COUNTING";
/// Nobody needs it any more. Its row stays, so that nobody is refused who still knows of it.
pub(crate) const RETIRED: &str = "RETIRED";

#[expect(unreachable_pub, reason = "the derived entity is public, and its model must be no less")]
pub(crate) mod table {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "report_generation")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i32,
        pub time_zone: String,
        pub state: String,
        pub current_mark: Option<i32>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use table::{Column, Entity, Model};

/// A generation that changes are added to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Generation {
    pub(crate) id: i32,
    pub(crate) zone: Option<Tz>,
}

impl Generation {
    fn of(row: &Model) -> Self {
        Self { id: row.id, zone: row.time_zone.parse().ok() }
    }

    /// Its days; those of the first one, before requests are counted, are nobody's.
    pub(crate) fn calendar(self) -> Calendar {
        Calendar(self.zone.unwrap_or(Tz::UTC))
    }
}

/// The generations that were there when this process looked last.
#[derive(Default)]
pub(crate) struct Generations(Mutex<Vec<Generation>>);

impl Generations {
    pub(crate) fn get(&self) -> Vec<Generation> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set(&self, found: &[Generation]) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if *known != found {
            *known = found.to_vec();
        }
    }
}

/// The generations that changes must be added to now.
pub(crate) async fn live(db: &impl ConnectionTrait) -> Result<Vec<Generation>, StoreError> {
    let found = Entity::find().filter(Column::State.ne(RETIRED)).order_by_asc(Column::Id).all(db).await;
    Ok(found.map_err(failed(KIND))?.iter().map(Generation::of).collect())
}

/// The generation that reports are read from.
pub(crate) async fn current(db: &impl ConnectionTrait) -> Result<Generation, StoreError> {
    let found = Entity::find().filter(Column::CurrentMark.eq(1)).one(db).await.map_err(failed(KIND))?;
    found.as_ref().map(Generation::of).ok_or(StoreError::Conflict)
}

/// Those that nobody needs any more.
pub(crate) async fn retired(db: &impl ConnectionTrait) -> Result<Vec<i32>, StoreError> {
    let ids = Entity::find().select_only().column(Column::Id).filter(Column::State.eq(RETIRED)).into_tuple();
    ids.all(db).await.map_err(failed(KIND))
}

/// Begins another one.
pub(crate) async fn begin(db: &impl ConnectionTrait, zone: Tz) -> Result<i32, StoreError> {
    // Whoever adds changes holds the current row by a foreign key until the end of its transaction. Having it
    // exclusively means that they have ended; whoever comes later finds the new generation, too.
    let held =
        Entity::find().filter(Column::State.ne(RETIRED)).order_by_asc(Column::Id).lock_exclusive().all(db);
    held.await.map_err(failed(KIND))?;
    give_up_counting(db).await?;
    let last: Option<i32> = Entity::find()
        .select_only()
        .column(Column::Id)
        .order_by_desc(Column::Id)
        .into_tuple()
        .one(db)
        .await
        .map_err(failed(KIND))?;
    let id = last.unwrap_or(0) + 1;
    let row = table::ActiveModel {
        id: Set(id),
        time_zone: Set(zone.name().to_owned()),
        state: Set(COUNTING.to_owned()),
        current_mark: Set(None),
    };
    Entity::insert(row).exec_without_returning(db).await.map_err(failed(KIND))?;
    Ok(id)
}

async fn give_up_counting(db: &impl ConnectionTrait) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::State, Expr::value(RETIRED))
        .filter(Column::State.eq(COUNTING))
        .exec(db)
        .await
        .map(drop)
        .map_err(failed(KIND))
}

/// The calendar of a generation that is being counted; `Stale` when it was given up.
pub(crate) async fn counting(db: &impl ConnectionTrait, id: i32) -> Result<Calendar, StoreError> {
    let found =
        Entity::find_by_id(id).filter(Column::State.eq(COUNTING)).one(db).await.map_err(failed(KIND))?;
    found.as_ref().map(|row| Generation::of(row).calendar()).ok_or(StoreError::Stale(KIND))
}

/// Puts it in the place of the one that is read.
pub(crate) async fn finish(db: &impl ConnectionTrait, id: i32) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::State, Expr::value(RETIRED))
        .col_expr(Column::CurrentMark, Expr::value(Option::<i32>::None))
        .filter(Column::CurrentMark.eq(1))
        .exec(db)
        .await
        .map_err(failed(KIND))?;
    let done = Entity::update_many()
        .col_expr(Column::State, Expr::value(CURRENT))
        .col_expr(Column::CurrentMark, Expr::value(1))
        .filter(Column::Id.eq(id))
        .filter(Column::State.eq(COUNTING))
        .exec(db)
        .await
        .map_err(failed(KIND))?;
    if done.rows_affected != 1 {
        return Err(StoreError::Stale(KIND));
    }
    if db.get_database_backend() == DbBackend::Postgres {
        // It takes a generation of which it has not heard for an empty one, and reads all of it for each row.
        db.execute_unprepared("ANALYZE report_total").await.map_err(failed(KIND))?;
    }
    Ok(())
}
