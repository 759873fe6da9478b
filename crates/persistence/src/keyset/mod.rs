//! Cutting the page of a directory out of its indexes.
//!
//! Left to themselves, planners sort all that matches, or walk a list from its beginning to the place of the cursor,
//! whenever their statistics let them believe that it is little. So each value of a filter is a select of its own
//! that begins at the cursor, inside an index that ends in the order of the list, and the page is cut out of them
//! together. What has no such index is counted first: few rows are put in order; of many the list is full soon.

mod page;

use std::{collections::BTreeSet, marker::PhantomData};

use chrono::{DateTime, Utc};
use medcert_application::store::StoreError;
use sea_orm::{
    ConnectionTrait, DbBackend, IdenStatic, Iterable, Value,
    sea_query::{Condition, Expr, ExprTrait, Order, Query, SelectStatement},
};
use uuid::Uuid;

use crate::{
    audited_entity::search::{self, Looked, Search},
    mapped::Table,
    query::{TimeRange, walked},
};

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
pub(crate) struct ListQuery<T> {
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
    /// The part of the order that is asked for.
    window: TimeRange,
    search: Option<Search>,
    table: PhantomData<T>,
}

impl<T: Table + Default> ListQuery<T> {
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
            window: TimeRange::default(),
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

    /// Those whose key, which is a moment, is in this window.
    pub(crate) fn between(mut self, window: TimeRange) -> Self {
        self.window = window;
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
        search_terms: &[String],
    ) -> Result<Self, StoreError> {
        if self.search.is_none() {
            self.search = Search::of(db, kind, search_terms).await?;
            return Ok(self);
        }
        let id = (self.alias, "id");
        for word in search_terms {
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
        let all = ranges
            .chain(self.window.of(&self.col(self.key)))
            .chain(self.only.clone())
            .fold(self.rest.clone(), Condition::add);
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

    /// What is looked at where the list is walked, perhaps from a cursor on.
    fn walked(&self, backend: DbBackend, cursor: Option<DateTime<Utc>>) -> Condition {
        let window = self.window.behind(&self.order, cursor).of(&self.col(self.key));
        let asked = window.into_iter().fold(self.rest.clone(), Condition::add).add(self.worded());
        let ranges = self.ranges.iter().map(|range| &range.condition);
        let listed = (!self.listed.is_empty()).then_some(&self.listed);
        ranges.chain(listed).fold(asked, |all, condition| all.add(walked(backend, condition.clone())))
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
}
