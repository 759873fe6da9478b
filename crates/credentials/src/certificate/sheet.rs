//! The page: which text stands where. Lengths are in points, 1/72 inch.

use medcert_application::rendering::{CertificateSheet, RenderError, SheetPerson};

use super::{
    block::{
        BODY, Block, Decoration, Element, INK, Ink, LINE, MUTED, Para, Piece, Rgb, Role, Style, TEAL,
        TEAL_LINE, TEAL_TINT,
    },
    fonts::{Shaper, Weight},
    logo::Picture,
    qr::{QUIET_ZONE, Symbol},
    texts::Texts,
};

/// A4 (ISO 216).
pub(super) const PAGE: (f32, f32) = (595.28, 841.89);
pub(super) const MARGIN: f32 = 56.0;
const TOP: f32 = 46.0;
const BOTTOM: f32 = 44.0;
const WIDTH: f32 = PAGE.0 - 2.0 * MARGIN;
/// Between two columns.
const GUTTER: f32 = 22.0;
/// Between the logo and the name.
const LOGO_GAP: f32 = 14.0;
/// 31 mm without the blank margin around it.
const SYMBOL: f32 = 88.0;
/// Between the parts of the page: at least, and at most when there is room.
const GAP: (f32, f32) = (12.0, 48.0);
/// How much of their full size the other texts get, tried in turn.
const DENSITIES: [f32; 3] = [1.0, 0.9, 0.8];
/// Sizes of the restrictions, tried in turn until the page holds them.
const RESTRICTIONS: [f32; 6] = [10.5, 10.0, 9.5, 9.0, 8.5, 8.0];

const LABEL: Style = Style::new(7.8, Weight::Regular, MUTED).within(2, 6.5);
const VALUE: Style = Style::new(10.5, Weight::SemiBold, INK).within(3, 8.0).leading(1.32);
const PROSE: Style = Style::new(9.5, Weight::Regular, BODY).within(4, 8.0).leading(1.45);

/// A block and how far its top is from the top of the page.
pub(super) type Placed = (f32, Block);

/// Texts and sheet together, and what measures them.
pub(super) struct Composer<'a> {
    pub(super) sheet: &'a CertificateSheet,
    pub(super) texts: &'static Texts,
    pub(super) shaper: &'a Shaper<'a>,
    density: f32,
}

impl<'a> Composer<'a> {
    pub(super) fn new(sheet: &'a CertificateSheet, texts: &'static Texts, shaper: &'a Shaper<'a>) -> Self {
        Self { sheet, texts, shaper, density: 1.0 }
    }

    /// The blocks of the page in reading order; none overlaps another.
    pub(super) fn page(&mut self) -> Result<Vec<Placed>, RenderError> {
        for density in DENSITIES {
            self.density = density;
            let mut blocks =
                vec![self.header()?, self.title()?, self.people()?, self.facts()?, self.verification()?];
            let fixed: f32 = blocks.iter().map(|block| block.height).sum();
            for size in RESTRICTIONS {
                let verdict = self.verdict(size)?;
                // Five gaps between six blocks.
                let gap = (PAGE.1 - TOP - BOTTOM - fixed - verdict.height) / 5.0;
                if gap >= GAP.0 {
                    blocks.insert(3, verdict);
                    return Ok(stack(blocks, gap.min(GAP.1)));
                }
            }
        }
        Err(RenderError::TooLong)
    }

    fn set(&self, text: &str, style: Style, width: f32) -> Result<Para, RenderError> {
        let size = (style.size * self.density).max(style.min);
        Para::set(self.shaper, text, Style { size, ..style }, width)
    }

    /// The blank at its end parts it from the value where the text is read without the layout.
    fn label(&self, text: &str, width: f32) -> Result<Para, RenderError> {
        self.set(&format!("{text} "), LABEL, width)
    }

    fn heading(&self, block: &mut Block, x: f32, text: &str) -> Result<(), RenderError> {
        block.text(Role::Heading(text.to_owned()), x, Para::caps(self.shaper, text, TEAL)?);
        Ok(())
    }

