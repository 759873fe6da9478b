//! Reading files.

use medcert_domain::{
    Entity as _, Id,
    certification::{Certification, READ_REQUESTS, policy},
    files::StoredFile,
    policy::Actor,
};

use super::{super::context, VisibleFile};
use crate::{
    App, Error,
    audit::{self, About},
    store::{Cursor, Page, PageRequest, RequestAggregate},
};

/// Everybody who may read requests may look for files; what of them is told depends on the request and the kind.
async fn visible(
    app: &App,
    actor: &Actor,
    request: Id<Certification>,
) -> Result<Option<RequestAggregate>, Error> {
    app.require(actor, READ_REQUESTS).await?;
    let request_aggregate = app.store().request_aggregate(request).await?;
    Ok(request_aggregate.filter(|d| policy::may_see(actor, d.certification.doctor())))
}

async fn seen(
    app: &App,
    actor: &Actor,
    request_aggregate: &RequestAggregate,
) -> Result<Vec<VisibleFile>, Error> {
    let profile = app.profile().await?;
    let new_id = || app.parts.ids.uuid();
    Ok(VisibleFile::all(request_aggregate, &context(actor, &profile, request_aggregate, app.now(), &new_id)))
}

/// The files of a request, oldest first. A request has so few that they come with it.
pub async fn list(
    app: &App,
    actor: &Actor,
    request: Id<Certification>,
    page: &PageRequest,
) -> Result<Page<VisibleFile>, Error> {
    let request_aggregate = visible(app, actor, request).await?;
    let request_aggregate = request_aggregate.ok_or(Error::NotFound("certification request"))?;
    let about = About::object("certification", request.raw()).of(request_aggregate.client.id);
    app.trail.note(audit::event(app, actor, "file.list", about, "ok")).await;
    let all = seen(app, actor, &request_aggregate).await?;
    let total = page.with_total.then_some(all.len() as u64);
    let place = |file: &StoredFile| (file.uploaded_at.timestamp_micros(), file.id.raw());
    let after = match &page.after {
        Some(Cursor { key, id }) => Some((key.parse().map_err(|_| Error::InvalidCursor)?, *id)),
        None => None,
    };
    let mut rest = all.into_iter().filter(|seen| after.is_none_or(|after| place(&seen.file) > after));
    let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
    let items: Vec<VisibleFile> = rest.by_ref().take(limit).collect();
    let last = items.last().map(|seen| place(&seen.file)).filter(|_| rest.next().is_some());
    Ok(Page { items, next: last.map(|(key, id)| Cursor { key: key.to_string(), id }), total })
}

async fn find(
    app: &App,
    actor: &Actor,
    id: Id<StoredFile>,
) -> Result<(VisibleFile, RequestAggregate), Error> {
    const UNKNOWN: Error = Error::NotFound(StoredFile::KIND);
    app.require(actor, READ_REQUESTS).await?;
    let request = app.store().request_of_file(id).await?.ok_or(UNKNOWN)?;
    let request_aggregate = visible(app, actor, request).await?.ok_or(UNKNOWN)?;
    let found = seen(app, actor, &request_aggregate).await?.into_iter().find(|seen| seen.file.id == id);
    Ok((found.ok_or(UNKNOWN)?, request_aggregate))
}

/// What is known of a file.
pub async fn file(app: &App, actor: &Actor, id: Id<StoredFile>) -> Result<VisibleFile, Error> {
    let (seen, request_aggregate) = find(app, actor, id).await?;
    let about = About::object("file", id.raw()).of(request_aggregate.client.id);
    app.trail.note(audit::event(app, actor, "file.read", about, "ok")).await;
    Ok(seen)
}

/// A file whose content the actor may read.
pub async fn content(app: &App, actor: &Actor, id: Id<StoredFile>) -> Result<VisibleFile, Error> {
    let (seen, request_aggregate) = find(app, actor, id).await?;
    let about = About::object("file", id.raw()).of(request_aggregate.client.id);
    let outcome = if seen.readable { "ok" } else { "denied" };
    app.trail.note(audit::event(app, actor, "file.download", about, outcome)).await;
    if seen.readable {
        Ok(seen)
    } else {
        Err(Error::Forbidden("a medical document is for the assigned doctor".to_owned()))
    }
}
