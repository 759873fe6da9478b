//! Reports and exports.

pub(crate) mod codes;
mod query;
mod views;

use actix_web::{
    HttpResponse, get,
    web::{Data, Json},
};
use medcert_application::{App, reports};
use medcert_domain::reports::{EXPORT, READ_REPORTS};

use self::{query::ReportQuery, views::ReportView};
use crate::{
    access::{Rule, permitted},
    caller::Caller,
    certification::{RequestsOrder, RequestsQuery},
    export::{self, Exporting, FormatQuery},
    problem::Failure,
    query::Query,
    registry::Registry,
    rooms::Room,
};

/// Report on certification: figures, the days before, a series, rankings.
///
/// Right as of the last change. Days are those of the institution's time zone, both ends included; left out, they are
/// the last thirty. `previous` are as many days immediately before, and `change` the difference in percent. Every filter
/// applies to every figure: `stage` asks where requests stand now, and all figures of a request follow it; managers
/// and doctors are the current ones, but have the credit for what was closed or issued while it was theirs.
///
/// Requests count on the day they were registered, closings and cancellations on the day of the last one (a request
/// that was reopened is neither), certificates on the day they were issued, payments that are validated and not voided
/// on the day they were paid, refunds on their own day. Money of requests that were erased stays, without stage,
/// service or people. `average_ticket` is income divided by the requests whose first payment that counts lies in the
/// range (`paying_requests`). Times in stages are those of stages left in the range; median and p90 are read from a
/// histogram whose buckets are a sixteenth of a power of two wide, so they are at most 3.125 % off
/// (`time_error_percent`), and exact below 32 seconds.
#[utoipa::path(tag = "reports", params(ReportQuery),
    responses((status = 200, description = "The report", body = ReportView)))]
#[get("/reports/certification")]
async fn report_certification(
    caller: Caller,
    app: Data<App>,
    query: Query<ReportQuery>,
) -> Result<Json<ReportView>, Failure> {
    let report = reports::report(&app, &caller, &query.0.read()?).await?;
    Ok(Json(ReportView::of(&report)))
}

/// Export the report on certification: one figure a row.
///
/// Columns: `section`, `key` (stage, period or id), `name`, `figure`, `currency`, `value`. An export that ends is whole:
/// a failure breaks the connection.
#[utoipa::path(tag = "reports", params(ReportQuery, FormatQuery),
    responses((status = 200, description = "The report as a file",
        content(
            (String = "text/csv", example = json!("section,key,name,figure,currency,value\r\nfigures,,,requests,,42\r\n")),
            (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", example = json!("PK")),
        ),
        headers(("Content-Disposition" = String, description = "A file name with the days of the report")))))]
#[get("/reports/certification/export")]
async fn export_report(
    caller: Caller,
    app: Data<App>,
    asked: Exporting<ReportQuery>,
) -> Result<HttpResponse, Failure> {
    let read = asked.query.read().map_err(Into::into);
    let (filter, format, bom) = export::together(read, asked.format)?;
    let export = reports::export_report(&app, &caller, &filter).await?;
    export::answer(export, format, bom)
}

/// Export the list of requests, oldest first, with the filters of the list.
///
/// It is sent while it is read. In CSV, a text that a spreadsheet program would take for a formula begins with an
/// apostrophe. An export that ends is whole: a failure breaks the connection.
#[utoipa::path(tag = "certification", params(RequestsQuery, FormatQuery),
    responses((status = 200, description = "The requests as a file",
        content(
            (String = "text/csv", example = json!("id,code,stage\r\n01940000-0000-7000-8000-000000000007,MC-2026-000042,PAID\r\n")),
            (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", example = json!("PK")),
        ),
        headers(("Content-Disposition" = String, description = "A file name with the day")))))]
#[get("/certification-requests/export")]
async fn export_requests(
    caller: Caller,
    app: Data<App>,
    asked: Exporting<RequestsQuery>,
) -> Result<HttpResponse, Failure> {
    let read = asked.query.filter(&RequestsOrder::default(), &app, &caller).await;
    let (filter, format, bom) = export::together(read, asked.format)?;
    let export = reports::export_requests(app.into_inner(), &caller, filter).await?;
    export::answer(export, format, bom)
}

/// What this room brings.
pub(crate) const ROOM: Room = Room {
    tags: &[("reports", "Figures of the work, and exports")],
    access: &[ACCESS],
    early_routes,
    routes,
    ..Room::EMPTY
};

/// Who may call what.
const ACCESS: &[Rule] = &[
    permitted("report_certification", READ_REPORTS),
    permitted("export_report", EXPORT),
    permitted("export_requests", EXPORT),
];

fn routes(cfg: &mut Registry) {
    cfg.service(report_certification).service(export_report);
}

/// None of the requests is called `export`.
fn early_routes(cfg: &mut Registry) {
    cfg.service(export_requests);
}