    /// Who issues, and the number.
    fn header(&self) -> Result<Block, RenderError> {
        let institution = &self.sheet.institution;
        let number = self.set(&self.sheet.number, VALUE.within(1, 8.0), 150.0)?;
        let label = self.label(self.texts.number, 150.0)?;
        let width = number.width().max(label.width());
        let mut block = Block::default();
        let mut x = 0.0;
        if let Some(logo) = &institution.logo {
            let picture = Picture::of(logo)?;
            x = picture.width + LOGO_GAP;
            block.picture(format!("{} {}", self.texts.logo_alt, institution.name), picture);
        }
        let left = WIDTH - width - GUTTER - x;

        let mut name = Block::default();
        let style = Style::new(15.0, Weight::SemiBold, INK).within(4, 9.0).leading(1.25);
        name.text(Role::Paragraph, 0.0, self.set(&institution.name, style, left)?);
        let tax_id = institution.tax_id.as_ref().map(|id| format!("{} {id}", self.texts.tax_id));
        let phone = institution.phone.as_ref().map(|phone| format!("{} {phone}", self.texts.phone));
        let contact = Style::new(8.5, Weight::Regular, MUTED).within(5, 7.5);
        let lines = [institution.address.clone(), joined([tax_id, phone])];
        for (position, line) in lines.into_iter().flatten().enumerate() {
            name.gap(if position == 0 { 3.0 } else { 0.0 });
            name.text(Role::Paragraph, 0.0, self.set(&line, contact, left)?);
        }

        let lower = ((block.height - name.height) / 2.0).max(0.0);
        block.place(x, lower, name);
        let mut right = Block::default();
        right.cell(label, number);
        block.place(WIDTH - width, 1.5, right);
        block.gap(12.0);
        block.rule(0.0, WIDTH, LINE);
        Ok(block)
    }

    fn title(&self) -> Result<Block, RenderError> {
        let title = (self.texts.title)(self.sheet.kind);
        let mut block = Block::default();
        let style = Style::new(25.0, Weight::SemiBold, TEAL).within(2, 17.0).leading(1.2).balanced();
        block.text(Role::Title(title.to_owned()), 0.0, self.set(title, style, WIDTH)?);
        block.gap(3.0);
        let style = Style::new(11.0, Weight::Regular, BODY).within(3, 8.5);
        block.text(Role::Paragraph, 0.0, self.set(&self.sheet.service_name, style, WIDTH)?);
        Ok(block)
    }

    /// Whom it is about, and who represents them.
    fn people(&self) -> Result<Block, RenderError> {
        let holder = &self.sheet.holder;
        let mut block = Block::default();
        self.heading(&mut block, 0.0, self.texts.holder)?;
        block.gap(1.0);
        let style = Style::new(17.0, Weight::SemiBold, INK).within(4, 11.0).leading(1.3);
        block.text(Role::Paragraph, 0.0, self.set(&holder.name, style, WIDTH)?);
        block.gap(6.0);
        let birth = |person: &SheetPerson| person.birth_date.map(|date| self.texts.date(date));
        let mut cells = vec![(self.texts.document.to_owned(), holder.document.clone())];
        cells.extend(birth(holder).map(|date| (self.texts.birth_date.to_owned(), date)));
        self.row(&mut block, &cells)?;
        if let Some((person, relationship)) = &self.sheet.represented_by {
            block.gap(9.0);
            let relationship = (self.texts.relationship)(*relationship);
            let label = format!("{} ({relationship})", self.texts.represented_by);
            let document = (self.texts.document.to_owned(), person.document.clone());
            self.row(&mut block, &[(label, person.name.clone()), document])?;
        }
        Ok(block)
    }

    /// Two columns of labelled values.
    fn row(&self, block: &mut Block, cells: &[(String, String)]) -> Result<(), RenderError> {
        let column = (WIDTH - GUTTER) / 2.0;
        let y = block.height;
        for (x, (label, value)) in [0.0, column + GUTTER].into_iter().zip(cells) {
            let mut cell = Block::default();
            cell.cell(self.label(label, column)?, self.set(value, VALUE, column)?);
            block.place(x, y, cell);
        }
        Ok(())
    }

    /// The conclusion and what comes with it, on a tinted ground.
    fn verdict(&self, size: f32) -> Result<Block, RenderError> {
        let (x, width) = (20.0, WIDTH - 38.0);
        let mut block = Block::default();
        block.gap(13.0);
        self.heading(&mut block, x, self.texts.conclusion)?;
        block.gap(2.0);
        block.text(Role::Paragraph, x, self.set(self.texts.attestation, PROSE, width)?);
        block.gap(2.0);
        let outcome = (self.texts.outcome)(self.sheet.conclusion);
        let style = Style::new(25.0, Weight::SemiBold, INK).within(1, 15.0).leading(1.3);
        block.text(Role::Paragraph, x, self.set(outcome, style, width)?);
        if let Some(restrictions) = &self.sheet.restrictions {
            block.gap(9.0);
            block.rule(x, width, TEAL_LINE);
            block.gap(10.0);
            self.heading(&mut block, x, self.texts.restrictions)?;
            block.gap(2.0);
            let style = Style::new(size, Weight::Regular, INK).leading(1.4);
            for line in restrictions.replace("\r\n", "\n").split(['\n', '\r']) {
                if line.trim().is_empty() {
                    block.gap(size * 0.5);
                } else {
                    block.text(Role::Paragraph, x, self.set(line, style, width)?);
                }
                // Higher than any page already: no need to set the rest.
                if block.height > PAGE.1 {
                    break;
                }
            }
        }
        block.gap(14.0);
        let height = block.height;
        let ground = |width, color: Rgb| Decoration { x: 0.0, y: 0.0, width, height, color };
        block.decorations.insert(0, ground(WIDTH, TEAL_TINT));
        block.decorations.insert(1, ground(3.5, TEAL));
        Ok(block)
    }

