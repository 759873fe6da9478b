//! Reading an object a piece at a time.

use std::ops::Range;

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use medcert_application::objects::{ObjectError, Pieces};
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectStore};

use crate::stored::{Prefixed, backend, is_absence};

/// Bytes asked for at once. Each piece is a request of its own: one answer for all of it would have to stay open as
/// long as the slowest caller takes.
const PIECE: u64 = 1024 * 1024;

/// The range of an object; `None` when it is missing.
pub(crate) async fn read(
    store: Prefixed,
    path: Path,
    range: Range<u64>,
) -> Result<Option<Pieces>, ObjectError> {
    let Some(first) = piece(&store, &path, &range).await? else { return Ok(None) };
    let rest = range.start + first.len() as u64..range.end;
    let others = stream::try_unfold(rest, move |left| {
        let (store, path) = (store.clone(), path.clone());
        async move {
            if left.is_empty() {
                return Ok(None);
            }
            let gone = || backend("an object went while it was being read");
            let bytes = piece(&store, &path, &left).await?.ok_or_else(gone)?;
            let next = left.start + bytes.len() as u64..left.end;
            Ok(Some((bytes, next)))
        }
    });
    Ok(Some(stream::once(async move { Ok(first) }).chain(others).boxed()))
}

/// The beginning of what is left.
async fn piece(store: &Prefixed, path: &Path, left: &Range<u64>) -> Result<Option<Bytes>, ObjectError> {
    let end = left.end.min(left.start.saturating_add(PIECE));
    let wanted = GetRange::Bounded(left.start..end);
    let options = GetOptions { range: Some(wanted), ..GetOptions::default() };
    let found = match store.get_opts(path, options).await {
        Ok(found) => found,
        Err(error) if is_absence(&error) => return Ok(None),
        Err(error) => return Err(backend(error)),
    };
    let bytes = found.into_stream().try_collect::<Vec<Bytes>>().await.map_err(backend)?.concat();
    let complete = bytes.len() as u64 == end - left.start;
    if complete { Ok(Some(bytes.into())) } else { Err(backend("an object is shorter than it should be")) }
}
