//! Fonts: which one has a character, how wide a text is, where it breaks.

use std::ops::Range;

use krilla::{
    Data,
    text::{Font, GlyphId, KrillaGlyph},
};
use medcert_application::rendering::RenderError;
use rustybuzz::{Direction, Face, UnicodeBuffer, ttf_parser::Permissions};

/// Noto Sans covers the Latin, Greek and Cyrillic scripts; see `fonts/OFL.txt`.
const REGULAR: &[u8] = include_bytes!("../../fonts/NotoSans-Regular.ttf");
const SEMIBOLD: &[u8] = include_bytes!("../../fonts/NotoSans-SemiBold.ttf");

/// No certificate text comes near this many bytes; measuring more would only burn time.
const MAX_BYTES: usize = 20_000;

/// A font that certificates cannot be written with.
#[derive(Debug, thiserror::Error)]
pub enum FontError {
    /// The file is no font, or lacks what printing needs.
    #[error("fallback font {0} (counted from 0) cannot be read")]
    Unreadable(usize),
    /// Its licence bits (OpenType `OS/2.fsType`) forbid embedding, which PDF/A demands.
    #[error("fallback font {0} (counted from 0) may not be embedded in documents")]
    NotEmbeddable(usize),
    /// The embedded fonts are damaged.
    #[error("the built-in fonts cannot be read")]
    BuiltIn,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    Regular,
    SemiBold,
}

struct Typeface {
    data: Data,
    font: Font,
}

impl Typeface {
    fn read(data: Data) -> Option<Self> {
        Face::from_slice(data.as_ref(), 0)?;
        let font = Font::new(data.clone(), 0)?;
        Some(Self { data, font })
    }
}

/// The built-in fonts and those configured to help them out.
pub(super) struct Fonts {
    regular: Typeface,
    semibold: Typeface,
    fallback: Vec<Typeface>,
}

impl Fonts {
    pub(super) fn new(fallback: Vec<Vec<u8>>) -> Result<Self, FontError> {
        let fallback = fallback
            .into_iter()
            .enumerate()
            .map(|(position, data)| {
                let typeface = Typeface::read(data.into()).ok_or(FontError::Unreadable(position))?;
                let restricted = Face::from_slice(typeface.data.as_ref(), 0)
                    .is_some_and(|face| face.permissions() == Some(Permissions::Restricted));
                if restricted { Err(FontError::NotEmbeddable(position)) } else { Ok(typeface) }
            })
            .collect::<Result<_, _>>()?;
        let built_in = |data: &'static [u8]| Typeface::read(data.into()).ok_or(FontError::BuiltIn);
        Ok(Self { regular: built_in(REGULAR)?, semibold: built_in(SEMIBOLD)?, fallback })
    }

    /// Reads the tables that shaping needs; they borrow the fonts and live for one document.
    pub(super) fn shaper(&self) -> Shaper<'_> {
        let read = |typeface| Shape::read(typeface);
        Shaper {
            regular: read(&self.regular),
            semibold: read(&self.semibold),
            fallback: self.fallback.iter().filter_map(read).collect(),
        }
    }
}

struct Shape<'a> {
    face: Face<'a>,
    font: &'a Font,
}

impl<'a> Shape<'a> {
    fn read(typeface: &'a Typeface) -> Option<Self> {
        Some(Self { face: Face::from_slice(typeface.data.as_ref(), 0)?, font: &typeface.font })
    }

    fn has(&self, c: char) -> bool {
        self.face.glyph_index(c).is_some_and(|glyph| glyph.0 != 0)
    }
}

/// Turns texts into glyphs.
pub(super) struct Shaper<'a> {
    regular: Option<Shape<'a>>,
    semibold: Option<Shape<'a>>,
    fallback: Vec<Shape<'a>>,
}

/// One line of glyphs; lengths are in em.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub(super) runs: Vec<Run>,
    /// Without the blanks it ends with.
    pub(super) width: f32,
}

/// Neighbouring characters of one font.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) font: Font,
    pub(super) text: String,
    pub(super) glyphs: Vec<KrillaGlyph>,
    pub(super) width: f32,
}

/// A text on one endless line: the bytes at which its clusters start, with their widths in em.
pub(super) struct Measured<'t> {
    text: &'t str,
    clusters: Vec<(usize, f32)>,
}

