//! What a report must say, counted request by request.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use medcert_application::{
    reports::{self, RankingEntry, Report},
    store::CellFilter,
};
use medcert_domain::{
    Id, StaffId,
    billing::{Payment, Settlement},
    certification::{Certification, Ending, Stage},
};

/// Manager and doctor.
pub(super) type Credit = (Option<StaffId>, Option<StaffId>);
/// A walk over all requests, counting what a report of them must say.
pub(super) struct Walk<'a> {
    pub(super) requests: &'a [(Certification, Option<Credit>)],
    pub(super) ledgers: &'a [Settlement],
    pub(super) of: &'a CellFilter,
    pub(super) zone: Tz,
    pub(super) from: NaiveDate,
    pub(super) today: NaiveDate,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Money3 {
    paid: i64,
    refunded: i64,
    paying: i64,
}

impl Walk<'_> {
    fn day(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.zone).date_naive()
    }

    fn on(&self, day: NaiveDate) -> bool {
        (self.from..=self.today).contains(&day)
    }

    /// Whether the filter lets the request through, with this manager and doctor.
    fn lets(&self, request: &Certification, (manager, doctor): Credit) -> bool {
        let among = |list: &[StaffId], one: Option<StaffId>| {
            list.is_empty() || one.is_some_and(|one| list.contains(&one))
        };
        let of = self.of;
        let currency = request.settlement.currency();
        (of.stages.is_empty() || of.stages.contains(&request.stage))
            && (of.currencies.is_empty() || currency.is_some_and(|c| of.currencies.contains(&c)))
            && (of.services.is_empty() || request.service.is_some_and(|s| of.services.contains(&s)))
            && among(&of.managers, manager)
            && among(&of.doctors, doctor)
    }

    fn money(&self, settlement: &Settlement, into: &mut Money3, voids: &mut i64) {
        let Settlement { payments, refunds, .. } = settlement;
        let counts = |p: &&Payment| p.validated.is_some() && p.voided.is_none();
        for payment in payments.iter().filter(counts).filter(|p| self.on(p.paid_on)) {
            into.paid += payment.money.minor;
        }
        let first = payments.iter().filter(counts).map(|payment| payment.paid_on).min();
        into.paying += i64::from(first.is_some_and(|day| self.on(day)));
        for refund in refunds.iter().filter(|refund| self.on(refund.paid_on)) {
            into.refunded += refund.money.minor;
        }
        let voided = |p: &&Payment| p.voided.as_ref().is_some_and(|voided| self.on(self.day(voided.at)));
        *voids += i64::try_from(payments.iter().filter(voided).count()).unwrap();
    }

    pub(super) fn check(&self, report: &Report, what: &str) {
        let (mut requests, mut closed, mut cancelled, mut issued, mut voids, mut waivers) =
            (0, 0, 0, 0, 0, 0);
        let (mut money, mut passages) = (Money3::default(), 0);
        let mut by_stage: BTreeMap<Stage, i64> = BTreeMap::new();
        let mut managers: BTreeMap<StaffId, (i64, i64)> = BTreeMap::new();
        for (request, credit) in self.requests {
            let now = (request.manager(), request.doctor());
            if self.lets(request, now) {
                if self.on(self.day(request.created_at)) {
                    requests += 1;
                    *by_stage.entry(request.stage).or_default() += 1;
                    if let Some(manager) = now.0 {
                        managers.entry(manager).or_default().0 += 1;
                    }
                }
                self.money(&request.settlement, &mut money, &mut voids);
                for waiver in &request.trace.waivers {
                    waivers += i64::from(self.on(self.day(waiver.at)));
                }
                for passage in request.trace.passages.iter().filter(|passage| passage.stage.is_open()) {
                    passages += i64::from(self.on(self.day(passage.left)));
                }
            }
            let credit = credit.unwrap_or(now);
            let ended = match request.ending {
                Ending::Closed { at, .. } => Some((&mut closed, at)),
                Ending::Cancelled { at, .. } => Some((&mut cancelled, at)),
                Ending::Open => None,
            };
            if let Some((count, at)) = ended
                && self.on(self.day(at))
                && self.lets(request, credit)
            {
                *count += 1;
                if let (Ending::Closed { .. }, Some(manager)) = (&request.ending, credit.0) {
                    managers.entry(manager).or_default().1 += 1;
                }
            }
            for certificate in &request.certificates {
                if self.of.managers.is_empty()
                    && self.on(self.day(certificate.issued_at))
                    && self.lets(request, (None, Some(certificate.doctor)))
                {
                    issued += 1;
                }
            }
        }
        if *self.of == CellFilter::default() {
            for settlement in self.ledgers {
                self.money(settlement, &mut money, &mut voids);
            }
        }
        let figures = &report.figures;
        assert_eq!(
            (figures.requests, figures.closed, figures.cancelled),
            (requests, closed, cancelled),
            "{what}"
        );
        if self.of.managers.is_empty() {
            assert_eq!(figures.issued, issued, "{what}");
        }
        let income = figures.income.first();
        let summary = income.map_or(Money3::default(), |income| Money3 {
            paid: income.paid.minor,
            refunded: income.refunded.minor,
            paying: income.paying,
        });
        assert_eq!(summary, money, "{what}");
        let in_stage = |(stage, count): &(Stage, i64)| (*count != 0).then_some((*stage, *count));
        assert_eq!(
            report.by_stage.iter().filter_map(in_stage).collect::<BTreeMap<_, _>>(),
            by_stage,
            "{what}"
        );
        let left: i64 = figures.time_in_stage.iter().map(|time| time.count).sum();
        assert_eq!(left, passages, "{what}");
        let deeds = |deeds: &[reports::Deed]| deeds.iter().map(|deed| deed.count).sum::<i64>();
        assert_eq!(deeds(&report.by_person.voids), voids, "{what}");
        assert_eq!(deeds(&report.by_person.waivers), waivers, "{what}");
        let places = |place: &RankingEntry| (Id::new(place.id), (place.requests, place.closed));
        let ranked: BTreeMap<StaffId, (i64, i64)> = report.rankings.managers.iter().map(places).collect();
        managers.retain(|_, counts| *counts != (0, 0));
        let ranked: BTreeMap<_, _> = ranked.into_iter().filter(|(_, counts)| *counts != (0, 0)).collect();
        assert_eq!(ranked, managers, "{what}");
        assert!(report.rankings.managers.iter().all(|place| (0..=10_000).contains(&place.share)), "{what}");
        // The series has no gaps and adds up to the figures.
        assert_eq!(report.series.len(), report.range.periods(report.grouping).len(), "{what}");
        let sum = |of: fn(&reports::Period) -> i64| report.series.iter().map(of).sum::<i64>();
        assert_eq!(
            (sum(|p| p.requests), sum(|p| p.closed), sum(|p| p.cancelled), sum(|p| p.issued)),
            (figures.requests, figures.closed, figures.cancelled, figures.issued),
            "{what}"
        );
        let earned: i64 = report.series.iter().flat_map(|p| &p.income).map(|money| money.minor).sum();
        assert_eq!(earned, money.paid - money.refunded, "{what}");
    }
}
