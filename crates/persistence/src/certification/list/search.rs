//! Requests that have some words, in the order of registration: page by page out of the weeks in which the words are
//! kept (see [`words`]).

use chrono::{DateTime, Utc};
use medcert_application::store::{PageRequest, RequestFilter, Sort, StoreError};
use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, Condition, Expr, ExprTrait, Func, Order, Query, SelectStatement},
};
use uuid::Uuid;

use super::{Column, Entity, KIND, filter};
use crate::{
    certification::search_terms::{
        self,
        table::{Column as Word, Entity as Words},
    },
    column::{moment, stored},
    db_timestamp::DbTimestamp,
    error::failed,
    query::{Keyset, after_moment, value_of},
};

/// Weeks that the first statement looks into, from the beginning of the list on: a page of a common word is there.
const FIRST: usize = 2;
/// How many times more weeks are looked into while nothing is found.
const NEXT: usize = 8;
/// Weeks of one statement at the most.
const MOST: usize = 256;
/// Rows of a word that are counted to see which word is rarest.
const COUNTED: u64 = 300;

/// A search, ready to be made.
pub(super) struct Search<'a> {
    filter: &'a RequestFilter,
    /// The rarest word first.
    terms: Vec<&'a str>,
    /// The weeks there are, in the order of the list.
    week_buckets: Vec<i32>,
    /// What else is asked for, to be looked up for each request with the words.
    rest: Option<Condition>,
}

/// A place in the list.
pub(super) type Hit = (DateTime<Utc>, Uuid);

impl<'a> Search<'a> {
    /// Looks which weeks there are and which word is rarest. The filter has words.
    pub(super) async fn new(
        db: &impl ConnectionTrait,
        filter: &'a RequestFilter,
        clients: &[Uuid],
    ) -> Result<Self, StoreError> {
        let rest = RequestFilter {
            search_terms: vec![],
            created_from: None,
            created_before: None,
            ..filter.clone()
        };
        let rest = filter::parts(&rest, clients);
        let asked = !rest.choices.is_empty() || rest.updated().is_some();
        let mut search = Self {
            filter,
            terms: filter.search_terms.iter().map(String::as_str).collect(),
            week_buckets: week_buckets(db, filter).await?,
            rest: asked.then(|| rest.whole()),
        };
        search.order_words(db).await?;
        Ok(search)
    }

    async fn order_words(&mut self, db: &impl ConnectionTrait) -> Result<(), StoreError> {
        if self.terms.len() < 2 {
            return Ok(());
        }
        let newest: Vec<i32> = self.week_buckets.iter().copied().take(16).collect();
        let mut select = Query::select();
        for (number, word) in self.terms.iter().enumerate() {
            let rows = search_terms::within(&newest, word).expr(Expr::val(1)).limit(COUNTED).take();
            let count = Query::select().expr(Func::count(Expr::val(1))).from_subquery(rows, "few").take();
            select.expr_as(Expr::from(count), Alias::new(format!("word_{number}")));
        }
        let Some(row) = db.query_one(&select).await.map_err(failed(KIND))? else { return Ok(()) };
        let mut counted = Vec::new();
        for (number, word) in self.terms.iter().enumerate() {
            let count: i64 = value_of(KIND, &row, &format!("word_{number}"))?;
            // Of words that are as frequent, the longest is the least so further on.
            counted.push((count, std::cmp::Reverse(word.len()), *word));
        }
        counted.sort_unstable();
        self.terms = counted.into_iter().map(|(.., word)| word).collect();
        Ok(())
    }

    /// The rows of the rarest word in the weeks in which the list begins, and that time; nothing where there are no
    /// words.
    pub(super) fn beginning(&self) -> Option<(SelectStatement, Condition)> {
        let first = self.week_buckets.get(..Ord::min(FIRST, self.week_buckets.len()))?;
        let (early, late) = (first.iter().min()?, first.iter().max()?);
        let created = |week_bucket: i32| {
            (super::col(Column::CreatedAt), stored(search_terms::beginning_of(week_bucket)))
        };
        let (from, before) = (created(*early), created(late.saturating_add(1)));
        let time = Condition::all().add(from.0.gte(from.1)).add(before.0.lt(before.1));
        let rows = search_terms::within(first, self.terms.first()?).expr(Expr::val(1)).take();
        Some((rows, time))
    }

    /// Rows of the rarest word in these weeks whose request has the others.
    fn with_words(&self, week_buckets: &[i32]) -> SelectStatement {
        let (first, others) = self.terms.split_first().map_or(("", [].as_slice()), |(f, o)| (*f, o));
        let mut select = search_terms::within(week_buckets, first);
        let prefix_bloom = others.iter().fold(0, |all, word| all | search_terms::prefix_bloom_of(word));
        if prefix_bloom != 0 {
            select.and_where(Expr::col(("hit", Word::PrefixBloom)).bit_and(prefix_bloom).eq(prefix_bloom));
        }
        let created = || Expr::col(("hit", Word::CreatedAt));
        if let Some(from) = self.filter.created_from {
            select.and_where(created().gte(stored(from)));
        }
        if let Some(before) = self.filter.created_before {
            select.and_where(created().lt(stored(before)));
        }
        for word in others {
            select.and_where(search_terms::has(("hit", Word::RequestId), word));
        }
        select
    }

