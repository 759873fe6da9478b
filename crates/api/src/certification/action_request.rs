//! A call of an action: everything the caller sent, and the one way to the answer.

use actix_web::{
    FromRequest, HttpRequest, HttpResponse,
    dev::Payload as Stream,
    http::{StatusCode, header},
    web::Data,
};
use futures::future::LocalBoxFuture;
use medcert_application::{
    App, Error,
    certification::{self, Answer, Attempt, Detail, Payload, Replay, RequestInput},
};
use medcert_domain::certification::{Action, Certification};
use serde::{Deserialize, de::DeserializeOwned};
use uuid::Uuid;

use super::views::DetailView;
use crate::{
    body::{Body, Sent},
    caller::Caller,
    etag::{created, etag, versioned},
    parse::ParseBody,
    path::PathId,
    preconditions::Preconditions,
    problem::Failure,
};

/// Which form of the detail is the answer.
type Shape = fn(&Detail) -> DetailView;

/// What comes with every call that changes something.
pub(super) struct ActionRequest<B> {
    req: HttpRequest,
    app: Data<App>,
    caller: Caller,
    preconditions: Preconditions,
    body: Body<B>,
}

impl<B: 'static> FromRequest for ActionRequest<B> {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, Self::Error>>;

    fn from_request(req: &HttpRequest, stream: &mut Stream) -> Self::Future {
        let parts = <(Data<App>, Caller, Preconditions, Body<B>)>::from_request(req, stream);
        let req = req.clone();
        Box::pin(async move {
            let (app, caller, preconditions, body) = parts.await?;
            Ok(Self { req, app, caller, preconditions, body })
        })
    }
}

impl<B: ParseBody<RequestInput> + DeserializeOwned> ActionRequest<B> {
    /// Registers a request.
    pub(super) async fn register(&self) -> Result<HttpResponse, Failure> {
        let conditions = self.preconditions.conditions(&self.caller, &self.body)?;
        let attempt = Attempt {
            // Registering has no request yet; the use case reads none.
            id: medcert_domain::Id::new(Uuid::nil()),
            conditions: &conditions,
            input: &Sent(&self.body),
            encode: &|detail| text(&DetailView::registered(detail)),
        };
        match certification::register(&self.app, &self.caller, attempt).await? {
            Answer::Done(detail) => {
                let view = DetailView::registered(&detail);
                created(&location(view.id), view.version, &view)
            }
            Answer::Replayed(replay) => replayed(replay),
        }
    }
}

impl<B: ParseBody<Payload> + DeserializeOwned> ActionRequest<B> {
    /// Does the action to the request.
    pub(super) async fn act(
        &self,
        id: PathId<Certification>,
        action: Action,
    ) -> Result<HttpResponse, Failure> {
        let shape: Shape = match action {
            Action::Edit | Action::Override => DetailView::edited,
            _ => DetailView::of,
        };
        let conditions = self.preconditions.conditions(&self.caller, &self.body)?;
        let attempt = Attempt {
            id: id.0,
            conditions: &conditions,
            input: &Sent(&self.body),
            encode: &move |detail| text(&shape(detail)),
        };
        // Boxed: the future holds the whole request in several states.
        let done = Box::pin(certification::act(&self.app, &self.caller, action, attempt)).await?;
        self.answer(done, shape)
    }
}

impl<B: ParseBody<()> + DeserializeOwned> ActionRequest<B> {
    /// Issues the certificate of the request.
    pub(super) async fn issue(&self, id: PathId<Certification>) -> Result<HttpResponse, Failure> {
        let conditions = self.preconditions.conditions(&self.caller, &self.body)?;
        let attempt = Attempt {
            id: id.0,
            conditions: &conditions,
            input: &Sent(&self.body),
            encode: &|detail| text(&DetailView::of(detail)),
        };
        self.answer(certification::issue(&self.app, &self.caller, attempt).await?, DetailView::of)
    }
}

impl<B: ParseBody<String> + DeserializeOwned> ActionRequest<B> {
    /// Erases the request.
    pub(super) async fn erase(&self, id: PathId<Certification>) -> Result<HttpResponse, Failure> {
        let conditions = self.preconditions.conditions(&self.caller, &self.body)?;
        let attempt = Attempt {
            id: id.0,
            conditions: &conditions,
            input: &Sent(&self.body),
            encode: &|_| String::new(),
        };
        certification::erase(&self.app, &self.caller, attempt).await?;
        Ok(HttpResponse::NoContent().finish())
    }
}

