//! Issued certificates: immutable copies of all that was printed.

use chrono::{DateTime, NaiveDate, Utc};

use super::{CertificateStatus, Certification, Conclusion};
use crate::{Entity, Id, Locale, PersonId, StaffId, UserId};
use crate::{catalog::CertificateKind, people::Relationship};

/// The holder as printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The person.
    pub person: PersonId,
    /// Name as printed.
    pub name: String,
    /// Document as printed: type code and number.
    pub document: String,
    /// Date of birth.
    pub birth_date: NaiveDate,
}

/// A certificate that was issued. Everything but its status is fixed for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Identifier.
    pub id: Id<Self>,
    /// Counts changes of status.
    pub version: i64,
    /// `<series>-YYYY-NNNNNN`, without gaps.
    pub number: String,
    /// 128 random bits in lower-case hexadecimal: what the QR code leads to.
    pub public_id: String,
    /// The request it came from.
    pub request: Id<Certification>,
    /// Kind.
    pub kind: CertificateKind,
    /// Name of the service as printed.
    pub service_name: String,
    /// Conclusion.
    pub conclusion: Conclusion,
    /// Restrictions as printed.
    pub restrictions: Option<String>,
    /// As last decided; expiry is derived.
    pub stored_status: CertificateStatus,
    /// When it was issued.
    pub issued_at: DateTime<Utc>,
    /// By whom.
    pub issued_by: UserId,
    /// First day of validity.
    pub valid_from: NaiveDate,
    /// Last day of validity, inclusive.
    pub valid_until: NaiveDate,
    /// Day of the evaluation.
    pub evaluated_on: NaiveDate,
    /// The holder.
    pub holder: Holder,
    /// Who stands for the holder, as printed.
    pub represented_by: Option<(String, Relationship)>,
    /// Who attests.
    pub doctor: StaffId,
    /// Doctor's name as printed.
    pub doctor_name: String,
    /// Doctor's licence as printed.
    pub licence_number: String,
    /// Issuer's name as printed.
    pub institution_name: String,
    /// Language of the paper.
    pub locale: Locale,
    /// The certificate this one replaces.
    pub replaces: Option<Id<Self>>,
    /// The certificate that replaced this one.
    pub replaced_by: Option<Id<Self>>,
    /// Object key of the PDF.
    pub pdf_key: String,
    /// SHA-256 of the PDF, lower-case hexadecimal.
    pub pdf_sha256: String,
}

impl Certificate {
    /// Where it stands on a day of the institution's time zone.
    pub fn status_on(&self, today: NaiveDate) -> CertificateStatus {
        if self.stored_status == CertificateStatus::Valid && self.valid_until < today {
            CertificateStatus::Expired
        } else {
            self.stored_status
        }
    }
}

impl Entity for Certificate {
    type Key = Self;
    const KIND: &'static str = "certificate";
    fn id(&self) -> Id<Self> {
        self.id
    }
    fn version(&self) -> i64 {
        self.version
    }
}
