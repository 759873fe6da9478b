//! What all directories share: how their entries are changed, and the history of them.

use std::{
    future::{Ready, ready},
    ops::Deref,
};

use actix_web::{FromRequest, HttpRequest, HttpResponse, dev::Payload, http::StatusCode, web::Data};
use futures::future::LocalBoxFuture;
use medcert_application::{
    App, Conditions, Error, IfMatch,
    idempotent::{Idempotent, StoredResponse},
    store::ChangeRow,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    author::AccountRef,
    body::{Body, Sent},
    caller::Caller,
    codes::Moment,
    etag::{created, etag, versioned},
    preconditions::Preconditions,
    problem::Failure,
};

/// What comes with every call about an entry.
pub(crate) struct ReadRequest {
    pub(crate) req: HttpRequest,
    pub(crate) app: Data<App>,
    pub(crate) caller: Caller,
    pub(crate) preconditions: Preconditions,
}

impl FromRequest for ReadRequest {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(req: &HttpRequest, stream: &mut Payload) -> Self::Future {
        let app = Data::<App>::from_request(req, stream).into_inner();
        let caller = Caller::from_request(req, stream).into_inner();
        let Ok(preconditions) = Preconditions::from_request(req, stream).into_inner();
        ready(app.and_then(|app| Ok(Self { req: req.clone(), app, caller: caller?, preconditions })))
    }
}

impl ReadRequest {
    /// The version the caller has seen.
    pub(crate) const fn if_match(&self) -> IfMatch {
        self.preconditions.if_match()
    }

    /// What is seen of an entry with its version as ETag, or that nothing of it has changed.
    pub(crate) fn show(&self, version: i64, view: &impl Serialize) -> Result<HttpResponse, Failure> {
        versioned(&self.req, version, view)
    }
}

/// What comes with every call that changes an entry.
pub(crate) struct WriteRequest<B> {
    asking: ReadRequest,
    body: Body<B>,
}

impl<B> Deref for WriteRequest<B> {
    type Target = ReadRequest;
    fn deref(&self) -> &ReadRequest {
        &self.asking
    }
}

impl<B: 'static> FromRequest for WriteRequest<B> {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, Self::Error>>;

    fn from_request(req: &HttpRequest, stream: &mut Payload) -> Self::Future {
        let parts = <(ReadRequest, Body<B>)>::from_request(req, stream);
        Box::pin(async move {
            let (asking, body) = parts.await?;
            Ok(Self { asking, body })
        })
    }
}

impl<B> WriteRequest<B> {
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

    /// 201 for an entry that was made.
    pub(crate) fn made<V: Entry>(&self, place: &str, done: Idempotent<V>) -> Result<HttpResponse, Failure> {
        self.found_or_made(place, done.map(|entry| (entry, true)))
    }

    /// 201 for an entry that is new, 200 for one that was there, or the answer that was given before.
    pub(crate) fn found_or_made<V: Entry>(
        &self,
        place: &str,
        done: Idempotent<(V, bool)>,
    ) -> Result<HttpResponse, Failure> {
        match done {
            Idempotent::Done((entry, true)) => {
                created(&format!("{place}/{}", entry.id()), entry.version(), &entry)
            }
            Idempotent::Done((entry, false)) => self.show(entry.version(), &entry),
            Idempotent::Replayed(kept) => {
                let place = (kept.status == 201).then_some(place);
                again(kept, place)
            }
        }
    }
}

/// An entry of a directory as it is shown.
pub(crate) trait Entry: Serialize {
    /// Which it is.
    fn id(&self) -> Uuid;
    /// Number of its changes.
    fn version(&self) -> i64;
}

/// Implements [`Entry`] for views with the fields `id` and `version`.
macro_rules! entries {
    ($($view:ty),+) => {$(
        impl crate::audited_entity::Entry for $view {
            fn id(&self) -> Uuid {
                self.id
            }
            fn version(&self) -> i64 {
                self.version
            }
        }
    )+};
}
pub(crate) use entries;

/// That an entry is gone.
pub(crate) fn gone() -> HttpResponse {
    HttpResponse::NoContent().finish()
}

/// A view as it is kept for repeated calls.
pub(crate) fn text(view: &impl Serialize) -> String {
    serde_json::to_string(view).unwrap_or_default()
}

/// The answer that was given before: byte for byte. What it made lies below `place`, and was new then.
pub(crate) fn again(kept: StoredResponse, place: Option<&str>) -> Result<HttpResponse, Failure> {
    #[derive(Deserialize)]
    struct Created {
        id: Uuid,
    }
    let status = StatusCode::from_u16(kept.status).map_err(Error::internal)?;
    let mut answer = HttpResponse::build(status);
    if let Some(place) = place {
        let head: Created = serde_json::from_str(&kept.body).map_err(Error::internal)?;
        answer
            .insert_header(("Location", format!("{place}/{}", head.id)))
            .insert_header(("ETag", etag(1, kept.body.as_bytes())));
    }
    Ok(answer
        .insert_header(("Idempotency-Replayed", "true"))
        .content_type("application/json")
        .body(kept.body))
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
