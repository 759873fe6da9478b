//! HEIC (ISO/IEC 23008-12): boxes, the first of which names the brand.

use super::Rejected;

/// Brands of HEVC-coded pictures and collections of them.
const BRANDS: [&[u8]; 6] = [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"];

/// Follows the outermost boxes.
#[derive(Debug, Default)]
pub(super) struct Boxes {
    header: Vec<u8>,
    skip: u64,
    /// The last box goes on to the end of the file.
    open: bool,
    broken: bool,
    described: bool,
}

impl Boxes {
    pub(super) fn look(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() && !self.broken && !self.open {
            if self.skip > 0 {
                let skipped = self.skip.min(bytes.len() as u64);
                self.skip -= skipped;
                bytes = bytes.get(usize::try_from(skipped).unwrap_or(usize::MAX)..).unwrap_or_default();
                continue;
            }
            // A size of 1 says that the real one follows the type.
            let wanted = if self.header.get(..4) == Some(&[0, 0, 0, 1]) { 16 } else { 8 };
            let (taken, rest) = bytes.split_at((wanted - self.header.len()).min(bytes.len()));
            self.header.extend_from_slice(taken);
            bytes = rest;
            let long = self.header.get(..4) == Some(&[0, 0, 0, 1]);
            if self.header.len() == if long { 16 } else { 8 } {
                self.begin();
                self.header.clear();
            }
        }
    }

    fn begin(&mut self) {
        let number = |from: usize, to: usize| {
            self.header.get(from..to).unwrap_or_default().iter().fold(0_u64, |n, b| n << 8 | u64::from(*b))
        };
        let kind = self.header.get(4..8).unwrap_or_default();
        let (size, header) = match number(0, 4) {
            1 => (number(8, 16), 16),
            size => (size, 8),
        };
        self.described |= kind == b"meta";
        let readable = kind.iter().all(|b| b.is_ascii_graphic() || *b == b' ');
        match size.checked_sub(header) {
            Some(rest) if readable => self.skip = rest,
            None if size == 0 && readable && self.described => self.open = true,
            _ => self.broken = true,
        }
    }

    pub(super) fn conclude(self, head: &[u8]) -> Result<(), Rejected> {
        let size = head.first_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes));
        let brands = usize::try_from(size).ok().and_then(|end| head.get(8..end)).unwrap_or_default();
        let (major, minor) = brands.split_at(brands.len().min(8));
        let named = |brand: &[u8]| BRANDS.contains(&brand);
        let heic = major.get(..4).is_some_and(named) || minor.chunks(4).any(named);
        if !heic {
            return Err(Rejected::Unsupported);
        }
        let whole = self.open || self.skip == 0 && self.header.is_empty();
        if self.broken || !whole || !self.described { Err(Rejected::Damaged) } else { Ok(()) }
    }
}
