//! The file of a backup: a tar archive, compressed with gzip, in this order:
//!
//! | entry | what |
//! |---|---|
//! | `medcert-backup.json` | what follows: versions, migrations, tables with their columns ([`ArchiveHeader`]) |
//! | `tables/<table>/<number>.jsonl` | rows, each a JSON object in a line of its own, in the order of the primary key |
//! | `objects/<key>` | an object |
//! | `object-index/<number>.jsonl` | size and SHA-256 of the objects before it ([`Indexed`]) |
//! | `manifest.json` | count and SHA-256 of everything ([`Manifest`]) |
//!
//! It is written and read from its beginning to its end, so neither side keeps more than an entry in memory. What a
//! tar archive says of a file it says before it; that is why rows come in parts, and why the manifest is the end.

mod reader;
mod writer;

use std::collections::BTreeMap;

use medcert_persistence::backup::Shape;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

pub(crate) use self::{
    reader::{ArchiveEntry, read},
    writer::Writer,
};

/// What the head calls itself.
const FORMAT: &str = "medcert-backup";

/// Counts up when an older program could not read the file any more.
const VERSION: u32 = 1;

const HEAD: &str = "medcert-backup.json";
const MANIFEST: &str = "manifest.json";
const TABLES: &str = "tables";
const OBJECTS: &str = "objects";
const INDEX: &str = "object-index";

/// What a backup is, and what its rows look like.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ArchiveHeader {
    format: String,
    format_version: u32,
    /// The program that wrote it.
    pub program_version: String,
    /// When its rows were the present (UTC).
    pub created_at: String,
    /// Whether objects were to be in it.
    pub with_objects: bool,
    /// Migrations and tables.
    #[serde(flatten)]
    pub shape: Shape,
}

/// What was written, to be compared with what is read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// SHA-256 of the head.
    pub head_sha256: String,
    /// The tables.
    pub tables: BTreeMap<String, Written>,
    /// Number of objects.
    pub objects: u64,
    /// Their bytes together.
    pub object_bytes: u64,
    /// SHA-256 of all parts of their index.
    pub object_index_sha256: String,
    /// Objects that were removed while the backup was made: rows in it may lead to them.
    pub objects_removed_meanwhile: u64,
}

impl Manifest {
    /// The rows of all tables.
    pub(crate) fn rows(&self) -> u64 {
        self.tables.values().map(|table| table.rows).sum()
    }
}

/// What was written of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Written {
    /// Number of rows.
    pub rows: u64,
    /// SHA-256 of their lines.
    pub sha256: String,
}

/// An object that is in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Indexed {
    key: String,
    size: u64,
    sha256: String,
}

/// A SHA-256 as it is written.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Counts and hashes lines as they come.
#[derive(Clone, Default)]
pub(crate) struct Lines {
    rows: u64,
    hash: Sha256,
}

impl Lines {
    /// Adds whole lines.
    pub(crate) fn add(&mut self, lines: &[u8]) {
        self.rows += lines.iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
        self.hash.update(lines);
    }

    /// What they were together.
    pub(crate) fn written(self) -> Written {
        Written { rows: self.rows, sha256: hex::encode(self.hash.finalize()) }
    }
}
