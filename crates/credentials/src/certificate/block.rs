//! Pieces of a page: what is drawn, and what it means to a reader who hears it.

use std::ops::Range;

use medcert_application::rendering::RenderError;

use super::{
    fonts::{Line, Measured, Shaper, Weight},
    logo::Picture,
    qr::Symbol,
};

/// Red, green, blue in sRGB.
pub(super) type Rgb = (u8, u8, u8);

/// The accent.
pub(super) const TEAL: Rgb = (0x0F, 0x76, 0x6E);
/// Behind what matters most.
pub(super) const TEAL_TINT: Rgb = (0xF0, 0xFA, 0xF8);
/// Hairlines on the tint.
pub(super) const TEAL_LINE: Rgb = (0xBF, 0xE3, 0xDD);
/// Names and values.
pub(super) const INK: Rgb = (0x0F, 0x17, 0x2A);
/// Sentences.
pub(super) const BODY: Rgb = (0x33, 0x41, 0x55);
/// Labels; 4.8 : 1 on white, so that they pass WCAG 2.2 §1.4.3.
pub(super) const MUTED: Rgb = (0x64, 0x74, 0x8B);
/// Hairlines.
pub(super) const LINE: Rgb = (0xCB, 0xD5, 0xE1);

/// How a text is set. Lengths are in points.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    pub(super) size: f32,
    /// A text that takes too many lines is set smaller, down to this.
    pub(super) min: f32,
    pub(super) lines: usize,
    pub(super) weight: Weight,
    pub(super) color: Rgb,
    /// Distance of the lines, as a multiple of the size.
    pub(super) leading: f32,
    /// Lines of about the same length, for titles.
    pub(super) balanced: bool,
}

impl Style {
    pub(super) const fn new(size: f32, weight: Weight, color: Rgb) -> Self {
        Self { size, min: size, lines: usize::MAX, weight, color, leading: 1.4, balanced: false }
    }

    /// At most so many lines, for which the size may go down to `min`.
    pub(super) const fn within(self, lines: usize, min: f32) -> Self {
        Self { min, lines, ..self }
    }

    pub(super) const fn leading(self, leading: f32) -> Self {
        Self { leading, ..self }
    }

    pub(super) const fn balanced(self) -> Self {
        Self { balanced: true, ..self }
    }
}

/// A text broken into lines.
#[derive(Debug)]
pub(super) struct Para {
    pub(super) lines: Vec<Line>,
    pub(super) size: f32,
    pub(super) color: Rgb,
    leading: f32,
}

impl Para {
    /// Sets a text in a column of this width: on one line if that takes little shrinking, else on two, else on as
    /// many as the style allows.
    pub(super) fn set(
        shaper: &Shaper<'_>,
        text: &str,
        style: Style,
        width: f32,
    ) -> Result<Self, RenderError> {
        let text: String =
            text.chars().map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c }).collect();
        let measured = shaper.measure(&text, style.weight)?;
        let little = (style.size * 0.8).max(style.min);
        for (lines, least) in [(1, little), (2, little), (style.lines, style.min)] {
            let mut size = style.size;
            while size >= least {
                // A hair less than the column, since a line shaped by itself may come out a little wider.
                let mut ranges = measured.wrap((width - 0.2) / size);
                if style.balanced && ranges.len() > 1 {
                    ranges = balance(&measured, ranges, width / size);
                }
                if ranges.len() <= lines.min(style.lines) {
                    let lines = ranges
                        .into_iter()
                        .map(|range| shaper.line(text.get(range).unwrap_or_default(), style.weight, 0.0))
                        .collect::<Result<_, _>>()?;
                    return Ok(Self { lines, size, color: style.color, leading: style.leading });
                }
                size -= 0.5;
            }
        }
        Err(RenderError::TooLong)
    }

    /// A small label in spaced capitals.
    pub(super) fn caps(shaper: &Shaper<'_>, text: &str, color: Rgb) -> Result<Self, RenderError> {
        let line = shaper.line(&text.to_uppercase(), Weight::SemiBold, 0.07)?;
        Ok(Self { lines: vec![line], size: 7.2, color, leading: 1.4 })
    }

    pub(super) fn height(&self) -> f32 {
        self.lines.iter().map(|_| self.line_height()).sum()
    }

    pub(super) fn width(&self) -> f32 {
        self.lines.iter().map(|line| line.width * self.size).fold(0.0, f32::max)
    }

    pub(super) fn line_height(&self) -> f32 {
        self.size * self.leading
    }

    /// From the top of a line to its baseline: capitals, 0.714 em high, stand in the middle of the line.
    pub(super) fn baseline(&self) -> f32 {
        self.line_height() / 2.0 + self.size * 0.357
    }
}

