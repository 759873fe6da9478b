//! The objects that rows of certification lead to.

use medcert_domain::Id;
use uuid::Uuid;

use crate::{
    files::KeptObjects,
    objects::{CERTIFICATES, FILES, ObjectKey},
};

/// The identifier in a segment of a key.
fn segment(key: &ObjectKey, at: usize) -> Option<Uuid> {
    key.as_str().split('/').nth(at)?.parse().ok()
}

/// Files of requests.
pub(crate) const FILES_OF_REQUESTS: KeptObjects = KeptObjects {
    prefix: FILES,
    kept: |app, keys| {
        Box::pin(async move {
            let ids: Vec<_> = keys.iter().filter_map(|key| segment(key, 2)).map(Id::new).collect();
            let rows = app.store().files_known(&ids).await?;
            let key = |(request, file): (Id<_>, Id<_>)| ObjectKey::file(request.raw(), file.raw());
            Ok(rows.into_iter().map(|row| key(row).as_str().to_owned()).collect())
        })
    },
};

/// Certificates.
pub(crate) const PDFS_OF_CERTIFICATES: KeptObjects = KeptObjects {
    prefix: CERTIFICATES,
    kept: |app, keys| {
        Box::pin(async move {
            let ids: Vec<_> = keys.iter().filter_map(|key| segment(key, 1)).map(Id::new).collect();
            Ok(app.store().certificate_keys(&ids).await?.into_iter().collect())
        })
    },
};
