//! The institution: its profile gives every room its defaults.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::{Country, Currency, Entity, Id, Invalid, Locale};

crate::codes! {
    /// What a logo is stored as.
    LogoKind {
        /// Portable Network Graphics (ISO/IEC 15948).
        Png = "PNG",
        /// JPEG (ISO/IEC 10918-1).
        Jpeg = "JPEG",
    }
}

impl LogoKind {
    /// Its media type (RFC 2046 §4.2; PNG: RFC 2083 §12.4).
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
        }
    }
}

/// The institution's logo: a file of the object storage, named by its contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logo {
    /// What it is stored as.
    pub kind: LogoKind,
    /// SHA-256 of the file, lower-case hexadecimal.
    pub sha256: String,
}

/// The institution of this installation: exactly one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Institution {
    /// Identifier; always the same.
    pub id: Id<Self>,
    /// Number of changes.
    pub version: i64,
    /// Legal name.
    pub name: String,
    /// Tax id.
    pub tax_id: Option<String>,
    /// Postal address.
    pub address: Option<String>,
    /// Telephone.
    pub phone: Option<String>,
    /// Country; default for documents.
    pub country: Country,
    /// Time zone: its days are "today".
    pub time_zone: Tz,
    /// Language when a person has none.
    pub locale: Locale,
    /// Currency of what has no other.
    pub currency: Currency,
    /// Prefix of certificate numbers: 1 to 8 upper-case letters or digits.
    pub certificate_series: String,
    /// What is shown beside the name.
    pub logo: Option<Logo>,
    /// The rules this institution chose.
    pub rules: Rules,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

crate::editable! {
    /// Changes to the profile.
    patch InstitutionPatch of Institution {
        /// Legal name.
        name: String,
        /// Tax id.
        tax_id: Option<String>,
        /// Postal address.
        address: Option<String>,
        /// Telephone.
        phone: Option<String>,
        /// Country; default for documents.
        country: Country,
        /// Time zone: its days are "today".
        time_zone: Tz,
        /// Language when a person has none.
        locale: Locale,
        /// Currency of what has no other.
        currency: Currency,
        /// Prefix of certificate numbers; another one begins to count anew.
        certificate_series: String,
        /// Whether the operator who registered a request may be its doctor.
        registrar_may_evaluate in rules: bool,
        /// Whether an operator's payment counts at once.
        cashier_may_validate in rules: bool,
        /// Days after which an evaluation is too old to issue.
        evaluation_max_age_days in rules: u32,
        /// Days by which validity may begin before the evaluation.
        backdating_days in rules: u32,
        /// Age in years from which nobody needs a guardian.
        age_of_majority in rules: u32,
    }
}

/// Settings of the institution's profile that relax or tighten the rules of certification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Whether the operator who registered a request may be its doctor.
    pub registrar_may_evaluate: bool,
    /// Whether an operator's payment counts at once.
    pub cashier_may_validate: bool,
    /// Days after which an evaluation is too old to issue.
    pub evaluation_max_age_days: u32,
    /// Days by which validity may begin before the evaluation.
    pub backdating_days: u32,
    /// Age in years from which nobody needs a guardian.
    pub age_of_majority: u32,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            registrar_may_evaluate: false,
            cashier_may_validate: true,
            evaluation_max_age_days: 30,
            backdating_days: 0,
            age_of_majority: 18,
        }
    }
}

impl Institution {
    /// The day it is there at that moment.
    pub fn day_of(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.time_zone).date_naive()
    }

    /// Reads a prefix of certificate numbers.
    pub fn check_series(typed: &str) -> Result<String, Invalid> {
        let fine = (1..=8).contains(&typed.len())
            && typed.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        let rule = "must be 1 to 8 upper-case letters or digits";
        if fine { Ok(typed.to_owned()) } else { Err(Invalid::one("", "series", rule)) }
    }

    /// A fitting start: what a new installation has until its administrator writes the profile.
    pub fn unnamed(now: DateTime<Utc>) -> Option<Self> {
        Some(Self {
            id: Self::the_id(),
            version: 0,
            name: "Medcert".to_owned(),
            tax_id: None,
            address: None,
            phone: None,
            country: Country::parse("PE")?,
            time_zone: Tz::America__Lima,
            locale: Locale::En,
            currency: Currency::parse("PEN")?,
            certificate_series: "MC".to_owned(),
            logo: None,
            rules: Rules::default(),
            updated_at: now,
        })
    }

    /// The identifier of the only institution.
    pub const fn the_id() -> Id<Self> {
        Id::new(uuid::Uuid::from_u128(1))
    }
}

impl Entity for Institution {
    type Key = Self;
    const KIND: &'static str = "institution";
    fn id(&self) -> Id<Self> {
        self.id
    }
    fn version(&self) -> i64 {
        self.version
    }
}
