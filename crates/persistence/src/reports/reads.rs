//! Reading sums: totals, and the changes that are not folded into them yet, as of one moment.

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use medcert_application::store::{Answers, By, CellFilter, Names, Question, ReportReads, StoreError, Sum};
use medcert_domain::{
    Currency, Id, StaffId, UserId,
    certification::Stage,
    people::Promoter,
    reports::{Figure, Range},
};
use sea_orm::{
    ConnectionTrait, DbBackend, QueryResult,
    sea_query::{Alias, Condition, Expr, ExprTrait, Func, Query, SelectStatement},
};
use uuid::Uuid;

use super::{
    delta::detail_of,
    generation, ranked, total,
    total_key::{Dimension, TotalKey, named_dimensions, raw},
};
use crate::{
    column::{read, read_opt},
    error::failed,
    identity::user,
    mapped::Table,
    people::{person, promoter, staff},
    query::{join, value_of},
    store::SeaStore,
};

const KIND: &str = "report";

/// Ids in one statement.
const AT_ONCE: usize = 1_000;

#[async_trait]
impl ReportReads for SeaStore {
    async fn sums(&self, questions: &[Question]) -> Result<Answers, StoreError> {
        let db = self.one_moment().await?;
        let current = generation::current(&db).await?;
        let mut sums = Vec::with_capacity(questions.len());
        for question in questions {
            sums.push(answer(&db, current.id, question).await?);
        }
        db.commit().await.map_err(failed(KIND))?;
        Ok(Answers { zone: current.zone, sums })
    }

    async fn report_names(
        &self,
        promoters: &[Id<Promoter>],
        members: &[StaffId],
        users: &[UserId],
    ) -> Result<Names, StoreError> {
        let db = self.reader();
        let person = |from: SelectStatement, column| {
            let mut from = from;
            join::<person::table::Entity>(&mut from, "person", column);
            from.expr(Expr::col(("person", person::table::Column::Name)));
            from
        };
        let mut names = Names::default();
        for chunk in raw(promoters).chunks(AT_ONCE) {
            let mut select = of::<promoter::table::Entity>(chunk);
            select.expr(Expr::col(("thing", promoter::table::Column::Name)));
            names.promoters.extend(named(db, &select).await?);
        }
        for chunk in raw(members).chunks(AT_ONCE) {
            let select = of::<staff::table::Entity>(chunk);
            let select = person(select, ("thing", "person_id"));
            names.staff.extend(named(db, &select).await?);
        }
        for chunk in raw(users).chunks(AT_ONCE) {
            let select = of::<user::table::Entity>(chunk);
            let select = person(select, ("thing", "person_id"));
            names.users.extend(named(db, &select).await?);
        }
        Ok(names)
    }

    async fn clients_sent(
        &self,
        by: &[Id<Promoter>],
        time: (DateTime<Utc>, DateTime<Utc>),
        of: &CellFilter,
    ) -> Result<Vec<(Uuid, i64)>, StoreError> {
        ranked::clients(self.reader(), &raw(by), time, of).await
    }

    async fn last_changes(&self, by: By, who: &[Uuid]) -> Result<Vec<(Uuid, DateTime<Utc>)>, StoreError> {
        ranked::last_changes(self.reader(), by, who).await
    }

    async fn counted_zone(&self) -> Result<Option<Tz>, StoreError> {
        Ok(generation::current(self.reader()).await?.zone)
    }
}

fn of<T: Table + Default>(ids: &[Uuid]) -> SelectStatement {
    let mut select = Query::select().from_as(T::default(), "thing").take();
    select.expr(Expr::col(("thing", T::ID)));
    select.and_where(Expr::col(("thing", T::ID)).is_in(ids.iter().copied()));
    select
}

async fn named(
    db: &impl ConnectionTrait,
    select: &SelectStatement,
) -> Result<Vec<(Uuid, String)>, StoreError> {
    let rows = db.query_all(select).await.map_err(failed(KIND))?;
    let named = rows.iter().map(|row| {
        let id = row.try_get_by_index(0).map_err(failed(KIND))?;
        let name: Option<String> = row.try_get_by_index(1).map_err(failed(KIND))?;
        Ok((id, name.unwrap_or_default()))
    });
    named.collect()
}

/// What a question divides by: columns, and the dimension among them.
fn divided(by: By) -> (&'static [&'static str], Option<Dimension>) {
    match by {
        By::Stage => (&["stage", "detail"], None),
        By::Day => (&["day"], None),
        By::Promoter => (&["promoter_id"], Some(Dimension::Promoter)),
        By::Manager => (&["manager_id"], Some(Dimension::Manager)),
        By::Doctor => (&["doctor_id"], Some(Dimension::Doctor)),
        By::Operator => (&["operator_id"], Some(Dimension::Operator)),
    }
}

