//! Counters: one row a series and year, whose lock orders those who count.

use medcert_application::store::StoreError;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait},
};

use crate::error::failed;

const KIND: &str = "counter";

#[expect(unreachable_pub, reason = "the derived entity is public, and its model must be no less")]
pub(crate) mod table {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "counter")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub series: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub year: i32,
        pub value: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use table::{Column, Entity};

/// The present value; 0 when it was never used.
pub(crate) async fn value(db: &impl ConnectionTrait, series: &str, year: i32) -> Result<i64, StoreError> {
    let found = Entity::find_by_id((series.to_owned(), year)).one(db).await.map_err(failed(KIND))?;
    Ok(found.map_or(0, |row| row.value))
}

/// Counts on, from `expected` only when it is given; whether there was such a row.
async fn count_on(
    db: &impl ConnectionTrait,
    series: &str,
    year: i32,
    expected: Option<i64>,
) -> Result<bool, StoreError> {
    let mut update = Entity::update_many()
        .col_expr(Column::Value, Expr::col(Column::Value).add(1))
        .filter(Column::Series.eq(series))
        .filter(Column::Year.eq(year));
    if let Some(expected) = expected {
        update = update.filter(Column::Value.eq(expected));
    }
    Ok(update.exec(db).await.map_err(failed(KIND))?.rows_affected == 1)
}

/// The first row of a counter. Two who write it at once collide on the key: one of them is told `Duplicate`.
async fn first(db: &impl ConnectionTrait, series: &str, year: i32) -> Result<(), StoreError> {
    let row = table::ActiveModel { series: Set(series.to_owned()), year: Set(year), value: Set(1) };
    Entity::insert(row).exec_without_returning(db).await.map(drop).map_err(failed(KIND))
}

/// The next value. The update takes the row's lock before the value is read.
pub(crate) async fn next(db: &impl ConnectionTrait, series: &str, year: i32) -> Result<i64, StoreError> {
    if count_on(db, series, year, None).await? {
        value(db, series, year).await
    } else {
        first(db, series, year).await?;
        Ok(1)
    }
}

/// Moves it from `expected` to the next value.
pub(crate) async fn swap(
    db: &impl ConnectionTrait,
    series: &str,
    year: i32,
    expected: i64,
) -> Result<(), StoreError> {
    if expected == 0 {
        // That the row is there already means that somebody else was first.
        return first(db, series, year).await.map_err(|error| match error {
            StoreError::Duplicate(kind) => StoreError::Stale(kind),
            error => error,
        });
    }
    if count_on(db, series, year, Some(expected)).await? { Ok(()) } else { Err(StoreError::Stale(KIND)) }
}

/// Sets it, whatever it was.
pub(crate) async fn set(
    db: &impl ConnectionTrait,
    series: &str,
    year: i32,
    value: i64,
) -> Result<(), StoreError> {
    let update = Entity::update_many()
        .col_expr(Column::Value, Expr::val(value))
        .filter(Column::Series.eq(series))
        .filter(Column::Year.eq(year));
    if update.exec(db).await.map_err(failed(KIND))?.rows_affected == 0 {
        let row = table::ActiveModel { series: Set(series.to_owned()), year: Set(year), value: Set(value) };
        Entity::insert(row).exec_without_returning(db).await.map_err(failed(KIND))?;
    }
    Ok(())
}
