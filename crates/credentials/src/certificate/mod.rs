//! The certificate as a document: one A4 page, PDF/A-3b and PDF/UA-1.

mod block;
mod fonts;
mod logo;
mod paint;
mod qr;
mod sheet;
mod texts;

use bytes::Bytes;
use medcert_application::rendering::{CertificateRenderer, CertificateSheet, PictureError, RenderError};
use medcert_domain::institution::LogoKind;

pub use fonts::FontError;
use fonts::Fonts;
use sheet::Composer;
use texts::Texts;

/// Renders certificates with krilla.
///
/// The built-in fonts have Latin, Greek and Cyrillic letters. Text is set from left to right; words in a
/// right-to-left script need a fallback font and stand in the order in which they are stored.
pub struct KrillaRenderer {
    fonts: Fonts,
}

impl KrillaRenderer {
    /// Takes further fonts (TrueType or OpenType, with outlines) for characters that the built-in ones lack;
    /// each character is set in the first font that has it.
    pub fn new(fallback_fonts: Vec<Vec<u8>>) -> Result<Self, FontError> {
        Ok(Self { fonts: Fonts::new(fallback_fonts)? })
    }
}

impl std::fmt::Debug for KrillaRenderer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KrillaRenderer")
    }
}

impl CertificateRenderer for KrillaRenderer {
    fn render(&self, sheet: &CertificateSheet) -> Result<Vec<u8>, RenderError> {
        let texts = Texts::of(sheet.locale);
        let shaper = self.fonts.shaper();
        let blocks = Composer::new(sheet, texts, &shaper).page()?;
        paint::write(sheet, texts, &blocks)
    }

    fn picture(&self, bytes: &Bytes) -> Result<LogoKind, PictureError> {
        logo::inspect(bytes)
    }

    fn unprintable(&self, text: &str) -> Option<char> {
        self.fonts.shaper().unprintable(text)
    }
}
