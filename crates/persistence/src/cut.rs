//! Cutting the page of a directory out of its indexes.
//!
//! Left to themselves, planners sort all that matches, or walk a list from its beginning to the place of the cursor,
//! whenever their statistics let them believe that it is little. So each value of a filter is a select of its own
//! that begins at the cursor, inside an index that ends in the order of the list, and the page is cut out of them
//! together. What has no such index is counted first: few rows are put in order; of many the list is full soon.

use std::{collections::BTreeSet, marker::PhantomData};

use medcert_application::store::{PageRequest, StoreError};
use sea_orm::{
    ConnectionTrait, DbBackend, IdenStatic, Iterable, Value,
    sea_query::{
        Alias, Asterisk, Condition, Expr, ExprTrait, Func, Order, Query, SelectStatement, UnionType,
    },
};
use uuid::Uuid;

use crate::{
    directory::search::{self, Looked, Search},
    mapped::Table,
    query::{Keyset, join, number, total},
};

/// Rows that are read and put in order where no index gives it.
const FEW: u64 = 1_000;
/// Most selects that a page is put together from; alternatives beyond are looked at row by row.
const BRANCHES: usize = 24;

/// A column with the value that it has.
type Equal = (&'static str, Value);

/// Conditions of which one must hold.
enum Choice {
    /// That a column has one of these values, each given once.
    Values(&'static str, Vec<Value>),
    /// That one of these columns has its value; several may.
    Columns(Vec<Equal>),
}

impl Choice {
    fn each(&self) -> Vec<Equal> {
        match self {
            Self::Values(column, values) => values.iter().map(|value| (*column, value.clone())).collect(),
            Self::Columns(columns) => columns.clone(),
        }
    }

    fn overlaps(&self) -> bool {
        matches!(self, Self::Columns(columns) if columns.len() > 1)
    }
}

/// A condition to which an index answers that begins with the column.
struct Range {
    column: &'static str,
    condition: Condition,
    /// Whether the column is the same in all that fulfil it.
    same: bool,
}

/// What a page is cut out of: rows of a table, in an order, that fulfil conditions.
pub(crate) struct Cut<T> {
    alias: &'static str,
    key: &'static str,
    order: Order,
    join: Option<fn(&mut SelectStatement)>,
    /// How many of the choices are what all rows belong to.
    owners: usize,
    choices: Vec<Choice>,
    ranges: Vec<Range>,
    only: Option<Condition>,
    /// What every row of the list fulfils, as all do that have words.
    listed: Condition,
    rest: Condition,
    search: Option<Search>,
    table: PhantomData<T>,
}

impl<T: Table + Default> Cut<T> {
    /// All rows, known as `alias`, by the column `key` and then `id`.
    pub(crate) fn by(alias: &'static str, key: &'static str, order: Order) -> Self {
        Self {
            alias,
            key,
            order,
            join: None,
            owners: 0,
            choices: vec![],
            ranges: vec![],
            only: None,
            listed: Condition::all(),
            rest: Condition::all(),
            search: None,
            table: PhantomData,
        }
    }

    /// Joins what conditions look at besides; at most one row to each.
    pub(crate) fn joining(mut self, join: fn(&mut SelectStatement)) -> Self {
        self.join = Some(join);
        self
    }

    /// Those that belong to what the column names. The index goes on with what is said next.
    pub(crate) fn of(mut self, column: &'static str, owner: Uuid) -> Self {
        self.owners += 1;
        self.having(column, [owner])
    }

    /// Those of which the column has one of these values; all when there are none. The column needs an index that
    /// goes on with the order. What fewest rows have is to be said first.
    pub(crate) fn having<V: Into<Value> + Ord>(
        mut self,
        column: &'static str,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        let values: BTreeSet<V> = values.into_iter().collect();
        if !values.is_empty() {
            self.choices.push(Choice::Values(column, values.into_iter().map(Into::into).collect()));
        }
        self
    }

    /// Those of which one of these columns is true; all when there are none. The same holds of each.
    pub(crate) fn any_true(mut self, columns: impl IntoIterator<Item = &'static str>) -> Self {
        let columns: BTreeSet<&'static str> = columns.into_iter().collect();
        if !columns.is_empty() {
            self.choices
                .push(Choice::Columns(columns.into_iter().map(|column| (column, true.into())).collect()));
        }
        self
    }

    /// Those that fulfil the condition, to which an index answers that begins with the column.
    pub(crate) fn within(mut self, column: &'static str, condition: Condition) -> Self {
        self.ranges.push(Range { column, condition, same: false });
        self
    }

    /// The same for a condition that one value of the column fulfils.
    pub(crate) fn at(mut self, column: &'static str, condition: Condition) -> Self {
        self.ranges.push(Range { column, condition, same: true });
        self
    }

    /// Those that fulfil the condition, which are few.
    pub(crate) fn only(mut self, condition: Condition) -> Self {
        self.only = Some(self.only.unwrap_or_else(Condition::all).add(condition));
        self
    }

    /// Those that fulfil the condition, which is looked at row by row.
    pub(crate) fn holding(mut self, condition: Condition) -> Self {
        self.rest = self.rest.add(condition);
        self
    }

    /// Those that are listed at all, as all are that have words.
    pub(crate) fn listing(mut self, condition: Condition) -> Self {
        self.listed = self.listed.add(condition);
        self
    }

    /// Those of which, for each of these words, some word begins so. Words of another kind than the first ones are
    /// looked at row by row, unless they are rare.
    pub(crate) async fn found_by(
        mut self,
        db: &impl ConnectionTrait,
        kind: &'static str,
        words: &[String],
    ) -> Result<Self, StoreError> {
        if self.search.is_none() {
            self.search = Search::of(db, kind, words).await?;
            return Ok(self);
        }
        let id = (self.alias, "id");
        for word in words {
            self = match search::few(db, kind, word).await? {
                Some(ids) => self.only(Condition::all().add(Expr::col(id).is_in(ids))),
                None => self.holding(Condition::all().add(search::has(kind, id, word))),
            };
        }
        Ok(self)
    }

    fn col(&self, column: &'static str) -> Expr {
        Expr::col((self.alias, column))
    }

    fn equal(&self, (column, value): &Equal) -> Condition {
        Condition::all().add(self.col(column).eq(value.clone()))
    }

    fn chosen(&self, choice: &Choice) -> Condition {
        match choice {
            Choice::Values(column, values) if values.len() > 1 => {
                Condition::all().add(self.col(column).is_in(values.iter().cloned()))
            }
            _ => choice.each().iter().fold(Condition::any(), |any, one| any.add(self.equal(one))),
        }
    }

    fn whole(&self) -> Condition {
        self.without_words().add(self.listed.clone()).add(self.worded())
    }

    /// All that is asked but words.
    fn without_words(&self) -> Condition {
        let ranges = self.ranges.iter().map(|range| range.condition.clone());
        let all = ranges.chain(self.only.clone()).fold(self.rest.clone(), Condition::add);
        self.choices.iter().fold(all, |all, choice| all.add(self.chosen(choice)))
    }

    fn worded(&self) -> Condition {
        let search = self.search.as_ref();
        search.map_or_else(Condition::all, |search| search.condition((self.alias, "id")))
    }

    /// What is asked besides words, as rows of words are looked at for it.
    fn looked(&self) -> Option<Looked> {
        let asked = self.without_words();
        if asked.is_empty() {
            return None;
        }
        let mut rows = self.rows();
        self.joined(&mut rows);
        rows.cond_where(asked);
        Some(Looked { rows, id: (self.alias, "id") })
    }

    /// Whether the page is cut out of the rows of words: not when few rows have what else is asked, which are then asked
    /// for their words, or when there is no word to begin with.
    async fn led(
        &self,
        db: &impl ConnectionTrait,
        kind: &'static str,
    ) -> Result<Option<&Search>, StoreError> {
        let Some(search) = self.search.as_ref().filter(|search| search.leads()) else { return Ok(None) };
        if search.is_rare() {
            return Ok(Some(search));
        }
        for choice in &self.choices {
            let mut rows = 0;
            for one in choice.each() {
                let mut found = self.rows();
                found.expr(Expr::val(1)).cond_where(self.equal(&one)).limit(FEW + 1);
                found.order_by((self.alias, self.key), Order::Asc);
                let mut count = Query::select().from_subquery(found, "counted").take();
                count.expr_as(Func::count(Expr::val(1)), Alias::new("total"));
                rows += number(db, kind, &count).await?;
                if rows > FEW {
                    break;
                }
            }
            if rows <= FEW {
                return Ok(None);
            }
        }
        Ok(Some(search))
    }

    /// What is looked at where the list is walked.
    fn walked(&self, backend: DbBackend) -> Condition {
        let asked = self.rest.clone().add(self.listed.clone()).add(self.worded());
        self.ranges.iter().fold(asked, |all, Range { condition, .. }| {
            if backend == DbBackend::MySql {
                // Where it sees an index, it would rather read and sort all that the index has.
                let told: Expr = Expr::case(condition.clone(), 1).finally(0).into();
                all.add(told.eq(1))
            } else {
                all.add(condition.clone())
            }
        })
    }

    fn rows(&self) -> SelectStatement {
        Query::select().from_as(T::default(), self.alias).take()
    }

    fn joined(&self, select: &mut SelectStatement) {
        if let Some(join) = self.join {
            join(select);
        }
    }

    /// Selects every column of the table, and the key where the table's rows do not show it.
    fn with_columns(&self, mut select: SelectStatement) -> SelectStatement {
        let mut names: Vec<&'static str> = T::Column::iter().map(|column| column.as_str()).collect();
        if !names.contains(&self.key) {
            names.push(self.key);
        }
        for name in names {
            select.expr(self.col(name));
        }
        select
    }

    /// How many there are.
    pub(crate) async fn total(
        &self,
        db: &impl ConnectionTrait,
        kind: &'static str,
    ) -> Result<u64, StoreError> {
        let looked = self.looked();
        if let Some(search) = self.search.as_ref().filter(|search| search.leads())
            && (search.is_rare() || looked.is_none())
        {
            return number(db, kind, &search.total(looked.as_ref())).await;
        }
        let mut select = self.rows();
        self.joined(&mut select);
        select.cond_where(self.whole());
        total(db, kind, select).await
    }

    /// Selects the few rows that there can be, in no order; `None` when there are many.
    async fn few(
        &self,
        db: &impl ConnectionTrait,
        kind: &'static str,
    ) -> Result<Option<SelectStatement>, StoreError> {
        // The limit keeps the engines from looking for another way.
        let these = |condition: &Condition| {
            let mut select = self.rows();
            select.cond_where(condition.clone()).limit(FEW + 1);
            select
        };
        let all = |condition| {
            let mut select = self.with_columns(these(condition));
            // Conditions may ask for columns that rows do not show.
            for choice in &self.choices {
                for (column, _) in choice.each() {
                    if !T::Column::iter().any(|known| known.as_str() == column) && column != self.key {
                        select.expr(self.col(column));
                    }
                }
            }
            select
        };
        if let Some(condition) = &self.only {
            return Ok(Some(all(condition)));
        }
        for Range { column, condition, same } in &self.ranges {
            let mut rows = these(condition);
            // MariaDB would sort by what is always the same, and read all for it.
            let id = *same && db.get_database_backend() == DbBackend::MySql;
            rows.expr(self.col(column)).order_by((self.alias, if id { "id" } else { *column }), Order::Asc);
            let mut count = Query::select().from_subquery(rows, "counted").take();
            count.expr_as(Func::count(Expr::val(1)), Alias::new("total"));
            if number(db, kind, &count).await? <= FEW {
                return Ok(Some(all(condition)));
            }
        }
        Ok(None)
    }

    fn keyset(&self) -> Keyset {
        Keyset::new((self.alias, self.key), (self.alias, "id"), self.order.clone())
    }

    /// Selects the columns of a page of it, behind the row with this key and id.
    pub(crate) async fn page(
        &self,
        db: &impl ConnectionTrait,
        kind: &'static str,
        asked: &PageRequest,
        after: Option<(Value, Uuid)>,
    ) -> Result<SelectStatement, StoreError> {
        if let Some(few) = self.few(db, kind).await? {
            let mut cut = self.with_columns(Query::select().from_subquery(few, self.alias).take());
            self.joined(&mut cut);
            cut.cond_where(self.whole());
            self.keyset().apply(&mut cut, after, asked.limit);
            return Ok(cut);
        }
        if let Some(search) = self.led(db, kind).await? {
            let hits = search.page(self.looked().as_ref(), &self.order, after, asked.limit)?;
            let mut cut = Query::select().from_subquery(hits, "hit").take();
            join::<T>(&mut cut, self.alias, ("hit", "object_id"));
            cut.order_by((self.alias, self.key), self.order.clone());
            cut.order_by((self.alias, "id"), self.order.clone());
            return Ok(self.with_columns(cut));
        }
        let backend = db.get_database_backend();
        let (branches, overlap) = self.branches(backend);
        let mut selects = branches
            .into_iter()
            .map(|(equal, rest)| self.branch(backend, &equal, rest, asked, after.clone()));
        let Some(first) = selects.next() else { return Ok(self.rows()) };
        let mut others = selects.peekable();
        if others.peek().is_none() {
            return Ok(first);
        }
        // SQLite takes an order and a limit only inside of a subquery.
        let part = |select| Query::select().column(Asterisk).from_subquery(select, "part").take();
        let mut all = part(first);
        for select in others {
            all.union(if overlap { UnionType::Distinct } else { UnionType::All }, part(select));
        }
        let mut cut = self.with_columns(Query::select().from_subquery(all, self.alias).take());
        self.keyset().apply(&mut cut, None, asked.limit);
        Ok(cut)
    }

    /// The alternatives that there are, each with what else must hold; and whether a row may be found by two.
    fn branches(&self, backend: DbBackend) -> (Vec<(Vec<Equal>, Condition)>, bool) {
        let mut branches = vec![(Vec::new(), self.walked(backend))];
        let mut overlap = false;
        for choice in &self.choices {
            let each = choice.each();
            if branches.len() * each.len() > BRANCHES {
                let chosen = |(equal, rest): (_, Condition)| (equal, rest.add(self.chosen(choice)));
                branches = branches.into_iter().map(chosen).collect();
                continue;
            }
            overlap |= choice.overlaps();
            let with = |(equal, rest): &(Vec<Equal>, Condition), one: &Equal| {
                ([equal.as_slice(), std::slice::from_ref(one)].concat(), rest.clone())
            };
            branches =
                branches.iter().flat_map(|branch| each.iter().map(move |one| with(branch, one))).collect();
        }
        (branches, overlap)
    }

    fn branch(
        &self,
        backend: DbBackend,
        equal: &[Equal],
        rest: Condition,
        asked: &PageRequest,
        after: Option<(Value, Uuid)>,
    ) -> SelectStatement {
        let mut select = self.with_columns(self.rows());
        self.joined(&mut select);
        select.cond_where(rest);
        for (position, one) in equal.iter().enumerate() {
            if backend == DbBackend::MySql && position <= self.owners {
                // Of an equality it makes a lookup by that column alone, and then walks from the beginning of the
                // list; of a range one that begins at the cursor, when the order names the column as well.
                let (column, value) = one;
                select.and_where(self.col(column).gte(value.clone()));
                select.and_where(self.col(column).lte(value.clone()));
                select.order_by((self.alias, *column), self.order.clone());
            } else {
                select.cond_where(self.equal(one));
            }
        }
        self.keyset().apply(&mut select, after, asked.limit);
        select
    }

    /// Selects from a page, in its order, so that names can be joined to its rows: left to themselves, planners join
    /// whole tables first.
    pub(crate) fn around(&self, page: SelectStatement) -> SelectStatement {
        let mut select = Query::select().from_subquery(page, self.alias).take();
        select
            .order_by((self.alias, self.key), self.order.clone())
            .order_by((self.alias, "id"), self.order.clone());
        select
    }
}
