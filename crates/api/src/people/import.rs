//! Finding and making people, promoters and staff from files.

use actix_web::{HttpResponse, post};
use medcert_application::{
    jobs::ImportKind,
    people::{PersonImport, PromoterImport, StaffImport},
};
use medcert_domain::people::{WRITE_PEOPLE, WRITE_PROMOTERS, WRITE_STAFF};
use utoipa::ToSchema;

use super::staff::NewStaffBody;
use crate::{
    access::{Rule, permitted},
    imports::{Import, ImportQuery, line},
    jobs::JobView,
    people::{PersonBody, PromoterBody},
    problem::Failure,
    registry::Registry,
};

/// How a line of a file of people is read.
pub(super) const PERSON_IMPORT: &dyn ImportKind = &PersonImport(line::<PersonBody, _>);
/// How a line of a file of promoters is read.
pub(super) const PROMOTER_IMPORT: &dyn ImportKind = &PromoterImport(line::<PromoterBody, _>);
/// How a line of a file of staff is read.
pub(super) const STAFF_IMPORT: &dyn ImportKind = &StaffImport(line::<NewStaffBody, _>);

/// People to be found or made.
#[derive(ToSchema)]
#[schema(as = PersonImport, min_items = 1, max_items = 10_000, example = json!([{
    "document_type": "DNI", "document_number": "45678912", "given_names": "María Elena",
    "family_names": "Quispe Rojas", "birth_date": "1990-04-12", "phone": "+51 987 654 321"
}]))]
#[expect(dead_code, reason = "only described: the file is split without making anything of its items")]
struct PeopleBody(Vec<PersonBody>);

/// The same as a CSV file.
#[derive(ToSchema)]
#[schema(as = PersonCsv, example = "document_type;document_number;given_names;family_names;phone\nDNI;45678912;María Elena;Quispe Rojas;+51 987 654 321\n")]
#[expect(dead_code, reason = "only described")]
struct PeopleCsv(String);

/// Promoters to be found or made.
#[derive(ToSchema)]
#[schema(as = PromoterImport, min_items = 1, max_items = 10_000, example = json!([{
    "type": "COMPANY", "legal_name": "Transportes Andinos S.A.C.", "tax_id": "20100070970",
    "fee": {"amount": "15.00", "currency": "PEN"}
}]))]
#[expect(dead_code, reason = "only described: the file is split without making anything of its items")]
struct PromotersBody(Vec<PromoterBody>);

/// The same as a CSV file.
#[derive(ToSchema)]
#[schema(as = PromoterCsv, example = "type;legal_name;tax_id;fee.amount;fee.currency\nCOMPANY;Transportes Andinos S.A.C.;20100070970;15.00;PEN\n")]
#[expect(dead_code, reason = "only described")]
struct PromotersCsv(String);

/// People to become staff.
#[derive(ToSchema)]
#[schema(as = StaffImport, min_items = 1, max_items = 10_000, example = json!([{
    "person": {"document_type": "DNI", "document_number": "45678912", "given_names": "Carmen", "family_names": "Salas"},
    "roles": ["DOCTOR", "MANAGER"], "licence_number": "CMP 54321", "licence_valid_until": "2028-12-31"
}]))]
#[expect(dead_code, reason = "only described: the file is split without making anything of its items")]
struct StaffBody(Vec<NewStaffBody>);

/// The same as a CSV file.
#[derive(ToSchema)]
#[schema(as = StaffCsv, example = "person.document_type;person.document_number;person.given_names;person.family_names;roles;licence_number\nDNI;45678912;Carmen;Salas;DOCTOR MANAGER;CMP 54321\n")]
#[expect(dead_code, reason = "only described")]
struct StaffCsv(String);

/// Find people again by their documents, or make them, from a file: up to 10,000 lines in up to 10 MiB, each of which
/// is done by a job, in order.
///
/// JSON is a list of what `POST /people` takes; CSV has a header with the same members; an empty cell is a member left
/// out. Otherwise the file, its report and its dry run are those of `POST /certification-requests/import`. Somebody who
/// is found is changed in nothing: the report names them in `possible_duplicates` besides `id`.
#[utoipa::path(tag = "people", params(ImportQuery),
    request_body(content((PeopleBody = "application/json"), (PeopleCsv = "text/csv"))),
    responses((status = 202, description = "The job, to be followed at its address", body = JobView, headers(
        ("Location" = String, description = "Its address"),
        ("Idempotency-Replayed" = bool, description = "`true` when this is the answer to an earlier call"),
    ))))]
#[post("/people/import")]
async fn import_people(file: Import) -> Result<HttpResponse, Failure> {
    file.ask::<PersonBody>(PERSON_IMPORT).await
}

/// Find promoters again by tax id or document, or make them, from a file: up to 10,000 lines in up to 10 MiB, each of
/// which is done by a job, in order.
///
/// JSON is a list of what `POST /promoters` takes; CSV has a header with the same members, the parts of the fee as
/// `fee.amount` and `fee.currency`; an empty cell is a member left out. Otherwise the file, its report and its dry run
/// are those of `POST /certification-requests/import`. A promoter that is found is changed in nothing: the report names
/// it in `possible_duplicates` besides `id`.
#[utoipa::path(tag = "people", params(ImportQuery),
    request_body(content((PromotersBody = "application/json"), (PromotersCsv = "text/csv"))),
    responses((status = 202, description = "The job, to be followed at its address", body = JobView, headers(
        ("Location" = String, description = "Its address"),
        ("Idempotency-Replayed" = bool, description = "`true` when this is the answer to an earlier call"),
    ))))]
#[post("/promoters/import")]
async fn import_promoters(file: Import) -> Result<HttpResponse, Failure> {
    file.ask::<PromoterBody>(PROMOTER_IMPORT).await
}

/// Make people staff from a file: up to 10,000 lines in up to 10 MiB, each of which is done by a job, in order.
///
/// JSON is a list of what `POST /staff` takes; CSV has a header with the same members, an inner one behind a dot, such
/// as `person.document_number`. `roles` are one or more with blanks between them, such as `DOCTOR MANAGER`; an empty
/// cell is a member left out. Otherwise the file, its report and its dry run are those of
/// `POST /certification-requests/import`. Somebody who is staff already is refused at the line; a dry run knows only
/// who was staff before it.
#[utoipa::path(tag = "people", params(ImportQuery),
    request_body(content((StaffBody = "application/json"), (StaffCsv = "text/csv"))),
    responses((status = 202, description = "The job, to be followed at its address", body = JobView, headers(
        ("Location" = String, description = "Its address"),
        ("Idempotency-Replayed" = bool, description = "`true` when this is the answer to an earlier call"),
    ))))]
#[post("/staff/import")]
async fn import_staff(file: Import) -> Result<HttpResponse, Failure> {
    file.ask::<NewStaffBody>(STAFF_IMPORT).await
}

/// Who may call what.
pub(super) const ACCESS: &[Rule] = &[
    permitted("import_people", WRITE_PEOPLE).accepts_key(),
    permitted("import_promoters", WRITE_PROMOTERS).accepts_key(),
    permitted("import_staff", WRITE_STAFF).accepts_key(),
];

pub(super) fn routes(cfg: &mut Registry) {
    cfg.service(import_people).service(import_promoters).service(import_staff);
}
