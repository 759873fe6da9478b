//! Files on the real persistence: what a scanner says, what fails on the way, and races.

use std::{collections::VecDeque, sync::Arc};

use async_trait::async_trait;
use bytes::Bytes;
use futures::future::join_all;
use medcert_application::{
    Error, IfMatch,
    certification::files::{FileAttempt, UploadAttempt, Uploaded, VisibleFile, delete, upload},
    files::{FileForm, Incoming},
    input::Parsed,
    objects::ObjectKey,
    scanning::{Scanner, Verdict},
};
use medcert_domain::{
    Id, Invalid,
    certification::{Action, Blocker, Certification, Refusal},
    files::{FileKind, MOST_FILES, StoredFile},
};
use medcert_testkit::{Database, Replicas, memory};
use mockall::{mock, predicate::always};

use crate::race_fixture::{CALLERS, RaceFixture, plain};

/// Rounds of each race.
const ROUNDS: usize = 4;

mock! {
    Scan {}
    #[async_trait]
    impl Scanner for Scan {
        async fn scan(&self, object: &ObjectKey, size: u64) -> Verdict;
    }
}

/// A form that is there already.
struct Ready(VecDeque<Bytes>);

impl Ready {
    fn new() -> Self {
        Self([&b"%PDF-1.7\n"[..], b"x", b"\n%%EOF\n"].map(Bytes::from_static).into())
    }
}

impl Incoming for Ready {
    fn well_formed(&self, _: u64) -> Result<(), Error> {
        Ok(())
    }

    async fn piece(&mut self) -> Result<Option<Bytes>, Error> {
        Ok(self.0.pop_front())
    }

    fn kind(&self) -> Option<FileKind> {
        None
    }

    fn form(&mut self) -> Result<FileForm, Invalid> {
        Ok(FileForm { kind: FileKind::Document, name: "a.pdf".to_owned(), payment: None })
    }
}

async fn add(fixture: &RaceFixture, caller: usize, id: Id<Certification>) -> Result<VisibleFile, Error> {
    let attempt =
        UploadAttempt { id, conditions: plain(), incoming: &mut Ready::new(), encode: &|_| String::new() };
    match upload(&fixture.app(caller), &fixture.operator, attempt).await? {
        Uploaded::Done(seen) => Ok(seen),
        Uploaded::Replayed(_) => panic!("an answer from before"),
    }
}

async fn objects(fixture: &RaceFixture) -> usize {
    fixture.replicas.objects.list("files").await.unwrap().len()
}

#[tokio::test]
async fn what_a_scanner_says_decides() {
    let objects_of = memory();
    let seen_by_scanner = Arc::clone(&objects_of);
    let mut scanner = MockScan::new();
    let mut verdicts = VecDeque::from([Verdict::Infected, Verdict::Unavailable, Verdict::Clean]);
    scanner.expect_scan().with(always(), always()).times(3).returning(move |key, size| {
        assert_eq!(size, 17, "it is told how long the object is");
        // The object is there to be looked at, whole.
        let stored = futures::executor::block_on(async { seen_by_scanner.head(key).await });
        assert_eq!(stored.unwrap().unwrap().size, 17);
        verdicts.pop_front().unwrap()
    });
    let replicas = Replicas::having(Database::Sqlite, 2, 1, objects_of, |parts| {
        parts.scanner = Arc::new(scanner);
    });
    let fixture = RaceFixture::of(replicas.await).await;
    let id = fixture.register(0, 1).await.request_aggregate.certification.id;
    match add(&fixture, 0, id).await {
        Err(Error::Invalid(invalid)) => {
            assert_eq!((invalid.faults[0].pointer.as_str(), invalid.faults[0].code), ("/file", "infected"));
        }
        other => panic!("{other:?}"),
    }
    assert!(matches!(add(&fixture, 0, id).await, Err(Error::ScannerUnavailable)));
    assert_eq!(objects(&fixture).await, 0, "nothing stays behind");
    add(&fixture, 0, id).await.unwrap();
    assert_eq!(objects(&fixture).await, 1);
}

async fn files_of(fixture: &RaceFixture, id: Id<Certification>) -> Vec<StoredFile> {
    fixture.app(0).parts.store.request_aggregate(id).await.unwrap().unwrap().certification.files
}

/// The last free places go to as many as there are, and everybody else is told that there are none.
pub(crate) async fn fill_up(database: Database) {
    let fixture = RaceFixture::on(database).await;
    let mut kept = 0;
    for round in 0..database.rounds(ROUNDS) {
        let id = fixture.register(0, round).await.request_aggregate.certification.id;
        for _ in 0..MOST_FILES - 3 {
            add(&fixture, 0, id).await.unwrap();
        }
        let outcomes = join_all((0..CALLERS).map(|caller| add(&fixture, caller, id))).await;
        let won = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert_eq!(won, 3, "round {round}");
        for outcome in &outcomes {
            let full = matches!(
                outcome,
                Err(Error::Refused(Refusal::WrongStage { action: Action::AddFile, reasons, .. }))
                    if *reasons == [Blocker::TooManyFiles]
            );
            assert!(outcome.is_ok() || full || matches!(outcome, Err(Error::Stale)), "{outcome:?}");
        }
        assert_eq!(files_of(&fixture, id).await.len(), MOST_FILES);
        kept += MOST_FILES;
        assert_eq!(objects(&fixture).await, kept, "an object for each row and none without");
    }
}

/// Of all who take the same file away one does, and everybody else finds it gone.
pub(crate) async fn take_away(database: Database) {
    let fixture = RaceFixture::on(database).await;
    for round in 0..database.rounds(ROUNDS) {
        let id = fixture.register(0, round).await.request_aggregate.certification.id;
        let file = add(&fixture, 0, id).await.unwrap().file.id;
        let input = Parsed(None);
        let callers = (0..CALLERS).map(|caller| {
            let (app, input) = (fixture.app(caller), &input);
            let actor = &fixture.operator;
            async move { delete(&app, actor, FileAttempt { id: file, if_match: IfMatch::Any, input }).await }
        });
        let outcomes = join_all(callers).await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "round {round}");
        for outcome in &outcomes {
            assert!(matches!(outcome, Ok(()) | Err(Error::NotFound("file"))), "{outcome:?}");
        }
        assert_eq!(files_of(&fixture, id).await, []);
        let version =
            fixture.app(0).parts.store.request_aggregate(id).await.unwrap().unwrap().certification.version;
        assert_eq!(version, 3, "registered, added to, taken from");
        assert_eq!(fixture.app(0).parts.store.discarded(9).await.unwrap().len(), round + 1);
    }
}
