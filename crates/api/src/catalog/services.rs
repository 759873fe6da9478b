//! Services: what the institution offers.

use actix_web::{HttpResponse, delete, get, patch, post};
use medcert_application::{catalog, directory, store::ServiceFilter};
use medcert_domain::{
    Checks, Invalid,
    catalog::{NewService, READ_SERVICES, Service, ServicePatch, WRITE_SERVICES},
    institution::Institution,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    access::{Rule, permitted},
    audited_entity::{ChangeView, ReadRequest, WriteRequest, entries, gone, text},
    catalog::codes::CertificateKindCode,
    codes::Moment,
    field::Field,
    fields::body,
    money::{MoneyBody, MoneyView},
    page::{List, ListRequest, PageParams},
    parse::{MAX_COMMENT_LEN, MAX_NAME_LEN, ParseBody, Reader, code, line, note, read_as, search_terms},
    path::PathId,
    problem::Failure,
    registry::Registry,
};

/// Where services are.
const PLACE: &str = "/api/v1/services";
/// Days a certificate may be valid: a hundred years.
const VALIDITY: std::ops::RangeInclusive<i64> = 1..=36_525;

/// Something the institution offers.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Service, example = json!({
    "id": "01940000-0000-7000-8000-0000000000a1", "version": 1, "name": "Medical fitness certificate",
    "description": "Interview, tests and report",
    "fee": {"amount": "200.00", "currency": "PEN"}, "certificate_kind": "MEDICAL_FITNESS",
    "validity_days": 365, "active": true,
    "created_at": "2026-01-05T12:00:00.000000Z", "updated_at": "2026-01-05T12:00:00.000000Z"
}))]
pub(crate) struct ServiceView {
    /// Identifier.
    id: Uuid,
    /// Number of changes.
    version: i64,
    /// Name.
    name: String,
    /// What it is.
    #[schema(required = true)]
    description: Option<String>,
    /// Regular fee.
    fee: MoneyView,
    /// Certificate it leads to.
    certificate_kind: CertificateKindCode,
    /// Days a certificate is valid, the first one counted.
    validity_days: u32,
    /// Whether it is still offered.
    active: bool,
    /// When it was made.
    created_at: Moment,
    /// When it was last changed.
    updated_at: Moment,
}

entries!(ServiceView);

impl From<&Service> for ServiceView {
    fn from(service: &Service) -> Self {
        Self {
            id: service.id.raw(),
            version: service.version,
            name: service.name.clone(),
            description: service.description.clone(),
            fee: service.fee.into(),
            certificate_kind: service.certificate_kind.into(),
            validity_days: service.validity_days,
            active: service.active,
            created_at: service.created_at.into(),
            updated_at: service.updated_at.into(),
        }
    }
}

impl From<Service> for ServiceView {
    fn from(service: Service) -> Self {
        Self::from(&service)
    }
}

fn validity(r: &mut Reader<'_>, days: i64) -> Option<u32> {
    let fine = VALIDITY.contains(&days);
    if !fine {
        r.fault("validity_days", "range", "must be from 1 to 36525");
    }
    u32::try_from(days).ok().filter(|_| fine)
}

/// What is said of a service.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServiceFields {
    /// Name; unique, and printed on certificates.
    #[serde(default)]
    #[schema(value_type = String, min_length = 1, max_length = 150)]
    name: Field<String>,
    /// What it is.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 1000)]
    description: Field<String>,
    /// Regular fee; a change holds for requests registered from now on.
    #[serde(default)]
    #[schema(value_type = MoneyBody)]
    fee: Field<MoneyBody>,
    /// Certificate it leads to.
    #[serde(default)]
    #[schema(value_type = CertificateKindCode)]
    certificate_kind: Field<String>,
    /// Days a certificate is valid, the first one counted.
    #[serde(default)]
    #[schema(value_type = i64, minimum = 1, maximum = 36_525)]
    validity_days: Field<i64>,
    /// Whether it is offered; of a new service true when left out.
    #[serde(default)]
    #[schema(value_type = bool)]
    active: Field<bool>,
}

impl ServiceFields {
    fn read(&self, r: &mut Reader<'_>) -> ServicePatch {
        ServicePatch {
            name: r.text("name", &self.name, line(MAX_NAME_LEN)),
            description: r.clearable("description", &self.description, note(MAX_COMMENT_LEN)),
            fee: r.set("fee", self.fee.clone()).and_then(|fee| fee.read(r, "fee")),
            certificate_kind: r.text("certificate_kind", &self.certificate_kind, code),
            validity_days: r.set("validity_days", self.validity_days).and_then(|days| validity(r, days)),
            active: r.set_or("active", self.active, true),
        }
    }
}

body! {
    /// A new service.
    pub(crate) NewServiceBody = "NewService": Whole ServiceFields,
    defaults ["active"],
    example {
        "name": "Certificate for mountain sports", "description": "With an exercise test",
        "fee": {"amount": "250.00", "currency": "PEN"}, "certificate_kind": "SPORTS_FITNESS", "validity_days": 180
    }
}

body! {
    /// Changes to a service: what is left out stays, null clears.
    EditServiceBody = "ServiceChanges": Changes ServiceFields,
    example {"fee": {"amount": "220.00", "currency": "PEN"}}
}

