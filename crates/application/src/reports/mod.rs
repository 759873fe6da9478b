//! Reports: figures of the clinic's work, and exports.

mod assemble;
mod count;
mod export;
mod requests;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use medcert_domain::{
    Currency, Invalid, Money, UserId,
    certification::Stage,
    policy::Actor,
    reports::{Figure, Grouping, READ_REPORTS, Range, RangeError},
};
use uuid::Uuid;

pub use count::{keep, rebuild};
pub use export::export_report;
pub use requests::export_requests;

use crate::{
    App, Error,
    audit::{self, About},
    rooms::Room,
    store::{By, CellFilter, Question, RequestFilter, StoreError},
    upkeep::Task,
};

/// What this room brings.
pub(crate) const ROOM: Room = Room {
    tasks: &[Task {
        name: "fold reports",
        every: std::time::Duration::from_secs(10),
        run: |app| Box::pin(async move { keep(app).await }),
    }],
    ..Room::EMPTY
};

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportFilter {
    /// First day; thirty days up to the last one when left out.
    pub from: Option<NaiveDate>,
    /// Last day, included; today when left out.
    pub to: Option<NaiveDate>,
    /// How the series is cut.
    pub grouping: Grouping,
    /// Of which requests.
    pub of: CellFilter,
}

/// Money that came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Income {
    /// Payments less refunds, each on its own day.
    pub income: Money,
    /// Payments that count: validated and not voided.
    pub paid: Money,
    /// Refunds.
    pub refunded: Money,
    /// Requests whose first payment that counts is in the range.
    pub paying: i64,
    /// Income divided by those requests, to the minor unit, halves away from zero; `None` when there are none.
    pub average_ticket: Option<Money>,
}

/// How long open requests stood somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StageTime {
    /// The stage that was left.
    pub stage: Stage,
    /// How often it was left.
    pub count: i64,
    /// Seconds that half of them took at most; `None` when there are none.
    pub median: Option<i64>,
    /// Seconds that nine of ten took at most.
    pub p90: Option<i64>,
}

/// The figures of a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// Requests registered.
    pub requests: i64,
    /// Requests closed.
    pub closed: i64,
    /// Requests cancelled.
    pub cancelled: i64,
    /// Certificates issued.
    pub issued: i64,
    /// Money by currency, in the order of their codes.
    pub income: Vec<Income>,
    /// Times by open stage, all of them.
    pub time_in_stage: Vec<StageTime>,
}

/// One period of the series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// Its name.
    pub label: String,
    /// Requests registered.
    pub requests: i64,
    /// Requests closed.
    pub closed: i64,
    /// Requests cancelled.
    pub cancelled: i64,
    /// Certificates issued.
    pub issued: i64,
    /// Income by currency: the currencies that the range has, also where it is nothing.
    pub income: Vec<Money>,
}

/// One place of a ranking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RankingEntry {
    /// Promoter or staff record.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// Requests registered in the range.
    pub requests: i64,
    /// Requests closed in the range.
    pub closed: i64,
    /// Certificates issued in the range.
    pub issued: i64,
    /// Hundredths of a percent that its requests are of all requests of the report.
    pub share: i64,
    /// Different clients of the requests registered in the range, of promoters: `None` where there are more than
    /// [`MOST_COUNTED`] requests in the ranking, and of others.
    pub clients: Option<i64>,
    /// When a request of theirs last changed, of all there are.
    pub last_activity_at: Option<DateTime<Utc>>,
}

/// Requests of a ranking up to which its clients are told apart, since that reads each of them.
pub const MOST_COUNTED: i64 = 100_000;

/// Who is behind how many requests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rankings {
    /// Promoters.
    pub promoters: Vec<RankingEntry>,
    /// Managers.
    pub managers: Vec<RankingEntry>,
    /// Doctors.
    pub doctors: Vec<RankingEntry>,
    /// Operators.
    pub operators: Vec<RankingEntry>,
}

/// What one person did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// The account.
    pub user: UserId,
    /// The person's name.
    pub name: String,
    /// How often.
    pub count: i64,
    /// How much, by currency.
    pub amounts: Vec<Money>,
}

/// What takes money away again, by person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ByPerson {
    /// Payments voided.
    pub voids: Vec<Deed>,
    /// Fees waived.
    pub waivers: Vec<Deed>,
    /// Refunds.
    pub refunds: Vec<Deed>,
}

