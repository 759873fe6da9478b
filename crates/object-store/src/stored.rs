//! The port's implementation, the same for every place.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream::BoxStream};
use medcert_application::objects::{Listed, ObjectError, ObjectHead, ObjectKey, Objects, Pieces, Upload};
use object_store::aws::AmazonS3;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::signer::{Method, SignedUrlOptions, Signer};
use object_store::{Attribute, Attributes, ObjectStore, ObjectStoreExt, PutOptions};

use crate::location::Location;
use crate::{OpenError, S3Credentials, open, pieces, upload};

/// A place, with the prefix of all keys in it.
pub(crate) type Prefixed = PrefixStore<Arc<dyn ObjectStore>>;

/// Where `check` writes. No `ObjectKey` is spelled so: it meets no object, and `list` leaves it out.
const PROBE: &str = "!probe";

/// How long `check` may take, for the platform that asks gives up after about ten seconds.
const CHECK_TIMEOUT: Duration = Duration::from_secs(8);

/// How long a successful write to a bucket counts as proof that it can be written to.
const BUCKET_PROOF: Duration = Duration::from_mins(1);

/// Objects in an S3 bucket, a local folder or memory.
///
/// In a folder a key cannot be both an object and the beginning of another key, as `a` and `a/b`:
/// the second put fails.
pub struct StoredObjects {
    store: Prefixed,
    backend: Backend,
    /// When something was last written; `None` also after a write has failed.
    written: Arc<Mutex<Option<Instant>>>,
}

/// What the places differ in.
enum Backend {
    Memory,
    Folder(PathBuf),
    /// With what signs addresses in it.
    Bucket(Box<PrefixStore<AmazonS3>>),
}

impl StoredObjects {
    /// Opens the place the URL names; its spellings are in the documentation of the crate.
    ///
    /// Without credentials, requests to S3 are signed with those the metadata service of the machine
    /// hands out. The other places need none and ignore them.
    pub fn open(url: &str, credentials: Option<S3Credentials>) -> Result<Self, OpenError> {
        let (store, prefix, backend): (Arc<dyn ObjectStore>, _, _) = match Location::parse(url)? {
            Location::Memory => (Arc::new(InMemory::new()), Path::default(), Backend::Memory),
            Location::Folder(folder) => {
                (Arc::new(open::folder(&folder)?), Path::default(), Backend::Folder(folder))
            }
            Location::Bucket(bucket) => {
                let client = open::bucket(&bucket, credentials)?;
                let signer = Box::new(PrefixStore::new(AmazonS3::clone(&client), bucket.prefix.clone()));
                (client, bucket.prefix, Backend::Bucket(signer))
            }
        };
        Ok(Self { store: PrefixStore::new(store, prefix), backend, written: Arc::default() })
    }

    /// Refuses when the folder is gone, as when its disk is not mounted. Its objects would seem never
    /// to have been there, and the next put would make it anew with another mode.
    async fn present(&self) -> Result<(), ObjectError> {
        let Backend::Folder(folder) = &self.backend else { return Ok(()) };
        let folder = folder.clone();
        let there = tokio::task::spawn_blocking(move || folder.is_dir()).await.map_err(backend)?;
        if there { Ok(()) } else { Err(backend("the folder of the object storage is gone")) }
    }

    async fn write(&self, path: &Path, content_type: &str, bytes: Bytes) -> Result<(), ObjectError> {
        let options = PutOptions { attributes: self.attributes(content_type)?, ..PutOptions::default() };
        self.present().await?;
        let outcome = self.store.put_opts(path, bytes.into(), options).await;
        *self.written.lock().unwrap_or_else(PoisonError::into_inner) = outcome.is_ok().then(Instant::now);
        outcome.map(drop).map_err(backend)
    }

    /// What is kept beside the bytes.
    fn attributes(&self, content_type: &str) -> Result<Attributes, ObjectError> {
        check_header(content_type)?;
        // The folder has no place for attributes and refuses them.
        Ok(match self.backend {
            Backend::Folder(_) => Attributes::new(),
            _ => Attributes::from_iter([(Attribute::ContentType, content_type.to_owned())]),
        })
    }

    async fn read_whole(&self, path: &Path) -> Result<Option<Bytes>, ObjectError> {
        self.present().await?;
        match self.store.get(path).await {
            Ok(object) => object.bytes().await.map(Some).map_err(backend),
            Err(error) if is_absence(&error) => Ok(None),
            Err(error) => Err(backend(error)),
        }
    }

    async fn remove(&self, path: &Path) -> Result<(), ObjectError> {
        self.present().await?;
        match self.store.delete(path).await {
            Ok(()) => {}
            Err(error) if is_absence(&error) => return Ok(()),
            Err(error) => return Err(backend(error)),
        }
        // The store syncs what it writes, not what it removes: erased data must not come back after a
        // power cut.
        if let Backend::Folder(folder) = &self.backend {
            let removed = path.parts().fold(folder.clone(), |file, part| file.join(part.as_ref()));
            let synced =
                tokio::task::spawn_blocking(move || removed.parent().map_or(Ok(()), open::sync_folder));
            synced.await.map_err(backend)?.map_err(backend)?;
        }
        Ok(())
    }

    async fn probe(&self) -> Result<(), ObjectError> {
        let path = Path::parse(PROBE).map_err(backend)?;
        // Reading a missing object also shows whether the credentials may list the bucket. Without
        // that right S3 answers "forbidden" for it, and `get` could never say `None`.
        self.read_whole(&path).await?;
        if self.proven() {
            return Ok(());
        }
        self.write(&path, "text/plain", Bytes::from_static(b"probe")).await?;
        // Another server may have removed it in between; there is nothing else it can hold.
        self.read_whole(&path).await?;
        self.remove(&path).await
    }

