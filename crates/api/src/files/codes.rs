//! The closed vocabularies of files.

use medcert_domain::files as f;

use crate::codes::wire;

wire! {
    FileKindCode = f::FileKind, "FileKind", "What a file is to its request.";
    MediaTypeCode = f::MediaType, "MediaType", "The formats that are kept.";
}
