//! Search words of the entries of directories, each looked up by its beginning.
//!
//! Each row has what orders the list of its kind, and the entries of one word lie in that order: see `search`.

use std::collections::{BTreeMap, BTreeSet};

use medcert_application::store::{LoadedSearchTerms, StoreError};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    sea_query::{Condition, Expr, ExprTrait, Func, IntoColumnRef, Query, SelectStatement},
};
use uuid::Uuid;

use super::keys;
use crate::{column::after_prefix, error::failed, mapped::insert_all};

const KIND: &str = "search term";
/// Longest word kept; what is longer is found by its beginning.
const LONGEST: usize = 100;

#[expect(unreachable_pub, reason = "the derived entity is public, and its model must be no less")]
pub(crate) mod table {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "entity_search_term")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub object_kind: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub word: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub sort_key: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub object_id: Uuid,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use table::{Column, Entity, Model};

fn truncate(word: &str) -> String {
    word.chars().take(LONGEST).collect()
}

fn kept(search_terms: &[String]) -> BTreeSet<String> {
    search_terms.iter().map(|word| truncate(word)).filter(|word| !word.is_empty()).collect()
}

/// Replaces the words of an entry that has been written, touching only those that differ.
pub(crate) async fn replace(
    db: &impl ConnectionTrait,
    kind: &'static str,
    object: Uuid,
    search_terms: &[String],
) -> Result<(), StoreError> {
    let wanted = kept(search_terms);
    let of_entry = || Condition::all().add(Column::ObjectId.eq(object)).add(Column::ObjectKind.eq(kind));
    // What is removed may be gone already.
    let key = if wanted.is_empty() {
        None
    } else {
        Some(keys::of(db, kind, &[object]).await?.remove(&object).ok_or(StoreError::Reference(KIND))?)
    };
    let known = Entity::find().filter(of_entry()).all(db).await.map_err(failed(KIND))?;
    let row = |word| {
        key.clone().map(|sort_key| Model { object_kind: kind.to_owned(), word, sort_key, object_id: object })
    };
    let wanted: Vec<Model> = wanted.into_iter().filter_map(row).collect();
    let gone: Vec<&str> =
        known.iter().filter(|row| !wanted.contains(row)).map(|row| row.word.as_str()).collect();
    if !gone.is_empty() {
        let delete = Entity::delete_many().filter(of_entry()).filter(Column::Word.is_in(gone));
        delete.exec(db).await.map_err(failed(KIND))?;
    }
    insert_all::<Entity>(db, KIND, wanted.into_iter().filter(|row| !known.contains(row)).collect()).await
}

/// Inserts the words of entries that have been written and have no words.
pub(crate) async fn add(db: &impl ConnectionTrait, entries: &[LoadedSearchTerms]) -> Result<(), StoreError> {
    let mut of_kind: BTreeMap<&'static str, Vec<Uuid>> = BTreeMap::new();
    for entry in entries {
        of_kind.entry(entry.kind).or_default().push(entry.object);
    }
    let mut all = BTreeMap::new();
    for (kind, objects) in of_kind {
        all.insert(kind, keys::of(db, kind, &objects).await?);
    }
    let mut rows = Vec::new();
    for LoadedSearchTerms { kind, object, search_terms } in entries {
        let key = all.get(kind).and_then(|keys| keys.get(object)).ok_or(StoreError::Reference(KIND))?;
        let row =
            |word| Model { object_kind: (*kind).to_owned(), word, sort_key: key.clone(), object_id: *object };
        rows.extend(kept(search_terms).into_iter().map(row));
    }
    // In the order of their index, which is then written once from one end to the other instead of here and there.
    rows.sort_unstable_by(|a, b| {
        (&a.object_kind, &a.word, &a.sort_key).cmp(&(&b.object_kind, &b.word, &b.sort_key))
    });
    insert_all::<Entity>(db, KIND, rows).await
}

/// Entries of this kind of which some word begins with this one: a range of the primary key.
pub(crate) fn entries_with(kind: &'static str, word: &str) -> SelectStatement {
    Query::select()
        .column(Column::ObjectId)
        .from_as(Entity, "known")
        .cond_where(begins("known", kind, word))
        .take()
}

/// That a word of the row joined as `alias` begins with this one: a range of an index.
pub(crate) fn begins(alias: &'static str, kind: &'static str, word: &str) -> Condition {
    let word = truncate(word);
    let end = after_prefix(&word);
    let column = |column: Column| Expr::col((alias, column));
    let from = Condition::all().add(column(Column::ObjectKind).eq(kind)).add(column(Column::Word).gte(word));
    match end {
        Some(end) => from.add(column(Column::Word).lt(end)),
        None => from,
    }
}

/// That some word of the entry in this column begins with this one.
///
/// A count and not an `EXISTS`: planners turn the latter into a join as they like, and read all rows with the word.
pub(crate) fn has(kind: &'static str, entry: impl IntoColumnRef, word: &str) -> Expr {
    let rows = Query::select()
        .expr(Func::count(Expr::val(1)))
        .from_as(Entity, "other")
        .and_where(Expr::col(("other", Column::ObjectId)).equals(entry))
        .cond_where(begins("other", kind, word))
        .take();
    Expr::from(rows).gt(0)
}
