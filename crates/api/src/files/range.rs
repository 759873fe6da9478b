//! Parts of an answer (RFC 9110 §14).

use std::ops::Range;

use actix_web::{
    HttpRequest,
    http::header::{self, HeaderName},
};

/// Which bytes are to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    /// All of them.
    Whole,
    /// These.
    Part(Range<u64>),
    /// None that are there.
    Unsatisfiable,
}

impl Wanted {
    /// What a request asks for of so many bytes with this tag. Several ranges, other units and what cannot be read
    /// are left aside, as the RFC allows: putting parts together is work that a caller could ask for without end.
    pub(super) fn of(req: &HttpRequest, tag: &str, length: u64) -> Self {
        let one = |name: HeaderName| {
            let mut values = req.headers().get_all(name);
            let first = values.next()?.to_str().ok()?;
            values.next().is_none().then_some(first)
        };
        let Some(asked) = one(header::RANGE) else { return Self::Whole };
        // A part of what the caller has another version of would be of no use; dates are not kept.
        if req.headers().contains_key(header::IF_RANGE) && one(header::IF_RANGE) != Some(tag) {
            return Self::Whole;
        }
        Self::parse(asked, length)
    }

    fn parse(asked: &str, length: u64) -> Self {
        let Some((unit, set)) = asked.split_once('=') else { return Self::Whole };
        let Some((first, last)) = set.trim().split_once('-') else { return Self::Whole };
        if !unit.trim().eq_ignore_ascii_case("bytes") || set.contains(',') {
            return Self::Whole;
        }
        // More digits than a number holds are a number beyond every end.
        let number = |digits: &str| {
            let fine = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
            fine.then(|| digits.parse().unwrap_or(u64::MAX))
        };
        match (first, number(first), last, number(last)) {
            ("", _, _, Some(0)) => Self::Unsatisfiable,
            ("", _, _, Some(most)) => Self::Part(length.saturating_sub(most)..length),
            (_, Some(first), "", _) if first < length => Self::Part(first..length),
            (_, Some(first), _, Some(last)) if first > last => Self::Whole,
            (_, Some(first), _, Some(last)) if first < length => {
                Self::Part(first..last.saturating_add(1).min(length))
            }
            (_, Some(_), "", _) | (_, Some(_), _, Some(_)) => Self::Unsatisfiable,
            _ => Self::Whole,
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn one_range_is_a_part() {
        let of = |asked: &str| Wanted::parse(asked, 100);
        for (asked, part) in [
            ("bytes=0-0", 0..1),
            ("bytes=10-19", 10..20),
            ("bytes=90-", 90..100),
            ("bytes=90-1000", 90..100),
            ("bytes=99-99999999999999999999999", 99..100),
            ("bytes=-1", 99..100),
            ("bytes=-1000", 0..100),
            ("BYTES= 5-6", 5..7),
        ] {
            assert_eq!(of(asked), Wanted::Part(part), "{asked}");
        }
        for asked in ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=99999999999999999999999-"] {
            assert_eq!(of(asked), Wanted::Unsatisfiable, "{asked}");
        }
    }

    #[test]
    fn what_is_no_single_range_is_left_aside() {
        let many = format!("bytes={}", vec!["0-"; 5_000].join(","));
        for asked in [
            &many,
            "bytes=0-1,5-6",
            "bytes=5-2",
            "bytes=a-b",
            "bytes=-",
            "bytes=1",
            "lines=1-2",
            "",
            "bytes=+1-2",
        ] {
            assert_eq!(Wanted::parse(asked, 100), Wanted::Whole, "{asked}");
        }
    }

    #[test]
    fn a_range_may_depend_on_the_tag() {
        let wanted = |headers: &[(HeaderName, &str)]| {
            let mut request = TestRequest::get();
            for (name, value) in headers {
                request = request.append_header((name.clone(), *value));
            }
            Wanted::of(&request.to_http_request(), "\"tag\"", 100)
        };
        let range = (header::RANGE, "bytes=1-2");
        assert_eq!(wanted(&[range.clone(), (header::IF_RANGE, "\"tag\"")]), Wanted::Part(1..3));
        for other in ["\"other\"", "W/\"tag\"", "Sat, 21 Nov 2026 15:00:00 GMT", ""] {
            assert_eq!(wanted(&[range.clone(), (header::IF_RANGE, other)]), Wanted::Whole, "{other}");
        }
        assert_eq!(wanted(&[range.clone(), range]), Wanted::Whole);
        assert_eq!(wanted(&[]), Wanted::Whole);
    }
}
