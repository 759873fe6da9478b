//! The floor the races are run on: several applications on one database, as replicas are.

use std::{collections::BTreeSet, sync::Arc};

use medcert_application::{
    App, Conditions, Error, IdempotencyKey, IfMatch,
    certification::{Answer, AssignInput, Attempt, Detail, Payload, RequestInput, act, issue, register},
    demo,
    identity::{FirstUser, create_user},
    input::Parsed,
    people::{DocumentInput, PersonInput},
    store::{PageRequest, ServiceFilter},
};
use medcert_domain::{
    Currency, Id, Locale, Money, StaffId,
    billing::{Channel, NewPayment},
    catalog::Service,
    certification::{Action, Certification, Conclusion, NewEvaluation, Verdict},
    people::{DocumentType, PersonPatch, Staff, StaffRole},
    policy::{Actor, Role},
};
use medcert_testkit::{Database, Replicas, actor_of};

/// Callers at once.
pub(crate) const CALLERS: usize = 64;
/// Rounds of each race where everything is run.
pub(crate) const ROUNDS: usize = 20;
const CONNECTIONS: u32 = 16;
const APPLICATIONS: usize = 4;

pub(crate) struct RaceFixture {
    pub replicas: Replicas,
    pub operator: Actor,
    pub manager: Actor,
    pub doctor: Actor,
    pub service: Service,
}

pub(crate) type Outcome = Result<Answer, Error>;

impl RaceFixture {
    pub(crate) async fn on(database: Database) -> Self {
        Self::of(Replicas::on(database, CONNECTIONS, APPLICATIONS).await).await
    }

    pub(crate) async fn of(replicas: Replicas) -> Self {
        let app = replicas.app(0);
        let [_, operator, manager, doctor, _] = demo::emails();
        let page = PageRequest { limit: 1, after: None, with_total: false };
        let service =
            app.parts.store.services(&ServiceFilter::default(), &page).await.unwrap().items.remove(0);
        let (operator, manager, doctor) =
            (actor_of(&app, operator).await, actor_of(&app, manager).await, actor_of(&app, doctor).await);
        Self { replicas, operator, manager, doctor, service }
    }

    pub(crate) fn app(&self, caller: usize) -> Arc<App> {
        self.replicas.app(caller)
    }

    /// A registered request of a new client.
    pub(crate) async fn register(&self, caller: usize, number: usize) -> Detail {
        self.register_for(caller, number, Some(self.service.id)).await
    }

    /// The same for a service, or none.
    pub(crate) async fn register_for(
        &self,
        caller: usize,
        number: usize,
        service: Option<Id<Service>>,
    ) -> Detail {
        let fields = PersonPatch {
            given_names: Some("Соломія".to_owned()),
            family_names: Some("Quispe".to_owned()),
            birth_date: Some(chrono::NaiveDate::from_ymd_opt(1990, 1, 31)),
            ..PersonPatch::default()
        };
        let document = DocumentInput {
            kind: Some(DocumentType::Dni),
            country: None,
            number: Some(format!("{number:08}")),
        };
        let input = RequestInput {
            client: Some(PersonInput { document: Some(document), fields }),
            service: Some(service),
            ..RequestInput::default()
        };
        let conditions = plain();
        let attempt =
            Attempt { id: nowhere(), conditions: &conditions, input: &Parsed(input), encode: &encode };
        fresh(register(&self.app(caller), &self.operator, attempt).await)
    }

    pub(crate) async fn act(
        &self,
        caller: usize,
        actor: &Actor,
        id: Id<Certification>,
        action: Action,
        payload: Payload,
        conditions: &Conditions,
    ) -> Outcome {
        let attempt = Attempt { id, conditions, input: &Parsed(payload), encode: &encode };
        act(&self.app(caller), actor, action, attempt).await
    }

    pub(crate) async fn issue(
        &self,
        caller: usize,
        id: Id<Certification>,
        conditions: &Conditions,
    ) -> Outcome {
        let attempt = Attempt { id, conditions, input: &Parsed(()), encode: &encode };
        issue(&self.app(caller), &self.doctor, attempt).await
    }

