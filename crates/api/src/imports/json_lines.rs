//! JSON files: a list with an item for each thing.

use std::{cell::Cell, fmt};

use medcert_application::{
    Error,
    jobs::{MOST_LINES, NewLine},
};
use medcert_domain::Invalid;
use serde::de::{self, DeserializeSeed, Deserializer, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{Faults, LINE_LIMIT, too_long, too_many};

/// Splits a list into its items, which stay text: however deep or wide they are, nothing is made of them here.
pub(super) fn split(bytes: &[u8]) -> Result<Vec<NewLine>, Error> {
    let text =
        std::str::from_utf8(bytes).map_err(|_| Error::Malformed("the body is not UTF-8".to_owned()))?;
    let too_many_items = Cell::new(false);
    let mut reader = serde_json::Deserializer::from_str(text);
    let read = Items { too_many: &too_many_items }.deserialize(&mut reader);
    let items =
        read.and_then(|items| reader.end().map(|()| items)).map_err(|error| match error.classify() {
            _ if too_many_items.get() => too_many().into(),
            serde_json::error::Category::Data => Invalid::one("", "type", "must be a list").into(),
            _ => Error::Malformed(format!("the body is no JSON: {error}")),
        })?;
    let mut faults = Faults::default();
    let mut lines = Vec::with_capacity(items.len());
    for (index, item) in items.into_iter().enumerate() {
        if item.len() > LINE_LIMIT {
            faults.note(&format!("/{index}"), "too-long", too_long());
        }
        lines.push(NewLine { number: u32::try_from(index + 1).unwrap_or(u32::MAX), text: item.to_owned() });
    }
    faults.checks.finish()?;
    if lines.is_empty() { Err(too_many().into()) } else { Ok(lines) }
}

struct Items<'f> {
    too_many: &'f Cell<bool>,
}

impl<'de> DeserializeSeed<'de> for Items<'_> {
    type Value = Vec<&'de str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Items<'_> {
    type Value = Vec<&'de str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element::<&'de RawValue>()? {
            if items.len() >= MOST_LINES {
                self.too_many.set(true);
                return Err(de::Error::custom("too many items"));
            }
            items.push(item.get());
        }
        Ok(items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> (String, &'static str) {
        let Err(Error::Invalid(invalid)) = split(text.as_bytes()) else { panic!("it is refused") };
        let fault = invalid.faults.into_iter().next().unwrap();
        (fault.pointer, fault.code)
    }

    #[test]
    fn items_stay_as_they_are() {
        let lines = split(br#" [ {"a": 1.0, "a":2} ,null, [["x"]] ] "#).unwrap();
        let lines: Vec<_> = lines.iter().map(|line| (line.number, line.text.as_str())).collect();
        assert_eq!(lines, [(1, r#"{"a": 1.0, "a":2}"#), (2, "null"), (3, r#"[["x"]]"#)]);
    }

    #[test]
    fn other_files_are_refused() {
        for other in ["{}", "null", "7", "\"[]\""] {
            assert_eq!(fault(other), (String::new(), "type"), "{other}");
        }
        assert_eq!(fault("[]"), (String::new(), "range"));
        assert_eq!(fault(&format!("[{}0]", "0,".repeat(MOST_LINES))), (String::new(), "range"));
        let long = format!("[1,{:?}]", "x".repeat(LINE_LIMIT));
        assert_eq!(fault(&long), ("/1".to_owned(), "too-long"));
        let bomb = format!("[{}", "[".repeat(1_000_000));
        for broken in ["", "[", "[1", "[1,]", "[1] 2", "[1}", bomb.as_str()] {
            assert!(matches!(split(broken.as_bytes()), Err(Error::Malformed(_))));
        }
        assert!(matches!(split(b"[\"\xff\"]"), Err(Error::Malformed(_))));
    }
}
