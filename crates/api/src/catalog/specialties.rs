//! Medical specialties, from which staff have theirs.

use actix_web::{HttpResponse, delete, get, patch, post};
use medcert_application::{
    catalog,
    directory::{self, DirectoryImport},
    jobs::ImportKind,
};
use medcert_domain::{
    Checks, Invalid,
    catalog::{
        IMPORT_SPECIALTIES, NewSpecialty, READ_SPECIALTIES, Specialty, SpecialtyPatch, WRITE_SPECIALTIES,
    },
    institution::Institution,
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    access::{Rule, permitted},
    audited_entity::{ChangeView, ReadRequest, WriteRequest, gone, text},
    directory::named_entry,
    fields::body,
    imports::{Import, ImportQuery, line},
    jobs::JobView,
    page::{List, ListRequest, PageParams},
    parse::{ParseBody, Reader, read_as, search_terms},
    path::PathId,
    problem::Failure,
    registry::Registry,
};

/// Where specialties are.
const PLACE: &str = "/api/v1/specialties";

named_entry! {
    /// A medical specialty.
    view SpecialtyView of Specialty, example "01940000-0000-7000-8000-0000000000e1" "Occupational medicine";
    /// What is said of a specialty.
    fields SpecialtyFields gives SpecialtyPatch {
        /// Name; two that differ by case, accents or blanks alone are one.
        name,
        /// Whether it is offered; of a new specialty true when left out. Staff keep one that no longer is.
        active,
    }
}

body! {
    /// A new specialty.
    NewSpecialtyBody = "NewSpecialty": Whole SpecialtyFields,
    defaults ["active"],
    example {"name": "Sports medicine"}
}

body! {
    /// Changes to a specialty: what is left out stays.
    SpecialtyChanges = "SpecialtyChanges": Changes SpecialtyFields,
    example {"active": false}
}

impl ParseBody<NewSpecialty> for NewSpecialtyBody {
    fn values(&self, _: &Institution) -> Result<NewSpecialty, Invalid> {
        read_as(Self::SCOPE, |r| self.0.read(r).whole())
    }
}

impl ParseBody<SpecialtyPatch> for SpecialtyChanges {
    fn values(&self, _: &Institution) -> Result<SpecialtyPatch, Invalid> {
        read_as(Self::SCOPE, |r| Some(self.0.read(r)))
    }
}

/// Which specialties.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct SpecialtiesQuery {
    /// Those still offered, or those no longer.
    active: Option<bool>,
    /// Words of the name: each must begin one of them, without case or accents.
    #[param(max_length = 100, example = "occ med")]
    q: Option<String>,
}

impl SpecialtiesQuery {
    fn search_terms(&self) -> Result<Vec<String>, Invalid> {
        let mut checks = Checks::default();
        let found_by = Reader::new(&mut checks).optional("q", self.q.as_deref(), search_terms);
        checks.finish()?;
        Ok(found_by.unwrap_or_default())
    }
}

/// List the specialties, by name.
#[utoipa::path(tag = "catalog", params(SpecialtiesQuery, PageParams),
    responses((status = 200, description = "The specialties", body = List<SpecialtyView>)))]
#[get("/specialties")]
async fn list_specialties(call: ListRequest<SpecialtiesQuery>) -> Result<HttpResponse, Failure> {
    let found_by = (call.query.active, &*call.query.search_terms()?);
    let found = catalog::specialties(&call.app, &call.caller, found_by, &call.page).await?;
    call.answer::<_, SpecialtyView>(found)
}

/// Make a specialty.
#[utoipa::path(tag = "catalog", request_body = NewSpecialtyBody,
    responses((status = 201, description = "The new specialty", body = SpecialtyView,
        headers(("Location" = String, description = "Where it is"),
            ("ETag" = String, description = "Its version")))))]
#[post("/specialties")]
async fn create_specialty(call: WriteRequest<NewSpecialtyBody>) -> Result<HttpResponse, Failure> {
    let write = |specialty: &Specialty| text(&SpecialtyView::from(specialty.clone()));
    let conditions = call.conditions()?;
    let done = directory::create(&call.app, &call.caller, &conditions, &call.sent(), &write).await?;
    call.made(PLACE, done.map(SpecialtyView::from))
}

/// Show a specialty.
#[utoipa::path(tag = "catalog", responses((status = 200, description = "The specialty", body = SpecialtyView,
        headers(("ETag" = String, description = "Its version")))))]
