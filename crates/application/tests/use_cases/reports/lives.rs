//! Requests as they are lived.

use chrono::{Days, Duration, NaiveDate};
use chrono_tz::Tz;
use medcert_application::{
    Conditions, Error,
    certification::{Answer, AssignInput, Attempt, Detail, Payload, erase},
    demo,
    input::Parsed,
    reports::{self, Report, ReportFilter},
    store::{CellFilter, PageRequest},
};
use medcert_domain::{
    Currency, Id, Money, StaffId,
    billing::{Channel, NewPayment, NewRefund, Settlement},
    catalog::Service,
    certification::{
        Action, Certification, CloseOutcome, Conclusion, EndWithoutCertificate, MoneyDecision, NewEvaluation,
        Stage, Verdict,
    },
    identity::{User, UserStatus},
    people::{Person, Staff, StaffRole, StaffStatus},
    policy::{Actor, Role},
    reports::Grouping,
};
use medcert_testkit::{Database, actor_of};

use super::walk::{Credit, Walk};
use crate::race_fixture::{Outcome, RaceFixture, keyed};
/// Numbers that look like chance and are the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

/// Requests as they are lived, and what a report of them must say.
pub(super) struct Lives {
    pub(super) fixture: RaceFixture,
    admin: Actor,
    managers: Vec<StaffId>,
    services: Vec<Id<Service>>,
    /// Requests, with who had the credit when they ended.
    all: Vec<(Id<Certification>, Option<Credit>)>,
    pub(super) ledgers: Vec<Settlement>,
    calls: usize,
    chance: Chance,
}

fn pen(minor: i64) -> Money {
    Money::new(minor, Currency::parse("PEN").unwrap())
}

fn end(money: Option<MoneyDecision>) -> EndWithoutCertificate {
    EndWithoutCertificate { reason: "so".to_owned(), money }
}

impl Lives {
    pub(super) async fn on(database: Database) -> Self {
        let fixture = RaceFixture::on(database).await;
        let app = fixture.app(0);
        let admin = actor_of(&app, demo::emails()[0]).await;
        let page = PageRequest { limit: 9, after: None, with_total: false };
        let services = app
            .parts
            .store
            .services(&medcert_application::store::ServiceFilter::default(), &page)
            .await
            .unwrap();
        let services = services.items.into_iter().map(|service| service.id).collect();
        let other = second_manager(&fixture).await;
        let managers = vec![fixture.manager.staff.unwrap(), other];
        Self { fixture, admin, managers, services, all: vec![], ledgers: vec![], calls: 0, chance: Chance(7) }
    }

    pub(super) async fn live_in(&self, zone: Tz) {
        let app = self.fixture.app(0);
        let mut institution = app.parts.store.institution().await.unwrap().unwrap();
        institution.time_zone = zone;
        let mut uow = app.parts.store.begin().await.unwrap();
        uow.update(&institution).await.unwrap();
        uow.commit().await.unwrap();
        self.fixture.replicas.clock.advance(Duration::seconds(3));
    }

    async fn request(&self, id: Id<Certification>) -> Certification {
        self.fixture.app(0).parts.store.request_aggregate(id).await.unwrap().unwrap().certification
    }

    async fn try_to(&mut self, actor: &Actor, at: usize, action: Action, payload: Payload) -> Option<Detail> {
        self.calls += 1;
        let id = self.all[at].0;
        let conditions = match action {
            Action::RecordEvaluation => Conditions {
                idempotency: None,
                if_match: medcert_application::IfMatch::Version(self.request(id).await.version),
            },
            _ => keyed(actor, &format!("call-{}", self.calls), [1; 32]),
        };
        summary(self.fixture.act(self.calls, actor, id, action, payload, &conditions).await)
    }

    fn today(&self, zone: Tz) -> NaiveDate {
        self.fixture.app(0).now().with_timezone(&zone).date_naive()
    }

