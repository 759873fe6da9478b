//! The list of requests as a table.

use std::sync::Arc;

use async_trait::async_trait;
use medcert_domain::{policy::Actor, reports::EXPORT};

use crate::{
    App, Error,
    audit::About,
    certification::visible,
    export::{Export, Rows, Value},
    store::{Cursor, PageRequest, RequestFilter, RequestRow, Sort},
};

/// Rows read at once.
const PART: u64 = 200;

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
    Export::audited(&app, actor, About::list("certification"), name, RequestRow::COLUMNS, Box::new(rows))
        .await
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
        Ok(Some(found.items.into_iter().map(RequestRow::cells).collect()))
    }
}
