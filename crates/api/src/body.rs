//! The body of a request, read once and judged in two steps: whether it can be read at all, and its values.

use std::{convert::Infallible, marker::PhantomData};

use actix_web::{FromRequest, HttpMessage as _, HttpRequest, dev::Payload, http::header};
use bytes::{Bytes, BytesMut};
use futures::{StreamExt as _, future::LocalBoxFuture};
use medcert_application::{Error, input::Input};
use medcert_domain::institution::Institution;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::{json::Document, parse::ParseBody};

/// Bytes of a JSON body at the most.
pub const LIMIT: usize = 256 * 1024;

/// A JSON body that should be a `T`.
///
/// Extracting it never fails, since the order of answers decides when its faults are told: first the caller is
/// known and has a role for this, then the body can be read at all ([`Body::well_formed`]), then the object is
/// there and in the right stage, then come the values ([`Body::read`]). An empty body stands for `{}`. No more than
/// `MOST` bytes are read.
pub struct Body<T, const MOST: usize = LIMIT> {
    bytes: Bytes,
    document: Result<Document, Unreadable>,
    wanted: PhantomData<fn() -> T>,
}

/// A body as the use cases ask for it.
pub(crate) struct Sent<'a, B>(pub(crate) &'a Body<B>);

impl<T, B: ParseBody<T> + DeserializeOwned> Input<T> for Sent<'_, B> {
    fn well_formed(&self) -> Result<(), Error> {
        self.0.well_formed()
    }

    fn read(&self, profile: &Institution) -> Result<T, Error> {
        Ok(self.0.read()?.values(profile)?)
    }
}

/// Why a body cannot be read at all.
#[derive(Debug, Clone)]
pub(crate) enum Unreadable {
    MediaType,
    TooLarge(usize),
    Malformed(String),
}

impl From<Unreadable> for Error {
    fn from(why: Unreadable) -> Self {
        match why {
            Unreadable::MediaType => Self::UnsupportedFormat("the body must be application/json"),
            Unreadable::TooLarge(most) => Self::TooLarge(most),
            Unreadable::Malformed(what) => Self::Malformed(what),
        }
    }
}

impl<T, const MOST: usize> Body<T, MOST> {
    /// Refuses what is no JSON document: 400, 413 and 415.
    pub fn well_formed(&self) -> Result<(), Error> {
        self.document().map(|_| ())
    }

    /// The document as sent, before it is read as a `T`.
    pub fn raw(&self) -> Result<&Value, Error> {
        self.document().map(|document| &document.value)
    }

    /// SHA-256 of the body: what an Idempotency-Key is bound to.
    pub fn fingerprint(&self) -> [u8; 32] {
        Sha256::digest(&self.bytes).into()
    }

    fn document(&self) -> Result<&Document, Error> {
        self.document.as_ref().map_err(|why| why.clone().into())
    }
}

impl<T: DeserializeOwned, const MOST: usize> Body<T, MOST> {
    /// Its values: unknown and missing fields, wrong types and repeated names are 422.
    pub fn read(&self) -> Result<T, Error> {
        Ok(self.document()?.read()?)
    }
}

impl<T: 'static, const MOST: usize> FromRequest for Body<T, MOST> {
    type Error = Infallible;
    type Future = LocalBoxFuture<'static, Result<Self, Infallible>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (req, mut payload) = (req.clone(), payload.take());
        Box::pin(async move {
            let (bytes, document) = match collect(&req, &mut payload, MOST).await {
                Ok(bytes) if bytes.is_empty() => {
                    (Bytes::from_static(b"{}"), Ok(Document::of(Value::Object(serde_json::Map::new()))))
                }
                Ok(bytes) => {
                    let document = parse(&req, &bytes);
                    (bytes, document)
                }
                Err(why) => (Bytes::new(), Err(why)),
            };
            Ok(Self { bytes, document, wanted: PhantomData })
        })
    }
}

/// Reads the payload, but no further than the limit.
pub(crate) async fn collect(
    req: &HttpRequest,
    payload: &mut Payload,
    most: usize,
) -> Result<Bytes, Unreadable> {
    let announced = req.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: usize| length > most) {
        return Err(Unreadable::TooLarge(most));
    }
    let mut bytes = BytesMut::with_capacity(announced.unwrap_or_default());
    while let Some(part) = payload.next().await {
        let part = part.map_err(|_| Unreadable::Malformed("the body ended too early".to_owned()))?;
        if bytes.len() + part.len() > most {
            return Err(Unreadable::TooLarge(most));
        }
        bytes.extend_from_slice(&part);
    }
    Ok(bytes.freeze())
}

fn parse(req: &HttpRequest, bytes: &[u8]) -> Result<Document, Unreadable> {
    if !req.content_type().eq_ignore_ascii_case("application/json") || !is_plain_utf8(req) {
        return Err(Unreadable::MediaType);
    }
    if std::str::from_utf8(bytes).is_err() {
        return Err(Unreadable::Malformed("the body is not UTF-8".to_owned()));
    }
    Document::parse(bytes).map_err(|error| Unreadable::Malformed(format!("the body is no JSON: {error}")))
}

/// Whether the body is said to be neither compressed nor in another encoding than UTF-8.
pub(crate) fn is_plain_utf8(req: &HttpRequest) -> bool {
    let text = req.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let charset = text.split(';').skip(1).map(str::trim).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.eq_ignore_ascii_case("charset").then(|| value.trim_matches('"'))
    });
    let plain = req.headers().get(header::CONTENT_ENCODING).is_none_or(|v| v == "identity");
    plain && charset.is_none_or(|charset| charset.eq_ignore_ascii_case("utf-8"))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Note {
        #[serde(default)]
        text: Option<String>,
    }

    async fn body(content_type: Option<&str>, bytes: impl Into<Bytes>) -> Body<Note> {
        let mut request = TestRequest::post();
        if let Some(content_type) = content_type {
            request = request.insert_header((header::CONTENT_TYPE, content_type));
        }
        let (req, mut payload) = request.set_payload(bytes).to_http_parts();
        Body::from_request(&req, &mut payload).await.unwrap()
    }

    #[actix_web::test]
    async fn json_is_read() {
        let note = body(Some("application/json; charset=UTF-8"), r#"{"text":"x"}"#).await;
        assert_eq!(note.read().unwrap(), Note { text: Some("x".to_owned()) });
        let empty = body(None, "").await;
        assert!(empty.well_formed().is_ok());
        assert_eq!(empty.read().unwrap(), Note { text: None });
    }

    #[actix_web::test]
    async fn faults_are_kept_until_asked_for() {
        let wrong = |note: Body<Note>| note.well_formed().unwrap_err();
        assert!(matches!(wrong(body(Some("text/plain"), "{}").await), Error::UnsupportedFormat(_)));
        assert!(matches!(wrong(body(None, "{}").await), Error::UnsupportedFormat(_)));
        assert!(matches!(
            wrong(body(Some("application/json; charset=latin1"), "{}").await),
            Error::UnsupportedFormat(_)
        ));
        assert!(matches!(wrong(body(Some("application/json"), "{").await), Error::Malformed(_)));
        assert!(matches!(wrong(body(Some("application/json"), &b"\"\xff\""[..]).await), Error::Malformed(_)));
        let large = format!("\"{}\"", "x".repeat(LIMIT));
        assert!(matches!(wrong(body(Some("application/json"), large).await), Error::TooLarge(LIMIT)));
        let unknown = body(Some("application/json"), r#"{"other":1}"#).await;
        assert!(unknown.well_formed().is_ok());
        assert!(matches!(unknown.read().unwrap_err(), Error::Invalid(_)));
    }
}
