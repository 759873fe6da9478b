//! The uploaded file.

use actix_web::{FromRequest, HttpMessage as _, HttpRequest, dev::Payload, web};
use bytes::Bytes;
use futures::future::LocalBoxFuture;
use medcert_application::{Error, jobs::NewLine};
use sha2::{Digest as _, Sha256};

use super::{Column, csv_lines, json_lines};
use crate::{
    body::{collect, is_plain_utf8},
    problem::{Failure, Kind},
};

/// Bytes of a file at the most.
const UPLOAD_LIMIT: usize = 10 * 1024 * 1024;

/// A file of lines: `text/csv` (RFC 4180) or a list in `application/json`, both in UTF-8.
pub(super) struct Upload {
    form: Form,
    bytes: Bytes,
}

#[derive(Debug, Clone, Copy)]
enum Form {
    Csv,
    Json,
}

impl FromRequest for Upload {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (req, mut payload) = (req.clone(), payload.take());
        Box::pin(async move {
            let media = req.content_type().to_ascii_lowercase();
            let form = match media.as_str() {
                "text/csv" => Form::Csv,
                "application/json" => Form::Json,
                _ => return Err(unknown_form()),
            };
            if !is_plain_utf8(&req) {
                return Err(unknown_form());
            }
            let bytes = collect(&req, &mut payload, UPLOAD_LIMIT).await.map_err(Error::from)?;
            Ok(Self { form, bytes })
        })
    }
}

fn unknown_form() -> Failure {
    Failure::new(Kind::UnsupportedMediaType, "the body must be text/csv or application/json, in UTF-8")
}

impl Upload {
    /// SHA-256 of the file and of how it is to be done: what an Idempotency-Key is bound to.
    pub(super) fn fingerprint(&self, dry_run: bool) -> [u8; 32] {
        Sha256::new().chain_update([u8::from(dry_run)]).chain_update(&self.bytes).finalize().into()
    }

    /// Its lines; a CSV file may have these columns.
    pub(super) async fn lines(&self, columns: fn() -> Vec<Column>) -> Result<Vec<NewLine>, Error> {
        let (form, bytes) = (self.form, self.bytes.clone());
        // Splitting ten megabytes takes long enough to keep others waiting.
        let split = web::block(move || match form {
            Form::Csv => csv_lines::split(&bytes, &columns()),
            Form::Json => json_lines::split(&bytes),
        });
        split.await.map_err(Error::internal)?
    }
}
