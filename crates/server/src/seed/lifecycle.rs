//! The life of one synthetic request, lived through the same rules as a real one.

use std::collections::BTreeMap;

use anyhow::Context as _;
use chrono::{DateTime, Datelike as _, Days, Duration, NaiveDate, Utc};
use medcert_application::{
    App, demo,
    people::person_search_terms,
    secrets::{Clock as _, Ids as _},
    store::{
        HistoryEntry, Load, LoadedRequest, LoadedSearchTerms, PageRequest, PromoterFilter, ServiceFilter,
    },
};
use medcert_domain::{
    Country, Entity as _, Id, SessionId,
    billing::{Channel, NewPayment},
    catalog::Service,
    certification::{
        Care, CareMode, Certification, CloseOutcome, Command, Conclusion, Context, Diagnosis,
        EndWithoutCertificate, Guardian, MoneyDecision, NewCertification, NewEvaluation, Outcome, Priority,
        RequestPatch, Verdict,
    },
    institution::Institution,
    people::{Document, DocumentType, Member, Person, Promoter, Relationship},
    policy::{Actor, Origin},
};
use uuid::Uuid;

use super::{names, rng::SeedRng};

/// How far a request gets.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd)]
enum Reach {
    Registered,
    Managed,
    PartlyPaid,
    Paid,
    WithDoctor,
    Evaluated,
    Closed,
    Cancelled,
}

/// The clinic whose people act.
pub(crate) struct Clinic<'a> {
    rng: &'a SeedRng,
    profile: Institution,
    operator: Actor,
    manager: Actor,
    doctor: Actor,
    managing: Member,
    treating: Member,
    services: Vec<Service>,
    promoters: Vec<Id<Promoter>>,
    returning: Vec<Person>,
    people: u32,
    offset: u32,
    ready: Vec<(Id<Certification>, i64)>,
    numbers: BTreeMap<i32, i64>,
}

impl<'a> Clinic<'a> {
    pub(crate) async fn load(app: &'a App, rng: &'a SeedRng) -> anyhow::Result<Self> {
        let [_, operator, manager, doctor, _] = demo::emails();
        let all = PageRequest { limit: 200, after: None, with_total: false };
        let profile = app.profile().await?;
        let (operator, manager, doctor) =
            (actor(app, operator).await?, actor(app, manager).await?, actor(app, doctor).await?);
        let managing = member(app, &manager).await?;
        let treating = member(app, &doctor).await?;
        let offered = ServiceFilter { active: Some(true), ..ServiceFilter::default() };
        let services = app.parts.store.services(&offered, &all).await?.items;
        let promoters = app.parts.store.promoters(&PromoterFilter::default(), &all).await?.items;
        let promoters = promoters.into_iter().map(|promoter| promoter.id).collect();
        let offset = rng.below(80_000_000);
        Ok(Self {
            rng,
            profile,
            operator,
            manager,
            doctor,
            managing,
            treating,
            services,
            promoters,
            returning: vec![],
            people: 0,
            offset,
            ready: vec![],
            numbers: BTreeMap::new(),
        })
    }

    /// Evaluated requests that can be issued at the end, with their versions.
    pub(crate) fn ready(&self) -> &[(Id<Certification>, i64)] {
        &self.ready
    }

    pub(crate) fn doctor(&self) -> &Actor {
        &self.doctor
    }

    /// Registers one request now and lives it up to a drawn stage. `ready` makes it one to issue at `end`.
    pub(crate) fn live(&mut self, load: &mut Load, end: DateTime<Utc>, ready: bool) -> anyhow::Result<()> {
        let registered = self.rng.now();
        let day = self.profile.day_of(registered);
        let client = self.client(load, day)?;
        let minor = client.age_on(self.profile.day_of(end)).is_some_and(|age| age < 18);
        let guardian = if minor { Some(self.person(load, 40, day)?) } else { None };
        let index = self.rng.below(u32::try_from(self.services.len())?) as usize;
        let service = self.services.get(index).context("the clinic offers nothing")?.clone();
        let number = self.numbers.entry(day.year()).or_default();
        *number += 1;
        let number = *number;
        let new = NewCertification {
            code: format!("MC-{}-{number:06}", day.year()),
            guardian: guardian
                .as_ref()
                .map(|p| Guardian { person: p.id, relationship: Relationship::Parent }),
            promoter: self.promoters.get(self.rng.below(6) as usize).copied(),
            fields: RequestPatch {
                care: Some(Some(Care { mode: CareMode::OnSite, place: Some("Lima".to_owned()) })),
                external_reference: Some(self.rng.percent(20).then(|| format!("EXT-{number}"))),
                priority: self.rng.percent(8).then_some(Priority::Urgent),
                ..RequestPatch::default()
            },
        };
        let mut life = Lifecycle { clinic: self, client, guardian, service, at: registered, entries: vec![] };
        let mut request = life.register(new)?;
        life.go_on(&mut request, end, ready)?;
        let history = life.entries;
        let search_terms = search_terms(&request, &life.client, life.guardian.as_ref());
        if ready {
            self.ready.push((request.id, 1));
        }
        load.requests.push(LoadedRequest { request, history, search_terms });
        Ok(())
    }

