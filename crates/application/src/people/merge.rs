//! Merging two records of the same person.

use medcert_domain::{
    Entity as _, Invalid, PersonId,
    people::{Guardianship, MERGE_PEOPLE, Person, Promoter},
    policy::Actor,
};

use super::{
    followers::{PersonMerge, PromoterMerge},
    guardians::touch,
    persons::{VisiblePerson, seen_in, unmerged},
    search_terms::reindex,
};
use crate::{
    App, Conditions, Error,
    audit::About,
    audited_entity::{self, Change, Differences},
    idempotent::{EncodeResponse, Idempotent, idempotent},
    input::Input,
    retry::Failed,
    rooms::people_followers,
    store::{PersonUses, UnitOfWork},
};

/// Into whom a record is to be merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeWanted {
    /// The record that stays as it is.
    pub into: PersonId,
    /// In words.
    pub reason: String,
}

/// Merges a record into another one of the same person: everything that refers to it refers to the other afterwards.
/// It keeps its document, by which the other is found from now on, and nothing of the other is changed by it.
pub async fn merge_person(
    app: &App,
    actor: &Actor,
    from: PersonId,
    conditions: &Conditions,
    input: &dyn Input<MergeWanted>,
    write: EncodeResponse<'_, VisiblePerson>,
) -> Result<Idempotent<VisiblePerson>, Error> {
    app.require(actor, MERGE_PEOPLE).await?;
    input.well_formed()?;
    let profile = app.profile().await?;
    let done = idempotent(app, conditions, 200, write, async |uow: &mut dyn UnitOfWork| {
        let from = unmerged(uow, from, conditions.if_match).await?;
        let wanted = input.read(&profile)?;
        merge_in(app, actor, uow, from, &wanted).await?;
        seen_in(uow, wanted.into).await
    })
    .await;
    // Whose account it is may have changed.
    app.forget_sessions();
    done
}

async fn merge_in(
    app: &App,
    actor: &Actor,
    uow: &mut dyn UnitOfWork,
    from: Person,
    wanted: &MergeWanted,
) -> Result<(), Failed> {
    let refuse = |code, message: &str| Failed::from(Invalid::one("/into_person_id", code, message));
    if wanted.into == from.id {
        return Err(refuse("same-person", "must be another record"));
    }
    let found: Option<Person> = uow.get(wanted.into).await?;
    let into = found.ok_or_else(|| refuse("unknown", "is no person"))?;
    if let Some(survivor) = into.merged_into {
        return Err(Error::Merged(survivor.raw()).into());
    }
    let uses = (uow.person_uses(from.id).await?, uow.person_uses(into.id).await?);
    let merge = PersonMerge { app, actor, from: &from, into: &into, reason: &wanted.reason };
    check(uow, &merge, &uses).await?;
    // From here on both are this unit of work's: whoever has read either of them before must read again.
    let mut tombstone = from.clone();
    tombstone.merged_into = Some(into.id);
    touch(app, uow, [tombstone, into.clone()]).await?;
    for room in people_followers() {
        room.person_merging(uow, &merge).await?;
    }
    merge_promoters(uow, &merge).await?;
    uow.move_person(from.id, into.id, app.now()).await?;
    for room in people_followers() {
        room.person_merged(uow, &merge).await?;
    }
    merge_guardianships(uow, from.id, into.id).await?;
    uow.index_entry(Person::KIND, from.id.raw(), &[]).await?;
    let survivor: Option<Person> = uow.get(into.id).await?;
    let survivor = survivor.ok_or_else(|| Error::internal("a person just written is not there"))?;
    reindex(uow, &survivor).await?;
    for (person, field, other) in [(from.id, "merged_into", into.id), (into.id, "merged_from", from.id)] {
        let mut differences = Differences::default();
        differences.note(field, None, Some(other.to_string()));
        let change = Change {
            about: About::object(Person::KIND, person.raw()).of(person),
            action: "MERGE",
            audited: "people.merge",
            differences,
            comment: Some(wanted.reason.clone()),
        };
        audited_entity::journal(app, actor, uow, change).await?;
    }
    Ok(())
}

/// What two records of one person cannot be.
async fn check(
    uow: &mut dyn UnitOfWork,
    merge: &PersonMerge<'_>,
    (of_from, of_into): &(PersonUses, PersonUses),
) -> Result<(), Failed> {
    let mut faults = Invalid::default();
    let mut refuse = |code, message: &str| {
        faults.faults.extend(Invalid::one("/into_person_id", code, message).faults);
    };
    if of_from.staff > 0 && of_into.staff > 0 {
        refuse("both-staff", "both have a staff record: merge or remove one of them first");
    }
    if of_from.accounts > 0 && of_into.accounts > 0 {
        refuse("both-accounts", "both have an account: remove one of them first");
    }
    for room in people_followers() {
        if let Some((code, message)) = room.merge_obstacle(uow, merge).await? {
            refuse(code, message);
        }
    }
    let standing = uow.guardianships_of(merge.from.id).await?;
    if standing.iter().any(|one| one.ward == merge.into.id || one.guardian == merge.into.id) {
        refuse("guardian-of-the-other", "one stands for the other");
    }
    if faults.faults.is_empty() { Ok(()) } else { Err(faults.into()) }
}

/// A person is one promoter at most: where both are, the other's gets what names it.
async fn merge_promoters(uow: &mut dyn UnitOfWork, merge: &PersonMerge<'_>) -> Result<(), Failed> {
    let PersonMerge { app, actor, from, into, reason } = *merge;
    let Some(lost) = uow.promoter_by_person(from.id).await? else { return Ok(()) };
    let Some(kept) = uow.promoter_by_person(into.id).await? else { return Ok(()) };
    for room in people_followers() {
        room.promoter_merged(uow, merge, PromoterMerge { lost: lost.id, kept: kept.id }).await?;
    }
    uow.index_entry(Promoter::KIND, lost.id.raw(), &[]).await?;
    uow.delete(&lost).await?;
    for (promoter, field, other) in [(lost.id, "merged_into", kept.id), (kept.id, "merged_from", lost.id)] {
        let mut differences = Differences::default();
        differences.note(field, None, Some(other.to_string()));
        let change = Change {
            about: About::object(Promoter::KIND, promoter.raw()),
            action: "MERGE",
            audited: "promoters.merge",
            differences,
            comment: Some(reason.to_owned()),
        };
        audited_entity::journal(app, actor, uow, change).await?;
    }
    Ok(())
}

/// Who stood for one, or for whom one stood, is now so for the other; what is said twice is said once.
async fn merge_guardianships(uow: &mut dyn UnitOfWork, from: PersonId, into: PersonId) -> Result<(), Failed> {
    let known = uow.guardianships_of(into).await?;
    let moving = uow.guardianships_of(from).await?;
    let to = |person: PersonId| if person == from { into } else { person };
    let mut new: Vec<Guardianship> = Vec::new();
    for one in moving {
        uow.remove_guardianship(one.ward, one.guardian).await?;
        let moved = Guardianship { ward: to(one.ward), guardian: to(one.guardian), ..one };
        let between = |other: &Guardianship| (other.ward, other.guardian) == (moved.ward, moved.guardian);
        let reversed = |other: &Guardianship| (other.ward, other.guardian) == (moved.guardian, moved.ward);
        if !known.iter().any(|other| between(other) || reversed(other)) {
            new.push(moved);
        }
    }
    Ok(uow.add_guardianships(&new).await?)
}
