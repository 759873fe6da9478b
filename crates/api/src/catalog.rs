//! Catalog: services and the institution.

use crate::registry::Registry;
use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use medcert_application::{App, catalog};
use medcert_domain::catalog::{Institution, Service};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    caller::Caller,
    certification::MoneyView,
    codes::{CertificateKindCode, LocaleCode, Moment},
    etag::versioned,
    page::{List, Listing, Paging},
    path::PathId,
    problem::Failure,
    query::Query,
};

/// Something the institution offers.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Service, example = json!({
    "id": "01940000-0000-7000-8000-0000000000a1", "name": "Medical fitness certificate",
    "fee": {"amount": "200.00", "currency": "PEN"}, "certificate_kind": "MEDICAL_FITNESS",
    "validity_days": 365, "active": true,
    "created_at": "2026-01-05T12:00:00.000000Z", "updated_at": "2026-01-05T12:00:00.000000Z"
}))]
pub(crate) struct ServiceView {
    /// Identifier.
    id: Uuid,
    /// Name.
    name: String,
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

impl From<&Service> for ServiceView {
    fn from(service: &Service) -> Self {
        Self {
            id: service.id.raw(),
            name: service.name.clone(),
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

/// The institution's profile.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Institution, example = json!({
    "name": "Clínica San Gabriel S.A.C.", "tax_id": "20100070970", "address": "Av. Arequipa 1234, Lima",
    "phone": "+51 1 555 0100", "country": "PE", "time_zone": "America/Lima", "locale": "es", "currency": "PEN",
    "certificate_series": "MC", "registrar_may_evaluate": false, "cashier_may_validate": true,
    "evaluation_max_age_days": 30, "backdating_days": 0, "age_of_majority": 18,
    "updated_at": "2026-01-05T12:00:00.000000Z"
}))]
struct InstitutionView {
    /// Legal name.
    name: String,
    /// Tax id.
    #[schema(required = true)]
    tax_id: Option<String>,
    /// Postal address.
    #[schema(required = true)]
    address: Option<String>,
    /// Telephone.
    #[schema(required = true)]
    phone: Option<String>,
    /// Country, ISO 3166-1 alpha-2.
    country: String,
    /// Time zone (IANA): its days are "today".
    time_zone: String,
    /// Language when a person has none.
    locale: LocaleCode,
    /// Currency of what has no other, ISO 4217.
    currency: String,
    /// Prefix of certificate numbers.
    certificate_series: String,
    /// Whether the operator who registered a request may be its doctor.
    registrar_may_evaluate: bool,
    /// Whether an operator's payment counts at once.
    cashier_may_validate: bool,
    /// Days after which an evaluation is too old to issue.
    evaluation_max_age_days: u32,
    /// Days by which validity may begin before the evaluation.
    backdating_days: u32,
    /// Age in years from which nobody needs a guardian.
    age_of_majority: u32,
    /// When it was last changed.
    updated_at: Moment,
}

impl From<Institution> for InstitutionView {
    fn from(profile: Institution) -> Self {
        Self {
            country: profile.country.code().to_owned(),
            time_zone: profile.time_zone.name().to_owned(),
            locale: profile.locale.into(),
            currency: profile.currency.code().to_owned(),
            name: profile.name,
            tax_id: profile.tax_id,
            address: profile.address,
            phone: profile.phone,
            certificate_series: profile.certificate_series,
            registrar_may_evaluate: profile.rules.registrar_may_evaluate,
            cashier_may_validate: profile.rules.cashier_may_validate,
            evaluation_max_age_days: profile.rules.evaluation_max_age_days,
            backdating_days: profile.rules.backdating_days,
            age_of_majority: profile.rules.age_of_majority,
            updated_at: profile.updated_at.into(),
        }
    }
}

/// Which services.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct ServicesQuery {
    /// Those still offered, or those no longer.
    active: Option<bool>,
    /// Items wanted, 1 to 200; 20 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    /// Where to go on: `next_cursor` of the part before.
    cursor: Option<String>,
    /// Whether the exact total is wanted.
    with_total: bool,
}

impl ServicesQuery {
    fn paging(&self) -> Paging {
        Paging { limit: self.limit, cursor: self.cursor.clone(), with_total: self.with_total }
    }
}

/// List the services, by name.
#[utoipa::path(tag = "catalog", params(ServicesQuery),
    responses((status = 200, description = "The services", body = List<ServiceView>)))]
#[get("/services")]
async fn list_services(
    caller: Caller,
    app: Data<App>,
    req: HttpRequest,
    query: Query<ServicesQuery>,
) -> Result<HttpResponse, Failure> {
    let listing = Listing::of(&req);
    let page = listing.request(&app, query.0.paging())?;
    let found = catalog::services(&app, &caller, query.0.active, &page).await?;
    listing.answer::<_, ServiceView>(&app, &req, found)
}

/// Show a service.
#[utoipa::path(tag = "catalog", responses((status = 200, description = "The service", body = ServiceView,
        headers(("ETag" = String, description = "Its version")))))]
#[get("/services/{id}")]
async fn get_service(
    caller: Caller,
    app: Data<App>,
    req: HttpRequest,
    id: PathId<Service>,
) -> Result<HttpResponse, Failure> {
    let service = catalog::service(&app, &caller, id.0).await?;
    versioned(&req, service.version, &ServiceView::from(&service))
}

/// Show the institution's profile.
#[utoipa::path(tag = "catalog",
    responses((status = 200, description = "The profile", body = InstitutionView,
        headers(("ETag" = String, description = "Its version")))))]
#[get("/institution")]
async fn get_institution(caller: Caller, app: Data<App>, req: HttpRequest) -> Result<HttpResponse, Failure> {
    let profile = catalog::institution(&app, &caller).await?;
    versioned(&req, profile.version, &InstitutionView::from(profile))
}

/// The routes below `/api/v1`.
pub(crate) fn routes(cfg: &mut Registry) {
    cfg.service(list_services).service(get_service).service(get_institution);
}