    /// The last number given in each year: what the counters of requests have to say.
    pub(crate) fn counters(&self) -> Vec<(String, i32, i64)> {
        self.numbers.iter().map(|(year, number)| ("request".to_owned(), *year, *number)).collect()
    }

    /// A person who was here before in one of ten cases, otherwise a new one.
    fn client(&mut self, load: &mut Load, day: NaiveDate) -> anyhow::Result<Person> {
        if self.rng.percent(10) && !self.returning.is_empty() {
            let index = self.rng.below(u32::try_from(self.returning.len())?) as usize;
            if let Some(person) = self.returning.get(index) {
                return Ok(person.clone());
            }
        }
        let age = if self.rng.percent(5) { 12 } else { 20 + self.rng.below(50) };
        let person = self.person(load, age, day)?;
        if self.returning.len() < 1000 {
            self.returning.push(person.clone());
        }
        Ok(person)
    }

    fn person(&mut self, load: &mut Load, age: u32, day: NaiveDate) -> anyhow::Result<Person> {
        let name = names::draw(self.rng);
        // A step that shares no factor with the range visits every number once: no document is drawn twice.
        let step = (u64::from(self.people) * 7_919_993 + u64::from(self.offset)) % 90_000_000;
        self.people += 1;
        let country = Country::parse("PE").context("PE is a country")?;
        let document = Document::parse(DocumentType::Dni, country, &format!("{}", 10_000_000 + step))?;
        let born = day - Days::new(u64::from(age) * 365 + u64::from(self.rng.below(365)));
        let now = self.rng.now();
        let person = Person {
            version: 1,
            document: Some(document),
            birth_date: Some(born),
            phone: Some(format!("+51 9{:08}", self.rng.below(100_000_000))),
            preferred_locale: Some(name.locale),
            ..Person::named(Id::new(self.rng.uuid()), name.given, name.family, now)
        };
        let search_terms = person_search_terms(&person, &[]);
        load.search_terms.push(LoadedSearchTerms {
            kind: Person::KIND,
            object: person.id.raw(),
            search_terms,
        });
        load.people.push(person.clone());
        Ok(person)
    }

    fn reach(&self, age: Duration) -> Reach {
        let draw = self.rng.below(100);
        let old = age > Duration::days(30);
        match draw {
            0..55 if old => Reach::Closed,
            55..75 if old => Reach::Cancelled,
            0..15 => Reach::Registered,
            15..30 => Reach::Managed,
            30..40 => Reach::PartlyPaid,
            40..55 => Reach::Paid,
            55..70 => Reach::WithDoctor,
            70..85 => Reach::Evaluated,
            85..95 => Reach::Closed,
            _ => Reach::Cancelled,
        }
    }
}

/// One request while it is being lived.
struct Lifecycle<'l, 'a> {
    clinic: &'l Clinic<'a>,
    client: Person,
    guardian: Option<Person>,
    service: Service,
    at: DateTime<Utc>,
    entries: Vec<HistoryEntry>,
}

