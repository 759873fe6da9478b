//! The logo: whether a file can be printed, and the picture that is.

use bytes::Bytes;
use krilla::{
    Data, Document, SerializeSettings,
    configure::{Archival, ConfigurationBuilder},
    geom::{Size, Transform},
    image::Image,
    metadata::{DateTime, Metadata},
    page::PageSettings,
    surface::Surface,
};
use medcert_application::rendering::{PictureError, RenderError, SheetLogo};
use medcert_domain::institution::LogoKind;
use zune_jpeg::{
    JpegDecoder,
    zune_core::{bytestream::ZCursor, options::DecoderOptions},
};

use super::paint::{NoExtent, backend};

/// Pixels of a side at the most.
const SIDE: usize = 4096;
/// Pixels at the most: 16 MiB once they are unpacked, whatever the file weighs.
const PIXELS: usize = 4_000_000;
/// The room there is for it, in points.
const BOX: (f32, f32) = (132.0, 44.0);

/// A picture with the size it is printed in.
#[derive(Debug)]
pub(super) struct Picture {
    image: Image,
    pub(super) width: f32,
    pub(super) height: f32,
}

/// What the library says it cannot take.
#[derive(Debug, thiserror::Error)]
#[error("the logo cannot be read: {0}")]
struct Unreadable(String);

impl Picture {
    /// As large as the room allows.
    pub(super) fn of(logo: &SheetLogo) -> Result<Self, RenderError> {
        let image = image(logo.kind, &logo.bytes).map_err(|what| backend(Unreadable(what)))?;
        let (wide, high) = image.size();
        let length = |pixels: u32| f32::from(u16::try_from(pixels).unwrap_or(u16::MAX)).max(1.0);
        let scale = (BOX.0 / length(wide)).min(BOX.1 / length(high));
        Ok(Self { image, width: length(wide) * scale, height: length(high) * scale })
    }

    /// Draws it with its top left corner there.
    pub(super) fn draw(&self, surface: &mut Surface<'_>, x: f32, y: f32) -> Result<(), RenderError> {
        let size = Size::from_wh(self.width, self.height).ok_or_else(|| backend(NoExtent))?;
        surface.push_transform(&Transform::from_translate(x, y));
        surface.draw_image(self.image.clone(), size);
        surface.pop();
        Ok(())
    }
}

fn image(kind: LogoKind, bytes: &Bytes) -> Result<Image, String> {
    let data: Data = bytes.to_vec().into();
    match kind {
        LogoKind::Png => Image::from_png(data, false),
        LogoKind::Jpeg => Image::from_jpeg(data, false),
    }
}

/// What the file is, when a certificate can hold it: measured first, then unpacked, then printed once for trial.
pub(super) fn inspect(bytes: &Bytes) -> Result<LogoKind, PictureError> {
    let kind = match imagesize::image_type(bytes) {
        Ok(imagesize::ImageType::Png) => LogoKind::Png,
        Ok(imagesize::ImageType::Jpeg) => LogoKind::Jpeg,
        _ => return Err(PictureError::Unknown),
    };
    let size = imagesize::blob_size(bytes).map_err(|_| PictureError::Broken)?;
    if size.width > SIDE || size.height > SIDE || size.width * size.height > PIXELS {
        return Err(PictureError::TooLarge);
    }
    if kind == LogoKind::Jpeg {
        // A PNG is unpacked to be printed, a JPEG is not.
        let strict = DecoderOptions::default().set_strict_mode(true);
        let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), strict);
        decoder.decode().map_err(|_| PictureError::Broken)?;
    }
    let logo = SheetLogo { kind, bytes: bytes.clone() };
    proof(&logo).map(|_| kind).map_err(|_| PictureError::Broken)
}

/// A document with nothing but the picture, held to the standard of archives: it decides about pictures.
fn proof(logo: &SheetLogo) -> Result<Vec<u8>, RenderError> {
    let picture = Picture::of(logo)?;
    let configuration = ConfigurationBuilder::new().with_archival_validator(Archival::A3_B).finish();
    let configuration = configuration.map_err(|_| backend(Unreadable("no such standard".to_owned())))?;
    let settings = SerializeSettings { configuration, ..SerializeSettings::default() };
    let mut document = Document::new_with(settings);
    document.set_metadata(Metadata::new().creation_date(DateTime::new(2000)));
    let size = PageSettings::from_wh(BOX.0, BOX.1).ok_or_else(|| backend(NoExtent))?;
    let mut page = document.start_page_with(size);
    let mut surface = page.surface();
    picture.draw(&mut surface, 0.0, 0.0)?;
    surface.finish();
    page.finish();
    document.finish().map_err(backend)
}
