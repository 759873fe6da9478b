//! The last bytes of a file: where an archive says that it is one.

use super::{Archive, Rejected};

/// An end of directory (APPNOTE 4.3.16) without its comment.
const END: usize = 22;
/// The same with the longest comment.
const WINDOW: usize = END + 65_535;

/// The last bytes that passed.
#[derive(Debug, Default)]
pub(super) struct Tail(Vec<u8>);

/// What an end of directory says.
struct End {
    entries: u16,
    size: u32,
    offset: u32,
    comment: u16,
}

impl End {
    /// Read from where its mark stands; `None` when it cannot be one.
    fn parse(bytes: &[u8]) -> Option<Self> {
        let two = |at: usize| Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
        let four = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
        let of_one_part = two(4)? == 0 && two(6)? == 0 && two(8)? == two(10)?;
        let end = Self { entries: two(10)?, size: four(12)?, offset: four(16)?, comment: two(20)? };
        let holds = u64::from(end.size) >= 46 * u64::from(end.entries);
        (bytes.starts_with(b"PK\x05\x06") && of_one_part && holds).then_some(end)
    }
}

impl Tail {
    pub(super) fn look(&mut self, bytes: &[u8]) {
        let last = bytes.get(bytes.len().saturating_sub(WINDOW)..).unwrap_or(bytes);
        self.0.extend_from_slice(last);
        // Cut seldom rather than always: moving the rest costs more than keeping it for a while.
        if self.0.len() > 4 * WINDOW {
            self.0.drain(..self.0.len() - WINDOW);
        }
    }

    /// The last bytes, at most so many.
    pub(super) fn last(&self, most: usize) -> Option<&[u8]> {
        self.0.get(self.0.len().saturating_sub(most)..)
    }

    fn window(&self) -> &[u8] {
        self.last(WINDOW).unwrap_or_default()
    }

    /// Whether a reader of archives would find one at the end of this file.
    pub(super) fn ends_as_archive(&self, length: u64) -> bool {
        let window = self.window();
        let begin = length - window.len() as u64;
        window.windows(END).enumerate().any(|(at, bytes)| {
            End::parse(bytes).is_some_and(|end| {
                let place = begin + at as u64;
                end.entries > 0 && u64::from(end.size) <= place && u64::from(end.offset) <= place
            })
        })
    }

    /// The directory of a file that begins as an archive: it must stand right before the end.
    pub(super) fn archive(&self, length: u64) -> Result<Archive, Rejected> {
        let Some(end) = self.last(END).and_then(End::parse) else {
            let elsewhere = self.window().windows(END).any(|bytes| End::parse(bytes).is_some());
            return Err(if elsewhere { Rejected::Polyglot } else { Rejected::Damaged });
        };
        let place = length - END as u64;
        let (from, size) = (u64::from(end.offset), u64::from(end.size));
        if end.comment != 0 || from + size != place {
            return Err(Rejected::Polyglot);
        }
        Archive::new(from..place, end.entries, length)
    }
}