impl<B> ActionRequest<B> {
    fn answer(&self, answer: Answer, shape: Shape) -> Result<HttpResponse, Failure> {
        match answer {
            Answer::Done(detail) => {
                let view = shape(&detail);
                versioned(&self.req, view.version, &view)
            }
            Answer::Replayed(replay) => replayed(replay),
        }
    }
}

fn text(view: &DetailView) -> String {
    serde_json::to_string(view).unwrap_or_default()
}

/// Where a request is.
fn location(id: Uuid) -> String {
    format!("/api/v1/certification-requests/{id}")
}

/// What the headers of an answer say of its body.
#[derive(Deserialize)]
struct ReplayedRequest {
    id: Uuid,
    version: i64,
}

/// The answer that was given before: byte for byte, and with clinical values only for whom they are.
fn replayed(replay: Replay) -> Result<HttpResponse, Failure> {
    let status = StatusCode::from_u16(replay.status).map_err(Error::internal)?;
    let head: ReplayedRequest = serde_json::from_str(&replay.body).map_err(Error::internal)?;
    let body = completed(replay);
    let mut answer = HttpResponse::build(status);
    if status == StatusCode::CREATED {
        answer.insert_header((header::LOCATION, location(head.id)));
    }
    Ok(answer
        .insert_header((header::ETAG, etag(head.version, body.as_bytes())))
        .insert_header(("Idempotency-Replayed", "true"))
        .insert_header(header::ContentType::json())
        .body(body))
}

fn completed(replay: Replay) -> String {
    if replay.evaluations.is_empty() && replay.files.is_empty() {
        return replay.body;
    }
    // An answer stored by a version with other fields stays as it is, without clinical values.
    match serde_json::from_str::<DetailView>(&replay.body) {
        Ok(view) => text(&view.with_clinical(&replay.evaluations, &replay.files)),
        Err(_) => replay.body,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::body::to_bytes;

    use super::*;
    use crate::certification::views::sample;

    async fn answer(replay: Replay) -> (HttpResponse<()>, String) {
        let (head, body) = replayed(replay).unwrap().into_parts();
        (head, String::from_utf8(to_bytes(body).await.unwrap().to_vec()).unwrap())
    }

    #[actix_web::test]
    async fn a_replay_is_the_first_answer_again() {
        let detail = sample::detail(false);
        let body = text(&DetailView::registered(&detail));
        let stored = Replay { status: 201, body: body.clone(), evaluations: vec![], files: vec![] };
        let (head, again) = answer(stored).await;
        assert_eq!(again, body);
        assert_eq!(head.status(), StatusCode::CREATED);
        assert_eq!(head.headers().get("idempotency-replayed").unwrap(), "true");
        let place = "/api/v1/certification-requests/00000000-0000-0000-0000-000000000007";
        assert_eq!(head.headers().get(header::LOCATION).unwrap(), place);
        let fresh =
            created("/", detail.request_aggregate.certification.version, &DetailView::registered(&detail))
                .unwrap();
        assert_eq!(head.headers().get(header::ETAG), fresh.headers().get(header::ETAG));
    }

    #[actix_web::test]
    async fn clinical_values_come_back_for_the_doctor() {
        let stored = text(&DetailView::of(&sample::detail(false)));
        assert!(!stored.contains("Myopia"));
        let seen = sample::detail(true);
        let evaluations = seen.request_aggregate.certification.evaluations.clone();
        let (head, again) = answer(Replay { status: 200, body: stored, evaluations, files: vec![] }).await;
        assert_eq!(again, text(&DetailView::of(&seen)));
        assert_eq!(head.headers().get(header::LOCATION), None);
        let old = r#"{"id":"00000000-0000-0000-0000-000000000007","version":3}"#;
        let evaluations = seen.request_aggregate.certification.evaluations;
        let replay = Replay { status: 200, body: old.to_owned(), evaluations, files: vec![] };
        let (_, again) = answer(replay).await;
        assert_eq!(again, old);
    }
}
