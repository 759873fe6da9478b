//! The statements that cut a page, and the questions that choose among them.

use chrono::{DateTime, Utc};
use medcert_application::store::{PageRequest, StoreError};
use sea_orm::{
    ConnectionTrait, DbBackend, IdenStatic, Iterable, Value,
    sea_query::{
        Alias, Asterisk, Condition, Expr, ExprTrait, Func, Order, Query, SelectStatement, UnionType,
    },
};
use uuid::Uuid;

use super::{Equal, ListQuery, Range};
use crate::{
    audited_entity::search::Search,
    mapped::Table,
    query::{Keyset, cursor_moment, join, number, total},
};

/// Rows that are read and put in order where no index gives it.
const FEW: u64 = 1_000;
/// Most selects that a page is put together from; alternatives beyond are looked at row by row.
const BRANCHES: usize = 24;

impl<T: Table + Default> ListQuery<T> {
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
            let mut query = self.with_columns(Query::select().from_subquery(few, self.alias).take());
            self.joined(&mut query);
            query.cond_where(self.whole());
            self.keyset().apply(&mut query, after, asked.limit);
            return Ok(query);
        }
        if let Some(search) = self.led(db, kind).await? {
            let hits = search.page(self.looked().as_ref(), &self.order, after, asked.limit)?;
            let mut query = Query::select().from_subquery(hits, "hit").take();
            join::<T>(&mut query, self.alias, ("hit", "object_id"));
            query.order_by((self.alias, self.key), self.order.clone());
            query.order_by((self.alias, "id"), self.order.clone());
            return Ok(self.with_columns(query));
        }
        let backend = db.get_database_backend();
        let cursor = if self.window.is_all() { None } else { cursor_moment(asked)? };
        let (branches, overlap) = self.branches(backend, cursor);
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
        let mut query = self.with_columns(Query::select().from_subquery(all, self.alias).take());
        self.keyset().apply(&mut query, None, asked.limit);
        Ok(query)
    }

    /// The alternatives that there are, each with what else must hold; and whether a row may be found by two.
    fn branches(
        &self,
        backend: DbBackend,
        cursor: Option<DateTime<Utc>>,
    ) -> (Vec<(Vec<Equal>, Condition)>, bool) {
        let mut branches = vec![(Vec::new(), self.walked(backend, cursor))];
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
