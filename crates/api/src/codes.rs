//! Closed vocabularies as they stand in JSON and in the OpenAPI document. Each room has its own.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use medcert_domain::{Locale, policy::Role};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::json;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type},
    },
};

/// A vocabulary of the domain: so that one reader serves them all.
pub(crate) trait Coded: Copy + 'static {
    /// Every word.
    const ALL: &'static [Self];

    /// The word as written.
    fn code(self) -> &'static str;

    /// The word read.
    fn parse(code: &str) -> Option<Self>;
}

/// Wraps vocabularies of the domain, each with its name and description in the document.
macro_rules! wire {
    ($($wire:ident = $domain:ty, $name:literal, $doc:literal;)+) => {$(
        impl $crate::codes::Coded for $domain {
            const ALL: &'static [Self] = <$domain>::ALL;

            fn code(self) -> &'static str {
                <$domain>::code(self)
            }

            fn parse(code: &str) -> Option<Self> {
                <$domain>::parse(code)
            }
        }

        #[doc = $doc]
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) struct $wire(pub(crate) $domain);

        impl From<$domain> for $wire {
            fn from(value: $domain) -> Self {
                Self(value)
            }
        }

        impl serde::Serialize for $wire {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.0.code())
            }
        }

        // Views are read again when a stored answer is completed for its caller.
        impl<'de> serde::Deserialize<'de> for $wire {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
                <$domain>::parse(&word).map(Self).ok_or_else(|| serde::de::Error::custom("is no such word"))
            }
        }

        impl utoipa::PartialSchema for $wire {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                $crate::codes::vocabulary($doc, <$domain>::ALL.iter().map(|word| word.code()))
            }
        }

        impl utoipa::ToSchema for $wire {
            fn name() -> std::borrow::Cow<'static, str> {
                std::borrow::Cow::Borrowed($name)
            }
        }
    )+};
}
pub(crate) use wire;

/// A vocabulary as the document describes it.
pub(crate) fn vocabulary<'w>(description: &str, words: impl Iterator<Item = &'w str>) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(description))
        .enum_values(Some(words))
        .into()
}

wire! {
    RoleCode = Role, "Role", "What a user is to the institution.";
    LocaleCode = Locale, "Locale", "Language: BCP 47 primary tag.";
}

/// A moment: RFC 3339, UTC, always with six decimals, so that equal moments have equal spellings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment(pub(crate) DateTime<Utc>);

impl From<DateTime<Utc>> for Moment {
    fn from(at: DateTime<Utc>) -> Self {
        Self(at)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.to_rfc3339_opts(SecondsFormat::Micros, true))
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        let at = DateTime::parse_from_rfc3339(&text).map_err(de::Error::custom)?;
        Ok(Self(at.to_utc()))
    }
}

impl PartialSchema for Moment {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .description(Some("A moment in UTC, to the microsecond."))
            .examples([json!("2026-11-20T15:04:05.123456Z")])
            .into()
    }
}

impl ToSchema for Moment {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Moment")
    }
}

/// A calendar day: `YYYY-MM-DD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Day(pub(crate) NaiveDate);

impl From<NaiveDate> for Day {
    fn from(day: NaiveDate) -> Self {
        Self(day)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map(Self).map_err(de::Error::custom)
    }
}

impl PartialSchema for Day {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)))
            .description(Some("A calendar day."))
            .examples([json!("2026-11-20")])
            .into()
    }
}

impl ToSchema for Day {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Day")
    }
}

/// The words in a row, for messages.
pub(crate) fn all<E: Coded>() -> String {
    E::ALL.iter().map(|word| word.code()).collect::<Vec<_>>().join(", ")
}