#[get("/specialties/{id}")]
async fn get_specialty(call: ReadRequest, id: PathId<Specialty>) -> Result<HttpResponse, Failure> {
    let specialty = directory::entry(&call.app, &call.caller, id.0).await?;
    call.show(specialty.version, &SpecialtyView::from(specialty))
}

/// Change a specialty: a merge patch (RFC 7396).
///
/// What certificates print is the text of the staff record, which stays as it is.
#[utoipa::path(tag = "catalog", request_body = SpecialtyChanges,
    responses((status = 200, description = "The specialty as it is now", body = SpecialtyView,
        headers(("ETag" = String, description = "Its version")))))]
#[patch("/specialties/{id}")]
async fn edit_specialty(
    call: WriteRequest<SpecialtyChanges>,
    id: PathId<Specialty>,
) -> Result<HttpResponse, Failure> {
    let if_match = call.if_match();
    let specialty = directory::change(&call.app, &call.caller, id.0, &call.sent(), if_match).await?;
    call.show(specialty.version, &SpecialtyView::from(specialty))
}

/// Delete a specialty that no member of staff has; one that was used can be made inactive.
#[utoipa::path(tag = "catalog", responses((status = 204, description = "The specialty is gone")))]
#[delete("/specialties/{id}")]
async fn delete_specialty(call: ReadRequest, id: PathId<Specialty>) -> Result<HttpResponse, Failure> {
    directory::delete(&call.app, &call.caller, id.0, call.if_match()).await?;
    Ok(gone())
}

/// List what happened to a specialty, newest first.
#[utoipa::path(tag = "catalog", params(PageParams),
    responses((status = 200, description = "The history", body = List<ChangeView>)))]
#[get("/specialties/{id}/history")]
async fn list_specialty_history(call: ListRequest, id: PathId<Specialty>) -> Result<HttpResponse, Failure> {
    let found = directory::history(&call.app, &call.caller, id.0, &call.page).await?;
    call.answer::<_, ChangeView>(found)
}

/// How a line of a file is read.
pub(super) const IMPORT: &dyn ImportKind =
    &DirectoryImport::<Specialty> { kind: IMPORT_SPECIALTIES, reader: line::<NewSpecialtyBody, _> };

/// Specialties to be made.
#[derive(ToSchema)]
#[schema(as = SpecialtyImport, min_items = 1, max_items = 10_000, example = json!([{"name": "Sports medicine"}]))]
#[expect(dead_code, reason = "only described: the file is split without making anything of its items")]
struct ImportBody(Vec<NewSpecialtyBody>);

/// The same as a CSV file.
#[derive(ToSchema)]
#[schema(as = SpecialtyCsv, example = "name;active\nSports medicine;true\n")]
#[expect(dead_code, reason = "only described")]
struct CsvBody(String);

/// Make specialties from a file: up to 10,000 lines in up to 10 MiB, each of which is done by a job, in order.
///
/// JSON is a list of what `POST /specialties` takes; CSV has a header with the same members. `active` is `true` or
/// `false`; an empty cell is a member left out. Otherwise the file, its report and its dry run are those of
/// `POST /certification-requests/import`. A name that is there already is refused at its line; a dry run knows only the
/// names that were there before it.
#[utoipa::path(tag = "catalog", params(ImportQuery),
    request_body(content((ImportBody = "application/json"), (CsvBody = "text/csv"))),
    responses((status = 202, description = "The job, to be followed at its address", body = JobView, headers(
        ("Location" = String, description = "Its address"),
        ("Idempotency-Replayed" = bool, description = "`true` when this is the answer to an earlier call"),
    ))))]
#[post("/specialties/import")]
async fn import_specialties(file: Import) -> Result<HttpResponse, Failure> {
    file.ask::<NewSpecialtyBody>(IMPORT).await
}

/// Who may call what.
pub(super) const ACCESS: &[Rule] = &[
    permitted("list_specialties", READ_SPECIALTIES),
    permitted("create_specialty", WRITE_SPECIALTIES).accepts_key(),
    permitted("get_specialty", READ_SPECIALTIES),
    permitted("edit_specialty", WRITE_SPECIALTIES).needs_if_match(),
    permitted("delete_specialty", WRITE_SPECIALTIES).needs_if_match(),
    permitted("list_specialty_history", READ_SPECIALTIES),
    permitted("import_specialties", WRITE_SPECIALTIES).accepts_key(),
];

pub(super) fn routes(cfg: &mut Registry) {
    cfg.service(list_specialties)
        .service(create_specialty)
        .service(get_specialty)
        .service(edit_specialty)
        .service(delete_specialty)
        .service(list_specialty_history)
        .service(import_specialties);
}
