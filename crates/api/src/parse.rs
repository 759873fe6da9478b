//! Reading what was typed: every fault is noted with its JSON pointer, so that the caller sees all of them.

use chrono::{DateTime, Datelike as _, NaiveDate, SubsecRound as _, Utc};
use medcert_domain::{
    Checks, Currency, Id, Invalid, Money,
    catalog::Institution,
    text::{self, Lines},
};
use uuid::Uuid;

use crate::{
    codes::{self, Coded},
    field::Field,
};

/// Characters of names.
pub(crate) const MAX_NAME_LEN: usize = 150;
/// Characters of comments and reasons.
pub(crate) const MAX_COMMENT_LEN: usize = 1000;
/// Characters of references.
pub(crate) const MAX_REFERENCE_LEN: usize = 100;

/// A body as typed, with the way to its values. The profile supplies defaults.
pub(crate) trait ParseBody<T> {
    /// Its values, or everything that is wrong with them.
    fn values(&self, profile: &Institution) -> Result<T, Invalid>;
}

/// Reads one object: `read` gives nothing only when it has noted a fault.
pub(crate) fn read<T>(read: impl FnOnce(&mut Reader<'_>) -> Option<T>) -> Result<T, Invalid> {
    let mut checks = Checks::default();
    let value = read(&mut Reader::new(&mut checks));
    checks.done(value)
}

/// A field of a merge patch (RFC 7396): left out, null, or a value.
pub(crate) type Patch<T> = Option<Option<T>>;

/// Reads the fields of one object.
pub(crate) struct Reader<'c> {
    checks: &'c mut Checks,
    base: String,
}

/// Dates outside these years are typing errors, and not every database can hold them.
const YEARS: std::ops::RangeInclusive<i32> = 1850..=2999;

impl<'c> Reader<'c> {
    /// For the object that the whole document is.
    pub(crate) fn new(checks: &'c mut Checks) -> Self {
        Self { checks, base: String::new() }
    }

    /// For an object inside this one.
    pub(crate) fn inside(&mut self, field: &str) -> Reader<'_> {
        let base = self.pointer(field);
        Reader { checks: self.checks, base }
    }

    fn pointer(&self, field: &str) -> String {
        format!("{}/{field}", self.base)
    }

    /// Notes a fault.
    pub(crate) fn fault(&mut self, field: &str, code: &'static str, message: impl Into<String>) {
        let pointer = self.pointer(field);
        self.checks.fault(&pointer, code, message);
    }

    /// Keeps a value that was read elsewhere, or notes its faults below the field.
    pub(crate) fn value<T>(&mut self, field: &str, value: Result<T, Invalid>) -> Option<T> {
        let pointer = self.pointer(field);
        self.checks.keep(&pointer, value)
    }

    /// Reads a value that may be missing; what is blank counts as missing.
    pub(crate) fn optional<T>(
        &mut self,
        field: &str,
        typed: Option<&str>,
        read: impl FnOnce(&str) -> Result<T, Invalid>,
    ) -> Option<T> {
        let typed = typed.filter(|text| !text.trim().is_empty())?;
        self.value(field, read(typed))
    }

    /// Reads a value that must be there.
    pub(crate) fn required<T>(
        &mut self,
        field: &str,
        typed: Option<&str>,
        read: impl FnOnce(&str) -> Result<T, Invalid>,
    ) -> Option<T> {
        if let Some(typed) = typed {
            self.value(field, read(typed))
        } else {
            self.missing(field);
            None
        }
    }

    /// Notes that a field is missing.
    pub(crate) fn missing(&mut self, field: &str) {
        self.fault(field, "required", "is required");
    }

    /// Reads a field of a merge patch that may be cleared; what is blank clears it.
    pub(crate) fn patched<T>(
        &mut self,
        field: &str,
        typed: Option<&Option<String>>,
        read: impl FnOnce(&str) -> Result<T, Invalid>,
    ) -> Patch<T> {
        match typed?.as_deref().filter(|text| !text.trim().is_empty()) {
            None => Some(None),
            Some(typed) => self.value(field, read(typed)).map(Some),
        }
    }

    /// Reads the values of a filter.
    pub(crate) fn each<T>(
        &mut self,
        field: &str,
        typed: &[String],
        read: impl Fn(&str) -> Result<T, Invalid>,
    ) -> Vec<T> {
        typed.iter().filter_map(|one| self.value(field, read(one))).collect()
    }

    /// Reads the elements of a list, each with its own pointer.
    pub(crate) fn elements<T>(
        &mut self,
        field: &str,
        typed: &[String],
        read: impl Fn(&str) -> Result<T, Invalid>,
    ) -> Vec<T> {
        let each = typed.iter().enumerate();
        each.filter_map(|(at, one)| self.value(&format!("{field}/{at}"), read(one))).collect()
    }

    /// Reads a field of a merge patch that cannot be cleared.
    pub(crate) fn kept<T>(
        &mut self,
        field: &str,
        patch: Option<&Option<String>>,
        read: impl FnOnce(&str) -> Result<T, Invalid>,
    ) -> Option<T> {
        match patch? {
            None => {
                self.missing(field);
                None
            }
            Some(typed) => self.value(field, read(typed)),
        }
    }

    /// Takes a value of a merge patch that cannot be cleared.
    pub(crate) fn set<T>(&mut self, field: &str, patch: Field<T>) -> Option<T> {
        let patch = patch.change()?;
        if patch.is_none() {
            self.missing(field);
        }
        patch
    }

    /// Reads an exact amount with its currency.
    pub(crate) fn money(&mut self, amount: Option<&str>, currency: Option<&str>) -> Option<Money> {
        let known = self.required("currency", currency, |code| {
            Currency::parse(code)
                .ok_or_else(|| Invalid::one("", "unknown-value", "must be an ISO 4217 code such as PEN"))
        });
        // Without a currency the number of decimals is open; the form is checked all the same.
        let assumed = known.or_else(|| Currency::parse("BHD"));
        let amount = self.required("amount", amount, |text| {
            let assumed = assumed.ok_or_else(Invalid::default)?;
            Money::parse(text, assumed).map_err(|e| Invalid::one("", "amount", e.to_string()))
        });
        known.and(amount)
    }
}

