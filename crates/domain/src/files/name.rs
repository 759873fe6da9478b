//! Names of files from outside.

use super::{MediaType, Rejected};
use crate::{Invalid, text};

/// A file's name of 1 to 255 characters: NFC, trimmed, one line, a name and no path.
pub fn file_name(typed: &str) -> Result<String, Invalid> {
    let name = text::required(typed, 255, text::Lines::One)?;
    let path = name.contains(['/', '\\']) || name == "." || name == "..";
    if path {
        return Err(Invalid::one("", "path", "must be a name without a path: no / and no \\"));
    }
    Ok(name)
}

/// The format that content and name agree on.
pub fn matching_type(name: &str, content: MediaType) -> Result<MediaType, Rejected> {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_lowercase());
    let agrees = extension.is_some_and(|extension| content.extensions().contains(&extension.as_str()));
    if agrees { Ok(content) } else { Err(Rejected::NameDiffers) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_kept_whole_or_refused() {
        assert_eq!(file_name(" Jose\u{301} 🩺.pdf ").unwrap(), "José 🩺.pdf");
        assert_eq!(file_name(&"𝒳".repeat(255)).unwrap().chars().count(), 255);
        let code = |typed: &str| file_name(typed).unwrap_err().faults[0].code;
        assert_eq!(code(&"𝒳".repeat(256)), "too-long");
        for path in ["../a.pdf", "a/b.pdf", "/etc/passwd", "C:\\a.pdf", "..", "."] {
            assert_eq!(code(path), "path", "{path}");
        }
        for control in ["a\u{0}.pdf", "a\nb.pdf", "a\r\nSet-Cookie: x.pdf", "fdp.\u{202E}exe"] {
            assert_eq!(code(control), "control-character", "{control:?}");
        }
        assert_eq!(code("  "), "blank");
    }

    #[test]
    fn the_ending_must_be_that_of_the_content() {
        assert_eq!(matching_type("scan.PDF", MediaType::Pdf), Ok(MediaType::Pdf));
        assert_eq!(matching_type("a.b.JpEg", MediaType::Jpeg), Ok(MediaType::Jpeg));
        for name in ["scan.pdf.exe", "scan", "pdf", "scan.png", "scan.pdf "] {
            assert_eq!(matching_type(name, MediaType::Pdf), Err(Rejected::NameDiffers), "{name}");
        }
        for one in MediaType::ALL {
            for extension in one.extensions() {
                for other in MediaType::ALL {
                    let agrees = matching_type(&format!("x.{extension}"), *other).is_ok();
                    assert_eq!(agrees, one == other, "{extension} {other}");
                }
            }
        }
    }
}
