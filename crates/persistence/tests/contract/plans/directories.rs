//! The lists of directories, histories, jobs and files, each with every filter.
//!
//! Services and sources are left out: a clinic has a few dozen of them.

use medcert_application::store::{
    AuditedEntityReads, BulkLoad, CertificateFilter, CertificationReads, Cursor, FileReads, IdentityReads,
    JobFilter, JobReads, MemberReads, PageRequest, PeopleReads, PersonFilter, PromoterFilter, StaffFilter,
    UserFilter,
};
use medcert_domain::{
    Entity as _, Id, PersonId,
    catalog::CertificateKind,
    certification::{CertificateStatus, IMPORT_REQUESTS},
    identity::UserStatus,
    jobs::{JobKind, JobStatus, LineOutcome},
    people::{DocumentType, PromoterSource, PromoterType, StaffRole, StaffStatus},
    policy::Role,
};
use medcert_persistence::SeaStore;
use sea_orm::DatabaseConnection;
use uuid::Uuid;

use super::{
    ALL, CLINIC, Filled, MOST, birth_date, day,
    engines::{Watch, explain, statements},
    seed,
};
use crate::{
    database::TestDatabase,
    fixture::{EXTREME, at, fresh},
    insert,
};

const WATCH: Watch = Watch {
    growing: &[
        "certificate",
        "certification_request",
        "change_entry",
        "entity_search_term",
        "discarded_object",
        "history_entry",
        "job",
        "job_line",
        "login_session",
        "person",
        "person_guardian",
        "promoter",
        "staff",
        "stored_file",
        "user_account",
    ],
    most: MOST,
};

/// Runs a list with each of its filters, from its beginning and from its middle.
struct Lists<'l> {
    database: &'l TestDatabase,
    db: &'l DatabaseConnection,
    wrong: &'l mut Vec<String>,
}

impl Lists<'_> {
    async fn run<T>(&mut self, what: &str, read: impl AsyncFnOnce(SeaStore) -> T) -> T {
        let (seen, answer) = statements(self.database, read).await;
        assert!(seen.len() <= 8, "{what} takes {} statements", seen.len());
        explain(self.db, &WATCH, what, seen, self.wrong).await;
        answer
    }

    async fn list<F, T>(
        &mut self,
        what: &str,
        middle: Cursor,
        cases: Vec<(&str, F)>,
        read: impl AsyncFn(&SeaStore, &F, &PageRequest) -> T,
    ) {
        for (name, filter) in &cases {
            for after in [None, Some(middle.clone())] {
                let page = PageRequest { limit: 20, after, with_total: false };
                self.run(&format!("{what} with {name}"), async |store: SeaStore| {
                    read(&store, filter, &page).await
                })
                .await;
            }
        }
    }
}

fn by_name() -> Cursor {
    Cursor { key: "Maria Flores K1000".to_owned(), id: Uuid::nil() }
}

fn by_moment(filled: &Filled) -> Cursor {
    Cursor { key: day(180).timestamp_micros().to_string(), id: filled.requests[ALL / 2].raw() }
}

/// Words as they are typed into any of the lists. Common ones are not what names begin with: of a common given name the
/// list is walked to where it stands. Nor are there two that nobody has together: of one of them all are looked at.
fn typed() -> Vec<(&'static str, Vec<String>)> {
    let search_terms = |search_terms: &[&str]| search_terms.iter().map(ToString::to_string).collect();
    vec![
        ("a rare word", search_terms(&["48271049"])),
        ("a common word", search_terms(&["vega"])),
        ("the beginning of many words", search_terms(&["k"])),
        ("common words", search_terms(&["vega", "k"])),
        ("a common and a rare word", search_terms(&["k0077", "ana"])),
        ("an unknown word", search_terms(&["zzz"])),
    ]
}