/// Sums of a table of cells.
fn select(
    table: &'static str,
    generation: i32,
    backend: DbBackend,
    question: &Question,
    figures: &[Figure],
) -> SelectStatement {
    // A sum of whole numbers is a decimal on most engines.
    let whole = if backend == DbBackend::MySql { "signed" } else { "bigint" };
    let sum = Func::cast_as(Func::sum(Expr::col("amount")), Alias::new(whole));
    let mut select = Query::select().from(table).columns(["figure", "currency"]).take();
    select.expr_as(sum, Alias::new("amount")).group_by_columns(["figure", "currency"]);
    let (columns, _) = divided(question.by);
    select.columns(columns.iter().copied()).group_by_columns(columns.iter().copied());
    select
        .and_where(Expr::col("generation").eq(generation))
        .and_where(Expr::col("figure").is_in(figures.iter().map(|figure| figure.code())));
    if !question.of.stages.is_empty() {
        select.and_where(Expr::col("stage").is_in(question.of.stages.iter().map(|stage| stage.code())));
    }
    if !question.of.currencies.is_empty() {
        let codes: Vec<String> = question.of.currencies.iter().map(ToString::to_string).collect();
        select.and_where(Expr::col("currency").is_in(codes));
    }
    for (_, column, ids) in named_dimensions(&question.of) {
        select.and_where(Expr::col(column).is_in(ids));
    }
    select
}

fn on_days(mut select: SelectStatement, from: NaiveDate, to: NaiveDate) -> SelectStatement {
    select.and_where(Expr::col("day").gte(from)).and_where(Expr::col("day").lte(to));
    select
}

/// That a total is where the totals of these days are.
fn within(part: &str, figures: &[Figure], from: NaiveDate, to: NaiveDate) -> Condition {
    let spans = figures.iter().map(|figure| total::span(part, *figure, from, to));
    spans.fold(Condition::any(), |any, (first, end)| {
        any.add(Condition::all().add(Expr::col("id").gte(first)).add(Expr::col("id").lt(end)))
    })
}

/// All statements whose sums together answer a question.
pub(crate) fn statements(backend: DbBackend, generation: i32, question: &Question) -> Vec<SelectStatement> {
    let range = question.range;
    let (_, dimension) = divided(question.by);
    let mut needed: Vec<Dimension> = named_dimensions(&question.of).into_iter().map(|(d, ..)| d).collect();
    let filtered = !needed.is_empty();
    needed.extend(dimension.filter(|dimension| !needed.contains(dimension)));
    let part = TotalKey::with(&needed);
    let figures = question.figures.as_slice();
    let deltas = select("report_delta", generation, backend, question, figures);
    let mut all = vec![on_days(deltas, range.from(), range.to())];
    let totals = |name: &'static str, figures: &[Figure], from, to| {
        let mut select = select("report_total", generation, backend, question, figures);
        select.and_where(Expr::col("part").eq(name));
        // MariaDB's table is its primary key. With a filter, the index of its dimension leads to fewer totals.
        if backend == DbBackend::MySql && !filtered {
            select.cond_where(within(name, figures, from, to));
        }
        on_days(select, from, to)
    };
    let staged = question.by == By::Stage || !question.of.stages.is_empty();
    let months = question.by != By::Day && part.has_months(&question.figures, staged);
    let by_month = part.by_month().filter(|_| months).zip(range.whole_months());
    let odd: Vec<Range> = match by_month {
        None => vec![range],
        Some((name, (first, last))) => {
            all.push(totals(name, figures, first, last));
            range.odd_days()
        }
    };
    for (name, figures) in part.days_of(figures) {
        all.extend(odd.iter().map(|days| totals(name, &figures, days.from(), days.to())));
    }
    all
}

/// What a sum is of, as columns.
type Key = (String, Option<String>, Option<String>, Option<String>, Option<NaiveDate>, Option<Uuid>);

async fn answer(
    db: &impl ConnectionTrait,
    generation: i32,
    question: &Question,
) -> Result<Vec<Sum>, StoreError> {
    let mut sums: BTreeMap<Key, i64> = BTreeMap::new();
    for select in statements(db.get_database_backend(), generation, question) {
        for row in db.query_all(&select).await.map_err(failed(KIND))? {
            let (key, amount) = entry(&row, question.by)?;
            *sums.entry(key).or_default() += amount;
        }
    }
    sums.into_iter().filter(|(_, amount)| *amount != 0).map(sum).collect()
}

fn entry(row: &QueryResult, by: By) -> Result<(Key, i64), StoreError> {
    let text = |name| value_of::<Option<String>>(KIND, row, name);
    let who = |name| value_of::<Option<Uuid>>(KIND, row, name);
    let mut key: Key = (value_of(KIND, row, "figure")?, text("currency")?, None, None, None, None);
    match by {
        By::Stage => (key.2, key.3) = (text("stage")?, text("detail")?),
        By::Day => key.4 = value_of(KIND, row, "day")?,
        By::Promoter => key.5 = who("promoter_id")?,
        By::Manager => key.5 = who("manager_id")?,
        By::Doctor => key.5 = who("doctor_id")?,
        By::Operator => key.5 = who("operator_id")?,
    }
    Ok((key, value_of(KIND, row, "amount")?))
}

fn sum(((figure, currency, stage, detail, day, who), amount): (Key, i64)) -> Result<Sum, StoreError> {
    Ok(Sum {
        figure: read(KIND, "figure", &figure, Figure::parse)?,
        currency: read_opt(KIND, "currency", currency.as_deref(), Currency::parse)?,
        stage: read_opt(KIND, "stage", stage.as_deref(), Stage::parse)?,
        detail: detail_of(detail.as_deref().unwrap_or_default())?,
        day,
        who,
        amount,
    })
}
