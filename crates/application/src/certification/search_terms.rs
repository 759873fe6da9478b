//! The words by which a request is found.

use std::collections::BTreeSet;

use medcert_domain::{people::Person, text};

use crate::{
    people::merged_into,
    store::{RequestAggregate, StoreError, UnitOfWork},
};

/// Makes a request found by what is known of it and of its people.
pub(super) async fn index(
    uow: &mut dyn UnitOfWork,
    request_aggregate: &RequestAggregate,
) -> Result<(), StoreError> {
    let RequestAggregate { certification, client, guardian, .. } = request_aggregate;
    let people: Vec<&Person> = std::iter::once(client).chain(guardian).collect();
    let merged = merged_into(uow, &people).await?;
    let search_terms = request_search_terms(&certification.code, client, guardian.as_ref(), &merged);
    uow.index_search_terms(certification.id, &search_terms).await
}

/// Words of the code, and of names, documents and telephones of client and guardian, with the documents of those of
/// the `merged` records that were merged into one of them; each once.
///
/// Of a code such as MC-2026-000123 there are `mc2026000123`, `2026000123` and `000123`: it is found from its
/// beginning, from its year and from its number.
pub fn request_search_terms(
    code: &str,
    client: &Person,
    guardian: Option<&Person>,
    merged: &[Person],
) -> Vec<String> {
    let parts = text::search_terms(code);
    let mut search_terms: BTreeSet<String> =
        (0..parts.len()).map(|from| parts.iter().skip(from).map(String::as_str).collect()).collect();
    for person in std::iter::once(client).chain(guardian) {
        search_terms.extend(person_search_terms(person));
        let records = merged.iter().filter(|record| record.merged_into == Some(person.id));
        search_terms.extend(records.flat_map(document_search_terms));
    }
    search_terms.into_iter().map(|word| truncate(&word)).collect()
}

/// Words of a person's name, document and telephones.
pub fn person_search_terms(person: &Person) -> Vec<String> {
    let mut search_terms = text::search_terms(&person.name());
    // A name that holds a digit is found as it is typed, too.
    search_terms.extend(text::typed_search_terms(&person.name()));
    search_terms.extend(document_search_terms(person));
    for phone in [&person.phone, &person.phone_2, &person.landline].into_iter().flatten() {
        search_terms.extend(text::phone_search_terms(phone));
    }
    search_terms
}

fn document_search_terms(person: &Person) -> Vec<String> {
    person.document.as_ref().map_or_else(Vec::new, |document| text::search_terms(&document.number))
}

/// Words longer than the column are found by their beginning.
fn truncate(word: &str) -> String {
    word.chars().take(60).collect()
}

/// The words of a query, each once: each must begin some word of the request.
pub fn query(q: &str) -> Vec<String> {
    let search_terms: BTreeSet<String> =
        text::typed_search_terms(q).iter().map(|word| truncate(word)).collect();
    // What begins another word that is asked for says nothing new.
    let given = |word: &String| {
        search_terms.range(word.clone()..).nth(1).is_some_and(|next| next.starts_with(word.as_str()))
    };
    search_terms.iter().filter(|word| !given(word)).cloned().collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_code_is_one_word_and_a_name_is_several() {
        assert_eq!(super::query(" MC-2026-0000 "), ["mc20260000"]);
        assert_eq!(super::query("Ñandú, JOSÉ"), ["jose", "nandu"]);
        assert_eq!(super::query("Ana-María"), ["ana", "maria"]);
        assert_eq!(super::query("Ana-"), ["ana"]);
        assert!(super::query("\" --").is_empty());
        assert!(super::query("  ,").is_empty());
    }

    #[test]
    fn a_word_that_begins_another_one_is_not_asked_for() {
        assert_eq!(super::query("mar maria MARIANO ana mario"), ["ana", "mariano", "mario"]);
    }
}
