//! Reports as they are answered.

mod convert;

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    certification::codes::StageCode,
    codes::{Day, Moment},
    money::MoneyView,
    reports::codes::GroupingCode,
};

/// A report.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CertificationReport, example = json!({
    "from": "2026-11-01", "to": "2026-11-30", "group_by": "month", "time_zone": "America/Lima",
    "figures": {
        "requests": 42, "closed": 30, "cancelled": 2, "issued": 28,
        "income": [{"amount": "5800.00", "currency": "PEN", "paid": "6000.00", "refunded": "200.00",
            "paying_requests": 30, "average_ticket": "193.33"}],
        "time_in_stage": [{"stage": "REGISTERED", "count": 40, "median_seconds": 1328, "p90_seconds": 7424}]
    },
    "time_error_percent": 3.125,
    "previous": {
        "from": "2026-10-02", "to": "2026-10-31",
        "figures": {"requests": 40, "closed": 30, "cancelled": 0, "issued": 25,
            "income": [{"amount": "5000.00", "currency": "PEN", "paid": "5000.00", "refunded": "0.00",
                "paying_requests": 25, "average_ticket": "200.00"}],
            "time_in_stage": [{"stage": "REGISTERED", "count": 40, "median_seconds": null, "p90_seconds": null}]}
    },
    "change": {"requests": 5.0, "closed": 0.0, "cancelled": null, "issued": 12.0,
        "income": [{"currency": "PEN", "percent": 16.0}]},
    "by_stage": [{"stage": "REGISTERED", "count": 2}],
    "series": [{"period": "2026-11", "requests": 42, "closed": 30, "cancelled": 2, "issued": 28,
        "income": [{"amount": "5800.00", "currency": "PEN"}]}],
    "rankings": {
        "promoters": [{"id": "01940000-0000-7000-8000-0000000000d1", "name": "Transportes Andinos S.A.",
            "requests": 12, "closed": 10, "issued": 9, "share_percent": 28.57,
            "last_activity_at": "2026-11-28T16:04:05Z", "clients": 11}],
        "managers": [], "doctors": [], "operators": []
    },
    "by_person": {
        "voids": [{"user_id": "01940000-0000-7000-8000-0000000000b1", "name": "Julio Paredes", "count": 1,
            "amounts": [{"amount": "200.00", "currency": "PEN"}]}],
        "waivers": [], "refunds": []
    }
}))]
pub(crate) struct ReportView {
    /// First day.
    from: Day,
    /// Last day, included.
    to: Day,
    /// How the series is cut.
    group_by: GroupingCode,
    /// The time zone (IANA) whose days are counted. After the institution's was changed, that of before until all
    /// requests are counted anew.
    #[schema(example = "America/Lima")]
    time_zone: String,
    /// The figures.
    figures: FiguresView,
    /// How far median and p90 can be off, in percent.
    time_error_percent: f64,
    /// The days before.
    previous: PreviousView,
    /// The difference to the days before.
    change: ChangeView,
    /// Requests registered in the range by where they stand now: all stages.
    by_stage: Vec<StageCountView>,
    /// The series: every period that has a day in the range, also where nothing happened. Periods at the ends hold what
    /// lies in the range only.
    series: Vec<PeriodView>,
    /// Who is behind how many requests: twenty places each, ties by name.
    rankings: RankingsView,
    /// What took money away again, by person.
    by_person: ByPersonView,
}

/// Figures of a range.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReportFigures)]
pub(crate) struct FiguresView {
    /// Requests registered.
    requests: i64,
    /// Requests closed, with or without a certificate.
    closed: i64,
    /// Requests cancelled.
    cancelled: i64,
    /// Certificates issued.
    issued: i64,
    /// Money by currency.
    income: Vec<IncomeView>,
    /// Times by stage, all open ones.
    time_in_stage: Vec<StageTimeView>,
}

/// Money that came in, in one currency.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReportIncome)]
pub(crate) struct IncomeView {
    /// Payments less refunds; may be negative.
    #[schema(example = "5800.00")]
    amount: String,
    /// ISO 4217 code.
    #[schema(example = "PEN")]
    currency: String,
    /// Payments.
    #[schema(example = "6000.00")]
    paid: String,
    /// Refunds.
    #[schema(example = "200.00")]
    refunded: String,
    /// Requests whose first payment that counts is in the range.
    paying_requests: i64,
    /// Income divided by those requests; null when there are none.
    #[schema(required = true, example = "193.33")]
    average_ticket: Option<String>,
}

