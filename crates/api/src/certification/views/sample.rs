//! A request with something of everything, for tests.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use medcert_application::{certification::Detail, store::RequestAggregate};
use medcert_domain::{
    Country, Currency, Id, Locale, Money,
    billing::{Channel, Payment, Refund, Settlement},
    catalog::{CertificateKind, Service},
    certification::{
        Action, Blocker, Care, CareMode, Certificate, CertificateStatus, Certification, Conclusion,
        Diagnosis, Ending, Evaluation, FeeSource, Findings, Guardian, Holder, Options, Printed, RequestInfo,
        Stage, Verdict,
    },
    institution::Institution,
    people::{Document, DocumentType, Member, Person, Relationship, Staff, StaffRole},
    policy::{Actor, Origin, Role},
};
use uuid::Uuid;

pub(crate) fn id<E>(n: u128) -> Id<E> {
    Id::new(Uuid::from_u128(n))
}

fn at() -> DateTime<Utc> {
    "2026-11-20T15:04:05.120Z".parse().unwrap()
}

fn day() -> NaiveDate {
    "2026-11-20".parse().unwrap()
}

fn pen(minor: i64) -> Money {
    Money::new(minor, Currency::parse("PEN").unwrap())
}

pub(crate) fn profile() -> Institution {
    Institution { phone: Some("+51 1 555 0100".to_owned()), ..Institution::unnamed(at()).unwrap() }
}

pub(crate) fn actor() -> Actor {
    Actor {
        user: id(0xd4),
        session: id(1),
        person: id(2),
        staff: Some(id(0xb1)),
        display_name: "Rosa".to_owned(),
        roles: BTreeSet::from([Role::Operator]),
        permissions: BTreeSet::new(),
        origin: Origin::default(),
    }
}

fn person(n: u128, given: &str) -> Person {
    let country = Country::parse("PE").unwrap();
    Person {
        version: 1,
        document: Some(Document { kind: DocumentType::Dni, country, number: "45678912".to_owned() }),
        birth_date: "2012-04-12".parse().ok(),
        phone: Some("+51 987 654 321".to_owned()),
        preferred_locale: Some(Locale::Es),
        ..Person::named(id(n), given, "Quispe", at())
    }
}

fn doctor() -> Member {
    let staff = Staff {
        version: 1,
        licence_number: Some("CMP 54321".to_owned()),
        ..Staff::employed(id(0xb3), id(3), BTreeSet::from([StaffRole::Doctor]), at())
    };
    Member { staff, name: "Carmen Salas".to_owned(), user: None }
}

fn evaluation() -> Evaluation {
    Evaluation {
        id: id(0xe1),
        doctor: id(0xb3),
        recorded_by: id(0xd5),
        recorded_at: at(),
        findings: Findings {
            evaluated_on: day(),
            conclusion: Conclusion::FitWithRestrictions,
            verdict: Verdict::Approved,
            observed_reason: None,
            diagnoses: vec![Diagnosis { code: "H52.1".to_owned(), text: Some("Myopia".to_owned()) }],
            observations: None,
            recommendations: Some("Glasses".to_owned()),
            restrictions: Some("Wears glasses".to_owned()),
            valid_from: day(),
            valid_until: None,
        },
        printed: Printed::default(),
        superseded_at: None,
    }
}

pub(crate) fn certificate() -> Certificate {
    Certificate {
        id: id(0xf6),
        version: 1,
        number: "MC-2026-000123".to_owned(),
        public_id: "3f2c9a7e5b1d48068c4e2f6a9d0b7c11".to_owned(),
        request: id(7),
        kind: CertificateKind::MedicalFitness,
        service_name: "Fitness".to_owned(),
        conclusion: Conclusion::FitWithRestrictions,
        restrictions: Some("Wears glasses".to_owned()),
        stored_status: CertificateStatus::Valid,
        issued_at: at(),
        issued_by: id(0xd5),
        valid_from: day(),
        valid_until: "2026-11-20".parse().unwrap(),
        evaluated_on: day(),
        holder: Holder {
            person: id(0xe5),
            name: "Ana Quispe".to_owned(),
            document: "DNI 45678912".to_owned(),
            birth_date: "2012-04-12".parse().unwrap(),
        },
        represented_by: Some(("Eva Quispe".to_owned(), Relationship::Parent)),
        doctor: id(0xb3),
        doctor_name: "Carmen Salas".to_owned(),
        licence_number: "CMP 54321".to_owned(),
        institution_name: "Clínica".to_owned(),
        locale: Locale::Es,
        replaces: None,
        replaced_by: None,
        pdf_key: String::new(),
        pdf_sha256: "9f86".to_owned(),
    }
}

