//! A clinic in a box: people, staff, services, a day, and one request that real commands bring forward.

use std::{cell::Cell, collections::BTreeSet};

use chrono::{DateTime, Days, Duration, NaiveDate, Utc};
use uuid::Uuid;

use super::*;
use crate::{
    Country, Currency, Id, Locale, Money, PaymentId, StaffId,
    catalog::{CertificateKind, Service},
    institution::Rules,
    people::{Document, DocumentType, Member, Person, Staff, StaffRole, StaffUser},
    policy::{Actor, Origin, Role},
};

pub(super) const CLIENT: u128 = 1;
pub(super) const GUARDIAN: u128 = 2;
pub(super) const STRANGER: u128 = 3;
// Staff: the person, the staff record and the account of one member carry the same number.
pub(super) const ADMIN: u128 = 10;
pub(super) const OPERATOR: u128 = 20;
pub(super) const MANAGER: u128 = 30;
pub(super) const MANAGER_2: u128 = 31;
pub(super) const DOCTOR: u128 = 40;
pub(super) const DOCTOR_2: u128 = 41;
// Services: the regular one, a dearer one, one that costs nothing, one in another currency.
pub(super) const FITNESS: u128 = 100;
pub(super) const DEAR: u128 = 101;
pub(super) const FREE: u128 = 102;
pub(super) const FOREIGN: u128 = 103;

pub(super) const FEE: i64 = 20_000;

pub(super) fn id<E>(number: u128) -> Id<E> {
    Id::new(Uuid::from_u128(number))
}

pub(super) fn pen(minor: i64) -> Money {
    Money::new(minor, Currency::parse("PEN").unwrap())
}

pub(super) fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::parse("EUR").unwrap())
}

pub(super) fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

pub(super) fn today() -> NaiveDate {
    day(2026, 6, 15)
}

pub(super) fn days_ago(days: u64) -> NaiveDate {
    today() - Days::new(days)
}

pub(super) fn noon() -> DateTime<Utc> {
    today().and_hms_opt(12, 0, 0).unwrap().and_utc()
}

pub(super) fn actor(number: u128, roles: &[Role]) -> Actor {
    Actor {
        user: id(number),
        session: id(number),
        person: id(number),
        staff: Some(id(number)),
        display_name: format!("Member {number}"),
        roles: roles.iter().copied().collect(),
        permissions: BTreeSet::new(),
        origin: Origin::default(),
    }
}

pub(super) fn admin() -> Actor {
    actor(ADMIN, &[Role::Admin])
}

pub(super) fn operator() -> Actor {
    actor(OPERATOR, &[Role::Operator])
}

pub(super) fn manager() -> Actor {
    actor(MANAGER, &[Role::Manager])
}

pub(super) fn doctor() -> Actor {
    actor(DOCTOR, &[Role::Doctor])
}

pub(super) fn person(number: u128, given: &str, birth_date: NaiveDate) -> Person {
    let peru = Country::parse("PE").unwrap();
    Person {
        version: 1,
        document: Some(Document::parse(DocumentType::Dni, peru, &format!("{number:08}")).unwrap()),
        birth_date: Some(birth_date),
        ..Person::named(id(number), given, "Silva", noon())
    }
}

pub(super) fn member(number: u128, role: StaffRole) -> Member {
    Member {
        staff: Staff {
            version: 1,
            licence_number: (role == StaffRole::Doctor).then(|| format!("CMP {number}")),
            ..Staff::employed(id(number), id(number), [role].into(), noon())
        },
        name: format!("Member {number}"),
        user: Some(StaffUser { id: id(number), active: true, roles: [role.user_role()].into() }),
    }
}

fn service(number: u128, name: &str, fee: Money) -> Service {
    Service {
        id: id(number),
        version: 1,
        name: name.to_owned(),
        description: None,
        fee,
        certificate_kind: CertificateKind::MedicalFitness,
        validity_days: 365,
        active: true,
        created_at: noon(),
        updated_at: noon(),
    }
}

