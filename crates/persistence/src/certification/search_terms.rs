//! Search words of requests, each looked up by its beginning.
//!
//! They are kept by the week in which their request was registered (`slice`), within it by word, and within that in
//! the order of the list. A page of a common word is cut out of the newest weeks; a rare one costs one look into each
//! week there is. Either way nothing grows with the number of requests that have the word.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use medcert_application::store::{StoreError, Subject};
use medcert_domain::{Entity as _, Id, certification::Certification, people::Person};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryResult, QuerySelect,
    sea_query::{Condition, Expr, ExprTrait, Func, IntoColumnRef, Query, SelectStatement},
};
use uuid::Uuid;

use super::request;
use crate::{
    column::{after_prefix, corrupt, moment, stored},
    db_timestamp::DbTimestamp,
    error::failed,
    mapped::insert_all,
    people::person,
    query::{join, row_of, select_all, value_of},
};

const KIND: &str = "search word";
/// Longest word kept; what is longer is found by its beginning.
const LONGEST: usize = 100;

#[expect(unreachable_pub, reason = "the derived entity is public, and its model must be no less")]
pub(crate) mod table {
    use sea_orm::entity::prelude::*;

    use crate::db_timestamp::DbTimestamp;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "request_search_term")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub week_bucket: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub word: String,
        pub created_at: DbTimestamp,
        #[sea_orm(primary_key, auto_increment = false)]
        pub request_id: Uuid,
        pub prefix_bloom: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use table::{Column, Entity, Model};

fn truncate(word: &str) -> String {
    word.chars().take(LONGEST).collect()
}

/// Seconds of a week.
const WEEK: i64 = 7 * 24 * 60 * 60;

/// The week that holds the words of requests registered at this moment.
pub(crate) fn week_bucket_of(at: DateTime<Utc>) -> i32 {
    i32::try_from(at.timestamp().div_euclid(WEEK)).unwrap_or_default()
}

/// The moment in which a week begins.
pub(crate) fn beginning_of(week_bucket: i32) -> DateTime<Utc> {
    DateTime::from_timestamp(i64::from(week_bucket) * WEEK, 0).unwrap_or_default()
}

/// The bits of a word, or of the beginning of one: one for its first two characters, one for its first three. What
/// begins a word has no bit that the word has not.
pub(crate) fn prefix_bloom_of(word: &str) -> i64 {
    let mut bits = 0;
    // FNV-1a: stored, so it must never be another one.
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for (position, c) in word.chars().take(3).enumerate() {
        for byte in u32::from(c).to_le_bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        match position {
            1 => bits |= 1 << ((hash >> 32) % 31),
            2 => bits |= 1 << (31 + (hash >> 32) % 32),
            _ => {}
        }
    }
    bits
}

/// The rows that hold the words of a request.
pub(crate) fn rows(id: Id<Certification>, created: DateTime<Utc>, search_terms: &[String]) -> Vec<Model> {
    let search_terms: BTreeSet<String> =
        search_terms.iter().map(|word| truncate(word)).filter(|w| !w.is_empty()).collect();
    let prefix_bloom = search_terms.iter().fold(0, |all, word| all | prefix_bloom_of(word));
    let (week_bucket, created_at) = (week_bucket_of(created), stored(created));
    search_terms
        .into_iter()
        .map(|word| Model { week_bucket, word, created_at, request_id: id.raw(), prefix_bloom })
        .collect()
}

/// Inserts rows.
pub(crate) async fn add(db: &impl ConnectionTrait, rows: Vec<Model>) -> Result<(), StoreError> {
    insert_all::<Entity>(db, KIND, rows).await
}

async fn created(
    db: &impl ConnectionTrait,
    id: Id<Certification>,
) -> Result<Option<DbTimestamp>, StoreError> {
    use request::table::{Column, Entity};
    let select = Entity::find().select_only().column(Column::CreatedAt).filter(Column::Id.eq(id.raw()));
    select.into_tuple().one(db).await.map_err(failed(KIND))
}

/// Replaces the words of a request, touching only those that differ.
pub(crate) async fn replace(
    db: &impl ConnectionTrait,
    id: Id<Certification>,
    search_terms: &[String],
) -> Result<(), StoreError> {
    let of_request = || Column::RequestId.eq(id.raw());
    let known = Entity::find().filter(of_request()).all(db).await.map_err(failed(KIND))?;
    let at = match known.first() {
        Some(row) => Some(row.created_at),
        None => created(db, id).await?,
    };
    let at = at.ok_or(StoreError::Reference(KIND))?;
    let wanted = rows(id, moment(at), search_terms);
    let gone: Vec<&str> =
        known.iter().filter(|row| !wanted.contains(row)).map(|row| row.word.as_str()).collect();
    if !gone.is_empty() {
        let delete = Entity::delete_many().filter(of_request()).filter(Column::Word.is_in(gone));
        delete.exec(db).await.map_err(failed(KIND))?;
    }
    add(db, wanted.into_iter().filter(|row| !known.contains(row)).collect()).await
}

