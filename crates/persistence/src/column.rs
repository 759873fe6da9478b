//! How values of the domain are stored, once for all tables.

use chrono::{DateTime, SubsecRound, Utc};
use medcert_application::store::StoreError;
use medcert_domain::{Currency, Money};

use crate::db_timestamp::DbTimestamp;

/// A moment as stored: UTC, cut to the microsecond that every engine keeps.
pub(crate) fn stored(at: DateTime<Utc>) -> DbTimestamp {
    DbTimestamp(at.naive_utc().trunc_subsecs(6))
}

/// A stored moment.
pub(crate) fn moment(stamp: DbTimestamp) -> DateTime<Utc> {
    stamp.0.and_utc()
}

/// What is stored makes no sense. `detail` names columns, never their values.
pub(crate) fn corrupt(kind: &'static str, detail: &'static str) -> StoreError {
    StoreError::Corrupt { kind, detail: detail.to_owned() }
}

/// Reads a column that holds a code.
pub(crate) fn read<T>(
    kind: &'static str,
    column: &'static str,
    text: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, StoreError> {
    parse(text).ok_or_else(|| corrupt(kind, column))
}

/// The same for a column that may be NULL.
pub(crate) fn read_opt<T>(
    kind: &'static str,
    column: &'static str,
    text: Option<&str>,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, StoreError> {
    text.map(|text| read(kind, column, text, parse)).transpose()
}

/// Reads an amount with its currency.
pub(crate) fn money(kind: &'static str, minor: i64, currency: &str) -> Result<Money, StoreError> {
    Ok(Money::new(minor, read(kind, "currency", currency, Currency::parse)?))
}

/// Reads a count that is never negative.
pub(crate) fn count(kind: &'static str, column: &'static str, number: i64) -> Result<u32, StoreError> {
    u32::try_from(number).map_err(|_| corrupt(kind, column))
}

/// Reads a SHA-256.
pub(crate) fn hash(kind: &'static str, bytes: Vec<u8>) -> Result<[u8; 32], StoreError> {
    bytes.try_into().map_err(|_| corrupt(kind, "hash"))
}

/// Reads three columns of which all or none are set.
pub(crate) fn all_or_none<A, B>(
    kind: &'static str,
    detail: &'static str,
    a: Option<A>,
    b: Option<B>,
) -> Result<Option<(A, B)>, StoreError> {
    match (a, b) {
        (Some(a), Some(b)) => Ok(Some((a, b))),
        (None, None) => Ok(None),
        _ => Err(corrupt(kind, detail)),
    }
}

/// The smallest text that is greater than every text beginning with `prefix`, comparing by code point, as all
/// engines here do; `None` when there is none.
pub(crate) fn after_prefix(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        let next = match last {
            // The code points in between are surrogates, which no text contains.
            '\u{D7FF}' => Some('\u{E000}'),
            char::MAX => None,
            last => char::from_u32(u32::from(last) + 1),
        };
        if let Some(next) = next {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_prefix_is_the_next_text() {
        assert_eq!(after_prefix("abc").as_deref(), Some("abd"));
        assert_eq!(after_prefix("а").as_deref(), Some("б"));
        assert_eq!(after_prefix("a\u{10FFFF}").as_deref(), Some("b"));
        assert_eq!(after_prefix("\u{D7FF}").as_deref(), Some("\u{E000}"));
        assert_eq!(after_prefix("\u{10FFFF}"), None);
        assert_eq!(after_prefix(""), None);
    }
}
