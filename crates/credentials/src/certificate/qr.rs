//! The QR symbol (ISO/IEC 18004) as rectangles.

use medcert_application::rendering::RenderError;
use qrcode::{Color, EcLevel, QrCode};

/// Width of the blank margin that readers need, in modules (ISO/IEC 18004 §5.3.8).
pub(super) const QUIET_ZONE: u16 = 4;

/// The modules of a symbol.
#[derive(Debug)]
pub(super) struct Symbol {
    /// Modules on one side.
    pub(super) side: u16,
    /// Dark modules that stand beside each other: column, row, how many.
    pub(super) runs: Vec<(u16, u16, u16)>,
}

impl Symbol {
    /// Error correction level Q: a quarter of the symbol may be lost to folds and stamps.
    pub(super) fn new(text: &str) -> Result<Self, RenderError> {
        let code = QrCode::with_error_correction_level(text, EcLevel::Q).map_err(|_| RenderError::TooLong)?;
        let side = code.width();
        let colors = code.to_colors();
        let mut runs: Vec<(u16, u16, u16)> = Vec::new();
        for (row, line) in (0..).zip(colors.chunks(side)) {
            let mut column = 0;
            for part in line.chunk_by(|a, b| a == b) {
                let length = u16::try_from(part.len()).unwrap_or(u16::MAX);
                if part.first() == Some(&Color::Dark) {
                    runs.push((column, row, length));
                }
                column += length;
            }
        }
        Ok(Self { side: u16::try_from(side).unwrap_or(u16::MAX), runs })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_symbol_reads_back_as_the_address() {
        let url = "https://clinic.example.org/v/3f9c2a7be1d84c60a5d2b7c81e94f063";
        let symbol = Symbol::new(url).unwrap();
        let scale = 4;
        let side = usize::from(symbol.side + 2 * QUIET_ZONE) * scale;
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(side, side, |x, y| {
            let module = |at: usize| (at / scale).checked_sub(usize::from(QUIET_ZONE));
            let dark = module(x).zip(module(y)).is_some_and(|(x, y)| {
                symbol.runs.iter().any(|&(column, row, length)| {
                    usize::from(row) == y && (usize::from(column)..usize::from(column + length)).contains(&x)
                })
            });
            if dark { 0 } else { 255 }
        });
        let grids = image.detect_grids();
        assert_eq!(grids.len(), 1);
        let (meta, content) = grids[0].decode().unwrap();
        assert_eq!(content, url);
        assert_eq!(meta.ecc_level, 3, "level Q");
    }

    #[test]
    fn an_address_that_no_symbol_holds_is_too_long() {
        assert!(matches!(Symbol::new(&"x".repeat(5_000)), Err(RenderError::TooLong)));
    }
}