/// Everything around a request.
#[derive(Clone)]
pub(super) struct World {
    pub(super) now: DateTime<Utc>,
    pub(super) today: NaiveDate,
    pub(super) rules: Rules,
    pub(super) client: Person,
    pub(super) guardian: Person,
    pub(super) services: Vec<Service>,
    pub(super) staff: Vec<Member>,
    next: Cell<u128>,
}

impl World {
    pub(super) fn new() -> Self {
        Self {
            now: noon(),
            today: today(),
            rules: Rules::default(),
            client: person(CLIENT, "Ana", day(1990, 1, 2)),
            guardian: person(GUARDIAN, "Rosa", day(1970, 3, 4)),
            services: vec![
                service(FITNESS, "Fitness", pen(FEE)),
                service(DEAR, "Driving", pen(30_000)),
                service(FREE, "Campaign", pen(0)),
                service(FOREIGN, "Abroad", eur(9_000)),
            ],
            staff: vec![
                member(MANAGER, StaffRole::Manager),
                member(MANAGER_2, StaffRole::Manager),
                member(DOCTOR, StaffRole::Doctor),
                member(DOCTOR_2, StaffRole::Doctor),
            ],
            next: Cell::new(1_000),
        }
    }

    pub(super) fn member(&self, number: u128) -> Box<Member> {
        Box::new(self.staff.iter().find(|m| m.staff.id == id(number)).unwrap().clone())
    }

    pub(super) fn member_mut(&mut self, number: u128) -> &mut Member {
        self.staff.iter_mut().find(|m| m.staff.id == id(number)).unwrap()
    }

    pub(super) fn service(&self, number: u128) -> Service {
        self.services.iter().find(|s| s.id == id(number)).unwrap().clone()
    }

    pub(super) fn fresh<E>(&self) -> Id<E> {
        self.next.set(self.next.get() + 1);
        id(self.next.get())
    }

    /// Registers a request for the service, as the operator.
    pub(super) fn register(
        &self,
        actor: &Actor,
        service: Option<u128>,
        guardian: Option<Guardian>,
    ) -> Result<(Certification, Outcome), Refusal> {
        let service = service.map(|number| self.service(number));
        let new_id = || self.fresh::<()>().raw();
        let ctx = Context {
            actor,
            now: self.now,
            today: self.today,
            rules: self.rules,
            client: &self.client,
            guardian: guardian.is_some().then_some(&self.guardian),
            service: service.as_ref(),
            doctor: None,
            manager_name: None,
            new_id: &new_id,
        };
        let code = "MC-2026-000001".to_owned();
        let new = NewCertification { code, guardian, promoter: None, fields: RequestPatch::default() };
        Certification::register(new, &ctx)
    }
}

/// What brings a request from one stage to the next.
type Step = fn(&mut Case);

/// One request in its world.
#[derive(Clone)]
pub(super) struct Case {
    pub(super) world: World,
    pub(super) request: Certification,
}

impl Case {
    /// A request for the service, registered by the operator.
    pub(super) fn of(service: Option<u128>) -> Self {
        let world = World::new();
        let (request, _) = world.register(&operator(), service, None).unwrap();
        Self { world, request }
    }

    /// A request for the regular service that commands brought to this stage.
    pub(super) fn at(stage: Stage) -> Self {
        let mut case = Self::of(Some(FITNESS));
        if stage == Stage::Cancelled {
            case.done(&operator(), cancel(None));
            return case;
        }
        let steps: [(Stage, Step); 5] = [
            (Stage::ManagerAssigned, |case| {
                let to = case.world.member(MANAGER);
                case.done(&operator(), Command::AssignManager { to, comment: None });
            }),
            (Stage::Paid, |case| {
                case.done(&manager(), pay(FEE));
            }),
            (Stage::DoctorAssigned, |case| {
                let to = case.world.member(DOCTOR);
                case.done(&manager(), Command::AssignDoctor { to, comment: None });
            }),
            (Stage::Evaluated, |case| {
                case.done(&doctor(), evaluate(fit()));
            }),
            (Stage::Closed, |case| {
                case.issue(&doctor()).unwrap();
            }),
        ];
        for (reached, step) in steps {
            if case.request.stage == stage {
                break;
            }
            step(&mut case);
            assert_eq!(case.request.stage, reached);
        }
        assert_eq!(case.request.stage, stage);
        case
    }

