//! Certification: registering requests, acting on them, issuing and reading certificates.

mod act;
mod bulk;
mod certificates;
mod detail;
mod erase;
pub mod files;
mod hand_over;
mod import;
mod input;
mod issue;
mod objects;
mod of_people;
mod of_services;
mod paid;
mod reassign;
mod register;
mod replay;
mod search_terms;

pub use act::act;
pub use bulk::{BULK_MOST, BulkItem, bulk, in_bulk};
pub use certificates::{
    Overall, PublicCertificate, VisibleCertificate, certificate, certificate_pdf, certificates,
    public_certificate,
};
pub(crate) use detail::visible;
pub use detail::{Detail, detail, history, list};
pub use erase::erase;
pub use hand_over::{HandOver, HandedOver, Kept, hand_over_requests};
pub use import::RequestImport;
pub use input::{AssignInput, Attempt, CareInput, Encode, Payload, RequestInput};
pub use issue::issue;
pub use register::register;
pub(crate) use register::register_in;
pub use replay::{Answer, Replay};
pub use search_terms::{person_search_terms, query as query_words, request_search_terms};

pub(crate) use act::permitted;
pub(crate) use detail::context;

use medcert_domain::{
    certification::{Action, Certification, Outcome, policy},
    policy::Actor,
};

use crate::{
    App, Error,
    audit::{self, About},
    retry::Failed,
    rooms::Room,
    store::{HistoryEntry, OutboxMessage, RequestAggregate, UnitOfWork},
};

/// What this room brings.
pub(crate) const ROOM: Room = Room {
    payables: &[&paid::Requests],
    people_followers: &[&of_people::RequestsOfPeople],
    catalog_followers: &[&of_services::RequestsForServices],
    kept_objects: &[objects::FILES_OF_REQUESTS, objects::PDFS_OF_CERTIFICATES],
    ..Room::EMPTY
};

/// The role question: asked before anything is loaded.
pub(crate) async fn may_somewhere(app: &App, actor: &Actor, action: Action) -> Result<(), Error> {
    if policy::may_somewhere(actor, action) {
        return Ok(());
    }
    app.trail.denied(app, actor, &audit_name(action)).await;
    Err(Error::Forbidden(format!("none of your roles has {action}")))
}

fn audit_name(action: Action) -> String {
    format!("certification.{}", action.code().to_ascii_lowercase())
}

/// Writes what came of an action beside the change itself: history, audit event and messages.
async fn journal(
    app: &App,
    actor: &Actor,
    uow: &mut dyn UnitOfWork,
    action: Action,
    request_aggregate: &RequestAggregate,
    outcome: &Outcome,
) -> Result<(), Failed> {
    let request = &request_aggregate.certification;
    let about = About::object("certification", request.id.raw()).of(request.client);
    record(app, actor, uow, action, about, request, outcome).await
}

/// The same for an action on something that hangs on the request.
pub(crate) async fn record(
    app: &App,
    actor: &Actor,
    uow: &mut dyn UnitOfWork,
    action: Action,
    about: About,
    request: &Certification,
    outcome: &Outcome,
) -> Result<(), Failed> {
    let now = app.now();
    let entries: Vec<HistoryEntry> = outcome
        .lines
        .iter()
        .map(|line| HistoryEntry {
            id: app.parts.ids.uuid(),
            request: request.id,
            at: now,
            by: actor.user,
            line: line.clone(),
        })
        .collect();
    uow.append_history(&entries).await?;
    let mut event = audit::event(app, actor, &audit_name(action), about, "ok");
    event.reason = outcome.lines.iter().find_map(|line| line.comment.clone());
    uow.audit(&[event]).await?;
    let messages: Vec<OutboxMessage> = outcome
        .events
        .iter()
        .map(|event| OutboxMessage {
            id: app.parts.ids.uuid(),
            at: now,
            event: *event,
            request: request.id,
            code: request.code.clone(),
            stage: request.stage,
        })
        .collect();
    uow.publish(&messages).await?;
    Ok(())
}
