//! Values to store.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Duration, NaiveDate, Utc};
use medcert_application::store::{PageRequest, Store, UnitOfWork};
use medcert_domain::{
    Country, Currency, Id, Locale, Money,
    billing::{Channel, Payment, Settlement},
    catalog::{CertificateKind, Service},
    certification::{
        Assignment, AssignmentRole, Certificate, CertificateStatus, Certification, Conclusion, Diagnosis,
        Ending, Evaluation, Findings, Holder, Printed, RequestInfo, Stage, Trace, Verdict,
    },
    files::{FileKind, MediaType, StoredFile},
    identity::{Session, User, UserStatus},
    people::{Document, DocumentType, Person, Promoter, PromoterIdentity, Staff, StaffRole},
    policy::Role,
};
use uuid::Uuid;

use crate::database::TestDatabase;

/// Cyrillic, an emoji, an accent, quotes, a percent sign and a trailing blank.
pub(crate) const EXTREME: &str = "Їжакевич 🩺 Ñandú 'x' \"y\" \\ 50% _ ";

/// Another identifier, ascending.
pub(crate) fn fresh() -> Uuid {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    Uuid::from_u128((0x0190_u128 << 112) | u128::from(COUNT.fetch_add(1, Ordering::Relaxed)))
}

pub(crate) fn id<E>() -> Id<E> {
    Id::new(fresh())
}

/// So many microseconds after a fixed moment.
pub(crate) fn at(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 123_456_000).unwrap() + Duration::microseconds(micros)
}

pub(crate) fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

pub(crate) fn pen(minor: i64) -> Money {
    Money::new(minor, Currency::parse("PEN").unwrap())
}

pub(crate) fn first(limit: u64) -> PageRequest {
    PageRequest { limit, after: None, with_total: true }
}

pub(crate) fn document(number: &str) -> Document {
    Document { kind: DocumentType::Other, country: Country::parse("PE").unwrap(), number: number.to_owned() }
}

pub(crate) fn person(given: &str, family: &str) -> Person {
    Person { version: 1, ..Person::named(id(), given, family, at(0)) }
}

pub(crate) fn staff(of: &Person, roles: &[StaffRole]) -> Staff {
    Staff { version: 1, ..Staff::employed(id(), of.id, roles.iter().copied().collect(), at(0)) }
}

pub(crate) fn user(of: &Person, email: &str, roles: &[Role]) -> User {
    User {
        id: id(),
        version: 1,
        email: email.to_owned(),
        person: of.id,
        password_hash: "$2b$12$hash".to_owned(),
        must_change_password: false,
        status: UserStatus::Active,
        locale: Locale::Uk,
        roles: roles.iter().copied().collect(),
        grants: vec![],
        last_login_at: None,
        created_at: at(0),
        updated_at: at(0),
    }
}

pub(crate) fn session(of: &User) -> Session {
    Session {
        id: id(),
        version: 1,
        user: of.id,
        created_at: at(0),
        expires_at: at(1),
        ended_at: None,
        stepped_up_until: None,
    }
}

pub(crate) fn service(name: &str) -> Service {
    Service {
        id: id(),
        version: 1,
        name: name.to_owned(),
        description: None,
        fee: pen(20_000),
        certificate_kind: CertificateKind::General,
        validity_days: 365,
        active: true,
        created_at: at(0),
        updated_at: at(0),
    }
}

pub(crate) fn promoter(name: &str) -> Promoter {
    let identity = PromoterIdentity::Other { name: name.to_owned() };
    Promoter { version: 1, ..Promoter::named(id(), identity, name, at(0)) }
}

pub(crate) fn assignment(role: AssignmentRole, to: &Staff, by: &User) -> Assignment {
    Assignment { id: id(), role, staff: to.id, assigned_by: by.id, assigned_at: at(1), ended_at: None }
}

pub(crate) fn payment(minor: i64, reference: Option<&str>, by: &User) -> Payment {
    Payment {
        id: id(),
        channel: Channel::Yape,
        paid_on: day(2026, 11, 1),
        money: pen(minor),
        reference: reference.map(ToOwned::to_owned),
        comment: Some(EXTREME.to_owned()),
        registered_by: by.id,
        registered_at: at(2),
        validated: Some((by.id, at(3))),
        voided: None,
    }
}

/// A settlement in which so much is due.
pub(crate) fn settlement(due: i64, payments: Vec<Payment>) -> Settlement {
    Settlement { version: 1, payments, ..Settlement::open(id(), Some(pen(due))) }
}

pub(crate) fn evaluation(doctor: &Staff, by: &User) -> Evaluation {
    let code = "F41.1".to_owned();
    Evaluation {
        id: id(),
        doctor: doctor.id,
        recorded_by: by.id,
        recorded_at: at(4),
        findings: Findings {
            evaluated_on: day(2026, 11, 2),
            conclusion: Conclusion::FitWithRestrictions,
            verdict: Verdict::Approved,
            observed_reason: None,
            diagnoses: vec![
                Diagnosis { code: code.clone(), text: Some(EXTREME.to_owned()) },
                Diagnosis { code, text: None },
            ],
            observations: Some("ж".repeat(4_000)),
            recommendations: Some("🩺".repeat(4_000)),
            restrictions: Some(EXTREME.to_owned()),
            valid_from: day(2026, 11, 2),
            valid_until: Some(day(9999, 12, 31)),
        },
        printed: Printed([("name".to_owned(), EXTREME.to_owned())].into()),
        superseded_at: None,
    }
}

