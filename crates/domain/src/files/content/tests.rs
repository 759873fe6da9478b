use proptest::prelude::*;

use super::*;

fn inspected(bytes: &[u8], pieces: usize) -> Result<MediaType, Rejected> {
    let mut inspection = Inspection::default();
    for piece in bytes.chunks(pieces.max(1)) {
        inspection.look(piece);
    }
    assert_eq!(inspection.length(), bytes.len() as u64);
    match inspection.conclude()? {
        Finding::Known(known) => Ok(known),
        Finding::Archive(mut archive) => {
            let place = archive.place();
            let place = usize::try_from(place.start).unwrap()..usize::try_from(place.end).unwrap();
            for piece in bytes[place].chunks(pieces.max(1)) {
                archive.look(piece);
            }
            archive.conclude()
        }
    }
}

/// The same however the bytes are cut.
#[track_caller]
fn sniff(bytes: &[u8]) -> Result<MediaType, Rejected> {
    let whole = inspected(bytes, usize::MAX);
    for pieces in [1, 2, 7, 1000] {
        assert_eq!(inspected(bytes, pieces), whole, "in pieces of {pieces}");
    }
    whole
}

fn joined(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

fn pdf() -> Vec<u8> {
    b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n".to_vec()
}

fn chunk(kind: &[u8], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    joined(&[&length, kind, data, b"CRC."])
}

fn png() -> Vec<u8> {
    let parts = [chunk(b"IHDR", &[0; 13]), chunk(b"IDAT", &[7; 300]), chunk(b"IEND", b"")];
    joined(&[b"\x89PNG\r\n\x1a\n", &parts.concat()])
}

fn jpeg() -> Vec<u8> {
    let scan = b"\xff\xda\x00\x04ab\x12\xff\x00\x34\xff\xd3\x56\xff\xff\xc4\x00\x03z";
    let second = b"\xff\xda\x00\x03c\x99\x98\xff\xd9";
    joined(&[b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00", scan, second])
}

fn webp() -> Vec<u8> {
    joined(&[b"RIFF", &16_u32.to_le_bytes(), b"WEBPVP8 \x04\x00\x00\x00abcd"])
}

fn boxed(kind: &[u8], data: &[u8]) -> Vec<u8> {
    joined(&[&u32::try_from(data.len() + 8).unwrap().to_be_bytes(), kind, data])
}

fn heic() -> Vec<u8> {
    let parts = [boxed(b"ftyp", b"mif1\0\0\0\0mif1heic"), boxed(b"meta", &[0; 40]), boxed(b"mdat", &[9; 99])];
    parts.concat()
}

struct Part {
    name: &'static str,
    data: Vec<u8>,
    unpacked: u32,
    flags: u16,
    /// Where the directory says that it is, when it is not there.
    elsewhere: Option<u32>,
}

fn part(name: &'static str) -> Part {
    Part { name, data: vec![b'x'; 10], unpacked: 100, flags: 0, elsewhere: None }
}

fn zip(parts: &[Part]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for part in parts {
        let at = part.elsewhere.unwrap_or_else(|| u32::try_from(file.len()).unwrap());
        let (packed, name) =
            (u32::try_from(part.data.len()).unwrap(), u16::try_from(part.name.len()).unwrap());
        let common = [
            &part.flags.to_le_bytes()[..],
            &8_u16.to_le_bytes(),
            &[0; 8],
            &packed.to_le_bytes(),
            &part.unpacked.to_le_bytes(),
            &name.to_le_bytes(),
            &[0; 2],
        ]
        .concat();
        file.extend(joined(&[b"PK\x03\x04\x14\x00", &common, part.name.as_bytes(), &part.data]));
        let rest = joined(&[&[0; 10], &at.to_le_bytes(), part.name.as_bytes()]);
        directory.extend(joined(&[b"PK\x01\x02\x14\x00\x14\x00", &common, &rest]));
    }
    let count = u16::try_from(parts.len()).unwrap().to_le_bytes();
    let end = [
        &b"PK\x05\x06\0\0\0\0"[..],
        &count,
        &count,
        &u32::try_from(directory.len()).unwrap().to_le_bytes(),
        &u32::try_from(file.len()).unwrap().to_le_bytes(),
        &[0, 0],
    ]
    .concat();
    joined(&[&file, &directory, &end])
}

fn docx() -> Vec<Part> {
    vec![part("[Content_Types].xml"), part("_rels/.rels"), part("word/document.xml")]
}

fn samples() -> Vec<(Vec<u8>, MediaType)> {
    let mut xlsx = docx();
    xlsx[2] = part("xl/workbook.xml");
    vec![
        (pdf(), MediaType::Pdf),
        (jpeg(), MediaType::Jpeg),
        (png(), MediaType::Png),
        (webp(), MediaType::Webp),
        (heic(), MediaType::Heic),
        (zip(&docx()), MediaType::Docx),
        (zip(&xlsx), MediaType::Xlsx),
    ]
}

#[test]
fn each_format_is_told() {
    for (bytes, expected) in samples() {
        assert_eq!(sniff(&bytes), Ok(expected));
    }
}

#[test]
fn what_is_of_no_format_is_refused() {
    assert_eq!(sniff(b""), Err(Rejected::Empty));
    let others: [&[u8]; 9] = [
        b"x",
        b"%PDF",
        b"<!doctype html><script>alert(1)</script>",
        b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
        b"MZ\x90\x00\x03\x00\x00\x00\x04\x00",
        b"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00",
        b"\n%PDF-1.7\n%%EOF this one does not begin where it must",
        b"RIFF\x10\x00\x00\x00WAVEfmt 0000",
        b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
    ];
    for bytes in others {
        assert_eq!(sniff(bytes), Err(Rejected::Unsupported), "{bytes:?}");
    }
    let avif = [boxed(b"ftyp", b"avif\0\0\0\0avifmif1"), boxed(b"meta", &[0; 40])].concat();
    assert_eq!(sniff(&avif), Err(Rejected::Unsupported));
    let plain = zip(&[part("a.txt"), part("b/c.txt")]);
    assert_eq!(sniff(&plain), Err(Rejected::Unsupported));
    let odt = zip(&[part("mimetype"), part("content.xml"), part("META-INF/manifest.xml")]);
    assert_eq!(sniff(&odt), Err(Rejected::Unsupported));
}

#[test]
fn what_is_cut_off_is_damaged() {
    for (bytes, kind) in samples() {
        for lost in [1, 9, 12] {
            let cut = &bytes[..bytes.len() - lost];
            // The mark of the end of a PDF may stand anywhere in its last kilobyte.
            let found = sniff(cut);
            assert!(
                found.is_err() || kind == MediaType::Pdf && lost == 1,
                "{kind} without {lost}: {found:?}"
            );
        }
    }
}

#[test]
fn an_archive_behind_another_format_is_found() {
    let archive = zip(&[part("a.html")]);
    for (bytes, kind) in samples() {
        let both = joined(&[&bytes, &archive]);
        assert!(matches!(sniff(&both), Err(Rejected::Polyglot | Rejected::Damaged)), "{kind}");
        let with_a_note = joined(&[&both, b"\n%%EOF"]);
        assert!(matches!(sniff(&with_a_note), Err(Rejected::Polyglot | Rejected::Damaged)), "{kind}");
    }
    // The readers of archives look for the end of one in the last 64 KiB.
    let far = joined(&[&pdf(), &archive, &vec![b' '; 60_000], b"%%EOF"]);
    assert_eq!(sniff(&far), Err(Rejected::Polyglot));
}

#[test]
fn a_pdf_within_the_head_of_another_format_is_found() {
    let mut mixed = png();
    mixed.splice(60..65, *b"%PDF-");
    assert_eq!(sniff(&mixed), Err(Rejected::Polyglot));
    let mut parts = docx();
    parts[0].data = b"%PDF-1.7 x".to_vec();
    assert_eq!(sniff(&zip(&parts)), Err(Rejected::Polyglot));
    let comment = joined(&[b"\xff\xd8\xff\xfe\x00\x0a%PDF-1.7", &jpeg()[2..]]);
    assert_eq!(sniff(&comment), Err(Rejected::Polyglot));
}

#[test]
fn pictures_may_leave_a_little_behind_their_end() {
    for bytes in [jpeg(), png()] {
        let with = |left: &[u8]| sniff(&joined(&[&bytes, left]));
        assert!(with(b"\0\0\0").is_ok() && with(&[b'n'; 1024]).is_ok());
        assert_eq!(with(&[b'n'; 1025]), Err(Rejected::Polyglot));
        assert_eq!(with(b"..%PDF-1.4"), Err(Rejected::Polyglot));
        assert_eq!(with(b"PK\x03\x04"), Err(Rejected::Polyglot));
    }
    let several = joined(&[&jpeg(), &[0; 100], &jpeg(), &jpeg()]);
    assert_eq!(sniff(&several), Ok(MediaType::Jpeg));
    assert_eq!(sniff(&several[..several.len() - 1]), Err(Rejected::Damaged));
    let webp = |left: &[u8]| sniff(&joined(&[&webp(), left]));
    assert_eq!((webp(b"\0"), webp(b"\0\0")), (Ok(MediaType::Webp), Err(Rejected::Polyglot)));
}

#[test]
fn an_archive_that_unpacks_to_too_much_is_refused() {
    let with = |change: &dyn Fn(&mut Vec<Part>)| {
        let mut parts = docx();
        change(&mut parts);
        sniff(&zip(&parts))
    };
    assert_eq!(with(&|parts| parts[1].unpacked = 4 * 1024 * 1024 - 200), Ok(MediaType::Docx));
    assert_eq!(with(&|parts| parts[1].unpacked = 5 * 1024 * 1024), Err(Rejected::Bomb), "the ratio");
    let large = |parts: &mut Vec<Part>| {
        parts[1].data = vec![b'x'; 2 * 1024 * 1024];
        parts[1].unpacked = 129 * 1024 * 1024;
    };
    assert_eq!(
        inspected(
            &zip(&{
                let mut parts = docx();
                large(&mut parts);
                parts
            }),
            4096
        ),
        Err(Rejected::Bomb)
    );
    assert_eq!(with(&|parts| parts[2].elsewhere = Some(0)), Err(Rejected::Bomb), "parts share bytes");
    let names: Vec<&'static str> = (0..5_000).map(|n| &*format!("word/{n}").leak()).collect();
    let many: Vec<Part> = docx().into_iter().chain(names.iter().map(|name| part(name))).collect();
    assert_eq!(inspected(&zip(&many), 4096), Err(Rejected::Bomb), "too many parts");
    assert_eq!(with(&|parts| parts[1].unpacked = u32::MAX), Err(Rejected::Damaged), "an extended size");
}

#[test]
fn what_an_office_document_must_not_have() {
    let with = |more: Part| {
        let mut parts = docx();
        parts.push(more);
        sniff(&zip(&parts))
    };
    assert_eq!(with(part("word/vbaProject.bin")), Err(Rejected::Macros));
    assert_eq!(with(part("xl/VBAPROJECT.BIN")), Err(Rejected::Macros));
    assert_eq!(with(Part { flags: 1, ..part("word/a.xml") }), Err(Rejected::Encrypted));
    for name in ["../a.xml", "word/../../a", "/etc/passwd", "word\\a.xml", "a\u{1}", "word/document.xml"] {
        assert_eq!(with(part(name)), Err(Rejected::Damaged), "{name:?}");
    }
    assert_eq!(with(part("xl/workbook.xml")), Err(Rejected::Polyglot));
    assert_eq!(with(part("word/embeddings/xl/workbook.xml")), Ok(MediaType::Docx));
}

#[test]
fn an_archive_says_where_it_ends_and_begins() {
    let whole = zip(&docx());
    assert_eq!(sniff(&joined(&[&whole, b"x"])), Err(Rejected::Polyglot));
    let mut commented = whole.clone();
    *commented.last_mut().unwrap() = 0;
    let at = commented.len() - 2;
    commented[at] = 1;
    assert_eq!(sniff(&commented), Err(Rejected::Polyglot));
    let mut hidden = docx();
    hidden.remove(0);
    let unlisted = joined(&[b"PK\x03\x04 not in the directory", &whole]);
    assert_eq!(sniff(&unlisted), Err(Rejected::Polyglot));
    let mut fewer = whole.clone();
    for at in [12, 14] {
        let at = fewer.len() - at;
        fewer[at] = 2;
    }
    assert_eq!(sniff(&fewer), Err(Rejected::Damaged), "it says that it has fewer parts");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is changed, added or lost, and however it is cut: no panic, and one answer.
    #[test]
    fn any_bytes_have_one_answer(
        which in 0_usize..7,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        more in prop::collection::vec(any::<u8>(), 0..40),
        lost in 0_usize..60,
        pieces in 1_usize..200,
    ) {
        let mut bytes = samples().swap_remove(which).0;
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(bytes.len().saturating_sub(lost).max(1));
        bytes.extend(more);
        prop_assert_eq!(inspected(&bytes, pieces), inspected(&bytes, usize::MAX));
    }

    /// A format with another format's file appended is never taken for one alone, unless it is a series of pictures.
    #[test]
    fn no_two_files_pass_as_one(first in 0_usize..7, second in 0_usize..7, gap in 0_usize..3000) {
        let (one, two) = (samples().swap_remove(first), samples().swap_remove(second));
        let both = [one.0, vec![0; gap], two.0].concat();
        let found = inspected(&both, 4096);
        let small = |kind| matches!(kind, MediaType::Jpeg | MediaType::Png | MediaType::Webp | MediaType::Heic);
        let pictures = one.1 == MediaType::Jpeg || one.1 == MediaType::Png;
        let left_behind = pictures && small(two.1) && gap < LEFT_BEHIND;
        let revised = one.1 == MediaType::Pdf && !matches!(two.1, MediaType::Docx | MediaType::Xlsx);
        prop_assert!(found.is_err() || left_behind || revised, "{} {} {gap}: {found:?}", one.1, two.1);
    }

    #[test]
    fn noise_is_nothing(bytes in prop::collection::vec(any::<u8>(), 0..3000), pieces in 1_usize..64) {
        let found = inspected(&bytes, pieces);
        prop_assert!(found.is_err());
    }
}
