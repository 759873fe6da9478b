//! The words by which people and promoters are found, and what follows when they change.

use std::collections::BTreeSet;

use medcert_domain::{
    Entity as _, Id,
    certification::Certification,
    identity::User,
    people::{Person, Promoter, Staff},
    text,
};

use super::staff_words;
use crate::{
    certification::request_words,
    directory,
    identity::users,
    store::{StoreError, UnitOfWork},
};

/// Requests whose words are made anew at a time: so many fit into memory, however many somebody has.
const AT_ONCE: usize = 200;

fn collected<'t>(
    texts: impl IntoIterator<Item = &'t str>,
    phones: impl IntoIterator<Item = &'t str>,
) -> Vec<String> {
    let mut words: BTreeSet<String> = directory::words(texts).into_iter().collect();
    words.extend(phones.into_iter().flat_map(text::phone_words));
    words.into_iter().collect()
}

/// Words of a person's name, document, e-mail address and telephones, and of the documents of the records that were
/// merged into the person.
pub fn person_words(person: &Person, merged: &[Person]) -> Vec<String> {
    let name = person.name();
    let documents = std::iter::once(person).chain(merged).filter_map(|record| record.document.as_ref());
    let texts = std::iter::once(name.as_str())
        .chain(documents.map(|document| document.number.as_str()))
        .chain(person.email.as_deref());
    collected(texts, phones(person))
}

fn phones(person: &Person) -> impl Iterator<Item = &str> {
    [&person.phone, &person.phone_2, &person.landline].into_iter().flatten().map(String::as_str)
}

/// Makes a new person found.
pub(crate) async fn index(uow: &mut dyn UnitOfWork, person: &Person) -> Result<(), StoreError> {
    uow.index_entry(Person::KIND, person.id.raw(), &person_words(person, &[])).await
}

/// Makes a changed person, and the promoter, the member of staff and the account that the person is, found by what is
/// known now.
pub(crate) async fn reindex(uow: &mut dyn UnitOfWork, person: &Person) -> Result<(), StoreError> {
    let merged = uow.merged_records(person.id).await?;
    uow.index_entry(Person::KIND, person.id.raw(), &person_words(person, &merged)).await?;
    if let Some(id) = uow.staff_of(person.id).await?
        && let Some(staff) = uow.get(id).await?
    {
        uow.index_entry(Staff::KIND, id.raw(), &staff_words(person, &staff)).await?;
    }
    if let Some(user) = uow.user_by_person(person.id).await? {
        uow.index_entry(User::KIND, user.id.raw(), &users::words(&user, person)).await?;
    }
    let Some(mut promoter) = uow.promoter_by_person(person.id).await? else { return Ok(()) };
    index_promoter(uow, &promoter, Some(person)).await?;
    // A promoter who is a person goes by the person's name.
    if promoter.name != person.name() {
        promoter.name = person.name();
        promoter.updated_at = person.updated_at;
        uow.update(&promoter).await?;
    }
    Ok(())
}

/// Makes a promoter found; `person` is who it is, when it is a person.
pub(crate) async fn index_promoter(
    uow: &mut dyn UnitOfWork,
    promoter: &Promoter,
    person: Option<&Person>,
) -> Result<(), StoreError> {
    let name = person.map_or_else(|| promoter.name.clone(), Person::name);
    let document = person.and_then(|person| person.document.as_ref());
    let texts = std::iter::once(name.as_str())
        .chain(promoter.tax_id.as_deref())
        .chain(promoter.email.as_deref())
        .chain(document.map(|document| document.number.as_str()))
        .chain(person.and_then(|person| person.email.as_deref()));
    let own = promoter.phone.as_deref().into_iter();
    let words = collected(texts, own.chain(person.into_iter().flat_map(phones)));
    uow.index_entry(Promoter::KIND, promoter.id.raw(), &words).await
}

/// Brings up to date what is found by the name, document or telephones of this person: the person, the promoter, and
/// every request.
pub(crate) async fn follow(uow: &mut dyn UnitOfWork, person: Id<Person>) -> Result<(), StoreError> {
    let known: Option<Person> = uow.get(person).await?;
    let Some(known) = known else { return Ok(()) };
    reindex(uow, &known).await?;
    let requests = uow.requests_of(person).await?;
    index_requests(uow, &requests).await
}

/// Makes these requests found by what is known now of their people.
pub(crate) async fn index_requests(
    uow: &mut dyn UnitOfWork,
    requests: &[Id<Certification>],
) -> Result<(), StoreError> {
    for part in requests.chunks(AT_ONCE) {
        let subjects = uow.subjects(part).await?;
        let words: Vec<_> = subjects
            .iter()
            .map(|one| (one.request, request_words(&one.code, &one.client, one.guardian.as_ref())))
            .collect();
        uow.index_requests(&words).await?;
    }
    Ok(())
}
