//! Entries that have some words, in the order of their list.
//!
//! The rows of one word lie in that order, from any cursor on. What is typed is the beginning of words, mostly of a
//! few: their rows are merged. So a page reads about as many rows as it has, wherever in the list they are.

use medcert_application::store::{Cursor, PageRequest, StoreError};
use sea_orm::{
    ConnectionTrait,
    sea_query::{
        Alias, Asterisk, Condition, Expr, ExprTrait, Func, Order, Query, SelectStatement, UnionType,
    },
};
use uuid::Uuid;

use super::{
    keys,
    words::{
        self,
        table::{Column, Entity},
    },
};
use crate::{
    error::failed,
    query::{Keyset, number, value_of},
};

const KIND: &str = "directory word";
/// Rows that are read and put in order where no index gives it.
const FEW: u64 = 2_000;
/// Words that begin alike whose rows are merged.
const ALIKE: usize = 30;
/// Rows that are looked at for another word before those of the same one are passed over.
const AT_ONCE: u64 = 64;

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
    words: Vec<String>,
    way: Way,
}

impl Search {
    /// Looks which word the search begins with. There is one at least.
    pub(crate) async fn new(
        db: &impl ConnectionTrait,
        kind: &'static str,
        words: &[String],
    ) -> Result<Self, StoreError> {
        let mut search = Self { kind, words: words.to_vec(), way: Way::Asked };
        let counts = search.counted(db).await?;
        let rarest = counts.iter().enumerate().min_by_key(|(_, count)| **count);
        if let Some((position, count)) = rarest
            && u64::try_from(*count).is_ok_and(|count| count <= FEW)
        {
            search.begin_with(position, Way::Few);
            return Ok(search);
        }
        let mut best: Option<(usize, Vec<String>)> = None;
        for (position, word) in words.iter().enumerate() {
            let most = best.as_ref().map_or(ALIKE, |(_, known)| known.len() - 1);
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
        self.words.swap(0, position);
        self.way = way;
    }

    /// How many rows each word has, as far as it matters.
    async fn counted(&self, db: &impl ConnectionTrait) -> Result<Vec<i64>, StoreError> {
        let name = |number: usize| format!("word_{number}");
        let mut select = Query::select();
        for (number, word) in self.words.iter().enumerate() {
            let rows = within(self.kind, word).expr(Expr::val(1)).limit(FEW + 1).take();
            let count = Query::select().expr(Func::count(Expr::val(1))).from_subquery(rows, "few").take();
            select.expr_as(Expr::from(count), Alias::new(name(number)));
        }
        let Some(row) = db.query_one(&select).await.map_err(failed(KIND))? else { return Ok(vec![]) };
        (0..self.words.len()).map(|number| value_of(KIND, &row, &name(number))).collect()
    }

    /// That the entry whose id is in the column has the words.
    pub(crate) fn condition(&self, column: (&'static str, &'static str)) -> Condition {
        self.words.iter().fold(Condition::all(), |all, word| all.add(words::has(self.kind, column, word)))
    }

    /// Whether the page is cut out of the rows of words: not when few entries fulfil what else is asked, which are then
    /// asked for their words, or when there is no word to begin with.
    pub(crate) async fn leads(
        &self,
        db: &impl ConnectionTrait,
        looked: Option<&Looked>,
    ) -> Result<bool, StoreError> {
        match (&self.way, looked) {
            (Way::Asked, _) => Ok(false),
            (Way::Few, _) | (Way::Merged(_), None) => Ok(true),
            (Way::Merged(_), Some(Looked { rows, .. })) => {
                let mut rows = rows.clone();
                rows.expr(Expr::val(1)).limit(FEW + 1);
                let mut count = Query::select().from_subquery(rows, "few").take();
                count.expr_as(Func::count(Expr::val(1)), Alias::new("total"));
                Ok(number(db, KIND, &count).await? > FEW)
            }
        }
    }

    /// Puts to rows of the first word what else is asked of their entries.
    fn narrow(&self, mut hits: SelectStatement, looked: Option<&Looked>) -> SelectStatement {
        for word in self.words.iter().skip(1) {
            hits.and_where(words::has(self.kind, ("hit", Column::ObjectId), word));
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
        within(self.kind, self.words.first().map_or("", String::as_str))
    }

    /// Selects `object_id` and `sort_key` of the entries of a page, with one more than asked for.
    pub(crate) fn page(
        &self,
        looked: Option<&Looked>,
        order: &Order,
        asked: &PageRequest,
    ) -> Result<SelectStatement, StoreError> {
        let key = |cursor: &Cursor| Ok((keys::of_cursor(self.kind, &cursor.key)?, cursor.id));
        let after = asked.after.as_ref().map(key).transpose()?;
        Ok(self.cut(looked, order, after, asked.limit))
    }

    fn cut(
        &self,
        looked: Option<&Looked>,
        order: &Order,
        after: Option<(String, Uuid)>,
        limit: u64,
    ) -> SelectStatement {
        let cut = |mut hits: SelectStatement, after: Option<(String, Uuid)>| {
            hits.column(("hit", Column::SortKey)).column(("hit", Column::ObjectId));
            let keyset = Keyset::new(("hit", Column::SortKey), ("hit", Column::ObjectId), order.clone());
            keyset.apply(&mut hits, after.map(|(key, id)| (key.into(), id)), limit);
            hits
        };
        let Way::Merged(alike) = &self.way else {
            // Two words of an entry may begin alike.
            return cut(self.narrow(self.first(), looked), after).distinct().take();
        };
        let mut selects = alike.iter().map(|word| {
            let mut hits = rows_of(self.kind);
            hits.and_where(Expr::col(("hit", Column::Word)).eq(word.as_str()));
            cut(self.narrow(hits, looked), after.clone())
        });
        let Some(one) = selects.next() else { return cut(self.first(), after) };
        if alike.len() == 1 {
            return one;
        }
        // SQLite takes an order and a limit only inside of a subquery.
        let part = |select| Query::select().column(Asterisk).from_subquery(select, "part").take();
        let mut all = part(one);
        for select in selects {
            all.union(UnionType::Distinct, part(select));
        }
        cut(Query::select().from_subquery(all, "hit").take(), None)
    }

    /// Selects how many entries there are, as `total`.
    pub(crate) fn total(&self, looked: Option<&Looked>) -> SelectStatement {
        let mut hits = self.narrow(self.first(), looked);
        hits.expr_as(Func::count_distinct(Expr::col(("hit", Column::ObjectId))), Alias::new("total"));
        hits
    }
}

fn rows_of(kind: &'static str) -> SelectStatement {
    let mut select = Query::select().from_as(Entity, "hit").take();
    select.and_where(Expr::col(("hit", Column::ObjectKind)).eq(kind));
    select
}

fn within(kind: &'static str, word: &str) -> SelectStatement {
    Query::select().from_as(Entity, "hit").cond_where(words::begins("hit", kind, word)).take()
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
