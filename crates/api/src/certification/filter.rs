//! Which requests a list is asked for.

use chrono::{DateTime, Days, Duration, Utc};
use medcert_application::{
    App, Error,
    certification::query_words,
    store::{RequestFilter, Sort},
};
use medcert_domain::{Calendar, Checks, Invalid, institution::Institution, policy::Actor};
use serde::Deserialize;

use crate::{
    billing::codes::PaymentStatusCode,
    certification::{bodies::PriorityCode, codes::StageCode},
    parse::{Reader, code, date, document_number, id, line},
    query::SharedParams,
};

/// Which requests. Everything given must hold; several values of one filter, separated by commas, mean any of them.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct RequestsQuery {
    /// Words of names, documents, telephones or the code: each must begin one of them, without case or accents. What
    /// holds a digit is one word whatever separates its parts.
    #[param(max_length = 100, example = "quispe mar")]
    q: Option<String>,
    /// Where they stand.
    #[param(value_type = Vec<StageCode>, style = Form, explode = false)]
    stage: Vec<String>,
    /// What the money amounts to.
    #[param(value_type = Vec<PaymentStatusCode>, style = Form, explode = false)]
    payment_status: Vec<String>,
    /// How soon they are to be worked on.
    #[param(value_type = Vec<PriorityCode>, style = Form, explode = false)]
    priority: Vec<String>,
    /// Only those registered by the caller or assigned to the caller now.
    mine: bool,
    /// Services.
    #[param(value_type = Vec<Uuid>, style = Form, explode = false)]
    service_id: Vec<String>,
    /// Clients.
    #[param(value_type = Vec<Uuid>, style = Form, explode = false)]
    client_id: Vec<String>,
    /// Promoters.
    #[param(value_type = Vec<Uuid>, style = Form, explode = false)]
    promoter_id: Vec<String>,
    /// Current managers.
    #[param(value_type = Vec<Uuid>, style = Form, explode = false)]
    manager_id: Vec<String>,
    /// Current doctors.
    #[param(value_type = Vec<Uuid>, style = Form, explode = false)]
    doctor_id: Vec<String>,
    /// Registered on this day of the institution or later; or at this moment (RFC 3339) or later.
    #[param(example = "2026-11-01")]
    created_from: Option<String>,
    /// Registered on this day of the institution or earlier; or at this moment (RFC 3339) or earlier.
    #[param(example = "2026-11-30")]
    created_to: Option<String>,
    /// Changed on this day of the institution or later; or at this moment (RFC 3339) or later.
    #[param(example = "2026-11-20T15:04:05Z")]
    updated_from: Option<String>,
    /// The client's document number, whole.
    #[param(max_length = 50, example = "45678912")]
    document_number: Option<String>,
    /// The reference in the caller's own system, whole.
    #[param(max_length = 100)]
    external_reference: Option<String>,
    /// Whether money is still to be given back.
    refund_due: Option<bool>,
}

/// In which order requests are listed.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct RequestsOrder {
    /// `created_at`, `-created_at` (when left out), `updated_at` or `-updated_at`; the minus means newest first.
    #[param(example = "-created_at", pattern = "^-?(created|updated)_at$")]
    sort: Option<String>,
}

impl SharedParams for RequestsOrder {
    const NAMES: &'static [&'static str] = &["sort"];
}

impl RequestsQuery {
    /// The filter, in days of the institution.
    pub(crate) async fn filter(
        &self,
        order: &RequestsOrder,
        app: &App,
        actor: &Actor,
    ) -> Result<RequestFilter, Error> {
        Ok(self.read(order, &app.profile().await?, actor)?)
    }

    fn read(
        &self,
        order: &RequestsOrder,
        profile: &Institution,
        actor: &Actor,
    ) -> Result<RequestFilter, Invalid> {
        let mut checks = Checks::default();
        let mut r = Reader::new(&mut checks);
        let begins = |typed: &str| moment(profile, typed, 0);
        let ends = |typed: &str| moment(profile, typed, 1);
        let filter = RequestFilter {
            search_terms: r.optional("q", self.q.as_deref(), search_terms).unwrap_or_default(),
            stages: r.each("stage", &self.stage, code),
            payment_statuses: r.each("payment_status", &self.payment_status, code),
            priorities: r.each("priority", &self.priority, code),
            services: r.each("service_id", &self.service_id, id),
            clients: r.each("client_id", &self.client_id, id),
            promoters: r.each("promoter_id", &self.promoter_id, id),
            managers: r.each("manager_id", &self.manager_id, id),
            doctors: r.each("doctor_id", &self.doctor_id, id),
            mine: self.mine.then_some((actor.user, actor.staff)),
            visible_to_doctor: None,
            created_from: r.optional("created_from", self.created_from.as_deref(), begins),
            created_before: r.optional("created_to", self.created_to.as_deref(), ends),
            updated_from: r.optional("updated_from", self.updated_from.as_deref(), begins),
            document_number: r.optional("document_number", self.document_number.as_deref(), document_number),
            external_reference: r.optional(
                "external_reference",
                self.external_reference.as_deref(),
                line(100),
            ),
            refund_due: self.refund_due,
            sort: r.optional("sort", order.sort.as_deref(), sort).unwrap_or_default(),
        };
        checks.finish().map(|()| filter)
    }
}

