//! Moments in columns.
//!
//! SQLite has no type for moments. The driver writes them in one form and tries several when it reads, each with the
//! price of a failure: with some twenty moments in a detail, that was a tenth of what reading one cost beyond its SQL.

use chrono::{NaiveDate, NaiveDateTime};
use sea_orm::{
    ColIdx, QueryResult, TryGetError, TryGetable, Value,
    sea_query::{ArrayType, ColumnType, Nullable, ValueType, ValueTypeErr},
    sqlx::Row as _,
};

/// A moment as it is stored: UTC, to the microsecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DbTimestamp(pub NaiveDateTime);

impl From<DbTimestamp> for Value {
    fn from(stamp: DbTimestamp) -> Self {
        stamp.0.into()
    }
}

impl TryGetable for DbTimestamp {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        let on_sqlite = row.try_as_sqlite_row();
        let text =
            on_sqlite.and_then(|row| row.try_get_unchecked::<&str, _>(index.as_sqlx_sqlite_index()).ok());
        match text.and_then(parsed) {
            Some(at) => Ok(Self(at)),
            None => NaiveDateTime::try_get_by(row, index).map(Self),
        }
    }
}

impl ValueType for DbTimestamp {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        <NaiveDateTime as ValueType>::try_from(value).map(Self)
    }

    fn type_name() -> String {
        <NaiveDateTime as ValueType>::type_name()
    }

    fn array_type() -> ArrayType {
        <NaiveDateTime as ValueType>::array_type()
    }

    fn column_type() -> ColumnType {
        <NaiveDateTime as ValueType>::column_type()
    }
}

impl Nullable for DbTimestamp {
    fn null() -> Value {
        <NaiveDateTime as Nullable>::null()
    }
}

/// Reads `2026-11-21 15:04:05.123456`, with none, three or six decimals; `None` for everything else.
fn parsed(text: &str) -> Option<NaiveDateTime> {
    let (day, time) = text.split_once(' ')?;
    let (time, decimals) = time.split_once('.').unwrap_or((time, ""));
    let [year, month, day] = numbers(day, '-', [4, 2, 2])?;
    let [hour, minute, second] = numbers(time, ':', [2, 2, 2])?;
    let micro = match decimals.len() {
        0 => 0,
        3 => number(decimals)? * 1000,
        6 => number(decimals)?,
        _ => return None,
    };
    NaiveDate::from_ymd_opt(year.cast_signed(), month, day)?.and_hms_micro_opt(hour, minute, second, micro)
}

fn number(digits: &str) -> Option<u32> {
    digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

fn numbers(text: &str, between: char, lengths: [usize; 3]) -> Option<[u32; 3]> {
    let mut parts = text.split(between);
    let mut next = |length: usize| parts.next().filter(|part| part.len() == length).and_then(number);
    let [a, b, c] = lengths;
    let all = [next(a)?, next(b)?, next(c)?];
    parts.next().is_none().then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_the_driver_reads_them() {
        for text in [
            "2026-11-21 15:04:05",
            "2024-02-29 00:00:00.120",
            "1850-01-01 23:59:59.000001",
            "9999-12-31 23:59:59.999999",
        ] {
            let expected = NaiveDateTime::parse_from_str(text, "%F %T%.f").unwrap();
            assert_eq!(parsed(text), Some(expected));
        }
        for other in [
            "2026-11-21T15:04:05",
            "2026-11-21 15:04:05Z",
            "2026-11-21 15:04",
            "2026-1-21 15:04:05",
            "2023-02-29 15:04:05",
            "2026-11-21 15:04:05.1",
            "2026-11-21 +5:04:05",
            "2026-11-21 15:04:05:06",
            "",
        ] {
            assert_eq!(parsed(other), None, "{other}");
        }
    }
}