/// These filters, and those of words.
fn with_words<F>(filters: Vec<(&'static str, F)>, of: impl Fn(Vec<String>) -> F) -> Vec<(&'static str, F)> {
    filters
        .into_iter()
        .chain(typed().into_iter().map(|(name, search_terms)| (name, of(search_terms))))
        .collect()
}

fn people() -> Vec<(&'static str, PersonFilter)> {
    let none = PersonFilter::default;
    let types = |types: &[DocumentType]| PersonFilter { document_types: types.to_vec(), ..none() };
    let number = |number: &str| PersonFilter { document_number: Some(number.to_owned()), ..none() };
    let email = |email: &str| PersonFilter { email: Some(email.to_owned()), ..none() };
    let filters = vec![
        ("nothing", none()),
        ("a rare type", types(&[DocumentType::Dni])),
        ("a common type", types(&[DocumentType::Other])),
        ("types", types(&[DocumentType::Other, DocumentType::Dni, DocumentType::Ce])),
        ("a number", number("48271049")),
        ("an unknown number", number("4827104")),
        ("a birth date", PersonFilter { birth_date: Some(birth_date(5)), ..none() }),
        ("an address", email("77@example.org")),
        ("an address of many", email(CLINIC)),
        (
            "an address of many and a type",
            PersonFilter { document_types: vec![DocumentType::Other], ..email(CLINIC) },
        ),
        (
            "a word and a type",
            PersonFilter { search_terms: vec!["vega".to_owned()], ..types(&[DocumentType::Other]) },
        ),
    ];
    with_words(filters, |search_terms| PersonFilter { search_terms, ..none() })
}

fn promoters(source: Id<PromoterSource>) -> Vec<(&'static str, PromoterFilter)> {
    let none = PromoterFilter::default;
    let kinds = |kinds: &[PromoterType]| PromoterFilter { kinds: kinds.to_vec(), ..none() };
    let filters = vec![
        ("nothing", none()),
        ("a rare kind", kinds(&[PromoterType::Company])),
        ("a common kind", kinds(&[PromoterType::Person])),
        ("kinds", kinds(&[PromoterType::Company, PromoterType::Person])),
        ("a source", PromoterFilter { sources: vec![source], ..none() }),
        ("sources", PromoterFilter { sources: vec![source, Id::new(fresh())], ..none() }),
        ("a source and a kind", PromoterFilter { sources: vec![source], ..kinds(&[PromoterType::Person]) }),
    ];
    with_words(filters, |search_terms| PromoterFilter { search_terms, ..none() })
}

fn staff() -> Vec<(&'static str, StaffFilter)> {
    let none = StaffFilter::default;
    let roles = |roles: &[StaffRole]| StaffFilter { roles: roles.to_vec(), ..none() };
    let statuses = |statuses: &[StaffStatus]| StaffFilter { statuses: statuses.to_vec(), ..none() };
    let today = day(200).date_naive();
    let assignable = |fits, roles: &[StaffRole]| StaffFilter {
        assignable: Some((fits, today)),
        roles: roles.to_vec(),
        ..none()
    };
    let filters = vec![
        ("nothing", none()),
        ("a role", roles(&[StaffRole::Doctor])),
        ("roles", roles(&[StaffRole::Doctor, StaffRole::Manager, StaffRole::Operator])),
        ("a rare status", statuses(&[StaffStatus::Vacation])),
        ("a common status", statuses(&[StaffStatus::Active])),
        ("statuses", statuses(&[StaffStatus::Active, StaffStatus::Vacation, StaffStatus::Leave])),
        (
            "a role and a status",
            StaffFilter { roles: vec![StaffRole::Doctor], ..statuses(&[StaffStatus::Active]) },
        ),
        ("assignable", assignable(true, &[])),
        ("assignable doctors", assignable(true, &[StaffRole::Doctor])),
        ("doctors not assignable", assignable(false, &[StaffRole::Doctor])),
        ("not assignable", assignable(false, &[])),
    ];
    with_words(filters, |search_terms| StaffFilter { search_terms, ..none() })
}

fn users() -> Vec<(&'static str, UserFilter)> {
    let none = UserFilter::default;
    let roles = |roles: &[Role]| UserFilter { roles: roles.to_vec(), ..none() };
    let statuses = |statuses: &[UserStatus]| UserFilter { statuses: statuses.to_vec(), ..none() };
    let filters = vec![
        ("nothing", none()),
        ("a rare role", roles(&[Role::Admin])),
        ("a common role", roles(&[Role::Operator])),
        ("roles", roles(&[Role::Admin, Role::Operator, Role::Manager, Role::Doctor, Role::Auditor])),
        ("a rare status", statuses(&[UserStatus::Suspended])),
        ("a common status", statuses(&[UserStatus::Active])),
        ("statuses", statuses(UserStatus::ALL)),
        ("a role and a status", UserFilter { roles: vec![Role::Doctor], ..statuses(&[UserStatus::Active]) }),
        ("staff", UserFilter { has_staff: Some(true), ..none() }),
        ("no staff", UserFilter { has_staff: Some(false), ..none() }),
        ("an early last login", UserFilter { last_login_before: Some(day(5)), ..none() }),
        ("a last login", UserFilter { last_login_before: Some(day(300)), ..none() }),
        (
            "a last login and a role",
            UserFilter { last_login_before: Some(day(300)), ..roles(&[Role::Operator]) },
        ),
        ("no login", UserFilter { never_logged_in: Some(true), ..none() }),
        ("a login", UserFilter { never_logged_in: Some(false), ..none() }),
    ];
    with_words(filters, |search_terms| UserFilter { search_terms, ..none() })
}

/// Expired certificates are few here, and the day on which certificates are valid is of late: the newest first is no
/// order in which an index could find many that expired, or those that were valid long ago.
fn certificates(filled: &Filled) -> Vec<(&'static str, CertificateFilter)> {
    let none = CertificateFilter::default;
    let staff = filled.clinic.staff.id;
    let statuses = |statuses: &[CertificateStatus], on| CertificateFilter {
        statuses: Some((statuses.to_vec(), day(on).date_naive())),
        ..none()
    };
    let kinds = |kinds: &[CertificateKind]| CertificateFilter { kinds: kinds.to_vec(), ..none() };
    let filters = vec![
        ("nothing", none()),
        ("a number", CertificateFilter { number: Some("MC-2026-00012".to_owned()), ..none() }),
        ("the beginning of all numbers", CertificateFilter { number: Some("MC-".to_owned()), ..none() }),
        ("a doctor", CertificateFilter { doctors: vec![staff], ..none() }),
        ("doctors", CertificateFilter { doctors: vec![staff, filled.clinic.other.id], ..none() }),
        ("a rare kind", kinds(&[CertificateKind::MentalHealth])),
        ("a common kind", kinds(&[CertificateKind::General])),
        ("kinds", kinds(&[CertificateKind::MentalHealth, CertificateKind::General])),
        ("valid", statuses(&[CertificateStatus::Valid], 200)),
        ("revoked", statuses(&[CertificateStatus::Revoked], 200)),
        ("expired", statuses(&[CertificateStatus::Expired], 375)),
        ("valid or revoked", statuses(&[CertificateStatus::Valid, CertificateStatus::Revoked], 200)),
        ("issued since", CertificateFilter { issued_from: Some(day(100)), ..none() }),
        ("issued before", CertificateFilter { issued_before: Some(day(100)), ..none() }),
        (
            "issued in two weeks",
            CertificateFilter { issued_from: Some(day(100)), issued_before: Some(day(114)), ..none() },
        ),
        (
            "issued in two months",
            CertificateFilter { issued_from: Some(day(100)), issued_before: Some(day(160)), ..none() },
        ),
        ("valid on a day", CertificateFilter { valid_on: Some(day(360).date_naive()), ..none() }),
        ("seen by a doctor", CertificateFilter { visible_to_doctor: Some(Some(staff)), ..none() }),
        ("seen by nobody", CertificateFilter { visible_to_doctor: Some(None), ..none() }),
        (
            "a doctor's own of a kind",
            CertificateFilter { visible_to_doctor: Some(Some(staff)), ..kinds(&[CertificateKind::General]) },
        ),
    ];
    with_words(filters, |search_terms| CertificateFilter { search_terms, ..none() })
}

fn jobs(filled: &Filled) -> Vec<(&'static str, JobFilter)> {
    let none = JobFilter::default;
    let statuses = |statuses: &[JobStatus]| JobFilter { statuses: statuses.to_vec(), ..none() };
    let own = || JobFilter { created_by: Some(filled.clinic.user.id), ..none() };
    vec![
        ("nothing", none()),
        ("somebody's", own()),
        ("a kind", JobFilter { kinds: vec![IMPORT_REQUESTS], ..none() }),
        ("a rare status", statuses(&[JobStatus::Queued])),
        ("a common status", statuses(&[JobStatus::Succeeded])),
        ("statuses", statuses(&[JobStatus::Queued, JobStatus::Succeeded, JobStatus::Failed])),
        ("somebody's with a status", JobFilter { statuses: vec![JobStatus::Succeeded], ..own() }),
    ]
}

pub(super) async fn bounded(database: &TestDatabase, filled: &Filled, wrong: &mut Vec<String>) {
    let source = PromoterSource {
        id: crate::fixture::id(),
        version: 1,
        name: EXTREME.to_owned(),
        active: true,
        created_at: at(0),
        updated_at: at(0),
    };
    insert!(database, &source);
    let db = database.behind().await;
    seed::directories(&db).await;
    database.store.settle().await.unwrap();
    db.close().await.unwrap();
    // SQLite reads statistics when it is connected.
    let db = database.behind().await;
    let mut lists = Lists { database, db: &db, wrong };
    lists
        .list("people", by_name(), people(), async |store, filter, page| {
            store.people(filter, page).await.unwrap()
        })
        .await;
    lists
        .list("promoters", by_name(), promoters(source.id), async |store, filter, page| {
            store.promoters(filter, page).await.unwrap()
        })
        .await;
    lists
        .list("staff", by_name(), staff(), async |store, filter, page| {
            store.staff_list(filter, page).await.unwrap()
        })
        .await;
    lists
        .list("users", by_name(), users(), async |store, filter, page| {
            store.users(filter, page).await.unwrap()
        })
        .await;
    lists
        .list("certificates", by_moment(filled), certificates(filled), async |store, filter, page| {
            store.certificates(filter, page).await.unwrap()
        })
        .await;
    lists
        .list("jobs", by_moment(filled), jobs(filled), async |store, filter, page| {
            store.jobs(filter, page).await.unwrap()
        })
        .await;
    histories(&mut lists, filled, source.id).await;
    singles(&mut lists, filled).await;
    db.close().await.unwrap();
}

/// What hangs on one thing, of which one has as much as the table.
async fn histories(lists: &mut Lists<'_>, filled: &Filled, source: Id<PromoterSource>) {
    let (first, middle) = (filled.requests[0], by_moment(filled));
    lists
        .list("history of an entry", middle.clone(), vec![("nothing", ())], async |store, (), page| {
            let page = store.changes(PromoterSource::KIND, source.raw(), page).await.unwrap();
            assert_eq!(page.items.len(), 20);
        })
        .await;
    lists
        .list("history of a request", middle.clone(), vec![("nothing", ())], async |store, (), page| {
            assert_eq!(store.history(first, page).await.unwrap().items.len(), 20);
        })
        .await;
    let outcomes = vec![
        ("nothing", None),
        ("a rare outcome", Some(LineOutcome::Refused)),
        ("a common outcome", Some(LineOutcome::Ok)),
    ];
    let line = Cursor { key: "10000".to_owned(), id: Uuid::nil() };
    let job = Id::new(first.raw());
    lists
        .list("lines of a job", line, outcomes, async |store, outcome, page| {
            assert_eq!(store.job_lines(job, *outcome, page).await.unwrap().items.len(), 20);
        })
        .await;
    let user = filled.clinic.user.id;
    lists
        .list("sessions", middle, vec![("nothing", ())], async |store, (), page| {
            store.open_sessions(user, day(355), page).await.unwrap()
        })
        .await;
}

/// What is asked beside lists.
async fn singles(lists: &mut Lists<'_>, filled: &Filled) {
    let page = PageRequest { limit: 20, after: None, with_total: true };
    let request = filled.requests[ALL / 3];
    let id = request.raw();
    let found = lists
        .run("one request", async |store: SeaStore| store.request_aggregate(request).await.unwrap())
        .await;
    let client: PersonId = found.unwrap().client.id;
    let guardians =
        lists.run("guardians", async |store: SeaStore| store.guardians(client, &page).await.unwrap()).await;
    assert_eq!(guardians.total, Some(1));
    let (row, uses) =
        lists.run("one person", async |store: SeaStore| store.person(client).await.unwrap()).await.unwrap();
    assert!(row.has_login && uses.certificates == 1);
    let account = Id::new(client.raw());
    assert!(
        lists.run("one user", async |store: SeaStore| store.user(account).await.unwrap()).await.is_some()
    );
    lists
        .run("a job's next line", async |store: SeaStore| {
            let next = store.next_line(Id::new(filled.requests[0].raw())).await.unwrap();
            assert_eq!(next.unwrap().number, 19_001);
        })
        .await;
    let kinds: Vec<JobKind> = JobKind::all().cloned().collect();
    lists.run("due jobs", async |store: SeaStore| store.due_jobs(&kinds, day(300), 10).await.unwrap()).await;
    lists
        .run("erasable jobs", async |store: SeaStore| store.erasable_jobs(day(300), 10).await.unwrap())
        .await;
    let asker = filled.clinic.user.id;
    lists.run("open jobs", async |store: SeaStore| store.open_jobs_of(asker).await.unwrap()).await;
    lists.run("a file", async |store: SeaStore| store.request_of_file(Id::new(id)).await.unwrap()).await;
    let files: Vec<_> = filled.requests[..20].iter().map(|request| Id::new(request.raw())).collect();
    lists.run("files", async |store: SeaStore| store.files_known(&files).await.unwrap()).await;
    let certificates: Vec<_> = filled.requests[..20].iter().map(|request| Id::new(request.raw())).collect();
    lists.run("keys", async |store: SeaStore| store.certificate_keys(&certificates).await.unwrap()).await;
    lists.run("discarded", async |store: SeaStore| store.discarded(20).await.unwrap()).await;
}
