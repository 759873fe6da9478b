//! A report as its view.

use medcert_application::reports::{
    ByPerson, Deed, Figures, Income, Period, RankingEntry, Report, StageTime, change, income_change,
};
use medcert_domain::{certification::Stage, reports::RELATIVE_ERROR};

use super::{
    ByPersonView, ChangeView, DeedView, FiguresView, IncomeChangeView, IncomeView, PeriodView, PlaceView,
    PreviousView, PromoterPlaceView, RankingsView, ReportView, StageCountView, StageTimeView,
};

/// Hundredths of a percent as percent.
fn percent(hundredths: i64) -> f64 {
    f64::from(i32::try_from(hundredths).unwrap_or(i32::MAX)) / 100.0
}

impl ReportView {
    pub(in super::super) fn of(report: &Report) -> Self {
        let (now, before) = (&report.figures, &report.previous);
        let share = |of: fn(&Figures) -> i64| change(of(now), of(before)).map(percent);
        let count = |(stage, count): &(Stage, i64)| StageCountView { stage: (*stage).into(), count: *count };
        let places = |places: &[RankingEntry]| places.iter().map(PlaceView::of).collect();
        Self {
            from: report.range.from().into(),
            to: report.range.to().into(),
            group_by: report.grouping.into(),
            time_zone: report.zone.name().to_owned(),
            figures: FiguresView::of(now),
            time_error_percent: RELATIVE_ERROR * 100.0,
            previous: PreviousView {
                from: report.previous_range.from().into(),
                to: report.previous_range.to().into(),
                figures: FiguresView::of(before),
            },
            change: ChangeView {
                requests: share(|figures| figures.requests),
                closed: share(|figures| figures.closed),
                cancelled: share(|figures| figures.cancelled),
                issued: share(|figures| figures.issued),
                income: income_changes(now, before),
            },
            by_stage: report.by_stage.iter().map(count).collect(),
            series: report.series.iter().map(PeriodView::of).collect(),
            rankings: RankingsView {
                promoters: report.rankings.promoters.iter().map(PromoterPlaceView::of).collect(),
                managers: places(&report.rankings.managers),
                doctors: places(&report.rankings.doctors),
                operators: places(&report.rankings.operators),
            },
            by_person: ByPersonView::of(&report.by_person),
        }
    }
}

fn income_changes(now: &Figures, before: &Figures) -> Vec<IncomeChangeView> {
    let currency = |income: &Income| income.income.currency;
    let mut currencies: Vec<_> = now.income.iter().chain(&before.income).map(currency).collect();
    currencies.sort_unstable();
    currencies.dedup();
    let of = |currency| IncomeChangeView {
        currency: format!("{currency}"),
        percent: income_change(&now.income, &before.income, currency).map(percent),
    };
    currencies.into_iter().map(of).collect()
}

impl FiguresView {
    fn of(figures: &Figures) -> Self {
        Self {
            requests: figures.requests,
            closed: figures.closed,
            cancelled: figures.cancelled,
            issued: figures.issued,
            income: figures.income.iter().map(IncomeView::of).collect(),
            time_in_stage: figures.time_in_stage.iter().map(StageTimeView::of).collect(),
        }
    }
}

impl IncomeView {
    fn of(income: &Income) -> Self {
        Self {
            amount: income.income.amount(),
            currency: income.income.currency.to_string(),
            paid: income.paid.amount(),
            refunded: income.refunded.amount(),
            paying_requests: income.paying,
            average_ticket: income.average_ticket.map(|money| money.amount()),
        }
    }
}

impl StageTimeView {
    fn of(time: &StageTime) -> Self {
        Self {
            stage: time.stage.into(),
            count: time.count,
            median_seconds: time.median,
            p90_seconds: time.p90,
        }
    }
}

impl PeriodView {
    fn of(period: &Period) -> Self {
        Self {
            period: period.label.clone(),
            requests: period.requests,
            closed: period.closed,
            cancelled: period.cancelled,
            issued: period.issued,
            income: period.income.iter().map(|money| (*money).into()).collect(),
        }
    }
}

impl PlaceView {
    fn of(place: &RankingEntry) -> Self {
        Self {
            id: place.id,
            name: place.name.clone(),
            requests: place.requests,
            closed: place.closed,
            issued: place.issued,
            share_percent: percent(place.share),
            last_activity_at: place.last_activity_at.map(Into::into),
        }
    }
}

impl PromoterPlaceView {
    fn of(place: &RankingEntry) -> Self {
        Self { place: PlaceView::of(place), clients: place.clients }
    }
}

impl ByPersonView {
    fn of(all: &ByPerson) -> Self {
        let deeds = |deeds: &[Deed]| deeds.iter().map(DeedView::of).collect();
        Self { voids: deeds(&all.voids), waivers: deeds(&all.waivers), refunds: deeds(&all.refunds) }
    }
}

impl DeedView {
    fn of(deed: &Deed) -> Self {
        Self {
            user_id: deed.user.raw(),
            name: deed.name.clone(),
            count: deed.count,
            amounts: deed.amounts.iter().map(|money| (*money).into()).collect(),
        }
    }
}
