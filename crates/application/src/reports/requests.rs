//! The list of requests as a table.

use std::sync::Arc;

use async_trait::async_trait;
use medcert_domain::{policy::Actor, reports::EXPORT};

use super::{Export, Rows, Value};
use crate::{
    App, Error,
    audit::About,
    certification::visible,
    store::{Cursor, PageRequest, RequestFilter, RequestRow, Sort},
};

/// Rows read at once.
const PART: u64 = 200;

/// Columns: those of the list, and nothing clinical.
const COLUMNS: &[&str] = &[
    "id",
    "code",
    "stage",
    "payment_status",
    "client_name",
    "document_type",
    "document_country",
    "document_number",
    "guardian_name",
    "service_name",
    "promoter_name",
    "operator_name",
    "manager_name",
    "doctor_name",
    "stage_since",
    "waiting_for",
    "created_at",
    "updated_at",
];

struct RequestRows {
    app: Arc<App>,
    filter: RequestFilter,
    after: Option<Cursor>,
    done: bool,
}

/// The requests that the actor may see, oldest first: an order in which none moves while they are read.
pub async fn export_requests(
    app: Arc<App>,
    actor: &Actor,
    mut filter: RequestFilter,
) -> Result<Export, Error> {
    app.require(actor, EXPORT).await?;
    visible(actor, &mut filter);
    filter.sort = Sort::CreatedAsc;
    let today = app.profile().await?.day_of(app.now());
    let name = format!("certification-requests-{today}");
    let rows = RequestRows { app: Arc::clone(&app), filter, after: None, done: false };
    Export::audited(&app, actor, About::list("certification"), name, COLUMNS, Box::new(rows)).await
}

#[async_trait]
impl Rows for RequestRows {
    async fn next(&mut self) -> Result<Option<Vec<Vec<Value>>>, Error> {
        if self.done {
            return Ok(None);
        }
        let page = PageRequest { limit: PART, after: self.after.take(), with_total: false };
        let found = self.app.store().requests(&self.filter, &page).await?;
        self.done = found.next.is_none();
        self.after = found.next;
        Ok(Some(found.items.into_iter().map(cells).collect()))
    }
}

fn cells(row: RequestRow) -> Vec<Value> {
    let document = row.client_document;
    let of = |text: Option<&str>| Value::maybe(text.map(ToOwned::to_owned));
    vec![
        Value::Text(row.id.to_string()),
        Value::Text(row.code),
        Value::code(row.stage.code()),
        Value::code(row.payment_status.code()),
        Value::Text(row.client_name),
        of(document.as_ref().map(|d| d.kind.code())),
        of(document.as_ref().map(|d| d.country.code())),
        of(document.as_ref().map(|d| d.number.as_str())),
        Value::maybe(row.guardian_name),
        Value::maybe(row.service_name),
        Value::maybe(row.promoter_name),
        Value::maybe(row.operator_name),
        Value::maybe(row.manager_name),
        Value::maybe(row.doctor_name),
        Value::Moment(row.stage_since),
        Value::code(row.waiting_for.code()),
        Value::Moment(row.created_at),
        Value::Moment(row.updated_at),
    ]
}
