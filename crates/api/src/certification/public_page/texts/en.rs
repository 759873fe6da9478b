//! English.

use medcert_application::certification::Overall;
use medcert_domain::{catalog::CertificateKind, certification::Conclusion};

pub(super) static TEXTS: super::Texts = super::Texts {
    tag: "en",
    language: "English",
    title: "Certificate check",
    verdict: |overall| match overall {
        Some(Overall::Genuine) => ("Genuine", "This certificate was issued here and is in force today."),
        Some(Overall::NotYetValid) => (
            "Not yet valid",
            "This certificate was issued here, but its first day of validity is still to come.",
        ),
        Some(Overall::Expired) => {
            ("Expired", "This certificate was issued here, but its last day has passed.")
        }
        Some(Overall::Suspended) => {
            ("Suspended", "This certificate was issued here, but it is on hold. Do not rely on it for now.")
        }
        Some(Overall::Revoked) => {
            ("Revoked", "This certificate was issued here, but it was withdrawn. Do not rely on it.")
        }
        Some(Overall::Replaced) => {
            ("Replaced", "This certificate was issued here, but a newer one has taken its place.")
        }
        None => (
            "Unknown",
            "No certificate with this code was issued here. The code may be mistyped, or the paper may be false.",
        ),
    },
    conclusion: "Conclusion",
    outcome: |conclusion| match conclusion {
        Conclusion::Fit => "Fit",
        Conclusion::FitWithRestrictions => "Fit with restrictions",
        Conclusion::Unfit => "Unfit",
        Conclusion::Inconclusive => "Inconclusive",
    },
    caution: |conclusion| match conclusion {
        Conclusion::Fit => None,
        Conclusion::FitWithRestrictions => Some("The restrictions are printed on the certificate."),
        Conclusion::Unfit => Some("The holder was found not to be fit."),
        Conclusion::Inconclusive => Some("The evaluation reached no conclusion."),
    },
    kind: "Certificate",
    kinds: |kind| match kind {
        CertificateKind::MedicalFitness => "Certificate of medical fitness",
        CertificateKind::MentalHealth => "Certificate of mental health",
        CertificateKind::OccupationalHealth => "Certificate of occupational fitness",
        CertificateKind::DriverFitness => "Certificate of fitness to drive",
        CertificateKind::SportsFitness => "Certificate of fitness for sport",
        CertificateKind::SchoolHealth => "School health certificate",
        CertificateKind::General => "Medical certificate",
    },
    number: "Number",
    validity: "Valid",
    until: "to",
    holder: "Holder",
    born: "born in",
    doctor: "Doctor",
    licence: "licence",
    issuer: "Issued by",
    tax_id: "Tax id",
    phone: "Telephone",
    checked: "Checked",
    replaced_by: "Show the newer certificate",
    compare_title: "Compare",
    compare: "Compare this page with the paper and with the holder’s identity document: number, conclusion, dates, \
              initials and year of birth must agree. If anything differs, do not rely on the paper and call the \
              institution.",
    languages: "Language",
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    of: " ",
};
