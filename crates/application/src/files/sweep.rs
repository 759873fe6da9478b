//! Clearing up: objects whose rows are gone, and objects that never got one.

use std::collections::{BTreeMap, HashSet};

use chrono::Duration;
use futures::{TryStreamExt as _, future::BoxFuture};

use crate::{App, Error, objects::ObjectKey, rooms::ROOMS};

/// Objects looked up at once.
const BATCH: usize = 500;

/// An upload or an issue has entered its row long before its object is so old.
const YOUNG: Duration = Duration::hours(24);

/// Tells of some keys which ones a row leads to.
type Kept = for<'a> fn(&'a App, &'a [ObjectKey]) -> BoxFuture<'a, Result<HashSet<String>, Error>>;

/// Objects of a room, of which it tells which ones its rows lead to.
pub(crate) struct KeptObjects {
    /// What their keys begin with.
    pub(crate) prefix: &'static str,
    /// Those of these keys that a row leads to.
    pub(crate) kept: Kept,
}

/// How many objects a sweep removed below each prefix; of those where it removed none there is nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Swept(pub BTreeMap<&'static str, u64>);

/// Removes objects older than a day that no row leads to. Nobody can see them, so nothing waits for it; it may be cut
/// off anywhere.
pub async fn sweep(app: &App) -> Result<Swept, Error> {
    let mut swept = Swept::default();
    for objects in ROOMS.iter().flat_map(|room| room.kept_objects) {
        let removed = below(app, objects).await?;
        tracing::info!(objects = objects.prefix, removed, "objects without a row swept");
        if removed > 0 {
            swept.0.insert(objects.prefix, removed);
        }
    }
    Ok(swept)
}

async fn below(app: &App, objects: &KeptObjects) -> Result<u64, Error> {
    let mut met = app.parts.objects.walk(objects.prefix).await?;
    let mut swept = 0;
    let mut batch = Vec::with_capacity(BATCH);
    while let Some(object) = met.try_next().await? {
        if app.now() - object.modified > YOUNG {
            batch.push(object.key);
        }
        if batch.len() == BATCH {
            swept += remove_unknown(app, objects, &mut batch).await?;
        }
    }
    Ok(swept + remove_unknown(app, objects, &mut batch).await?)
}

async fn remove_unknown(app: &App, objects: &KeptObjects, batch: &mut Vec<ObjectKey>) -> Result<u64, Error> {
    let kept = (objects.kept)(app, batch).await?;
    let mut removed = 0;
    for key in batch.drain(..).filter(|key| !kept.contains(key.as_str())) {
        app.parts.objects.delete(&key).await?;
        removed += 1;
    }
    Ok(removed)
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
