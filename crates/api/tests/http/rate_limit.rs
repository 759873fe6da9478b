//! The general limit of requests a second.

use medcert_testkit::{Answered, Clinic, Database};

use crate::contract::check_problem;

async fn burst(caller: &medcert_testkit::Caller, count: usize) -> Vec<Answered> {
    futures::future::join_all((0..count).map(|_| caller.get("/version"))).await
}

#[tokio::test]
async fn who_asks_too_often_is_told_to_wait() {
    let clinic = Clinic::open_with(Database::Sqlite, 2, Some(5)).await;
    let answers = burst(&clinic.anonymous(), 200).await;
    let (limited, served): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 429);
    assert!(served.iter().all(|answer| answer.status == 200));
    assert!(served.len() >= 5, "the whole limit can be used at once");
    // The bucket fills while the burst is answered, by five a second.
    assert!(limited.len() >= 50, "{} of 200 were let through", served.len());
    for answer in &answers {
        assert_eq!(answer.header("ratelimit-limit"), "5");
        let left: u32 = answer.header("ratelimit-remaining").parse().unwrap();
        let reset: u64 = answer.header("ratelimit-reset").parse().unwrap();
        assert!(left < 5 && reset <= 2, "{left} {reset}");
    }
    for answer in limited {
        check_problem(answer);
        assert_eq!(answer.problem(), "too-many-requests");
        assert_eq!(answer.header("ratelimit-remaining"), "0");
        let wait: u64 = answer.header("retry-after").parse().unwrap();
        assert!((1..=2).contains(&wait), "{wait}");
    }
    // Probes are never refused: whoever watches the clinic must not be kept out by those it watches.
    for probe in ["/healthz", "/readyz", "/metrics"] {
        let answer = clinic.anonymous().get(probe).await.expect(200);
        assert_eq!(answer.header("ratelimit-limit"), "");
    }
}

#[tokio::test]
async fn there_is_no_limit_unless_one_is_set() {
    let clinic = Clinic::open().await;
    let answers = burst(&clinic.anonymous(), 120).await;
    assert!(answers.iter().all(|answer| answer.status == 200 && answer.header("ratelimit-limit").is_empty()));
}
