//! The printed words, one file a language.

mod en;
mod es;
mod pt;
mod uk;

use chrono::{Datelike, NaiveDate};
use medcert_domain::{Locale, catalog::CertificateKind, certification::Conclusion, people::Relationship};

/// All that is printed besides the texts of the sheet.
pub(super) struct Texts {
    /// BCP 47 tag of the document.
    pub(super) tag: &'static str,
    pub(super) tax_id: &'static str,
    pub(super) phone: &'static str,
    pub(super) number: &'static str,
    pub(super) holder: &'static str,
    pub(super) document: &'static str,
    pub(super) birth_date: &'static str,
    pub(super) represented_by: &'static str,
    /// Stands before the conclusion.
    pub(super) attestation: &'static str,
    pub(super) conclusion: &'static str,
    pub(super) restrictions: &'static str,
    pub(super) evaluated_on: &'static str,
    pub(super) valid_from: &'static str,
    pub(super) valid_until: &'static str,
    pub(super) issued_on: &'static str,
    pub(super) doctor: &'static str,
    pub(super) licence: &'static str,
    pub(super) signature: &'static str,
    pub(super) verification: &'static str,
    /// Stands before the address.
    pub(super) how_to_verify: &'static str,
    /// What the symbol shows to those who cannot see it; the address follows.
    pub(super) qr_alt: &'static str,
    /// What the logo is to those who cannot see it; the institution's name follows.
    pub(super) logo_alt: &'static str,
    pub(super) title: fn(CertificateKind) -> &'static str,
    pub(super) outcome: fn(Conclusion) -> &'static str,
    pub(super) relationship: fn(Relationship) -> &'static str,
    /// Names of the months in the case that a date needs.
    months: [&'static str; 12],
    /// Between day and month, and between month and year.
    of: &'static str,
    /// After the year.
    year: &'static str,
}

impl Texts {
    pub(super) fn of(locale: Locale) -> &'static Self {
        match locale {
            Locale::En => &en::TEXTS,
            Locale::Es => &es::TEXTS,
            Locale::Pt => &pt::TEXTS,
            Locale::Uk => &uk::TEXTS,
        }
    }

    /// The date in words, such as `21 de noviembre de 2026`. Its parts hold together, so that a date is
    /// never broken between two lines.
    pub(super) fn date(&self, date: NaiveDate) -> String {
        let month = usize::try_from(date.month0()).ok().and_then(|month| self.months.get(month));
        let (day, month, of) = (date.day(), month.copied().unwrap_or_default(), self.of);
        format!("{day}{of}{month}{of}{}{}", date.year(), self.year)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_out_as_each_language_does() {
        let date = |locale, (y, m, d)| {
            Texts::of(locale).date(NaiveDate::from_ymd_opt(y, m, d).unwrap()).replace('\u{A0}', " ")
        };
        assert_eq!(date(Locale::En, (2026, 11, 21)), "21 November 2026");
        assert_eq!(date(Locale::Es, (2026, 11, 21)), "21 de noviembre de 2026");
        assert_eq!(date(Locale::Pt, (2026, 11, 21)), "21 de novembro de 2026");
        assert_eq!(date(Locale::Uk, (2026, 11, 21)), "21 листопада 2026 р.");
        assert_eq!(date(Locale::En, (1999, 1, 1)), "1 January 1999");
        assert_eq!(date(Locale::Uk, (2030, 12, 31)), "31 грудня 2030 р.");
    }

    #[test]
    fn the_tag_is_the_code_of_the_language() {
        for locale in Locale::ALL {
            assert_eq!(Texts::of(*locale).tag, locale.code());
        }
    }
}