pub(crate) fn certificate(of: &Certification, doctor: &Staff, by: &User, number: &str) -> Certificate {
    Certificate {
        id: id(),
        version: 1,
        number: number.to_owned(),
        public_id: format!("public-{number}"),
        request: of.id,
        kind: CertificateKind::MedicalFitness,
        service_name: EXTREME.to_owned(),
        conclusion: Conclusion::Fit,
        restrictions: None,
        stored_status: CertificateStatus::Valid,
        issued_at: at(5),
        issued_by: by.id,
        valid_from: day(2026, 11, 2),
        valid_until: day(2027, 11, 1),
        evaluated_on: day(2026, 11, 2),
        holder: Holder {
            person: of.client,
            name: EXTREME.to_owned(),
            document: "DNI 12345678".to_owned(),
            birth_date: day(1900, 2, 28),
        },
        represented_by: None,
        doctor: doctor.id,
        doctor_name: EXTREME.to_owned(),
        licence_number: "CMP 1".to_owned(),
        institution_name: EXTREME.to_owned(),
        locale: Locale::Es,
        replaces: None,
        replaced_by: None,
        pdf_key: "certificates/x.pdf".to_owned(),
        pdf_sha256: "ab".repeat(32),
    }
}

/// A request as registered, with nothing but what it must have.
pub(crate) fn request(code: &str, client: &Person, by: &User) -> Certification {
    Certification {
        id: id(),
        version: 1,
        code: code.to_owned(),
        client: client.id,
        guardian: None,
        promoter: None,
        service: None,
        info: RequestInfo::default(),
        settlement: Settlement { version: 1, ..Settlement::open(id(), None) },
        fee_source: None,
        money_decision: None,
        registered_by: by.id,
        operator: None,
        ending: Ending::Open,
        stage: Stage::Registered,
        stage_since: at(0),
        trace: Trace::default(),
        created_at: at(0),
        updated_at: at(0),
        assignments: vec![],
        evaluations: vec![],
        certificates: vec![],
        files: vec![],
    }
}

/// The people every request needs.
pub(crate) struct Clinic {
    pub(crate) client: Person,
    pub(crate) person: Person,
    pub(crate) staff: Staff,
    pub(crate) other_person: Person,
    pub(crate) other: Staff,
    pub(crate) user: User,
    pub(crate) service: Service,
    pub(crate) promoter: Promoter,
}

impl Clinic {
    pub(crate) async fn open(database: &TestDatabase) -> Self {
        let roles = [StaffRole::Operator, StaffRole::Manager, StaffRole::Doctor];
        let client = Person { document: Some(document("CLIENT1")), ..person("Ana", "Silva") };
        let someone = person("Марія", "Лікар");
        let other_person = person("Otto", "Other");
        let clinic = Self {
            staff: staff(&someone, &roles),
            other: staff(&other_person, &roles),
            user: user(&someone, "doc@example.org", &[Role::Operator, Role::Manager, Role::Doctor]),
            client,
            person: someone,
            other_person,
            service: service("Fitness"),
            promoter: promoter("Promoter"),
        };
        let mut work = begin(database).await;
        for someone in [&clinic.client, &clinic.person, &clinic.other_person] {
            work.insert(someone).await.unwrap();
        }
        work.insert(&clinic.staff).await.unwrap();
        work.insert(&clinic.other).await.unwrap();
        work.insert(&clinic.user).await.unwrap();
        work.insert(&clinic.service).await.unwrap();
        work.insert(&clinic.promoter).await.unwrap();
        work.commit().await.unwrap();
        clinic
    }

    pub(crate) fn request(&self, code: &str) -> Certification {
        request(code, &self.client, &self.user)
    }
}

pub(crate) async fn begin(database: &TestDatabase) -> Box<dyn UnitOfWork> {
    database.store.begin().await.unwrap()
}

/// Inserts one thing in a unit of work of its own.
#[macro_export]
macro_rules! insert {
    ($database:expr, $($thing:expr),+ $(,)?) => {{
        let mut work = $crate::fixture::begin($database).await;
        $(work.insert($thing).await.unwrap();)+
        work.commit().await.unwrap();
    }};
}

/// Expects that inserting it finds a duplicate of this kind.
#[macro_export]
macro_rules! duplicate {
    ($database:expr, $kind:literal, $thing:expr) => {{
        let mut work = $crate::fixture::begin($database).await;
        let answer = work.insert($thing).await;
        assert!(
            matches!(answer, Err(medcert_application::store::StoreError::Duplicate($kind))),
            "{answer:?}"
        );
    }};
}

/// Loads what has this id.
#[macro_export]
macro_rules! load {
    ($database:expr, $id:expr) => {{
        let mut work = $crate::fixture::begin($database).await;
        work.get($id).await.unwrap()
    }};
}

/// A file with the longest name, of characters of four bytes.
pub(crate) fn file(kind: FileKind, by: &User) -> StoredFile {
    StoredFile {
        id: id(),
        kind,
        name: "🩺".repeat(255),
        media_type: MediaType::Docx,
        size: 1 << 40,
        sha256: [0xfe; 32],
        payment: None,
        uploaded_by: by.id,
        uploaded_at: at(7),
    }
}
