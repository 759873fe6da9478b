//! Files of a request: what may be kept, under which name, and what their bytes must be.

mod content;
mod file;
mod name;

pub use content::{Archive, Finding, Inspection, Rejected};
pub use file::{FileKind, FileLimits, MOST_FILES, MediaType, NewFile, StoredFile};
pub use name::{file_name, matching_type};