fn search_terms(typed: &str) -> Result<Vec<String>, Invalid> {
    line(100)(typed).map(|q| query_words(&q))
}

fn sort(typed: &str) -> Result<Sort, Invalid> {
    match typed {
        "created_at" => Ok(Sort::CreatedAsc),
        "-created_at" => Ok(Sort::CreatedDesc),
        "updated_at" => Ok(Sort::UpdatedAsc),
        "-updated_at" => Ok(Sort::UpdatedDesc),
        _ => {
            let message = "must be one of created_at, -created_at, updated_at, -updated_at";
            Err(Invalid::one("", "unknown-value", message))
        }
    }
}

/// A moment as typed, or the beginning of a day; `inclusive` is 1 for the end of what is meant, exclusive.
pub(super) fn moment(profile: &Institution, typed: &str, inclusive: u8) -> Result<DateTime<Utc>, Invalid> {
    let wrong = || {
        Invalid::one("", "date", "must be a date such as 2026-11-20 or a moment such as 2026-11-20T15:04:05Z")
    };
    if typed.contains(['T', 't']) {
        let at = DateTime::parse_from_rfc3339(typed).map_err(|_| wrong())?;
        // The day is within the years that a database can hold.
        date(&at.naive_utc().date().to_string()).map_err(|_| wrong())?;
        Ok(at.to_utc() + Duration::microseconds(inclusive.into()))
    } else {
        let day = date(typed).map_err(|_| wrong())?;
        let day = day.checked_add_days(Days::new(inclusive.into())).ok_or_else(wrong)?;
        Calendar(profile.time_zone).begin_of(day).ok_or_else(wrong)
    }
}

#[cfg(test)]
mod tests {
    use medcert_domain::certification::Stage;

    use super::*;
    use crate::{
        certification::views::sample::{actor, profile},
        query,
    };

    fn filter(query: &str) -> Result<RequestFilter, Invalid> {
        let (order, rest) = query::apart::<RequestsOrder>(query);
        let (query, order) = query::both(query::read::<RequestsQuery>(&rest), order)?;
        query.read(&order, &profile(), &actor())
    }

    #[test]
    fn nothing_asks_for_everything() {
        assert_eq!(filter("").unwrap(), RequestFilter::default());
        assert_eq!(filter("q=%20,&stage=&created_from=").unwrap(), RequestFilter::default());
    }

    #[test]
    fn days_are_those_of_the_institution() {
        let found = filter("created_from=2026-11-01&created_to=2026-11-30").unwrap();
        assert_eq!(found.created_from.unwrap().to_rfc3339(), "2026-11-01T05:00:00+00:00");
        assert_eq!(found.created_before.unwrap().to_rfc3339(), "2026-12-01T05:00:00+00:00");
        let found =
            filter("created_to=2026-11-30T00:00:00Z&updated_from=2026-11-20T15:04:05%2B02:00").unwrap();
        assert_eq!(found.created_before.unwrap().to_rfc3339(), "2026-11-30T00:00:00.000001+00:00");
        assert_eq!(found.updated_from.unwrap().to_rfc3339(), "2026-11-20T13:04:05+00:00");
    }

    #[test]
    fn filters_are_read() {
        let found =
            filter("stage=PAID,EVALUATED&mine=true&document_number=45.678-912&sort=updated_at&q=Ana%20QU");
        let found = found.unwrap();
        assert_eq!(found.stages, [Stage::Paid, Stage::Evaluated]);
        assert_eq!(found.mine, Some((actor().user, actor().staff)));
        assert_eq!(found.document_number.as_deref(), Some("45678912"));
        assert_eq!(found.sort, Sort::UpdatedAsc);
        assert_eq!(found.search_terms, ["ana", "qu"]);
    }

    #[test]
    fn all_faults_come_at_once() {
        let long = "a".repeat(101);
        let query = format!(
            "q={long}&stage=OPEN&payment_status=PAID,x&service_id=1&created_from=yesterday&created_to=2026-02-30\
             &updated_from=0001-01-01T00:00:00Z&sort=code"
        );
        let faults = filter(&query).unwrap_err().faults;
        let faults_found: Vec<_> = faults.iter().map(|f| (f.pointer.as_str(), f.code)).collect();
        assert_eq!(
            faults_found,
            [
                ("/q", "too-long"),
                ("/stage", "unknown-value"),
                ("/payment_status", "unknown-value"),
                ("/service_id", "uuid"),
                ("/created_from", "date"),
                ("/created_to", "date"),
                ("/updated_from", "date"),
                ("/sort", "unknown-value"),
            ]
        );
        assert_eq!(filter("mine=maybe").unwrap_err().faults[0].pointer, "/mine");
        assert_eq!(filter("colour=red").unwrap_err().faults[0].pointer, "/colour");
    }
}
