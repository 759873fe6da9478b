//! Where promoters are known from: a list of the institution's own.

use medcert_domain::{
    Entity as _, Id,
    people::{
        MANAGE_PROMOTER_SOURCES, NewPromoterSource, PromoterSource, PromoterSourcePatch, READ_PROMOTERS,
    },
    policy::Actor,
};

use crate::{
    App, Conditions, Error, IfMatch,
    audit::About,
    audited_entity::{self, Change, Differences},
    idempotent::{EncodeResponse, Idempotent, idempotent},
    input::Input,
    retry::{Failed, run},
    store::{ChangeRow, Page, PageRequest, StoreError, UnitOfWork},
};

/// The sources by name.
pub async fn promoter_sources(
    app: &App,
    actor: &Actor,
    active: Option<bool>,
    page: &PageRequest,
) -> Result<Page<PromoterSource>, Error> {
    app.require(actor, READ_PROMOTERS).await?;
    Ok(app.store().promoter_sources(active, page).await?)
}

/// One source.
pub async fn promoter_source(
    app: &App,
    actor: &Actor,
    id: Id<PromoterSource>,
) -> Result<PromoterSource, Error> {
    app.require(actor, READ_PROMOTERS).await?;
    app.store().promoter_source(id).await?.ok_or(Error::NotFound(PromoterSource::KIND))
}

/// What happened to a source, newest first.
pub async fn source_history(
    app: &App,
    actor: &Actor,
    id: Id<PromoterSource>,
    page: &PageRequest,
) -> Result<Page<ChangeRow>, Error> {
    promoter_source(app, actor, id).await?;
    audited_entity::history(app, actor, PromoterSource::KIND, id.raw(), page).await
}

/// Adds a source.
pub async fn create_source(
    app: &App,
    actor: &Actor,
    conditions: &Conditions,
    input: &dyn Input<NewPromoterSource>,
    write: EncodeResponse<'_, PromoterSource>,
) -> Result<Idempotent<PromoterSource>, Error> {
    app.require(actor, MANAGE_PROMOTER_SOURCES).await?;
    input.well_formed()?;
    let profile = app.profile().await?;
    let done = idempotent(app, conditions, 201, write, async |uow: &mut dyn UnitOfWork| {
        let source = PromoterSource::create(app.id(), input.read(&profile)?, app.now());
        uow.insert(&source).await.map_err(taken)?;
        record_history(app, actor, uow, source.id, "CREATE", Differences::default()).await?;
        Ok(PromoterSource { version: 1, ..source })
    });
    done.await
}

/// A name that is there already is the caller's to change; no other run could find it free.
fn taken(error: StoreError) -> Failed {
    match error {
        StoreError::Duplicate(_) => {
            let message = "a source has this name already";
            Error::Duplicate { pointer: "/name", message }.into()
        }
        other => other.into(),
    }
}

/// Renames a source, retires it, or offers it again.
pub async fn edit_source(
    app: &App,
    actor: &Actor,
    id: Id<PromoterSource>,
    if_match: IfMatch,
    input: &dyn Input<PromoterSourcePatch>,
) -> Result<PromoterSource, Error> {
    app.require(actor, MANAGE_PROMOTER_SOURCES).await?;
    input.well_formed()?;
    let if_match = if_match.required()?;
    let profile = app.profile().await?;
    run(app, if_match.on_stale(), async |uow: &mut dyn UnitOfWork| {
        let before = in_version(uow, id, if_match).await?;
        let patch = input.read(&profile)?;
        let mut after = before.clone();
        patch.apply(&mut after);
        let differences = Differences::between(Some(&before), &after);
        if differences.is_empty() {
            return Ok(after);
        }
        after.updated_at = app.now();
        uow.update(&after).await.map_err(taken)?;
        record_history(app, actor, uow, id, "EDIT", differences).await?;
        Ok(PromoterSource { version: after.version + 1, ..after })
    })
    .await
}

/// Removes a source that no promoter has; one that was used can be retired instead.
pub async fn delete_source(
    app: &App,
    actor: &Actor,
    id: Id<PromoterSource>,
    if_match: IfMatch,
) -> Result<(), Error> {
    app.require(actor, MANAGE_PROMOTER_SOURCES).await?;
    let if_match = if_match.required()?;
    run(app, if_match.on_stale(), async |uow: &mut dyn UnitOfWork| {
        let source = in_version(uow, id, if_match).await?;
        let count = uow.source_uses(id).await?;
        if count > 0 {
            let message = format!("{count} promoters have this source; retire it instead");
            return Err(Error::in_use(message, count).into());
        }
        uow.delete(&source).await?;
        record_history(app, actor, uow, id, "DELETE", Differences::default()).await
    })
    .await
}

async fn in_version(
    uow: &mut dyn UnitOfWork,
    id: Id<PromoterSource>,
    if_match: IfMatch,
) -> Result<PromoterSource, Failed> {
    let found: Option<PromoterSource> = uow.get(id).await?;
    let source = found.ok_or(Error::NotFound(PromoterSource::KIND))?;
    if_match.check(source.version)?;
    Ok(source)
}

async fn record_history(
    app: &App,
    actor: &Actor,
    uow: &mut dyn UnitOfWork,
    id: Id<PromoterSource>,
    action: &'static str,
    differences: Differences,
) -> Result<(), Failed> {
    let audited = match action {
        "CREATE" => "promoters.create_source",
        "DELETE" => "promoters.delete_source",
        _ => "promoters.edit_source",
    };
    let about = About::object(PromoterSource::KIND, id.raw());
    audited_entity::journal(app, actor, uow, Change { about, action, audited, differences, comment: None })
        .await
}
