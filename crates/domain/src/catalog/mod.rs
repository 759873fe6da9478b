//! Catalog: what the institution offers, and the institution itself.

mod room;

pub use room::{
    IMPORT_SERVICES, IMPORT_SPECIALTIES, READ_INSTITUTION, READ_SERVICES, READ_SPECIALTIES, ROOM,
    WRITE_INSTITUTION, WRITE_SERVICES, WRITE_SPECIALTIES,
};

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::{Country, Currency, Entity, Id, Invalid, Locale, Money};

crate::codes! {
    /// Kind of certificate a service leads to; decides its printed title.
    CertificateKind {
        /// General medical fitness.
        MedicalFitness = "MEDICAL_FITNESS",
        /// Mental health.
        MentalHealth = "MENTAL_HEALTH",
        /// Fitness for work.
        OccupationalHealth = "OCCUPATIONAL_HEALTH",
        /// Fitness to drive.
        DriverFitness = "DRIVER_FITNESS",
        /// Fitness for sport.
        SportsFitness = "SPORTS_FITNESS",
        /// Fitness for school.
        SchoolHealth = "SCHOOL_HEALTH",
        /// Any other.
        General = "GENERAL",
    }
}

crate::editable! {
    /// A service with its fee and the certificate it leads to.
    entity Service = "service" {}
    /// A new service.
    new NewService;
    /// Changes to a service.
    patch ServicePatch {
        /// Name, sorted by it. No two services have names that are [alike](crate::text::alike).
        name: String,
        /// What it is, up to 1000 characters.
        description: Option<String>,
        /// Regular fee; a change holds for requests registered from now on.
        fee: Money,
        /// Certificate it leads to.
        certificate_kind: CertificateKind,
        /// Days a certificate is valid, the first one counted.
        validity_days: u32,
        /// Whether it is still offered.
        active: bool,
    }
}

crate::editable! {
    /// A medical specialty that members of staff have.
    entity Specialty = "specialty" {}
    /// A new specialty.
    new NewSpecialty;
    /// Changes to a specialty.
    patch SpecialtyPatch {
        /// Name, sorted by it. No two specialties have names that are [alike](crate::text::alike).
        name: String,
        /// Whether it is still offered: one that was used stays with its staff.
        active: bool,
    }
}

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
    const KIND: &'static str = "institution";
    fn id(&self) -> Id<Self> {
        self.id
    }
    fn version(&self) -> i64 {
        self.version
    }
}
