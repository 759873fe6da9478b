//! Files of requests: adding, reading and taking them away.

mod delete;
mod read;
mod upload;
mod visible;

pub use delete::{FileAttempt, delete};
pub use read::{content, file, list};
pub use upload::{EncodeFile, ReplayedFile, UploadAttempt, Uploaded, upload};
pub use visible::VisibleFile;
