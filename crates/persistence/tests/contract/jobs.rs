//! Jobs and their lines.

use chrono::{DateTime, Duration, Utc};
use medcert_application::store::{JobFilter, JobLine, JobReads, Made, PageRequest, Store, StoreError};
use medcert_domain::{
    UserId,
    catalog::IMPORT_SERVICES,
    certification::IMPORT_REQUESTS,
    jobs::{Job, JobKind, JobStatus, LineOutcome},
};

use crate::{
    database::TestDatabase,
    fixture::{Clinic, EXTREME, at, begin, first, fresh, id, person, user},
    insert, load,
};

fn job(by: UserId, now: DateTime<Utc>) -> Job {
    Job { version: 1, ..Job::queued(id(), IMPORT_REQUESTS, true, by, u32::MAX, now) }
}

fn line(of: &Job, number: u32) -> JobLine {
    JobLine {
        id: fresh(),
        job: of.id,
        number,
        outcome: LineOutcome::Pending,
        text: Some(format!("{{\"{number}\":{EXTREME:?}}}")),
        made: None,
        duplicates: vec![],
        problem: None,
    }
}

async fn with_lines(
    database: &TestDatabase,
    by: UserId,
    numbers: impl Iterator<Item = u32>,
) -> (Job, Vec<JobLine>) {
    let job = job(by, at(0));
    let lines: Vec<JobLine> = numbers.map(|number| line(&job, number)).collect();
    let mut work = begin(database).await;
    work.insert(&job).await.unwrap();
    work.insert_lines(&lines).await.unwrap();
    work.commit().await.unwrap();
    (job, lines)
}

pub(crate) async fn round_trip(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let (job, lines) = with_lines(database, clinic.user.id, 1..=2).await;
    let row = database.store.job(job.id).await.unwrap().unwrap();
    assert_eq!((&row.job, row.created_by.name), (&job, clinic.person.name()));
    assert_eq!(database.store.job(id()).await.unwrap(), None);
    let newer = JobKind::declared("OF_A_NEWER_RELEASE");
    for kind in JobKind::all().cloned().chain([newer]) {
        let other = Job { id: id(), kind, ..job.clone() };
        insert!(database, &other);
        assert_eq!(load!(database, other.id), Some(other));
    }
    let worked = Job {
        status: JobStatus::Running,
        dry_run: false,
        done: u32::MAX,
        failed: 7,
        tries: 3,
        started_at: Some(at(1)),
        finished_at: Some(at(2)),
        held_by: Some(fresh()),
        due_at: None,
        erase_at: Some(at(3)),
        ..job.clone()
    };
    let mut work = begin(database).await;
    work.update(&worked).await.unwrap();
    work.commit().await.unwrap();
    assert_eq!(load!(database, job.id), Some(Job { version: 2, ..worked.clone() }));
    let mut work = begin(database).await;
    assert!(matches!(work.update(&worked).await, Err(StoreError::Stale("job"))));
    drop(work);

    let done = JobLine {
        outcome: LineOutcome::Ok,
        text: None,
        made: Some(Made { id: fresh(), code: Some(EXTREME.to_owned()) }),
        duplicates: vec![
            (fresh(), Some(EXTREME.to_owned())),
            (fresh(), Some(String::new())),
            (fresh(), None),
        ],
        ..lines[0].clone()
    };
    let long = "x".repeat(200_000);
    let refused = JobLine { outcome: LineOutcome::Refused, problem: Some(long), ..lines[1].clone() };
    let mut work = begin(database).await;
    work.judge_line(&done).await.unwrap();
    work.judge_line(&refused).await.unwrap();
    work.commit().await.unwrap();
    let stored = database.store.job_lines(job.id, None, &first(10)).await.unwrap();
    assert_eq!((stored.items, stored.total), (vec![done, refused.clone()], Some(2)));
    // What was judged is judged.
    let mut work = begin(database).await;
    let again = JobLine { outcome: LineOutcome::Ok, ..refused.clone() };
    assert!(matches!(work.judge_line(&again).await, Err(StoreError::Stale("job line"))));
    drop(work);
    let mut work = begin(database).await;
    work.erase_lines(job.id).await.unwrap();
    work.commit().await.unwrap();
    let stored = database.store.job_lines(job.id, Some(LineOutcome::Refused), &first(10)).await.unwrap();
    assert_eq!(stored.items, [JobLine { text: None, ..refused }]);
}

