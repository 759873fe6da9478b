//! What all directories share: how their entries are changed, and the history of them.

use actix_web::{FromRequest, HttpRequest, HttpResponse, dev::Payload, http::StatusCode, web::Data};
use futures::future::LocalBoxFuture;
use medcert_application::{App, Conditions, Error, once::Kept, store::ChangeRow};
use medcert_domain::Money;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    body::Body,
    caller::Caller,
    certification::{AccountRef, Sent},
    codes::Moment,
    etag::etag,
    page::Paging,
    preconditions::Preconditions,
    problem::Failure,
    reading::Reader,
};

/// What comes with every call that changes an entry.
pub(crate) struct Changing<B> {
    pub(crate) req: HttpRequest,
    pub(crate) app: Data<App>,
    pub(crate) caller: Caller,
    pub(crate) preconditions: Preconditions,
    body: Body<B>,
}

impl<B: 'static> FromRequest for Changing<B> {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, Self::Error>>;

    fn from_request(req: &HttpRequest, stream: &mut Payload) -> Self::Future {
        let parts = <(Data<App>, Caller, Preconditions, Body<B>)>::from_request(req, stream);
        let req = req.clone();
        Box::pin(async move {
            let (app, caller, preconditions, body) = parts.await?;
            Ok(Self { req, app, caller, preconditions, body })
        })
    }
}

impl<B> Changing<B> {
    /// The body as the use cases ask for it.
    pub(crate) fn sent(&self) -> Sent<'_, B> {
        Sent(&self.body)
    }

    /// SHA-256 of the body.
    pub(crate) fn fingerprint(&self) -> [u8; 32] {
        self.body.fingerprint()
    }

    /// Both headers.
    pub(crate) fn conditions(&self) -> Result<Conditions, Error> {
        self.preconditions.conditions(&self.caller, &self.body)
    }
}

/// A view as it is kept for repeated calls.
pub(crate) fn text(view: &impl Serialize) -> String {
    serde_json::to_string(view).unwrap_or_default()
}

/// The answer that was given before: byte for byte. What it made lies below `place`, and was new then.
pub(crate) fn again(kept: Kept, place: Option<&str>) -> Result<HttpResponse, Failure> {
    #[derive(Deserialize)]
    struct Head {
        id: Uuid,
    }
    let status = StatusCode::from_u16(kept.status).map_err(Error::internal)?;
    let mut answer = HttpResponse::build(status);
    if let Some(place) = place {
        let head: Head = serde_json::from_str(&kept.body).map_err(Error::internal)?;
        answer
            .insert_header(("Location", format!("{place}/{}", head.id)))
            .insert_header(("ETag", etag(1, kept.body.as_bytes())));
    }
    Ok(answer
        .insert_header(("Idempotency-Replayed", "true"))
        .content_type("application/json")
        .body(kept.body))
}

/// An amount of money, to be set.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewMoney, example = json!({"amount": "200.00", "currency": "PEN"}))]
pub(crate) struct MoneyBody {
    /// Exact decimal text.
    #[schema(required = true, value_type = String)]
    amount: Option<String>,
    /// ISO 4217 code.
    #[schema(required = true, value_type = String)]
    currency: Option<String>,
}

impl MoneyBody {
    pub(crate) fn read(&self, r: &mut Reader<'_>, field: &str) -> Option<Money> {
        r.inside(field).money(self.amount.as_deref(), self.currency.as_deref())
    }
}

/// Which part of a history.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct ChangesQuery {
    /// Items wanted, 1 to 200; 20 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    /// Where to go on: `next_cursor` of the part before.
    cursor: Option<String>,
    /// Whether the exact total is wanted.
    with_total: bool,
}

impl ChangesQuery {
    pub(crate) fn paging(self) -> Paging {
        Paging { limit: self.limit, cursor: self.cursor, with_total: self.with_total }
    }
}

/// One thing that happened to an entry of a directory.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ChangeEntry, example = json!({
    "id": "01940000-0000-7000-8000-000000000a02", "at": "2026-11-20T15:04:05.123456Z",
    "by": {"id": "01940000-0000-7000-8000-0000000000d4", "name": "Rosa Huamán"}, "action": "EDIT",
    "field": "fee", "old_value": "180.00 PEN", "new_value": "200.00 PEN", "comment": null
}))]
pub(crate) struct ChangeView {
    /// Identifier.
    id: Uuid,
    /// When.
    at: Moment,
    /// Who; null for a change from the command line.
    #[schema(required = true)]
    by: Option<AccountRef>,
    /// What was done.
    action: String,
    /// Field that changed.
    #[schema(required = true)]
    field: Option<String>,
    /// Value before.
    #[schema(required = true)]
    old_value: Option<String>,
    /// Value after.
    #[schema(required = true)]
    new_value: Option<String>,
    /// What was said.
    #[schema(required = true)]
    comment: Option<String>,
}

impl From<ChangeRow> for ChangeView {
    fn from(row: ChangeRow) -> Self {
        Self {
            id: row.id,
            at: row.at.into(),
            by: row.by.map(|by| AccountRef { id: by.id.raw(), name: by.name }),
            action: row.action,
            field: row.field,
            old_value: row.old_value,
            new_value: row.new_value,
            comment: row.comment,
        }
    }
}
