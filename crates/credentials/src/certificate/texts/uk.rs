//! Ukrainian.

use medcert_domain::{catalog::CertificateKind, certification::Conclusion, people::Relationship};

pub(super) static TEXTS: super::Texts = super::Texts {
    tag: "uk",
    tax_id: "Податковий номер",
    phone: "Тел.",
    number: "Номер довідки",
    holder: "Особа, якій видано довідку",
    document: "Документ, що посвідчує особу",
    birth_date: "Дата народження",
    represented_by: "Представник",
    attestation: "За результатами медичного огляду особи, якій видано цю довідку, засвідчую такий висновок:",
    conclusion: "Висновок",
    restrictions: "Обмеження",
    evaluated_on: "Дата огляду",
    valid_from: "Дійсна з",
    valid_until: "Дійсна до (включно)",
    issued_on: "Дата видачі",
    doctor: "Лікар",
    licence: "Реєстраційний №",
    signature: "Підпис",
    verification: "Перевірка справжності",
    how_to_verify: "Відскануйте код або відкрийте наведену нижче адресу й порівняйте показані там дані з цією довідкою \
                    та з документом, що посвідчує особу.",
    qr_alt: "QR-код, який відкриває сторінку перевірки цієї довідки:",
    logo_alt: "Логотип:",
    title: |kind| match kind {
        CertificateKind::MedicalFitness => "Медична довідка про\u{A0}придатність за\u{A0}станом здоров’я",
        CertificateKind::MentalHealth => "Довідка про\u{A0}стан психічного здоров’я",
        CertificateKind::OccupationalHealth => "Медична довідка про\u{A0}придатність до\u{A0}роботи",
        CertificateKind::DriverFitness => {
            "Медична довідка про\u{A0}придатність до\u{A0}керування транспортним засобом"
        }
        CertificateKind::SportsFitness => "Медична довідка про\u{A0}придатність до\u{A0}занять спортом",
        CertificateKind::SchoolHealth => "Медична довідка для закладу освіти",
        CertificateKind::General => "Медична довідка",
    },
    outcome: |conclusion| match conclusion {
        Conclusion::Fit => "Придатний(-а)",
        Conclusion::FitWithRestrictions => "Придатний(-а) з обмеженнями",
        Conclusion::Unfit => "Непридатний(-а)",
        Conclusion::Inconclusive => "Остаточного висновку немає",
    },
    relationship: |relationship| match relationship {
        Relationship::Parent => "мати або батько",
        Relationship::LegalGuardian => "законний опікун чи піклувальник",
        Relationship::Other => "інший зв’язок",
    },
    months: [
        "січня",
        "лютого",
        "березня",
        "квітня",
        "травня",
        "червня",
        "липня",
        "серпня",
        "вересня",
        "жовтня",
        "листопада",
        "грудня",
    ],
    of: "\u{A0}",
    year: "\u{A0}р.",
};
