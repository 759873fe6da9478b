//! Entries that have some words, in the order of their list.
//!
//! The rows of one word lie in that order, from any cursor on. What is typed is the beginning of words, mostly of a
//! few: their rows are merged. So a page reads about as many rows as it has, wherever in the list they are.

use medcert_application::store::StoreError;
use sea_orm::{
    ConnectionTrait, Value,
    sea_query::{
        Alias, Asterisk, Condition, Expr, ExprTrait, Func, Order, Query, SelectStatement, UnionType,
    },
};
use uuid::Uuid;

pub(crate) use super::search_terms::has;
use super::{
    keys,
    search_terms::{
        self,
        table::{Column, Entity},
    },
};
use crate::{
    error::failed,
    query::{Keyset, value_of},
};

const KIND: &str = "search term";
/// Rows that are read and put in order where no index gives it.
const FEW: u64 = 2_000;
/// Words that begin alike whose rows are merged.
const ALIKE: usize = 30;
/// Rows that are looked at for another word before those of the same one are passed over.
const AT_ONCE: u64 = 64;
/// Entries that are named one by one.
const LISTED: u64 = 300;

/// How entries are found.
enum Way {
    /// All rows of the first word are read.
    Few,
    /// The rows of these words, which begin with the first one, are merged.
    Merged(Vec<String>),
    /// Each entry of the list is asked.
    Asked,
}

/// What else is asked of entries.
pub(crate) struct Looked {
    /// Selects the rows of all entries that fulfil it, without columns.
    pub(crate) rows: SelectStatement,
    /// The identifier of an entry.
    pub(crate) id: (&'static str, &'static str),
}

/// A search, ready to be made.
pub(crate) struct Search {
    kind: &'static str,
    /// The one that entries are looked up by first.
    terms: Vec<String>,
    way: Way,
}

impl Search {
    /// Looks which word the search begins with; nothing when there are none.
    pub(crate) async fn of(
        db: &impl ConnectionTrait,
        kind: &'static str,
        search_terms: &[String],
    ) -> Result<Option<Self>, StoreError> {
        if search_terms.is_empty() { Ok(None) } else { Self::new(db, kind, search_terms).await.map(Some) }
    }

    async fn new(
        db: &impl ConnectionTrait,
        kind: &'static str,
        search_terms: &[String],
    ) -> Result<Self, StoreError> {
        let mut search = Self { kind, terms: search_terms.to_vec(), way: Way::Asked };
        let counts = search.counted(db).await?;
        let rarest = counts.iter().enumerate().min_by_key(|(_, count)| **count);
        if let Some((position, count)) = rarest
            && u64::try_from(*count).is_ok_and(|count| count <= FEW)
        {
            search.begin_with(position, Way::Few);
            return Ok(search);
        }
        let mut best: Option<(usize, Vec<String>)> = None;
        for (position, word) in search_terms.iter().enumerate() {
            let most = best.as_ref().map_or(ALIKE, |(_, known)| known.len().saturating_sub(1));
            if let Some(alike) = alike(db, kind, word, most).await? {
                best = Some((position, alike));
            }
        }
        if let Some((position, alike)) = best {
            search.begin_with(position, Way::Merged(alike));
        }
        Ok(search)
    }

    fn begin_with(&mut self, position: usize, way: Way) {
        self.terms.swap(0, position);
        self.way = way;
    }

    /// How many rows each word has, as far as it matters.
    async fn counted(&self, db: &impl ConnectionTrait) -> Result<Vec<i64>, StoreError> {
        let name = |number: usize| format!("word_{number}");
        let mut select = Query::select();
        for (number, word) in self.terms.iter().enumerate() {
            let mut rows = within(self.kind, word);
            // An order, so that it is counted inside the index.
            rows.expr(Expr::val(1)).order_by(("hit", Column::Word), Order::Asc).limit(FEW + 1);
            let count = Query::select().expr(Func::count(Expr::val(1))).from_subquery(rows, "few").take();
            select.expr_as(Expr::from(count), Alias::new(name(number)));
        }
        let Some(row) = db.query_one(&select).await.map_err(failed(KIND))? else { return Ok(vec![]) };
        (0..self.terms.len()).map(|number| value_of(KIND, &row, &name(number))).collect()
    }

    /// That the entry whose id is in the column has the words.
    pub(crate) fn condition(&self, column: (&'static str, &'static str)) -> Condition {
        self.terms.iter().fold(Condition::all(), |all, word| all.add(has(self.kind, column, word)))
    }

    /// Whether a page can be cut out of the rows of words.
    pub(crate) const fn leads(&self) -> bool {
        !matches!(self.way, Way::Asked)
    }

    /// Whether one of the words has few rows.
    pub(crate) const fn is_rare(&self) -> bool {
        matches!(self.way, Way::Few)
    }

