//! Jobs: following and stopping work that is done in the background.

pub(crate) mod codes;
mod kind;
mod report;
mod views;

pub(crate) use views::JobView;

use actix_web::{HttpRequest, HttpResponse, get, http::header, post, web::Data};
use medcert_application::{App, jobs, store::JobFilter};
use medcert_domain::{
    Checks, Invalid,
    jobs::{Job, LineOutcome},
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    access::{Rule, signed_in},
    audited_entity::ReadRequest,
    caller::Caller,
    etag::versioned,
    jobs::codes::{JobStatusCode, LineOutcomeCode},
    page::{List, ListRequest, PageParams},
    parse::{Reader, code},
    path::PathId,
    preconditions::Preconditions,
    problem::Failure,
    query::Query,
    registry::Registry,
    rooms::Room,
};
use kind::{JobKindCode, job_kind};
use views::LineView;

/// Which jobs. Several values of one filter, separated by commas, mean any of them.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct JobsQuery {
    /// Of any of these kinds.
    #[param(value_type = Vec<JobKindCode>, style = Form, explode = false)]
    kind: Vec<String>,
    /// Having any of these statuses.
    #[param(value_type = Vec<JobStatusCode>, style = Form, explode = false)]
    status: Vec<String>,
}

impl JobsQuery {
    fn filter(&self) -> Result<JobFilter, Invalid> {
        let mut checks = Checks::default();
        let mut r = Reader::new(&mut checks);
        let kinds = r.each("kind", &self.kind, job_kind);
        let statuses = r.each("status", &self.status, code);
        checks.finish().map(|()| JobFilter { created_by: None, kinds, statuses })
    }
}

/// Which lines.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct LinesQuery {
    /// Those with this outcome.
    #[param(value_type = Option<LineOutcomeCode>)]
    outcome: Option<String>,
}

/// A row for each line and fault.
#[derive(ToSchema)]
#[schema(as = JobReport, example = "line,outcome,id,code,possible_duplicates,problem,column,fault,message\r\n1,OK,01940000-0000-7000-8000-000000000007,MC-2026-000042,,,,,\r\n")]
#[expect(dead_code, reason = "only described: it is written part by part")]
struct ReportFile(String);

fn outcome(typed: Option<&str>) -> Result<Option<LineOutcome>, Invalid> {
    let mut checks = Checks::default();
    let outcome = Reader::new(&mut checks).optional("outcome", typed, code);
    checks.finish().map(|()| outcome)
}

/// List jobs, newest first: one's own; for administrators and auditors everybody's.
#[utoipa::path(tag = "jobs", params(JobsQuery, PageParams),
    responses((status = 200, description = "The jobs", body = List<JobView>,
        headers(("Link" = String, description = "The next part, `rel=next`")))))]
#[get("/jobs")]
async fn list_jobs(call: ListRequest<JobsQuery>) -> Result<HttpResponse, Failure> {
    let found = jobs::jobs(&call.app, &call.caller, call.query.filter()?, &call.page).await?;
    call.answer::<_, JobView>(found)
}

/// Show a job and how far it is.
#[utoipa::path(tag = "jobs", responses((status = 200, description = "The job", body = JobView,
        headers(("ETag" = String, description = "Its version")))))]
#[get("/jobs/{id}")]
async fn get_job(call: ReadRequest, id: PathId<Job>) -> Result<HttpResponse, Failure> {
    let found = jobs::job(&call.app, &call.caller, id.0).await?;
    call.show(found.job.version, &JobView::from(&found))
}

/// List what came of each line of a job, in the order of the file.
#[utoipa::path(tag = "jobs", params(LinesQuery, PageParams),
    responses((status = 200, description = "The lines", body = List<LineView>,
        headers(("Link" = String, description = "The next part, `rel=next`")))))]
#[get("/jobs/{id}/lines")]
async fn list_job_lines(call: ListRequest<LinesQuery>, id: PathId<Job>) -> Result<HttpResponse, Failure> {
    let wanted = outcome(call.query.outcome.as_deref())?;
    let found = jobs::lines(&call.app, &call.caller, id.0, wanted, &call.page).await?;
    call.answer::<_, LineView>(found)
}

/// Fetch what came of each line of a job as a CSV file.
///
/// A line with several faults has a row for each of them. Cells that a spreadsheet would take for a formula begin with
/// an apostrophe.
#[utoipa::path(tag = "jobs", params(LinesQuery), responses(
    (status = 200, description = "The report", body = ReportFile, content_type = "text/csv")))]
#[get("/jobs/{id}/report")]
async fn get_job_report(
    caller: Caller,
    app: Data<App>,
    id: PathId<Job>,
    query: Query<LinesQuery>,
) -> Result<HttpResponse, Failure> {
    let wanted = outcome(query.0.outcome.as_deref())?;
    let parts = jobs::report(app.into_inner(), &caller, id.0, wanted).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present"))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"job-{}.csv\"", id.0)))
        .streaming(report::file(parts)))
}

/// Stop a job.
///
/// Lines that were done stay done, the others are left, and what was sent is erased. Stopping a job again changes
/// nothing; one that came to its end is 409 `over`.
#[utoipa::path(tag = "jobs", responses((status = 200, description = "The job as it is now", body = JobView,
        headers(("ETag" = String, description = "Its version")))))]
#[post("/jobs/{id}/cancel")]
async fn cancel_job(
    caller: Caller,
    app: Data<App>,
    req: HttpRequest,
    id: PathId<Job>,
    preconditions: Preconditions,
) -> Result<HttpResponse, Failure> {
    let found = jobs::cancel(&app, &caller, id.0, preconditions.if_match()).await?;
    versioned(&req, found.job.version, &JobView::from(&found))
}

/// What this room brings.
pub(crate) const ROOM: Room = Room {
    tags: &[("jobs", "Work done in the background: imports, and what came of each line")],
    access: &[ACCESS],
    routes,
    ..Room::EMPTY
};

/// Who may call what.
const ACCESS: &[Rule] = &[
    signed_in("list_jobs"),
    signed_in("get_job"),
    signed_in("list_job_lines"),
    signed_in("get_job_report"),
    signed_in("cancel_job").accepts_if_match().may_answer(&[409]),
];

fn routes(cfg: &mut Registry) {
    cfg.service(list_jobs)
        .service(get_job)
        .service(list_job_lines)
        .service(get_job_report)
        .service(cancel_job);
}
