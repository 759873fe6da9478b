//! Spanish.

use medcert_application::certification::Overall;
use medcert_domain::{catalog::CertificateKind, certification::Conclusion};

pub(super) static TEXTS: super::Texts = super::Texts {
    tag: "es",
    language: "Español",
    title: "Verificación de certificado",
    verdict: |overall| match overall {
        Some(Overall::Genuine) => ("Auténtico", "Este certificado fue emitido aquí y está vigente hoy."),
        Some(Overall::NotYetValid) => (
            "Aún no vigente",
            "Este certificado fue emitido aquí, pero su primer día de vigencia todavía no ha llegado.",
        ),
        Some(Overall::Expired) => {
            ("Vencido", "Este certificado fue emitido aquí, pero su último día de vigencia ya pasó.")
        }
        Some(Overall::Suspended) => (
            "Suspendido",
            "Este certificado fue emitido aquí, pero está en suspenso. Por ahora no se fíe de él.",
        ),
        Some(Overall::Revoked) => {
            ("Revocado", "Este certificado fue emitido aquí, pero fue retirado. No se fíe de él.")
        }
        Some(Overall::Replaced) => {
            ("Reemplazado", "Este certificado fue emitido aquí, pero otro más reciente ocupa su lugar.")
        }
        None => (
            "Desconocido",
            "Aquí no se emitió ningún certificado con este código. Puede que el código esté mal escrito o que el \
             papel sea falso.",
        ),
    },
    conclusion: "Conclusión",
    outcome: |conclusion| match conclusion {
        Conclusion::Fit => "Apto",
        Conclusion::FitWithRestrictions => "Apto con restricciones",
        Conclusion::Unfit => "No apto",
        Conclusion::Inconclusive => "No concluyente",
    },
    caution: |conclusion| match conclusion {
        Conclusion::Fit => None,
        Conclusion::FitWithRestrictions => Some("Las restricciones están impresas en el certificado."),
        Conclusion::Unfit => Some("Se concluyó que la persona titular no es apta."),
        Conclusion::Inconclusive => Some("La evaluación no llegó a una conclusión."),
    },
    kind: "Certificado",
    kinds: |kind| match kind {
        CertificateKind::MedicalFitness => "Certificado de aptitud médica",
        CertificateKind::MentalHealth => "Certificado de salud mental",
        CertificateKind::OccupationalHealth => "Certificado de aptitud médico-ocupacional",
        CertificateKind::DriverFitness => "Certificado de aptitud para conducir",
        CertificateKind::SportsFitness => "Certificado de aptitud deportiva",
        CertificateKind::SchoolHealth => "Certificado de salud escolar",
        CertificateKind::General => "Certificado médico",
    },
    number: "Número",
    validity: "Vigencia",
    until: "a",
    holder: "Titular",
    born: "año de nacimiento",
    doctor: "Médico(a)",
    licence: "registro profesional",
    issuer: "Emitido por",
    tax_id: "Identificación fiscal",
    phone: "Teléfono",
    checked: "Verificado",
    replaced_by: "Ver el certificado más reciente",
    compare_title: "Compare",
    compare: "Compare esta página con el papel y con el documento de identidad de la persona titular: deben coincidir \
              número, conclusión, fechas, iniciales y año de nacimiento. Si algo difiere, no se fíe del papel y llame \
              a la institución.",
    languages: "Idioma",
    months: [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
    of: " de ",
};