/// How long requests stood in a stage that they left in the range.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReportStageTime)]
pub(crate) struct StageTimeView {
    /// The stage.
    stage: StageCode,
    /// How often it was left.
    count: i64,
    /// Seconds that half of them took at most.
    #[schema(required = true)]
    median_seconds: Option<i64>,
    /// Seconds that nine of ten took at most.
    #[schema(required = true)]
    p90_seconds: Option<i64>,
}

/// The days before.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReportPrevious)]
pub(crate) struct PreviousView {
    /// First day.
    from: Day,
    /// Last day, included.
    to: Day,
    /// Their figures.
    figures: FiguresView,
}

/// Differences in percent of what was before; null where that was nothing.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReportChange)]
pub(crate) struct ChangeView {
    /// Of requests.
    #[schema(required = true)]
    requests: Option<f64>,
    /// Of closings.
    #[schema(required = true)]
    closed: Option<f64>,
    /// Of cancellations.
    #[schema(required = true)]
    cancelled: Option<f64>,
    /// Of certificates.
    #[schema(required = true)]
    issued: Option<f64>,
    /// Of income, by currency.
    income: Vec<IncomeChangeView>,
}

/// The difference of income in one currency.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReportIncomeChange)]
pub(crate) struct IncomeChangeView {
    /// ISO 4217 code.
    #[schema(example = "PEN")]
    currency: String,
    /// In percent; null where there was none before.
    #[schema(required = true)]
    percent: Option<f64>,
}

/// Requests in a stage.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReportStageCount)]
pub(crate) struct StageCountView {
    /// The stage.
    stage: StageCode,
    /// Requests there.
    count: i64,
}

/// One period of the series.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReportPeriod)]
pub(crate) struct PeriodView {
    /// `2026-11-21`, `2026-W47` (ISO 8601, with the year of the week) or `2026-11`.
    #[schema(example = "2026-W47")]
    period: String,
    /// Requests registered.
    requests: i64,
    /// Requests closed.
    closed: i64,
    /// Requests cancelled.
    cancelled: i64,
    /// Certificates issued.
    issued: i64,
    /// Income: every currency of the figures.
    income: Vec<MoneyView>,
}

/// The rankings.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReportRankings)]
pub(crate) struct RankingsView {
    /// Promoters.
    promoters: Vec<PromoterPlaceView>,
    /// Managers.
    managers: Vec<PlaceView>,
    /// Doctors.
    doctors: Vec<PlaceView>,
    /// Operators.
    operators: Vec<PlaceView>,
}

/// One place of a ranking.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReportPlace)]
pub(crate) struct PlaceView {
    /// Promoter or staff record.
    id: Uuid,
    /// Name.
    name: String,
    /// Requests registered in the range: by these they are ranked.
    requests: i64,
    /// Requests closed in the range.
    closed: i64,
    /// Certificates issued in the range.
    issued: i64,
    /// The share of its requests in all requests of the report.
    share_percent: f64,
    /// When a request of theirs last changed, whatever the report is asked for; null when they have none now.
    last_activity_at: Option<Moment>,
}

/// One place in the ranking of promoters.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReportPromoter)]
pub(crate) struct PromoterPlaceView {
    #[serde(flatten)]
    place: PlaceView,
    /// Different clients of the requests registered in the range; null where all promoters of the ranking have more than
    /// 100,000 requests together.
    clients: Option<i64>,
}

/// What took money away again.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReportByPerson)]
pub(crate) struct ByPersonView {
    /// Payments voided, on the day of that.
    voids: Vec<DeedView>,
    /// Fees set to nothing, on the day of that.
    waivers: Vec<DeedView>,
    /// Refunds, on their day.
    refunds: Vec<DeedView>,
}

/// What one person did.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReportDeed)]
pub(crate) struct DeedView {
    /// The account.
    user_id: Uuid,
    /// The person's name.
    name: String,
    /// How often.
    count: i64,
    /// How much, by currency; nothing for waivers.
    amounts: Vec<MoneyView>,
}
