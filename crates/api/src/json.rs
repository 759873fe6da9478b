//! JSON from outside, read strictly: no repeated names, bounded depth, and every refusal with its place.

use std::cell::RefCell;

use medcert_domain::Invalid;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor,
    value::{Error as Refused, MapDeserializer, SeqDeserializer},
};
use serde_json::{Map, Value};
use serde_path_to_error::Segment;

/// A JSON document that is well formed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Document {
    /// What it says.
    pub(crate) value: Value,
    /// Pointers to names that occur twice in an object: well formed, but nobody can mean it.
    repeated: Vec<String>,
}

impl Document {
    /// A document without repeated names.
    pub(crate) fn of(value: Value) -> Self {
        Self { value, repeated: Vec::new() }
    }

    /// Reads a document; an error means broken syntax, broken UTF-8 or nesting beyond 128 levels.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        let repeated = RefCell::new(Vec::new());
        let mut reader = serde_json::Deserializer::from_slice(bytes);
        let value = ValueSeed { pointer: String::new(), repeated: &repeated }.deserialize(&mut reader)?;
        reader.end()?;
        Ok(Self { value, repeated: repeated.into_inner() })
    }

    /// The document as a `T`; refusals name place and reason, never the value.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, Invalid> {
        if let Some(pointer) = self.repeated.first() {
            return Err(Invalid::one(pointer, "repeated", "occurs more than once"));
        }
        serde_path_to_error::deserialize(Strict(&self.value)).map_err(|error| refused(&error))
    }
}

/// Says what a deserializer refused: serde tells it in words, which are the same in all its versions since 1.0.
pub(crate) fn refused(error: &serde_path_to_error::Error<impl std::fmt::Display>) -> Invalid {
    let at = pointer(error.path());
    let text = error.inner().to_string();
    if let Some(name) = quoted(&text, "unknown field `") {
        // The path may end with the name that was just read, or before it.
        let named =
            error.path().iter().next_back().is_some_and(|s| matches!(s, Segment::Map { key } if key == name));
        let at = if named { at } else { below(&at, name) };
        return Invalid::one(&at, "unknown-field", "is not known here");
    }
    if let Some(name) = quoted(&text, "missing field `") {
        return Invalid::one(&below(&at, name), "required", "is required");
    }
    if let Some(name) = quoted(&text, "duplicate field `") {
        return Invalid::one(&below(&at, name), "repeated", "occurs more than once");
    }
    // serde_json puts the line behind what it expected; a value read from memory has none.
    let expected = text.rsplit_once("expected ").map(|(_, what)| what);
    match expected {
        Some(what) if text.starts_with("unknown variant") => {
            Invalid::one(&at, "unknown-value", format!("must be {}", what.replace('`', "")))
        }
        Some(what) if text.starts_with("invalid type") => {
            Invalid::one(&at, "type", format!("must be {}", plain(what)))
        }
        Some(what) if text.starts_with("invalid ") => Invalid::one(&at, "value", format!("must be {what}")),
        _ => Invalid::one(&at, "format", format!("has the wrong form: {text}")),
    }
}

/// What Rust calls a type, in words of JSON.
fn plain(what: &str) -> &str {
    match what {
        "a sequence" => "a list",
        "a boolean" => "true or false",
        "f32" | "f64" => "a number",
        "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" => "a whole number",
        what if what.starts_with("struct ") || what == "a map" => "an object",
        what => what,
    }
}

fn quoted<'t>(text: &'t str, before: &str) -> Option<&'t str> {
    text.strip_prefix(before)?.split('`').next()
}

/// The pointer to a member (RFC 6901 §3).
fn below(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    path.iter().fold(String::new(), |pointer, segment| match segment {
        Segment::Map { key } => below(&pointer, key),
        Segment::Seq { index } => below(&pointer, &index.to_string()),
        Segment::Enum { .. } | Segment::Unknown => pointer,
    })
}

/// Where a value is being read, and where repeated names are noted.
struct ValueSeed<'r> {
    pointer: String,
    repeated: &'r RefCell<Vec<String>>,
}

impl<'de> DeserializeSeed<'de> for ValueSeed<'_> {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueSeed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON value")
    }
    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_str<E: de::Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_string<E: de::Error>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        loop {
            let pointer = below(&self.pointer, &items.len().to_string());
            match seq.next_element_seed(ValueSeed { pointer, repeated: self.repeated })? {
                Some(item) => items.push(item),
                None => return Ok(Value::Array(items)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            let pointer = below(&self.pointer, &name);
            let value =
                map.next_value_seed(ValueSeed { pointer: pointer.clone(), repeated: self.repeated })?;
            if members.insert(name, value).is_some() {
                self.repeated.borrow_mut().push(pointer);
            }
        }
        Ok(Value::Object(members))
    }
}

