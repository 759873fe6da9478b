//! The words by which people and promoters are found, and what follows when they change.

use std::collections::BTreeSet;

use medcert_domain::{
    Entity as _, PersonId, StaffId,
    people::{Person, Promoter, Staff},
    text,
};

use crate::{
    audited_entity,
    rooms::people_followers,
    store::{SPECIALTY, StoreError, UnitOfWork},
};

fn collected<'t>(
    texts: impl IntoIterator<Item = &'t str>,
    phones: impl IntoIterator<Item = &'t str>,
) -> Vec<String> {
    let mut search_terms: BTreeSet<String> = audited_entity::search_terms(texts).into_iter().collect();
    search_terms.extend(phones.into_iter().flat_map(text::phone_search_terms));
    search_terms.into_iter().collect()
}

/// Words of a person's name, document, e-mail address and telephones, and of the documents of the records that were
/// merged into the person.
pub fn person_search_terms(person: &Person, merged: &[Person]) -> Vec<String> {
    let name = person.name();
    let texts = std::iter::once(name.as_str()).chain(numbers(person, merged)).chain(person.email.as_deref());
    collected(texts, phones(person))
}

fn phones(person: &Person) -> impl Iterator<Item = &str> {
    [&person.phone, &person.phone_2, &person.landline].into_iter().flatten().map(String::as_str)
}

/// The records merged into any of these people, whose documents lead to them.
///
/// A merge counts a version of whoever is left, so that nothing was merged into a person who was never changed.
pub(crate) async fn merged_into(
    uow: &mut dyn UnitOfWork,
    people: &[&Person],
) -> Result<Vec<Person>, StoreError> {
    let changed = people.iter().filter(|person| person.version > 1).map(|person| person.id);
    let changed: BTreeSet<PersonId> = changed.collect();
    if changed.is_empty() {
        return Ok(vec![]);
    }
    uow.merged_records(&changed.into_iter().collect::<Vec<_>>()).await
}

/// The numbers of a person's document and of those of the records merged into the person.
pub(crate) fn numbers<'p>(person: &'p Person, merged: &'p [Person]) -> impl Iterator<Item = &'p str> {
    let documents = std::iter::once(person).chain(merged).filter_map(|record| record.document.as_ref());
    documents.map(|document| document.number.as_str())
}

/// Makes a new person found.
pub(crate) async fn index(uow: &mut dyn UnitOfWork, person: &Person) -> Result<(), StoreError> {
    uow.index_entry(Person::KIND, person.id.raw(), &person_search_terms(person, &[])).await
}

/// Makes a changed person, and whatever the person is, such as promoter, member of staff and account, found by what is
/// known now.
pub(crate) async fn reindex(uow: &mut dyn UnitOfWork, person: &Person) -> Result<(), StoreError> {
    let merged = merged_into(uow, &[person]).await?;
    uow.index_entry(Person::KIND, person.id.raw(), &person_search_terms(person, &merged)).await?;
    if let Some(id) = uow.staff_of(person.id).await?
        && let Some(staff) = uow.get(id).await?
    {
        index_staff(uow, person, &staff).await?;
    }
    for follower in people_followers() {
        follower.person_changed(uow, person).await?;
    }
    let Some(mut promoter) = uow.promoter_by_person(person.id).await? else { return Ok(()) };
    // A promoter who is a person goes by the person's name.
    if promoter.name != person.name() {
        promoter.name = person.name();
        promoter.updated_at = person.updated_at;
        uow.update(&promoter).await?;
    }
    index_promoter(uow, &promoter, Some(person)).await
}

/// Makes a member of staff found: by name and documents, licence and specialty, and by the specialty alone.
pub(crate) async fn index_staff(
    uow: &mut dyn UnitOfWork,
    person: &Person,
    staff: &Staff,
) -> Result<(), StoreError> {
    let merged = merged_into(uow, &[person]).await?;
    let name = person.name();
    let own = [&staff.licence_number, &staff.specialty].into_iter().flatten().map(String::as_str);
    let search_terms = audited_entity::search_terms(
        std::iter::once(name.as_str()).chain(numbers(person, &merged)).chain(own),
    );
    uow.index_entry(Staff::KIND, staff.id.raw(), &search_terms).await?;
    uow.index_entry(SPECIALTY, staff.id.raw(), &audited_entity::search_terms(staff.specialty.as_deref()))
        .await
}

/// Makes a member of staff who is removed found no more.
pub(super) async fn forget_staff(uow: &mut dyn UnitOfWork, id: StaffId) -> Result<(), StoreError> {
    uow.index_entry(Staff::KIND, id.raw(), &[]).await?;
    uow.index_entry(SPECIALTY, id.raw(), &[]).await
}

/// Makes a promoter found; `person` is who it is, when it is a person.
pub(crate) async fn index_promoter(
    uow: &mut dyn UnitOfWork,
    promoter: &Promoter,
    person: Option<&Person>,
) -> Result<(), StoreError> {
    let name = person.map_or_else(|| promoter.name.clone(), Person::name);
    let merged = merged_into(uow, person.as_slice()).await?;
    let texts = std::iter::once(name.as_str())
        .chain(promoter.tax_id.as_deref())
        .chain(promoter.email.as_deref())
        .chain(person.into_iter().flat_map(|person| numbers(person, &merged)))
        .chain(person.and_then(|person| person.email.as_deref()));
    let own = promoter.phone.as_deref().into_iter();
    let search_terms = collected(texts, own.chain(person.into_iter().flat_map(phones)));
    uow.index_entry(Promoter::KIND, promoter.id.raw(), &search_terms).await
}

/// Brings up to date what is found by the name, document or telephones of this person, in every room.
pub(crate) async fn follow(uow: &mut dyn UnitOfWork, person: PersonId) -> Result<(), StoreError> {
    let known: Option<Person> = uow.get(person).await?;
    let Some(known) = known else { return Ok(()) };
    reindex(uow, &known).await?;
    for follower in people_followers() {
        follower.person_renamed(uow, &known).await?;
    }
    Ok(())
}
