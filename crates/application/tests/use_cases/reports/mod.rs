//! Reports agree with the requests they are of: whatever was done to them, whoever counts or folds meanwhile.

mod lives;
mod walk;

use chrono_tz::Tz;
use futures::future::{join, join_all};
use medcert_application::{
    Error, demo,
    reports::{self, ReportFilter},
    store::CellFilter,
};
use medcert_domain::{
    certification::{Action, Stage},
    reports::Grouping,
};
use medcert_testkit::{Database, actor_of};

use self::lives::Lives;
use crate::race_fixture::{CALLERS, RaceFixture, fresh, keyed, plain};

/// Random lives, in two time zones over the changes of their clocks, counted as they happen, folded, and anew.
pub(crate) async fn agree_with_the_requests(database: Database) {
    let mut lives = Lives::on(database).await;
    let (south, north) = (Tz::America__Santiago, Tz::Europe__Kyiv);
    lives.live_in(south).await;
    lives.check(south, "nothing yet").await;
    for round in 0..3 {
        for _ in 0..60 {
            lives.step(south).await;
        }
        lives.check(south, &format!("round {round}")).await;
        if round > 0 {
            reports::keep(&lives.fixture.app(0)).await.unwrap();
            lives.check(south, &format!("round {round}, folded")).await;
        }
    }
    reports::rebuild(&lives.fixture.app(0)).await.unwrap();
    lives.check(south, "counted anew").await;
    lives.live_in(north).await;
    lives.check(north, "in another time zone").await;
    for _ in 0..60 {
        lives.step(north).await;
    }
    reports::keep(&lives.fixture.app(1)).await.unwrap();
    lives.check(north, "at the end").await;
    let erased = !lives.ledgers.is_empty();
    assert!(erased, "some request was erased");
}

/// Writers, a folder, whoever counts anew and readers at once: every answer is of one moment, and nothing is lost.
pub(crate) async fn stay_whole_while_others_write(database: Database) {
    let fixture = RaceFixture::on(database).await;
    let admin = actor_of(&fixture.app(0), demo::emails()[0]).await;
    let filter = ReportFilter { from: None, to: None, grouping: Grouping::Day, of: CellFilter::default() };
    reports::report(&fixture.app(0), &admin, &filter).await.unwrap();
    let writers = (0..CALLERS).map(async |caller| {
        let detail = fixture.register(caller, caller).await;
        let id = detail.request_aggregate.certification.id;
        let conditions = keyed(&fixture.manager, &format!("{caller}"), [9; 32]);
        let payload = fixture.payment(&format!("r-{caller}"));
        fresh(fixture.act(caller, &fixture.manager, id, Action::RegisterPayment, payload, &conditions).await);
        let assigned = RaceFixture::assign(&fixture.manager);
        fresh(fixture.act(caller, &fixture.operator, id, Action::AssignManager, assigned, &plain()).await);
    });
    let done = std::cell::Cell::new(false);
    let writers = async {
        join_all(writers).await;
        done.set(true);
    };
    let keeper = async {
        while !done.get() {
            match reports::keep(&fixture.app(1)).await {
                Ok(()) | Err(Error::Busy(_) | Error::Stale) => {}
                Err(error) => panic!("{error:?}"),
            }
            tokio::task::yield_now().await;
        }
    };
    let counter = async {
        while !done.get() {
            match reports::rebuild(&fixture.app(2)).await {
                Ok(()) | Err(Error::Busy(_) | Error::Stale) => {}
                Err(error) => panic!("{error:?}"),
            }
        }
    };
    let reader = async {
        let (mut last, mut reads) = (0, 0);
        while !done.get() {
            let report = match reports::report(&fixture.app(3), &admin, &filter).await {
                Ok(report) => report,
                Err(Error::Busy(_)) => continue,
                Err(error) => panic!("{error:?}"),
            };
            let figures = &report.figures;
            let in_stages: i64 = report.by_stage.iter().map(|(_, count)| count).sum();
            let in_series: i64 = report.series.iter().map(|period| period.requests).sum();
            assert_eq!((in_stages, in_series), (figures.requests, figures.requests));
            assert!(figures.requests >= last, "{} after {last}", figures.requests);
            let paid: i64 = report.by_stage.iter().filter(|(s, _)| *s == Stage::Paid).map(|(_, n)| n).sum();
            let paying = figures.income.first().map_or(0, |income| income.paying);
            assert_eq!(paying, paid, "a payment counts when its request does");
            (last, reads) = (figures.requests, reads + 1);
        }
        assert!(reads > 0);
    };
    join(writers, join(keeper, join(counter, reader))).await;
    reports::keep(&fixture.app(0)).await.unwrap();
    let all = i64::try_from(CALLERS).unwrap();
    let check = async |when: &str| {
        let report = reports::report(&fixture.app(0), &admin, &filter).await.unwrap();
        assert_eq!(report.figures.requests, all, "{when}");
        assert_eq!(report.figures.income[0].paid.minor, all * fixture.service.fee.minor, "{when}");
        assert_eq!(report.rankings.managers[0].requests, all, "{when}");
    };
    check("folded").await;
    reports::rebuild(&fixture.app(0)).await.unwrap();
    check("counted anew").await;
}
