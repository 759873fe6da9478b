//! Identity documents: the key by which a person is found again.

use std::fmt;

use crate::{Country, Invalid};

crate::codes! {
    /// Kind of identity document.
    DocumentType {
        /// National identity document of Peru: 8 digits.
        Dni = "DNI",
        /// Residence card of Peru: up to 12 letters or digits.
        Ce = "CE",
        /// Passport: 5 to 20 letters or digits.
        Passport = "PASSPORT",
        /// Taxpayer number of Peru: 11 digits, the last a check digit (modulo 11).
        Ruc = "RUC",
        /// Taxpayer number of Portugal: 9 digits, the last a check digit (modulo 11).
        Nif = "NIF",
        /// Any national identity card: 1 to 30 letters or digits.
        NationalId = "NATIONAL_ID",
        /// Any other document: 1 to 30 letters or digits.
        Other = "OTHER",
    }
}

/// A document: unique among persons by all three parts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Document {
    /// Kind.
    pub kind: DocumentType,
    /// Country that issued it.
    pub country: Country,
    /// Upper case, without separators.
    pub number: String,
}

impl Document {
    /// Reads a number as typed: blanks, dots, hyphens and slashes are dropped, letters raised.
    pub fn parse(kind: DocumentType, country: Country, number: &str) -> Result<Self, Invalid> {
        let number: String = number
            .trim()
            .chars()
            .filter(|c| !matches!(c, ' ' | '-' | '.' | '/'))
            .flat_map(char::to_uppercase)
            .collect();
        let all_digits = number.bytes().all(|b| b.is_ascii_digit());
        let alphanumeric = number.chars().all(char::is_alphanumeric);
        let length = number.chars().count();
        let (valid, rule) = match kind {
            DocumentType::Dni => (all_digits && length == 8, "must have 8 digits"),
            DocumentType::Ce => (
                number.is_ascii() && alphanumeric && (1..=12).contains(&length),
                "must have up to 12 letters or digits",
            ),
            DocumentType::Passport => (
                number.is_ascii() && alphanumeric && (5..=20).contains(&length),
                "must have 5 to 20 letters or digits",
            ),
            DocumentType::Ruc => (
                all_digits && length == 11 && ruc_check(&number),
                "must have 11 digits, the last of which is a check digit",
            ),
            DocumentType::Nif => (
                all_digits && length == 9 && nif_check(&number),
                "must have 9 digits, the last of which is a check digit",
            ),
            DocumentType::NationalId | DocumentType::Other => {
                (alphanumeric && (1..=30).contains(&length), "must have 1 to 30 letters or digits")
            }
        };
        if valid {
            Ok(Self { kind, country, number })
        } else {
            Err(Invalid::one("", "document-number", rule))
        }
    }
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.number)
    }
}

fn weighted(number: &str, weights: &[u32]) -> u32 {
    number.chars().zip(weights).filter_map(|(c, w)| Some(c.to_digit(10)? * w)).sum()
}

fn last_digit(number: &str) -> Option<u32> {
    number.chars().last()?.to_digit(10)
}

/// SUNAT's check digit: 11 minus the weighted sum modulo 11; 10 becomes 0, 11 becomes 1.
fn ruc_check(number: &str) -> bool {
    let rest = 11 - weighted(number, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    last_digit(number) == Some(rest % 10)
}

/// Portugal's check digit: 11 minus the weighted sum modulo 11; 10 and 11 become 0.
fn nif_check(number: &str) -> bool {
    let rest = 11 - weighted(number, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    last_digit(number) == Some(if rest >= 10 { 0 } else { rest })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_checked_by_kind() {
        let peru = Country::parse("PE").unwrap();
        let parse = |kind, number| Document::parse(kind, peru, number).map(|d| d.number);
        assert_eq!(parse(DocumentType::Dni, " 12.345-678 ").unwrap(), "12345678");
        assert!(parse(DocumentType::Dni, "1234567").is_err());
        assert!(parse(DocumentType::Dni, "١٢٣٤٥٦٧٨").is_err());
        assert_eq!(parse(DocumentType::Passport, "ab12345").unwrap(), "AB12345");
        assert!(parse(DocumentType::Ruc, "20100070970").is_ok());
        assert!(parse(DocumentType::Ruc, "20100070971").is_err());
        assert!(parse(DocumentType::Nif, "123456789").is_ok());
        assert!(parse(DocumentType::Nif, "123456788").is_err());
        assert!(parse(DocumentType::Other, "").is_err());
        assert!(parse(DocumentType::Other, "a'; DROP").is_err());
        assert_eq!(parse(DocumentType::NationalId, "кв123456").unwrap(), "КВ123456");
    }
}
