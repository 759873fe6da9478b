//! Reading the file, and refusing it when anything in it is not as it was written.

use std::{
    collections::{BTreeMap, VecDeque},
    fs::File,
    io::{BufReader, Read},
    path::Path,
};

use anyhow::{Context as _, bail, ensure};
use flate2::read::GzDecoder;
use sha2::{Digest as _, Sha256};

use super::{
    ArchiveHeader, FORMAT, HEAD, INDEX, Indexed, Lines, MANIFEST, Manifest, OBJECTS, TABLES, VERSION, sha256,
};

/// Bytes of an entry that is not an object, at the most: a part of rows ends with the row that fills it.
const MOST: u64 = 256 * 1024 * 1024;

/// What the file is made of, as it comes.
pub(crate) enum ArchiveEntry<'p> {
    /// Whole lines of a table.
    Rows {
        /// The table.
        table: &'p str,
        /// The lines.
        lines: &'p [u8],
    },
    /// An object. Whether it is the one that was written is known at the end only.
    Object {
        /// Its key.
        key: &'p str,
        /// Its bytes.
        bytes: Vec<u8>,
    },
}

const DAMAGED: &str = "the file is damaged or cut short";

/// Reads the file from its beginning to its end; fails unless all of it is as the manifest at its end says.
pub(crate) async fn read(
    path: &Path,
    mut each: impl AsyncFnMut(ArchiveEntry<'_>) -> anyhow::Result<()>,
) -> anyhow::Result<(ArchiveHeader, Manifest)> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut archive = tar::Archive::new(GzDecoder::new(BufReader::new(file)));
    let mut entries = archive.entries().context(DAMAGED)?;
    let first = entries.next().context("the file is no backup of Medcert: it is empty")?;
    let (name, bytes) = content(first.context("the file is no backup of Medcert")?)?;
    ensure!(name == HEAD, "the file is no backup of Medcert: it begins with {name}");
    let head: ArchiveHeader =
        serde_json::from_slice(&bytes).context("the head of the backup cannot be read")?;
    ensure!(head.format == FORMAT, "the file is no backup of Medcert");
    ensure!(
        head.format_version == VERSION,
        "the backup has format {}, and this program knows format {VERSION}: use Medcert {} or later",
        head.format_version,
        head.program_version
    );
    let mut seen = Verified::of(&head, sha256(&bytes));
    let mut manifest = None;
    for entry in entries {
        let (name, bytes) = content(entry.context(DAMAGED)?)?;
        ensure!(manifest.is_none(), "{DAMAGED}: there is {name} after its end");
        match name.split_once('/') {
            None if name == MANIFEST => {
                manifest = Some(serde_json::from_slice::<Manifest>(&bytes).context(DAMAGED)?);
            }
            Some((TABLES, rest)) => {
                let (table, _) = rest.split_once('/').context(DAMAGED)?;
                seen.rows(table, &bytes)?;
                each(ArchiveEntry::Rows { table, lines: &bytes }).await?;
            }
            Some((OBJECTS, key)) => {
                seen.object(key, &bytes)?;
                each(ArchiveEntry::Object { key, bytes }).await?;
            }
            Some((INDEX, _)) => seen.index(&bytes)?,
            _ => bail!("{DAMAGED}: {name} does not belong into it"),
        }
    }
    let manifest = manifest.with_context(|| format!("{DAMAGED}: its end is missing"))?;
    // Up to the checksum of the compression, which comes last.
    std::io::copy(&mut archive.into_inner(), &mut std::io::sink()).context(DAMAGED)?;
    seen.compare(&manifest)?;
    Ok((head, manifest))
}

fn content(mut entry: tar::Entry<'_, impl Read>) -> anyhow::Result<(String, Vec<u8>)> {
    let path = entry.path().context(DAMAGED)?;
    let name = path.to_str().context(DAMAGED)?.to_owned();
    let size = entry.size();
    ensure!(name.starts_with(OBJECTS) || size <= MOST, "{DAMAGED}: {name} is too large");
    let mut bytes = Vec::new();
    entry.read_to_end(&mut bytes).context(DAMAGED)?;
    ensure!(u64::try_from(bytes.len())? == size, DAMAGED);
    Ok((name, bytes))
}

/// What has been read.
struct Verified {
    head_sha256: String,
    tables: BTreeMap<String, Lines>,
    /// The tables whose rows may still come, in their order.
    coming: VecDeque<String>,
    objects: u64,
    object_bytes: u64,
    /// Those whose part of the index is still to come.
    unindexed: VecDeque<Indexed>,
    index_hash: Sha256,
}

impl Verified {
    fn of(head: &ArchiveHeader, head_sha256: String) -> Self {
        let names = || head.shape.tables.iter().map(|table| table.name.clone());
        Self {
            head_sha256,
            tables: names().map(|name| (name, Lines::default())).collect(),
            coming: names().collect(),
            objects: 0,
            object_bytes: 0,
            unindexed: VecDeque::new(),
            index_hash: Sha256::new(),
        }
    }

    fn rows(&mut self, table: &str, bytes: &[u8]) -> anyhow::Result<()> {
        while self.coming.front().is_some_and(|name| name != table) {
            self.coming.pop_front();
        }
        let lines = self.tables.get_mut(table).filter(|_| !self.coming.is_empty());
        let lines = lines.with_context(|| format!("{DAMAGED}: rows of {table} are out of place"))?;
        ensure!(bytes.ends_with(b"\n"), "{DAMAGED}: a row of {table} has no end");
        lines.add(bytes);
        Ok(())
    }

    fn object(&mut self, key: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let size = u64::try_from(bytes.len())?;
        self.objects += 1;
        self.object_bytes += size;
        self.unindexed.push_back(Indexed { key: key.to_owned(), size, sha256: sha256(bytes) });
        Ok(())
    }

    fn index(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        self.index_hash.update(bytes);
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            let recorded: Indexed = serde_json::from_slice(line).context(DAMAGED)?;
            ensure!(
                self.unindexed.pop_front().as_ref() == Some(&recorded),
                "{DAMAGED}: the object {} is not the one that was written",
                recorded.key
            );
        }
        Ok(())
    }

    fn compare(self, manifest: &Manifest) -> anyhow::Result<()> {
        ensure!(self.unindexed.is_empty(), "{DAMAGED}: objects are missing in its index");
        ensure!(self.head_sha256 == manifest.head_sha256, "{DAMAGED}: its head was changed");
        for (name, lines) in self.tables {
            let found = lines.written();
            let recorded = manifest.tables.get(&name);
            ensure!(
                recorded == Some(&found),
                "{DAMAGED}: the rows of {name} are not those that were written"
            );
        }
        let objects = self.objects == manifest.objects
            && self.object_bytes == manifest.object_bytes
            && hex::encode(self.index_hash.finalize()) == manifest.object_index_sha256;
        ensure!(objects, "{DAMAGED}: its objects are not those that were written");
        Ok(())
    }
}
