//! Texts from outside: normalised, trimmed, limited in characters and free of control characters.

use unicode_normalization::UnicodeNormalization;

use crate::Invalid;

/// Whether a text may span lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    /// One line: a name, a reference.
    One,
    /// Several lines: a comment, a note.
    Many,
}

/// A required text of 1 to `max` characters: NFC, trimmed.
pub fn required(text: &str, max: usize, lines: Lines) -> Result<String, Invalid> {
    optional(text, max, lines)?.ok_or_else(|| Invalid::one("", "blank", "must not be empty"))
}

/// A text of at most `max` characters; `None` when nothing but blanks was given.
pub fn optional(text: &str, max: usize, lines: Lines) -> Result<Option<String>, Invalid> {
    let unified = text.replace("\r\n", "\n");
    let clean: String = unified.trim().nfc().collect();
    if clean.is_empty() {
        return Ok(None);
    }
    if clean.chars().count() > max {
        return Err(Invalid::one("", "too-long", format!("must be at most {max} characters")));
    }
    let forbidden = |c: char| match c {
        '\n' | '\t' => lines == Lines::One,
        // Bidirectional overrides can make a printed name read differently from the stored one.
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' | '\u{2028}' | '\u{2029}' => true,
        c => c.is_control(),
    };
    if clean.chars().any(forbidden) {
        return Err(Invalid::one("", "control-character", "must not contain control characters"));
    }
    Ok(Some(clean))
}

/// An e-mail address: trimmed, lower case, one `@` with text around it, at most 254 characters (RFC 5321 §4.5.3.1).
pub fn email(text: &str) -> Result<String, Invalid> {
    let clean = required(text, 254, Lines::One)?.to_lowercase();
    let valid = clean.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && local.len() <= 64
            && domain.contains('.')
            && !domain.contains('@')
            && !domain.starts_with('.')
            && !domain.ends_with('.')
            && !domain.contains("..")
    }) && !clean.contains(char::is_whitespace);
    if valid { Ok(clean) } else { Err(Invalid::one("", "email", "must be an e-mail address")) }
}

/// A telephone number: 5 to 20 digits, blanks, `+ ( ) - .`; at least five digits.
pub fn phone(text: &str) -> Result<String, Invalid> {
    let clean = required(text, 20, Lines::One)?;
    let allowed = clean.chars().all(|c| c.is_ascii_digit() || " +()-.".contains(c));
    let digits = clean.chars().filter(char::is_ascii_digit).count();
    if allowed && digits >= 5 {
        Ok(clean)
    } else {
        Err(Invalid::one("", "phone", "must be a telephone number of 5 to 20 characters"))
    }
}

/// The form in which names are searched: lower case, without accents, words apart.
///
/// Decomposes (NFKD), drops combining marks, lowers case and splits at whatever is no letter or digit.
/// Cyrillic letters that decompose (й, ї) keep meaning the same word on both sides, since both are folded.
pub fn search_words(text: &str) -> Vec<String> {
    let folded: String = text
        .nfkd()
        .filter(|c| !unicode_normalization::char::is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            'ø' => 'o',
            'đ' => 'd',
            'ł' => 'l',
            'ı' => 'i',
            'ґ' => 'г',
            'ʼ' | '’' | '\'' => '\u{0}',
            c => c,
        })
        .filter(|c| *c != '\u{0}')
        .collect();
    let folded = folded.replace('ß', "ss");
    folded.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(ToOwned::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_normalised_and_limited() {
        assert_eq!(required("  Jose\u{301} ", 10, Lines::One).unwrap(), "José");
        assert_eq!(required("   ", 10, Lines::One).unwrap_err().faults[0].code, "blank");
        assert_eq!(required("abcdef", 5, Lines::One).unwrap_err().faults[0].code, "too-long");
        assert_eq!(required("a\u{0}b", 5, Lines::Many).unwrap_err().faults[0].code, "control-character");
        assert_eq!(required("a\nb", 5, Lines::One).unwrap_err().faults[0].code, "control-character");
        assert_eq!(required("a\r\nb", 5, Lines::Many).unwrap(), "a\nb");
        assert_eq!(email(" Ana@Example.ORG ").unwrap(), "ana@example.org");
        assert!(email("a@b").is_err() && email("a b@c.d").is_err() && email("@c.d").is_err());
        assert!(phone("+51 (1) 555-123").is_ok() && phone("abc").is_err() && phone("12").is_err());
    }

    #[test]
    fn search_words_ignore_accents_and_case() {
        assert_eq!(search_words("José-Luis ÑANDÚ"), ["jose", "luis", "nandu"]);
        assert_eq!(search_words("Ґалаґан Їжакевич"), ["галаган", "іжакевич"]);
        assert_eq!(search_words("О’Ніл"), ["оніл"]);
        assert_eq!(search_words("Straße"), search_words("STRASSE"));
    }
}
