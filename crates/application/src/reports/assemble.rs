//! Making a report of sums.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use medcert_domain::{
    Calendar, Currency, Id, Money, UserId,
    certification::Stage,
    reports::{Bucket, Detail, Figure, Grouping, Range, quantile},
};
use uuid::Uuid;

use super::{
    ByPerson, Deed, Figures, Income, MOST_COUNTED, Period, RankingEntry, Rankings, Report, ReportFilter,
    StageTime,
};
use crate::{
    App, Error,
    store::{By, CellFilter, Names, Sum},
};

/// Places in a ranking.
const PLACES: usize = 20;

/// The report of the answers to the questions, in their order.
pub(super) async fn report(
    app: &App,
    asked: &ReportFilter,
    range: Range,
    zone: Tz,
    sums: Vec<Vec<Sum>>,
) -> Result<Report, Error> {
    let grouping = asked.grouping;
    let mut sums = sums.into_iter();
    let mut next = || sums.next().unwrap_or_default();
    let (now, before, days) = (next(), next(), next());
    let figures = figures(&now);
    let ranked = [next(), next(), next(), next()].map(|sums| candidates(&sums));
    let [promoters, managers, doctors, operators] = ranked;
    let members: BTreeSet<Uuid> =
        [&managers, &doctors, &operators].into_iter().flatten().map(|place| place.id).collect();
    let members: Vec<_> = members.into_iter().map(Id::new).collect();
    let promoter_ids: Vec<_> = promoters.iter().map(|place| Id::new(place.id)).collect();
    let users: Vec<UserId> = by_whom(&now).into_iter().collect();
    let names = app.store().report_names(&promoter_ids, &members, &users).await?;
    let Names { promoters: promoter_names, staff, users } = names;
    let all = figures.requests;
    let of_promoter: BTreeMap<Uuid, String> = promoter_names.into_iter().collect();
    let staff: BTreeMap<Uuid, String> = staff.into_iter().collect();
    let mut rankings = Rankings {
        promoters: places(promoters, &of_promoter, all),
        managers: places(managers, &staff, all),
        doctors: places(doctors, &staff, all),
        operators: places(operators, &staff, all),
    };
    tell_clients(app, &mut rankings.promoters, (range, zone), &asked.of).await?;
    tell_activity(app, &mut rankings).await?;
    Ok(Report {
        range,
        grouping,
        zone,
        previous_range: range.previous(),
        previous: self::figures(&before),
        by_stage: by_stage(&now),
        series: series(range, grouping, &days, &figures.income),
        rankings,
        by_person: by_person(&now, &users.into_iter().collect()),
        figures,
    })
}

/// Tells how many clients promoters sent, unless that would mean to read too many requests.
async fn tell_clients(
    app: &App,
    places: &mut [RankingEntry],
    (range, zone): (Range, Tz),
    of: &CellFilter,
) -> Result<(), Error> {
    let calendar = Calendar(zone);
    let end = range.to().succ_opt().and_then(|day| calendar.begin_of(day));
    let Some(time) = calendar.begin_of(range.from()).zip(end) else { return Ok(()) };
    if places.iter().map(|place| place.requests).sum::<i64>() > MOST_COUNTED {
        return Ok(());
    }
    let ids: Vec<_> = places.iter().map(|place| Id::new(place.id)).collect();
    let found: BTreeMap<Uuid, i64> = app.store().clients_sent(&ids, time, of).await?.into_iter().collect();
    for place in places {
        place.clients = Some(found.get(&place.id).copied().unwrap_or_default());
    }
    Ok(())
}

/// Tells when those in rankings last did something.
async fn tell_activity(app: &App, rankings: &mut Rankings) -> Result<(), Error> {
    let all = [
        (By::Promoter, &mut rankings.promoters),
        (By::Manager, &mut rankings.managers),
        (By::Doctor, &mut rankings.doctors),
        (By::Operator, &mut rankings.operators),
    ];
    for (by, places) in all {
        let ids: Vec<Uuid> = places.iter().map(|place| place.id).collect();
        let found = app.store().last_changes(by, &ids).await?;
        let found: BTreeMap<Uuid, DateTime<Utc>> = found.into_iter().collect();
        for place in places {
            place.last_activity_at = found.get(&place.id).copied();
        }
    }
    Ok(())
}

