//! Ukrainian.

use medcert_application::certification::Overall;
use medcert_domain::{catalog::CertificateKind, certification::Conclusion};

pub(super) static TEXTS: super::Texts = super::Texts {
    tag: "uk",
    language: "Українська",
    title: "Перевірка довідки",
    verdict: |overall| match overall {
        Some(Overall::Genuine) => ("Справжня", "Цю довідку видано тут, і сьогодні вона чинна."),
        Some(Overall::NotYetValid) => {
            ("Ще не чинна", "Цю довідку видано тут, але перший день її дії ще не настав.")
        }
        Some(Overall::Expired) => {
            ("Термін дії минув", "Цю довідку видано тут, але останній день її дії вже минув.")
        }
        Some(Overall::Suspended) => {
            ("Призупинена", "Цю довідку видано тут, але її дію призупинено. Поки що не покладайтеся на неї.")
        }
        Some(Overall::Revoked) => {
            ("Відкликана", "Цю довідку видано тут, але її відкликано. Не покладайтеся на неї.")
        }
        Some(Overall::Replaced) => ("Замінена", "Цю довідку видано тут, але її замінила новіша."),
        None => (
            "Невідома",
            "Довідки з таким кодом тут не видавали. Можливо, код введено з помилкою або папір підроблено.",
        ),
    },
    conclusion: "Висновок",
    outcome: |conclusion| match conclusion {
        Conclusion::Fit => "Придатний(\u{2011}а)",
        Conclusion::FitWithRestrictions => "Придатний(\u{2011}а) з обмеженнями",
        Conclusion::Unfit => "Непридатний(\u{2011}а)",
        Conclusion::Inconclusive => "Остаточного висновку немає",
    },
    caution: |conclusion| match conclusion {
        Conclusion::Fit => None,
        Conclusion::FitWithRestrictions => Some("Обмеження надруковано в довідці."),
        Conclusion::Unfit => Some("Особу визнано непридатною."),
        Conclusion::Inconclusive => Some("Огляд не дав остаточного висновку."),
    },
    kind: "Довідка",
    kinds: |kind| match kind {
        CertificateKind::MedicalFitness => "Медична довідка про придатність за станом здоров’я",
        CertificateKind::MentalHealth => "Довідка про стан психічного здоров’я",
        CertificateKind::OccupationalHealth => "Медична довідка про придатність до роботи",
        CertificateKind::DriverFitness => "Медична довідка про придатність до керування транспортним засобом",
        CertificateKind::SportsFitness => "Медична довідка про придатність до занять спортом",
        CertificateKind::SchoolHealth => "Медична довідка для закладу освіти",
        CertificateKind::General => "Медична довідка",
    },
    number: "Номер",
    validity: "Дійсна",
    until: "–",
    holder: "Особа, якій видано довідку",
    born: "рік народження",
    doctor: "Лікар",
    licence: "реєстраційний №",
    issuer: "Ким видано",
    tax_id: "Податковий номер",
    phone: "Телефон",
    checked: "Перевірено",
    replaced_by: "Показати новішу довідку",
    compare_title: "Порівняйте",
    compare: "Порівняйте цю сторінку з папером і з документом, що посвідчує особу: номер, висновок, дати, ініціали та \
              рік народження мають збігатися. Якщо щось відрізняється, не покладайтеся на папір і зателефонуйте до \
              установи.",
    languages: "Мова",
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
    of: " ",
};