/// The same number of lines in the narrowest column that has it.
fn balance(measured: &Measured<'_>, mut best: Vec<Range<usize>>, mut width: f32) -> Vec<Range<usize>> {
    let lines = best.len();
    while width > 1.0 {
        width -= 0.5;
        let ranges = measured.wrap(width);
        if ranges.len() > lines {
            break;
        }
        best = ranges;
    }
    best
}

/// What an element is in the structure of the document (ISO 32000-1 §14.8.4).
#[derive(Debug)]
pub(super) enum Role {
    /// The title of the document.
    Title(String),
    /// The heading of a section.
    Heading(String),
    Paragraph,
    /// Opens this address.
    Link(String),
    /// A picture with its replacement text.
    Figure(String),
}

#[derive(Debug)]
pub(super) enum Ink {
    Text(Para),
    /// A symbol with sides of this length, blank margin not included.
    Symbol(Symbol, f32),
    Picture(Picture),
}

/// Ink with the top left corner where it goes.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) ink: Ink,
}

/// Pieces that belong together, in reading order.
#[derive(Debug)]
pub(super) struct Element {
    pub(super) role: Role,
    pub(super) pieces: Vec<Piece>,
}

/// A filled rectangle that means nothing.
#[derive(Debug)]
pub(super) struct Decoration {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) width: f32,
    pub(super) height: f32,
    pub(super) color: Rgb,
}

/// A part of the page; its elements are in reading order and relative to its top left corner.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub(super) height: f32,
    pub(super) decorations: Vec<Decoration>,
    pub(super) elements: Vec<Element>,
}

impl Block {
    /// Adds a text at the bottom.
    pub(super) fn text(&mut self, role: Role, x: f32, para: Para) {
        let y = self.height;
        self.height += para.height();
        self.elements.push(Element { role, pieces: vec![Piece { x, y, ink: Ink::Text(para) }] });
    }

    /// Adds a label with its value below it; together they are one paragraph.
    pub(super) fn cell(&mut self, label: Para, value: Para) {
        let value_y = self.height + label.height() + 1.0;
        let label_y = self.height;
        self.height = value_y + value.height();
        self.elements.push(Element {
            role: Role::Paragraph,
            pieces: vec![
                Piece { x: 0.0, y: label_y, ink: Ink::Text(label) },
                Piece { x: 0.0, y: value_y, ink: Ink::Text(value) },
            ],
        });
    }

    /// Adds a picture at the bottom.
    pub(super) fn picture(&mut self, alt: String, picture: Picture) {
        let y = self.height;
        self.height += picture.height;
        let ink = Ink::Picture(picture);
        self.elements.push(Element { role: Role::Figure(alt), pieces: vec![Piece { x: 0.0, y, ink }] });
    }

    pub(super) fn gap(&mut self, height: f32) {
        self.height += height;
    }

    /// Adds a hairline at the bottom.
    pub(super) fn rule(&mut self, x: f32, width: f32, color: Rgb) {
        self.decorations.push(Decoration { x, y: self.height, width, height: 0.6, color });
        self.height += 0.6;
    }

    /// Lays another block over this one, its top left corner at (`x`, `y`).
    pub(super) fn place(&mut self, x: f32, y: f32, other: Self) {
        self.height = self.height.max(y + other.height);
        for mut decoration in other.decorations {
            decoration.x += x;
            decoration.y += y;
            self.decorations.push(decoration);
        }
        for mut element in other.elements {
            for piece in &mut element.pieces {
                piece.x += x;
                piece.y += y;
            }
            self.elements.push(element);
        }
    }
}