    /// One step of some request's life; what the rules refuse does not happen.
    #[expect(clippy::too_many_lines, reason = "one arm for each thing that can happen to a request")]
    pub(super) async fn step(&mut self, zone: Tz) {
        let hours = i64::try_from(self.chance.below(44)).unwrap();
        let by = Duration::hours(hours) + Duration::seconds(i64::try_from(self.chance.below(4000)).unwrap());
        self.fixture.replicas.clock.advance(by);
        if self.all.len() < 6 || self.chance.below(5) == 0 {
            let service = self.services[self.chance.below(self.services.len())];
            let number = self.all.len() + 1_000;
            let detail = self.fixture.register_for(self.calls, number, Some(service)).await;
            self.all.push((detail.request_aggregate.certification.id, None));
            return;
        }
        let at = self.chance.below(self.all.len());
        let (id, request) = (self.all[at].0, self.request(self.all[at].0).await);
        let (admin, doctor) = (self.admin.clone(), self.fixture.doctor.clone());
        let payments = &request.settlement.payments;
        let payment = payments.get(self.chance.below(payments.len().max(1))).map(|payment| payment.id);
        let back = Days::new(u64::try_from(self.chance.below(40)).unwrap());
        let paid_on = self.today(zone).checked_sub_days(back).unwrap();
        let manager = self.managers[self.chance.below(2)];
        let assign = |staff| Payload::Assign(AssignInput { staff, comment: None });
        let keep = Some(MoneyDecision::Keep);
        let done = match self.chance.below(16) {
            0 => self.try_to(&admin, at, Action::AssignManager, assign(manager)).await,
            1 => self.try_to(&admin, at, Action::ChangeManager, assign(manager)).await,
            2..=4 => {
                let money = request.fee().unwrap().money;
                let amount = if self.chance.below(2) == 0 { money.minor } else { money.minor / 2 };
                let payment = NewPayment {
                    channel: Channel::Cash,
                    paid_on,
                    money: pen(amount.max(1)),
                    reference: None,
                    comment: None,
                };
                self.try_to(&admin, at, Action::RegisterPayment, Payload::RegisterPayment(payment)).await
            }
            5 => {
                let Some(payment) = payment else { return };
                let payload = Payload::VoidPayment { payment, reason: "so".to_owned() };
                self.try_to(&admin, at, Action::VoidPayment, payload).await
            }
            6 => {
                let Some(payment) = payment else { return };
                let refund = NewRefund {
                    payment,
                    channel: Channel::Cash,
                    paid_on,
                    money: pen(1_000),
                    reference: None,
                    reason: "so".to_owned(),
                };
                self.try_to(&admin, at, Action::RegisterRefund, Payload::RegisterRefund(refund)).await
            }
            7 | 8 => self.try_to(&admin, at, Action::AssignDoctor, assign(doctor.staff.unwrap())).await,
            9 => {
                let evaluation = NewEvaluation {
                    evaluated_on: self.today(zone),
                    conclusion: Conclusion::Fit,
                    verdict: Some(Verdict::Approved),
                    observed_reason: None,
                    diagnoses: vec![],
                    observations: None,
                    recommendations: None,
                    restrictions: None,
                    valid_from: None,
                    valid_until: None,
                };
                let payload = Payload::RecordEvaluation(Box::new(evaluation));
                self.try_to(&doctor, at, Action::RecordEvaluation, payload).await
            }
            10 => {
                let payload = Payload::Close { outcome: CloseOutcome::Other, end: end(keep) };
                self.try_to(&admin, at, Action::Close, payload).await
            }
            11 => self.try_to(&admin, at, Action::Cancel, Payload::Cancel(end(keep))).await,
            12 => {
                let code = Some(medcert_domain::certification::ReopenReason::ClericalCorrection);
                let payload = Payload::Reopen { reason: "so".to_owned(), code };
                self.try_to(&admin, at, Action::Reopen, payload).await
            }
            13 => {
                let money = pen(if self.chance.below(2) == 0 { 0 } else { 5_000 });
                let payload = Payload::OverrideFee { money, reason: "so".to_owned() };
                self.try_to(&admin, at, Action::OverrideFee, payload).await
            }
            14 => {
                let payload = Box::new(assign(manager));
                let payload =
                    Payload::Override { reason: "so".to_owned(), action: Action::ChangeManager, payload };
                // The credit stays where it was.
                self.try_to(&admin, at, Action::Override, payload).await;
                return;
            }
            _ if request.stage == Stage::Evaluated => {
                let mut conditions = keyed(&doctor, &format!("issue-{}", self.calls), [1; 32]);
                conditions.if_match = medcert_application::IfMatch::Version(request.version);
                self.calls += 1;
                summary(self.fixture.issue(self.calls, id, &conditions).await)
            }
            _ => {
                let conditions = Conditions {
                    idempotency: None,
                    if_match: medcert_application::IfMatch::Version(request.version),
                };
                let attempt = Attempt {
                    id,
                    conditions: &conditions,
                    input: &Parsed("so".to_owned()),
                    encode: &|_| String::new(),
                };
                if self.all.len() > 12 && erase(&self.fixture.app(1), &admin, attempt).await.is_ok() {
                    self.all.remove(at);
                    self.ledgers.push(request.settlement);
                }
                return;
            }
        };
        if let Some(detail) = done {
            let after = detail.request_aggregate.certification;
            if after.stage.is_open() {
                self.all[at].1 = None;
            } else if request.stage.is_open() {
                self.all[at].1 = Some((after.manager(), after.doctor()));
            }
        }
    }