    /// Four dates beside the doctor and the line to sign on.
    fn facts(&self) -> Result<Block, RenderError> {
        let (sheet, texts) = (self.sheet, self.texts);
        let mut block = Block::default();
        let column = 141.0;
        let dates = [
            [(texts.evaluated_on, sheet.evaluated_on), (texts.issued_on, sheet.issued_on)],
            [(texts.valid_from, sheet.valid_from), (texts.valid_until, sheet.valid_until)],
        ];
        let mut y = 0.0;
        for row in dates {
            for (x, (label, date)) in [0.0, column].into_iter().zip(row) {
                let mut cell = Block::default();
                let value = VALUE.within(1, 7.5);
                cell.cell(
                    self.label(label, column - 10.0)?,
                    self.set(&texts.date(date), value, column - 6.0)?,
                );
                block.place(x, y, cell);
            }
            y = block.height + 12.0;
        }

        let x = 2.0 * column + 14.0;
        let width = WIDTH - x;
        let mut doctor = Block::default();
        self.heading(&mut doctor, 0.0, texts.doctor)?;
        // Room for a pen and a stamp.
        doctor.gap(40.0 * self.density);
        doctor.rule(0.0, width, MUTED);
        doctor.gap(2.0);
        let hint = Style::new(6.5, Weight::Regular, MUTED);
        doctor.text(Role::Paragraph, 0.0, self.set(texts.signature, hint, width)?);
        doctor.gap(2.0);
        doctor.text(Role::Paragraph, 0.0, self.set(&sheet.doctor.name, VALUE, width)?);
        let licence = format!("{} {}", texts.licence, sheet.doctor.licence_number);
        let small = Style::new(8.5, Weight::Regular, BODY).within(3, 7.5).leading(1.35);
        doctor.text(Role::Paragraph, 0.0, self.set(&licence, small, width)?);
        if let Some(specialty) = &sheet.doctor.specialty {
            doctor.text(Role::Paragraph, 0.0, self.set(specialty, small, width)?);
        }
        block.place(x, 0.0, doctor);
        Ok(block)
    }

    /// The symbol, how to use it, and the address it holds.
    fn verification(&self) -> Result<Block, RenderError> {
        let url = &self.sheet.verify_url;
        let address = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
        let mut block = Block::default();
        block.rule(0.0, WIDTH, LINE);
        let symbol = Symbol::new(url)?;
        // Nothing stands in the blank zone around the symbol; on two sides it is part of the page's margin.
        let quiet = SYMBOL / f32::from(symbol.side) * f32::from(QUIET_ZONE);
        let top = block.height + quiet.max(14.0);
        let x = SYMBOL + quiet.max(GUTTER);
        let width = WIDTH - x;
        let mut texts = Block::default();
        self.heading(&mut texts, 0.0, self.texts.verification)?;
        texts.gap(3.0);
        texts.text(Role::Paragraph, 0.0, self.set(self.texts.how_to_verify, PROSE, width)?);
        texts.gap(6.0);
        let style = Style::new(10.0, Weight::SemiBold, TEAL).within(4, 7.5);
        texts.text(Role::Link(url.clone()), 0.0, self.set(address, style, width)?);

        let ink = Ink::Symbol(symbol, SYMBOL);
        let alt = format!("{} {url}", self.texts.qr_alt);
        let symbol = Block {
            height: SYMBOL,
            elements: vec![Element { role: Role::Figure(alt), pieces: vec![Piece { x: 0.0, y: 0.0, ink }] }],
            ..Block::default()
        };
        let offset = ((SYMBOL - texts.height) / 2.0).max(0.0);
        block.place(x, top + offset, texts);
        block.place(0.0, top, symbol);
        Ok(block)
    }
}

/// The parts that there are, with a dot between them.
fn joined(parts: [Option<String>; 2]) -> Option<String> {
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join("  ·  "))
}

/// The last block at the foot of the page, the others from the top with this gap between them.
fn stack(blocks: Vec<Block>, gap: f32) -> Vec<Placed> {
    let count = blocks.len();
    let mut y = TOP;
    let mut placed = Vec::with_capacity(count);
    for (position, block) in blocks.into_iter().enumerate() {
        let top = if position + 1 == count { PAGE.1 - BOTTOM - block.height } else { y };
        y = top + block.height + gap;
        placed.push((top, block));
    }
    placed
}