/// A line of at most `max` characters.
pub(crate) fn line(max: usize) -> impl Fn(&str) -> Result<String, Invalid> {
    move |typed| text::required(typed, max, Lines::One)
}

/// As documents are stored: upper case, without separators.
pub(crate) fn document_number(typed: &str) -> Result<String, Invalid> {
    let typed = line(50)(typed)?;
    Ok(typed.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '/')).flat_map(char::to_uppercase).collect())
}

/// The words of a search, each of which must begin some word of what is found.
pub(crate) fn search_terms(typed: &str) -> Result<Vec<String>, Invalid> {
    line(100)(typed).map(|q| text::typed_search_terms(&q))
}

/// A text of at most `max` characters that may span lines.
pub(crate) fn note(max: usize) -> impl Fn(&str) -> Result<String, Invalid> {
    move |typed| text::required(typed, max, Lines::Many)
}

/// A word of a vocabulary.
pub(crate) fn code<E: Coded>(typed: &str) -> Result<E, Invalid> {
    E::parse(typed).ok_or_else(|| {
        let message = format!("must be one of {}", codes::all::<E>());
        Invalid::one("", "unknown-value", message)
    })
}

/// A calendar day, exactly `YYYY-MM-DD`.
pub(crate) fn date(typed: &str) -> Result<NaiveDate, Invalid> {
    let in_form = typed.len() == 10
        && typed.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    let parsed = in_form.then(|| NaiveDate::parse_from_str(typed, "%Y-%m-%d").ok()).flatten();
    let Some(day) = parsed else {
        return Err(Invalid::one("", "date", "must be a date such as 2026-11-20"));
    };
    if YEARS.contains(&day.year()) {
        Ok(day)
    } else {
        Err(Invalid::one("", "date", "must be between the years 1850 and 2999"))
    }
}

/// A moment, RFC 3339 with any offset, in the same years.
pub(crate) fn moment(typed: &str) -> Result<DateTime<Utc>, Invalid> {
    let refused = || Invalid::one("", "date-time", "must be a moment such as 2026-11-20T15:04:05Z");
    let at = DateTime::parse_from_rfc3339(typed.trim()).map_err(|_| refused())?.to_utc();
    if YEARS.contains(&at.year()) { Ok(at.trunc_subsecs(6)) } else { Err(refused()) }
}

/// An identifier.
pub(crate) fn id<E>(typed: &str) -> Result<Id<E>, Invalid> {
    // The hyphenated form only: others would be second spellings of the same thing.
    let uuid = (typed.len() == 36).then(|| Uuid::try_parse(typed).ok()).flatten();
    uuid.map(Id::new).ok_or_else(|| Invalid::one("", "uuid", "must be a UUID"))
}

#[cfg(test)]
mod tests {
    use medcert_domain::{certification::Channel, people::Staff};

    use super::*;

    #[test]
    fn dates_have_one_spelling() {
        assert_eq!(date("2024-02-29").unwrap().to_string(), "2024-02-29");
        for bad in
            ["2026-1-05", "2023-02-29", "20260105", "2026-01-05T00:00:00Z", "+026-01-05", "0000-01-01", ""]
        {
            assert_eq!(date(bad).unwrap_err().faults[0].code, "date", "{bad}");
        }
    }

    #[test]
    fn unknown_words_are_told_the_known_ones() {
        let fault = &code::<Channel>("cash").unwrap_err().faults[0];
        assert_eq!(fault.code, "unknown-value");
        assert!(fault.message.contains("CASH, CARD"), "{}", fault.message);
        assert!(id::<Staff>("0197a0e4-0000-7000-8000-000000000001").is_ok());
        assert!(id::<Staff>("0197a0e4000070008000000000000001").is_err());
    }

    #[test]
    fn money_names_both_of_its_faults() {
        let mut checks = Checks::default();
        let money = Reader::new(&mut checks).inside("payload").money(Some("1,0"), Some("pen"));
        assert_eq!(money, None);
        let faults = checks.finish().unwrap_err().faults;
        let found: Vec<_> = faults.iter().map(|f| (f.pointer.as_str(), f.code)).collect();
        assert_eq!(found, [("/payload/currency", "unknown-value"), ("/payload/amount", "amount")]);
    }
}
