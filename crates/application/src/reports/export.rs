//! Exports: anything that can be read part by part, as rows of cells.

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use medcert_domain::{Money, policy::Actor, reports::EXPORT};

use super::{Deed, Figures, RankingEntry, Report, ReportFilter, gather};
use crate::{
    App, Error,
    audit::{self, About},
};

/// One cell of an exported table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing.
    Empty,
    /// A text, whatever it looks like.
    Text(String),
    /// A number.
    Number(i64),
    /// So many hundredths.
    Hundredths(i64),
    /// An amount, without its currency.
    Amount(Money),
    /// A day.
    Day(NaiveDate),
    /// A moment.
    Moment(DateTime<Utc>),
}

impl Value {
    /// A text that may be missing.
    pub fn maybe(text: Option<String>) -> Self {
        text.map_or(Self::Empty, Self::Text)
    }

    /// A code.
    pub fn code(code: &str) -> Self {
        Self::Text(code.to_owned())
    }
}

/// Rows that are read part by part: no more than one part is ever in memory.
#[async_trait]
pub trait Rows: Send {
    /// The next rows, each as long as there are columns; `None` at the end. An error ends the export unfinished.
    async fn next(&mut self) -> Result<Option<Vec<Vec<Value>>>, Error>;
}

/// A table to be exported.
pub struct Export {
    /// Name of the file, without its ending: letters, digits and hyphens.
    pub name: String,
    /// Names of the columns.
    pub columns: &'static [&'static str],
    /// The rows.
    pub rows: Box<dyn Rows>,
}

impl Export {
    /// A table, once the audit trail has written down that it is exported: before its first byte.
    pub(super) async fn audited(
        app: &App,
        actor: &Actor,
        about: About,
        name: String,
        columns: &'static [&'static str],
        rows: Box<dyn Rows>,
    ) -> Result<Self, Error> {
        let event = audit::event(app, actor, &format!("{}.export", about.kind), about, "ok");
        app.store().append_audit(&[event]).await?;
        Ok(Self { name, columns, rows })
    }
}

/// Rows that are all there already.
struct Ready(Option<Vec<Vec<Value>>>);

#[async_trait]
impl Rows for Ready {
    async fn next(&mut self) -> Result<Option<Vec<Vec<Value>>>, Error> {
        Ok(self.0.take())
    }
}

/// Columns of an exported report: one figure a row.
const COLUMNS: &[&str] = &["section", "key", "name", "figure", "currency", "value"];

/// A report as a table.
pub async fn export_report(app: &App, actor: &Actor, asked: &ReportFilter) -> Result<Export, Error> {
    app.require(actor, EXPORT).await?;
    let report = gather(app, asked).await?;
    let name = format!("certification-report-{}-{}", report.range.from(), report.range.to());
    let rows = Box::new(Ready(Some(rows(&report))));
    Export::audited(app, actor, About::list("report"), name, COLUMNS, rows).await
}

/// Collects rows of a report.
struct Lines(Vec<Vec<Value>>);

impl Lines {
    fn add(&mut self, section: &str, key: &str, name: &str, figure: &str, value: Value) {
        let currency = if let Value::Amount(money) = &value {
            Value::Text(money.currency.to_string())
        } else {
            Value::Empty
        };
        let text = |text: &str| if text.is_empty() { Value::Empty } else { Value::Text(text.to_owned()) };
        self.0.push(vec![text(section), text(key), text(name), text(figure), currency, value]);
    }

    fn figures(&mut self, section: &str, figures: &Figures) {
        let mut add = |figure, value| self.add(section, "", "", figure, value);
        add("requests", Value::Number(figures.requests));
        add("closed", Value::Number(figures.closed));
        add("cancelled", Value::Number(figures.cancelled));
        add("issued", Value::Number(figures.issued));
        for income in &figures.income {
            add("income", Value::Amount(income.income));
            add("paid", Value::Amount(income.paid));
            add("refunded", Value::Amount(income.refunded));
            add("average_ticket", income.average_ticket.map_or(Value::Empty, Value::Amount));
        }
        for time in &figures.time_in_stage {
            let mut add = |figure, value| self.add(section, time.stage.code(), "", figure, value);
            add("left", Value::Number(time.count));
            add("median_seconds", time.median.map_or(Value::Empty, Value::Number));
            add("p90_seconds", time.p90.map_or(Value::Empty, Value::Number));
        }
    }

    fn ranking(&mut self, section: &str, places: &[RankingEntry]) {
        for place in places {
            let id = place.id.to_string();
            let mut add = |figure, value| self.add(section, &id, &place.name, figure, value);
            add("requests", Value::Number(place.requests));
            add("closed", Value::Number(place.closed));
            add("issued", Value::Number(place.issued));
            add("share", Value::Hundredths(place.share));
            if let Some(clients) = place.clients {
                add("clients", Value::Number(clients));
            }
            add("last_activity_at", place.last_activity_at.map_or(Value::Empty, Value::Moment));
        }
    }

    fn deeds(&mut self, section: &str, deeds: &[Deed]) {
        for deed in deeds {
            let id = deed.user.to_string();
            self.add(section, &id, &deed.name, "count", Value::Number(deed.count));
            for money in &deed.amounts {
                self.add(section, &id, &deed.name, "amount", Value::Amount(*money));
            }
        }
    }
}

fn rows(report: &Report) -> Vec<Vec<Value>> {
    let mut lines = Lines(vec![]);
    for (section, range) in [("range", report.range), ("previous-range", report.previous_range)] {
        lines.add(section, "", "", "from", Value::Day(range.from()));
        lines.add(section, "", "", "to", Value::Day(range.to()));
    }
    lines.add("range", "", "", "time_zone", Value::code(report.zone.name()));
    lines.figures("figures", &report.figures);
    lines.figures("previous", &report.previous);
    for (stage, count) in &report.by_stage {
        lines.add("by_stage", stage.code(), "", "requests", Value::Number(*count));
    }
    for period in &report.series {
        let mut add = |figure, value| lines.add("series", &period.label, "", figure, value);
        add("requests", Value::Number(period.requests));
        add("closed", Value::Number(period.closed));
        add("cancelled", Value::Number(period.cancelled));
        add("issued", Value::Number(period.issued));
        for income in &period.income {
            add("income", Value::Amount(*income));
        }
    }
    lines.ranking("promoters", &report.rankings.promoters);
    lines.ranking("managers", &report.rankings.managers);
    lines.ranking("doctors", &report.rankings.doctors);
    lines.ranking("operators", &report.rankings.operators);
    lines.deeds("voids", &report.by_person.voids);
    lines.deeds("waivers", &report.by_person.waivers);
    lines.deeds("refunds", &report.by_person.refunds);
    lines.0
}
