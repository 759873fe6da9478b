//! Making services from a file.

use actix_web::{HttpResponse, post};
use medcert_application::{directory::DirectoryImport, jobs::ImportKind};
use medcert_domain::catalog::{IMPORT_SERVICES, Service, WRITE_SERVICES};
use utoipa::ToSchema;

use super::services::NewServiceBody;
use crate::{
    access::{Rule, permitted},
    imports::{Import, ImportQuery, line},
    jobs::JobView,
    problem::Failure,
    registry::Registry,
};

/// How a line is read.
pub(super) const IMPORT: &dyn ImportKind =
    &DirectoryImport::<Service> { kind: IMPORT_SERVICES, reader: line::<NewServiceBody, _> };

/// Services to be made.
#[derive(ToSchema)]
#[schema(as = ServiceImport, min_items = 1, max_items = 10_000, example = json!([{
    "name": "Certificate for mountain sports", "fee": {"amount": "250.00", "currency": "PEN"},
    "certificate_kind": "SPORTS_FITNESS", "validity_days": 180
}]))]
#[expect(dead_code, reason = "only described: the file is split without making anything of its items")]
struct ImportBody(Vec<NewServiceBody>);

/// The same as a CSV file.
#[derive(ToSchema)]
#[schema(as = ServiceCsv, example = "name;fee.amount;fee.currency;certificate_kind;validity_days;active\nCertificate for mountain sports;250.00;PEN;SPORTS_FITNESS;180;true\n")]
#[expect(dead_code, reason = "only described")]
struct CsvBody(String);

/// Make services from a file: up to 10,000 lines in up to 10 MiB, each of which is done by a job, in order.
///
/// JSON is a list of what `POST /services` takes; CSV has a header with the same members, the parts of the fee as
/// `fee.amount` and `fee.currency`. `validity_days` is a whole number and `active` is `true` or `false`; an empty cell
/// is a member left out. Otherwise the file, its report and its dry run are those of
/// `POST /certification-requests/import`. A name that is there already is refused at its line; a dry run knows only
/// the names that were there before it.
#[utoipa::path(tag = "catalog", params(ImportQuery),
    request_body(content((ImportBody = "application/json"), (CsvBody = "text/csv"))),
    responses((status = 202, description = "The job, to be followed at its address", body = JobView, headers(
        ("Location" = String, description = "Its address"),
        ("Idempotency-Replayed" = bool, description = "`true` when this is the answer to an earlier call"),
    ))))]
#[post("/services/import")]
async fn import_services(file: Import) -> Result<HttpResponse, Failure> {
    file.ask::<NewServiceBody>(IMPORT).await
}

/// Who may call what.
pub(super) const ACCESS: &[Rule] = &[permitted("import_services", WRITE_SERVICES).accepts_key()];

pub(super) fn routes(cfg: &mut Registry) {
    cfg.service(import_services);
}