fn total(sums: &[Sum], figure: Figure) -> i64 {
    sums.iter().filter(|sum| sum.figure == figure).map(|sum| sum.amount).sum()
}

fn by_stage(sums: &[Sum]) -> Vec<(Stage, i64)> {
    let count = |stage| {
        let here = sums.iter().filter(|sum| sum.figure == Figure::Requests && sum.stage == Some(stage));
        here.map(|sum| sum.amount).sum()
    };
    Stage::ALL.iter().map(|stage| (*stage, count(*stage))).collect()
}

fn figures(sums: &[Sum]) -> Figures {
    let money: BTreeSet<Currency> = sums
        .iter()
        .filter(|sum| matches!(sum.figure, Figure::Paid | Figure::Refunded))
        .filter_map(|sum| sum.currency)
        .collect();
    let open = Stage::ALL.iter().copied().filter(|stage| stage.is_open());
    Figures {
        requests: total(sums, Figure::Requests),
        closed: total(sums, Figure::Closed),
        cancelled: total(sums, Figure::Cancelled),
        issued: total(sums, Figure::Issued),
        income: money.into_iter().map(|currency| income(sums, currency)).collect(),
        time_in_stage: open.map(|stage| stage_time(sums, stage)).collect(),
    }
}

fn income(sums: &[Sum], currency: Currency) -> Income {
    let of = |figure| {
        let here = sums.iter().filter(|sum| sum.figure == figure && sum.currency == Some(currency));
        here.map(|sum| sum.amount).sum::<i64>()
    };
    let (paid, refunded, paying) = (of(Figure::Paid), of(Figure::Refunded), of(Figure::Paying));
    let income = paid - refunded;
    let average = (paying > 0).then(|| Money::new(divided(income, paying), currency));
    Income {
        income: Money::new(income, currency),
        paid: Money::new(paid, currency),
        refunded: Money::new(refunded, currency),
        paying,
        average_ticket: average,
    }
}

/// Halves away from zero; `by` is positive.
fn divided(amount: i64, by: i64) -> i64 {
    let half = by / 2;
    if amount >= 0 { (amount + half) / by } else { (amount - half) / by }
}

fn stage_time(sums: &[Sum], stage: Stage) -> StageTime {
    let mut counts: BTreeMap<Bucket, i64> = BTreeMap::new();
    for sum in sums.iter().filter(|sum| sum.figure == Figure::Passages) {
        if let Detail::Left(left, bucket) = sum.detail
            && left == stage
        {
            *counts.entry(bucket).or_default() += sum.amount;
        }
    }
    let counts: Vec<(Bucket, i64)> = counts.into_iter().collect();
    StageTime {
        stage,
        count: counts.iter().map(|(_, count)| count).sum(),
        median: quantile(&counts, 50),
        p90: quantile(&counts, 90),
    }
}

fn series(range: Range, grouping: Grouping, days: &[Sum], income: &[Income]) -> Vec<Period> {
    let nothing = |start: NaiveDate| Period {
        label: grouping.label(start),
        requests: 0,
        closed: 0,
        cancelled: 0,
        issued: 0,
        income: income.iter().map(|i| Money::new(0, i.income.currency)).collect(),
    };
    let mut periods: BTreeMap<NaiveDate, Period> =
        range.periods(grouping).into_iter().map(|start| (start, nothing(start))).collect();
    for sum in days {
        let Some(day) = sum.day else { continue };
        let Some(period) = periods.get_mut(&grouping.start_of(day)) else { continue };
        let mut earn = |amount| {
            if let Some(money) = period.income.iter_mut().find(|m| Some(m.currency) == sum.currency) {
                money.minor += amount;
            }
        };
        match sum.figure {
            Figure::Requests => period.requests += sum.amount,
            Figure::Closed => period.closed += sum.amount,
            Figure::Cancelled => period.cancelled += sum.amount,
            Figure::Issued => period.issued += sum.amount,
            Figure::Paid => earn(sum.amount),
            Figure::Refunded => earn(-sum.amount),
            _ => {}
        }
    }
    periods.into_values().collect()
}

