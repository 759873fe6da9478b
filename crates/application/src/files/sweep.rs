//! Clearing up: objects whose rows are gone, and objects that never got one.

use std::collections::HashSet;

use chrono::Duration;
use futures::TryStreamExt as _;
use medcert_domain::Id;
use uuid::Uuid;

use crate::{
    App, Error,
    objects::{CERTIFICATES, FILES, ObjectKey},
};

/// Objects looked up at once.
const BATCH: usize = 500;

/// An upload or an issue has entered its row long before its object is so old.
const YOUNG: Duration = Duration::hours(24);

/// What a sweep removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Objects of files.
    pub files: u64,
    /// Objects of certificates.
    pub certificates: u64,
}

/// Removes objects older than a day that no row leads to. Nobody can see them, so nothing waits for it; it may be cut
/// off anywhere.
pub async fn sweep(app: &App) -> Result<Swept, Error> {
    let swept = Swept { files: below(app, FILES).await?, certificates: below(app, CERTIFICATES).await? };
    tracing::info!(files = swept.files, certificates = swept.certificates, "objects without a row swept");
    Ok(swept)
}

async fn below(app: &App, prefix: &str) -> Result<u64, Error> {
    let mut met = app.parts.objects.walk(prefix).await?;
    let mut swept = 0;
    let mut batch = Vec::with_capacity(BATCH);
    while let Some(object) = met.try_next().await? {
        if app.now() - object.modified > YOUNG {
            batch.push(object.key);
        }
        if batch.len() == BATCH {
            swept += remove_unknown(app, prefix, &mut batch).await?;
        }
    }
    Ok(swept + remove_unknown(app, prefix, &mut batch).await?)
}

async fn remove_unknown(app: &App, prefix: &str, batch: &mut Vec<ObjectKey>) -> Result<u64, Error> {
    let known = if prefix == FILES {
        let ids: Vec<_> = batch.iter().filter_map(|key| segment(key, 2)).map(Id::new).collect();
        let rows = app.store().files_known(&ids).await?;
        rows.into_iter().map(|(request, file)| ObjectKey::file(request, file).as_str().to_owned()).collect()
    } else {
        let ids: Vec<_> = batch.iter().filter_map(|key| segment(key, 1)).map(Id::new).collect();
        app.store().certificate_keys(&ids).await?.into_iter().collect::<HashSet<String>>()
    };
    let mut removed = 0;
    for key in batch.drain(..).filter(|key| !known.contains(key.as_str())) {
        app.parts.objects.delete(&key).await?;
        removed += 1;
    }
    Ok(removed)
}

/// The identifier in a segment of a key.
fn segment(key: &ObjectKey, at: usize) -> Option<Uuid> {
    key.as_str().split('/').nth(at)?.parse().ok()
}

/// Removes the objects of files that were taken away; tells how many.
pub async fn remove_discarded(app: &App) -> Result<u64, Error> {
    let mut removed = 0;
    loop {
        let keys = app.store().discarded(BATCH as u64).await?;
        for key in &keys {
            // A key that cannot be one leads to no object.
            if let Some(key) = ObjectKey::parse(key) {
                app.parts.objects.delete(&key).await?;
            }
        }
        app.store().forget_discarded(&keys).await?;
        removed += keys.len() as u64;
        if keys.len() < BATCH {
            return Ok(removed);
        }
    }
}
