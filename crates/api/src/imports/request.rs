//! A call that sends a file: everything it comes with, and the one way to its job.

use actix_web::{
    FromRequest, HttpRequest, HttpResponse,
    dev::Payload,
    http::header::{self, ContentType},
    web::Data,
};
use futures::future::LocalBoxFuture;
use medcert_application::{
    App, Error,
    idempotent::Idempotent,
    jobs::{self, ImportKind, NewJob},
    store::JobRow,
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Upload, columns_of};
use crate::{
    audited_entity::text, caller::Caller, jobs::JobView, preconditions::Preconditions, problem::Failure,
    query::Query,
};

/// How a file is taken.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct ImportQuery {
    /// Whether lines are only judged, against everything that is there, and nothing is kept.
    dry_run: bool,
}

/// What comes with every call that sends a file.
pub(crate) struct Import {
    app: Data<App>,
    caller: Caller,
    dry_run: bool,
    preconditions: Preconditions,
    upload: Upload,
}

impl FromRequest for Import {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, Self::Error>>;

    fn from_request(req: &HttpRequest, stream: &mut Payload) -> Self::Future {
        let parts =
            <(Data<App>, Caller, Query<ImportQuery>, Preconditions, Upload)>::from_request(req, stream);
        Box::pin(async move {
            let (app, caller, query, preconditions, upload) = parts.await?;
            Ok(Self { app, caller, dry_run: query.0.dry_run, preconditions, upload })
        })
    }
}

impl Import {
    /// Asks for the job that takes the lines of the file, each of which is such a body.
    pub(crate) async fn ask<B: ToSchema>(
        self,
        import: &'static dyn ImportKind,
    ) -> Result<HttpResponse, Failure> {
        let Self { app, caller, dry_run, preconditions, upload } = self;
        let conditions = preconditions.bound(&caller, || upload.fingerprint(dry_run))?;
        let lines = upload.lines(columns_of::<B>).await?;
        let new = NewJob { import, dry_run, lines };
        let write = |row: &JobRow| text(&JobView::from(row));
        accepted(jobs::create(&app, &caller, new, &conditions, &write).await?)
    }
}

/// Where an answer says its job is.
#[derive(Deserialize)]
struct AcceptedJob {
    id: Uuid,
}

fn accepted(asked: Idempotent<JobRow>) -> Result<HttpResponse, Failure> {
    let mut answer = HttpResponse::Accepted();
    let body = match asked {
        Idempotent::Done(row) => text(&JobView::from(&row)),
        Idempotent::Replayed(kept) => {
            answer.insert_header(("Idempotency-Replayed", "true"));
            kept.body
        }
    };
    let AcceptedJob { id } = serde_json::from_str(&body).map_err(Error::internal)?;
    Ok(answer
        .insert_header((header::LOCATION, format!("/api/v1/jobs/{id}")))
        .insert_header(ContentType::json())
        .body(body))
}
