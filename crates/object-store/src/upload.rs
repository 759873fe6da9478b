//! Storing an object whose length is not known at the beginning.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use medcert_application::objects::{ObjectError, Upload};
use object_store::path::Path;
use object_store::{Attributes, MultipartUpload, ObjectStore, PutMultipartOptions, PutOptions};

use crate::stored::{Prefixed, backend};

/// Bytes kept until they are sent. S3 takes no smaller parts but the last, and some servers want all but that one to
/// be of one length.
const PART: usize = 5 * 1024 * 1024;

/// An upload in parts; one that turns out to fit into a single part is put like any other object.
struct InParts {
    store: Prefixed,
    path: Path,
    attributes: Attributes,
    written: Arc<Mutex<Option<Instant>>>,
    pending: BytesMut,
    begun: Option<Box<dyn MultipartUpload>>,
}

/// Begins an upload. Nothing is sent before the first part is full.
pub(crate) fn begin(
    store: Prefixed,
    path: Path,
    attributes: Attributes,
    written: Arc<Mutex<Option<Instant>>>,
) -> Box<dyn Upload> {
    Box::new(InParts { store, path, attributes, written, pending: BytesMut::new(), begun: None })
}

impl InParts {
    /// Sends what is pending as a part.
    async fn send(&mut self) -> Result<(), ObjectError> {
        let parts = if let Some(parts) = &mut self.begun {
            parts
        } else {
            let attributes = self.attributes.clone();
            let options = PutMultipartOptions { attributes, ..PutMultipartOptions::default() };
            let parts = self.store.put_multipart_opts(&self.path, options).await.map_err(backend)?;
            self.begun.insert(parts)
        };
        parts.put_part(self.pending.split().freeze().into()).await.map_err(backend)
    }

    async fn complete(&mut self) -> Result<(), ObjectError> {
        if self.begun.is_none() {
            let attributes = std::mem::take(&mut self.attributes);
            let options = PutOptions { attributes, ..PutOptions::default() };
            let put = self.store.put_opts(&self.path, self.pending.split().freeze().into(), options);
            return put.await.map(drop).map_err(backend);
        }
        if !self.pending.is_empty() {
            self.send().await?;
        }
        if let Some(parts) = &mut self.begun {
            parts.complete().await.map_err(backend)?;
        }
        // Nothing is left to abort.
        self.begun = None;
        Ok(())
    }
}

#[async_trait]
impl Upload for InParts {
    async fn write(&mut self, mut bytes: Bytes) -> Result<(), ObjectError> {
        while !bytes.is_empty() {
            let taken = bytes.split_to(bytes.len().min(PART - self.pending.len()));
            self.pending.extend_from_slice(&taken);
            if self.pending.len() == PART {
                self.send().await?;
            }
        }
        Ok(())
    }

    async fn finish(mut self: Box<Self>) -> Result<(), ObjectError> {
        let outcome = self.complete().await;
        *self.written.lock().unwrap_or_else(PoisonError::into_inner) = outcome.is_ok().then(Instant::now);
        outcome
    }

    async fn abort(mut self: Box<Self>) -> Result<(), ObjectError> {
        match self.begun.take() {
            Some(mut parts) => parts.abort().await.map_err(backend),
            None => Ok(()),
        }
    }
}

impl Drop for InParts {
    /// A caller that stopped in the middle leaves parts behind, which S3 would keep and charge for.
    fn drop(&mut self) {
        let Some(mut parts) = self.begun.take() else { return };
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                if let Err(error) = parts.abort().await {
                    tracing::warn!(error = %error, "parts of an upload stay behind");
                }
            });
        }
    }
}
