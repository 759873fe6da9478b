//! Invented names in the scripts that the clinics of the four languages write.

use medcert_domain::Locale;

use super::chance::Chance;

/// A name with the language of its bearer.
pub(crate) struct Name {
    pub given: String,
    pub family: String,
    pub locale: Locale,
}

const ES_GIVEN: &[&str] = &[
    "María", "José", "Lucía", "Ángel", "Rosa", "Andrés", "Carmen", "Íñigo", "Pilar", "Óscar", "Noelia",
    "Raúl", "Begoña", "Héctor", "Ximena", "Álvaro",
];
const ES_FAMILY: &[&str] = &[
    "Quispe",
    "Rojas",
    "Núñez",
    "Huamán",
    "García",
    "Salazar",
    "Muñoz",
    "Flores",
    "Ramírez",
    "Peña",
    "Castillo",
    "Vásquez",
    "Ortiz",
    "Cárdenas",
    "Chávez",
    "Ñahui",
];
const PT_GIVEN: &[&str] =
    &["João", "Inês", "Tiago", "Conceição", "Luís", "Beatriz", "Gonçalo", "Matilde", "Simão"];
const PT_FAMILY: &[&str] =
    &["Gonçalves", "Magalhães", "Araújo", "Falcão", "Simões", "Brandão", "Leitão", "Vilaça"];
const UK_GIVEN: &[&str] = &[
    "Олена",
    "Тарас",
    "Їжена",
    "Ганна",
    "Андрій",
    "Соломія",
    "Юрій",
    "Ґанна",
    "Євген",
    "Марія",
    "Остап",
    "Зоряна",
];
const UK_FAMILY: &[&str] = &[
    "Шевченко",
    "Коваленко",
    "Ґалаґан",
    "Їжакевич",
    "Мельник",
    "Бойко",
    "Кравчук",
    "Гнатюк",
    "Савчук",
    "Юхименко",
];

/// Draws a name: seven of ten Spanish, one Portuguese, two Ukrainian.
pub(crate) fn draw(chance: &Chance) -> Name {
    let (locale, given, family, two_families) = match chance.below(10) {
        0 => (Locale::Pt, PT_GIVEN, PT_FAMILY, true),
        1 | 2 => (Locale::Uk, UK_GIVEN, UK_FAMILY, false),
        _ => (Locale::Es, ES_GIVEN, ES_FAMILY, true),
    };
    let pick = |names: &[&'static str]| chance.pick(names).unwrap_or_default().to_owned();
    let first = pick(given);
    let given = if two_families && chance.percent(30) { format!("{first} {}", pick(given)) } else { first };
    let one = pick(family);
    let family = if two_families { format!("{one} {}", pick(family)) } else { one };
    Name { given, family, locale }
}
