//! Values of columns as JSON, and back.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use sea_orm::{DbErr, QueryResult, Value as Stored};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    backup::shape::{Column, Kind},
    column::{moment, stored},
    db_timestamp::DbTimestamp,
};

/// Reads the column of a row.
pub(crate) fn read(row: &QueryResult, column: &Column) -> Result<Value, DbErr> {
    let name = column.name.as_str();
    Ok(match column.kind {
        Kind::Id => Value::from(row.try_get::<Option<Uuid>>("", name)?.map(|id| id.to_string())),
        Kind::Text => Value::from(row.try_get::<Option<String>>("", name)?),
        Kind::Moment => Value::from(row.try_get::<Option<DbTimestamp>>("", name)?.map(written)),
        Kind::Day => Value::from(row.try_get::<Option<NaiveDate>>("", name)?.map(|day| day.to_string())),
        Kind::Flag => Value::from(row.try_get::<Option<bool>>("", name)?),
        Kind::Number => Value::from(number(row, name)?),
        Kind::Bytes => Value::from(row.try_get::<Option<Vec<u8>>>("", name)?.map(|bytes| hex(&bytes))),
    })
}

/// A whole number: PostgreSQL tells 32 bits from 64, the others do not.
fn number(row: &QueryResult, name: &str) -> Result<Option<i64>, DbErr> {
    let wide = row.try_get::<Option<i64>>("", name);
    wide.or_else(|_| row.try_get::<Option<i32>>("", name).map(|small| small.map(i64::from)))
}

fn written(at: DbTimestamp) -> String {
    moment(at).to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// The value to store; `None` when the JSON is none of this column.
pub(crate) fn store(value: &Value, column: &Column) -> Option<Stored> {
    if value.is_null() {
        return column.optional.then(|| nothing(column.kind));
    }
    Some(match column.kind {
        Kind::Id => Uuid::parse_str(value.as_str()?).ok()?.into(),
        Kind::Text => value.as_str()?.to_owned().into(),
        Kind::Moment => {
            let at = DateTime::parse_from_rfc3339(value.as_str()?).ok()?;
            stored(at.with_timezone(&Utc)).into()
        }
        Kind::Day => value.as_str()?.parse::<NaiveDate>().ok()?.into(),
        Kind::Flag => value.as_bool()?.into(),
        Kind::Number => value.as_i64()?.into(),
        Kind::Bytes => unhex(value.as_str()?)?.into(),
    })
}

/// NULL, of the column's type.
pub(crate) fn nothing(kind: Kind) -> Stored {
    match kind {
        Kind::Id => Stored::Uuid(None),
        Kind::Text => Stored::String(None),
        Kind::Moment => Stored::ChronoDateTime(None),
        Kind::Day => Stored::ChronoDate(None),
        Kind::Flag => Stored::Bool(None),
        Kind::Number => Stored::BigInt(None),
        Kind::Bytes => Stored::Bytes(None),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|d| char::from_digit(d.into(), 16))
        .collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> =
        text.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect::<Option<_>>()?;
    let (pairs, rest) = digits.as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_fits_is_stored() {
        let column = |kind, optional| Column { name: "x".into(), kind, optional };
        for (kind, good, bad) in [
            (Kind::Id, "01890a5d-ac96-774b-bcce-b302099a8057", "7"),
            (Kind::Moment, "2026-11-21T15:04:05.123456Z", "2026-11-21"),
            (Kind::Day, "2024-02-29", "2023-02-29"),
            (Kind::Bytes, "00ff", "0f0"),
        ] {
            assert!(store(&good.into(), &column(kind, false)).is_some(), "{good}");
            assert!(store(&bad.into(), &column(kind, false)).is_none(), "{bad}");
        }
        assert_eq!(store(&Value::from(1.5), &column(Kind::Number, false)), None);
        assert_eq!(store(&Value::from(1), &column(Kind::Flag, false)), None);
        assert_eq!(store(&Value::Null, &column(Kind::Text, false)), None);
        assert_eq!(store(&Value::Null, &column(Kind::Text, true)), Some(Stored::String(None)));
        assert_eq!(unhex(&hex(&[0, 1, 0xab, 0xff])).unwrap(), [0, 1, 0xab, 0xff]);
    }
}