fn settlement() -> Settlement {
    Settlement {
        version: 3,
        payments: vec![Payment {
            id: id(0xc3),
            channel: Channel::MbWay,
            paid_on: day(),
            money: pen(25_000),
            reference: Some("00912345".to_owned()),
            comment: None,
            registered_by: id(0xd4),
            registered_at: at(),
            validated: Some((id(0xd4), at())),
            voided: None,
        }],
        refunds: vec![Refund {
            id: id(0xc4),
            payment: id(0xc3),
            channel: Channel::Cash,
            paid_on: day(),
            money: pen(5_000),
            reference: None,
            reason: "Too much".to_owned(),
            by: id(0xd4),
            at: at(),
        }],
        ..Settlement::open(id(0xf7), Some(pen(20_000)))
    }
}

fn request() -> Certification {
    Certification {
        id: id(7),
        version: 6,
        code: "MC-2026-000042".to_owned(),
        client: id(0xe5),
        guardian: Some(Guardian { person: id(0xe6), relationship: Relationship::Parent }),
        promoter: None,
        service: Some(id(0xa1)),
        info: RequestInfo {
            care: Some(Care { mode: CareMode::Virtual, place: None }),
            external_reference: Some("X-1".to_owned()),
            ..RequestInfo::default()
        },
        settlement: settlement(),
        fee_source: Some(FeeSource::Service),
        money_decision: None,
        registered_by: id(0xd4),
        operator: Some(id(0xb1)),
        ending: Ending::Closed { at: at(), by: id(0xd5), outcome: None, reason: None },
        stage: Stage::Closed,
        stage_since: at(),
        trace: medcert_domain::certification::Trace::default(),
        created_at: at(),
        updated_at: at(),
        assignments: vec![],
        evaluations: vec![evaluation()],
        certificates: vec![certificate()],
        files: vec![],
    }
}

/// The request on the day after its certificate ended.
pub(crate) fn detail(clinical: bool) -> Detail {
    let service = Service {
        id: id(0xa1),
        version: 1,
        name: "Fitness".to_owned(),
        description: None,
        fee: pen(20_000),
        certificate_kind: CertificateKind::MedicalFitness,
        validity_days: 1,
        active: true,
        created_at: at(),
        updated_at: at(),
    };
    let names = [(0xd4, "Rosa Huamán"), (0xd5, "Carmen Salas"), (0xb3, "Carmen Salas")];
    Detail {
        request_aggregate: RequestAggregate {
            certification: request(),
            client: person(0xe5, "Ana"),
            guardian: Some(person(0xe6, "Eva")),
            promoter: None,
            service: Some(service),
            operator: Some((id(0xb1), "Rosa Huamán".to_owned())),
            manager: None,
            doctor: Some(doctor()),
            names: names.iter().map(|(id, name)| (Uuid::from_u128(*id), (*name).to_owned())).collect(),
        },
        options: Options {
            available: vec![Action::Reopen],
            blocked: vec![(Action::Delete, vec![Blocker::MedicalActExists])],
        },
        clinical,
        today: "2026-11-21".parse().unwrap(),
        currency: Currency::parse("PEN").unwrap(),
        person_changes: vec![],
        possible_duplicates: vec![(id(8), "MC-2026-000008".to_owned())],
        files: vec![],
    }
}
