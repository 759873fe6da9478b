//! Reports as tables.

use async_trait::async_trait;
use medcert_domain::{policy::Actor, reports::EXPORT};

use super::{Deed, Figures, RankingEntry, Report, ReportFilter, gather};
use crate::{
    App, Error,
    audit::About,
    export::{Export, Rows, Value},
};

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
