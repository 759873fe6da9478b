//! Reports agree with the requests they are of: whatever was done to them, whoever counts or folds meanwhile.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, Duration, NaiveDate, Utc};
use chrono_tz::Tz;
use futures::future::{join, join_all};
use medcert_application::{
    Conditions, Error,
    certification::{Answer, AssignInput, Attempt, Detail, Known, Payload, erase},
    demo,
    reports::{self, Place, Report, ReportFilter},
    store::{CellFilter, PageRequest},
};
use medcert_domain::{
    Currency, Id, Money,
    catalog::Service,
    certification::{
        Action, Certification, Channel, CloseOutcome, Conclusion, EndWithoutCertificate, Ending,
        MoneyDecision, NewEvaluation, NewPayment, NewRefund, Payment, Refund, Stage, Verdict,
    },
    identity::{Actor, Role, User, UserStatus},
    people::{Person, Staff, StaffRole, StaffStatus},
    reports::Grouping,
};
use medcert_testkit::{Database, actor_of};

use crate::floor::{CALLERS, Floor, Outcome, fresh, keyed, plain};

/// Numbers that look like chance and are the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

type Credit = (Option<Id<Staff>>, Option<Id<Staff>>);

/// Requests as they are lived, and what a report of them must say.
struct Lives {
    floor: Floor,
    admin: Actor,
    managers: Vec<Id<Staff>>,
    services: Vec<Id<Service>>,
    /// Requests, with who had the credit when they ended.
    all: Vec<(Id<Certification>, Option<Credit>)>,
    ledgers: Vec<(Vec<Payment>, Vec<Refund>)>,
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
    async fn on(database: Database) -> Self {
        let floor = Floor::on(database).await;
        let app = floor.app(0);
        let admin = actor_of(&app, demo::emails()[0]).await;
        let page = PageRequest { limit: 9, after: None, with_total: false };
        let services = app
            .parts
            .store
            .services(&medcert_application::store::ServiceFilter::default(), &page)
            .await
            .unwrap();
        let services = services.items.into_iter().map(|service| service.id).collect();
        let other = second_manager(&floor).await;
        let managers = vec![floor.manager.staff.unwrap(), other];
        Self { floor, admin, managers, services, all: vec![], ledgers: vec![], calls: 0, chance: Chance(7) }
    }

    async fn live_in(&self, zone: Tz) {
        let app = self.floor.app(0);
        let mut institution = app.parts.store.institution().await.unwrap().unwrap();
        institution.time_zone = zone;
        let mut uow = app.parts.store.begin().await.unwrap();
        uow.update(&institution).await.unwrap();
        uow.commit().await.unwrap();
        self.floor.replicas.clock.advance(Duration::seconds(3));
    }

    async fn request(&self, id: Id<Certification>) -> Certification {
        self.floor.app(0).parts.store.dossier(id).await.unwrap().unwrap().certification
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
        told(self.floor.act(self.calls, actor, id, action, payload, &conditions).await)
    }

    fn today(&self, zone: Tz) -> NaiveDate {
        self.floor.app(0).now().with_timezone(&zone).date_naive()
    }

