//! Registering requests from a file.

use actix_web::{HttpResponse, post};
use medcert_application::{certification::RequestImport, jobs::ImportKind};
use medcert_domain::certification::Action;
use utoipa::ToSchema;

use super::bodies::RegisterBody;
use crate::{
    access::{Rule, action},
    imports::{Import, ImportQuery, line},
    jobs::JobView,
    problem::Failure,
    registry::Registry,
};

/// How a line is read.
pub(super) const IMPORT: &dyn ImportKind = &RequestImport(line::<RegisterBody, _>);

/// Requests to be registered.
#[derive(ToSchema)]
#[schema(as = CertificationRequestImport, min_items = 1, max_items = 10_000, example = json!([{
    "client": {
        "document_type": "DNI", "document_number": "45678912", "given_names": "María Elena",
        "family_names": "Quispe Rojas", "birth_date": "1990-04-12", "phone": "+51 987 654 321"
    },
    "care": {"mode": "ON_SITE", "place": "Sede Miraflores"}
}]))]
#[expect(dead_code, reason = "only described: the file is split without making anything of its items")]
struct ImportBody(Vec<RegisterBody>);

/// The same as a CSV file.
#[derive(ToSchema)]
#[schema(as = CertificationRequestCsv, example = "client.document_type;client.document_number;client.given_names;client.family_names\nDNI;45678912;María Elena;Quispe Rojas\n")]
#[expect(dead_code, reason = "only described")]
struct CsvBody(String);

/// Register requests from a file: up to 10,000 lines in up to 10 MiB, each of which is done by a job, in order.
///
/// JSON is a list of what `POST /certification-requests` takes. CSV (RFC 4180; UTF-8, with or without a byte order
/// mark; commas or semicolons) has a header with the same members, an inner one behind a dot, such as
/// `client.document_type`; an empty cell is a member left out. What is wrong with the file as a whole is told at once
/// and nothing is done; what is wrong with a line stands in the report of the job, and the other lines are done.
///
/// The job acts as the caller, with the roles that the caller has at each line. In a dry run every line is judged by
/// itself: lines that would find what earlier ones made are judged without it.
#[utoipa::path(tag = "certification", params(ImportQuery),
    request_body(content((ImportBody = "application/json"), (CsvBody = "text/csv"))),
    responses((status = 202, description = "The job, to be followed at its address", body = JobView, headers(
        ("Location" = String, description = "Its address"),
        ("Idempotency-Replayed" = bool, description = "`true` when this is the answer to an earlier call"),
    ))))]
#[post("/certification-requests/import")]
async fn import_requests(file: Import) -> Result<HttpResponse, Failure> {
    file.ask::<RegisterBody>(IMPORT).await
}

/// Who may call what.
pub(super) const ACCESS: &[Rule] = &[action("import_requests", Action::Register).accepts_key()];

pub(super) fn routes(cfg: &mut Registry) {
    cfg.service(import_requests);
}
