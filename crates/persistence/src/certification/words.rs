//! Search words of requests, each looked up by its beginning.

use std::collections::BTreeSet;

use medcert_application::store::StoreError;
use medcert_domain::{Id, certification::Certification};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};

use crate::{codec::after_prefix, error::failed};

const KIND: &str = "search word";
/// Longest word kept; what is longer is found by its beginning.
const LONGEST: usize = 100;

#[expect(unreachable_pub, reason = "the derived entity is public, and its model must be no less")]
pub(crate) mod table {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "search_word")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub word: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub request_id: Uuid,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use table::{ActiveModel, Column, Entity};

fn cut(word: &str) -> String {
    word.chars().take(LONGEST).collect()
}

/// Replaces the words of a request, touching only those that differ.
pub(crate) async fn replace(
    db: &impl ConnectionTrait,
    id: Id<Certification>,
    words: &[String],
) -> Result<(), StoreError> {
    let wanted: BTreeSet<String> = words.iter().map(|word| cut(word)).filter(|w| !w.is_empty()).collect();
    let known: Vec<String> = Entity::find()
        .select_only()
        .column(Column::Word)
        .filter(Column::RequestId.eq(id.raw()))
        .into_tuple()
        .all(db)
        .await
        .map_err(failed(KIND))?;
    let known: BTreeSet<String> = known.into_iter().collect();
    let gone: Vec<&String> = known.difference(&wanted).collect();
    if !gone.is_empty() {
        Entity::delete_many()
            .filter(Column::RequestId.eq(id.raw()))
            .filter(Column::Word.is_in(gone))
            .exec(db)
            .await
            .map_err(failed(KIND))?;
    }
    let new: Vec<ActiveModel> = wanted
        .difference(&known)
        .map(|word| ActiveModel { word: Set(word.clone()), request_id: Set(id.raw()) })
        .collect();
    if new.is_empty() {
        return Ok(());
    }
    Entity::insert_many(new).exec_without_returning(db).await.map(drop).map_err(failed(KIND))
}

/// Requests of which some word begins with this one: a range of the primary key, never a `LIKE`, whose meaning
/// depends on collation and escaping.
pub(crate) fn requests_with(word: &str) -> SelectStatement {
    let word = cut(word);
    let end = after_prefix(&word);
    let mut select = Query::select().column(Column::RequestId).from(Entity).take();
    select.and_where(Expr::col(Column::Word).gte(word));
    if let Some(end) = end {
        select.and_where(Expr::col(Column::Word).lt(end));
    }
    select
}
