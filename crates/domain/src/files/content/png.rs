//! PNG (ISO/IEC 15948): a signature, then chunks up to IEND.

use super::{LEFT_BEHIND, Rejected, harmless};

/// Follows the chunks.
#[derive(Debug, Default)]
pub(super) struct Png {
    state: State,
    header: Vec<u8>,
    chunks: u64,
    left: Vec<u8>,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Signature,
    Header,
    Skip(u64),
    LastSkip(u64),
    End,
    Broken,
}

/// The signature's bytes, and a chunk's before its data.
const EIGHT: usize = 8;
/// A checksum follows the data of each chunk.
const CHECKSUM: u64 = 4;

impl Png {
    pub(super) fn look(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            match self.state {
                State::Signature | State::Header => {
                    let (taken, rest) = bytes.split_at((EIGHT - self.header.len()).min(bytes.len()));
                    self.header.extend_from_slice(taken);
                    bytes = rest;
                    if self.header.len() == EIGHT {
                        let first = matches!(self.state, State::Signature);
                        self.state = if first { State::Header } else { self.chunk() };
                        self.header.clear();
                    }
                }
                State::Skip(left) | State::LastSkip(left) => {
                    let skipped = left.min(bytes.len() as u64);
                    let last = matches!(self.state, State::LastSkip(_));
                    self.state = match (left - skipped, last) {
                        (0, true) => State::End,
                        (0, false) => State::Header,
                        (left, true) => State::LastSkip(left),
                        (left, false) => State::Skip(left),
                    };
                    bytes = bytes.get(usize::try_from(skipped).unwrap_or(usize::MAX)..).unwrap_or_default();
                }
                State::End => {
                    let room = (LEFT_BEHIND + 1).saturating_sub(self.left.len());
                    self.left.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
                    return;
                }
                State::Broken => return,
            }
        }
    }

    fn chunk(&mut self) -> State {
        self.chunks += 1;
        let (length, kind) = self.header.split_at(4);
        let length = length.try_into().map_or(u32::MAX, u32::from_be_bytes);
        let first = self.chunks == 1;
        if length > i32::MAX as u32 || !kind.iter().all(u8::is_ascii_alphabetic) || first != (kind == b"IHDR")
        {
            return State::Broken;
        }
        let skip = u64::from(length) + CHECKSUM;
        if kind == b"IEND" { State::LastSkip(skip) } else { State::Skip(skip) }
    }

    pub(super) fn conclude(self) -> Result<(), Rejected> {
        match self.state {
            State::End if harmless(&self.left) => Ok(()),
            State::End => Err(Rejected::Polyglot),
            _ => Err(Rejected::Damaged),
        }
    }
}
