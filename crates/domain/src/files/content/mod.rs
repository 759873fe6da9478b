//! What a file really is, told by its bytes as they pass: in constant memory, whatever its length.
//!
//! A format is recognised where it must begin, and followed to where it ends: what stands before, behind or beside it
//! could be read as something else by somebody else, so such a file is refused.

mod archive;
mod boxes;
mod jpeg;
mod png;
mod tail;
#[cfg(test)]
mod tests;

pub use archive::Archive;

use super::MediaType;
use boxes::Boxes;
use jpeg::Jpeg;
use png::Png;
use tail::Tail;

/// Why a file is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// It has no bytes.
    #[error("the file is empty")]
    Empty,
    /// It is of no format that is kept.
    #[error("the file must be a PDF, JPEG, PNG, WebP, HEIC, DOCX or XLSX")]
    Unsupported,
    /// Its name ends as that of another format.
    #[error("the ending of the file's name is not that of its content")]
    NameDiffers,
    /// It breaks the rules of its format.
    #[error("the file is damaged or incomplete")]
    Damaged,
    /// It can be read as something else too.
    #[error("the file contains something else besides what it is")]
    Polyglot,
    /// It would unpack to more than anybody needs.
    #[error("the file would unpack to too many or too large parts")]
    Bomb,
    /// It contains programs.
    #[error("the file contains macros")]
    Macros,
    /// It cannot be looked into.
    #[error("the file is encrypted")]
    Encrypted,
}

impl Rejected {
    /// Stable code in kebab case.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Unsupported => "unsupported-type",
            Self::NameDiffers => "type-mismatch",
            Self::Damaged => "damaged",
            Self::Polyglot => "polyglot",
            Self::Bomb => "unpacks-too-large",
            Self::Macros => "macros",
            Self::Encrypted => "encrypted",
        }
    }
}

/// What the bytes told.
#[derive(Debug)]
pub enum Finding {
    /// The format is known.
    Known(MediaType),
    /// An archive, whose own directory says what it is: to be read from the place it names.
    Archive(Archive),
}

/// Bytes at the beginning within which readers look for the mark of a PDF.
const HEAD: usize = 1024;

/// Bytes behind the end of a picture that some cameras leave there.
const LEFT_BEHIND: usize = 1024;

/// Marks of formats that would be read from behind the end of another.
const MARKS: [&[u8]; 6] =
    [b"PK\x03\x04", b"PK\x05\x06", b"%PDF-", b"\x7fELF", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c"];

/// Bytes that are looked at before the format is told.
const START: usize = 12;

/// Looks at the bytes of a file as they pass.
#[derive(Debug, Default)]
pub struct Inspection {
    length: u64,
    head: Vec<u8>,
    tail: Tail,
    walk: Option<Walk>,
}

/// A format being followed from its beginning to its end.
#[derive(Debug)]
enum Walk {
    Pdf,
    Jpeg(Jpeg),
    Png(Png),
    Webp,
    Heic(Boxes),
    Zip,
    Unknown,
}

impl Walk {
    fn of(start: &[u8]) -> Self {
        let at = |from: usize, mark: &[u8]| start.get(from..).is_some_and(|rest| rest.starts_with(mark));
        if at(0, b"%PDF-") {
            Self::Pdf
        } else if at(0, b"\xff\xd8\xff") {
            Self::Jpeg(Jpeg::default())
        } else if at(0, b"\x89PNG\r\n\x1a\n") {
            Self::Png(Png::default())
        } else if at(0, b"RIFF") && at(8, b"WEBP") {
            Self::Webp
        } else if at(4, b"ftyp") {
            Self::Heic(Boxes::default())
        } else if at(0, b"PK\x03\x04") {
            Self::Zip
        } else {
            Self::Unknown
        }
    }

    fn look(&mut self, bytes: &[u8]) {
        match self {
            Self::Jpeg(walk) => walk.look(bytes),
            Self::Png(walk) => walk.look(bytes),
            Self::Heic(walk) => walk.look(bytes),
            Self::Pdf | Self::Webp | Self::Zip | Self::Unknown => {}
        }
    }
}

/// Whether the mark occurs in the bytes.
fn contains(bytes: &[u8], mark: &[u8]) -> bool {
    bytes.windows(mark.len()).any(|window| window == mark)
}

/// Whether what was left behind the end of a picture can be nothing but padding or a camera's notes.
fn harmless(left: &[u8]) -> bool {
    left.len() <= LEFT_BEHIND && !MARKS.iter().any(|mark| contains(left, mark))
}

impl Inspection {
    /// The next bytes.
    pub fn look(&mut self, bytes: &[u8]) {
        let before = self.head.len();
        let taken = bytes.get(..HEAD.saturating_sub(before)).unwrap_or(bytes);
        self.head.extend_from_slice(taken);
        self.length += bytes.len() as u64;
        self.tail.look(bytes);
        if let Some(walk) = &mut self.walk {
            walk.look(bytes);
        } else if self.head.len() >= START {
            let mut walk = Walk::of(&self.head);
            // What came before these bytes is shorter than the start, so the head has it.
            walk.look(self.head.get(..before).unwrap_or_default());
            walk.look(bytes);
            self.walk = Some(walk);
        }
    }

    /// Bytes seen.
    pub const fn length(&self) -> u64 {
        self.length
    }

    /// What the file is, once all its bytes have passed.
    pub fn conclude(self) -> Result<Finding, Rejected> {
        if self.length == 0 {
            return Err(Rejected::Empty);
        }
        let known = match self.walk.unwrap_or(Walk::Unknown) {
            Walk::Unknown => return Err(Rejected::Unsupported),
            Walk::Zip if contains(&self.head, b"%PDF-") => return Err(Rejected::Polyglot),
            Walk::Zip => return self.tail.archive(self.length).map(Finding::Archive),
            Walk::Pdf => {
                if !self.tail.last(LEFT_BEHIND).is_some_and(|last| contains(last, b"%%EOF")) {
                    return Err(Rejected::Damaged);
                }
                MediaType::Pdf
            }
            Walk::Jpeg(walk) => walk.conclude().map(|()| MediaType::Jpeg)?,
            Walk::Png(walk) => walk.conclude().map(|()| MediaType::Png)?,
            Walk::Webp => webp(&self.head, self.length)?,
            Walk::Heic(walk) => walk.conclude(&self.head).map(|()| MediaType::Heic)?,
        };
        let as_pdf = known != MediaType::Pdf && contains(&self.head, b"%PDF-");
        if as_pdf || self.tail.ends_as_archive(self.length) {
            return Err(Rejected::Polyglot);
        }
        Ok(Finding::Known(known))
    }
}

/// The length of a WebP stands in its head.
fn webp(head: &[u8], length: u64) -> Result<MediaType, Rejected> {
    let announced = head.get(4..8).and_then(|bytes| bytes.try_into().ok()).map(u32::from_le_bytes);
    let end = u64::from(announced.ok_or(Rejected::Damaged)?) + 8;
    match length.checked_sub(end) {
        None => Err(Rejected::Damaged),
        // Parts have an even length; some writers pad the last one, others do not.
        Some(0 | 1) => Ok(MediaType::Webp),
        Some(_) => Err(Rejected::Polyglot),
    }
}
