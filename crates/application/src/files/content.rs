//! The bytes of a file.

use std::{ops::Range, time::Duration};

use crate::{
    App, Error,
    objects::{ObjectKey, Pieces},
};

/// How long an address is good at which anybody may fetch a file.
const LASTS: Duration = Duration::from_mins(5);

/// The bytes of a file in this range, which must lie within it.
pub async fn pieces(app: &App, key: &ObjectKey, range: Range<u64>) -> Result<Pieces, Error> {
    let pieces = app.parts.objects.read(key, range).await?;
    pieces.ok_or_else(|| Error::internal("a file is missing from the object storage"))
}

/// An address where the file can be fetched for five minutes, if the object storage serves it itself.
pub async fn address(
    app: &App,
    key: &ObjectKey,
    media_type: &str,
    content_disposition: &str,
) -> Result<Option<String>, Error> {
    Ok(app.parts.objects.presigned(key, media_type, content_disposition, LASTS).await?)
}
