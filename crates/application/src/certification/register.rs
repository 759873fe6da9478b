//! Registering a request.

use chrono::Datelike as _;
use medcert_domain::{
    Id, Invalid,
    catalog::Service,
    certification::{Action, Certification, Context, Guardian, NewCertification, RequestPatch},
    institution::Institution,
    people::Person,
    policy::Actor,
};

use super::{
    Answer, Attempt, Detail, RequestInput,
    act::merged_care,
    journal, may_somewhere,
    replay::{answer, kept, replay},
    search_terms,
};
use crate::{
    App, Error, directory,
    idempotent::once,
    people::PersonResolver,
    retry::{Failed, OnStale},
    store::UnitOfWork,
};

/// Name of the counter of request codes.
const CODES: &str = "request";

/// Registers a request: finds or makes its people and promoter, takes the service's fee, gives it a code.
pub async fn register(app: &App, actor: &Actor, attempt: Attempt<'_, RequestInput>) -> Result<Answer, Error> {
    may_somewhere(app, actor, Action::Register).await?;
    attempt.input.well_formed()?;
    if let Some(answer) = replay(app, actor, attempt.conditions).await? {
        return Ok(answer);
    }
    let profile = app.profile().await?;
    let input = attempt.input.read(&profile)?;
    let keep = |detail: &Detail| kept(201, detail, attempt.encode);
    let done = once(app, attempt.conditions, OnStale::Retry, keep, async |uow: &mut dyn UnitOfWork| {
        register_in(app, actor, uow, &profile, &input).await
    })
    .await?;
    answer(app, actor, done).await
}

/// Registers inside a unit of work, for callers that have asked the role question and bring their own.
pub(crate) async fn register_in(
    app: &App,
    actor: &Actor,
    uow: &mut dyn UnitOfWork,
    profile: &Institution,
    input: &RequestInput,
) -> Result<Detail, Failed> {
    let now = app.now();
    let today = profile.day_of(now);
    let (client, guardian, promoter, changes) = {
        let mut finder = PersonResolver::new(app, actor, &mut *uow, profile);
        let missing = || Invalid::one("/client", "required", "is required");
        let client = finder.find_or_make("client", input.client.as_ref().ok_or_else(missing)?).await?;
        let guardian = match input.guardian.iter().flatten().next() {
            None => None,
            Some(given) => {
                let person = finder.find_or_make("guardian", &given.person).await?;
                let missing = || Invalid::one("/guardian/relationship", "required", "is required");
                let relationship = given.relationship.ok_or_else(missing)?;
                Some((Guardian { person: person.id, relationship }, person))
            }
        };
        let promoter = match input.promoter.iter().flatten().next() {
            None => None,
            Some(given) => Some(finder.promoter(given).await?.id),
        };
        finder.reindex_renamed().await?;
        (client, guardian, promoter, finder.changes)
    };
    let service = wanted_service(uow, input.service.flatten()).await?;
    let duplicates = uow.open_requests_like(client.id, service.as_ref().map(|s| s.id)).await?;
    let year = today.year();
    let number = uow.next_number(CODES, year).await?;
    let new = NewCertification {
        code: format!("MC-{year}-{number:06}"),
        guardian: guardian.as_ref().map(|(guardian, _)| *guardian),
        promoter,
        fields: RequestPatch { care: merged_care(None, input.care.clone())?, ..input.fields.clone() },
    };
    let new_id = || app.parts.ids.uuid();
    let context = Context {
        actor,
        now,
        today,
        rules: profile.rules,
        client: &client,
        guardian: guardian.as_ref().map(|(_, person): &(_, Person)| person),
        service: service.as_ref(),
        doctor: None,
        manager_name: None,
        new_id: &new_id,
    };
    let (request, outcome) = Certification::register(new, &context)?;
    uow.insert(&request).await?;
    let request_aggregate = uow.request_aggregate(request.id).await?;
    let request_aggregate =
        request_aggregate.ok_or_else(|| Error::internal("a request just written is not there"))?;
    search_terms::index(uow, &request_aggregate).await?;
    journal(app, actor, uow, Action::Register, &request_aggregate, &outcome).await?;
    let mut detail = Detail::of(app, actor, profile, request_aggregate);
    detail.person_changes = changes;
    detail.possible_duplicates = duplicates;
    Ok(detail)
}

/// The service that is asked for; it must be offered.
pub(super) async fn wanted_service(
    uow: &mut dyn UnitOfWork,
    id: Option<Id<Service>>,
) -> Result<Option<Service>, Failed> {
    directory::offered(uow, "/service_id", id).await
}
