//! Search words of the entries of directories, each looked up by its beginning.

use std::collections::BTreeSet;

use medcert_application::store::{LoadedWords, StoreError};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};
use uuid::Uuid;

use crate::{codec::after_prefix, error::failed, mapped::insert_all};

const KIND: &str = "directory word";
/// Longest word kept; what is longer is found by its beginning.
const LONGEST: usize = 100;

#[expect(unreachable_pub, reason = "the derived entity is public, and its model must be no less")]
pub(crate) mod table {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "directory_word")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub object_kind: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub word: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub object_id: Uuid,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use table::{ActiveModel, Column, Entity, Model};

fn cut(word: &str) -> String {
    word.chars().take(LONGEST).collect()
}

/// Replaces the words of an entry, touching only those that differ.
pub(crate) async fn replace(
    db: &impl ConnectionTrait,
    kind: &'static str,
    object: Uuid,
    words: &[String],
) -> Result<(), StoreError> {
    let wanted: BTreeSet<String> = words.iter().map(|word| cut(word)).filter(|w| !w.is_empty()).collect();
    let of_entry = || Entity::find().filter(Column::ObjectId.eq(object)).filter(Column::ObjectKind.eq(kind));
    let known = of_entry().select_only().column(Column::Word).into_tuple::<String>().all(db).await;
    let known: BTreeSet<String> = known.map_err(failed(KIND))?.into_iter().collect();
    let gone: Vec<&String> = known.difference(&wanted).collect();
    if !gone.is_empty() {
        Entity::delete_many()
            .filter(Column::ObjectId.eq(object))
            .filter(Column::ObjectKind.eq(kind))
            .filter(Column::Word.is_in(gone))
            .exec(db)
            .await
            .map_err(failed(KIND))?;
    }
    let row = |word: &String| ActiveModel {
        object_kind: Set(kind.to_owned()),
        word: Set(word.clone()),
        object_id: Set(object),
    };
    let new: Vec<ActiveModel> = wanted.difference(&known).map(row).collect();
    if new.is_empty() {
        return Ok(());
    }
    Entity::insert_many(new).exec_without_returning(db).await.map(drop).map_err(failed(KIND))
}

/// Inserts the words of entries that have none.
pub(crate) async fn add(db: &impl ConnectionTrait, entries: &[LoadedWords]) -> Result<(), StoreError> {
    let mut rows = Vec::new();
    for LoadedWords { kind, object, words } in entries {
        let words: BTreeSet<String> = words.iter().map(|word| cut(word)).filter(|w| !w.is_empty()).collect();
        let row = |word| Model { object_kind: (*kind).to_owned(), word, object_id: *object };
        rows.extend(words.into_iter().map(row));
    }
    insert_all::<Entity>(db, KIND, rows).await
}

/// Entries of this kind of which some word begins with this one: a range of the primary key.
pub(crate) fn entries_with(kind: &'static str, word: &str) -> SelectStatement {
    let word = cut(word);
    let end = after_prefix(&word);
    let mut select = Query::select().column(Column::ObjectId).from(Entity).take();
    select.and_where(Expr::col(Column::ObjectKind).eq(kind)).and_where(Expr::col(Column::Word).gte(word));
    if let Some(end) = end {
        select.and_where(Expr::col(Column::Word).lt(end));
    }
    select
}