impl ParseBody<NewService> for NewServiceBody {
    fn values(&self, _: &Institution) -> Result<NewService, Invalid> {
        read_as(Self::SCOPE, |r| self.0.read(r).whole())
    }
}

impl ParseBody<ServicePatch> for EditServiceBody {
    fn values(&self, _: &Institution) -> Result<ServicePatch, Invalid> {
        read_as(Self::SCOPE, |r| Some(self.0.read(r)))
    }
}

/// Which services. Several values of one filter, separated by commas, mean any of them.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct ServicesQuery {
    /// Those still offered, or those no longer.
    active: Option<bool>,
    /// Leading to these certificates.
    #[param(value_type = Vec<CertificateKindCode>, style = Form, explode = false)]
    certificate_kind: Vec<String>,
    /// Words of the name: each must begin one of them, without case or accents.
    #[param(max_length = 100, example = "med fit")]
    q: Option<String>,
}

impl ServicesQuery {
    fn filter(&self) -> Result<ServiceFilter, Invalid> {
        let mut checks = Checks::default();
        let mut r = Reader::new(&mut checks);
        let kinds = r.each("certificate_kind", &self.certificate_kind, code);
        let search_terms = r.optional("q", self.q.as_deref(), search_terms).unwrap_or_default();
        checks.finish()?;
        Ok(ServiceFilter { active: self.active, kinds, search_terms })
    }
}

/// List the services, by name.
#[utoipa::path(tag = "catalog", params(ServicesQuery, PageParams),
    responses((status = 200, description = "The services", body = List<ServiceView>)))]
#[get("/services")]
async fn list_services(call: ListRequest<ServicesQuery>) -> Result<HttpResponse, Failure> {
    let found = catalog::services(&call.app, &call.caller, &call.query.filter()?, &call.page).await?;
    call.answer::<_, ServiceView>(found)
}

/// Make a service.
#[utoipa::path(tag = "catalog", request_body = NewServiceBody,
    responses((status = 201, description = "The new service", body = ServiceView,
        headers(("Location" = String, description = "Where it is"),
            ("ETag" = String, description = "Its version")))))]
#[post("/services")]
async fn create_service(call: WriteRequest<NewServiceBody>) -> Result<HttpResponse, Failure> {
    let write = |service: &Service| text(&ServiceView::from(service));
    let conditions = call.conditions()?;
    let done = catalog::create_service(&call.app, &call.caller, &call.sent(), &conditions, &write).await?;
    call.made(PLACE, done.map(ServiceView::from))
}

/// Show a service.
#[utoipa::path(tag = "catalog", responses((status = 200, description = "The service", body = ServiceView,
        headers(("ETag" = String, description = "Its version")))))]
#[get("/services/{id}")]
async fn get_service(call: ReadRequest, id: PathId<Service>) -> Result<HttpResponse, Failure> {
    let service = directory::entry(&call.app, &call.caller, id.0).await?;
    call.show(service.version, &ServiceView::from(&service))
}

/// Change a service: a merge patch (RFC 7396).
///
/// Requests keep the fee they were registered with. A service that is not to be offered any longer is made inactive;
/// requests for it go on.
#[utoipa::path(tag = "catalog", request_body = EditServiceBody,
    responses((status = 200, description = "The service as it is now", body = ServiceView,
        headers(("ETag" = String, description = "Its version")))))]
#[patch("/services/{id}")]
async fn edit_service(
    call: WriteRequest<EditServiceBody>,
    id: PathId<Service>,
) -> Result<HttpResponse, Failure> {
    let if_match = call.if_match();
    let service = directory::change(&call.app, &call.caller, id.0, &call.sent(), if_match).await?;
    call.show(service.version, &ServiceView::from(&service))
}

/// Delete a service that no request was ever registered for.
#[utoipa::path(tag = "catalog", responses((status = 204, description = "The service is gone")))]
#[delete("/services/{id}")]
async fn delete_service(call: ReadRequest, id: PathId<Service>) -> Result<HttpResponse, Failure> {
    directory::delete(&call.app, &call.caller, id.0, call.if_match()).await?;
    Ok(gone())
}

/// List what happened to a service, newest first.
#[utoipa::path(tag = "catalog", params(PageParams),
    responses((status = 200, description = "The history", body = List<ChangeView>)))]
#[get("/services/{id}/history")]
async fn list_service_history(call: ListRequest, id: PathId<Service>) -> Result<HttpResponse, Failure> {
    let found = directory::history(&call.app, &call.caller, id.0, &call.page).await?;
    call.answer::<_, ChangeView>(found)
}

/// Who may call what.
pub(super) const ACCESS: &[Rule] = &[
    permitted("list_services", READ_SERVICES),
    permitted("create_service", WRITE_SERVICES).accepts_key(),
    permitted("get_service", READ_SERVICES),
    permitted("edit_service", WRITE_SERVICES).needs_if_match(),
    permitted("delete_service", WRITE_SERVICES).needs_if_match(),
    permitted("list_service_history", READ_SERVICES),
];

pub(super) fn routes(cfg: &mut Registry) {
    cfg.service(list_services)
        .service(create_service)
        .service(get_service)
        .service(edit_service)
        .service(delete_service)
        .service(list_service_history);
}
