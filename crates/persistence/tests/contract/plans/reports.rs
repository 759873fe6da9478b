//! What reports add up.

use medcert_application::store::{BulkLoad, By, CellFilter, Question, ReportReads, Store};
use medcert_domain::{
    Currency,
    certification::Stage,
    reports::{Figure, Range},
};
use medcert_persistence::SeaStore;
use sea_orm::DatabaseConnection;

use super::{
    Filled, day,
    engines::{Watch, explain, statements},
};
use crate::database::TestDatabase;

/// Requests that are counted at once, and every how many.
const COUNTED: (u64, usize) = (50, 500);

/// Less than the requests of any filter: what is read are days by what they are divided by.
const WATCH: Watch = Watch { growing: &["report_delta", "report_total"], most: 700.0 };

/// Counts requests of the whole year.
async fn count(database: &TestDatabase, filled: &Filled) {
    let mut work = database.store.begin().await.unwrap();
    let generation = work.begin_count(chrono_tz::UTC).await.unwrap();
    for first in filled.requests.iter().step_by(COUNTED.1) {
        let counted = work.count_requests(generation, Some(first.raw()), COUNTED.0).await.unwrap();
        work.add_counted(generation, &counted.cells).await.unwrap();
    }
    work.finish_count(generation).await.unwrap();
    work.commit().await.unwrap();
}

type Case = (&'static str, CellFilter, &'static [By]);

const RANKINGS: &[By] = &[By::Promoter, By::Manager, By::Doctor, By::Operator];

/// What a year is asked about. With two filters that are not stages or currencies, only what is ranked by one of them
/// is kept in totals that do not grow with the requests.
fn cases(filled: &Filled) -> Vec<Case> {
    let clinic = &filled.clinic;
    let none = CellFilter::default;
    let service = || CellFilter { services: vec![clinic.service.id], ..none() };
    let all = &[By::Stage, By::Day, By::Promoter, By::Manager, By::Doctor, By::Operator];
    let pen = vec![Currency::parse("PEN").unwrap()];
    vec![
        ("all", none(), all),
        ("stage", CellFilter { stages: vec![Stage::Paid], ..none() }, all),
        ("stages", CellFilter { stages: vec![Stage::Paid, Stage::Closed], ..none() }, all),
        ("currency", CellFilter { currencies: pen.clone(), ..none() }, all),
        ("service", service(), all),
        ("service and currency", CellFilter { currencies: pen, ..service() }, RANKINGS),
        ("service and stage", CellFilter { stages: vec![Stage::Paid], ..service() }, &[By::Stage, By::Day]),
        ("promoter", CellFilter { promoters: vec![clinic.promoter.id], ..none() }, all),
        ("manager", CellFilter { managers: vec![clinic.staff.id], ..none() }, all),
        ("doctor", CellFilter { doctors: vec![clinic.other.id], ..none() }, all),
        ("operator", CellFilter { operators: vec![clinic.staff.id], ..none() }, all),
        (
            "service and promoter",
            CellFilter { promoters: vec![clinic.promoter.id], ..service() },
            &[By::Promoter],
        ),
        ("service and manager", CellFilter { managers: vec![clinic.staff.id], ..service() }, &[By::Manager]),
    ]
}

pub(super) async fn bounded(
    database: &TestDatabase,
    db: &DatabaseConnection,
    filled: &Filled,
    wrong: &mut Vec<String>,
) {
    count(database, filled).await;
    database.store.settle().await.unwrap();
    let date = |n| day(n).date_naive();
    for (name, of, divisions) in cases(filled) {
        for by in divisions {
            for range in [Range::new(date(0), date(361)).unwrap(), Range::new(date(100), date(129)).unwrap()]
            {
                let figures: &[Figure] = match by {
                    By::Stage => Figure::ALL,
                    By::Day => &[
                        Figure::Requests,
                        Figure::Closed,
                        Figure::Cancelled,
                        Figure::Issued,
                        Figure::Paid,
                        Figure::Refunded,
                    ],
                    _ => &[Figure::Requests, Figure::Closed, Figure::Issued],
                };
                let question = Question { figures: figures.to_vec(), range, of: of.clone(), by: *by };
                let (seen, answers) = statements(database, async |store: SeaStore| {
                    store.sums(std::slice::from_ref(&question)).await.unwrap()
                })
                .await;
                let summary: i64 = answers.sums[0].iter().map(|sum| sum.amount).sum();
                // Nobody who registers requests here is on the staff.
                let nobody = name == "operator" || *by == By::Operator;
                assert!(summary > 0 || nobody, "{name} {by:?} {range:?}");
                explain(db, &WATCH, &format!("report of {name} by {by:?}"), seen, wrong).await;
            }
        }
    }
    let clinic = &filled.clinic;
    let names = statements(database, async |store: SeaStore| {
        store.report_names(&[clinic.promoter.id], &[clinic.staff.id], &[clinic.user.id]).await.unwrap()
    })
    .await;
    explain(db, &WATCH, "names in reports", names.0, wrong).await;
    let watch = Watch { growing: &["certification_request"], most: 10.0 };
    let (promoter, member) = (clinic.promoter.id.raw(), clinic.staff.id.raw());
    for (by, who) in RANKINGS.iter().zip([promoter, member, member, member]) {
        let (seen, _) = statements(database, async |store: SeaStore| {
            store.last_changes(*by, &[who, clinic.other.id.raw()]).await.unwrap()
        })
        .await;
        explain(db, &watch, &format!("last change by {by:?}"), seen, wrong).await;
    }
}