impl Shaper<'_> {
    /// The first character that cannot be printed. Tabs and line breaks need no glyph.
    pub(super) fn unprintable(&self, text: &str) -> Option<char> {
        text.chars().find(|&c| !matches!(c, '\n' | '\r' | '\t') && !self.printable(c))
    }

    fn printable(&self, c: char) -> bool {
        // Both weights are asked: the same name is set in either. U+FEFF and the noncharacters may not stand
        // for a glyph (ISO 14289-1 §7.21.7).
        !c.is_control()
            && !matches!(c, '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}')
            && [Weight::Regular, Weight::SemiBold]
                .into_iter()
                .all(|weight| self.choose(c, weight, None).is_some())
    }

    /// The font for a character: the first that has it. Blanks, marks and the like stay with the text before
    /// them, so that they do not tear a word apart.
    fn choose<'s>(
        &'s self,
        c: char,
        weight: Weight,
        current: Option<&'s Shape<'s>>,
    ) -> Option<&'s Shape<'s>> {
        let first = match weight {
            Weight::Regular => self.regular.as_ref(),
            Weight::SemiBold => self.semibold.as_ref(),
        };
        let stays = current.filter(|shape| !c.is_alphanumeric() && shape.has(c));
        stays.or_else(|| first.into_iter().chain(&self.fallback).find(|shape| shape.has(c)))
    }

    /// Shapes one line of text; `tracking` is added after each glyph, in em.
    pub(super) fn line(&self, text: &str, weight: Weight, tracking: f32) -> Result<Line, RenderError> {
        let mut line = Line::default();
        let mut start = 0;
        let mut current: Option<&Shape<'_>> = None;
        for (at, c) in text.char_indices() {
            let next = self.choose(c, weight, current).ok_or(RenderError::Unprintable(c))?;
            if let Some(shape) = current.filter(|shape| !std::ptr::eq(*shape, next)) {
                line.runs.push(shape.run(text.get(start..at).unwrap_or_default(), tracking));
                start = at;
            }
            current = Some(next);
        }
        if let Some(shape) = current {
            line.runs.push(shape.run(text.get(start..).unwrap_or_default(), tracking));
        }
        let all: f32 = line.runs.iter().map(|run| run.width).sum();
        line.width = all - line.trailing_blank();
        Ok(line)
    }

    pub(super) fn measure<'t>(&self, text: &'t str, weight: Weight) -> Result<Measured<'t>, RenderError> {
        if text.len() > MAX_BYTES {
            return Err(RenderError::TooLong);
        }
        let mut clusters: Vec<(usize, f32)> = Vec::new();
        let mut offset = 0;
        for run in self.line(text, weight, 0.0)?.runs {
            let first = clusters.len();
            clusters.extend(run.starts().map(|(at, width)| (offset + at, width)));
            // Right-to-left runs come last cluster first.
            if let Some(run) = clusters.get_mut(first..) {
                run.sort_by_key(|(at, _)| *at);
            }
            offset += run.text.len();
        }
        Ok(Measured { text, clusters })
    }
}

impl Shape<'_> {
    fn run(&self, text: &str, tracking: f32) -> Run {
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text);
        buffer.guess_segment_properties();
        let forward = buffer.direction() != Direction::RightToLeft;
        let shaped = rustybuzz::shape(&self.face, &[], buffer);
        let mut starts: Vec<usize> = shaped.glyph_infos().iter().map(|info| index(info.cluster)).collect();
        if !forward {
            starts.reverse();
        }
        let em = self.font.units_per_em();
        let glyphs: Vec<KrillaGlyph> = shaped
            .glyph_infos()
            .iter()
            .zip(shaped.glyph_positions())
            .map(|(info, position)| {
                let from = index(info.cluster);
                let next = starts.partition_point(|start| *start <= from);
                let to = starts.get(next).copied().unwrap_or(text.len());
                KrillaGlyph::new(
                    GlyphId::new(info.glyph_id),
                    units(position.x_advance) / em + tracking,
                    units(position.x_offset) / em,
                    units(position.y_offset) / em,
                    units(position.y_advance) / em,
                    from..to,
                    None,
                )
            })
            .collect();
        let width = glyphs.iter().map(advance).sum();
        Run { font: self.font.clone(), text: text.to_owned(), glyphs, width }
    }
}

