//! Jobs and bulk: many workers, processes that die, and accounts that change meanwhile.

use std::{collections::BTreeSet, pin::pin, task::Poll};

use chrono::Duration;
use futures::future::{join_all, poll_fn};
use medcert_application::{
    Error,
    certification::{Answer, BulkItem, RequestImport, RequestInput, bulk},
    demo,
    directory::DirectoryImport,
    idempotent::Idempotent,
    input::Parsed,
    jobs::{ImportKind, Imports, NewJob, NewLine, create, keep_working, work},
    people::{DocumentInput, PersonImport, PersonInput},
    store::{JobLine, PageRequest, RequestFilter},
};
use medcert_domain::{
    Id, Invalid, Money,
    catalog::{CertificateKind, IMPORT_SERVICES, NewService, Service},
    certification::Action,
    institution::Institution,
    jobs::{Job, JobStatus, LineOutcome},
    people::{DocumentType, PersonPatch},
    policy::Actor,
};
use medcert_testkit::{Database, actor_of};

use crate::race_fixture::{CALLERS, RaceFixture, encode, keyed, plain};

/// A line is the number of a document, or the name of a service; an odd number is refused, and `!` is a fault of ours.
fn imports() -> Imports {
    let refusal = |error| format!("{{\"detail\":\"{error}\"}}");
    Imports { kinds: vec![REQUESTS, SERVICES, PEOPLE], refusal }
}

const REQUESTS: &dyn ImportKind = &RequestImport(read);
const SERVICES: &dyn ImportKind = &DirectoryImport::<Service> { kind: IMPORT_SERVICES, reader: read_service };
const PEOPLE: &dyn ImportKind = &PersonImport(read_person);

/// A line without a fault of ours.
fn sound(text: &str) -> Result<&str, Error> {
    if text == "!" { Err(Error::internal("a fault of ours")) } else { Ok(text) }
}

fn read_service(text: &str, profile: &Institution) -> Result<NewService, Error> {
    let name = sound(text)?;
    Ok(NewService {
        name: name.to_owned(),
        description: None,
        fee: Money::new(100, profile.currency),
        certificate_kind: CertificateKind::MedicalFitness,
        validity_days: 30,
        active: true,
    })
}

fn read_person(text: &str, _: &Institution) -> Result<PersonInput, Error> {
    if sound(text)?.parse::<u32>().is_err() {
        return Err(Invalid::one("/client/document_number", "document-number", "is no number").into());
    }
    let fields = PersonPatch {
        given_names: Some("Соломія".to_owned()),
        family_names: Some("Quispe".to_owned()),
        ..PersonPatch::default()
    };
    let document =
        DocumentInput { kind: Some(DocumentType::Dni), country: None, number: Some(text.to_owned()) };
    Ok(PersonInput { document: Some(document), fields })
}

fn read(text: &str, profile: &Institution) -> Result<RequestInput, Error> {
    Ok(RequestInput { client: Some(read_person(text, profile)?), ..RequestInput::default() })
}

async fn asked(fixture: &RaceFixture, dry_run: bool, texts: impl IntoIterator<Item = String>) -> Id<Job> {
    asked_by(fixture, &fixture.operator, REQUESTS, dry_run, texts).await
}

async fn asked_by(
    fixture: &RaceFixture,
    actor: &Actor,
    import: &'static dyn ImportKind,
    dry_run: bool,
    texts: impl IntoIterator<Item = String>,
) -> Id<Job> {
    let lines = texts.into_iter().zip(1..).map(|(text, number)| NewLine { number, text }).collect();
    let new = NewJob { import, dry_run, lines };
    match create(&fixture.app(0), actor, new, &plain(), &|_| String::new()).await.unwrap() {
        Idempotent::Done(row) => row.job.id,
        Idempotent::Replayed(_) => panic!("nobody sent a key"),
    }
}

async fn seen(fixture: &RaceFixture, id: Id<Job>) -> Job {
    fixture.app(0).parts.store.job(id).await.unwrap().unwrap().job
}

async fn lines(fixture: &RaceFixture, id: Id<Job>) -> Vec<JobLine> {
    let page = PageRequest { limit: 200, after: None, with_total: false };
    fixture.app(0).parts.store.job_lines(id, None, &page).await.unwrap().items
}

fn documents(from: u32, count: u32) -> impl Iterator<Item = String> {
    (from..from + count).map(|number| format!("{number:08}"))
}

