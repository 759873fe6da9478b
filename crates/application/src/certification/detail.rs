//! The detail view of a request: for reading, and as the answer to every action.

use chrono::NaiveDate;
use medcert_domain::{
    Id,
    certification::{Certification, Context, Options, READ_REQUESTS, policy},
    institution::Institution,
    policy::Actor,
};
use uuid::Uuid;

use super::files::VisibleFile;
use crate::{
    App, Error,
    audit::{self, About},
    people::PersonChange,
    store::{HistoryRow, Page, PageRequest, RequestAggregate, RequestFilter, RequestRow},
};

/// A request as one actor may see it.
#[derive(Debug, Clone)]
pub struct Detail {
    /// The request with everything around it.
    pub request_aggregate: RequestAggregate,
    /// What the actor may do.
    pub options: Options,
    /// Whether the actor may read diagnoses, observations and recommendations.
    pub clinical: bool,
    /// The institution's day.
    pub today: NaiveDate,
    /// Currency of amounts when there is no fee.
    pub currency: medcert_domain::Currency,
    /// What registering or editing changed of people.
    pub person_changes: Vec<PersonChange>,
    /// Other open requests of the same client for the same service: id and code.
    pub possible_duplicates: Vec<(Id<Certification>, String)>,
    /// Its files, oldest first, as the actor may see them.
    pub files: Vec<VisibleFile>,
}

impl Detail {
    pub(super) fn of(
        app: &App,
        actor: &Actor,
        profile: &Institution,
        request_aggregate: RequestAggregate,
    ) -> Self {
        let now = app.now();
        let today = profile.day_of(now);
        let new_id = || app.parts.ids.uuid();
        let (options, files) = {
            let ctx = context(actor, profile, &request_aggregate, now, &new_id);
            (request_aggregate.certification.options(&ctx), VisibleFile::all(&request_aggregate, &ctx))
        };
        let clinical = policy::may_read_clinical(actor, request_aggregate.certification.doctor());
        let currency = request_aggregate.certification.settlement.currency().unwrap_or(profile.currency);
        Self {
            request_aggregate,
            options,
            clinical,
            today,
            currency,
            person_changes: vec![],
            possible_duplicates: vec![],
            files,
        }
    }

    /// The same without what only the doctor may read: the form in which answers are kept for replays.
    pub(super) fn without_clinical(&self) -> Self {
        let files = self.files.iter().cloned().map(VisibleFile::without_clinical).collect();
        Self { clinical: false, files, ..self.clone() }
    }
}

pub(crate) fn context<'a>(
    actor: &'a Actor,
    profile: &Institution,
    request_aggregate: &'a RequestAggregate,
    now: chrono::DateTime<chrono::Utc>,
    new_id: &'a dyn Fn() -> Uuid,
) -> Context<'a> {
    Context {
        actor,
        now,
        today: profile.day_of(now),
        rules: profile.rules,
        client: &request_aggregate.client,
        guardian: request_aggregate.guardian.as_ref(),
        service: request_aggregate.service.as_ref(),
        doctor: request_aggregate.doctor.as_ref(),
        manager_name: request_aggregate.manager.as_ref().map(|m| m.name.as_str()),
        new_id,
    }
}

/// One request. Invisible ones do not exist for the actor.
pub async fn detail(app: &App, actor: &Actor, id: Id<Certification>) -> Result<Detail, Error> {
    app.require(actor, READ_REQUESTS).await?;
    let request_aggregate = app.store().request_aggregate(id).await?;
    let request_aggregate = request_aggregate.filter(|d| policy::may_see(actor, d.certification.doctor()));
    let request_aggregate = request_aggregate.ok_or(Error::NotFound("certification request"))?;
    let about = About::object("certification", id.raw()).of(request_aggregate.client.id);
    app.trail.note(audit::event(app, actor, "certification.read", about, "ok")).await;
    let profile = app.profile().await?;
    Ok(Detail::of(app, actor, &profile, request_aggregate))
}

/// Narrows a filter to what the actor may see.
pub(crate) fn visible(actor: &Actor, filter: &mut RequestFilter) {
    if !policy::may_see(actor, None) {
        filter.visible_to_doctor = Some(actor.staff);
    }
}

/// The requests that the actor may see.
pub async fn list(
    app: &App,
    actor: &Actor,
    mut filter: RequestFilter,
    page: &PageRequest,
) -> Result<Page<RequestRow>, Error> {
    app.require(actor, READ_REQUESTS).await?;
    visible(actor, &mut filter);
    let found = app.store().requests(&filter, page).await?;
    let action = if filter.search_terms.is_empty() { "certification.list" } else { "certification.search" };
    app.trail.note(audit::event(app, actor, action, About::list("certification"), "ok")).await;
    Ok(found)
}

/// The history of a request, newest first.
pub async fn history(
    app: &App,
    actor: &Actor,
    id: Id<Certification>,
    page: &PageRequest,
) -> Result<Page<HistoryRow>, Error> {
    let seen = detail(app, actor, id).await?;
    Ok(app.store().history(seen.request_aggregate.certification.id, page).await?)
}
