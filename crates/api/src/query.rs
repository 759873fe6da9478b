//! The query of a URL, read as strictly as a body.

use std::{
    collections::BTreeSet,
    future::{Ready, ready},
};

use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use medcert_domain::Invalid;
use serde::{
    Deserialize,
    de::{
        self, DeserializeOwned, Deserializer, IntoDeserializer, Visitor,
        value::{Error as Refused, MapDeserializer, SeqDeserializer},
    },
};

use crate::{json::refused, problem::Failure};

/// The query as a `T`: unknown and repeated parameters and wrong types are 422, with `/` and the parameter's name as
/// pointer. A list is separated by commas.
#[derive(Debug, Clone)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(req.query_string()).map(Self).map_err(Into::into))
    }
}

/// Parameters that stand beside those of an operation's own.
pub(crate) trait SharedParams: DeserializeOwned {
    /// Their names.
    const NAMES: &'static [&'static str];
}

/// No parameters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoParams {}

impl SharedParams for NoParams {
    const NAMES: &'static [&'static str] = &[];
}

/// Reads the parameters of `B`, and tells what is left of the query.
pub(crate) fn apart<B: SharedParams>(query: &str) -> (Result<B, Invalid>, String) {
    let ours = |part: &&str| part.split('=').next().is_some_and(|name| B::NAMES.contains(&name));
    let (ours, rest): (Vec<&str>, Vec<&str>) =
        query.split('&').filter(|part| !part.is_empty()).partition(ours);
    (read(&ours.join("&")), rest.join("&"))
}

/// Both, or all faults of both.
pub(crate) fn both<A, B>(a: Result<A, Invalid>, b: Result<B, Invalid>) -> Result<(A, B), Invalid> {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok((a, b)),
        (Err(mut faults), Err(more)) => {
            faults.faults.extend(more.faults);
            Err(faults)
        }
        (Err(faults), Ok(_)) | (Ok(_), Err(faults)) => Err(faults),
    }
}

/// Reads a query without its question mark.
pub(crate) fn read<T: DeserializeOwned>(query: &str) -> Result<T, Invalid> {
    let pairs = web::Query::<Vec<(String, String)>>::from_query(query)
        .map_err(|_| Invalid::one("", "format", "the query cannot be read"))?
        .into_inner();
    let mut seen = BTreeSet::new();
    if let Some((name, _)) = pairs.iter().find(|(name, _)| !seen.insert(name.as_str())) {
        return Err(Invalid::one(&format!("/{name}"), "repeated", "occurs more than once"));
    }
    let parameters = pairs.into_iter().map(|(name, value)| (name, Text(value)));
    serde_path_to_error::deserialize(MapDeserializer::<_, Refused>::new(parameters))
        .map_err(|error| refused(&error))
}

/// One value of a query: text that becomes what the reader asks for.
#[derive(Debug, Clone)]
struct Text(String);

impl IntoDeserializer<'_, Refused> for Text {
    type Deserializer = Self;
    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! parsed {
    ($($method:ident, $visit:ident, $type:ty, $what:literal;)+) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
            let value: $type = self.0.parse().map_err(|_| {
                de::Error::invalid_type(de::Unexpected::Other("text"), &$what)
            })?;
            visitor.$visit(value)
        })+
    };
}

impl<'de> Deserializer<'de> for Text {
    type Error = Refused;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        visitor.visit_string(self.0)
    }

    parsed! {
        deserialize_bool, visit_bool, bool, "true or false";
        deserialize_u8, visit_u8, u8, "a whole number";
        deserialize_u16, visit_u16, u16, "a whole number";
        deserialize_u32, visit_u32, u32, "a whole number";
        deserialize_u64, visit_u64, u64, "a whole number";
        deserialize_i32, visit_i32, i32, "a whole number";
        deserialize_i64, visit_i64, i64, "a whole number";
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Refused> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        visitor.visit_enum(self.0.into_deserializer())
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        let parts: Vec<Self> =
            self.0.split(',').map(str::trim).filter(|p| !p.is_empty()).map(|p| Self(p.to_owned())).collect();
        SeqDeserializer::new(parts.into_iter()).deserialize_any(visitor)
    }

    serde::forward_to_deserialize_any! {
        i8 i16 f32 f64 char str string bytes byte_buf unit unit_struct tuple tuple_struct map struct identifier
        ignored_any i128 u128
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[derive(Debug, Default, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields, default)]
    struct Filter {
        limit: Option<u64>,
        with_total: bool,
        kind: Vec<Kind>,
        id: Option<Uuid>,
        q: Option<String>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    enum Kind {
        OneTwo,
        Three,
    }

    fn fault(query: &str) -> (String, &'static str) {
        let fault = read::<Filter>(query).unwrap_err().faults.into_iter().next().unwrap();
        (fault.pointer, fault.code)
    }

    #[test]
    fn values_take_their_types() {
        let filter: Filter = read("limit=5&with_total=true&kind=ONE_TWO,THREE&q=a%20b+c").unwrap();
        let wanted = Filter {
            limit: Some(5),
            with_total: true,
            kind: vec![Kind::OneTwo, Kind::Three],
            id: None,
            q: Some("a b c".to_owned()),
        };
        assert_eq!(filter, wanted);
        assert_eq!(read::<Filter>("").unwrap(), Filter::default());
    }

    #[test]
    fn refusals_name_the_parameter() {
        let at = |pointer: &str, code| (pointer.to_owned(), code);
        assert_eq!(fault("limit=many"), at("/limit", "type"));
        assert_eq!(fault("other=1"), at("/other", "unknown-field"));
        assert_eq!(fault("limit=1&limit=2"), at("/limit", "repeated"));
        assert_eq!(fault("kind=FOUR").1, "unknown-value");
        assert_eq!(fault("id=nonsense"), at("/id", "format"));
    }
}
