//! Which certificates a list is asked for.

use actix_web::web::Data;
use medcert_application::{App, Error, store::CertificateFilter};
use medcert_domain::{Checks, Invalid, institution::Institution};
use serde::Deserialize;

use super::filter::moment;
use crate::{
    catalog::codes::CertificateKindCode,
    certification::codes::CertificateStatusCode,
    parse::{Reader, code, date, id, line, search_terms},
};

/// Which certificates. Everything given must hold; several values of one filter, separated by commas, mean any of them.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(super) struct CertificatesQuery {
    /// Words of the holder's name or document as printed: each must begin one of them, without case or accents.
    #[param(max_length = 100, example = "quispe mar")]
    q: Option<String>,
    /// Beginning of the number.
    #[param(max_length = 40, example = "MC-2026-0001")]
    number: Option<String>,
    /// Attesting doctors.
    #[param(value_type = Vec<Uuid>, style = Form, explode = false)]
    doctor_id: Vec<String>,
    /// Kinds.
    #[param(value_type = Vec<CertificateKindCode>, style = Form, explode = false)]
    kind: Vec<String>,
    /// Where they stand today.
    #[param(value_type = Vec<CertificateStatusCode>, style = Form, explode = false)]
    status: Vec<String>,
    /// Issued on this day of the institution or later; or at this moment (RFC 3339) or later.
    #[param(example = "2026-11-01")]
    issued_from: Option<String>,
    /// Issued on this day of the institution or earlier; or at this moment (RFC 3339) or earlier.
    #[param(example = "2026-11-30")]
    issued_to: Option<String>,
    /// Within their first and last day on this day, whatever their status.
    #[param(example = "2026-11-30")]
    valid_on: Option<String>,
}

impl CertificatesQuery {
    /// The filter, in days of the institution.
    pub(super) async fn filter(&self, app: &Data<App>) -> Result<CertificateFilter, Error> {
        let profile = app.profile().await?;
        Ok(self.read(&profile, profile.day_of(app.now()))?)
    }

    fn read(&self, profile: &Institution, today: chrono::NaiveDate) -> Result<CertificateFilter, Invalid> {
        let mut checks = Checks::default();
        let mut r = Reader::new(&mut checks);
        let begins = |typed: &str| moment(profile, typed, 0);
        let ends = |typed: &str| moment(profile, typed, 1);
        // Numbers are written in upper case.
        let number = |typed: &str| line(40)(typed).map(|number| number.to_uppercase());
        let statuses = r.each("status", &self.status, code);
        let filter = CertificateFilter {
            search_terms: r.optional("q", self.q.as_deref(), search_terms).unwrap_or_default(),
            number: r.optional("number", self.number.as_deref(), number),
            doctors: r.each("doctor_id", &self.doctor_id, id),
            kinds: r.each("kind", &self.kind, code),
            statuses: (!statuses.is_empty()).then_some((statuses, today)),
            issued_from: r.optional("issued_from", self.issued_from.as_deref(), begins),
            issued_before: r.optional("issued_to", self.issued_to.as_deref(), ends),
            valid_on: r.optional("valid_on", self.valid_on.as_deref(), date),
            visible_to_doctor: None,
        };
        checks.finish().map(|()| filter)
    }
}
