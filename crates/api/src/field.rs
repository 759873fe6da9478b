//! A member of a merge patch (RFC 7396): absent, null, or a value.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

/// A member of a merge patch. Annotate it with `#[serde(default)]` and, so that the document shows a plain nullable
/// member, `#[schema(value_type = Option<T>)]`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Field<T> {
    /// Not there: leave it as it is.
    #[default]
    Absent,
    /// Null: clear it.
    Null,
    /// Set it.
    Value(T),
}

impl<T> Field<T> {
    /// `None` when absent, `Some(None)` for null.
    pub fn change(self) -> Option<Option<T>> {
        match self {
            Self::Absent => None,
            Self::Null => Some(None),
            Self::Value(value) => Some(Some(value)),
        }
    }

    /// The same with the value changed.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Field<U> {
        match self {
            Self::Absent => Field::Absent,
            Self::Null => Field::Null,
            Self::Value(value) => Field::Value(change(value)),
        }
    }

    /// Whether it was left out.
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Null, Self::Value))
    }
}

impl<T: Serialize> Serialize for Field<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Absent | Self::Null => serializer.serialize_none(),
            Self::Value(value) => value.serialize(serializer),
        }
    }
}

impl<T: PartialSchema> PartialSchema for Field<T>
where
    Option<T>: PartialSchema,
{
    fn schema() -> RefOr<Schema> {
        Option::<T>::schema()
    }
}

impl<T: ToSchema> ToSchema for Field<T>
where
    Option<T>: ToSchema,
{
    fn name() -> Cow<'static, str> {
        Option::<T>::name()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        T::schemas(schemas);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Patch {
        #[serde(default)]
        name: Field<String>,
    }

    #[test]
    fn absent_and_null_differ() {
        let read = |json| serde_json::from_str::<Patch>(json).unwrap().name;
        assert_eq!(read("{}"), Field::Absent);
        assert_eq!(read(r#"{"name":null}"#), Field::Null);
        assert_eq!(read(r#"{"name":"x"}"#), Field::Value("x".to_owned()));
        assert_eq!(read(r#"{"name":null}"#).change(), Some(None));
    }
}
