//! Object storage behind the application's `Objects` port: an S3 bucket, a local folder, or memory.
//!
//! One URL names the place, so that an installation changes its storage by configuration alone:
//!
//! | URL | place |
//! |---|---|
//! | `memory:` | this process; gone when it ends |
//! | `file:///absolute/folder` | a folder, created with mode 0700 when missing |
//! | `s3://bucket/prefix?region=eu-west-1` | a bucket of AWS; the prefix is optional |
//! | `s3://bucket?endpoint=http://127.0.0.1:9000&region=eu-west-1` | a bucket of another S3 server; the region is optional |
//!
//! Every place keeps an object as a whole or not at all, and a `put` that has returned survives a
//! power cut (memory aside). The folder keeps no content types; the port never reads them back.

mod credentials;
mod location;
mod open;
mod pieces;
mod stored;
mod upload;

pub use credentials::S3Credentials;
pub use open::OpenError;
pub use stored::StoredObjects;