    async fn report(&self, filter: &ReportFilter) -> Report {
        reports::report(&self.fixture.app(2), &self.admin, filter).await.unwrap()
    }

    /// Compares reports with what a walk over all requests finds.
    pub(super) async fn check(&self, zone: Tz, when: &str) {
        let mut requests = vec![];
        for (id, credit) in &self.all {
            requests.push((self.request(*id).await, *credit));
        }
        let today = self.today(zone);
        let long = today.checked_sub_days(Days::new(400)).unwrap();
        let short = today.checked_sub_days(Days::new(33)).unwrap();
        let one = |manager| CellFilter { managers: vec![manager], ..CellFilter::default() };
        let filters = [
            CellFilter::default(),
            CellFilter { stages: vec![Stage::Closed, Stage::Paid], ..CellFilter::default() },
            one(self.managers[0]),
            CellFilter { services: vec![self.services[0]], ..one(self.managers[1]) },
            CellFilter { currencies: vec![Currency::parse("EUR").unwrap()], ..CellFilter::default() },
            CellFilter {
                doctors: vec![self.fixture.doctor.staff.unwrap()],
                stages: vec![Stage::Closed],
                ..CellFilter::default()
            },
        ];
        for of in filters {
            for (from, grouping) in [(long, Grouping::Month), (short, Grouping::Week), (today, Grouping::Day)]
            {
                let filter = ReportFilter { from: Some(from), to: Some(today), grouping, of: of.clone() };
                let report = self.report(&filter).await;
                assert_eq!(report.zone, zone, "{when}");
                let walk = Walk { requests: &requests, ledgers: &self.ledgers, of: &of, zone, from, today };
                walk.check(&report, &format!("{when}: {of:?} from {from}"));
            }
        }
    }
}

fn summary(outcome: Outcome) -> Option<Detail> {
    match outcome {
        Ok(Answer::Done(detail)) => Some(*detail),
        Ok(Answer::Replayed(_)) => panic!("every call has a key of its own"),
        Err(Error::Internal(error)) => panic!("{error:?}"),
        Err(_) => None,
    }
}

async fn second_manager(fixture: &RaceFixture) -> StaffId {
    let app = fixture.app(0);
    let now = app.now();
    let row = app.parts.store.account_by_email(demo::emails()[2]).await.unwrap().unwrap();
    let mut uow = app.parts.store.begin().await.unwrap();
    let person: Person = uow.get(row.user.person).await.unwrap().unwrap();
    let staff: Staff = uow.get(row.staff.unwrap()).await.unwrap().unwrap();
    let person = Person {
        id: Id::new(app.parts.ids.uuid()),
        given_names: "Zoë".to_owned(),
        email: None,
        document: None,
        created_at: now,
        ..person
    };
    let staff = Staff {
        id: Id::new(app.parts.ids.uuid()),
        person: person.id,
        status: StaffStatus::Active,
        roles: [StaffRole::Manager].into(),
        ..staff
    };
    let user = User {
        id: Id::new(app.parts.ids.uuid()),
        email: "zoe@demo.medcert.test".to_owned(),
        person: person.id,
        status: UserStatus::Active,
        roles: [Role::Manager].into(),
        ..row.user
    };
    uow.insert(&person).await.unwrap();
    uow.insert(&staff).await.unwrap();
    uow.insert(&user).await.unwrap();
    uow.commit().await.unwrap();
    staff.id
}