    /// One step of some request's life; what the rules refuse does not happen.
    #[expect(clippy::too_many_lines, reason = "one arm for each thing that can happen to a request")]
    async fn step(&mut self, zone: Tz) {
        let hours = i64::try_from(self.chance.below(44)).unwrap();
        let by = Duration::hours(hours) + Duration::seconds(i64::try_from(self.chance.below(4000)).unwrap());
        self.floor.replicas.clock.advance(by);
        if self.all.len() < 6 || self.chance.below(5) == 0 {
            let service = self.services[self.chance.below(self.services.len())];
            let number = self.all.len() + 1_000;
            let detail = self.floor.register_for(self.calls, number, Some(service)).await;
            self.all.push((detail.dossier.certification.id, None));
            return;
        }
        let at = self.chance.below(self.all.len());
        let (id, request) = (self.all[at].0, self.request(self.all[at].0).await);
        let (admin, doctor) = (self.admin.clone(), self.floor.doctor.clone());
        let payments = &request.payments;
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
                let money = request.fee.unwrap().money;
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
                told(self.floor.issue(self.calls, id, &conditions).await)
            }
            _ => {
                let conditions = Conditions {
                    idempotency: None,
                    if_match: medcert_application::IfMatch::Version(request.version),
                };
                let attempt = Attempt {
                    id,
                    conditions: &conditions,
                    input: &Known("so".to_owned()),
                    encode: &|_| String::new(),
                };
                if self.all.len() > 12 && erase(&self.floor.app(1), &admin, attempt).await.is_ok() {
                    self.all.remove(at);
                    self.ledgers.push((request.payments, request.refunds));
                }
                return;
            }
        };
        if let Some(detail) = done {
            let after = detail.dossier.certification;
            if after.stage.is_open() {
                self.all[at].1 = None;
            } else if request.stage.is_open() {
                self.all[at].1 = Some((after.manager(), after.doctor()));
            }
        }
    }

    async fn report(&self, filter: &ReportFilter) -> Report {
        reports::report(&self.floor.app(2), &self.admin, filter).await.unwrap()
    }

    /// Compares reports with what a walk over all requests finds.
    async fn check(&self, zone: Tz, when: &str) {
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
                doctors: vec![self.floor.doctor.staff.unwrap()],
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

fn told(outcome: Outcome) -> Option<Detail> {
    match outcome {
        Ok(Answer::Fresh(detail)) => Some(*detail),
        Ok(Answer::Replayed(_)) => panic!("every call has a key of its own"),
        Err(Error::Internal(error)) => panic!("{error:?}"),
        Err(_) => None,
    }
}

async fn second_manager(floor: &Floor) -> Id<Staff> {
    let app = floor.app(0);
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

/// A walk over all requests, counting what a report of them must say.
struct Walk<'a> {
    requests: &'a [(Certification, Option<Credit>)],
    ledgers: &'a [(Vec<Payment>, Vec<Refund>)],
    of: &'a CellFilter,
    zone: Tz,
    from: NaiveDate,
    today: NaiveDate,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Money3 {
    paid: i64,
    refunded: i64,
    paying: i64,
}

impl Walk<'_> {
    fn day(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.zone).date_naive()
    }

    fn on(&self, day: NaiveDate) -> bool {
        (self.from..=self.today).contains(&day)
    }

    /// Whether the filter lets the request through, with this manager and doctor.
    fn lets(&self, request: &Certification, (manager, doctor): Credit) -> bool {
        let among = |list: &[Id<Staff>], one: Option<Id<Staff>>| {
            list.is_empty() || one.is_some_and(|one| list.contains(&one))
        };
        let of = self.of;
        let currency = request.fee.map(|fee| fee.money.currency);
        (of.stages.is_empty() || of.stages.contains(&request.stage))
            && (of.currencies.is_empty() || currency.is_some_and(|c| of.currencies.contains(&c)))
            && (of.services.is_empty() || request.service.is_some_and(|s| of.services.contains(&s)))
            && among(&of.managers, manager)
            && among(&of.doctors, doctor)
    }

    fn money(&self, payments: &[Payment], refunds: &[Refund], into: &mut Money3, voids: &mut i64) {
        let counts = |p: &&Payment| p.validated.is_some() && p.voided.is_none();
        for payment in payments.iter().filter(counts).filter(|p| self.on(p.paid_on)) {
            into.paid += payment.money.minor;
        }
        let first = payments.iter().filter(counts).map(|payment| payment.paid_on).min();
        into.paying += i64::from(first.is_some_and(|day| self.on(day)));
        for refund in refunds.iter().filter(|refund| self.on(refund.paid_on)) {
            into.refunded += refund.money.minor;
        }
        let voided = |p: &&Payment| p.voided.as_ref().is_some_and(|voided| self.on(self.day(voided.at)));
        *voids += i64::try_from(payments.iter().filter(voided).count()).unwrap();
    }

    fn check(&self, report: &Report, what: &str) {
        let (mut requests, mut closed, mut cancelled, mut issued, mut voids, mut waivers) =
            (0, 0, 0, 0, 0, 0);
        let (mut money, mut passages) = (Money3::default(), 0);
        let mut by_stage: BTreeMap<Stage, i64> = BTreeMap::new();
        let mut managers: BTreeMap<Id<Staff>, (i64, i64)> = BTreeMap::new();
        for (request, credit) in self.requests {
            let now = (request.manager(), request.doctor());
            if self.lets(request, now) {
                if self.on(self.day(request.created_at)) {
                    requests += 1;
                    *by_stage.entry(request.stage).or_default() += 1;
                    if let Some(manager) = now.0 {
                        managers.entry(manager).or_default().0 += 1;
                    }
                }
                self.money(&request.payments, &request.refunds, &mut money, &mut voids);
                for waiver in &request.trace.waivers {
                    waivers += i64::from(self.on(self.day(waiver.at)));
                }
                for passage in request.trace.passages.iter().filter(|passage| passage.stage.is_open()) {
                    passages += i64::from(self.on(self.day(passage.left)));
                }
            }
            let credit = credit.unwrap_or(now);
            let ended = match request.ending {
                Ending::Closed { at, .. } => Some((&mut closed, at)),
                Ending::Cancelled { at, .. } => Some((&mut cancelled, at)),
                Ending::Open => None,
            };
            if let Some((count, at)) = ended
                && self.on(self.day(at))
                && self.lets(request, credit)
            {
                *count += 1;
                if let (Ending::Closed { .. }, Some(manager)) = (&request.ending, credit.0) {
                    managers.entry(manager).or_default().1 += 1;
                }
            }
            for certificate in &request.certificates {
                if self.of.managers.is_empty()
                    && self.on(self.day(certificate.issued_at))
                    && self.lets(request, (None, Some(certificate.doctor)))
                {
                    issued += 1;
                }
            }
        }
        if *self.of == CellFilter::default() {
            for (payments, refunds) in self.ledgers {
                self.money(payments, refunds, &mut money, &mut voids);
            }
        }
        let figures = &report.figures;
        assert_eq!(
            (figures.requests, figures.closed, figures.cancelled),
            (requests, closed, cancelled),
            "{what}"
        );
        if self.of.managers.is_empty() {
            assert_eq!(figures.issued, issued, "{what}");
        }
        let income = figures.income.first();
        let told = income.map_or(Money3::default(), |income| Money3 {
            paid: income.paid.minor,
            refunded: income.refunded.minor,
            paying: income.paying,
        });
        assert_eq!(told, money, "{what}");
        let in_stage = |(stage, count): &(Stage, i64)| (*count != 0).then_some((*stage, *count));
        assert_eq!(
            report.by_stage.iter().filter_map(in_stage).collect::<BTreeMap<_, _>>(),
            by_stage,
            "{what}"
        );
        let left: i64 = figures.time_in_stage.iter().map(|time| time.count).sum();
        assert_eq!(left, passages, "{what}");
        let deeds = |deeds: &[reports::Deed]| deeds.iter().map(|deed| deed.count).sum::<i64>();
        assert_eq!(deeds(&report.by_person.voids), voids, "{what}");
        assert_eq!(deeds(&report.by_person.waivers), waivers, "{what}");
        let places = |place: &Place| (Id::new(place.id), (place.requests, place.closed));
        let ranked: BTreeMap<Id<Staff>, (i64, i64)> = report.rankings.managers.iter().map(places).collect();
        managers.retain(|_, counts| *counts != (0, 0));
        let ranked: BTreeMap<_, _> = ranked.into_iter().filter(|(_, counts)| *counts != (0, 0)).collect();
        assert_eq!(ranked, managers, "{what}");
        assert!(report.rankings.managers.iter().all(|place| (0..=10_000).contains(&place.share)), "{what}");
        // The series has no gaps and adds up to the figures.
        assert_eq!(report.series.len(), report.range.periods(report.grouping).len(), "{what}");
        let sum = |of: fn(&reports::Period) -> i64| report.series.iter().map(of).sum::<i64>();
        assert_eq!(
            (sum(|p| p.requests), sum(|p| p.closed), sum(|p| p.cancelled), sum(|p| p.issued)),
            (figures.requests, figures.closed, figures.cancelled, figures.issued),
            "{what}"
        );
        let earned: i64 = report.series.iter().flat_map(|p| &p.income).map(|money| money.minor).sum();
        assert_eq!(earned, money.paid - money.refunded, "{what}");
    }
}

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
            reports::keep(&lives.floor.app(0)).await.unwrap();
            lives.check(south, &format!("round {round}, folded")).await;
        }
    }
    reports::rebuild(&lives.floor.app(0)).await.unwrap();
    lives.check(south, "counted anew").await;
    lives.live_in(north).await;
    lives.check(north, "in another time zone").await;
    for _ in 0..60 {
        lives.step(north).await;
    }
    reports::keep(&lives.floor.app(1)).await.unwrap();
    lives.check(north, "at the end").await;
    let erased = !lives.ledgers.is_empty();
    assert!(erased, "some request was erased");
}

