//! People: found, made, completed and removed.

use medcert_domain::{
    Entity as _, FieldChange, Id, PersonId,
    institution::Institution,
    people::{MERGE_PEOPLE, Person, PersonUse, Promoter, READ_PEOPLE, WRITE_PEOPLE},
    policy::Actor,
};

use super::correction::{At, Correction};
use crate::{
    App, Conditions, Error, IfMatch,
    audit::{self, About},
    audited_entity,
    idempotent::{EncodeResponse, Idempotent, idempotent_with},
    input::Input,
    people::{Lookup, PersonInput, PersonResolver},
    retry::{Failed, run},
    store::{ChangeRow, GuardianRow, Page, PageRequest, PersonFilter, PersonRow, PersonUses, UnitOfWork},
};

/// Guardians that are shown with a person; the others are in their own list.
const SHOWN: u64 = 20;

/// A person with what they are in the system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisiblePerson {
    /// The person.
    pub person: Person,
    /// How often they are referred to.
    pub uses: PersonUses,
    /// The promoter that the person is.
    pub promoter: Option<Id<Promoter>>,
    /// Who stands for them: the first twenty by name.
    pub guardians: Vec<GuardianRow>,
}

/// What came of making a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonMade {
    /// The person.
    pub seen: VisiblePerson,
    /// Whether nobody had the document before.
    pub created: bool,
    /// Where what was said differs from what is known of the person found; nothing of it was taken over.
    pub differences: Vec<FieldChange>,
}

/// Whose data it is.
fn about(person: PersonId) -> About {
    About::object(Person::KIND, person.raw()).of(person)
}

/// The person as seen inside a unit of work.
pub(super) async fn seen_in(uow: &mut dyn UnitOfWork, id: PersonId) -> Result<VisiblePerson, Failed> {
    let found: Option<Person> = uow.get(id).await?;
    let person = found.ok_or_else(|| Error::internal("a person just written is not there"))?;
    let uses = uow.person_uses(id).await?;
    let promoter = uow.promoter_by_person(id).await?.map(|promoter| promoter.id);
    let mut guardians = Vec::new();
    for standing in uow.guardianships_of(id).await? {
        if standing.ward == id
            && let Some(guardian) = uow.get(standing.guardian).await?
        {
            let (relationship, since) = (standing.relationship, standing.since);
            guardians.push(GuardianRow { person: guardian, relationship, since });
        }
    }
    guardians.sort_by_cached_key(|row| (row.person.name(), row.person.id));
    guardians.truncate(usize::try_from(SHOWN).unwrap_or(usize::MAX));
    Ok(VisiblePerson { person, uses, promoter, guardians })
}

/// People by name.
pub async fn people(
    app: &App,
    actor: &Actor,
    filter: &PersonFilter,
    page: &PageRequest,
) -> Result<Page<PersonRow>, Error> {
    app.require(actor, READ_PEOPLE).await?;
    let found = app.store().people(filter, page).await?;
    let action = if filter.search_terms.is_empty() { "people.list" } else { "people.search" };
    app.trail.note(audit::event(app, actor, action, About::list(Person::KIND), "ok")).await;
    Ok(found)
}

/// One person; of a merged record, into whom it was merged.
pub async fn person(app: &App, actor: &Actor, id: PersonId) -> Result<VisiblePerson, Error> {
    app.require(actor, READ_PEOPLE).await?;
    let (row, uses) = app.store().person(id).await?.ok_or(Error::NotFound("person"))?;
    let page = PageRequest { limit: SHOWN, after: None, with_total: false };
    let guardians = app.store().guardians(id, &page).await?.items;
    app.trail.note(audit::event(app, actor, "people.read", about(id), "ok")).await;
    Ok(VisiblePerson { person: row.person, uses, promoter: row.promoter, guardians })
}

/// What happened to a person, newest first.
pub async fn person_history(
    app: &App,
    actor: &Actor,
    id: PersonId,
    page: &PageRequest,
) -> Result<Page<ChangeRow>, Error> {
    person(app, actor, id).await?;
    audited_entity::history(app, actor, Person::KIND, id.raw(), page).await
}

/// Finds the person with this document, or makes one. Nothing is taken over of what is said of a person found.
pub async fn create_person(
    app: &App,
    actor: &Actor,
    conditions: &Conditions,
    input: &dyn Input<PersonInput>,
    write: EncodeResponse<'_, PersonMade>,
) -> Result<Idempotent<PersonMade>, Error> {
    app.require(actor, WRITE_PEOPLE).await?;
    input.well_formed()?;
    let profile = app.profile().await?;
    let status = |made: &PersonMade| if made.created { 201 } else { 200 };
    idempotent_with(app, conditions, status, write, async |uow: &mut dyn UnitOfWork| {
        let input = input.read(&profile)?;
        create_person_in(app, actor, uow, &profile, &input).await
    })
    .await
}

