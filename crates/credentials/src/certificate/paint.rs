//! Writes the page as PDF/A-3b (ISO 19005-3) and PDF/UA-1 (ISO 14289-1).

use std::num::NonZeroU16;

use chrono::{Datelike, Timelike};
use krilla::{
    Document, SerializeSettings,
    action::{Action, LinkAction},
    annotation::{Annotation, LinkAnnotation, Target},
    color::rgb,
    configure::{Accessibility, Archival, Configuration, ConfigurationBuilder},
    destination::XyzDestination,
    geom::{Path, PathBuilder, Point, Rect},
    metadata::{DateTime, Metadata},
    num::NormalizedF32,
    outline::{Outline, OutlineNode},
    page::PageSettings,
    paint::{Fill, FillRule},
    surface::Surface,
    tagging::{Artifact, ArtifactType, BBox, ContentTag, Identifier, Node, SpanTag, Tag, TagGroup, TagTree},
};
use medcert_application::rendering::{CertificateSheet, RenderError};

use super::{
    block::{Element, Ink, Para, Piece, Rgb, Role, TEAL},
    qr::Symbol,
    sheet::{MARGIN, PAGE, Placed},
    texts::Texts,
};

/// The colour of the symbol: full black, the best contrast for readers.
const BLACK: Rgb = (0, 0, 0);
/// Height of the accent at the top of the page.
const BAND: f32 = 7.0;

pub(super) fn backend(error: impl std::error::Error + Send + Sync + 'static) -> RenderError {
    RenderError::Backend(Box::new(error))
}

/// Something without size where the library wants one.
#[derive(Debug, thiserror::Error)]
#[error("a shape of the page has no extent")]
pub(super) struct NoExtent;

/// The standards contradict each other in the library's view.
#[derive(Debug, thiserror::Error)]
#[error("PDF/A-3b and PDF/UA-1 cannot be combined")]
struct NoProfile;

/// The document's bytes; nothing in them depends on when or where they are made.
pub(super) fn write(
    sheet: &CertificateSheet,
    texts: &'static Texts,
    blocks: &[Placed],
) -> Result<Vec<u8>, RenderError> {
    let settings = SerializeSettings { configuration: profile()?, ..SerializeSettings::default() };
    let mut document = Document::new_with(settings);
    document.set_metadata(metadata(sheet, texts));
    let settings = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or_else(|| backend(NoExtent))?;
    let mut page = document.start_page_with(settings);
    let mut surface = page.surface();

    decorate(&mut surface, (0.0, 0.0, PAGE.0, BAND), TEAL)?;
    let mut drawn = Vec::new();
    let mut outline = Outline::new();
    for (y, block) in blocks {
        for d in &block.decorations {
            decorate(&mut surface, (MARGIN + d.x, y + d.y, d.width, d.height), d.color)?;
        }
        for element in &block.elements {
            let mut leaves = Vec::new();
            for piece in &element.pieces {
                draw(&mut surface, piece, *y, &mut leaves)?;
            }
            if let (Role::Title(text) | Role::Heading(text), Some(piece)) =
                (&element.role, element.pieces.first())
            {
                let at = XyzDestination::new(0, Point::from_xy(MARGIN + piece.x, y + piece.y));
                outline.push_child(OutlineNode::new(text.clone(), at));
            }
            drawn.push((element, *y, leaves));
        }
    }
    surface.finish();

    let mut tree = TagTree::new().with_lang(Some(texts.tag.to_owned()));
    for (element, y, leaves) in drawn {
        let rect = extent(element, y).ok_or_else(|| backend(NoExtent))?;
        let group = match &element.role {
            Role::Title(text) => group(Tag::Hn(NonZeroU16::MIN, Some(text.clone())), leaves),
            Role::Heading(text) => {
                group(Tag::Hn(NonZeroU16::MIN.saturating_add(1), Some(text.clone())), leaves)
            }
            Role::Paragraph => group(Tag::P, leaves),
            Role::Figure(alt) => {
                group(Tag::Figure(Some(alt.clone())).with_bbox(Some(BBox::new(0, rect))), leaves)
            }
            Role::Link(url) => {
                let target = Target::Action(Action::Link(LinkAction::new(url.clone())));
                let annotation = Annotation::new_link(LinkAnnotation::new(rect, target), Some(url.clone()));
                let mut link = group(Tag::Link, leaves);
                link.push(page.add_tagged_annotation(annotation));
                TagGroup::with_children(Tag::P, vec![link.into()])
            }
        };
        tree.push(group);
    }
    page.finish();
    document.set_tag_tree(tree);
    document.set_outline(outline);
    document.finish().map_err(backend)
}

