//! The words by which a request is found.

use std::collections::BTreeSet;

use medcert_domain::{people::Person, text};

use crate::store::Dossier;

/// Words of a request with everything around it.
pub(super) fn of(dossier: &Dossier) -> Vec<String> {
    request_words(&dossier.certification.code, &dossier.client, dossier.guardian.as_ref())
}

/// Words of the code, and of the names and documents of client and guardian; each once.
pub fn request_words(code: &str, client: &Person, guardian: Option<&Person>) -> Vec<String> {
    let mut words: BTreeSet<String> = text::search_words(code).into_iter().collect();
    words.insert(code.to_lowercase());
    for person in std::iter::once(client).chain(guardian) {
        words.extend(of_person(person));
    }
    words.into_iter().map(|word| cut(&word)).collect()
}

fn of_person(person: &Person) -> impl Iterator<Item = String> {
    let mut words = text::search_words(&person.name());
    if let Some(document) = &person.document {
        words.extend(text::search_words(&document.number));
    }
    words.into_iter()
}

/// Words longer than the column are found by their beginning.
fn cut(word: &str) -> String {
    word.chars().take(60).collect()
}

/// The words of a query: each must begin some word of the request. A code counts as one word, as soon as more of
/// it is there than a name that is still being typed has: `Ana-` is on its way to `Ana-María`.
pub fn query(q: &str) -> Vec<String> {
    let trimmed = q.trim().to_lowercase();
    let mut numbers = trimmed.split('-').skip(1).peekable();
    let is_code = trimmed.is_ascii()
        && numbers.peek().is_some_and(|first| !first.is_empty())
        && numbers.all(|part| part.bytes().all(|b| b.is_ascii_digit()));
    let words = if is_code { vec![trimmed] } else { text::search_words(q) };
    words.into_iter().map(|word| cut(&word)).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_code_is_one_word_and_a_name_is_several() {
        assert_eq!(super::query(" MC-2026-0000 "), ["mc-2026-0000"]);
        assert_eq!(super::query("Ñandú, JOSÉ"), ["nandu", "jose"]);
        assert_eq!(super::query("Ana-María"), ["ana", "maria"]);
        assert_eq!(super::query("Ana-"), ["ana"]);
        assert!(super::query("\" --").is_empty());
        assert!(super::query("  ,").is_empty());
    }
}