/// Writers, a folder, whoever counts anew and readers at once: every answer is of one moment, and nothing is lost.
pub(crate) async fn stay_whole_while_others_write(database: Database) {
    let floor = Floor::on(database).await;
    let admin = actor_of(&floor.app(0), demo::emails()[0]).await;
    let filter = ReportFilter { from: None, to: None, grouping: Grouping::Day, of: CellFilter::default() };
    reports::report(&floor.app(0), &admin, &filter).await.unwrap();
    let writers = (0..CALLERS).map(async |caller| {
        let detail = floor.register(caller, caller).await;
        let id = detail.dossier.certification.id;
        let conditions = keyed(&floor.manager, &format!("{caller}"), [9; 32]);
        let payload = floor.payment(&format!("r-{caller}"));
        fresh(floor.act(caller, &floor.manager, id, Action::RegisterPayment, payload, &conditions).await);
        let assigned = Floor::assign(&floor.manager);
        fresh(floor.act(caller, &floor.operator, id, Action::AssignManager, assigned, &plain()).await);
    });
    let done = std::cell::Cell::new(false);
    let writers = async {
        join_all(writers).await;
        done.set(true);
    };
    let keeper = async {
        while !done.get() {
            match reports::keep(&floor.app(1)).await {
                Ok(()) | Err(Error::Busy(_) | Error::Stale) => {}
                Err(error) => panic!("{error:?}"),
            }
            tokio::task::yield_now().await;
        }
    };
    let counter = async {
        while !done.get() {
            match reports::rebuild(&floor.app(2)).await {
                Ok(()) | Err(Error::Busy(_) | Error::Stale) => {}
                Err(error) => panic!("{error:?}"),
            }
        }
    };
    let reader = async {
        let (mut last, mut reads) = (0, 0);
        while !done.get() {
            let report = match reports::report(&floor.app(3), &admin, &filter).await {
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
    reports::keep(&floor.app(0)).await.unwrap();
    let all = i64::try_from(CALLERS).unwrap();
    let check = async |when: &str| {
        let report = reports::report(&floor.app(0), &admin, &filter).await.unwrap();
        assert_eq!(report.figures.requests, all, "{when}");
        assert_eq!(report.figures.income[0].paid.minor, all * floor.service.fee.minor, "{when}");
        assert_eq!(report.rankings.managers[0].requests, all, "{when}");
    };
    check("folded").await;
    reports::rebuild(&floor.app(0)).await.unwrap();
    check("counted anew").await;
}