/// Replaces the words of many requests by a few statements: which words differ is not looked at.
pub(crate) async fn replace_many(
    db: &impl ConnectionTrait,
    all: &[(Id<Certification>, Vec<String>)],
) -> Result<(), StoreError> {
    use request::table as request;
    let ids = || all.iter().map(|(id, _)| id.raw());
    Entity::delete_many().filter(Column::RequestId.is_in(ids())).exec(db).await.map_err(failed(KIND))?;
    let select = request::Entity::find()
        .select_only()
        .columns([request::Column::Id, request::Column::CreatedAt])
        .filter(request::Column::Id.is_in(ids()));
    let made: Vec<(Uuid, DbTimestamp)> = select.into_tuple().all(db).await.map_err(failed(KIND))?;
    let made: BTreeMap<Uuid, DbTimestamp> = made.into_iter().collect();
    let mut new = Vec::new();
    for (id, search_terms) in all {
        let at = made.get(&id.raw()).ok_or(StoreError::Reference(KIND))?;
        new.extend(rows(*id, moment(*at), search_terms));
    }
    add(db, new).await
}

/// That a word of the row joined as `alias` begins with this one: a range of the index, never a `LIKE`, whose
/// meaning depends on collation and escaping.
pub(crate) fn begins(alias: &'static str, word: &str) -> Condition {
    let word = truncate(word);
    let end = after_prefix(&word);
    let column = || Expr::col((alias, Column::Word));
    let from = Condition::all().add(column().gte(word));
    match end {
        Some(end) => from.add(column().lt(end)),
        None => from,
    }
}

/// That some word of the request in this column begins with this one.
///
/// A count and not an `EXISTS`: planners turn the latter into a join as they like, and read all rows with the word.
pub(crate) fn has(request: impl IntoColumnRef, word: &str) -> Expr {
    let rows = Query::select()
        .expr(Func::count(Expr::val(1)))
        .from_as(Entity, "other")
        .and_where(Expr::col(("other", Column::RequestId)).equals(request))
        .cond_where(begins("other", word))
        .take();
    Expr::from(rows).gt(0)
}

/// Rows with a word that begins so, in these weeks.
pub(crate) fn within(week_buckets: &[i32], word: &str) -> SelectStatement {
    let mut select = Query::select().from_as(Entity, "hit").take();
    select
        .and_where(Expr::col(("hit", Column::WeekBucket)).is_in(week_buckets.iter().copied()))
        .cond_where(begins("hit", word));
    select
}

/// What the words of these requests are made of.
pub(crate) async fn subjects(
    db: &impl ConnectionTrait,
    requests: &[Id<Certification>],
) -> Result<Vec<Subject>, StoreError> {
    use request::table::{Column, Entity};
    let mut select = Query::select()
        .from_as(Entity, "request")
        .and_where(Expr::col(("request", Column::Id)).is_in(requests.iter().map(|id| id.raw())))
        .take();
    select.expr(Expr::col(("request", Column::Id))).expr(Expr::col(("request", Column::Code)));
    join::<person::table::Entity>(&mut select, "client", ("request", Column::ClientId));
    join::<person::table::Entity>(&mut select, "guardian", ("request", Column::GuardianId));
    select_all::<person::table::Entity>(&mut select, "client");
    select_all::<person::table::Entity>(&mut select, "guardian");
    let read = |row: &QueryResult| -> Result<Subject, StoreError> {
        let client = row_of::<person::table::Entity>(Person::KIND, row, "client")?;
        let guardian = row_of::<person::table::Entity>(Person::KIND, row, "guardian")?;
        Ok(Subject {
            request: Id::new(value_of(KIND, row, "id")?),
            code: value_of(KIND, row, "code")?,
            client: client.ok_or_else(|| corrupt(KIND, "client is missing"))?.try_into()?,
            guardian: guardian.map(TryInto::try_into).transpose()?,
        })
    };
    let rows = db.query_all(&select).await.map_err(failed(KIND))?;
    rows.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_a_word_has_no_other_bits() {
        for word in ["quispe", "Їжакевич", "🩺🩺🩺", "999123456", "ab", "a"] {
            let bits = prefix_bloom_of(word);
            assert!(bits >= 0);
            for (end, _) in word.char_indices() {
                assert_eq!(prefix_bloom_of(&word[..end]) & !bits, 0, "{word} {end}");
            }
        }
        assert_eq!(prefix_bloom_of("quispe").count_ones(), 2);
        assert_eq!((prefix_bloom_of("q"), prefix_bloom_of("")), (0, 0));
        assert_eq!(
            prefix_bloom_of("quispe"),
            1_152_921_504_640_401_408,
            "it is stored: it stays what it was"
        );
    }
}