/// The same inside a unit of work.
pub(crate) async fn create_person_in(
    app: &App,
    actor: &Actor,
    uow: &mut dyn UnitOfWork,
    profile: &Institution,
    input: &PersonInput,
) -> Result<PersonMade, Failed> {
    let mut finder = PersonResolver::new(app, actor, &mut *uow, profile);
    let (person, created, differences) = match finder.find("", input).await? {
        Lookup::Known(found) => {
            let differences = untaken(&found, input);
            (*found, false, differences)
        }
        Lookup::Unknown(document) => (finder.make("", document, &input.fields).await?, true, vec![]),
    };
    let action = if created { "people.create" } else { "people.find" };
    uow.audit(&[audit::event(app, actor, action, about(person.id), "ok")]).await?;
    Ok(PersonMade { seen: seen_in(uow, person.id).await?, created, differences })
}

/// Where what is said of a person differs from what is known.
pub(super) fn untaken(known: &Person, input: &PersonInput) -> Vec<FieldChange> {
    let changes = known.clone().merge(&input.fields, PersonUse::Outside);
    changes.into_iter().map(|change| FieldChange { applied: false, ..change }).collect()
}

/// Changes what is known of a person: what is left out stays.
pub async fn edit_person(
    app: &App,
    actor: &Actor,
    id: PersonId,
    if_match: IfMatch,
    input: &dyn Input<PersonInput>,
) -> Result<VisiblePerson, Error> {
    app.require(actor, WRITE_PEOPLE).await?;
    input.well_formed()?;
    let if_match = if_match.required()?;
    let profile = app.profile().await?;
    run(app, if_match.on_stale(), async |uow: &mut dyn UnitOfWork| {
        let person = unmerged(uow, id, if_match).await?;
        let input = input.read(&profile)?;
        let correction = Correction { app, actor, profile: &profile, at: At::Top };
        correction.within_limits(uow, person, &input).await?;
        seen_in(uow, id).await
    })
    .await
}

/// The person in the version the caller has seen; a merged record is used no more.
pub(super) async fn unmerged(
    uow: &mut dyn UnitOfWork,
    id: PersonId,
    if_match: IfMatch,
) -> Result<Person, Failed> {
    let found: Option<Person> = uow.get(id).await?;
    let person = found.ok_or(Error::NotFound("person"))?;
    if_match.check(person.version)?;
    match person.merged_into {
        None => Ok(person),
        Some(into) => Err(Error::Merged(into.raw()).into()),
    }
}

/// Removes a person to whom nothing refers.
pub async fn delete_person(app: &App, actor: &Actor, id: PersonId, if_match: IfMatch) -> Result<(), Error> {
    app.require(actor, MERGE_PEOPLE).await?;
    let if_match = if_match.required()?;
    run(app, if_match.on_stale(), async |uow: &mut dyn UnitOfWork| {
        let person = unmerged(uow, id, if_match).await?;
        let uses = uow.person_uses(id).await?;
        if uses.total() > 0 {
            return Err(Error::in_use(describe_uses(&uses), uses.total()).into());
        }
        uow.erase_person(&person).await?;
        uow.audit(&[audit::event(app, actor, "people.delete", about(id), "ok")]).await?;
        Ok(())
    })
    .await
}

fn describe_uses(uses: &PersonUses) -> String {
    let all = [
        (uses.as_client, "requests as client"),
        (uses.as_guardian, "requests as guardian"),
        (uses.certificates, "certificates"),
        (uses.promoters, "promoters"),
        (uses.staff, "staff records"),
        (uses.accounts, "accounts"),
        (uses.wards, "people they stand for"),
    ];
    let some = all.iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> = some.map(|(count, what)| format!("{count} {what}")).collect();
    format!("the person is still referred to: {}", parts.join(", "))
}

/// Erases people who are left without any use, and then those who stood for nobody but them.
pub(crate) async fn erase_if_unused(
    uow: &mut dyn UnitOfWork,
    people: impl IntoIterator<Item = PersonId>,
) -> Result<(), Failed> {
    let mut left: Vec<PersonId> = people.into_iter().collect();
    while let Some(id) = left.pop() {
        if uow.person_in_use(id).await? {
            continue;
        }
        // Read anew: whoever asks may have read a version of long ago.
        let known: Option<Person> = uow.get(id).await?;
        let Some(known) = known.filter(|person| person.merged_into.is_none()) else { continue };
        let standing = uow.guardianships_of(id).await?;
        left.extend(standing.into_iter().filter(|one| one.ward == id).map(|one| one.guardian));
        uow.erase_person(&known).await?;
    }
    Ok(())
}
