//! The words of the page, in four languages.

mod en;
mod es;
mod pt;
mod uk;

use medcert_application::certification::Overall;
use medcert_domain::{Locale, catalog::CertificateKind, certification::Conclusion};

/// Everything the page says in one language.
pub(super) struct Texts {
    /// BCP 47 tag.
    pub(super) tag: &'static str,
    /// The language in its own words.
    pub(super) language: &'static str,
    /// What the page is.
    pub(super) title: &'static str,
    /// The verdict: a word and a sentence; `None` for a certificate that is not known.
    pub(super) verdict: fn(Option<Overall>) -> (&'static str, &'static str),
    pub(super) conclusion: &'static str,
    pub(super) outcome: fn(Conclusion) -> &'static str,
    /// What a stranger must know besides the conclusion.
    pub(super) caution: fn(Conclusion) -> Option<&'static str>,
    pub(super) kind: &'static str,
    pub(super) kinds: fn(CertificateKind) -> &'static str,
    pub(super) number: &'static str,
    pub(super) validity: &'static str,
    /// Between the first and the last day.
    pub(super) until: &'static str,
    pub(super) holder: &'static str,
    /// Before the year.
    pub(super) born: &'static str,
    pub(super) doctor: &'static str,
    pub(super) licence: &'static str,
    pub(super) issuer: &'static str,
    pub(super) tax_id: &'static str,
    pub(super) phone: &'static str,
    pub(super) checked: &'static str,
    pub(super) replaced_by: &'static str,
    pub(super) compare_title: &'static str,
    pub(super) compare: &'static str,
    pub(super) languages: &'static str,
    pub(super) months: [&'static str; 12],
    /// Between day, month and year.
    pub(super) of: &'static str,
}

/// The words of a language.
pub(super) fn of(locale: Locale) -> &'static Texts {
    match locale {
        Locale::En => &en::TEXTS,
        Locale::Es => &es::TEXTS,
        Locale::Pt => &pt::TEXTS,
        Locale::Uk => &uk::TEXTS,
    }
}
