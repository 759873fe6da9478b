//! Reading what was typed: every fault is noted with its JSON pointer, so that the caller sees all of them.

use chrono::{DateTime, Datelike as _, NaiveDate, SubsecRound as _, Utc};
use medcert_domain::{
    Checks, Currency, Id, Invalid, Money,
    institution::Institution,
    text::{self, Lines},
};
use uuid::Uuid;

use crate::{
    codes::{self, Coded},
    field::Field,
    fields::Scope,
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

/// Reads one object of a body of this scope.
pub(crate) fn read_as<T>(
    scope: Scope,
    read: impl FnOnce(&mut Reader<'_>) -> Option<T>,
) -> Result<T, Invalid> {
    let mut checks = Checks::default();
    let value = read(&mut Reader::new(&mut checks).scoped(scope));
    checks.done(value)
}

/// A field of a merge patch (RFC 7396): left out, null, or a value.
pub(crate) type Patch<T> = Option<Option<T>>;

/// Reads the fields of one object.
pub(crate) struct Reader<'c> {
    checks: &'c mut Checks,
    base: String,
    scope: Scope,
}

/// Dates outside these years are typing errors, and not every database can hold them.
const YEARS: std::ops::RangeInclusive<i32> = 1850..=2999;

impl<'c> Reader<'c> {
    /// For the object that the whole document is.
    pub(crate) fn new(checks: &'c mut Checks) -> Self {
        Self { checks, base: String::new(), scope: Scope::default() }
    }

    /// For an object inside this one.
    pub(crate) fn inside(&mut self, field: &str) -> Reader<'_> {
        let base = self.pointer(field);
        Reader { checks: self.checks, base, scope: self.scope }
    }

    /// The same for a body of this scope.
    pub(crate) fn scoped(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }

    /// Whether the body is about a whole thing.
    pub(crate) fn is_whole(&self) -> bool {
        self.scope == Scope::Whole
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

    /// Reads a text that cannot be cleared: a whole body must have it.
    pub(crate) fn text<T>(
        &mut self,
        field: &str,
        typed: &Field<String>,
        read: impl FnOnce(&str) -> Result<T, Invalid>,
    ) -> Option<T> {
        let typed = self.set(field, typed.clone())?;
        self.value(field, read(&typed))
    }

    /// Reads a text that may be missing: what is blank is left out of a whole body, and cleared by changes.
    pub(crate) fn clearable<T>(
        &mut self,
        field: &str,
        typed: &Field<String>,
        read: impl FnOnce(&str) -> Result<T, Invalid>,
    ) -> Patch<T> {
        let patch = self.patched(field, typed.clone().change().as_ref(), read);
        patch.filter(|value| value.is_some() || !self.is_whole())
    }

    /// Takes a value that cannot be cleared: a whole body must have it.
    pub(crate) fn set<T>(&mut self, field: &str, typed: Field<T>) -> Option<T> {
        match typed {
            Field::Value(value) => Some(value),
            Field::Absent if !self.is_whole() => None,
            Field::Absent | Field::Null => {
                self.missing(field);
                None
            }
        }
    }

    /// Takes a value that cannot be cleared; a whole body without it has the default.
    pub(crate) fn set_or<T>(&mut self, field: &str, typed: Field<T>, default: T) -> Option<T> {
        match typed {
            Field::Absent | Field::Null if self.is_whole() => Some(default),
            other => self.set(field, other),
        }
    }

    /// Takes a value that may be missing, as [`clearable`](Self::clearable).
    pub(crate) fn set_clearable<B, T>(
        &mut self,
        typed: &Field<B>,
        read: impl FnOnce(&mut Self, &B) -> Option<T>,
    ) -> Patch<T> {
        match typed {
            Field::Absent => None,
            Field::Null => (!self.is_whole()).then_some(None),
            Field::Value(value) => read(self, value).map(Some),
        }
    }

    /// Refuses a field that the body has only in other uses.
    pub(crate) fn unknown<T>(&mut self, field: &str, typed: &Field<T>) {
        if !typed.is_absent() {
            self.fault(field, "unknown-field", "is not known here");
        }
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
    use medcert_domain::billing::Channel;

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
        assert!(id::<medcert_domain::key::Staff>("0197a0e4-0000-7000-8000-000000000001").is_ok());
        assert!(id::<medcert_domain::key::Staff>("0197a0e4000070008000000000000001").is_err());
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
