//! Certificates as strangers see them.

use medcert_application::certification::PublicCertificate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    catalog::{LogoView, codes::CertificateKindCode},
    certification::codes::{CertificateStatusCode, ConclusionCode, OverallCode},
    codes::{Day, LocaleCode, Moment},
};

/// Who issued it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PublicIssuer)]
pub(crate) struct IssuerView {
    /// Legal name as printed.
    name: String,
    /// Tax id.
    #[schema(required = true)]
    tax_id: Option<String>,
    /// Telephone.
    #[schema(required = true)]
    phone: Option<String>,
    /// Logo of today.
    #[schema(required = true)]
    logo: Option<LogoView>,
}

/// Who attests.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PublicDoctor)]
pub(crate) struct DoctorView {
    /// Name.
    name: String,
    /// Licence.
    licence_number: String,
}

/// No more of the holder than tells two papers apart.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PublicHolder)]
pub(crate) struct HolderView {
    /// First letters of the names.
    initials: String,
    /// Year of birth.
    birth_year: i32,
}

/// What anybody with the paper in hand may know. `GENUINE` says nothing of the conclusion: read both, and compare
/// with the paper and the identity document.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PublicCertificate, example = json!({
    "overall": "GENUINE", "status": "VALID", "public_id": "3f2c9a7e5b1d48068c4e2f6a9d0b7c11",
    "number": "MC-2026-000123", "kind": "MEDICAL_FITNESS", "conclusion": "FIT",
    "issued_at": "2026-11-20T15:04:05.123456Z", "valid_from": "2026-11-20", "valid_until": "2027-11-19",
    "issuer": {"name": "Clínica San Gabriel S.A.C.", "tax_id": "20100070970", "phone": "+51 1 555 0100", "logo": null},
    "doctor": {"name": "Carmen Salas", "licence_number": "CMP 54321"},
    "holder": {"initials": "M. E. Q. R.", "birth_year": 1990}, "replaced_by": null,
    "pdf_sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "locale": "es",
    "as_of": "2026-11-21T08:00:00.000000Z", "stale": false
}))]
pub(crate) struct PublicCertificateView {
    /// In one word.
    overall: OverallCode,
    /// Where it stands today.
    status: CertificateStatusCode,
    /// What the QR code leads to.
    public_id: String,
    /// Number.
    number: String,
    /// Kind.
    kind: CertificateKindCode,
    /// What was concluded.
    conclusion: ConclusionCode,
    /// When it was issued.
    issued_at: Moment,
    /// First day of validity.
    valid_from: Day,
    /// Last day of validity, inclusive.
    valid_until: Day,
    /// Who issued it.
    issuer: IssuerView,
    /// Who attests.
    doctor: DoctorView,
    /// The holder.
    holder: HolderView,
    /// Public identifier of the certificate that replaced it.
    #[schema(required = true)]
    replaced_by: Option<String>,
    /// SHA-256 of the PDF.
    pdf_sha256: String,
    /// Language of the paper.
    locale: LocaleCode,
    /// Moment of this answer.
    as_of: Moment,
    /// Whether the answer rests on an old copy; never, since this one is read from the register itself.
    stale: bool,
}

impl From<PublicCertificate> for PublicCertificateView {
    fn from(found: PublicCertificate) -> Self {
        Self {
            overall: found.overall.into(),
            status: found.status.into(),
            public_id: found.public_id,
            number: found.number,
            kind: found.kind.into(),
            conclusion: found.conclusion.into(),
            issued_at: found.issued_at.into(),
            valid_from: found.valid_from.into(),
            valid_until: found.valid_until.into(),
            issuer: IssuerView {
                name: found.institution_name,
                tax_id: found.institution_tax_id,
                phone: found.institution_phone,
                logo: found.institution_logo.map(Into::into),
            },
            doctor: DoctorView { name: found.doctor_name, licence_number: found.licence_number },
            holder: HolderView { initials: found.holder_initials, birth_year: found.holder_birth_year },
            replaced_by: found.replaced_by,
            pdf_sha256: found.pdf_sha256,
            locale: found.locale.into(),
            as_of: found.as_of.into(),
            stale: false,
        }
    }
}