    /// Rows of the rarest word in these weeks whose request has all else.
    fn rows(&self, week_buckets: &[i32]) -> SelectStatement {
        let mut select = self.with_words(week_buckets);
        if let Some(rest) = &self.rest {
            // A count, so that it is looked up row by row; a join could begin with the whole table.
            let found = Query::select()
                .expr(Func::count(Expr::val(1)))
                .from_as(Entity, "request")
                .and_where(Expr::col(("request", Column::Id)).equals(("hit", Word::RequestId)))
                .cond_where(rest.clone())
                .take();
            select.and_where(Expr::from(found).gt(0));
        }
        select
    }

    /// The hits of a page, with one more than asked for when others follow.
    pub(super) async fn page(
        &self,
        db: &impl ConnectionTrait,
        asked: &PageRequest,
    ) -> Result<Vec<Hit>, StoreError> {
        let wanted = usize::try_from(Ord::max(asked.limit, 1)).unwrap_or(usize::MAX).saturating_add(1);
        let mut hits: Vec<Hit> = Vec::new();
        let mut week_buckets = self.from(asked);
        let mut seen = 0;
        while hits.len() < wanted && !week_buckets.is_empty() {
            let step = weeks(seen, hits.len(), wanted).min(week_buckets.len());
            let (now, later) = week_buckets.split_at(step);
            week_buckets = later;
            seen += step;
            let left = u64::try_from(wanted - hits.len()).unwrap_or(u64::MAX);
            let mut select = self.rows(now);
            select
                .column(("hit", Word::CreatedAt))
                .column(("hit", Word::RequestId))
                // Two words of a request may begin alike.
                .distinct();
            let order = if self.oldest_first() { Order::Asc } else { Order::Desc };
            Keyset::new(("hit", Word::CreatedAt), ("hit", Word::RequestId), order).apply(
                &mut select,
                after_moment(asked)?,
                left - 1,
            );
            select.reset_limit().limit(left);
            for row in db.query_all(&select).await.map_err(failed(KIND))? {
                let at: DbTimestamp = value_of(KIND, &row, "created_at")?;
                hits.push((moment(at), value_of(KIND, &row, "request_id")?));
            }
        }
        Ok(hits)
    }

    /// The weeks of this page and of those behind it.
    fn from(&self, asked: &PageRequest) -> &[i32] {
        let after = asked.after.as_ref().and_then(|cursor| cursor.key.parse().ok());
        let Some(after) = after.and_then(DateTime::from_timestamp_micros).map(search_terms::week_bucket_of)
        else {
            return &self.week_buckets;
        };
        let oldest_first = self.oldest_first();
        let begin = self.week_buckets.partition_point(|week_bucket| {
            if oldest_first { *week_bucket < after } else { *week_bucket > after }
        });
        self.week_buckets.get(begin..).unwrap_or_default()
    }

    fn oldest_first(&self) -> bool {
        self.filter.sort == Sort::CreatedAsc
    }

    /// Some of the requests with the words, whatever else is asked for, in no order, those of which two words begin
    /// alike more than once.
    pub(super) fn some(&self, most: u64) -> SelectStatement {
        let mut select = self.with_words(&self.week_buckets);
        select.column(("hit", Word::RequestId)).limit(most);
        select
    }

    /// How many requests there are.
    pub(super) fn total(&self) -> SelectStatement {
        let mut select = self.rows(&self.week_buckets);
        let request = Expr::col(("hit", Word::RequestId));
        select.expr_as(Func::count_distinct(request), Alias::new("total"));
        select
    }
}

/// How many weeks more to look into, after so many in which there was so much of what is wanted: half as many again as
/// would do if the next ones are like them, since all that a statement looks into is read.
fn weeks(seen: usize, found: usize, wanted: usize) -> usize {
    let more = match (seen, found) {
        (0, _) => FIRST,
        (_, 0) => seen.saturating_mul(NEXT),
        _ => ((wanted.saturating_sub(found)).saturating_mul(seen * 3)).div_ceil(found * 2),
    };
    more.clamp(1, MOST)
}

/// The weeks from the first to the last that has words, as far as they are asked for, in the order of the list.
async fn week_buckets(db: &impl ConnectionTrait, filter: &RequestFilter) -> Result<Vec<i32>, StoreError> {
    let end = |order: Order| {
        let mut end = Query::select().column(Word::WeekBucket).from(Words).limit(1).take();
        end.order_by(Word::WeekBucket, order);
        Expr::from(end)
    };
    let select = Query::select()
        .expr_as(end(Order::Asc), Alias::new("first"))
        .expr_as(end(Order::Desc), Alias::new("last"))
        .take();
    let Some(row) = db.query_one(&select).await.map_err(failed(KIND))? else { return Ok(vec![]) };
    let ends: (Option<i32>, Option<i32>) = (value_of(KIND, &row, "first")?, value_of(KIND, &row, "last")?);
    let (Some(mut first), Some(mut last)) = ends else { return Ok(vec![]) };
    if let Some(from) = filter.created_from {
        first = Ord::max(first, search_terms::week_bucket_of(from));
    }
    if let Some(before) = filter.created_before {
        last = Ord::min(last, search_terms::week_bucket_of(before));
    }
    let mut all: Vec<i32> = (first..=last).collect();
    if filter.sort != Sort::CreatedAsc {
        all.reverse();
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::weeks;

    #[test]
    fn what_was_found_tells_how_far_to_look() {
        assert_eq!([weeks(0, 0, 21), weeks(2, 0, 21), weeks(18, 0, 21)], [2, 16, 144]);
        assert_eq!(weeks(2, 14, 21), 2, "half of it is in two weeks");
        assert_eq!(weeks(2, 1, 21), 60, "one in two weeks");
        assert_eq!([weeks(2, 20, 21), weeks(100, 1, 201)], [1, 256]);
    }
}
