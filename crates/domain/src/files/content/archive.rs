//! The directory of an archive (APPNOTE 4.3.12): names and sizes of its parts, without unpacking any.

use std::{collections::BTreeSet, ops::Range};

use super::{MediaType, Rejected};

/// Parts at the most.
const MOST_PARTS: u16 = 4096;
/// Bytes of the directory at the most.
const MOST_DIRECTORY: u64 = 1024 * 1024;
/// Bytes of all parts unpacked at the most.
const MOST_UNPACKED: u64 = 128 * 1024 * 1024;
/// Unpacked bytes for each byte of the file at the most, once there are enough of them to matter.
const MOST_RATIO: u64 = 200;
/// Unpacked bytes that need no ratio.
const SMALL: u64 = 4 * 1024 * 1024;
/// The fixed part of an entry.
const ENTRY: usize = 46;
/// The fixed part before the bytes of a part.
const LOCAL: u64 = 30;

/// Reads the directory of an archive as its bytes pass.
#[derive(Debug)]
pub struct Archive {
    place: Range<u64>,
    expected: u16,
    length: u64,
    pending: Vec<u8>,
    fault: Option<Rejected>,
    read: u16,
    unpacked: u64,
    names: BTreeSet<Vec<u8>>,
    parts: Vec<Range<u64>>,
}

/// What an entry says of its part.
struct Entry<'b> {
    flags: u16,
    method: u16,
    packed: u32,
    unpacked: u32,
    offset: u32,
    name: &'b [u8],
    whole: usize,
}

impl<'b> Entry<'b> {
    /// The entry at the beginning of the bytes; `None` when more of them are needed.
    fn parse(bytes: &'b [u8]) -> Result<Option<Self>, Rejected> {
        if bytes.len() < ENTRY {
            return Ok(None);
        }
        let two =
            |at: usize| -> Option<u16> { Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?)) };
        let four =
            |at: usize| -> Option<u32> { Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?)) };
        let fields = || {
            let name = usize::from(two(28)?);
            let whole = ENTRY + name + usize::from(two(30)?) + usize::from(two(32)?);
            Some((name, whole, two(8)?, two(10)?, four(20)?, four(24)?, four(42)?))
        };
        if !bytes.starts_with(b"PK\x01\x02") {
            return Err(Rejected::Damaged);
        }
        let (name, whole, flags, method, packed, unpacked, offset) = fields().ok_or(Rejected::Damaged)?;
        if bytes.len() < whole {
            return Ok(None);
        }
        let name = bytes.get(ENTRY..ENTRY + name).ok_or(Rejected::Damaged)?;
        Ok(Some(Self { flags, method, packed, unpacked, offset, name, whole }))
    }
}

impl Archive {
    pub(super) fn new(place: Range<u64>, entries: u16, length: u64) -> Result<Self, Rejected> {
        if entries > MOST_PARTS || place.end - place.start > MOST_DIRECTORY {
            return Err(Rejected::Bomb);
        }
        Ok(Self {
            place,
            expected: entries,
            length,
            pending: Vec::new(),
            fault: None,
            read: 0,
            unpacked: 0,
            names: BTreeSet::new(),
            parts: Vec::new(),
        })
    }

    /// Where in the file the directory stands.
    pub fn place(&self) -> Range<u64> {
        self.place.clone()
    }

    /// The next bytes of the directory.
    pub fn look(&mut self, bytes: &[u8]) {
        if self.fault.is_some() {
            return;
        }
        self.pending.extend_from_slice(bytes);
        let pending = std::mem::take(&mut self.pending);
        let mut rest = pending.as_slice();
        loop {
            match Entry::parse(rest) {
                Ok(None) => break,
                Ok(Some(entry)) => {
                    let whole = entry.whole;
                    if let Err(fault) = self.enter(&entry) {
                        self.fault = Some(fault);
                        return;
                    }
                    rest = rest.get(whole..).unwrap_or_default();
                }
                Err(fault) => {
                    self.fault = Some(fault);
                    return;
                }
            }
        }
        self.pending = rest.to_vec();
    }

    fn enter(&mut self, entry: &Entry<'_>) -> Result<(), Rejected> {
        self.read += 1;
        if self.read > self.expected {
            return Err(Rejected::Damaged);
        }
        if entry.flags & 1 != 0 {
            return Err(Rejected::Encrypted);
        }
        // Stored or deflated, of sizes that need no extension: no office program writes anything else.
        if !matches!(entry.method, 0 | 8) || entry.packed == u32::MAX || entry.unpacked == u32::MAX {
            return Err(Rejected::Damaged);
        }
        let name = entry.name.to_ascii_lowercase();
        let leaves = name.split(|b| *b == b'/').any(|part| part == b"..");
        let odd = name.is_empty() || name.iter().any(|b| *b < 0x20 || *b == b'\\') || name.starts_with(b"/");
        if leaves || odd || !self.names.insert(name.clone()) {
            return Err(Rejected::Damaged);
        }
        let file = name.rsplit(|b| *b == b'/').next().unwrap_or_default();
        if matches!(file, b"vbaproject.bin" | b"vbadata.xml" | b"vbaprojectsignature.bin") {
            return Err(Rejected::Macros);
        }
        self.unpacked += u64::from(entry.unpacked);
        let ratio = self.unpacked / self.length.max(1);
        if self.unpacked > MOST_UNPACKED || (self.unpacked > SMALL && ratio > MOST_RATIO) {
            return Err(Rejected::Bomb);
        }
        let from = u64::from(entry.offset);
        self.parts.push(from..from + LOCAL + entry.name.len() as u64 + u64::from(entry.packed));
        Ok(())
    }

    /// What the archive is, once its whole directory has passed.
    pub fn conclude(mut self) -> Result<MediaType, Rejected> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        if !self.pending.is_empty() || self.read != self.expected {
            return Err(Rejected::Damaged);
        }
        self.parts.sort_by_key(|part| part.start);
        // Parts that share bytes unpack to more than the file could hold.
        let ends = self.parts.iter().map(|part| part.end);
        let begins = self.parts.iter().skip(1).map(|part| part.start).chain([self.place.start]);
        if ends.zip(begins).any(|(end, next)| end > next) {
            return Err(Rejected::Bomb);
        }
        if self.parts.first().is_none_or(|part| part.start != 0) {
            return Err(Rejected::Polyglot);
        }
        let has = |name: &[u8]| self.names.contains(name);
        if !has(b"[content_types].xml") {
            return Err(Rejected::Unsupported);
        }
        match (has(b"word/document.xml"), has(b"xl/workbook.xml")) {
            (true, false) => Ok(MediaType::Docx),
            (false, true) => Ok(MediaType::Xlsx),
            (true, true) => Err(Rejected::Polyglot),
            (false, false) => Err(Rejected::Unsupported),
        }
    }
}