impl Lifecycle<'_, '_> {
    fn context<'c>(&'c self, actor: &'c Actor, doctor: bool, new_id: &'c dyn Fn() -> Uuid) -> Context<'c> {
        Context {
            actor,
            now: self.at,
            today: self.clinic.profile.day_of(self.at),
            rules: self.clinic.profile.rules,
            client: &self.client,
            guardian: self.guardian.as_ref(),
            service: Some(&self.service),
            doctor: doctor.then_some(&self.clinic.treating),
            manager_name: Some(&self.clinic.managing.name),
            new_id,
        }
    }

    fn register(&mut self, new: NewCertification) -> anyhow::Result<Certification> {
        let clinic = self.clinic;
        let new_id = || clinic.rng.uuid();
        let (request, outcome) =
            Certification::register(new, &self.context(&clinic.operator, false, &new_id))?;
        self.note(&request, &clinic.operator, outcome);
        Ok(request)
    }

    fn act(&mut self, request: &mut Certification, actor: &Actor, command: Command) -> anyhow::Result<()> {
        let clinic = self.clinic;
        self.at += Duration::minutes(i64::from(5 + clinic.rng.below(180)));
        clinic.rng.set(self.at);
        let new_id = || clinic.rng.uuid();
        let doctor = request.doctor().is_some();
        let action = command.action();
        let outcome = request.apply(command, &self.context(actor, doctor, &new_id));
        let outcome = outcome.with_context(|| format!("{action} of {}", request.code))?;
        self.note(request, actor, outcome);
        Ok(())
    }

    fn note(&mut self, request: &Certification, actor: &Actor, outcome: Outcome) {
        for line in outcome.lines {
            let id = self.clinic.rng.uuid();
            self.entries.push(HistoryEntry { id, request: request.id, at: self.at, by: actor.user, line });
        }
    }

    /// From registration to the drawn stage, or as far as the time left allows.
    fn go_on(&mut self, request: &mut Certification, end: DateTime<Utc>, ready: bool) -> anyhow::Result<()> {
        let clinic = self.clinic;
        let reach = if ready { Reach::Evaluated } else { clinic.reach(end - self.at) };
        if reach == Reach::Registered {
            return Ok(());
        }
        let to = Box::new(clinic.managing.clone());
        self.act(request, &clinic.operator, Command::AssignManager { to, comment: None })?;
        if reach == Reach::Cancelled {
            return self.cancel(request);
        }
        if reach >= Reach::PartlyPaid {
            self.pay(request, reach == Reach::PartlyPaid)?;
        }
        if reach >= Reach::WithDoctor {
            let to = Box::new(clinic.treating.clone());
            self.act(request, &clinic.manager, Command::AssignDoctor { to, comment: None })?;
        }
        if reach >= Reach::Evaluated {
            self.evaluate(request, ready)?;
        }
        if reach == Reach::Closed {
            let end = EndWithoutCertificate {
                reason: "Asked for no certificate".to_owned(),
                money: Some(MoneyDecision::Keep),
            };
            self.act(request, &clinic.doctor, Command::Close { outcome: CloseOutcome::Other, end })?;
        }
        Ok(())
    }

    fn cancel(&mut self, request: &mut Certification) -> anyhow::Result<()> {
        let clinic = self.clinic;
        let paid = clinic.rng.percent(30);
        if paid {
            self.pay(request, true)?;
        }
        let due = if clinic.rng.percent(50) { MoneyDecision::RefundDue } else { MoneyDecision::Keep };
        let end = EndWithoutCertificate { reason: "Did not come".to_owned(), money: paid.then_some(due) };
        self.act(request, &clinic.operator, Command::Cancel(end))
    }

    fn pay(&mut self, request: &mut Certification, half: bool) -> anyhow::Result<()> {
        let clinic = self.clinic;
        let mut money = self.service.fee;
        if half {
            money.minor /= 2;
        }
        let channels = [&Channel::Cash, &Channel::Card, &Channel::Transfer, &Channel::Yape];
        let channel = *clinic.rng.pick(&channels).unwrap_or(&Channel::Cash);
        let reference = (channel != Channel::Cash).then(|| format!("OP-{}", request.code));
        let paid_on = clinic.profile.day_of(self.at);
        let payment = NewPayment { channel, paid_on, money, reference, comment: None };
        self.act(request, &clinic.manager, Command::RegisterPayment(payment))
    }

    fn evaluate(&mut self, request: &mut Certification, ready: bool) -> anyhow::Result<()> {
        let clinic = self.clinic;
        let conclusions =
            [&Conclusion::Fit, &Conclusion::Fit, &Conclusion::FitWithRestrictions, &Conclusion::Unfit];
        let conclusion = *clinic.rng.pick(&conclusions).unwrap_or(&Conclusion::Fit);
        let observed = !ready && clinic.rng.percent(15);
        let diagnosis = Diagnosis::parse("Z02.7", None)?;
        let evaluation = NewEvaluation {
            evaluated_on: clinic.profile.day_of(self.at),
            conclusion,
            verdict: Some(if observed { Verdict::Observed } else { Verdict::Approved }),
            observed_reason: observed.then(|| "Laboratory results are missing".to_owned()),
            diagnoses: vec![diagnosis],
            observations: None,
            recommendations: None,
            restrictions: (conclusion == Conclusion::FitWithRestrictions)
                .then(|| "No trabajar en altura.".to_owned()),
            valid_from: None,
            valid_until: None,
        };
        self.act(request, &clinic.doctor, Command::RecordEvaluation(Box::new(evaluation)))
    }
}

/// The words by which the request is found, as registering one writes them.
fn search_terms(request: &Certification, client: &Person, guardian: Option<&Person>) -> Vec<String> {
    medcert_application::certification::request_search_terms(&request.code, client, guardian, &[])
}

async fn actor(app: &App, email: &str) -> anyhow::Result<Actor> {
    let row = app.parts.store.account_by_email(email).await?;
    let row = row.with_context(|| format!("the demonstration clinic has no {email}"))?;
    Ok(Actor {
        user: row.user.id,
        session: SessionId::new(Uuid::nil()),
        person: row.user.person,
        staff: row.staff,
        display_name: row.display_name,
        roles: row.user.roles,
        permissions: std::collections::BTreeSet::new(),
        origin: Origin::default(),
    })
}

async fn member(app: &App, actor: &Actor) -> anyhow::Result<Member> {
    let staff = actor.staff.with_context(|| format!("{} is no staff", actor.display_name))?;
    app.parts.store.staff_member(staff).await?.context("a staff record is missing")
}
