//! Registering requests from a file.

use actix_web::{HttpResponse, http::header, post, web::Data};
use medcert_application::{
    App, Error,
    certification::RegisterInput,
    jobs::{self, NewJob},
    once::Once,
    store::JobRow,
};
use medcert_domain::{catalog::Institution, jobs::JobKind};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::bodies::{RegisterBody, Typed as _};
use crate::{
    caller::Caller, imports::Upload, jobs::JobView, json::Document, preconditions::Preconditions,
    problem::Failure, query::Query, registry::Registry,
};

/// The columns of a CSV file: the members of a registration.
const COLUMNS: &[&str] = &[
    "client.document_type",
    "client.document_country",
    "client.document_number",
    "client.given_names",
    "client.family_names",
    "client.birth_date",
    "client.email",
    "client.phone",
    "client.phone_2",
    "client.landline",
    "client.address",
    "client.preferred_locale",
    "guardian.document_type",
    "guardian.document_country",
    "guardian.document_number",
    "guardian.given_names",
    "guardian.family_names",
    "guardian.birth_date",
    "guardian.email",
    "guardian.phone",
    "guardian.phone_2",
    "guardian.landline",
    "guardian.address",
    "guardian.preferred_locale",
    "guardian.relationship",
    "promoter_id",
    "promoter.type",
    "promoter.document_type",
    "promoter.document_country",
    "promoter.document_number",
    "promoter.given_names",
    "promoter.family_names",
    "promoter.legal_name",
    "promoter.name",
    "promoter.tax_id",
    "promoter.email",
    "promoter.phone",
    "promoter.person_id",
    "promoter.source_id",
    "promoter.fee.amount",
    "promoter.fee.currency",
    "promoter.comment",
    "service_id",
    "care.mode",
    "care.place",
    "external_reference",
    "comment",
];

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

/// How a file is taken.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct ImportQuery {
    /// Whether lines are only judged, against everything that is there, and nothing is kept.
    dry_run: bool,
}

/// A line, as what registers a request.
pub(crate) fn import_line(text: &str, profile: &Institution) -> Result<RegisterInput, Error> {
    let document = Document::parse(text.as_bytes())
        .map_err(|error| Error::Malformed(format!("the line is no JSON: {error}")))?;
    Ok(document.read::<RegisterBody>()?.values(profile)?)
}

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
async fn import_requests(
    caller: Caller,
    app: Data<App>,
    query: Query<ImportQuery>,
    preconditions: Preconditions,
    upload: Upload,
) -> Result<HttpResponse, Failure> {
    let dry_run = query.0.dry_run;
    let conditions = preconditions.bound(&caller, || upload.fingerprint(dry_run))?;
    let lines = upload.lines(COLUMNS).await?;
    let new = NewJob { kind: JobKind::ImportRequests, dry_run, lines };
    let write = |row: &JobRow| serde_json::to_string(&JobView::from(row)).unwrap_or_default();
    accepted(jobs::ask(&app, &caller, new, &conditions, &write).await?)
}

/// Where an answer says its job is.
#[derive(Deserialize)]
struct Head {
    id: Uuid,
}

fn accepted(asked: Once<JobRow>) -> Result<HttpResponse, Failure> {
    let mut answer = HttpResponse::Accepted();
    let body = match asked {
        Once::Done(row) => serde_json::to_string(&JobView::from(&row)).map_err(Error::internal)?,
        Once::Replayed(kept) => {
            answer.insert_header(("Idempotency-Replayed", "true"));
            kept.body
        }
    };
    let Head { id } = serde_json::from_str(&body).map_err(Error::internal)?;
    Ok(answer
        .insert_header((header::LOCATION, format!("/api/v1/jobs/{id}")))
        .insert_header(header::ContentType::json())
        .body(body))
}

pub(super) fn routes(cfg: &mut Registry) {
    cfg.service(import_requests);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The members of a schema that hold no object, an inner one behind a dot.
    fn members(
        schema: &serde_json::Value,
        all: &serde_json::Value,
        before: &str,
        found: &mut BTreeSet<String>,
    ) {
        let reference = schema["$ref"].as_str().or_else(|| {
            let one_of = schema["oneOf"].as_array()?;
            one_of.iter().find_map(|one| one["$ref"].as_str())
        });
        let schema = reference.map_or(schema, |reference| all.pointer(&reference[1..]).unwrap());
        match schema["properties"].as_object() {
            None => {
                found.insert(before.to_owned());
            }
            Some(properties) => {
                for (name, inner) in properties {
                    let name = if before.is_empty() { name.clone() } else { format!("{before}.{name}") };
                    members(inner, all, &name, found);
                }
            }
        }
    }

    #[test]
    fn every_member_of_a_registration_is_a_column() {
        let document: serde_json::Value = serde_json::from_str(&crate::openapi::text()).unwrap();
        let mut found = BTreeSet::new();
        members(&document["components"]["schemas"]["NewCertificationRequest"], &document, "", &mut found);
        let columns: BTreeSet<String> = COLUMNS.iter().map(|column| (*column).to_owned()).collect();
        assert_eq!(columns, found);
        assert_eq!(columns.len(), COLUMNS.len());
    }
}
