//! The headers If-Match and Idempotency-Key.

use std::{
    convert::Infallible,
    future::{Ready, ready},
};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header};
use medcert_application::{Conditions, Error, IdempotencyKey, IfMatch};

use crate::{body::Body, caller::Caller};

/// The conditions a caller attached; malformed ones are told when they are asked for.
#[derive(Debug, Clone)]
pub struct Preconditions {
    if_match: IfMatch,
    key: Result<Option<String>, &'static str>,
    /// Method and path, without the query.
    target: String,
}

impl Preconditions {
    /// The version the caller has seen.
    pub const fn if_match(&self) -> IfMatch {
        self.if_match
    }

    /// Both headers, the key bound to caller, method, path and body.
    pub fn conditions<T, const MOST: usize>(
        &self,
        caller: &Caller,
        body: &Body<T, MOST>,
    ) -> Result<Conditions, Error> {
        self.bound(caller, || body.fingerprint())
    }

    /// The same for an operation whose payload is not a JSON body.
    pub fn bound(&self, caller: &Caller, payload: impl FnOnce() -> [u8; 32]) -> Result<Conditions, Error> {
        let key = self.key.clone().map_err(|what| Error::Malformed(what.to_owned()))?;
        let idempotency = key.map(|key| IdempotencyKey {
            scope: format!("{} {}", caller.user, self.target),
            key,
            fingerprint: payload(),
        });
        Ok(Conditions { if_match: self.if_match, idempotency })
    }
}

impl FromRequest for Preconditions {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let values = |name: &str| -> Vec<&str> {
            req.headers().get_all(name).map(|value| value.to_str().unwrap_or("\u{fffd}")).collect()
        };
        ready(Ok(Self {
            if_match: if_match(&values(header::IF_MATCH.as_str())),
            key: idempotency_key(&values("idempotency-key")),
            target: format!("{} {}", req.method(), req.path()),
        }))
    }
}

/// Reads If-Match (RFC 9110 §13.1.1). Only the version counts; a list counts when all its tags name the same one.
fn if_match(values: &[&str]) -> IfMatch {
    let mut tags = values.iter().flat_map(|value| value.split(',')).map(str::trim).filter(|t| !t.is_empty());
    let Some(first) = tags.next() else {
        return if values.is_empty() { IfMatch::Absent } else { IfMatch::Unknown };
    };
    if first == "*" && tags.next().is_none() {
        return IfMatch::Any;
    }
    let version = version(first);
    match version {
        Some(seen) if tags.all(|tag| self::version(tag) == version) => IfMatch::Version(seen),
        _ => IfMatch::Unknown,
    }
}

/// The version in one of our ETags; a proxy may have weakened it.
fn version(tag: &str) -> Option<i64> {
    let tag = tag.strip_prefix("W/").unwrap_or(tag);
    let (version, hash) = tag.strip_prefix("\"v")?.strip_suffix('"')?.split_once('-')?;
    let digits = !version.is_empty() && version.bytes().all(|b| b.is_ascii_digit());
    let hex = hash.len() == 8 && hash.bytes().all(|b| b.is_ascii_hexdigit());
    if digits && hex { version.parse().ok() } else { None }
}

/// Reads Idempotency-Key: a structured-field string (RFC 9651 §3.3.3), or the bare text many programs send.
fn idempotency_key(values: &[&str]) -> Result<Option<String>, &'static str> {
    const FORM: &str = "Idempotency-Key must be 1 to 255 visible ASCII characters, in quotes or bare";
    let text = match values {
        [] => return Ok(None),
        [one] => one.trim(),
        _ => return Err("Idempotency-Key occurs more than once"),
    };
    let key = match text.strip_prefix('"') {
        Some(rest) => unescape(rest.strip_suffix('"').ok_or(FORM)?).ok_or(FORM)?,
        None if text.contains([' ', '"', ',', ';', '\\']) => return Err(FORM),
        None => text.to_owned(),
    };
    let visible = key.bytes().all(|b| (0x20..0x7f).contains(&b));
    if visible && !key.trim().is_empty() && key.len() <= 255 { Ok(Some(key)) } else { Err(FORM) }
}

fn unescape(inner: &str) -> Option<String> {
    let mut text = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => text.push(chars.next().filter(|next| matches!(next, '"' | '\\'))?),
            '"' => return None,
            c => text.push(c),
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn if_match_names_a_version() {
        assert_eq!(if_match(&[]), IfMatch::Absent);
        assert_eq!(if_match(&["*"]), IfMatch::Any);
        assert_eq!(if_match(&["\"v7-00ff00ff\""]), IfMatch::Version(7));
        assert_eq!(if_match(&["W/\"v7-00ff00ff\""]), IfMatch::Version(7));
        assert_eq!(if_match(&["\"v7-00ff00ff\", W/\"v7-11111111\""]), IfMatch::Version(7));
        for other in [
            "\"v7-00ff00ff\", \"v8-00ff00ff\"",
            "v7-00ff00ff",
            "\"7\"",
            "\"v7\"",
            "\"v-00ff00ff\"",
            "",
            "*, *",
        ] {
            assert_eq!(if_match(&[other]), IfMatch::Unknown, "{other}");
        }
    }

    #[test]
    fn idempotency_keys_are_strings() {
        let key = |text: &str| idempotency_key(&[text]).map(Option::unwrap);
        assert_eq!(idempotency_key(&[]), Ok(None));
        assert_eq!(key("\"a b\"").unwrap(), "a b");
        assert_eq!(key(r#""a\"b\\c""#).unwrap(), r#"a"b\c"#);
        assert_eq!(
            key("8e03978e-40d5-43dd-bc93-6894a57f9324").unwrap(),
            "8e03978e-40d5-43dd-bc93-6894a57f9324"
        );
        let long = "x".repeat(256);
        for wrong in ["", "\"\"", "\"", "\"a", "a b", "a\"b", "\"a\\b\"", "\u{fffd}", long.as_str()] {
            assert!(idempotency_key(&[wrong]).is_err(), "{wrong}");
        }
        assert!(idempotency_key(&["a", "b"]).is_err());
    }
}