fn group(tag: impl Into<krilla::tagging::TagKind>, leaves: Vec<Identifier>) -> TagGroup {
    TagGroup::with_children(tag, leaves.into_iter().map(Node::from).collect())
}

fn profile() -> Result<Configuration, RenderError> {
    ConfigurationBuilder::new()
        .with_archival_validator(Archival::A3_B)
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|_| backend(NoProfile))
}

/// Names the certificate, never the holder: metadata is shown and indexed where the page is not.
fn metadata(sheet: &CertificateSheet, texts: &Texts) -> Metadata {
    let at = sheet.issued_at;
    let small = |value: u32| u8::try_from(value).unwrap_or_default();
    let date = DateTime::new(u16::try_from(at.year()).unwrap_or_default())
        .month(small(at.month()))
        .day(small(at.day()))
        .hour(small(at.hour()))
        .minute(small(at.minute()))
        .second(small(at.second()))
        .utc_offset_hour(0)
        .utc_offset_minute(0);
    Metadata::new()
        .title(format!("{} {}", (texts.title)(sheet.kind), sheet.number))
        .language(texts.tag.to_owned())
        .creator("Medcert".to_owned())
        .authors(vec![sheet.institution.name.clone()])
        .creation_date(date)
        .document_id(sheet.number.clone())
}

fn fill(surface: &mut Surface<'_>, (red, green, blue): Rgb) {
    let paint = rgb::Color::new(red, green, blue).into();
    surface.set_fill(Some(Fill { paint, opacity: NormalizedF32::ONE, rule: FillRule::NonZero }));
}

fn decorate(
    surface: &mut Surface<'_>,
    (x, y, w, h): (f32, f32, f32, f32),
    color: Rgb,
) -> Result<(), RenderError> {
    let mut path = PathBuilder::new();
    path.push_rect(Rect::from_xywh(x, y, w, h).ok_or_else(|| backend(NoExtent))?);
    let path = path.finish().ok_or_else(|| backend(NoExtent))?;
    surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)));
    fill(surface, color);
    surface.draw_path(&path);
    surface.end_tagged();
    Ok(())
}

fn draw(
    surface: &mut Surface<'_>,
    piece: &Piece,
    top: f32,
    leaves: &mut Vec<Identifier>,
) -> Result<(), RenderError> {
    let (x, y) = (MARGIN + piece.x, top + piece.y);
    match &piece.ink {
        Ink::Text(para) => draw_text(surface, para, x, y, leaves),
        Ink::Symbol(symbol, side) => {
            let path = modules(symbol, x, y, *side).ok_or_else(|| backend(NoExtent))?;
            leaves.push(surface.start_tagged(ContentTag::Other));
            fill(surface, BLACK);
            surface.draw_path(&path);
            surface.end_tagged();
        }
        Ink::Picture(picture) => {
            leaves.push(surface.start_tagged(ContentTag::Other));
            picture.draw(surface, x, y)?;
            surface.end_tagged();
        }
    }
    Ok(())
}

fn draw_text(surface: &mut Surface<'_>, para: &Para, x: f32, y: f32, leaves: &mut Vec<Identifier>) {
    let mut baseline = y + para.baseline();
    for line in &para.lines {
        leaves.push(surface.start_tagged(ContentTag::Span(SpanTag::empty())));
        fill(surface, para.color);
        let mut x = x;
        for run in &line.runs {
            surface.draw_glyphs(
                Point::from_xy(x, baseline),
                &run.glyphs,
                run.font.clone(),
                &run.text,
                para.size,
                false,
            );
            x += run.width * para.size;
        }
        surface.end_tagged();
        baseline += para.line_height();
    }
}

fn modules(symbol: &Symbol, x: f32, y: f32, side: f32) -> Option<Path> {
    let module = side / f32::from(symbol.side);
    let mut path = PathBuilder::new();
    for &(column, row, length) in &symbol.runs {
        let (left, top) = (x + f32::from(column) * module, y + f32::from(row) * module);
        path.push_rect(Rect::from_xywh(left, top, f32::from(length) * module, module)?);
    }
    path.finish()
}

/// What an element covers on the page.
fn extent(element: &Element, top: f32) -> Option<Rect> {
    let (mut left, mut upper, mut right, mut lower) = (f32::MAX, f32::MAX, f32::MIN, f32::MIN);
    for piece in &element.pieces {
        let (width, height) = match &piece.ink {
            Ink::Text(para) => (para.width(), para.height()),
            Ink::Symbol(_, side) => (*side, *side),
            Ink::Picture(picture) => (picture.width, picture.height),
        };
        left = left.min(MARGIN + piece.x);
        upper = upper.min(top + piece.y);
        right = right.max(MARGIN + piece.x + width);
        lower = lower.max(top + piece.y + height);
    }
    Rect::from_ltrb(left, upper, right, lower)
}
