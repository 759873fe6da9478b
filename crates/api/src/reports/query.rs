//! Which report is asked for.

use medcert_application::{reports::ReportFilter, store::CellFilter};
use medcert_domain::{Checks, Currency, Invalid, reports::Grouping};
use serde::Deserialize;

use crate::{
    certification::codes::StageCode,
    parse::{Reader, code, date, id},
    reports::codes::GroupingCode,
};

/// Which days and which requests. Everything given must hold; several values of one filter, separated by commas, mean
/// any of them.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(super) struct ReportQuery {
    /// First day; thirty days up to the last one when left out.
    #[param(value_type = Option<String>, format = Date, example = "2026-11-01")]
    from: Option<String>,
    /// Last day, included; today when left out. At most ten years from the first one.
    #[param(value_type = Option<String>, format = Date, example = "2026-11-30")]
    to: Option<String>,
    /// How the series is cut: by day when left out.
    #[param(value_type = Option<GroupingCode>)]
    group_by: Option<String>,
    /// Where requests stand now.
    #[param(value_type = Vec<StageCode>, style = Form, explode = false)]
    stage: Vec<String>,
    /// Services.
    #[param(value_type = Vec<Uuid>, style = Form, explode = false)]
    service_id: Vec<String>,
    /// Promoters.
    #[param(value_type = Vec<Uuid>, style = Form, explode = false)]
    promoter_id: Vec<String>,
    /// Managers: current ones, for closings and certificates those of that time.
    #[param(value_type = Vec<Uuid>, style = Form, explode = false)]
    manager_id: Vec<String>,
    /// Doctors, likewise.
    #[param(value_type = Vec<Uuid>, style = Form, explode = false)]
    doctor_id: Vec<String>,
    /// Staff who registered requests.
    #[param(value_type = Vec<Uuid>, style = Form, explode = false)]
    operator_id: Vec<String>,
    /// ISO 4217 codes: of fees, and of money.
    #[param(value_type = Vec<String>, style = Form, explode = false, example = json!(["PEN"]))]
    currency: Vec<String>,
}

impl ReportQuery {
    pub(super) fn read(&self) -> Result<ReportFilter, Invalid> {
        let mut checks = Checks::default();
        let mut r = Reader::new(&mut checks);
        let filter = ReportFilter {
            from: r.optional("from", self.from.as_deref(), date),
            to: r.optional("to", self.to.as_deref(), date),
            grouping: r.optional("group_by", self.group_by.as_deref(), code).unwrap_or(Grouping::Day),
            of: CellFilter {
                stages: r.each("stage", &self.stage, code),
                services: r.each("service_id", &self.service_id, id),
                promoters: r.each("promoter_id", &self.promoter_id, id),
                managers: r.each("manager_id", &self.manager_id, id),
                doctors: r.each("doctor_id", &self.doctor_id, id),
                operators: r.each("operator_id", &self.operator_id, id),
                currencies: r.each("currency", &self.currency, currency),
            },
        };
        checks.finish().map(|()| filter)
    }
}

fn currency(typed: &str) -> Result<Currency, Invalid> {
    let unknown = || Invalid::one("", "unknown-value", "must be an ISO 4217 code such as PEN");
    Currency::parse(typed).ok_or_else(unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(query: &str) -> Result<ReportFilter, Invalid> {
        crate::query::read::<ReportQuery>(query)?.read()
    }

    #[test]
    fn all_faults_come_at_once() {
        let faults = filter(
            "from=yesterday&to=2026-02-30&group_by=year&stage=OPEN&service_id=1&promoter_id=1&manager_id=1\
             &doctor_id=1&operator_id=1&currency=pen",
        );
        let faults: Vec<String> = faults.unwrap_err().faults.into_iter().map(|fault| fault.pointer).collect();
        let all = "/from /to /group_by /stage /service_id /promoter_id /manager_id /doctor_id /operator_id /currency";
        assert_eq!(faults.join(" "), all);
        assert_eq!(filter("").unwrap().of, CellFilter::default());
        assert_eq!(filter("colour=red").unwrap_err().faults[0].pointer, "/colour");
    }
}
