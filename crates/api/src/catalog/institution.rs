//! The institution's profile.

use actix_web::{HttpRequest, HttpResponse, get, patch, web::Data};
use chrono_tz::Tz;
use medcert_application::{App, catalog};
use medcert_domain::{
    Country, Currency, Invalid,
    catalog::{READ_INSTITUTION, WRITE_INSTITUTION},
    institution::{Institution, InstitutionPatch, Logo},
    text,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    access::{Rule, permitted},
    audited_entity::{ChangeView, WriteRequest},
    caller::Caller,
    codes::{LocaleCode, Moment},
    etag::versioned,
    field::Field,
    page::{List, ListRequest, PageParams},
    parse::{ParseBody, Reader, code, line, read},
    problem::Failure,
    registry::Registry,
};

/// Characters of the institution's name.
const NAME_LEN: usize = 200;

/// Where the logo is.
pub(crate) const LOGO: &str = "/api/v1/institution/logo";

/// The institution's logo.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Logo, example = json!({
    "href": "/api/v1/institution/logo", "media_type": "image/png",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
}))]
pub(crate) struct LogoView {
    /// Where it is.
    href: &'static str,
    /// What it is.
    media_type: &'static str,
    /// SHA-256 of the file.
    sha256: String,
}

impl From<Logo> for LogoView {
    fn from(logo: Logo) -> Self {
        Self { href: LOGO, media_type: logo.kind.media_type(), sha256: logo.sha256 }
    }
}

/// The institution's profile.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Institution, example = json!({
    "name": "Clínica San Gabriel S.A.C.", "tax_id": "20100070970", "address": "Av. Arequipa 1234, Lima",
    "phone": "+51 1 555 0100", "country": "PE", "time_zone": "America/Lima", "locale": "es", "currency": "PEN",
    "certificate_series": "MC", "logo": null, "registrar_may_evaluate": false, "cashier_may_validate": true,
    "evaluation_max_age_days": 30, "backdating_days": 0, "age_of_majority": 18,
    "updated_at": "2026-01-05T12:00:00.000000Z"
}))]
pub(super) struct InstitutionView {
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
    /// The logo.
    #[schema(required = true)]
    logo: Option<LogoView>,
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
            logo: profile.logo.map(Into::into),
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

/// Changes to the profile: what is left out stays, null clears.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = InstitutionChanges, example = json!({
    "address": "Av. Arequipa 1234, Lima", "phone": "+51 1 555 0100", "evaluation_max_age_days": 30
}))]
struct EditInstitutionBody {
    /// Legal name, as printed on certificates.
    #[serde(default)]
    #[schema(required = false, value_type = String, min_length = 1, max_length = 200)]
    name: Field<String>,
    /// Tax id.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 30)]
    tax_id: Field<String>,
    /// Postal address.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 500)]
    address: Field<String>,
    /// Telephone.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 20)]
    phone: Field<String>,
    /// Country, ISO 3166-1 alpha-2.
    #[serde(default)]
    #[schema(required = false, value_type = String, min_length = 2, max_length = 2)]
    country: Field<String>,
    /// Time zone (IANA): its days are "today".
    #[serde(default)]
    #[schema(required = false, value_type = String)]
    time_zone: Field<String>,
    /// Language when a person has none.
    #[serde(default)]
    #[schema(required = false, value_type = LocaleCode)]
    locale: Field<String>,
    /// Currency of what has no other, ISO 4217.
    #[serde(default)]
    #[schema(required = false, value_type = String, min_length = 3, max_length = 3)]
    currency: Field<String>,
    /// Prefix of certificate numbers: 1 to 8 upper-case letters or digits. Another one begins to count anew; a former
    /// one goes on where it ended.
    #[serde(default)]
    #[schema(required = false, value_type = String, pattern = "^[A-Z0-9]{1,8}$")]
    certificate_series: Field<String>,
    /// Whether the operator who registered a request may be its doctor.
    #[serde(default)]
    #[schema(required = false, value_type = bool)]
    registrar_may_evaluate: Field<bool>,
    /// Whether an operator's payment counts at once.
    #[serde(default)]
    #[schema(required = false, value_type = bool)]
    cashier_may_validate: Field<bool>,
    /// Days after which an evaluation is too old to issue.
    #[serde(default)]
    #[schema(required = false, value_type = i64, minimum = 0, maximum = 365)]
    evaluation_max_age_days: Field<i64>,
    /// Days by which validity may begin before the evaluation.
    #[serde(default)]
    #[schema(required = false, value_type = i64, minimum = 0, maximum = 365)]
    backdating_days: Field<i64>,
    /// Age in years from which nobody needs a guardian.
    #[serde(default)]
    #[schema(required = false, value_type = i64, minimum = 10, maximum = 30)]
    age_of_majority: Field<i64>,
}

