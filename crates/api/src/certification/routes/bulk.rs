//! One action on many requests.

use actix_web::{HttpResponse, post, web::Data};
use medcert_application::{
    App, Error,
    certification::{self, Answer, BulkItem, Detail, Payload},
    input::Input,
};
use medcert_domain::{
    certification::{ACT_IN_BULK, Action},
    institution::Institution,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::{
    bodies::{Bulk, BulkBody, bulk_payload},
    views::{DetailView, PersonChangeView},
};
use crate::{
    access::{Rule, permitted},
    body::Body,
    caller::Caller,
    etag::etag,
    preconditions::Preconditions,
    problem::{Failure, Problem},
    registry::Registry,
};

/// Bytes of a body at the most: 200 requests with all their texts.
const BULK_LIMIT: usize = 1024 * 1024;

/// What came of one request.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = BulkResult)]
struct ResultView {
    /// The request.
    id: Uuid,
    /// What the action alone would have been answered with: 200, or the status of `problem`.
    #[schema(example = 200)]
    status: u16,
    /// 200: its version now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 4)]
    version: Option<i64>,
    /// 200: its ETag, for If-Match.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "\"v4-5d41402a\"")]
    etag: Option<String>,
    /// 200 of EDIT: what was, or would have been, changed of people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    person_changes: Option<Vec<PersonChangeView>>,
    /// Otherwise: why not. Pointers begin with `/items/` and the position.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<Problem>,
}

/// What came of each request, in the order of the call.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = BulkResults, example = json!({"items": [
    {"id": "01940000-0000-7000-8000-000000000007", "status": 200, "version": 4, "etag": "\"v4-5d41402a\"",
        "person_changes": []},
    {"id": "01940000-0000-7000-8000-000000000008", "status": 412, "problem": {
        "type": "/problems/precondition-failed", "title": "Changed since you read it", "status": 412,
        "detail": "it was changed since you read it", "instance": "/api/v1/certification-requests/bulk",
        "request_id": "01890a5d-ac96-774b-bcce-b302099a8058"
    }}
]}))]
struct ResultsView {
    /// The results.
    items: Vec<ResultView>,
}

/// What an answer says of its request; also the form in which it is kept for replays.
#[derive(Serialize, Deserialize)]
struct Done {
    version: i64,
    etag: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    person_changes: Option<Vec<PersonChangeView>>,
}

impl Done {
    fn of(action: Action, detail: &Detail) -> Self {
        let view = DetailView::of(detail);
        let body = serde_json::to_vec(&view).unwrap_or_default();
        let changes = || detail.person_changes.iter().map(Into::into).collect();
        Self {
            version: view.version,
            etag: etag(view.version, &body),
            person_changes: (action == Action::Edit).then(changes),
        }
    }
}

/// A payload that is read when its request was found to be the caller's and in the right stage.
struct BulkItemInput<'a> {
    action: Action,
    payload: &'a Value,
}

impl Input<Payload> for BulkItemInput<'_> {
    fn well_formed(&self) -> Result<(), Error> {
        Ok(())
    }

    fn read(&self, profile: &Institution) -> Result<Payload, Error> {
        Ok(bulk_payload(self.action, self.payload, profile)?)
    }
}

/// Do one action to up to 200 requests.
///
/// Each request is a change of its own: it is asked for, refused, written down and audited as the action alone would
/// be, in the order given, and what came of it stands at its place in `items`. The answer as a whole is 200 whatever
/// came of the parts: the call itself was understood and done. (207 Multi-Status is WebDAV's, with a body in XML.)
///
/// `version` is what If-Match is for a single request. `REGISTER_PAYMENT` and `REGISTER_REFUND` need an
/// Idempotency-Key. A call repeated with its key answers the requests that were done as before and tries the others
/// again; so a call that broke off goes on where it stopped.
#[utoipa::path(tag = "certification", request_body = BulkBody,
    responses((status = 200, description = "What came of each request", body = ResultsView)))]
#[post("/certification-requests/bulk")]
async fn act_in_bulk(
    caller: Caller,
    app: Data<App>,
    preconditions: Preconditions,
    body: Body<BulkBody, BULK_LIMIT>,
) -> Result<HttpResponse, Failure> {
    let key = preconditions.conditions(&caller, &body)?.idempotency;
    let Bulk { action, items } = body.read()?.wanted()?;
    let parts: Vec<BulkItemInput<'_>> =
        items.iter().map(|item| BulkItemInput { action, payload: &item.payload }).collect();
    let wanted: Vec<BulkItem<'_>> = items
        .iter()
        .zip(&parts)
        .map(|(item, input)| BulkItem { id: item.id, version: item.version, input })
        .collect();
    let encode = move |detail: &Detail| serde_json::to_string(&Done::of(action, detail)).unwrap_or_default();
    let answers = certification::bulk(&app, &caller, action, &wanted, key.as_ref(), &encode).await?;
    let numbered = answers.into_iter().zip(&items).enumerate();
    let items =
        numbered.map(|(at, (answer, item))| result(at, item.id.raw(), action, answer, &caller)).collect();
    Ok(HttpResponse::Ok().json(ResultsView { items }))
}

/// What came of the request at this position.
fn result(at: usize, id: Uuid, action: Action, answer: Result<Answer, Error>, caller: &Caller) -> ResultView {
    let done = answer.and_then(|answer| match answer {
        Answer::Done(detail) => Ok(Done::of(action, &detail)),
        Answer::Replayed(replay) => serde_json::from_str(&replay.body).map_err(Error::internal),
    });
    match done {
        Ok(Done { version, etag, person_changes }) => ResultView {
            id,
            status: 200,
            version: Some(version),
            etag: Some(etag),
            person_changes,
            problem: None,
        },
        Err(error) => {
            let failure = Failure::from(error);
            let request_id = &caller.origin.request_id;
            failure.log(request_id);
            let mut problem = failure.problem("/api/v1/certification-requests/bulk", request_id);
            for fault in &mut problem.errors {
                fault.pointer = format!("/items/{at}/payload{}", fault.pointer);
            }
            ResultView {
                id,
                status: problem.status,
                version: None,
                etag: None,
                person_changes: None,
                problem: Some(problem),
            }
        }
    }
}

/// Who may call what.
pub(super) const ACCESS: &[Rule] = &[permitted("act_in_bulk", ACT_IN_BULK).accepts_key()];

pub(super) fn routes(cfg: &mut Registry) {
    cfg.service(act_in_bulk);
}
