//! Merging two records of the same person.

use medcert_domain::{
    Entity as _, Id, Invalid, PersonId,
    certification::{Action, Certification, HistoryLine},
    people::{Guardianship, MERGE_PEOPLE, Person, Promoter},
    policy::Actor,
};

use super::{
    guardians::touch,
    persons::{VisiblePerson, seen_in, unmerged},
    search_terms::{index_requests, reindex},
};
use crate::{
    App, Conditions, Error,
    audit::About,
    audited_entity::{self, Change, Differences},
    idempotent::{EncodeResponse, Idempotent, idempotent},
    input::Input,
    retry::Failed,
    store::{HistoryEntry, PersonUses, UnitOfWork},
};

/// Requests whose history is written at a time.
const AT_ONCE: usize = 200;

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
    check(uow, (&from, &into), &uses).await?;
    // From here on both are this unit of work's: whoever has read either of them before must read again.
    let mut tombstone = from.clone();
    tombstone.merged_into = Some(into.id);
    touch(app, uow, [tombstone, into.clone()]).await?;
    let requests = uow.requests_of(from.id).await?;
    tell_requests(app, actor, uow, &requests, (&from, &into), &wanted.reason).await?;
    merge_promoters(app, actor, uow, (&from, &into), &wanted.reason).await?;
    uow.move_uses(from.id, into.id, app.now()).await?;
    merge_guardianships(uow, from.id, into.id).await?;
    uow.index_entry(Person::KIND, from.id.raw(), &[]).await?;
    let survivor: Option<Person> = uow.get(into.id).await?;
    let survivor = survivor.ok_or_else(|| Error::internal("a person just written is not there"))?;
    reindex(uow, &survivor).await?;
    index_requests(uow, &requests).await?;
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
    (from, into): (&Person, &Person),
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
    if uow.share_a_request(from.id, into.id).await? {
        refuse("client-and-guardian", "one stands for the other in a request");
    }
    let standing = uow.guardianships_of(from.id).await?;
    if standing.iter().any(|one| one.ward == into.id || one.guardian == into.id) {
        refuse("guardian-of-the-other", "one stands for the other");
    }
    if faults.faults.is_empty() { Ok(()) } else { Err(faults.into()) }
}

/// A line in the history of every request that has another client or guardian by it.
async fn tell_requests(
    app: &App,
    actor: &Actor,
    uow: &mut dyn UnitOfWork,
    requests: &[Id<Certification>],
    (from, into): (&Person, &Person),
    reason: &str,
) -> Result<(), Failed> {
    for part in requests.chunks(AT_ONCE) {
        let subjects = uow.subjects(part).await?;
        let entries: Vec<HistoryEntry> = subjects
            .iter()
            .map(|subject| {
                let field = if subject.client.id == from.id { "client" } else { "guardian" };
                let ids = (from.id.to_string(), into.id.to_string());
                history_entry(app, actor, subject.request, field, ids, reason)
            })
            .collect();
        uow.record(&entries).await?;
    }
    Ok(())
}

fn history_entry(
    app: &App,
    actor: &Actor,
    request: Id<Certification>,
    field: &'static str,
    (old, new): (String, String),
    reason: &str,
) -> HistoryEntry {
    let mut line = HistoryLine::of(Action::Edit).field(field, Some(old), Some(new));
    line.comment = Some(reason.to_owned());
    HistoryEntry { id: app.parts.ids.uuid(), request, at: app.now(), by: actor.user, line }
}

/// A person is one promoter at most: where both are, the other's gets the requests.
async fn merge_promoters(
    app: &App,
    actor: &Actor,
    uow: &mut dyn UnitOfWork,
    (from, into): (&Person, &Person),
    reason: &str,
) -> Result<(), Failed> {
    let Some(lost) = uow.promoter_by_person(from.id).await? else { return Ok(()) };
    let Some(kept) = uow.promoter_by_person(into.id).await? else { return Ok(()) };
    let (old, new) = (lost.id.to_string(), kept.id.to_string());
    let requests = uow.requests_by(lost.id).await?;
    for part in requests.chunks(AT_ONCE) {
        let entries: Vec<HistoryEntry> = part
            .iter()
            .map(|request| {
                history_entry(app, actor, *request, "promoter", (old.clone(), new.clone()), reason)
            })
            .collect();
        uow.record(&entries).await?;
    }
    // One by one, since the figures of reports tell promoters apart.
    for id in requests {
        let found: Option<Certification> = uow.get(id).await?;
        if let Some(mut request) = found {
            request.promoter = Some(kept.id);
            request.updated_at = app.now();
            uow.update(&request).await?;
        }
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
