//! Opening the place a URL names.

use std::io;
use std::path::Path as FilePath;
use std::sync::Arc;
use std::time::Duration;

use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::local::LocalFileSystem;
use object_store::{BackoffConfig, ClientOptions, RetryConfig};

use crate::S3Credentials;
use crate::location::Bucket;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const REQUEST_TIMEOUT: Duration = Duration::from_mins(1);

/// Why object storage could not be opened. No message repeats any part of the URL: a secret pasted
/// into it must not reach a log.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Not a URL.
    #[error("the object storage is no URL; it is memory:, file:///absolute/folder or s3://bucket")]
    NotAUrl,
    /// A URL of something else.
    #[error("the object storage URL has an unknown scheme; it is memory:, file: or s3:")]
    UnknownScheme,
    /// A user name or password before the `@`.
    #[error("the object storage URL has a user name or password; S3 credentials are configured separately")]
    CredentialsInUrl,
    /// `memory:` with something after it.
    #[error("the object storage URL memory: has nothing after the colon")]
    Memory,
    /// Not an absolute folder of this machine.
    #[error(
        "the object storage URL of a folder is file:///absolute/folder, not the root, without parameters"
    )]
    Folder,
    /// Not the name of a bucket.
    #[error(
        "the object storage URL of a bucket is s3://bucket; its name has 3 to 63 letters, digits, '-', '_' or '.'"
    )]
    Bucket,
    /// Not a prefix of whole segments.
    #[error(
        "the prefix of the bucket has a segment that is empty or not of letters, digits, '-', '_' and '.'"
    )]
    Prefix,
    /// No region, or not the name of one.
    #[error("the object storage URL s3: needs ?region=, for example eu-west-1, unless it has an endpoint")]
    Region,
    /// Not the address of a server.
    #[error("the endpoint of the object storage is http://host:port or https://host, without parameters")]
    Endpoint,
    /// A parameter other than those there are.
    #[error("the object storage URL s3: has an unknown parameter; there are endpoint and region")]
    UnknownParameter,
    /// The same parameter twice.
    #[error("the object storage URL s3: has a parameter twice")]
    RepeatedParameter,
    /// A part of the S3 credentials is empty, or has a space, a line break or a letter outside ASCII.
    #[error("the S3 credentials are incomplete or have a space or line break")]
    Credentials,
    /// The folder is not there and cannot be made, or is no folder.
    #[error("the folder of the object storage could not be opened")]
    FolderUnusable(#[source] io::Error),
    /// The client of the store could not be made.
    #[error("the client of the object storage could not be set up")]
    Client(#[source] object_store::Error),
}

/// The folder, created when it is missing.
pub(crate) fn folder(path: &FilePath) -> Result<LocalFileSystem, OpenError> {
    create(path).map_err(OpenError::FolderUnusable)?;
    let store = LocalFileSystem::new_with_prefix(path).map_err(OpenError::Client)?;
    // The database commits the reference to an object after the put: what it refers to must be on disk.
    Ok(store.with_fsync(true))
}

fn create(path: &FilePath) -> io::Result<()> {
    let missing: Vec<_> = path.ancestors().take_while(|folder| !folder.exists()).collect();
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    // Certificates are medical data. A folder that is there already keeps the mode its owner chose.
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    // A folder's own entry is durable once its parent is synced.
    for parent in missing.iter().filter_map(|folder| folder.parent()) {
        sync_folder(parent)?;
    }
    Ok(())
}

/// Makes the entries of the folder durable.
pub(crate) fn sync_folder(path: &FilePath) -> io::Result<()> {
    // Elsewhere than on Unix a folder cannot be opened as a file.
    if cfg!(unix) { std::fs::File::open(path)?.sync_all() } else { Ok(()) }
}

/// The bucket. Nothing is sent: an unreachable or unknown bucket shows in the first request.
pub(crate) fn bucket(
    bucket: &Bucket,
    credentials: Option<S3Credentials>,
) -> Result<Arc<AmazonS3>, OpenError> {
    let plain_http = bucket.endpoint.as_ref().is_some_and(|endpoint| endpoint.plain_http);
    let client = ClientOptions::new()
        .with_connect_timeout(CONNECT_TIMEOUT)
        .with_timeout(REQUEST_TIMEOUT)
        .with_allow_http(plain_http);
    // A caller waits for the answer; what outlasts these retries is for the job queue to try again.
    let retry = RetryConfig {
        max_retries: 2,
        retry_timeout: Duration::from_secs(10),
        backoff: BackoffConfig {
            init_backoff: Duration::from_millis(100),
            max_backoff: Duration::from_secs(1),
            base: 2.,
        },
    };
    // `new`, not `from_env`: configuration is read in one place, by the server.
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&bucket.name)
        .with_region(&bucket.region)
        .with_client_options(client)
        .with_retry(retry)
        // Removing objects in bulk is an extension that not every S3 server has.
        .with_disable_bulk_delete(true);
    builder = match &bucket.endpoint {
        // The bucket goes into the path: a server of one's own seldom has a host name for each bucket.
        Some(endpoint) => builder.with_endpoint(&endpoint.url).with_virtual_hosted_style_request(false),
        // The certificate of AWS covers one label before its own name, so a dot in the bucket does not fit.
        None => builder.with_virtual_hosted_style_request(!bucket.name.contains('.')),
    };
    if let Some(credentials) = credentials {
        if !credentials.can_be_sent() {
            return Err(OpenError::Credentials);
        }
        let S3Credentials { access_key_id, secret_access_key, session_token } = credentials;
        builder = builder.with_access_key_id(access_key_id).with_secret_access_key(secret_access_key);
        if let Some(token) = session_token {
            builder = builder.with_token(token);
        }
    }
    builder.build().map(Arc::new).map_err(OpenError::Client)
}
