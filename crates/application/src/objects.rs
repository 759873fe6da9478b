//! The port to object storage.

use async_trait::async_trait;
use bytes::Bytes;

/// Name of an object: `/`-separated segments of ASCII letters, digits, `-`, `_` and `.`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ObjectKey(String);

impl ObjectKey {
    /// The key of a certificate's PDF: content-addressed below the certificate's id.
    pub fn certificate_pdf(certificate: uuid::Uuid, sha256_hex: &str) -> Self {
        Self(format!("certificates/{certificate}/{sha256_hex}.pdf"))
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

/// Objects by key. Keys are written once: a second put of the same key holds the same bytes.
#[async_trait]
pub trait Objects: Send + Sync {
    /// Stores the bytes under the key; visible as a whole or not at all.
    async fn put(&self, key: &ObjectKey, content_type: &str, bytes: Bytes) -> Result<(), ObjectError>;

    /// The bytes, or `None` when there is no such object.
    async fn get(&self, key: &ObjectKey) -> Result<Option<Bytes>, ObjectError>;

    /// Removes the object; removing what is not there is no error.
    async fn delete(&self, key: &ObjectKey) -> Result<(), ObjectError>;

    /// The keys below a prefix of whole segments, in ascending order.
    async fn list(&self, prefix: &str) -> Result<Vec<ObjectKey>, ObjectError>;

    /// Whether the store answers and can be written to, for readiness.
    async fn check(&self) -> Result<(), ObjectError>;
}
