//! Money: whole minor units of an ISO 4217 currency; decimals exist only at the edge.

use std::fmt;

use rust_decimal::Decimal;

/// An ISO 4217 currency code this installation knows, with its number of decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

/// Currencies with other than two decimals (ISO 4217, list one).
const DECIMALS: &[(&str, u32)] = &[
    ("BHD", 3),
    ("CLP", 0),
    ("IQD", 3),
    ("JOD", 3),
    ("JPY", 0),
    ("KRW", 0),
    ("KWD", 3),
    ("LYD", 3),
    ("OMR", 3),
    ("PYG", 0),
    ("TND", 3),
    ("UGX", 0),
    ("VND", 0),
    ("XAF", 0),
    ("XOF", 0),
];
/// Currencies with two decimals (ISO 4217, list one): those of the countries where clinics are expected.
const TWO_DECIMALS: &[&str] = &[
    "AED", "AOA", "ARS", "AUD", "BGN", "BOB", "BRL", "CAD", "CHF", "CNY", "COP", "CRC", "CZK", "DKK", "DOP",
    "EUR", "GBP", "GEL", "GTQ", "HKD", "HNL", "HUF", "IDR", "ILS", "INR", "KZT", "MAD", "MDL", "MXN", "MZN",
    "NIO", "NOK", "NZD", "PAB", "PEN", "PHP", "PLN", "RON", "RSD", "SEK", "SGD", "THB", "TRY", "UAH", "USD",
    "UYU", "VES", "ZAR",
];

impl Currency {
    /// The currency with this code, when it is a known one.
    pub fn parse(code: &str) -> Option<Self> {
        let known = TWO_DECIMALS.contains(&code) || DECIMALS.iter().any(|(c, _)| *c == code);
        let bytes: [u8; 3] = code.as_bytes().try_into().ok()?;
        known.then_some(Self(bytes))
    }

    /// Three upper-case letters.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// Digits after the decimal point.
    pub fn decimals(self) -> u32 {
        DECIMALS.iter().find(|(c, _)| c.as_bytes() == self.0).map_or(2, |(_, d)| *d)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Why a text is no amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Not digits with at most one decimal point.
    #[error("must be a decimal number such as 200.00")]
    Malformed,
    /// More decimals than the currency has.
    #[error("has more decimals than the currency")]
    TooPrecise,
    /// More than twelve digits before the point.
    #[error("has more than 12 digits before the decimal point")]
    TooLarge,
}

/// An amount of money, never negative where it comes from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    /// Minor units: hundredths for PEN, whole units for JPY.
    pub minor: i64,
    /// Its currency.
    pub currency: Currency,
}

impl Money {
    /// An amount of minor units.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Reads an exact decimal text: digits, optionally a point and digits.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, AmountError> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) || text.ends_with('.') {
            return Err(AmountError::Malformed);
        }
        if whole.trim_start_matches('0').len() > 12 {
            return Err(AmountError::TooLarge);
        }
        let decimals = currency.decimals();
        if fraction.len() > decimals as usize {
            return Err(AmountError::TooPrecise);
        }
        let value: Decimal = text.parse().map_err(|_| AmountError::Malformed)?;
        let minor = value * Decimal::from(10_i64.pow(decimals));
        minor.try_into().map(|minor| Self { minor, currency }).map_err(|_| AmountError::TooLarge)
    }

    /// The exact decimal text, with all the decimals of the currency.
    pub fn amount(&self) -> String {
        Decimal::new(self.minor, self.currency.decimals()).to_string()
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount(), self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact() {
        let pen = Currency::parse("PEN").unwrap();
        assert_eq!(Money::parse("200.00", pen).unwrap().minor, 20_000);
        assert_eq!(Money::parse("0.5", pen).unwrap().amount(), "0.50");
        assert_eq!(Money::parse("999999999999.99", pen).unwrap().amount(), "999999999999.99");
        assert_eq!(Money::parse("1000000000000", pen), Err(AmountError::TooLarge));
        assert_eq!(Money::parse("1.005", pen), Err(AmountError::TooPrecise));
        for bad in ["", ".5", "1.", "-1", "+1", "1e3", "1,0", " 1", "٣"] {
            assert_eq!(Money::parse(bad, pen), Err(AmountError::Malformed), "{bad}");
        }
        assert_eq!(Money::parse("1.5", Currency::parse("JPY").unwrap()), Err(AmountError::TooPrecise));
        assert_eq!(Currency::parse("pen"), None);
        assert_eq!(Currency::parse("ZZZ"), None);
    }
}
