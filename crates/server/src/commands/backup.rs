//! `medcert backup`

use std::{
    fs::File,
    io::{BufWriter, IsTerminal as _, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, bail, ensure};
use chrono::SecondsFormat;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use medcert_application::{
    objects::{ObjectKey, Objects},
    secrets::Clock as _,
};
use medcert_persistence::SeaStore;

use crate::{
    archive::{Manifest, Writer},
    options::Options,
    wiring,
};

/// What to write, and where.
#[derive(Debug, Clone, Args)]
pub(crate) struct BackupOptions {
    /// File to write, which must not be there yet; `-` for standard output
    file: PathBuf,
    /// Leave out the objects (certificates and files), where their storage keeps versions of its own
    #[arg(long)]
    without_objects: bool,
}

/// `medcert backup`
pub(crate) async fn backup(options: &Options, backup: &BackupOptions) -> anyhow::Result<()> {
    let store = wiring::store(options).await?;
    let manifest = if backup.file == Path::new("-") {
        ensure!(!std::io::stdout().is_terminal(), "a backup is no text to read: name a file");
        let (mut target, manifest) =
            write(options, &store, backup, BufWriter::new(std::io::stdout())).await?;
        target.flush().context("cannot write the backup")?;
        manifest
    } else {
        into_file(options, &store, backup).await?
    };
    store.close().await?;
    let tables = manifest.tables.len();
    eprintln!(
        "{} rows of {tables} tables and {} objects are in the backup.",
        manifest.rows(),
        manifest.objects
    );
    if manifest.objects_removed_meanwhile > 0 {
        eprintln!(
            "{} objects were removed while it was made; rows in it may still lead to them.",
            manifest.objects_removed_meanwhile
        );
    }
    Ok(())
}

/// The file has its name only when it is whole, and nobody but its owner can read it.
async fn into_file(options: &Options, store: &SeaStore, backup: &BackupOptions) -> anyhow::Result<Manifest> {
    let path = &backup.file;
    let place = || format!("cannot write {}", path.display());
    if path.try_exists().with_context(place)? {
        bail!("{} is there already; a backup overwrites nothing", path.display());
    }
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let draft =
        tempfile::Builder::new().prefix(".medcert-backup-").tempfile_in(folder).with_context(place)?;
    let (mut target, manifest) = write(options, store, backup, BufWriter::new(draft)).await?;
    target.flush().with_context(place)?;
    let draft = target.into_inner().map_err(std::io::IntoInnerError::into_error).with_context(place)?;
    draft.as_file().sync_all().with_context(place)?;
    draft.persist_noclobber(path).map_err(|error| error.error).with_context(place)?;
    // The name itself is durable once its folder is.
    File::open(folder).and_then(|folder| folder.sync_all()).with_context(place)?;
    Ok(manifest)
}

async fn write<W: Write>(
    options: &Options,
    store: &SeaStore,
    backup: &BackupOptions,
    target: W,
) -> anyhow::Result<(W, Manifest)> {
    let snapshot = store.snapshot().await.context("the database cannot be backed up")?;
    let now = medcert_credentials::SystemClock.now().to_rfc3339_opts(SecondsFormat::Secs, true);
    // Asked for right after the moment of the rows: an object is stored before its row, so those of all rows are
    // among these, and one that is removed from now on is missed when its turn comes.
    let (objects, keys) = if backup.without_objects {
        (None, Vec::new())
    } else {
        let objects = wiring::objects(options)?;
        let keys = objects.list("").await.context("the objects cannot be listed")?;
        (Some(objects), keys)
    };
    let mut writer = Writer::begin(target, snapshot.shape(), now, objects.is_some())?;
    let bar = progress();
    for table in &snapshot.shape().tables {
        writer.table(&table.name)?;
        bar.set_message(format!("rows, {}", table.name));
        let mut rows = snapshot.rows(table);
        loop {
            let page = rows.next().await?;
            if page.is_empty() {
                break;
            }
            for row in &page {
                writer.row(&row.line())?;
            }
            bar.inc(u64::try_from(page.len())?);
        }
    }
    snapshot.close().await?;
    bar.set_message("rows and objects");
    if let Some(objects) = objects {
        copy_objects(&mut writer, &objects, keys, &bar).await?;
    }
    bar.finish_and_clear();
    writer.finish()
}

async fn copy_objects(
    writer: &mut Writer<impl Write>,
    objects: &impl Objects,
    keys: Vec<ObjectKey>,
    bar: &ProgressBar,
) -> anyhow::Result<()> {
    for key in keys {
        match objects.get(&key).await.context("an object cannot be read")? {
            Some(bytes) => writer.object(key.as_str(), &bytes)?,
            None => writer.removed_meanwhile(),
        }
        bar.inc(1);
    }
    Ok(())
}

/// Shown on a terminal only.
pub(crate) fn progress() -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    bar.enable_steady_tick(Duration::from_millis(200));
    match ProgressStyle::with_template("{spinner} {human_pos} {msg}, {per_sec}, {elapsed}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

#[cfg(test)]
mod tests {
    use medcert_object_store::StoredObjects;
    use medcert_persistence::backup::Shape;

    use super::*;
    use crate::archive::read;

    #[tokio::test]
    async fn an_object_that_is_removed_meanwhile_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("backup");
        let shape = Shape { migrations: vec![], tables: vec![] };
        let mut writer = Writer::begin(File::create(&path).unwrap(), &shape, "now".to_owned(), true).unwrap();
        let objects = StoredObjects::open("memory:", None).unwrap();
        let keys = ["there", "gone"].map(|key| ObjectKey::parse(key).unwrap());
        objects.put(&keys[0], "text/plain", "x".into()).await.unwrap();
        copy_objects(&mut writer, &objects, keys.to_vec(), &ProgressBar::hidden()).await.unwrap();
        let (_, written) = writer.finish().unwrap();
        assert_eq!((written.objects, written.objects_removed_meanwhile), (1, 1));
        let (_, found) = read(&path, async |_| Ok(())).await.unwrap();
        assert_eq!(found, written);
    }
}
