//! Adding, reading and taking away files.

use actix_web::{
    HttpRequest, HttpResponse, delete, get,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
    post,
    web::Data,
};
use medcert_application::{
    App, Error,
    certification::files::{self, FileAttempt, ReplayedFile, UploadAttempt, Uploaded, VisibleFile},
    files::address,
    input::Input,
};
use medcert_domain::{
    Checks, Entity as _, Invalid,
    certification::{Action, Certification, READ_REQUESTS},
    files::StoredFile,
    institution::Institution,
    text::{self, Lines},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::FileView;
use crate::{
    access::{Rule, action, permitted},
    audited_entity::ReadRequest,
    body::Body,
    caller::Caller,
    etag::{created, etag},
    files::{Form, answer, codes::FileKindCode, disposition},
    page::{List, ListRequest, PageParams},
    parse::Reader,
    path::PathId,
    preconditions::Preconditions,
    problem::Failure,
    query::Query,
    registry::Registry,
    rooms::Room,
};

/// A form with a file in it. Its fields may stand in any order.
#[derive(ToSchema)]
#[schema(as = NewFile, example = json!({"file": "%PDF-1.7 …", "kind": "DOCUMENT"}))]
#[expect(dead_code, reason = "it describes the form, which is read as it comes in")]
struct UploadForm {
    /// The file with its name: PDF, JPEG, PNG, WebP, HEIC, DOCX or XLSX, told by content and name.
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    file: Vec<u8>,
    /// What it is to the request.
    #[schema(inline = false)]
    kind: FileKindCode,
    /// For PAYMENT_EVIDENCE: the payment of this request that it is evidence of.
    payment_id: Option<uuid::Uuid>,
}

/// Where a file is.
fn location(id: uuid::Uuid) -> String {
    format!("/api/v1/files/{id}")
}

fn text_of(seen: &VisibleFile) -> String {
    serde_json::to_string(&FileView::from(seen)).unwrap_or_default()
}

/// Add a file to a request.
///
/// A request has at most 50 files, each of at most 10 MiB unless the installation says otherwise. What is no PDF, JPEG,
/// PNG, WebP, HEIC, DOCX or XLSX by content and name, contains macros, unpacks to too much or can be read as something
/// else as well is 422. An upload that breaks off leaves nothing.
#[utoipa::path(tag = "files", request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 201, description = "The file", body = FileView, headers(
        ("Location" = String, description = "Its address"),
        ("ETag" = String, description = "Its version"),
        ("Idempotency-Replayed" = bool, description = "`true` when this is the answer to an earlier call"),
    ))))]
#[post("/certification-requests/{id}/files")]
async fn add_file(
    caller: Caller,
    app: Data<App>,
    preconditions: Preconditions,
    id: PathId<Certification>,
    mut form: Form,
) -> Result<HttpResponse, Failure> {
    let done = upload(&app, &caller, &preconditions, id, &mut form).await;
    if done.is_err() {
        form.drain().await;
    }
    done
}

async fn upload(
    app: &App,
    caller: &Caller,
    preconditions: &Preconditions,
    id: PathId<Certification>,
    form: &mut Form,
) -> Result<HttpResponse, Failure> {
    let conditions = preconditions.bound(caller, || [0; 32])?;
    let attempt = UploadAttempt { id: id.0, conditions, incoming: form, encode: &text_of };
    // Boxed: the future holds the whole request in several states.
    match Box::pin(files::upload(app, caller, attempt)).await? {
        Uploaded::Done(seen) => {
            created(&location(seen.file.id.raw()), seen.file.version(), &FileView::from(&seen))
        }
        Uploaded::Replayed(kept) => replayed(&kept),
    }
}

/// The answer that was given before, with what is clinical only for whom it is.
fn replayed(kept: &ReplayedFile) -> Result<HttpResponse, Failure> {
    let status = StatusCode::from_u16(kept.status).map_err(Error::internal)?;
    let mut view: FileView = serde_json::from_str(&kept.body).map_err(Error::internal)?;
    let files: Vec<StoredFile> = kept.clinical.iter().map(|seen| seen.file.clone()).collect();
    view.fill(&files);
    let body = serde_json::to_vec(&view).map_err(Error::internal)?;
    let place = HeaderValue::from_str(&location(view.id)).map_err(Error::internal)?;
    Ok(HttpResponse::build(status)
        .insert_header((header::LOCATION, place))
        .insert_header((header::ETAG, etag(1, &body)))
        .insert_header(("Idempotency-Replayed", "true"))
        .insert_header(header::ContentType::json())
        .body(body))
}

/// List the files of a request, oldest first. Of medical documents only the assigned doctor sees the names.
#[utoipa::path(tag = "files", params(PageParams),
    responses((status = 200, description = "The files", body = List<FileView>,
        headers(("Link" = String, description = "The next part, `rel=next`")))))]
