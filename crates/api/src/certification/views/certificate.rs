//! Certificates as the clinic sees them.

use medcert_application::certification::VisibleCertificate;
use medcert_domain::{
    certification::{Certificate, CertificateStatus},
    people::Relationship,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    catalog::codes::CertificateKindCode,
    certification::codes::{CertificateStatusCode, ConclusionCode},
    codes::{Day, LocaleCode, Moment},
    people::codes::RelationshipCode,
};

/// The doctor as printed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = CertificateDoctor)]
pub(crate) struct DoctorView {
    /// The staff record.
    staff_id: Uuid,
    /// Name.
    #[schema(example = "Carmen Salas")]
    name: String,
    /// Licence.
    #[schema(example = "CMP 54321")]
    licence_number: String,
}

/// The holder as printed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = CertificateHolder)]
pub(crate) struct HolderView {
    /// The person.
    id: Uuid,
    /// Name.
    #[schema(example = "María Elena Quispe Rojas")]
    name: String,
    /// Kind and number of the document.
    #[schema(example = "DNI 45678912")]
    document: String,
    /// Date of birth.
    #[schema(example = "1990-04-12")]
    birth_date: Day,
}

/// Who stands for the holder, as printed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = CertificateRepresentative)]
pub(crate) struct RepresentativeView {
    /// Name.
    name: String,
    /// Relation to the holder.
    relationship: RelationshipCode,
}

/// Why and when a certificate was withdrawn.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = CertificateRevocation)]
pub(crate) struct RevocationView {
    /// Why.
    reason_code: String,
    /// When.
    at: Moment,
}

/// An issued certificate: a copy of all that was printed, and where it stands today.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Certificate, example = json!({
    "id": "01940000-0000-7000-8000-0000000000f6", "number": "MC-2026-000123",
    "public_id": "3f2c9a7e5b1d48068c4e2f6a9d0b7c11", "request_id": "01940000-0000-7000-8000-000000000007",
    "kind": "MEDICAL_FITNESS", "service_name": "Medical fitness certificate", "conclusion": "FIT",
    "restrictions": null, "status": "VALID", "issued_at": "2026-11-20T15:04:05.123456Z",
    "evaluated_on": "2026-11-20", "valid_from": "2026-11-20", "valid_until": "2027-11-19",
    "doctor": {
        "staff_id": "01940000-0000-7000-8000-0000000000b3", "name": "Carmen Salas", "licence_number": "CMP 54321"
    },
    "holder": {
        "id": "01940000-0000-7000-8000-0000000000e5", "name": "María Elena Quispe Rojas",
        "document": "DNI 45678912", "birth_date": "1990-04-12"
    },
    "represented_by": null, "locale": "es", "replaces": null, "replaced_by": null, "revocation": null,
    "pdf_sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "available_actions": []
}))]
pub(crate) struct CertificateView {
    /// Identifier.
    id: Uuid,
    /// Number, without gaps within series and year.
    number: String,
    /// What the QR code leads to.
    public_id: String,
    /// The request it came from.
    request_id: Uuid,
    /// Kind.
    kind: CertificateKindCode,
    /// Name of the service as printed.
    service_name: String,
    /// What was concluded.
    conclusion: ConclusionCode,
    /// What the holder must keep to.
    #[schema(required = true)]
    restrictions: Option<String>,
    /// Where it stands today.
    status: CertificateStatusCode,
    /// When it was issued.
    issued_at: Moment,
    /// Day of the evaluation.
    evaluated_on: Day,
    /// First day of validity.
    valid_from: Day,
    /// Last day of validity, inclusive.
    valid_until: Day,
    /// Who attests.
    doctor: DoctorView,
    /// The holder.
    holder: HolderView,
    /// Who stands for the holder.
    #[schema(required = true)]
    represented_by: Option<RepresentativeView>,
    /// Language of the paper.
    locale: LocaleCode,
    /// The certificate this one replaces.
    #[schema(required = true)]
    replaces: Option<Uuid>,
    /// The certificate that replaced this one.
    #[schema(required = true)]
    replaced_by: Option<Uuid>,
    /// Why and when it was withdrawn.
    #[schema(required = true)]
    revocation: Option<RevocationView>,
    /// SHA-256 of the PDF.
    pdf_sha256: String,
    /// What the caller may do to it.
    available_actions: Vec<String>,
}

impl CertificateView {
    pub(super) fn of(certificate: &Certificate, status: CertificateStatus) -> Self {
        let holder = &certificate.holder;
        let represented_by = |(name, relationship): &(String, Relationship)| RepresentativeView {
            name: name.clone(),
            relationship: (*relationship).into(),
        };
        Self {
            id: certificate.id.raw(),
            number: certificate.number.clone(),
            public_id: certificate.public_id.clone(),
            request_id: certificate.request.raw(),
            kind: certificate.kind.into(),
            service_name: certificate.service_name.clone(),
            conclusion: certificate.conclusion.into(),
            restrictions: certificate.restrictions.clone(),
            status: status.into(),
            issued_at: certificate.issued_at.into(),
            evaluated_on: certificate.evaluated_on.into(),
            valid_from: certificate.valid_from.into(),
            valid_until: certificate.valid_until.into(),
            doctor: DoctorView {
                staff_id: certificate.doctor.raw(),
                name: certificate.doctor_name.clone(),
                licence_number: certificate.licence_number.clone(),
            },
            holder: HolderView {
                id: holder.person.raw(),
                name: holder.name.clone(),
                document: holder.document.clone(),
                birth_date: holder.birth_date.into(),
            },
            represented_by: certificate.represented_by.as_ref().map(represented_by),
            locale: certificate.locale.into(),
            replaces: certificate.replaces.map(medcert_domain::Id::raw),
            replaced_by: certificate.replaced_by.map(medcert_domain::Id::raw),
            revocation: None,
            pdf_sha256: certificate.pdf_sha256.clone(),
            available_actions: vec![],
        }
    }
}

impl From<&VisibleCertificate> for CertificateView {
    fn from(seen: &VisibleCertificate) -> Self {
        Self::of(&seen.certificate, seen.status)
    }
}
