//! A form with a file in it (RFC 7578), read as it comes in.

use std::{
    cell::{Cell, RefCell},
    convert::Infallible,
    future::{Ready, ready},
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
    time::Duration,
};

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::{
    FromRequest, HttpMessage as _, HttpRequest,
    dev::Payload,
    error::PayloadError,
    http::header::{self, DispositionParam},
};
use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use medcert_application::{
    Error,
    files::{FileForm, Incoming},
};
use medcert_domain::{
    Checks, Invalid, PaymentId,
    files::{FileKind, file_name},
};

use crate::parse::{code, id};

/// Bytes of everything but the file.
const AROUND: u64 = 64 * 1024;

/// Bytes of a field that is no file.
const WORD: usize = 255;

/// Fields at the most.
const FIELDS: usize = 16;

/// How long nothing may come before the caller counts as gone.
const PATIENCE: Duration = Duration::from_secs(30);

/// The body of the request. The form reads it, and whoever answers early reads what is left: a caller who is still
/// sending would otherwise see a broken connection instead of the answer.
#[derive(Clone)]
struct Source {
    payload: Rc<RefCell<Payload>>,
    passed: Rc<Cell<u64>>,
    most: Rc<Cell<u64>>,
}

impl Stream for Source {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = self.payload.borrow_mut().poll_next_unpin(cx);
        if let Poll::Ready(Some(Ok(bytes))) = &next {
            self.passed.set(self.passed.get() + bytes.len() as u64);
            if self.passed.get() > self.most.get() {
                return Poll::Ready(Some(Err(PayloadError::Overflow)));
            }
        }
        next
    }
}

/// A form being read.
pub(crate) struct Form {
    source: Source,
    multipart: bool,
    announced: Option<u64>,
    parts: Multipart,
    fields: usize,
    /// The file, while its bytes are being read.
    file: Option<Field>,
    checks: Checks,
    kind: Option<FileKind>,
    payment: Option<PaymentId>,
    name: Option<String>,
    seen: Vec<String>,
}

impl FromRequest for Form {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let source = Source {
            payload: Rc::new(RefCell::new(payload.take())),
            passed: Rc::default(),
            most: Rc::new(Cell::new(AROUND)),
        };
        let announced = req.headers().get(header::CONTENT_LENGTH);
        let plain = req.headers().get(header::CONTENT_ENCODING).is_none_or(|value| value == "identity");
        ready(Ok(Self {
            multipart: plain && req.content_type().eq_ignore_ascii_case("multipart/form-data"),
            announced: announced.and_then(|value| value.to_str().ok()?.parse().ok()),
            parts: Multipart::new(req.headers(), source.clone()),
            source,
            fields: 0,
            file: None,
            checks: Checks::default(),
            kind: None,
            payment: None,
            name: None,
            seen: Vec::new(),
        }))
    }
}

fn too_large(most: u64) -> Error {
    Error::TooLarge(usize::try_from(most).unwrap_or(usize::MAX))
}

/// The next of a stream, unless nothing comes for too long.
async fn next<T>(stream: &mut (impl Stream<Item = T> + Unpin)) -> Result<Option<T>, Error> {
    let late = |_| Error::Malformed("the body stopped coming".to_owned());
    tokio::time::timeout(PATIENCE, stream.next()).await.map_err(late)
}

impl Form {
    fn unreadable(&self, error: &MultipartError) -> Error {
        match error {
            MultipartError::Payload(PayloadError::Overflow) => {
                too_large(self.source.most.get().saturating_sub(AROUND))
            }
            _ => Error::Malformed("the body is no complete multipart/form-data".to_owned()),
        }
    }