#[get("/certification-requests/{id}/files")]
async fn list_files(call: ListRequest, id: PathId<Certification>) -> Result<HttpResponse, Failure> {
    let found = files::list(&call.app, &call.caller, id.0, &call.page).await?;
    call.answer::<_, FileView>(found)
}

/// Show what is known of a file.
#[utoipa::path(tag = "files",
    responses((status = 200, description = "The file", body = FileView,
        headers(("ETag" = String, description = "Its version")))))]
#[get("/files/{id}")]
async fn get_file(call: ReadRequest, id: PathId<StoredFile>) -> Result<HttpResponse, Failure> {
    let seen = files::file(&call.app, &call.caller, id.0).await?;
    call.show(seen.file.version(), &FileView::from(&seen))
}

/// How the content is wanted.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct ContentQuery {
    /// Whether to be sent to the object storage, where that serves files itself: the address is good for five minutes.
    redirect: bool,
}

/// Fetch the content of a file. Its bytes never change. One range of bytes may be asked for; of several the whole is
/// sent.
#[utoipa::path(tag = "files", params(ContentQuery), responses(
    (status = 200, description = "The bytes", content(
        (String = "application/pdf", example = json!("%PDF-1.7")),
        (String = "image/jpeg", example = json!("bytes")),
        (String = "image/png", example = json!("bytes")),
        (String = "image/webp", example = json!("bytes")),
        (String = "image/heic", example = json!("bytes")),
        (String = "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
         example = json!("bytes")),
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", example = json!("bytes")),
    ), headers(
        ("ETag" = String, description = "SHA-256 of the bytes"),
        ("Content-Disposition" = String, description = "Its name"),
        ("Accept-Ranges" = String, description = "`bytes`"),
    )),
    (status = 206, description = "The bytes of the range", headers(
        ("ETag" = String, description = "SHA-256 of all bytes"),
        ("Content-Range" = String, description = "Which bytes of how many"),
    )),
    (status = 303, description = "The object storage serves it", headers(
        ("Location" = String, description = "Where, for five minutes"),
    )),
))]
#[get("/files/{id}/content")]
async fn get_file_content(
    caller: Caller,
    app: Data<App>,
    req: HttpRequest,
    id: PathId<StoredFile>,
    query: Query<ContentQuery>,
) -> Result<HttpResponse, Failure> {
    let seen = files::content(&app, &caller, id.0).await?;
    if query.0.redirect
        && let Some(address) =
            address(&app, &seen.object(), seen.file.media_type.code(), &disposition(&seen.file.name)).await?
    {
        return Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, address)).finish());
    }
    answer(&app, &req, &seen.file, &seen.object()).await
}

/// Why the file is taken away.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeleteFile, example = json!({"reason": "Uploaded to the wrong request"}))]
struct DeleteFileBody {
    /// In words.
    #[schema(max_length = 1000)]
    reason: Option<String>,
}

impl Input<Option<String>> for Body<DeleteFileBody> {
    fn well_formed(&self) -> Result<(), Error> {
        Self::well_formed(self)
    }

    fn read(&self, _: &Institution) -> Result<Option<String>, Error> {
        let typed = Self::read(self)?;
        let mut checks = Checks::default();
        let search_terms =
            |typed: &str| -> Result<Option<String>, Invalid> { text::optional(typed, 1000, Lines::Many) };
        let reason = Reader::new(&mut checks).optional("reason", typed.reason.as_deref(), search_terms);
        checks.finish()?;
        Ok(reason.flatten())
    }
}

/// Take a file away: who uploaded it within a day, administrators at any time, while the request is open.
///
/// Never evidence of a payment in force, nor once a certificate was issued.
#[utoipa::path(tag = "files", request_body = DeleteFileBody,
    responses((status = 204, description = "The file is gone")))]
#[delete("/files/{id}")]
async fn delete_file(
    caller: Caller,
    app: Data<App>,
    preconditions: Preconditions,
    id: PathId<StoredFile>,
    body: Body<DeleteFileBody>,
) -> Result<HttpResponse, Failure> {
    let attempt = FileAttempt { id: id.0, if_match: preconditions.if_match(), input: &body };
    Box::pin(files::delete(&app, &caller, attempt)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What files of requests bring.
pub(crate) const FILES: Room =
    Room { tags: &[("files", "Files of requests")], access: &[ACCESS], routes, ..Room::EMPTY };

/// Who may call what.
const ACCESS: &[Rule] = &[
    action("add_file", Action::AddFile).accepts_if_match().accepts_key(),
    permitted("list_files", READ_REQUESTS),
    permitted("get_file", READ_REQUESTS),
    permitted("get_file_content", READ_REQUESTS),
    action("delete_file", Action::DeleteFile).needs_if_match(),
];

fn routes(cfg: &mut Registry) {
    cfg.service(add_file)
        .service(list_files)
        .service(get_file)
        .service(get_file_content)
        .service(delete_file);
}