pub(crate) async fn lines_in_order(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    // Numbers that texts would put into another order, in another order than they are read.
    let (job, lines) = with_lines(database, clinic.user.id, (1..=250).rev()).await;
    let (other, _) = with_lines(database, clinic.user.id, 1..=3).await;
    let mut work = begin(database).await;
    for judged in lines.iter().filter(|line| line.number <= 9) {
        work.judge_line(&JobLine { outcome: LineOutcome::Ok, ..judged.clone() }).await.unwrap();
    }
    work.commit().await.unwrap();
    assert_eq!(database.store.next_line(job.id).await.unwrap().unwrap().number, 10);
    assert_eq!(database.store.next_line(other.id).await.unwrap().unwrap().number, 1);
    assert_eq!(database.store.next_line(id()).await.unwrap(), None);
    for (outcome, numbers) in
        [(None, 1..=250), (Some(LineOutcome::Pending), 10..=250), (Some(LineOutcome::Ok), 1..=9)]
    {
        let (mut seen, mut page) = (Vec::new(), PageRequest { limit: 100, ..first(1) });
        loop {
            let part = database.store.job_lines(job.id, outcome, &page).await.unwrap();
            assert_eq!(part.total, Some(u64::try_from(numbers.clone().count()).unwrap()));
            seen.extend(part.items.iter().map(|line| line.number));
            page.after = part.next;
            if page.after.is_none() {
                break;
            }
        }
        assert_eq!(seen, numbers.collect::<Vec<u32>>());
    }
}

pub(crate) async fn jobs_in_order(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let somebody = person("Other", "Asker");
    let other = user(&somebody, "asker@medcert.test", &[]);
    insert!(database, &somebody, &other);
    let mut made = Vec::new();
    for number in 0..7 {
        let by = if number % 2 == 0 { clinic.user.id } else { other.id };
        let mut job = job(by, at(number / 3));
        if number > 3 {
            assert!(job.take(fresh(), at(number)));
        }
        if number > 5 {
            assert!(job.cancel(at(number)));
        }
        insert!(database, &job);
        made.push(job);
    }
    made.reverse();
    let found = async |filter: JobFilter| {
        let (mut seen, mut page) = (Vec::new(), first(2));
        loop {
            let part = database.store.jobs(&filter, &page).await.unwrap();
            seen.extend(part.items.into_iter().map(|row| row.job));
            page.after = part.next;
            if page.after.is_none() {
                return (seen, part.total.unwrap());
            }
        }
    };
    let of = |keep: &dyn Fn(&Job) -> bool| {
        let kept: Vec<Job> = made.iter().filter(|job| keep(job)).cloned().collect();
        let count = u64::try_from(kept.len()).unwrap();
        (kept, count)
    };
    assert_eq!(found(JobFilter::default()).await, of(&|_| true));
    let own = JobFilter { created_by: Some(other.id), ..JobFilter::default() };
    assert_eq!(found(own.clone()).await, of(&|job| job.created_by == other.id));
    let open = vec![JobStatus::Queued, JobStatus::Running];
    let filter = JobFilter { statuses: open, kinds: vec![IMPORT_REQUESTS], ..own };
    assert_eq!(found(filter).await, of(&|job| job.created_by == other.id && job.status.is_open()));
    assert_eq!(database.store.open_jobs_of(other.id).await.unwrap(), 3);
    assert_eq!(database.store.open_jobs_of(id()).await.unwrap(), 0);
}

pub(crate) async fn due(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let (queued, later) = (job(clinic.user.id, at(5)), job(clinic.user.id, at(9)));
    let mut leased = job(clinic.user.id, at(1));
    assert!(leased.take(fresh(), at(1)));
    let mut over = job(clinic.user.id, at(0));
    assert!(over.take(fresh(), at(0)) && over.cancel(at(2)));
    let mut old = Job { total: 1, ..job(clinic.user.id, at(0)) };
    let worker = fresh();
    assert!(old.take(worker, at(0)));
    old.count(worker, false, at(3));
    insert!(database, &later, &queued, &leased, &over, &old);
    let others = Job { kind: JobKind::declared("OF_A_NEWER_RELEASE"), ..job(clinic.user.id, at(4)) };
    insert!(database, &others);
    let known = [IMPORT_SERVICES, IMPORT_REQUESTS];
    let due = async |now, limit| database.store.due_jobs(&known, now, limit).await.unwrap();
    assert_eq!(due(at(4), 9).await, []);
    assert_eq!(due(at(5), 9).await, [queued.id]);
    assert_eq!(due(at(9), 9).await, [queued.id, later.id]);
    let minute = Duration::seconds(60);
    assert_eq!(due(at(1) + minute, 9).await, [queued.id, later.id, leased.id]);
    assert_eq!(due(at(1) + minute, 1).await, [queued.id]);
    assert_eq!(database.store.due_jobs(&[IMPORT_SERVICES], at(9), 9).await.unwrap(), []);
    assert_eq!(database.store.due_jobs(&[], at(9), 9).await.unwrap(), []);
    let month = Duration::days(30);
    assert_eq!(database.store.erasable_jobs(at(2) + month, 9).await.unwrap(), []);
    assert_eq!(database.store.erasable_jobs(at(3) + month, 9).await.unwrap(), [old.id]);
}

/// Sixty-four workers want the same job at once: one of them gets it.
pub(crate) async fn taking(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let (job, _) = with_lines(database, clinic.user.id, 1..=1).await;
    let answers = crate::races::all_at_once(database, move |store| {
        let mut job = job.clone();
        async move {
            let taken = async {
                assert!(job.take(fresh(), at(1)));
                let mut work = store.begin().await?;
                work.update(&job).await?;
                work.commit().await
            };
            crate::races::won(taken.await)
        }
    })
    .await;
    assert_eq!(answers.into_iter().filter(|won| *won).count(), 1);
}