    pub(crate) fn assign(actor: &Actor) -> Payload {
        let staff: StaffId = actor.staff.unwrap();
        Payload::Assign(AssignInput { staff, comment: None })
    }

    pub(crate) fn payment(&self, reference: &str) -> Payload {
        let today = chrono::NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
        Payload::RegisterPayment(NewPayment {
            channel: Channel::Card,
            paid_on: today,
            money: Money::new(self.service.fee.minor, Currency::parse("PEN").unwrap()),
            reference: Some(reference.to_owned()),
            comment: None,
        })
    }

    /// So many further managers with accounts.
    pub(crate) async fn hire_managers(&self, count: usize) -> Vec<StaffId> {
        let app = self.app(0);
        let mut hired = vec![];
        for number in 0..count {
            let new = FirstUser {
                email: format!("manager-{number}@floor.medcert.test"),
                password: demo::PASSWORD.to_owned(),
                given_names: "Manager".to_owned(),
                family_names: number.to_string(),
                roles: BTreeSet::from([Role::Manager]),
                grants: vec![],
                locale: Locale::En,
                only_first: false,
            };
            create_user(&app, new).await.unwrap();
            let actor = actor_of(&app, &format!("manager-{number}@floor.medcert.test")).await;
            let staff = Staff::employed(
                Id::new(app.parts.ids.uuid()),
                actor.person,
                BTreeSet::from([StaffRole::Manager]),
                app.now(),
            );
            let mut uow = app.parts.store.begin().await.unwrap();
            uow.insert(&staff).await.unwrap();
            uow.commit().await.unwrap();
            hired.push(staff.id);
        }
        hired
    }

    /// A paid request.
    pub(crate) async fn paid(&self, number: usize) -> Detail {
        let detail = self.register(0, number).await;
        let id = detail.request_aggregate.certification.id;
        let conditions = keyed(&self.manager, &format!("pay-{number}"), [1; 32]);
        let payload = self.payment(&format!("ref-{number}"));
        fresh(self.act(0, &self.manager, id, Action::RegisterPayment, payload, &conditions).await)
    }

    /// A request ready to be issued.
    pub(crate) async fn evaluated(&self, number: usize) -> Detail {
        let detail = self.paid(number).await;
        let id = detail.request_aggregate.certification.id;
        let assigned = Self::assign(&self.doctor);
        let detail = fresh(self.act(0, &self.manager, id, Action::AssignDoctor, assigned, &plain()).await);
        let today = chrono::NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
        let evaluation = NewEvaluation {
            evaluated_on: today,
            conclusion: Conclusion::Fit,
            verdict: Some(Verdict::Approved),
            observed_reason: None,
            diagnoses: vec![],
            observations: Some("clinical words".to_owned()),
            recommendations: None,
            restrictions: None,
            valid_from: None,
            valid_until: None,
        };
        let payload = Payload::RecordEvaluation(Box::new(evaluation));
        let conditions = seen(&detail);
        fresh(self.act(0, &self.doctor, id, Action::RecordEvaluation, payload, &conditions).await)
    }
}

fn nowhere() -> Id<Certification> {
    Id::new(uuid::Uuid::nil())
}

pub(crate) fn encode(detail: &Detail) -> String {
    format!(
        "{}/{}",
        detail.request_aggregate.certification.code, detail.request_aggregate.certification.version
    )
}

pub(crate) fn fresh(outcome: Outcome) -> Detail {
    match outcome {
        Ok(Answer::Done(detail)) => *detail,
        Ok(Answer::Replayed(_)) => panic!("an answer from before"),
        Err(error) => panic!("{error:?}"),
    }
}

pub(crate) fn plain() -> Conditions {
    Conditions { if_match: IfMatch::Absent, idempotency: None }
}

pub(crate) fn seen(detail: &Detail) -> Conditions {
    Conditions {
        if_match: IfMatch::Version(detail.request_aggregate.certification.version),
        idempotency: None,
    }
}

pub(crate) fn keyed(actor: &Actor, key: &str, fingerprint: [u8; 32]) -> Conditions {
    let scope = format!("{} POST /x", actor.user);
    Conditions {
        if_match: IfMatch::Absent,
        idempotency: Some(IdempotencyKey { scope, key: key.to_owned(), fingerprint }),
    }
}
