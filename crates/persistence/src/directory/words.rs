//! Search words of the entries of directories, each looked up by its beginning.

use std::collections::BTreeSet;

use medcert_application::store::{LoadedWords, StoreError};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryResult, QuerySelect,
    sea_query::{Condition, Expr, ExprTrait, Func, IntoColumnRef, Query, SelectStatement},
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

/// Entries beyond which it is no longer worth beginning with them.
const FEW: u64 = 300;

/// What words ask of a list.
pub(crate) struct Found {
    /// That the entry is one of few.
    pub(crate) few: Option<Condition>,
    /// What is looked at for each entry.
    pub(crate) rest: Condition,
}

/// The entries that a select finds, when they are few.
async fn few(
    db: &impl ConnectionTrait,
    mut entries: SelectStatement,
) -> Result<Option<BTreeSet<Uuid>>, StoreError> {
    let rows = db.query_all(entries.limit(FEW + 1)).await.map_err(failed(KIND))?;
    if u64::try_from(rows.len()).is_ok_and(|count| count > FEW) {
        return Ok(None);
    }
    let id = |row: &QueryResult| row.try_get("", "object_id").map_err(failed(KIND));
    rows.iter().map(id).collect::<Result<_, _>>().map(Some)
}

/// That an entry has a word that begins so.
fn has(kind: &'static str, word: &str, entry: impl IntoColumnRef) -> Expr {
    let word = cut(word);
    let end = after_prefix(&word);
    let col = |column: Column| Expr::col(("other", column));
    let mut rows = Query::select().expr(Func::count(Expr::val(1))).from_as(Entity, "other").take();
    rows.and_where(col(Column::ObjectId).equals(entry))
        .and_where(col(Column::ObjectKind).eq(kind))
        .and_where(col(Column::Word).gte(word));
    if let Some(end) = end {
        rows.and_where(col(Column::Word).lt(end));
    }
    // A count, so that it is looked up entry by entry: an `EXISTS` could become a join that begins with the words.
    Expr::from(rows).gt(0)
}

/// What these words ask of the entries whose id is in `column`: for each of them a word that begins so.
///
/// Of a rare word, or words that few entries have together, the entries are looked up first, and the list is made of
/// them. Of words that many entries have, each entry is asked as the list comes to it: the page is full soon.
pub(crate) async fn search(
    db: &impl ConnectionTrait,
    kind: &'static str,
    words: &[String],
    column: (&'static str, &'static str),
) -> Result<Found, StoreError> {
    let mut rarest: Option<(usize, BTreeSet<Uuid>)> = None;
    for (position, word) in words.iter().enumerate() {
        if let Some(ids) = few(db, entries_with(kind, word)).await?
            && rarest.as_ref().is_none_or(|(_, known)| ids.len() < known.len())
        {
            rarest = Some((position, ids));
        }
    }
    let begun = rarest.as_ref().map(|(position, _)| *position);
    let mut found = rarest.map(|(_, ids)| ids);
    if let (None, Some((first, others))) = (&found, words.split_first())
        && !others.is_empty()
    {
        let mut together = entries_with(kind, first);
        for word in others {
            together.and_where(has(kind, word, (Entity, Column::ObjectId)));
        }
        found = few(db, together).await?;
    }
    let others = words.iter().enumerate().filter(|(position, _)| Some(*position) != begun);
    Ok(Found {
        few: found.map(|ids| Condition::all().add(Expr::col(column).is_in(ids))),
        rest: others.fold(Condition::all(), |all, (_, word)| all.add(has(kind, word, column))),
    })
}