    /// Puts to rows of the first word what else is asked of their entries.
    fn narrow(&self, mut hits: SelectStatement, looked: Option<&Looked>) -> SelectStatement {
        for word in self.terms.iter().skip(1) {
            hits.and_where(has(self.kind, ("hit", Column::ObjectId), word));
        }
        if let Some(Looked { rows, id }) = looked {
            // A count, so that it is looked up row by row; a join could begin with the whole table.
            let mut rows = rows.clone();
            rows.expr(Func::count(Expr::val(1)));
            rows.and_where(Expr::col(*id).equals(("hit", Column::ObjectId)));
            hits.and_where(Expr::from(rows).gt(0));
        }
        hits
    }

    fn first(&self) -> SelectStatement {
        within(self.kind, self.terms.first().map_or("", String::as_str))
    }

    /// Selects `object_id` and `sort_key` of the entries of a page, behind the one with this key and id, with one more
    /// than asked for.
    pub(crate) fn page(
        &self,
        looked: Option<&Looked>,
        order: &Order,
        after: Option<(Value, Uuid)>,
        limit: u64,
    ) -> Result<SelectStatement, StoreError> {
        let after = after.map(|(value, id)| Ok((keys::text(value)?, id))).transpose()?;
        let query = |mut hits: SelectStatement, after: Option<(String, Uuid)>| {
            hits.column(("hit", Column::SortKey)).column(("hit", Column::ObjectId));
            let keyset = Keyset::new(("hit", Column::SortKey), ("hit", Column::ObjectId), order.clone());
            keyset.apply(&mut hits, after.map(|(key, id)| (key.into(), id)), limit);
            hits
        };
        let Way::Merged(alike) = &self.way else {
            // Two words of an entry may begin alike.
            return Ok(query(self.narrow(self.first(), looked), after).distinct().take());
        };
        let mut selects = alike.iter().map(|word| {
            let mut hits = rows_of(self.kind);
            hits.and_where(Expr::col(("hit", Column::Word)).eq(word.as_str()));
            query(self.narrow(hits, looked), after.clone())
        });
        let Some(one) = selects.next() else { return Ok(query(self.first(), after)) };
        if alike.len() == 1 {
            return Ok(one);
        }
        // SQLite takes an order and a limit only inside of a subquery.
        let part = |select| Query::select().column(Asterisk).from_subquery(select, "part").take();
        let mut all = part(one);
        for select in selects {
            all.union(UnionType::Distinct, part(select));
        }
        Ok(query(Query::select().from_subquery(all, "hit").take(), None))
    }

    /// Selects how many entries there are, as `total`.
    pub(crate) fn total(&self, looked: Option<&Looked>) -> SelectStatement {
        let mut hits = self.narrow(self.first(), looked);
        hits.expr_as(Func::count_distinct(Expr::col(("hit", Column::ObjectId))), Alias::new("total"));
        hits
    }
}

/// The entries with a word that begins so, when they are few.
pub(crate) async fn few(
    db: &impl ConnectionTrait,
    kind: &'static str,
    word: &str,
) -> Result<Option<Vec<Uuid>>, StoreError> {
    let mut rows = within(kind, word);
    rows.column(("hit", Column::ObjectId)).limit(LISTED + 1);
    let rows = db.query_all(&rows).await.map_err(failed(KIND))?;
    if u64::try_from(rows.len()).is_ok_and(|count| count > LISTED) {
        return Ok(None);
    }
    rows.iter().map(|row| value_of(KIND, row, "object_id")).collect::<Result<_, _>>().map(Some)
}

fn rows_of(kind: &'static str) -> SelectStatement {
    let mut select = Query::select().from_as(Entity, "hit").take();
    select.and_where(Expr::col(("hit", Column::ObjectKind)).eq(kind));
    select
}

fn within(kind: &'static str, word: &str) -> SelectStatement {
    Query::select().from_as(Entity, "hit").cond_where(search_terms::begins("hit", kind, word)).take()
}

/// The words there are that begin so, unless there are more than these.
///
/// Of a word that many entries have, all but the first rows are passed over. Each step is a statement, since not every
/// engine can make it inside of one.
async fn alike(
    db: &impl ConnectionTrait,
    kind: &'static str,
    word: &str,
    most: usize,
) -> Result<Option<Vec<String>>, StoreError> {
    let mut found: Vec<String> = Vec::new();
    loop {
        let mut next = within(kind, word);
        next.column(("hit", Column::Word)).order_by(("hit", Column::Word), Order::Asc).limit(AT_ONCE);
        if let Some(last) = found.last() {
            next.and_where(Expr::col(("hit", Column::Word)).gt(last.as_str()));
        }
        let rows = db.query_all(&next).await.map_err(failed(KIND))?;
        let ended = u64::try_from(rows.len()).is_ok_and(|count| count < AT_ONCE);
        for row in &rows {
            found.push(value_of(KIND, row, "word")?);
        }
        found.dedup();
        if found.len() > most {
            return Ok(None);
        }
        if ended {
            return Ok(Some(found));
        }
    }
}