fn whole(
    r: &mut Reader<'_>,
    field: &str,
    patch: Field<i64>,
    range: std::ops::RangeInclusive<i64>,
) -> Option<u32> {
    let number = r.set(field, patch)?;
    if range.contains(&number) {
        return u32::try_from(number).ok();
    }
    r.fault(field, "range", format!("must be from {} to {}", range.start(), range.end()));
    None
}

fn country(typed: &str) -> Result<Country, Invalid> {
    let rule = "must be two upper-case letters (ISO 3166-1)";
    Country::parse(typed).ok_or_else(|| Invalid::one("", "country", rule))
}

fn time_zone(typed: &str) -> Result<Tz, Invalid> {
    let rule = "must be a time zone of the IANA database such as America/Lima";
    typed.parse().map_err(|_| Invalid::one("", "time-zone", rule))
}

fn currency(typed: &str) -> Result<Currency, Invalid> {
    let rule = "must be an ISO 4217 code such as PEN";
    Currency::parse(typed).ok_or_else(|| Invalid::one("", "unknown-value", rule))
}

impl ParseBody<InstitutionPatch> for EditInstitutionBody {
    fn values(&self, _: &Institution) -> Result<InstitutionPatch, Invalid> {
        read(|r| {
            Some(InstitutionPatch {
                name: r.text("name", &self.name, line(NAME_LEN)),
                tax_id: r.clearable("tax_id", &self.tax_id, line(30)),
                address: r.clearable("address", &self.address, line(500)),
                phone: r.clearable("phone", &self.phone, text::phone),
                country: r.text("country", &self.country, country),
                time_zone: r.text("time_zone", &self.time_zone, time_zone),
                locale: r.text("locale", &self.locale, code),
                currency: r.text("currency", &self.currency, currency),
                certificate_series: r.text(
                    "certificate_series",
                    &self.certificate_series,
                    Institution::check_series,
                ),
                registrar_may_evaluate: r.set("registrar_may_evaluate", self.registrar_may_evaluate),
                cashier_may_validate: r.set("cashier_may_validate", self.cashier_may_validate),
                evaluation_max_age_days: whole(
                    r,
                    "evaluation_max_age_days",
                    self.evaluation_max_age_days,
                    0..=365,
                ),
                backdating_days: whole(r, "backdating_days", self.backdating_days, 0..=365),
                age_of_majority: whole(r, "age_of_majority", self.age_of_majority, 10..=30),
            })
        })
    }
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

/// Change the institution's profile: a merge patch (RFC 7396).
///
/// The whole installation goes by it within two seconds. Certificates keep what was printed on them, services and
/// requests their currency.
#[utoipa::path(tag = "catalog", request_body = EditInstitutionBody,
    responses((status = 200, description = "The profile as it is now", body = InstitutionView,
        headers(("ETag" = String, description = "Its version")))))]
#[patch("/institution")]
async fn edit_institution(call: WriteRequest<EditInstitutionBody>) -> Result<HttpResponse, Failure> {
    let if_match = call.if_match();
    let profile = catalog::change_institution(&call.app, &call.caller, &call.sent(), if_match).await?;
    call.show(profile.version, &InstitutionView::from(profile))
}

/// List what happened to the profile, newest first.
#[utoipa::path(tag = "catalog", params(PageParams),
    responses((status = 200, description = "The history", body = List<ChangeView>)))]
#[get("/institution/history")]
async fn list_institution_history(call: ListRequest) -> Result<HttpResponse, Failure> {
    let found = catalog::institution_history(&call.app, &call.caller, &call.page).await?;
    call.answer::<_, ChangeView>(found)
}

/// Who may call what.
pub(super) const ACCESS: &[Rule] = &[
    permitted("get_institution", READ_INSTITUTION),
    permitted("edit_institution", WRITE_INSTITUTION).needs_if_match(),
    permitted("list_institution_history", READ_INSTITUTION),
];

pub(super) fn routes(cfg: &mut Registry) {
    cfg.service(get_institution).service(edit_institution).service(list_institution_history);
}