    /// Whether a write has lately succeeded, and none failed since.
    fn proven(&self) -> bool {
        let lasts = match self.backend {
            Backend::Memory | Backend::Folder(_) => Duration::ZERO,
            // Each write costs money there, and in a bucket with versions it stays for ever.
            Backend::Bucket(_) => BUCKET_PROOF,
        };
        let written = *self.written.lock().unwrap_or_else(PoisonError::into_inner);
        written.is_some_and(|at| at.elapsed() < lasts)
    }
}

impl fmt::Debug for StoredObjects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("StoredObjects").field(&format_args!("{}", self.store)).finish()
    }
}

#[async_trait]
impl Objects for StoredObjects {
    async fn put(&self, key: &ObjectKey, content_type: &str, bytes: Bytes) -> Result<(), ObjectError> {
        self.write(&path(key)?, content_type, bytes).await
    }

    async fn get(&self, key: &ObjectKey) -> Result<Option<Bytes>, ObjectError> {
        self.read_whole(&path(key)?).await
    }

    async fn delete(&self, key: &ObjectKey) -> Result<(), ObjectError> {
        self.remove(&path(key)?).await
    }

    async fn upload(&self, key: &ObjectKey, content_type: &str) -> Result<Box<dyn Upload>, ObjectError> {
        let (path, attributes) = (path(key)?, self.attributes(content_type)?);
        self.present().await?;
        Ok(upload::begin(self.store.clone(), path, attributes, Arc::clone(&self.written)))
    }

    async fn read(&self, key: &ObjectKey, range: Range<u64>) -> Result<Option<Pieces>, ObjectError> {
        self.present().await?;
        pieces::read(self.store.clone(), path(key)?, range).await
    }

    async fn head(&self, key: &ObjectKey) -> Result<Option<ObjectHead>, ObjectError> {
        self.present().await?;
        let path = path(key)?;
        match self.store.head(&path).await {
            Ok(meta) => {
                Ok(Some(ObjectHead { size: meta.size, etag: meta.e_tag, modified: meta.last_modified }))
            }
            // An answer to HEAD has no words to tell a missing bucket from a missing object; one to GET has.
            Err(error) if is_absence(&error) => self.read_whole(&path).await.map(|_| None),
            Err(error) => Err(backend(error)),
        }
    }

    async fn presigned(
        &self,
        key: &ObjectKey,
        content_type: &str,
        content_disposition: &str,
        lasts: Duration,
    ) -> Result<Option<String>, ObjectError> {
        let Backend::Bucket(signer) = &self.backend else { return Ok(None) };
        check_header(content_type)?;
        check_header(content_disposition)?;
        let answered =
            [("response-content-type", content_type), ("response-content-disposition", content_disposition)];
        let options = SignedUrlOptions::new().with_query(answered);
        let url = signer.signed_url_opts(Method::GET, &path(key)?, lasts, &options).await;
        url.map(|url| Some(url.to_string())).map_err(backend)
    }

    async fn walk(
        &self,
        prefix: &str,
    ) -> Result<BoxStream<'static, Result<Listed, ObjectError>>, ObjectError> {
        self.present().await?;
        let prefix = Path::parse(prefix).map_err(backend)?;
        let met = self.store.list(Some(&prefix)).filter_map(|met| async {
            match met {
                // What is not spelled like a key was not put here through the port.
                Ok(meta) => {
                    let key = ObjectKey::parse(meta.location.as_ref());
                    if key.is_none() {
                        tracing::debug!("an object with a foreign name is left out");
                    }
                    key.map(|key| Ok(Listed { key, size: meta.size, modified: meta.last_modified }))
                }
                Err(error) => Some(Err(backend(error))),
            }
        });
        Ok(met.boxed())
    }

    async fn list(&self, prefix: &str) -> Result<Vec<ObjectKey>, ObjectError> {
        let mut keys: Vec<ObjectKey> = self.walk(prefix).await?.map_ok(|met| met.key).try_collect().await?;
        // Folders are walked in no particular order.
        keys.sort_unstable_by(|a, b| a.as_str().cmp(b.as_str()));
        Ok(keys)
    }

    /// Reads a missing object, then writes one, reads it and removes it again: what readiness promises
    /// is what uploads need. At most eight seconds. No trace stays, not even of a probe that was cut
    /// short: its successor has the same name and removes it. In a bucket, a write of the last minute
    /// stands in for the writing half.
    async fn check(&self) -> Result<(), ObjectError> {
        match tokio::time::timeout(CHECK_TIMEOUT, self.probe()).await {
            Ok(outcome) => outcome,
            Err(elapsed) => Err(backend(elapsed)),
        }
    }
}

/// The key as the library spells it. It also refuses what a key built by hand could smuggle in.
fn path(key: &ObjectKey) -> Result<Path, ObjectError> {
    Path::parse(key.as_str()).map_err(backend)
}

/// Refuses what no header can hold: at a control character or one outside ASCII the library would panic.
fn check_header(value: &str) -> Result<(), ObjectError> {
    if value.bytes().all(|b| b == b' ' || b.is_ascii_graphic()) {
        Ok(())
    } else {
        Err(backend("the value has a character that no header can hold"))
    }
}

/// Whether the object is what is missing. A missing bucket is "not found" as well, but it is a fault:
/// every object would seem never to have been there.
pub(crate) fn is_absence(error: &object_store::Error) -> bool {
    // No key holds angle brackets, so this is the server's error document.
    matches!(error, object_store::Error::NotFound { source, .. }
        if !source.to_string().contains("<Code>NoSuchBucket</Code>"))
}

pub(crate) fn backend(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> ObjectError {
    ObjectError::Backend(source.into())
}