    /// What is known around the request, for this actor.
    pub(super) fn with<R>(&self, actor: &Actor, f: impl FnOnce(&Context<'_>) -> R) -> R {
        let request = &self.request;
        let new_id = || self.world.fresh::<()>().raw();
        let find = |staff: Option<StaffId>| self.world.staff.iter().find(|m| Some(m.staff.id) == staff);
        let ctx = Context {
            actor,
            now: self.world.now,
            today: self.world.today,
            rules: self.world.rules,
            client: &self.world.client,
            guardian: request.guardian.is_some().then_some(&self.world.guardian),
            service: self.world.services.iter().find(|s| Some(s.id) == request.service),
            doctor: find(request.doctor()),
            manager_name: find(request.manager()).map(|m| m.name.as_str()),
            new_id: &new_id,
        };
        f(&ctx)
    }

    /// Acts; on a refusal the request stays what it was, as for a caller who throws the value away.
    pub(super) fn act(&mut self, actor: &Actor, command: Command) -> Result<Outcome, Refusal> {
        let mut changed = self.request.clone();
        let outcome = self.with(actor, |ctx| changed.apply(command, ctx))?;
        self.request = changed;
        assert_eq!(self.request.stage, self.request.derived_stage());
        Ok(outcome)
    }

    /// Acts where no refusal is expected.
    pub(super) fn done(&mut self, actor: &Actor, command: Command) -> Outcome {
        self.act(actor, command).expect("the command is accepted")
    }

    pub(super) fn issue(&mut self, actor: &Actor) -> Result<Outcome, Refusal> {
        let certificate = self.certificate();
        self.act(actor, Command::Issue(Box::new(certificate)))
    }

    pub(super) fn certificate(&self) -> Certificate {
        let number = self.request.certificates.len() + 1;
        Certificate {
            id: self.world.fresh(),
            version: 1,
            number: format!("MC-2026-{number:06}"),
            public_id: format!("{number:032x}"),
            request: self.request.id,
            kind: CertificateKind::MedicalFitness,
            service_name: "Fitness".to_owned(),
            conclusion: Conclusion::Fit,
            restrictions: None,
            stored_status: CertificateStatus::Valid,
            issued_at: self.world.now,
            issued_by: id(DOCTOR),
            valid_from: today(),
            valid_until: today() + Days::new(364),
            evaluated_on: today(),
            holder: Holder {
                person: id(CLIENT),
                name: "Ana Silva".to_owned(),
                document: "DNI 00000001".to_owned(),
                birth_date: day(1990, 1, 2),
            },
            represented_by: None,
            doctor: id(DOCTOR),
            doctor_name: "Member 40".to_owned(),
            licence_number: "CMP 40".to_owned(),
            institution_name: "Medcert".to_owned(),
            locale: Locale::En,
            replaces: None,
            replaced_by: None,
            pdf_key: "key".to_owned(),
            pdf_sha256: "00".to_owned(),
        }
    }

    pub(super) fn later(&mut self, by: Duration) -> &mut Self {
        self.world.now += by;
        self
    }

    pub(super) fn options(&self, actor: &Actor) -> Options {
        self.with(actor, |ctx| self.request.options(ctx))
    }

    pub(super) fn blockers(&self, action: Action) -> Vec<Blocker> {
        self.with(&admin(), |ctx| self.request.blockers(action, ctx))
    }

    pub(super) fn last_payment(&self) -> PaymentId {
        self.request.settlement.payments.last().unwrap().id
    }
}
