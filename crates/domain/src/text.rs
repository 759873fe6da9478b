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

/// The form in which texts are searched: lower case, without accents, digraphs spelled out, apostrophes dropped.
///
/// Decomposes (NFKD), drops combining marks and lowers case. Cyrillic letters that decompose (й, ї) keep meaning the
/// same word on both sides, since both are folded.
fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    // A spacing accent would decompose into a blank, and part what it is typed to join.
    let joined = text.chars().filter(|c| !matches!(c, '\u{b4}' | '`'));
    for c in joined.nfkd().filter(|c| !unicode_normalization::char::is_combining_mark(*c)) {
        for c in c.to_lowercase() {
            match c {
                'ø' => folded.push('o'),
                'đ' | 'ð' => folded.push('d'),
                'ħ' => folded.push('h'),
                'ł' => folded.push('l'),
                'ŧ' => folded.push('t'),
                'ı' => folded.push('i'),
                'ґ' => folded.push('г'),
                'ς' => folded.push('σ'),
                'æ' => folded.push_str("ae"),
                'œ' => folded.push_str("oe"),
                'ß' => folded.push_str("ss"),
                'þ' => folded.push_str("th"),
                // The dot that a small İ keeps, and apostrophes.
                '\u{307}'
                | '\''
                | '\u{2b9}'..='\u{2bc}'
                | '\u{2018}'
                | '\u{2019}'
                | '\u{201b}'
                | '\u{2032}' => {}
                c => folded.push(c),
            }
        }
    }
    folded
}

/// The form of a name in which names that nobody tells apart are the same: without case, accents and apostrophes, and
/// with one blank between its words; at most 511 characters.
pub fn alike(name: &str) -> String {
    let folded = folded(name);
    let words: Vec<&str> = folded.split_whitespace().collect();
    words.join(" ").chars().take(511).collect()
}

/// The words of a name, in the form in which they are searched: split at whatever is no letter or digit.
pub fn search_terms(text: &str) -> Vec<String> {
    let parts = folded(text);
    parts.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(ToOwned::to_owned).collect()
}

/// The words of what somebody types to find something: as [`search_words`], but what holds a digit is a number or a
/// code and stays one word whatever separates its parts: `45.678.912-3`, `MC-2026-000123`, `+51 999 123 456`.
///
/// Groups of digits apart by blanks are one number when one of them has at most four digits: two whole numbers beside
/// each other stay two.
pub fn typed_search_terms(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut last_digits = None;
    for chunk in folded(text).split_whitespace() {
        let parts = chunk.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
        if !chunk.contains(char::is_numeric) {
            words.extend(parts.map(ToOwned::to_owned));
            last_digits = None;
            continue;
        }
        let word: String = parts.collect();
        let digits = word.bytes().all(|b| b.is_ascii_digit()).then_some(word.len());
        match (last_digits, digits, words.last_mut()) {
            (Some(before), Some(now), Some(last)) if Ord::min(before, now) <= 4 => last.push_str(&word),
            _ => words.push(word),
        }
        last_digits = digits;
    }
    words
}

/// The words by which a telephone number is found: all its digits, and, of one that begins with `+`, those dialled at
/// home.
pub fn phone_search_terms(phone: &str) -> Vec<String> {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    let mut words = vec![];
    if phone.trim_start().starts_with('+') {
        words.extend(digits.get(country_code(&digits)..).map(ToOwned::to_owned));
    }
    words.push(digits);
    words.retain(|word| !word.is_empty());
    words
}

/// How many digits the country code has with which a number begins (ITU-T E.164, assigned codes).
fn country_code(digits: &str) -> usize {
    match digits.as_bytes() {
        [b'1' | b'7', ..] => 1,
        [b'2', b'0' | b'7', ..]
        | [b'3', b'0'..=b'4' | b'6' | b'9', ..]
        | [b'4', b'0' | b'1' | b'3'..=b'9', ..]
        | [b'5', b'1'..=b'8', ..]
        | [b'6', b'0'..=b'6', ..]
        | [b'8', b'1' | b'2' | b'4' | b'6', ..]
        | [b'9', b'0'..=b'5' | b'8', ..] => 2,
        _ => 3,
    }
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
        assert_eq!(search_terms("José-Luis ÑANDÚ"), ["jose", "luis", "nandu"]);
        assert_eq!(search_terms("Ґалаґан Їжакевич"), ["галаган", "іжакевич"]);
        assert_eq!(search_terms("О’Ніл"), ["оніл"]);
        assert_eq!(search_terms("Straße"), search_terms("STRASSE"));
        assert_eq!(
            search_terms("ẞ ǅ Æsir Œuvre Łódź İpek Þór"),
            ["ss", "dz", "aesir", "oeuvre", "lodz", "ipek", "thor"]
        );
        for apostrophe in ["'", "’", "‘", "ʼ", "´", "`", "′", "＇"] {
            assert_eq!(search_terms(&format!("O{apostrophe}Neil")), ["oneil"], "{apostrophe}");
        }
    }

    #[test]
    fn names_that_nobody_tells_apart_are_alike() {
        for same in ["Certificado médico", " CERTIFICADO\u{a0} Medico ", "certificado  me\u{301}dico"] {
            assert_eq!(alike(same), "certificado medico", "{same}");
        }
        assert_eq!(alike("Медогляд ІНДИВІДУАЛЬНИЙ"), alike("медогляд індивідуальний"));
        assert_ne!(alike("Licence B"), alike("Licence B+"));
        assert_ne!(alike("Licence AB"), alike("Licence A B"));
        assert_eq!(alike(&"ß".repeat(300)).chars().count(), 511);
    }

    #[test]
    fn numbers_and_codes_are_one_word_however_they_are_written() {
        assert_eq!(typed_search_terms("45.678.912-3 Quispe"), ["456789123", "quispe"]);
        assert_eq!(typed_search_terms(" MC-2026-0000 "), ["mc20260000"]);
        assert_eq!(typed_search_terms("mc 2026 000123"), ["mc", "2026000123"]);
        assert_eq!(typed_search_terms("+51 (999) 123-456"), ["51999123456"]);
        assert_eq!(typed_search_terms("+51 999123456"), ["51999123456"]);
        assert_eq!(typed_search_terms("45678912 999123456"), ["45678912", "999123456"]);
        assert_eq!(typed_search_terms("x1234567-Z"), ["x1234567z"]);
        assert_eq!(typed_search_terms("Ñandú, JOSÉ"), ["nandu", "jose"]);
        assert_eq!(typed_search_terms("Ana-María"), ["ana", "maria"]);
        assert!(typed_search_terms("\" -- , +").is_empty());
    }

    #[test]
    fn telephones_are_found_from_abroad_and_from_home() {
        assert_eq!(phone_search_terms("+51 999 123 456"), ["999123456", "51999123456"]);
        assert_eq!(phone_search_terms("+351 912-345-678"), ["912345678", "351912345678"]);
        assert_eq!(phone_search_terms("+1 (212) 555 0100"), ["2125550100", "12125550100"]);
        assert_eq!(phone_search_terms("+380441234567"), ["441234567", "380441234567"]);
        assert_eq!(phone_search_terms("999123456"), ["999123456"]);
        assert_eq!(phone_search_terms("+5"), ["5"]);
    }
}