fn index(cluster: u32) -> usize {
    usize::try_from(cluster).unwrap_or(usize::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "font units are far below 2²⁴")]
fn units(value: i32) -> f32 {
    value as f32
}

fn advance(glyph: &KrillaGlyph) -> f32 {
    krilla::text::Glyph::x_advance(glyph, 1.0)
}

impl Run {
    fn starts(&self) -> impl Iterator<Item = (usize, f32)> {
        self.glyphs.iter().map(|glyph| (krilla::text::Glyph::text_range(glyph).start, advance(glyph)))
    }
}

impl Line {
    fn trailing_blank(&self) -> f32 {
        self.runs.last().map_or(0.0, |run| {
            let inked = run.text.trim_end().len();
            run.starts().filter(|(at, _)| *at >= inked).map(|(_, width)| width).sum()
        })
    }
}

impl Measured<'_> {
    /// Where the lines are when none is wider than `limit` em. Breaks are after blanks, hyphens and slashes;
    /// a longer word is broken where it must. Each line keeps the blanks at its end, for the reader's sake who
    /// copies the text or hears it.
    pub(super) fn wrap(&self, limit: f32) -> Vec<Range<usize>> {
        let mut lines = Vec::new();
        let (mut start, mut width) = (0, 0.0);
        let mut chance: Option<(usize, f32)> = None;
        for (position, &(at, advance)) in self.clusters.iter().enumerate() {
            let end = self.clusters.get(position + 1).map_or(self.text.len(), |next| next.0);
            let piece = self.text.get(at..end).unwrap_or_default();
            let blank = piece.chars().all(is_blank);
            while width + advance > limit && !blank && at > start {
                let (to, used) = chance.take().unwrap_or((at, width));
                lines.push(start..to);
                start = to;
                width -= used;
            }
            width += advance;
            if blank || piece.ends_with(['-', '/']) {
                chance = Some((end, width));
            }
        }
        lines.push(start..self.text.len());
        lines
    }
}

/// A blank at which a line may end; the others (U+00A0, U+2007, U+202F) hold what they stand between.
fn is_blank(c: char) -> bool {
    c.is_whitespace() && !matches!(c, '\u{A0}' | '\u{2007}' | '\u{202F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_blanks_and_in_words_that_are_too_long() {
        let fonts = Fonts::new(vec![]).unwrap();
        let shaper = fonts.shaper();
        let wrap = |text: &'static str, limit| -> Vec<&str> {
            let measured = shaper.measure(text, Weight::Regular).unwrap();
            measured.wrap(limit).into_iter().map(|line| &text[line]).collect()
        };
        assert_eq!(wrap("one two three", 100.0), ["one two three"]);
        assert_eq!(wrap("one two three", 4.0), ["one two ", "three"]);
        assert_eq!(wrap("", 4.0), [""]);
        let long = wrap("Donaudampfschifffahrt ahoi", 3.0);
        assert!(long.len() > 3 && long.concat() == "Donaudampfschifffahrt ahoi", "{long:?}");
        assert_eq!(wrap("21\u{A0}May ends", 4.5), ["21\u{A0}May ", "ends"]);
        let narrow = wrap("WWWWW", 0.1);
        assert_eq!(narrow.len(), 5, "one character a line is the least");
    }

    #[test]
    fn no_line_is_wider_than_asked() {
        let fonts = Fonts::new(vec![]).unwrap();
        let shaper = fonts.shaper();
        let text =
            "Уникати роботи на висоті понад 1,8 м, не керувати транспортом; пере-гляд за шість місяців. "
                .repeat(8);
        for limit in [8.0_f32, 15.5, 31.0] {
            for range in shaper.measure(&text, Weight::SemiBold).unwrap().wrap(limit) {
                let line = shaper.line(&text[range], Weight::SemiBold, 0.0).unwrap();
                assert!(line.width <= limit + 0.05, "{} over {limit}", line.width);
            }
        }
    }

    #[test]
    fn damaged_fallback_fonts_are_named() {
        let fonts = Fonts::new(vec![REGULAR.to_vec(), b"no font".to_vec()]);
        assert!(matches!(fonts.err(), Some(FontError::Unreadable(1))));
    }
}