/// What lines made is there, once a line.
async fn all_are_there_once(fixture: &RaceFixture, jobs: &[Id<Job>], count: usize) {
    let (mut made, mut codes, mut clients) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for id in jobs {
        for line in lines(fixture, *id).await {
            assert_eq!((line.outcome, &line.text, line.duplicates.len()), (LineOutcome::Ok, &None, 0));
            let request = line.made.unwrap();
            let request_aggregate =
                fixture.app(0).parts.store.request_aggregate(Id::new(request.id)).await.unwrap().unwrap();
            assert_eq!(request_aggregate.certification.registered_by, fixture.operator.user);
            made.insert(request.id);
            codes.insert(request.code);
            clients.insert(request_aggregate.client.id);
        }
    }
    assert_eq!((made.len(), codes.len(), clients.len()), (count, count, count));
    let page = PageRequest { limit: 1, after: None, with_total: true };
    let all = fixture.app(0).parts.store.requests(&RequestFilter::default(), &page).await.unwrap();
    assert_eq!(all.total, Some(u64::try_from(count).unwrap()));
}

/// Sixty-four workers, some of which let the leases of the others end while those go on working.
pub(crate) async fn work_together(database: Database) {
    let fixture = RaceFixture::on(database).await;
    let mut jobs = vec![];
    for part in 0..3 {
        jobs.push(asked(&fixture, false, documents(100 * part, 20)).await);
    }
    all_work(&fixture, &jobs).await;
    for id in &jobs {
        let job = seen(&fixture, *id).await;
        assert_eq!((job.status, job.done, job.failed), (JobStatus::Succeeded, 20, 0));
    }
    all_are_there_once(&fixture, &jobs, 60).await;
}

/// Everybody works until the jobs are done.
async fn all_work(fixture: &RaceFixture, jobs: &[Id<Job>]) {
    let workers = (0..CALLERS).map(|number| async move {
        loop {
            match work(&fixture.app(number), &imports()).await {
                Ok(()) | Err(Error::Busy(_) | Error::Stale) => {}
                Err(error) => panic!("{error:?}"),
            }
            let mut open = false;
            for id in jobs {
                open |= seen(fixture, *id).await.status.is_open();
            }
            if !open {
                return;
            }
            if number % 16 == 0 {
                fixture.replicas.clock.advance(Duration::seconds(61));
            }
        }
    });
    join_all(workers).await;
}

/// Files that name the same people and services, taken at the same time: each is made by one of them.
pub(crate) async fn find_together(database: Database) {
    let fixture = RaceFixture::on(database).await;
    let admin = actor_of(&fixture.app(0), demo::emails()[0]).await;
    let (mut people, mut services) = (vec![], vec![]);
    for _ in 0..3 {
        people.push(asked_by(&fixture, &fixture.operator, PEOPLE, false, documents(1, 10)).await);
        let names = (0..10).map(|number| format!("Service {number}"));
        services.push(asked_by(&fixture, &admin, SERVICES, false, names).await);
    }
    let jobs: Vec<Id<Job>> = people.iter().chain(&services).copied().collect();
    all_work(&fixture, &jobs).await;
    let (mut made, mut found) = (BTreeSet::new(), BTreeSet::new());
    for id in people {
        for line in lines(&fixture, id).await {
            assert_eq!((line.outcome, &line.text), (LineOutcome::Ok, &None));
            let person = line.made.unwrap();
            assert_eq!(person.code, None);
            if line.duplicates.is_empty() {
                assert!(made.insert(person.id), "it is made once");
            } else {
                assert_eq!(line.duplicates, [(person.id, None)]);
                found.insert(person.id);
            }
        }
    }
    assert_eq!((made.len(), &made), (10, &found));
    let mut services_made = BTreeSet::new();
    for id in services {
        for line in lines(&fixture, id).await {
            match line.outcome {
                LineOutcome::Ok => assert!(services_made.insert(line.made.unwrap().id)),
                LineOutcome::Refused => {
                    let why = r#"{"detail":"a service has this name already"}"#;
                    assert_eq!(line.problem.as_deref(), Some(why));
                }
                LineOutcome::Pending => panic!("it was not judged"),
            }
        }
    }
    assert_eq!(services_made.len(), 10);
}

/// Polls so many times and then lets go, as a process does that is killed.
async fn killed_after<T>(polls: usize, work: impl Future<Output = T>) -> Option<T> {
    let (mut work, mut left) = (pin!(work), polls);
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        work.as_mut().poll(context).map(Some)
    })
    .await
}

/// On databases whose driver bears that a statement is abandoned.
async fn killed_again_and_again(database: Database) {
    let fixture = RaceFixture::on(database).await;
    let id = asked(&fixture, false, documents(0, 8)).await;
    let dry = asked(&fixture, true, documents(50, 4)).await;
    let mut kills = 0;
    while seen(&fixture, id).await.status.is_open() || seen(&fixture, dry).await.status.is_open() {
        // Not always at the same points.
        if killed_after(7 + kills % 60, work(&fixture.app(kills), &imports())).await.is_none() {
            kills += 1;
        }
        fixture.replicas.clock.advance(Duration::seconds(61));
        assert!(kills < 5000, "it gets nowhere");
    }
    assert!(kills > 3, "it was hardly ever killed");
    let (job, judged) = (seen(&fixture, id).await, seen(&fixture, dry).await);
    assert_eq!((job.status, job.done, job.failed), (JobStatus::Succeeded, 8, 0));
    assert_eq!((judged.status, judged.done, judged.failed), (JobStatus::Succeeded, 4, 0));
    all_are_there_once(&fixture, &[id], 8).await;
}

