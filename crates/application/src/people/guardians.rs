//! Who stands for whom.

use medcert_domain::{
    Entity as _, Invalid, PersonId,
    people::{Guardianship, Person, READ_PEOPLE, Relationship, WRITE_PEOPLE},
    policy::Actor,
};

use super::persons::{VisiblePerson, seen_in, unmerged};
use crate::{
    App, Error, IfMatch,
    audit::{self, About},
    audited_entity::{self, Change, Differences},
    input::Input,
    retry::{Failed, run},
    store::{GuardianRow, Page, PageRequest, UnitOfWork},
};

/// What a guardian is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GuardianWanted {
    /// What the guardian is to the person.
    pub relationship: Relationship,
}

/// Who stands for the person, by name.
pub async fn guardians(
    app: &App,
    actor: &Actor,
    ward: PersonId,
    page: &PageRequest,
) -> Result<Page<GuardianRow>, Error> {
    app.require(actor, READ_PEOPLE).await?;
    app.store().person(ward).await?.ok_or(Error::NotFound("person"))?;
    let about = About::object(Person::KIND, ward.raw()).of(ward);
    app.trail.note(audit::event(app, actor, "people.guardians", about, "ok")).await;
    Ok(app.store().guardians(ward, page).await?)
}

/// Lets somebody stand for the person, or changes what they are to them.
pub async fn set_guardian(
    app: &App,
    actor: &Actor,
    ward: PersonId,
    guardian: PersonId,
    if_match: IfMatch,
    input: &dyn Input<GuardianWanted>,
) -> Result<VisiblePerson, Error> {
    app.require(actor, WRITE_PEOPLE).await?;
    input.well_formed()?;
    let if_match = if_match.required()?;
    let profile = app.profile().await?;
    run(app, if_match.on_stale(), async |uow: &mut dyn UnitOfWork| {
        let person = unmerged(uow, ward, if_match).await?;
        let found: Option<Person> = uow.get(guardian).await?;
        let standing_for = found.ok_or(Error::NotFound("person"))?;
        if let Some(into) = standing_for.merged_into {
            return Err(Error::Merged(into.raw()).into());
        }
        let wanted = input.read(&profile)?;
        let now = app.now();
        let (majority, today) = (profile.rules.age_of_majority, profile.day_of(now));
        let at = "/guardian_id";
        Guardianship::check(ward, &standing_for, majority, today).map_err(|e| e.below(at))?;
        let known = uow.guardianships_of(ward).await?;
        // Whoever stands for each other would keep each other in the directory for ever.
        if known.iter().any(|one| one.guardian == ward && one.ward == guardian) {
            return Err(Invalid::one(at, "circular", "is somebody for whom the person stands").into());
        }
        let before = known.iter().find(|one| one.ward == ward && one.guardian == guardian);
        let before = before.map(|one| one.relationship);
        if before == Some(wanted.relationship) {
            return seen_in(uow, ward).await;
        }
        // Both count a change, in one order everywhere: whoever merges, erases or reverses them must have seen it.
        touch(app, uow, [person, standing_for]).await?;
        uow.remove_guardianship(ward, guardian).await?;
        let relationship = wanted.relationship;
        uow.add_guardianships(&[Guardianship { ward, guardian, relationship, since: now }]).await?;
        record_history(app, actor, uow, (ward, guardian), before, Some(relationship)).await?;
        seen_in(uow, ward).await
    })
    .await
}

/// Ends that somebody stands for the person.
pub async fn remove_guardian(
    app: &App,
    actor: &Actor,
    ward: PersonId,
    guardian: PersonId,
    if_match: IfMatch,
) -> Result<(), Error> {
    app.require(actor, WRITE_PEOPLE).await?;
    let if_match = if_match.required()?;
    run(app, if_match.on_stale(), async |uow: &mut dyn UnitOfWork| {
        let person = unmerged(uow, ward, if_match).await?;
        let known = uow.guardianships_of(ward).await?;
        let before = known.iter().find(|one| one.ward == ward && one.guardian == guardian);
        let before = before.ok_or(Error::NotFound("guardian"))?.relationship;
        let standing_for: Option<Person> = uow.get(guardian).await?;
        let standing_for = standing_for.ok_or(Error::NotFound("guardian"))?;
        touch(app, uow, [person, standing_for]).await?;
        uow.remove_guardianship(ward, guardian).await?;
        record_history(app, actor, uow, (ward, guardian), Some(before), None).await
    })
    .await
}

/// Counts a change of both, always in the same order.
pub(super) async fn touch(app: &App, uow: &mut dyn UnitOfWork, mut both: [Person; 2]) -> Result<(), Failed> {
    both.sort_by_key(|person| person.id);
    for mut person in both {
        person.updated_at = app.now();
        uow.update(&person).await?;
    }
    Ok(())
}

/// Ids only: the history of one person holds nothing of another.
async fn record_history(
    app: &App,
    actor: &Actor,
    uow: &mut dyn UnitOfWork,
    (ward, guardian): (PersonId, PersonId),
    before: Option<Relationship>,
    after: Option<Relationship>,
) -> Result<(), Failed> {
    let both = |relationship: Relationship| format!("{relationship} {guardian}");
    let mut differences = Differences::default();
    differences.note("guardian", before.map(both), after.map(both));
    let change = Change {
        about: About::object(Person::KIND, ward.raw()).of(ward),
        action: "EDIT",
        audited: if after.is_some() { "people.set_guardian" } else { "people.remove_guardian" },
        differences,
        comment: None,
    };
    audited_entity::journal(app, actor, uow, change).await
}
