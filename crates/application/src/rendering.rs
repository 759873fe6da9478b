//! The port that turns an issued certificate into a document.

use bytes::Bytes;
use chrono::{DateTime, NaiveDate, Utc};
use medcert_domain::{
    Locale, catalog::CertificateKind, certification::Conclusion, institution::LogoKind, people::Relationship,
};

/// All that is printed on one certificate, already decided: rendering adds words and layout only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateSheet {
    /// Language of the printed words: the holder's, or else the institution's.
    pub locale: Locale,
    /// Number, such as `MC-2026-000123`.
    pub number: String,
    /// Kind; decides the title.
    pub kind: CertificateKind,
    /// Name of the service, printed under the title.
    pub service_name: String,
    /// Who issues.
    pub institution: SheetInstitution,
    /// Whom it is about.
    pub holder: SheetPerson,
    /// Who represents a minor holder.
    pub represented_by: Option<(SheetPerson, Relationship)>,
    /// The doctor's conclusion.
    pub conclusion: Conclusion,
    /// What the holder must keep to; may span several lines.
    pub restrictions: Option<String>,
    /// Day of the evaluation.
    pub evaluated_on: NaiveDate,
    /// First day of validity.
    pub valid_from: NaiveDate,
    /// Last day of validity, inclusive.
    pub valid_until: NaiveDate,
    /// Who evaluated and attests.
    pub doctor: SheetDoctor,
    /// Moment of issue; also the creation date in the metadata, so that equal input gives equal bytes.
    pub issued_at: DateTime<Utc>,
    /// The same moment as a day in the institution's time zone.
    pub issued_on: NaiveDate,
    /// What the QR symbol holds: `https://…/v/{public_id}`.
    pub verify_url: String,
}

/// The issuing institution as printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetInstitution {
    /// Legal name.
    pub name: String,
    /// Tax id, such as a RUC.
    pub tax_id: Option<String>,
    /// Postal address on one line.
    pub address: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
    /// What is shown beside the name.
    pub logo: Option<SheetLogo>,
}

/// A picture as printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetLogo {
    /// What the bytes are.
    pub kind: LogoKind,
    /// The file.
    pub bytes: Bytes,
}

/// A person as printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetPerson {
    /// Given names, then family names.
    pub name: String,
    /// Document type code and number, such as `DNI 12345678`.
    pub document: String,
    /// Date of birth.
    pub birth_date: Option<NaiveDate>,
}

/// The attesting doctor as printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetDoctor {
    /// Name as printed.
    pub name: String,
    /// Licence number.
    pub licence_number: String,
    /// Specialty.
    pub specialty: Option<String>,
}

/// Why no document could be made.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A character that no configured font has; texts are checked when entered, so this is a changed font.
    #[error("no font has the character {0:?}")]
    Unprintable(char),
    /// The texts do not fit on one page.
    #[error("the texts do not fit on one page")]
    TooLong,
    /// The document library refused.
    #[error("the document could not be made")]
    Backend(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Why a file is no picture that can be printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// Neither PNG nor JPEG.
    #[error("must be a PNG or JPEG picture")]
    Unknown,
    /// More pixels than are ever printed.
    #[error("must have at most 4096 pixels a side and four million in all")]
    TooLarge,
    /// Broken, or of a form that a certificate cannot hold.
    #[error("is broken, or is a form of PNG or JPEG that cannot be printed")]
    Broken,
}

/// Makes certificate documents. Pure: the same sheet gives the same bytes.
pub trait CertificateRenderer: Send + Sync {
    /// One A4 page as PDF/A-3b (ISO 19005-3).
    fn render(&self, sheet: &CertificateSheet) -> Result<Vec<u8>, RenderError>;

    /// What a file is, when it is a picture that can be printed; looked at by its contents alone.
    fn picture(&self, bytes: &Bytes) -> Result<LogoKind, PictureError>;

    /// The first character of the text that no font can print; line breaks are always fine.
    fn unprintable(&self, text: &str) -> Option<char>;
}
