//! The certificate document, seen from outside.
#![expect(clippy::unwrap_used, reason = "a test may fail; the lint only knows the functions marked as tests")]

use bytes::Bytes;
use chrono::{DateTime, NaiveDate};
use medcert_application::rendering::{
    CertificateRenderer, CertificateSheet, PictureError, RenderError, SheetDoctor, SheetInstitution,
    SheetLogo, SheetPerson,
};
use medcert_credentials::KrillaRenderer;
use medcert_domain::{
    Locale, catalog::CertificateKind, certification::Conclusion, institution::LogoKind, people::Relationship,
};

fn renderer() -> KrillaRenderer {
    KrillaRenderer::new(vec![]).unwrap()
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn sheet() -> CertificateSheet {
    let person = |name: &str| SheetPerson {
        name: name.to_owned(),
        document: "DNI 71234567".to_owned(),
        birth_date: Some(day(2012, 4, 2)),
    };
    CertificateSheet {
        locale: Locale::En,
        number: "MC-2026-000123".to_owned(),
        kind: CertificateKind::MedicalFitness,
        service_name: "Medical evaluation".to_owned(),
        institution: SheetInstitution {
            name: "Clínica San Rafael".to_owned(),
            tax_id: Some("20601234567".to_owned()),
            address: Some("Av. Arequipa 1520, Lima".to_owned()),
            phone: Some("+51 1 555 0142".to_owned()),
            logo: None,
        },
        holder: person("Соломія Ґалаґан O’Neill"),
        represented_by: Some((person("María José Ñúñez"), Relationship::Parent)),
        conclusion: Conclusion::FitWithRestrictions,
        restrictions: Some("No heights.\n\nNew evaluation in\tsix months.".to_owned()),
        evaluated_on: day(2026, 11, 20),
        valid_from: day(2026, 11, 21),
        valid_until: day(2027, 11, 20),
        doctor: SheetDoctor {
            name: "Dr. Andrés Salazar".to_owned(),
            licence_number: "CMP 054321".to_owned(),
            specialty: Some("Cardiology".to_owned()),
        },
        issued_at: DateTime::from_timestamp(1_795_255_200, 0).unwrap(),
        issued_on: day(2026, 11, 21),
        verify_url: "https://clinic.example.org/v/3f9c2a7be1d84c60a5d2b7c81e94f063".to_owned(),
    }
}

fn contains(document: &[u8], text: &str) -> bool {
    document.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn every_language_kind_and_conclusion_renders() {
    let renderer = renderer();
    for &locale in Locale::ALL {
        for &kind in CertificateKind::ALL {
            for &conclusion in Conclusion::ALL {
                let document = renderer.render(&CertificateSheet { locale, kind, conclusion, ..sheet() });
                let document =
                    document.unwrap_or_else(|error| panic!("{locale} {kind} {conclusion}: {error:?}"));
                assert!(document.starts_with(b"%PDF-1.7"));
            }
        }
    }
    for &relationship in Relationship::ALL {
        let mut sheet = sheet();
        sheet.represented_by.as_mut().unwrap().1 = relationship;
        renderer.render(&sheet).unwrap();
    }
}

#[test]
fn the_document_claims_both_standards_and_names_no_holder_in_its_metadata() {
    let document = renderer().render(&sheet()).unwrap();
    for claim in
        ["<pdfaid:part>3<", "<pdfaid:conformance>B<", "<pdfuaid:part>1<", "MC-2026-000123", "/StructTreeRoot"]
    {
        assert!(contains(&document, claim), "{claim}");
    }
    assert!(contains(&document, "Certificate of Medical Fitness MC-2026-000123"));
    assert!(!contains(&document, "Neill"));
}

#[test]
fn the_same_sheet_gives_the_same_bytes() {
    let (one, other) = (renderer().render(&sheet()).unwrap(), renderer().render(&sheet()).unwrap());
    assert!(one == other);
    let changed = CertificateSheet { conclusion: Conclusion::Unfit, ..sheet() };
    assert!(one != renderer().render(&changed).unwrap());
}

#[test]
fn whatever_may_be_missing_is_left_out() {
    let mut sheet = sheet();
    sheet.institution = SheetInstitution {
        tax_id: None,
        address: None,
        phone: None,
        logo: None,
        name: sheet.institution.name,
    };
    sheet.represented_by = None;
    sheet.restrictions = None;
    sheet.holder.birth_date = None;
    sheet.doctor.specialty = None;
    renderer().render(&sheet).unwrap();
}

#[test]
fn characters_without_a_glyph_are_found() {
    let renderer = renderer();
    assert_eq!(renderer.unprintable("Їжак, ґедзь, ’, ñ, ç, ã, №, ₴, €\r\nsecond line\twith a tab"), None);
    assert_eq!(renderer.unprintable("Li 李 一"), Some('李'));
    assert_eq!(renderer.unprintable("well done 👍"), Some('👍'));
    assert_eq!(renderer.unprintable("a\u{0}b"), Some('\u{0}'));
    assert_eq!(renderer.unprintable("a\u{FEFF}b"), Some('\u{FEFF}'));
    let mut sheet = sheet();
    sheet.holder.name = "Li 李".to_owned();
    assert!(matches!(renderer.render(&sheet), Err(RenderError::Unprintable('李'))));
}

#[test]
fn whatever_is_printable_prints_in_every_field() {
    let renderer = renderer();
    let all: Vec<char> = ('\u{20}'..'\u{3000}')
        .filter(|c| renderer.unprintable(c.encode_utf8(&mut [0; 4])).is_none())
        .collect();
    assert!(all.len() > 2_000, "{}", all.len());
    for chunk in all.chunks(150) {
        let mut sheet = sheet();
        sheet.doctor.specialty = None;
        sheet.restrictions = Some(chunk.iter().collect());
        sheet.service_name = sheet.restrictions.clone().unwrap();
        renderer.render(&sheet).unwrap_or_else(|error| panic!("{chunk:?}: {error:?}"));
    }
}

#[test]
fn a_thousand_characters_of_restrictions_fit_beside_long_names() {
    let renderer = renderer();
    for (locale, word) in [(Locale::Es, "restricción médica "), (Locale::Uk, "обмеження руху ")]
    {
        let long = |length| word.chars().cycle().take(length).collect::<String>();
        let mut sheet = CertificateSheet { locale, kind: CertificateKind::DriverFitness, ..sheet() };
        sheet.restrictions = Some(long(1_000));
        sheet.holder.name = long(80);
        sheet.represented_by.as_mut().unwrap().0.name = long(80);
        sheet.institution.name = long(80);
        sheet.service_name = long(80);
        renderer.render(&sheet).unwrap_or_else(|error| panic!("{locale} {word}: {error}"));
    }
    // The widest letters there are, without a blank to break at.
    for widest in ["W", "Щ"] {
        renderer.render(&CertificateSheet { restrictions: Some(widest.repeat(1_000)), ..sheet() }).unwrap();
    }
}

#[test]
fn fallback_fonts_help_out_in_both_directions_of_writing() {
    let fallback = [&include_bytes!("fonts/Armenian.ttf")[..], &include_bytes!("fonts/Hebrew.ttf")[..]];
    let renderer = KrillaRenderer::new(fallback.map(<[u8]>::to_vec).to_vec()).unwrap();
    let name = "Արամ (Aram), שלום, Їжак";
    assert_eq!(renderer.unprintable(name), None);
    assert_eq!(self::renderer().unprintable(name), Some('Ա'));
    assert_eq!(renderer.unprintable("Արամ 李"), Some('李'));
    let mut sheet = sheet();
    sheet.restrictions = Some(format!("{name} ").repeat(30));
    sheet.holder.name = name.to_owned();
    let document = renderer.render(&sheet).unwrap();
    for font in ["NotoSans-Regular", "NotoSans-SemiBold", "NotoSansArmenian", "NotoSansHebrew"] {
        assert!(contains(&document, font), "{font}");
    }
}

#[test]
fn what_no_page_holds_is_too_long() {
    let renderer = renderer();
    let too_long = |change: fn(&mut CertificateSheet)| {
        let mut sheet = sheet();
        change(&mut sheet);
        assert!(matches!(renderer.render(&sheet), Err(RenderError::TooLong)));
    };
    too_long(|sheet| sheet.restrictions = Some("word ".repeat(1_500)));
    too_long(|sheet| sheet.restrictions = Some("word ".repeat(100_000)));
    too_long(|sheet| sheet.restrictions = Some("a\n".repeat(200)));
    too_long(|sheet| sheet.restrictions = Some("\n".repeat(100_000)));
    too_long(|sheet| sheet.holder.name = "W".repeat(500));
    too_long(|sheet| sheet.doctor.name = "W".repeat(500));
    too_long(|sheet| sheet.institution.name = "W".repeat(500));
    too_long(|sheet| sheet.number = "9".repeat(60));
    too_long(|sheet| sheet.verify_url = format!("https://{}", "x".repeat(3_000)));
}

const PNG: &[u8] = include_bytes!("../../api/tests/http/pictures/logo.png");
const JPEG: &[u8] = include_bytes!("../../api/tests/http/pictures/logo.jpg");

#[test]
fn a_logo_is_printed_under_both_standards() {
    let plain = renderer().render(&sheet()).unwrap();
    for (kind, bytes) in [(LogoKind::Png, PNG), (LogoKind::Jpeg, JPEG)] {
        let bytes = Bytes::from_static(bytes);
        assert_eq!(renderer().picture(&bytes), Ok(kind));
        let mut sheet = sheet();
        sheet.institution.logo = Some(SheetLogo { kind, bytes });
        let branded = renderer().render(&sheet).unwrap();
        assert!(contains(&branded, "/Image") && contains(&branded, "<pdfaid:part>3<"));
        assert!(!contains(&plain, "/Subtype/Image") && branded.len() > plain.len());
        assert!(branded == renderer().render(&sheet).unwrap());
        // However long the name beside it is.
        sheet.institution.name = "Clínica de Medicina Ocupacional y Deportiva ".repeat(4);
        renderer().render(&sheet).unwrap();
    }
}

#[test]
fn what_is_no_picture_is_told() {
    let told = |bytes: &[u8]| renderer().picture(&Bytes::copy_from_slice(bytes)).unwrap_err();
    for other in [&b""[..], b"%PDF-1.7", b"GIF89a", b"<svg/>"] {
        assert_eq!(told(other), PictureError::Unknown);
    }
    let mut bomb = PNG.to_vec();
    bomb.splice(16..24, [0, 0, 16, 0, 0, 0, 16, 0]);
    assert_eq!(told(&bomb), PictureError::TooLarge);
    for broken in [PNG.get(..PNG.len() - 20), PNG.get(..30), JPEG.get(..JPEG.len() / 2), JPEG.get(..20)] {
        assert_eq!(told(broken.unwrap()), PictureError::Broken);
    }
}
