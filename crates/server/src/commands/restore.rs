//! `medcert restore`

use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use bytes::Bytes;
use clap::Args;
use indicatif::ProgressBar;
use medcert_application::objects::{ObjectKey, Objects};
use medcert_persistence::backup::{Restoration, Row, Shape};

use crate::{
    archive::{ArchiveEntry, ArchiveHeader, Lines, Manifest, read},
    commands::backup::progress,
    options::Options,
    wiring,
};

/// What to restore.
#[derive(Debug, Clone, Args)]
pub(crate) struct RestoreOptions {
    /// File that `backup` wrote
    file: PathBuf,
}

/// `medcert restore`
pub(crate) async fn restore(options: &Options, restore: &RestoreOptions) -> anyhow::Result<()> {
    // All of it is read once before anything is touched, so that a damaged file leaves no trace.
    let (head, manifest) = read(&restore.file, async |_| Ok(())).await?;
    let known = Shape::after(&head.shape.migrations).await.with_context(|| newer(&head))?;
    ensure!(
        known == head.shape,
        "the backup has other tables than this program makes with the same migrations"
    );
    let objects = wiring::objects(options)?;
    let store = wiring::store(options).await?;
    let mut filling = store.restoration(&head.shape.migrations).await.context("nothing was restored")?;
    let bar = progress();
    let (_, again) = read(&restore.file, async |part| match part {
        ArchiveEntry::Rows { table, lines } => rows(&mut filling, &bar, table, lines).await,
        ArchiveEntry::Object { key, bytes } => object(&objects, &bar, key, bytes.into()).await,
    })
    .await?;
    ensure!(again == manifest, "the file was changed while it was read; nothing was restored");
    filling.complete().await?;
    bar.set_message("rows compared with the backup");
    bar.set_position(0);
    compare(&filling, &bar, &manifest).await?;
    filling.commit().await.context("nothing was restored")?;
    bar.finish_and_clear();
    println!(
        "{} rows of {} tables and {} objects of {} are restored and compared with the backup.",
        manifest.rows(),
        manifest.tables.len(),
        manifest.objects,
        head.created_at
    );
    if !head.with_objects {
        println!("The backup was made without objects: give back those of its time yourself.");
    }
    let missing = store.pending_migrations().await?;
    if !missing.is_empty() {
        println!("The database has the state of the backup; `medcert migrate` brings it up to date.");
    }
    store.close().await?;
    Ok(())
}

fn newer(head: &ArchiveHeader) -> String {
    format!("the backup was made by Medcert {}, which is newer: use that one", head.program_version)
}

async fn rows(filling: &mut Restoration, bar: &ProgressBar, table: &str, lines: &[u8]) -> anyhow::Result<()> {
    bar.set_message(format!("rows, {table}"));
    let parsed: Option<Vec<Row>> =
        lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(Row::parse).collect();
    let parsed = parsed.with_context(|| format!("a row of {table} cannot be read; nothing was restored"))?;
    filling.add(table, &parsed).await.context("nothing was restored")?;
    bar.inc(u64::try_from(parsed.len())?);
    Ok(())
}

/// Objects come before the rows are kept: if this ends in between, nothing leads to them, and they are swept.
async fn object(objects: &impl Objects, bar: &ProgressBar, key: &str, bytes: Bytes) -> anyhow::Result<()> {
    bar.set_message("rows and objects");
    let parsed = ObjectKey::parse(key).with_context(|| format!("{key} is no key of an object"))?;
    // Content types are the database's; this is for those who look into a bucket themselves.
    let pdf = std::path::Path::new(key).extension().is_some_and(|end| end == "pdf");
    let kind = if pdf { "application/pdf" } else { "application/octet-stream" };
    objects.put(&parsed, kind, bytes.clone()).await.context("an object cannot be written")?;
    let kept = objects.get(&parsed).await.context("an object cannot be read again")?;
    ensure!(kept.as_ref() == Some(&bytes), "the object {key} is not what was written");
    bar.inc(1);
    Ok(())
}

/// Reads every row again as the database has it.
async fn compare(filling: &Restoration, bar: &ProgressBar, manifest: &Manifest) -> anyhow::Result<()> {
    for table in &filling.shape().tables {
        let mut lines = Lines::default();
        let mut rows = filling.rows(table);
        loop {
            let page = rows.next().await?;
            if page.is_empty() {
                break;
            }
            for row in &page {
                lines.add(row.line().as_bytes());
            }
            bar.inc(u64::try_from(page.len())?);
        }
        ensure!(
            manifest.tables.get(&table.name) == Some(&lines.written()),
            "the database does not give back the rows of {} as they were; nothing was restored",
            table.name
        );
    }
    Ok(())
}