/// A report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Its days.
    pub range: Range,
    /// How its series is cut.
    pub grouping: Grouping,
    /// The time zone of its days.
    pub zone: Tz,
    /// Its figures.
    pub figures: Figures,
    /// The days before.
    pub previous_range: Range,
    /// Their figures.
    pub previous: Figures,
    /// Requests registered in the range by where they stand now: all stages.
    pub by_stage: Vec<(Stage, i64)>,
    /// The series, without gaps.
    pub series: Vec<Period>,
    /// The rankings.
    pub rankings: Rankings,
    /// By person.
    pub by_person: ByPerson,
}

/// How `now` differs from `before` in hundredths of a percent of `before`; `None` where that is nothing.
pub fn change(now: i64, before: i64) -> Option<i64> {
    let difference = i128::from(now) - i128::from(before);
    let share = (difference * 10_000).checked_div(i128::from(before).abs())?;
    i64::try_from(share).ok()
}

/// The change of income in one currency between two lists of it.
pub fn income_change(now: &[Income], before: &[Income], currency: Currency) -> Option<i64> {
    let of =
        |list: &[Income]| list.iter().find(|i| i.income.currency == currency).map_or(0, |i| i.income.minor);
    change(of(now), of(before))
}

/// Figures of requests, all as of one moment and right as of the last change.
pub async fn report(app: &App, actor: &Actor, asked: &ReportFilter) -> Result<Report, Error> {
    app.require(actor, READ_REPORTS).await?;
    let report = gather(app, asked).await?;
    app.trail.note(audit::event(app, actor, "reports.read", About::list("report"), "ok")).await;
    Ok(report)
}

/// The days asked for.
fn range(asked: &ReportFilter, today: NaiveDate) -> Result<Range, Invalid> {
    Range::or_usual(asked.from, asked.to, today).map_err(|error| {
        let code = match error {
            RangeError::Reversed => "before-from",
            RangeError::TooLong => "range",
        };
        // Where only one end was given, the other one is ours, and the fault the caller's.
        let pointer = if asked.to.is_none() { "/from" } else { "/to" };
        Invalid::one(pointer, code, error.to_string())
    })
}

/// Figures that the whole range is asked for.
const ALL: &[Figure] = Figure::ALL;
/// Figures of the series.
const SERIES: &[Figure] =
    &[Figure::Requests, Figure::Closed, Figure::Cancelled, Figure::Issued, Figure::Paid, Figure::Refunded];
/// Figures of the rankings.
const RANKED: &[Figure] = &[Figure::Requests, Figure::Closed, Figure::Issued];
/// By what there are rankings.
const RANKINGS: [By; 4] = [By::Promoter, By::Manager, By::Doctor, By::Operator];

async fn gather(app: &App, asked: &ReportFilter) -> Result<Report, Error> {
    let profile = app.profile().await?;
    let range = range(asked, profile.day_of(app.now()))?;
    if app.store().counted_zone().await? != Some(profile.time_zone) {
        count_if_few(app).await?;
    }
    let question = |figures: &[Figure], range, by| Question {
        figures: figures.to_vec(),
        range,
        of: asked.of.clone(),
        by,
    };
    let mut questions = vec![
        question(ALL, range, By::Stage),
        question(ALL, range.previous(), By::Stage),
        question(SERIES, range, By::Day),
    ];
    questions.extend(RANKINGS.map(|by| question(RANKED, range, by)));
    let answers = app.store().sums(&questions).await?;
    // What was never counted is no answer; it is being counted, so that asking again later is worth it.
    let zone = answers.zone.ok_or(Error::Busy(StoreError::LockTimeout))?;
    assemble::report(app, asked, range, zone, answers.sums).await
}

/// Requests up to which a caller waits for them to be counted.
const FEW: u64 = 1_000;

/// Counts requests for days of the present time zone, unless that would take long.
async fn count_if_few(app: &App) -> Result<(), Error> {
    let page = crate::store::PageRequest { limit: FEW, after: None, with_total: false };
    let found = app.store().requests(&RequestFilter::default(), &page).await?;
    if found.next.is_some() {
        return Ok(());
    }
    match rebuild(app).await {
        // Somebody else began to count after us, and needs no help.
        Err(Error::Stale) => Ok(()),
        other => other.map(drop),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_shares_of_what_was() {
        assert_eq!(change(150, 100), Some(5_000));
        assert_eq!(change(0, 3), Some(-10_000));
        assert_eq!(change(5, 0), None);
        assert_eq!(change(50, -100), Some(15_000));
        assert_eq!(change(i64::MAX, 1), None);
    }
}