/// Everybody who may have a place: whoever has no fewer requests than the last place that is certain.
fn candidates(sums: &[Sum]) -> Vec<RankingEntry> {
    let mut all: BTreeMap<Uuid, RankingEntry> = BTreeMap::new();
    for sum in sums {
        let Some(id) = sum.who else { continue };
        let place = all.entry(id).or_insert_with(|| RankingEntry {
            id,
            name: String::new(),
            requests: 0,
            closed: 0,
            issued: 0,
            share: 0,
            clients: None,
            last_activity_at: None,
        });
        match sum.figure {
            Figure::Requests => place.requests += sum.amount,
            Figure::Closed => place.closed += sum.amount,
            Figure::Issued => place.issued += sum.amount,
            _ => {}
        }
    }
    let mut all: Vec<RankingEntry> = all.into_values().collect();
    all.sort_by_key(|place| std::cmp::Reverse(place.requests));
    let least = all.get(PLACES - 1).map_or(i64::MIN, |place| place.requests);
    all.retain(|place| place.requests >= least);
    all
}

fn places(mut candidates: Vec<RankingEntry>, names: &BTreeMap<Uuid, String>, all: i64) -> Vec<RankingEntry> {
    for place in &mut candidates {
        place.name = names.get(&place.id).cloned().unwrap_or_default();
        place.share = (place.requests * 10_000).checked_div(all).unwrap_or(0);
    }
    candidates.sort_by(|a, b| {
        b.requests.cmp(&a.requests).then_with(|| a.name.cmp(&b.name)).then_with(|| a.id.cmp(&b.id))
    });
    candidates.truncate(PLACES);
    candidates
}

fn by_whom(sums: &[Sum]) -> BTreeSet<UserId> {
    let user = |sum: &Sum| if let Detail::By(user) = sum.detail { Some(user) } else { None };
    sums.iter().filter_map(user).collect()
}

fn by_person(sums: &[Sum], names: &BTreeMap<Uuid, String>) -> ByPerson {
    let deeds = |count: Figure, amount: Option<Figure>| {
        let mut deeds: BTreeMap<UserId, (i64, BTreeMap<Currency, i64>)> = BTreeMap::new();
        for sum in sums {
            let Detail::By(user) = sum.detail else { continue };
            if sum.figure == count {
                deeds.entry(user).or_default().0 += sum.amount;
            } else if Some(sum.figure) == amount
                && let Some(currency) = sum.currency
            {
                *deeds.entry(user).or_default().1.entry(currency).or_default() += sum.amount;
            }
        }
        let deed = |(user, (count, amounts)): (UserId, (i64, BTreeMap<Currency, i64>))| Deed {
            user,
            name: names.get(&user.raw()).cloned().unwrap_or_default(),
            count,
            amounts: amounts.into_iter().map(|(currency, minor)| Money::new(minor, currency)).collect(),
        };
        let mut deeds: Vec<Deed> = deeds.into_iter().map(deed).collect();
        deeds.sort_by(|a, b| {
            b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)).then_with(|| a.user.cmp(&b.user))
        });
        deeds
    };
    ByPerson {
        voids: deeds(Figure::Voids, Some(Figure::Voided)),
        waivers: deeds(Figure::Waivers, None),
        refunds: deeds(Figure::Refunds, Some(Figure::Refunded)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(figure: Figure, who: u128, amount: i64) -> Sum {
        Sum {
            figure,
            currency: None,
            stage: None,
            detail: Detail::None,
            day: None,
            who: Some(Uuid::from_u128(who)),
            amount,
        }
    }

    #[test]
    fn ties_are_settled_by_name_among_all_who_tie() {
        // 25 with one request each, of which only the names tell who has a place; one with two.
        let mut sums: Vec<Sum> = (0..25).map(|n| sum(Figure::Requests, n, 1)).collect();
        sums.push(sum(Figure::Requests, 99, 2));
        sums.push(sum(Figure::Closed, 200, 1));
        let candidates = candidates(&sums);
        assert_eq!(candidates.len(), 26);
        let names = (0..25).map(|n| (Uuid::from_u128(n), format!("{:02}", 50 - n))).collect();
        let places = places(candidates, &names, 27);
        assert_eq!(places.len(), PLACES);
        assert_eq!((places[0].id.as_u128(), places[0].share), (99, 740));
        assert_eq!(places[1].id.as_u128(), 24);
        assert_eq!(places[19].id.as_u128(), 6);
    }

    #[test]
    fn averages_round_halves_away_from_zero() {
        assert_eq!((divided(5, 2), divided(-5, 2), divided(4, 3), divided(0, 7)), (3, -3, 1, 0));
    }
}