    /// Begins a field: the file is left to be read, the others are read.
    async fn begin(&mut self, mut field: Field) -> Result<(), Error> {
        self.fields += 1;
        if self.fields > FIELDS {
            return Err(Error::Malformed("the form has too many fields".to_owned()));
        }
        let name = field.name().unwrap_or_default().to_owned();
        let pointer = format!("/{name}");
        if self.seen.contains(&name) {
            self.checks.fault(&pointer, "repeated", "occurs more than once");
            return Ok(());
        }
        self.seen.push(name.clone());
        match name.as_str() {
            "file" => {
                let named = file_name_of(&field).map_or_else(
                    || Err(Invalid::one("", "name-missing", "needs a file name")),
                    |typed| file_name(&typed),
                );
                self.name = self.checks.keep(&pointer, named);
                self.file = Some(field);
            }
            "kind" => {
                let word = self.word(&mut field).await?;
                self.kind = self.checks.keep(&pointer, word.and_then(|word| code(&word)));
            }
            "payment_id" => {
                let word = self.word(&mut field).await?;
                // An empty field of a form is one that was not filled in.
                if word.as_deref() != Ok("") {
                    self.payment = self.checks.keep(&pointer, word.and_then(|word| id(&word)));
                }
            }
            _ => self.checks.fault(&pointer, "unknown-field", "is not known here"),
        }
        Ok(())
    }

    /// The text of a field.
    async fn word(&self, field: &mut Field) -> Result<Result<String, Invalid>, Error> {
        let read = tokio::time::timeout(PATIENCE, field.bytes(WORD)).await;
        let read = read.map_err(|_| Error::Malformed("the body stopped coming".to_owned()))?;
        let bytes = match read {
            Err(_) => {
                let message = format!("must be at most {WORD} bytes");
                return Ok(Err(Invalid::one("", "too-long", message)));
            }
            Ok(read) => read.map_err(|error| self.unreadable(&error))?,
        };
        let text = std::str::from_utf8(&bytes).map(|text| text.trim().to_owned());
        Ok(text.map_err(|_| Invalid::one("", "format", "must be UTF-8")))
    }

    /// Reads what is left of the body, but no more than a form may have.
    pub(crate) async fn drain(&mut self) {
        let most = self.source.most.get();
        if self.announced.is_some_and(|length| length > most) {
            return;
        }
        while let Ok(Some(Ok(_))) = next(&mut self.source).await {}
    }
}

/// The name that the caller gave the file; the encoded one (RFC 8187) before the plain one.
fn file_name_of(field: &Field) -> Option<String> {
    let disposition = field.content_disposition()?;
    let encoded = disposition.parameters.iter().find_map(|parameter| match parameter {
        DispositionParam::FilenameExt(extended) => String::from_utf8(extended.value.clone()).ok(),
        _ => None,
    });
    encoded.or_else(|| disposition.get_filename().map(ToOwned::to_owned))
}

impl Incoming for Form {
    fn well_formed(&self, most: u64) -> Result<(), Error> {
        self.source.most.set(most + AROUND);
        if !self.multipart {
            return Err(Error::UnsupportedFormat("the body must be multipart/form-data"));
        }
        if self.announced.is_some_and(|length| length > most + AROUND) {
            return Err(too_large(most));
        }
        Ok(())
    }

    async fn piece(&mut self) -> Result<Option<Bytes>, Error> {
        loop {
            if let Some(file) = &mut self.file {
                match next(file).await? {
                    Some(Ok(bytes)) if bytes.is_empty() => {}
                    Some(Ok(bytes)) => return Ok(Some(bytes)),
                    Some(Err(error)) => return Err(self.unreadable(&error)),
                    None => self.file = None,
                }
            } else {
                match next(&mut self.parts).await? {
                    Some(Ok(field)) => self.begin(field).await?,
                    Some(Err(error)) => return Err(self.unreadable(&error)),
                    None => return Ok(None),
                }
            }
        }
    }

    fn kind(&self) -> Option<FileKind> {
        self.kind
    }

    fn form(&mut self) -> Result<FileForm, Invalid> {
        let mut checks = std::mem::take(&mut self.checks);
        for needed in ["file", "kind"] {
            if !self.seen.iter().any(|name| name == needed) {
                checks.fault(&format!("/{needed}"), "required", "is required");
            }
        }
        let named = self.kind.zip(self.name.take());
        checks.done(named.map(|(kind, name)| FileForm { kind, name, payment: self.payment }))
    }
}