#[tokio::test]
async fn a_killed_worker_loses_and_doubles_nothing() {
    killed_again_and_again(Database::Sqlite).await;
}

#[tokio::test]
async fn a_killed_worker_loses_and_doubles_nothing_on_postgres() {
    killed_again_and_again(Database::Postgres).await;
}

#[tokio::test]
async fn a_killed_bulk_is_continued_by_repeating_it() {
    let fixture = RaceFixture::on(Database::Sqlite).await;
    let mut requests = vec![];
    for number in 0..5 {
        requests.push(fixture.register(0, number).await.request_aggregate.certification.id);
    }
    let payloads: Vec<_> = (0..5).map(|number| Parsed(fixture.payment(&format!("r-{number}")))).collect();
    let items: Vec<BulkItem<'_>> =
        requests.iter().zip(&payloads).map(|(id, input)| BulkItem { id: *id, version: 1, input }).collect();
    let key = keyed(&fixture.manager, "batch", [3; 32]).idempotency;
    let app = fixture.app(0);
    let mut polls = 1;
    let answers = loop {
        let call = bulk(&app, &fixture.manager, Action::RegisterPayment, &items, key.as_ref(), &encode);
        if let Some(answers) = killed_after(polls, call).await {
            break answers.unwrap();
        }
        polls += 1;
    };
    assert!(answers.iter().all(Result::is_ok));
    assert!(matches!(answers[0], Ok(Answer::Replayed(_))), "it was done by a call that was killed");
    for id in requests {
        let request_aggregate = app.parts.store.request_aggregate(id).await.unwrap().unwrap();
        assert_eq!(
            (
                request_aggregate.certification.settlement.payments.len(),
                request_aggregate.certification.version
            ),
            (1, 2)
        );
    }
}

#[tokio::test]
async fn an_action_that_attests_is_never_done_in_bulk() {
    let fixture = RaceFixture::on(Database::Sqlite).await;
    let app = fixture.app(0);
    for action in [Action::Issue, Action::RecordEvaluation] {
        let refused = bulk(&app, &fixture.doctor, action, &[], None, &encode).await;
        assert!(matches!(refused, Err(Error::Invalid(_))));
    }
}

#[tokio::test]
async fn a_fault_of_ours_stops_a_job_only_when_it_stays() {
    let fixture = RaceFixture::on(Database::Sqlite).await;
    let id = asked(&fixture, false, ["00000001", "x", "!", "00000002"].map(str::to_owned)).await;
    for tries in 1..5 {
        work(&fixture.app(0), &imports()).await.unwrap();
        let job = seen(&fixture, id).await;
        assert_eq!((job.status, job.done, job.failed, job.tries), (JobStatus::Running, 2, 1, tries));
        fixture.replicas.clock.advance(Duration::seconds(60));
    }
    work(&fixture.app(0), &imports()).await.unwrap();
    let job = seen(&fixture, id).await;
    assert_eq!((job.status, job.done, job.failed), (JobStatus::Failed, 2, 1));
    let outcomes: Vec<LineOutcome> = lines(&fixture, id).await.iter().map(|line| line.outcome).collect();
    let pending = LineOutcome::Pending;
    assert_eq!(outcomes, [LineOutcome::Ok, LineOutcome::Refused, pending, pending]);
    // Somebody who knows better had repaired it meanwhile: another job goes well.
    let next = asked(&fixture, false, documents(7, 1)).await;
    work(&fixture.app(0), &imports()).await.unwrap();
    assert_eq!(seen(&fixture, next).await.status, JobStatus::Succeeded);
}

#[tokio::test]
async fn a_closed_desk_gives_its_job_back() {
    let fixture = RaceFixture::on(Database::Sqlite).await;
    let id = asked(&fixture, false, documents(0, 100)).await;
    let app = fixture.app(0);
    let close = async {
        while seen(&fixture, id).await.done == 0 {
            tokio::task::yield_now().await;
        }
        app.job_queue.close();
    };
    let imports = imports();
    tokio::join!(keep_working(&app, &imports), close);
    let job = seen(&fixture, id).await;
    assert!(job.done > 0 && job.done < 100, "{}", job.done);
    assert_eq!((job.status, job.held_by), (JobStatus::Running, None));
    // Nobody waits for a lease to end.
    work(&fixture.app(1), &imports).await.unwrap();
    assert_eq!(seen(&fixture, id).await.status, JobStatus::Succeeded);
    all_are_there_once(&fixture, &[id], 100).await;
}
