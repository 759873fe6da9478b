//! Writes a sample certificate: `sample LOCALE OUT.pdf [short|guardian|long] [LOGO.png]`.

use std::error::Error;

use bytes::Bytes;
use chrono::{DateTime, NaiveDate};
use medcert_application::rendering::{
    CertificateRenderer, CertificateSheet, SheetDoctor, SheetInstitution, SheetLogo, SheetPerson,
};
use medcert_credentials::KrillaRenderer;
use medcert_domain::{Locale, catalog::CertificateKind, certification::Conclusion, people::Relationship};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [locale, out, rest @ ..] = args.as_slice() else {
        return Err("usage: sample LOCALE OUT.pdf [short|guardian|long] [LOGO.png]".into());
    };
    let locale = Locale::parse(locale).ok_or("no such language")?;
    let mut sheet = sample(locale, rest.first().map_or("guardian", String::as_str))?;
    let renderer = KrillaRenderer::new(vec![])?;
    if let Some(path) = rest.get(1) {
        let bytes = Bytes::from(std::fs::read(path)?);
        sheet.institution.logo = Some(SheetLogo { kind: renderer.picture(&bytes)?, bytes });
    }
    let document = renderer.render(&sheet)?;
    std::fs::write(out, document)?;
    Ok(())
}

fn sample(locale: Locale, shape: &str) -> Result<CertificateSheet, Box<dyn Error>> {
    let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).ok_or("no such day");
    let cyrillic = locale == Locale::Uk;
    let pick = |latin: &str, ukrainian: &str| if cyrillic { ukrainian } else { latin }.to_owned();
    let person = |name: String, document: &str, birth| SheetPerson {
        name,
        document: document.to_owned(),
        birth_date: birth,
    };
    let mut sheet = CertificateSheet {
        locale,
        number: "MC-2026-000123".to_owned(),
        kind: CertificateKind::SportsFitness,
        service_name: pick(
            "Annual sports medical evaluation, under 18",
            "Щорічний спортивний медичний огляд, до 18 років",
        ),
        institution: SheetInstitution {
            name: pick("Clínica San Rafael S.A.C.", "ТОВ «Клініка Святого Рафаїла»"),
            tax_id: Some("20601234567".to_owned()),
            address: Some(pick("Av. Arequipa 1520, Lince, Lima 15046", "вул. Хрещатик, 22, м. Київ, 01001")),
            phone: Some("+51 1 555 0142".to_owned()),
            logo: None,
        },
        holder: person(
            pick("Lucía Fernández Quispe", "Соломія Їжакевич-Ґалаґан"),
            "DNI 71234567",
            Some(day(2012, 4, 2)?),
        ),
        represented_by: Some((
            person(pick("Marta Quispe Huamán", "Марія Їжакевич"), "DNI 41234567", None),
            Relationship::Parent,
        )),
        conclusion: Conclusion::FitWithRestrictions,
        restrictions: Some(pick(
            "Rescue inhaler at hand during training and matches.\nNo diving below 10 m.\nNew evaluation if symptoms \
             return.",
            "Мати при собі інгалятор під час тренувань і змагань.\nНе занурюватися глибше ніж на 10 м.\nПовторний \
             огляд у разі повернення симптомів.",
        )),
        evaluated_on: day(2026, 11, 20)?,
        valid_from: day(2026, 11, 21)?,
        valid_until: day(2027, 11, 20)?,
        doctor: SheetDoctor {
            name: pick("Dr. Andrés Salazar Vega", "Андрій Остапчук"),
            licence_number: "CMP 054321".to_owned(),
            specialty: Some(pick("Sports medicine", "Спортивна медицина")),
        },
        issued_at: DateTime::from_timestamp(1_795_255_200, 0).ok_or("no such time")?,
        issued_on: day(2026, 11, 21)?,
        verify_url: "https://verify.sanrafael.example/v/3f9c2a7be1d84c60a5d2b7c81e94f063".to_owned(),
    };
    match shape {
        "short" => {
            sheet.kind = CertificateKind::General;
            sheet.represented_by = None;
            sheet.restrictions = None;
            sheet.conclusion = Conclusion::Fit;
        }
        "long" => lengthen(&mut sheet, cyrillic),
        _ => {}
    }
    Ok(sheet)
}

/// Names as long as they come, and a thousand characters of restrictions.
fn lengthen(sheet: &mut CertificateSheet, cyrillic: bool) {
    sheet.kind = CertificateKind::DriverFitness;
    let (name, sentence) = if cyrillic {
        (
            "Вишневецька-Корибут Єлизавета-Олександра Святославівна",
            "Уникати тривалого керування вночі без відпочинку; ",
        )
    } else {
        (
            "María de los Ángeles Concepción Fernández-Villaverde y Quispe Mamani de Santa Cruz",
            "Avoid driving at night for long stretches without rest; ",
        )
    };
    name.clone_into(&mut sheet.holder.name);
    if let Some((guardian, relationship)) = &mut sheet.represented_by {
        name.clone_into(&mut guardian.name);
        *relationship = Relationship::LegalGuardian;
    }
    name.clone_into(&mut sheet.doctor.name);
    sheet.service_name = sentence.repeat(2);
    sheet.institution.name = format!("{} – {}", sheet.institution.name, sentence.repeat(2));
    sheet.institution.address = Some(sentence.repeat(3));
    sheet.restrictions = Some(sentence.chars().cycle().take(1_000).collect());
}