/// Hands a value to a reader. A list is no object here: derived readers would take its items for fields in order.
#[derive(Clone, Copy)]
struct Strict<'v>(&'v Value);

impl<'de> IntoDeserializer<'de, Refused> for Strict<'de> {
    type Deserializer = Self;
    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Strict<'de> {
    type Error = Refused;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(value), ..) => visitor.visit_u64(value),
                (_, Some(value), _) => visitor.visit_i64(value),
                (_, _, Some(value)) => visitor.visit_f64(value),
                _ => Err(de::Error::custom("is no number")),
            },
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(items) => {
                let mut items = SeqDeserializer::new(items.iter().map(Strict));
                let value = visitor.visit_seq(&mut items)?;
                items.end()?;
                Ok(value)
            }
            Value::Object(members) => {
                let mut members =
                    MapDeserializer::new(members.iter().map(|(name, value)| (name.as_str(), Strict(value))));
                let value = visitor.visit_map(&mut members)?;
                members.end()?;
                Ok(value)
            }
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        if self.0.is_array() {
            return Err(de::Error::invalid_type(de::Unexpected::Seq, &"an object"));
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
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
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        match self.0 {
            Value::String(text) => visitor.visit_enum(text.as_str().into_deserializer()),
            other => other.deserialize_enum(name, variants, visitor).map_err(de::Error::custom),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read by the derived reader")]
    struct Outer {
        name: String,
        inner: Option<Inner>,
        #[serde(default)]
        list: Vec<u8>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read by the derived reader")]
    struct Inner {
        #[serde(rename = "a/b")]
        ab: Kind,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "UPPERCASE")]
    enum Kind {
        One,
        Two,
    }

    fn fault(json: &str) -> (String, &'static str, String) {
        let invalid = Document::parse(json.as_bytes()).unwrap().read::<Outer>().unwrap_err();
        let fault = invalid.faults.into_iter().next().unwrap();
        (fault.pointer, fault.code, fault.message)
    }

    #[test]
    fn refusals_name_the_place() {
        let place = |json| {
            let (pointer, code, _) = fault(json);
            (pointer, code)
        };
        let at = |pointer: &str, code| (pointer.to_owned(), code);
        assert_eq!(place(r#"{"name":"x","extra":1}"#), at("/extra", "unknown-field"));
        assert_eq!(place(r#"{"name":"x","inner":{"a/b":"ONE","c~":1}}"#), at("/inner/c~0", "unknown-field"));
        assert_eq!(place(r#"{"name":"x","inner":{}}"#), at("/inner/a~1b", "required"));
        assert_eq!(place(r#"{"name":"x","inner":{"a/b":"THREE"}}"#), at("/inner/a~1b", "unknown-value"));
        assert_eq!(place(r"{}"), at("/name", "required"));
        assert_eq!(place(r#"{"name":"x","list":[1,2,300]}"#), at("/list/2", "value"));
        assert_eq!(place(r#"["x"]"#), at("", "type"));
        assert_eq!(place(r#"{"name":"x","inner":["ONE"]}"#), at("/inner", "type"));
        assert_eq!(place(r#""text""#), at("", "type"));
        assert_eq!(place(r#"{"name":"x","name":"y"}"#), at("/name", "repeated"));
        assert_eq!(place(r#"{"name":"x","inner":{"a/b":"ONE","a/b":"TWO"}}"#), at("/inner/a~1b", "repeated"));
    }

    #[test]
    fn refusals_do_not_repeat_the_value() {
        let (pointer, code, message) = fault(r#"{"name":["secret"]}"#);
        assert_eq!((pointer.as_str(), code, message.as_str()), ("/name", "type", "must be a string"));
        let (_, _, message) = fault(r#"{"name":"x","inner":{"a/b":"secret expected "}}"#);
        assert_eq!(message, "must be one of ONE, TWO".replace("one of ONE, TWO", "ONE or TWO"));
    }

    #[test]
    fn what_is_no_json_is_malformed() {
        let bomb = "[".repeat(100_000);
        for bytes in
            [&b"{"[..], b"", b"{\"a\":1}x", b"{\"a\":\"\xff\"}", b"nul", bomb.as_bytes(), b"{\"a\":1e999}"]
        {
            assert!(Document::parse(bytes).is_err());
        }
    }
}
