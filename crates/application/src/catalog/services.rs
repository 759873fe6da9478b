//! Services: what the institution offers, and for how much.

use medcert_domain::{
    Entity as _, Id, Money,
    catalog::{CertificateKind, Service},
    identity::Actor,
    policy::Permission,
};

use crate::{
    App, Conditions, Error, IfMatch,
    audit::About,
    audited_entity::{self, Change, Differences, search_terms},
    idempotent::{EncodeResponse, Idempotent, idempotent},
    input::Input,
    retry::{Failed, run},
    store::{ChangeRow, Page, PageRequest, ServiceFilter, UnitOfWork},
};

/// A new service.
#[derive(Debug, Clone)]
pub struct NewService {
    /// Name.
    pub name: String,
    /// What it is.
    pub description: Option<String>,
    /// Regular fee.
    pub fee: Money,
    /// Certificate it leads to.
    pub certificate_kind: CertificateKind,
    /// Days a certificate is valid, the first one counted.
    pub validity_days: u32,
    /// Whether it is offered.
    pub active: bool,
}

/// Changes to a service: `None` leaves a field, `Some(None)` clears it.
#[derive(Debug, Clone, Default)]
pub struct ServicePatch {
    /// Another name.
    pub name: Option<String>,
    /// What it is.
    pub description: Option<Option<String>>,
    /// Another fee, for requests registered from now on.
    pub fee: Option<Money>,
    /// Another certificate.
    pub certificate_kind: Option<CertificateKind>,
    /// Another number of days.
    pub validity_days: Option<u32>,
    /// Whether it is offered.
    pub active: Option<bool>,
}

/// The services, by name.
pub async fn services(
    app: &App,
    actor: &Actor,
    filter: &ServiceFilter,
    page: &PageRequest,
) -> Result<Page<Service>, Error> {
    app.require(actor, Permission::ReadServices).await?;
    Ok(app.store().services(filter, page).await?)
}

/// One service.
pub async fn service(app: &App, actor: &Actor, id: Id<Service>) -> Result<Service, Error> {
    app.require(actor, Permission::ReadServices).await?;
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
    app.require(actor, Permission::WriteServices).await?;
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
    let now = app.now();
    let service = Service {
        id: app.id(),
        version: 0,
        name: new.name.clone(),
        description: new.description.clone(),
        fee: new.fee,
        certificate_kind: new.certificate_kind,
        validity_days: new.validity_days,
        active: new.active,
        created_at: now,
        updated_at: now,
    };
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
    app.require(actor, Permission::WriteServices).await?;
    input.well_formed()?;
    let if_match = if_match.required()?;
    let profile = app.profile().await?;
    run(app, if_match.on_stale(), async |uow: &mut dyn UnitOfWork| {
        let found: Option<Service> = uow.get(id).await?;
        let before = found.ok_or(Error::NotFound("service"))?;
        if_match.check(before.version)?;
        let patch = input.read(&profile)?;
        let mut service = before.clone();
        if let Some(name) = patch.name {
            check_name(app, uow, &name, Some(id)).await?;
            service.name = name;
        }
        service.description = patch.description.unwrap_or(service.description);
        service.fee = patch.fee.unwrap_or(service.fee);
        service.certificate_kind = patch.certificate_kind.unwrap_or(service.certificate_kind);
        service.validity_days = patch.validity_days.unwrap_or(service.validity_days);
        service.active = patch.active.unwrap_or(service.active);
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
    app.require(actor, Permission::WriteServices).await?;
    let if_match = if_match.required()?;
    run(app, if_match.on_stale(), async |uow: &mut dyn UnitOfWork| {
        let found: Option<Service> = uow.get(id).await?;
        let service = found.ok_or(Error::NotFound("service"))?;
        if_match.check(service.version)?;
        let used = uow.requests_for_service(id).await?;
        if used > 0 {
            let message = format!("{used} requests are for this service; make it inactive instead");
            return Err(Failed::Answer(Error::in_use(message, used)));
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
    let mut differences = Differences::default();
    let mut note = |field, read: &dyn Fn(&Service) -> Option<String>| {
        differences.note(field, before.and_then(read), read(after));
    };
    note("name", &|service| Some(service.name.clone()));
    note("description", &|service| service.description.clone());
    note("fee", &|service| Some(service.fee.to_string()));
    note("certificate_kind", &|service| Some(service.certificate_kind.to_string()));
    note("validity_days", &|service| Some(service.validity_days.to_string()));
    note("active", &|service| Some(service.active.to_string()));
    let about = About::object(Service::KIND, after.id.raw());
    audited_entity::journal(app, actor, uow, Change { about, action, audited, differences, comment: None })
        .await
}
