//! Writing the file.

use std::io::Write;

use anyhow::Context as _;
use flate2::{Compression, write::GzEncoder};
use medcert_persistence::backup::Shape;
use sha2::{Digest as _, Sha256};

use super::{
    ArchiveHeader, FORMAT, HEAD, INDEX, Indexed, Lines, MANIFEST, Manifest, OBJECTS, TABLES, VERSION, sha256,
};

/// Bytes of rows in one entry, at least, unless the table ends.
const PART: usize = 1024 * 1024;

/// Objects in one part of the index.
const INDEXED: usize = 1000;

/// Writes a backup.
pub(crate) struct Writer<W: Write> {
    tar: tar::Builder<GzEncoder<W>>,
    manifest: Manifest,
    table: Option<Table>,
    index: Vec<Indexed>,
    index_hash: Sha256,
    index_parts: u64,
}

struct Table {
    name: String,
    part: u64,
    lines: Lines,
    waiting: Vec<u8>,
}

impl<W: Write> Writer<W> {
    /// Begins.
    pub(crate) fn begin(
        target: W,
        shape: &Shape,
        created_at: String,
        with_objects: bool,
    ) -> anyhow::Result<Self> {
        let head = ArchiveHeader {
            format: FORMAT.to_owned(),
            format_version: VERSION,
            program_version: env!("CARGO_PKG_VERSION").to_owned(),
            created_at,
            with_objects,
            shape: shape.clone(),
        };
        let head = serde_json::to_vec_pretty(&head)?;
        let mut writer = Self {
            tar: tar::Builder::new(GzEncoder::new(target, Compression::fast())),
            manifest: Manifest { head_sha256: sha256(&head), ..Manifest::default() },
            table: None,
            index: Vec::new(),
            index_hash: Sha256::new(),
            index_parts: 0,
        };
        writer.entry(HEAD, &head)?;
        Ok(writer)
    }

    /// The rows that follow belong to this table.
    pub(crate) fn table(&mut self, name: &str) -> anyhow::Result<()> {
        self.end_table()?;
        self.table =
            Some(Table { name: name.to_owned(), part: 0, lines: Lines::default(), waiting: Vec::new() });
        Ok(())
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, line: &str) -> anyhow::Result<()> {
        let table = self.table.as_mut().context("a row belongs to a table")?;
        table.waiting.extend_from_slice(line.as_bytes());
        if table.waiting.len() >= PART { self.end_part() } else { Ok(()) }
    }

    /// Adds an object; its key has only characters that can stand in a path.
    pub(crate) fn object(&mut self, key: &str, bytes: &[u8]) -> anyhow::Result<()> {
        self.end_table()?;
        self.entry(&format!("{OBJECTS}/{key}"), bytes)?;
        let size = u64::try_from(bytes.len())?;
        self.manifest.objects += 1;
        self.manifest.object_bytes += size;
        self.index.push(Indexed { key: key.to_owned(), size, sha256: sha256(bytes) });
        if self.index.len() >= INDEXED { self.end_index() } else { Ok(()) }
    }

    /// Notes that an object was gone when its turn came.
    pub(crate) fn removed_meanwhile(&mut self) {
        self.manifest.objects_removed_meanwhile += 1;
    }

    /// Ends, and tells what was written.
    pub(crate) fn finish(mut self) -> anyhow::Result<(W, Manifest)> {
        self.end_table()?;
        self.end_index()?;
        self.manifest.object_index_sha256 = hex::encode(std::mem::take(&mut self.index_hash).finalize());
        let manifest = serde_json::to_vec_pretty(&self.manifest)?;
        self.entry(MANIFEST, &manifest)?;
        let compressed = self.tar.into_inner().context("cannot write the backup")?;
        let target = compressed.finish().context("cannot write the backup")?;
        Ok((target, self.manifest))
    }

    fn end_part(&mut self) -> anyhow::Result<()> {
        let Some(table) = &mut self.table else { return Ok(()) };
        if table.waiting.is_empty() {
            return Ok(());
        }
        table.part += 1;
        table.lines.add(&table.waiting);
        let path = format!("{TABLES}/{}/{:06}.jsonl", table.name, table.part);
        let bytes = std::mem::take(&mut table.waiting);
        self.entry(&path, &bytes)
    }

    fn end_table(&mut self) -> anyhow::Result<()> {
        self.end_part()?;
        if let Some(table) = self.table.take() {
            self.manifest.tables.insert(table.name, table.lines.written());
        }
        Ok(())
    }

    fn end_index(&mut self) -> anyhow::Result<()> {
        if self.index.is_empty() {
            return Ok(());
        }
        let mut lines = Vec::new();
        for indexed in std::mem::take(&mut self.index) {
            serde_json::to_writer(&mut lines, &indexed)?;
            lines.push(b'\n');
        }
        self.index_hash.update(&lines);
        self.index_parts += 1;
        let path = format!("{INDEX}/{:06}.jsonl", self.index_parts);
        self.entry(&path, &lines)
    }

    fn entry(&mut self, path: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let mut header = tar::Header::new_gnu();
        header.set_size(u64::try_from(bytes.len())?);
        header.set_mode(0o600);
        self.tar.append_data(&mut header, path, bytes).context("cannot write the backup")
    }
}
