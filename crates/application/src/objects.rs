//! The port to object storage.

use std::{ops::Range, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures::stream::BoxStream;
use medcert_domain::institution::{Logo, LogoKind};

/// What the keys of files begin with.
pub const FILES: &str = "files";
/// What the keys of certificates begin with.
pub const CERTIFICATES: &str = "certificates";

/// Name of an object: `/`-separated segments of ASCII letters, digits, `-`, `_` and `.`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ObjectKey(String);

impl ObjectKey {
    /// The key of a certificate's PDF: content-addressed below the certificate's id.
    pub fn certificate_pdf(certificate: uuid::Uuid, sha256_hex: &str) -> Self {
        Self(format!("{CERTIFICATES}/{certificate}/{sha256_hex}.pdf"))
    }

    /// The key of a file: below that which it belongs to.
    pub fn file(owner: uuid::Uuid, file: uuid::Uuid) -> Self {
        Self(format!("{FILES}/{owner}/{file}"))
    }

    /// The key of the institution's logo: named by its contents.
    pub fn logo(logo: &Logo) -> Self {
        let ending = match logo.kind {
            LogoKind::Png => "png",
            LogoKind::Jpeg => "jpg",
        };
        Self(format!("institution/{}.{ending}", logo.sha256))
    }

    /// A key from its stored spelling; `None` when a segment is empty, `.`/`..` or has another character.
    pub fn parse(key: &str) -> Option<Self> {
        let segment = |s: &str| {
            !s.is_empty()
                && s != "."
                && s != ".."
                && s.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
        };
        key.split('/').all(segment).then(|| Self(key.to_owned()))
    }

    /// Its spelling.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why the object store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum ObjectError {
    /// The store could not be reached or answered with a failure.
    #[error("object storage failed")]
    Backend(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What is known of an object without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectHead {
    /// Length in bytes.
    pub size: u64,
    /// The store's own tag of the bytes.
    pub etag: Option<String>,
    /// When it was stored, by the clock of the store.
    pub modified: DateTime<Utc>,
}

/// An object as a walk meets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its key.
    pub key: ObjectKey,
    /// Length in bytes.
    pub size: u64,
    /// When it was stored, by the clock of the store.
    pub modified: DateTime<Utc>,
}

/// Bytes of an object, a piece at a time.
pub type Pieces = BoxStream<'static, Result<Bytes, ObjectError>>;

/// An object being stored piece by piece. It is visible as a whole once it is finished, and never before; dropped
/// unfinished, it leaves nothing, at once or (after a crash) by the rules of the store.
#[async_trait]
pub trait Upload: Send {
    /// The next bytes, of any length. After a failure the upload can only be aborted.
    async fn write(&mut self, bytes: Bytes) -> Result<(), ObjectError>;

    /// Makes the object visible.
    async fn finish(self: Box<Self>) -> Result<(), ObjectError>;

    /// Throws away what was written.
    async fn abort(self: Box<Self>) -> Result<(), ObjectError>;
}

/// Objects by key. Keys are written once: a second put of the same key holds the same bytes.
#[async_trait]
pub trait Objects: Send + Sync {
    /// Stores the bytes under the key; visible as a whole or not at all.
    async fn put(&self, key: &ObjectKey, content_type: &str, bytes: Bytes) -> Result<(), ObjectError>;

    /// The bytes, or `None` when there is no such object.
    async fn get(&self, key: &ObjectKey) -> Result<Option<Bytes>, ObjectError>;

    /// Begins to store an object whose length is not known yet, in memory that does not grow with it.
    async fn upload(&self, key: &ObjectKey, content_type: &str) -> Result<Box<dyn Upload>, ObjectError>;

    /// The bytes of this range, which must lie within the object; `None` when there is no such object. In memory
    /// that does not grow with the range, however slowly the pieces are taken.
    async fn read(&self, key: &ObjectKey, range: Range<u64>) -> Result<Option<Pieces>, ObjectError>;

    /// What is known of the object, or `None` when there is none.
    async fn head(&self, key: &ObjectKey) -> Result<Option<ObjectHead>, ObjectError>;

    /// An address where anybody can fetch the object for so long, with these headers on the answer; `None` where
    /// the store serves nobody itself.
    async fn presigned(
        &self,
        key: &ObjectKey,
        content_type: &str,
        content_disposition: &str,
        lasts: Duration,
    ) -> Result<Option<String>, ObjectError>;

    /// Every object below a prefix of whole segments, in no particular order and in constant memory. One that comes
    /// or goes meanwhile may be met or not.
    async fn walk(
        &self,
        prefix: &str,
    ) -> Result<BoxStream<'static, Result<Listed, ObjectError>>, ObjectError>;

    /// Removes the object; removing what is not there is no error.
    async fn delete(&self, key: &ObjectKey) -> Result<(), ObjectError>;

    /// The keys below a prefix of whole segments, in ascending order.
    async fn list(&self, prefix: &str) -> Result<Vec<ObjectKey>, ObjectError>;

    /// Whether the store answers and can be written to, for readiness.
    async fn check(&self) -> Result<(), ObjectError>;
}
