//! JPEG (ITU-T T.81 annex B): segments and scans up to the end of image, and further images behind it, as telephones
//! write them (CIPA DC-007).

use super::{LEFT_BEHIND, Rejected, harmless};

/// Follows the markers.
#[derive(Debug, Default)]
pub(super) struct Jpeg {
    state: State,
    /// Whether any scan was there: an image without one shows nothing.
    scanned: bool,
    left: Vec<u8>,
}

#[derive(Debug, Default, Clone, Copy)]
enum State {
    /// FF of a marker is next.
    #[default]
    Mark,
    /// The code of a marker is next.
    Code,
    /// The length of a segment is next; whether it begins a scan.
    Length(bool),
    /// Its second byte.
    LengthLow(bool, u8),
    /// So many bytes of a segment are left.
    Skip(bool, u16),
    /// Within a scan.
    Scan,
    /// Behind FF in a scan.
    ScanMark,
    /// Behind the end of image.
    End,
    Broken,
}

impl Jpeg {
    pub(super) fn look(&mut self, mut bytes: &[u8]) {
        while let Some((byte, rest)) = bytes.split_first() {
            match self.state {
                State::Skip(scan, left) => {
                    let skipped = bytes.len().min(usize::from(left));
                    let left = left - u16::try_from(skipped).unwrap_or(left);
                    self.state = match (left, scan) {
                        (0, true) => State::Scan,
                        (0, false) => State::Mark,
                        _ => State::Skip(scan, left),
                    };
                    bytes = bytes.get(skipped..).unwrap_or_default();
                }
                State::Scan => match bytes.iter().position(|b| *b == 0xff) {
                    None => return,
                    Some(at) => {
                        self.state = State::ScanMark;
                        bytes = bytes.get(at + 1..).unwrap_or_default();
                    }
                },
                State::End => bytes = self.behind(bytes),
                State::Broken => return,
                state => {
                    self.state = self.step(state, *byte);
                    bytes = rest;
                }
            }
        }
    }

    fn step(&mut self, state: State, byte: u8) -> State {
        match (state, byte) {
            // FF may be repeated before any marker.
            (State::Mark | State::Code, 0xff) => State::Code,
            (State::ScanMark, 0xff) => State::ScanMark,
            // Stuffed bytes and restarts belong to the scan.
            (State::ScanMark, 0x00 | 0xd0..=0xd7) => State::Scan,
            (State::Code | State::ScanMark, code) => self.marker(code),
            (State::Length(scan), high) => State::LengthLow(scan, high),
            (State::LengthLow(scan, high), low) => match u16::from_be_bytes([high, low]).checked_sub(2) {
                None => State::Broken,
                Some(0) if scan => State::Scan,
                Some(0) => State::Mark,
                Some(left) => State::Skip(scan, left),
            },
            _ => State::Broken,
        }
    }

    fn marker(&mut self, code: u8) -> State {
        match code {
            0x01 | 0xd8 => State::Mark,
            0xd9 if self.scanned => State::End,
            0xda => {
                self.scanned = true;
                State::Length(true)
            }
            0xc0..=0xcf | 0xdb..=0xfe => State::Length(false),
            _ => State::Broken,
        }
    }

    /// Behind an image: another one, or a few bytes that a camera left there.
    fn behind<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        for (at, byte) in bytes.iter().enumerate() {
            self.left.push(*byte);
            let padded = self.left.strip_suffix(b"\xff\xd8\xff".as_slice());
            if padded.is_some_and(|padding| padding.iter().all(|b| *b == 0)) {
                self.left.clear();
                self.scanned = false;
                self.state = State::Code;
                return bytes.get(at + 1..).unwrap_or_default();
            }
            if self.left.len() > LEFT_BEHIND {
                self.state = State::Broken;
                return &[];
            }
        }
        &[]
    }

    pub(super) fn conclude(self) -> Result<(), Rejected> {
        match self.state {
            State::End if harmless(&self.left) => Ok(()),
            State::End => Err(Rejected::Polyglot),
            State::Broken if self.left.len() > LEFT_BEHIND => Err(Rejected::Polyglot),
            _ => Err(Rejected::Damaged),
        }
    }
}
