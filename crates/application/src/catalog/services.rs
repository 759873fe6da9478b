//! Services: what the institution offers, and for how much.

use medcert_domain::{
    Entity as _, Id,
    catalog::{NewService, READ_SERVICES, Service, ServicePatch, WRITE_SERVICES},
    policy::Actor,
};

use crate::{
    App, Conditions, Error, IfMatch,
    audit::About,
    audited_entity::{self, Change, Differences, search_terms},
    idempotent::{EncodeResponse, Idempotent, idempotent},
    input::Input,
    retry::{Failed, run},
    rooms::service_followers,
    store::{ChangeRow, Page, PageRequest, ServiceFilter, UnitOfWork},
};

/// The services, by name.
pub async fn services(
    app: &App,
    actor: &Actor,
    filter: &ServiceFilter,
    page: &PageRequest,
) -> Result<Page<Service>, Error> {
    app.require(actor, READ_SERVICES).await?;
    Ok(app.store().services(filter, page).await?)
}

/// One service.
pub async fn service(app: &App, actor: &Actor, id: Id<Service>) -> Result<Service, Error> {
    app.require(actor, READ_SERVICES).await?;
    app.store().service(id).await?.ok_or(Error::NotFound("service"))
}

/// The history of a service, newest first.
pub async fn service_history(
    app: &App,
    actor: &Actor,
    id: Id<Service>,
    page: &PageRequest,
) -> Result<Page<ChangeRow>, Error> {
    service(app, actor, id).await?;
    audited_entity::history(app, actor, Service::KIND, id.raw(), page).await
}

/// Makes a service.
pub async fn create_service(
    app: &App,
    actor: &Actor,
    input: &(dyn Input<NewService> + Sync),
    conditions: &Conditions,
    write: EncodeResponse<'_, Service>,
) -> Result<Idempotent<Service>, Error> {
    app.require(actor, WRITE_SERVICES).await?;
    input.well_formed()?;
    let new = input.read(&app.profile().await?)?;
    idempotent(app, conditions, 201, write, async |uow: &mut dyn UnitOfWork| {
        create_service_in(app, actor, uow, &new).await
    })
    .await
}

/// The same inside a unit of work.
pub(crate) async fn create_service_in(
    app: &App,
    actor: &Actor,
    uow: &mut dyn UnitOfWork,
    new: &NewService,
) -> Result<Service, Failed> {
    check_name(app, uow, &new.name, None).await?;
    let service = Service::create(app.id(), new.clone(), app.now());
    uow.insert(&service).await?;
    keep(app, actor, uow, None, &service, ("CREATE", "catalog.create_service")).await?;
    Ok(Service { version: 1, ..service })
}

/// Changes a service. Requests keep the fee they were registered with.
pub async fn change_service(
    app: &App,
    actor: &Actor,
    id: Id<Service>,
    input: &(dyn Input<ServicePatch> + Sync),
    if_match: IfMatch,
) -> Result<Service, Error> {
    app.require(actor, WRITE_SERVICES).await?;
    input.well_formed()?;
    let if_match = if_match.required()?;
    let profile = app.profile().await?;
    run(app, if_match.on_stale(), async |uow: &mut dyn UnitOfWork| {
        let found: Option<Service> = uow.get(id).await?;
        let before = found.ok_or(Error::NotFound("service"))?;
        if_match.check(before.version)?;
        let patch = input.read(&profile)?;
        let mut service = before.clone();
        if let Some(name) = &patch.name {
            check_name(app, uow, name, Some(id)).await?;
        }
        patch.apply(&mut service);
        if service == before {
            return Ok(before);
        }
        service.updated_at = app.now();
        uow.update(&service).await?;
        keep(app, actor, uow, Some(&before), &service, ("EDIT", "catalog.edit_service")).await?;
        Ok(Service { version: before.version + 1, ..service })
    })
    .await
}

/// Removes a service that no request was ever registered for.
pub async fn delete_service(
    app: &App,
    actor: &Actor,
    id: Id<Service>,
    if_match: IfMatch,
) -> Result<(), Error> {
    app.require(actor, WRITE_SERVICES).await?;
    let if_match = if_match.required()?;
    run(app, if_match.on_stale(), async |uow: &mut dyn UnitOfWork| {
        let found: Option<Service> = uow.get(id).await?;
        let service = found.ok_or(Error::NotFound("service"))?;
        if_match.check(service.version)?;
        for follower in service_followers() {
            follower.service_leaving(uow, id).await?;
        }
        uow.delete(&service).await?;
        uow.index_entry(Service::KIND, id.raw(), &[]).await?;
        let about = About::object(Service::KIND, id.raw());
        let (action, audited) = ("DELETE", "catalog.delete_service");
        let change = Change { about, action, audited, differences: Differences::default(), comment: None };
        audited_entity::journal(app, actor, uow, change).await
    })
    .await
}

/// A name is printed on certificates, and no two services have one that differs by case, accents or blanks alone.
async fn check_name(
    app: &App,
    uow: &mut dyn UnitOfWork,
    name: &str,
    own: Option<Id<Service>>,
) -> Result<(), Failed> {
    app.printable("/name", name)?;
    match uow.service_named(name).await? {
        Some(other) if Some(other) != own => {
            let message = "a service has this name already";
            Err(Failed::Answer(Error::Duplicate { pointer: "/name", message }))
        }
        _ => Ok(()),
    }
}

/// Writes down by which words the service is found and what became different.
async fn keep(
    app: &App,
    actor: &Actor,
    uow: &mut dyn UnitOfWork,
    before: Option<&Service>,
    after: &Service,
    (action, audited): (&'static str, &'static str),
) -> Result<(), Failed> {
    uow.index_entry(Service::KIND, after.id.raw(), &search_terms([after.name.as_str()])).await?;
    let differences = Differences::between(before, after);
    let about = About::object(Service::KIND, after.id.raw());
    audited_entity::journal(app, actor, uow, Change { about, action, audited, differences, comment: None })
        .await
}
