//! Rows as JSON, column by column as the database gives them.

use chrono::{NaiveDate, NaiveDateTime};
use serde::{
    Serialize, Serializer,
    ser::{Error as _, SerializeMap as _, SerializeSeq as _},
};
use sqlx::{Column as _, Row, TypeInfo as _, ValueRef as _, postgres::PgRow, sqlite::SqliteRow};
use uuid::Uuid;

/// What is needed of a row.
pub(crate) trait Cells {
    /// An identifier, if the row has this column and it is not null.
    fn id(&self, column: &str) -> Option<Uuid>;

    /// Whether a column holds the truth.
    fn flag(&self, column: &str) -> bool;

    /// The row as an object.
    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error>;
}

/// Rows as a list of objects.
pub(crate) struct Rows<'r, R>(pub(crate) &'r [R]);

impl<R: Cells> Serialize for Rows<'_, R> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut all = to.serialize_seq(Some(self.0.len()))?;
        for row in self.0 {
            all.serialize_element(&Object(row))?;
        }
        all.end()
    }
}

struct Object<'r, R>(&'r R);

impl<R: Cells> Serialize for Object<'_, R> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.write(to)
    }
}

impl Cells for SqliteRow {
    fn id(&self, column: &str) -> Option<Uuid> {
        self.try_get(column).ok()
    }

    fn flag(&self, column: &str) -> bool {
        self.try_get(column).is_ok_and(|number: i64| number != 0)
    }

    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut object = to.serialize_map(Some(self.len()))?;
        for column in self.columns() {
            let (name, at) = (column.name(), column.ordinal());
            let value = self.try_get_raw(at).map_err(S::Error::custom)?;
            if value.is_null() {
                object.serialize_entry(name, &())?;
                continue;
            }
            // Moments are texts in SQLite, and identifiers the only bytes that these statements select.
            match value.type_info().name() {
                "INTEGER" | "BOOLEAN" => object
                    .serialize_entry(name, &self.try_get_unchecked::<i64, _>(at).map_err(S::Error::custom)?),
                "BLOB" => object
                    .serialize_entry(name, &self.try_get_unchecked::<Uuid, _>(at).map_err(S::Error::custom)?),
                _ => object
                    .serialize_entry(name, self.try_get_unchecked::<&str, _>(at).map_err(S::Error::custom)?),
            }?;
        }
        object.end()
    }
}

impl Cells for PgRow {
    fn id(&self, column: &str) -> Option<Uuid> {
        self.try_get(column).ok()
    }

    fn flag(&self, column: &str) -> bool {
        self.try_get(column).unwrap_or(false)
    }

    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut object = to.serialize_map(Some(self.len()))?;
        for column in self.columns() {
            let (name, at) = (column.name(), column.ordinal());
            let value = self.try_get_raw(at).map_err(S::Error::custom)?;
            if value.is_null() {
                object.serialize_entry(name, &())?;
                continue;
            }
            let kind = value.type_info();
            match kind.name() {
                "UUID" => object.serialize_entry(name, &self.get_at::<Uuid, S>(at)?),
                "BOOL" => object.serialize_entry(name, &self.get_at::<bool, S>(at)?),
                "INT2" => object.serialize_entry(name, &self.get_at::<i16, S>(at)?),
                "INT4" => object.serialize_entry(name, &self.get_at::<i32, S>(at)?),
                "INT8" => object.serialize_entry(name, &self.get_at::<i64, S>(at)?),
                "TIMESTAMP" => object.serialize_entry(name, &self.get_at::<NaiveDateTime, S>(at)?),
                "DATE" => object.serialize_entry(name, &self.get_at::<NaiveDate, S>(at)?),
                _ => object.serialize_entry(name, self.get_at::<&str, S>(at)?),
            }?;
        }
        object.end()
    }
}

/// Reading a column whose type has been looked at already.
trait GetAt {
    fn get_at<'r, T, S>(&'r self, at: usize) -> Result<T, S::Error>
    where
        T: sqlx::Decode<'r, sqlx::Postgres>,
        S: Serializer;
}

impl GetAt for PgRow {
    fn get_at<'r, T, S>(&'r self, at: usize) -> Result<T, S::Error>
    where
        T: sqlx::Decode<'r, sqlx::Postgres>,
        S: Serializer,
    {
        self.try_get_unchecked(at).map_err(S::Error::custom)
    }
}
