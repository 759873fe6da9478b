//! Making, changing and removing staff records.

use std::collections::BTreeSet;

use medcert_domain::{
    Entity as _, Invalid, PersonId, StaffId,
    institution::Institution,
    people::{Member, Person, Staff, StaffPatch, StaffRole, StaffStatus, WRITE_STAFF},
    policy::Actor,
};

use super::{
    correction::{At, Correction},
    followers::{Offboarding, Successor, hand_over, refuse_while_open},
    search_terms::{forget_staff, index_staff},
    staff::VisibleStaff,
};
use crate::{
    App, Conditions, Error, IfMatch,
    audit::About,
    audited_entity::{self, Change, Differences},
    directory::offered,
    idempotent::{EncodeResponse, Idempotent, idempotent},
    input::Input,
    people::{PersonInput, PersonResolver},
    retry::{Failed, run},
    rooms::people_followers,
    store::UnitOfWork,
};

/// Who becomes staff.
#[derive(Debug, Clone)]
pub enum StaffPerson {
    /// Somebody who is known.
    Known(PersonId),
    /// Somebody to find by document, or to make.
    Described(Box<PersonInput>),
}

/// A new staff record.
#[derive(Debug, Clone)]
pub struct NewStaff {
    /// Who it is.
    pub person: StaffPerson,
    /// What is said of the member, with at least one role.
    pub fields: StaffPatch,
}

/// Changes to a staff record.
#[derive(Debug, Clone, Default)]
pub struct StaffEdit {
    /// Changes to the person, also to what requests may not change of them.
    pub person: Option<PersonInput>,
    /// Changes to the record.
    pub fields: StaffPatch,
    /// What becomes of open work.
    pub leaving: Offboarding,
}

impl StaffEdit {
    /// The parts that the member can no longer play afterwards.
    fn leaves(&self, staff: &Staff) -> Vec<StaffRole> {
        let goes = self.fields.status.is_some_and(|status| status != StaffStatus::Active)
            && staff.status == StaffStatus::Active;
        let kept =
            |role: &StaffRole| !goes && self.fields.roles.as_ref().is_none_or(|roles| roles.contains(role));
        staff.roles.iter().copied().filter(|role| !kept(role)).collect()
    }
}

/// Makes somebody staff.
pub async fn create_staff(
    app: &App,
    actor: &Actor,
    input: &(dyn Input<NewStaff> + Sync),
    conditions: &Conditions,
    write: EncodeResponse<'_, VisibleStaff>,
) -> Result<Idempotent<VisibleStaff>, Error> {
    app.require(actor, WRITE_STAFF).await?;
    input.well_formed()?;
    let profile = app.profile().await?;
    let new = input.read(&profile)?;
    let done = idempotent(app, conditions, 201, write, async |uow: &mut dyn UnitOfWork| {
        create_staff_in(app, actor, uow, &profile, &new).await
    })
    .await?;
    app.forget_sessions();
    Ok(done)
}

/// The same inside a unit of work. Logins of the person learn of it once they are forgotten.
pub(crate) async fn create_staff_in(
    app: &App,
    actor: &Actor,
    uow: &mut dyn UnitOfWork,
    profile: &Institution,
    new: &NewStaff,
) -> Result<VisibleStaff, Failed> {
    printable(app, &new.fields)?;
    offered(uow, "/specialty_id", new.fields.specialty_id.flatten()).await?;
    let mut differences = Differences::default();
    let person = match &new.person {
        StaffPerson::Known(id) => PersonResolver::new(app, actor, &mut *uow, profile).known("", *id).await?,
        StaffPerson::Described(given) => {
            find_or_make(app, actor, uow, profile, given, &mut differences).await?
        }
    };
    if uow.staff_of(person.id).await?.is_some() {
        let pointer = match new.person {
            StaffPerson::Known(_) => "/person_id",
            StaffPerson::Described(_) => "/person/document_number",
        };
        let message = "this person is a member of staff already";
        return Err(Failed::Answer(Error::Duplicate { pointer, message }));
    }
    let mut staff = Staff::employed(app.id(), person.id, BTreeSet::new(), app.now());
    new.fields.clone().apply(&mut staff);
    uow.insert(&staff).await?;
    index_staff(uow, &person, &staff).await?;
    differences.extend(Differences::between(None, &staff));
    note(app, actor, uow, &staff, ("CREATE", "people.create_staff"), differences).await?;
    seen(app, uow, profile, staff.id).await
}

/// Changes a staff record. What the member can no longer do is handed over first, if somebody was named.
pub async fn change_staff(
    app: &App,
    actor: &Actor,
    id: StaffId,
    input: &(dyn Input<StaffEdit> + Sync),
    if_match: IfMatch,
) -> Result<VisibleStaff, Error> {
    app.require(actor, WRITE_STAFF).await?;
    input.well_formed()?;
    let if_match = if_match.required()?;
    let profile = app.profile().await?;
    let member = app.store().staff_member(id).await?.ok_or(Error::NotFound("staff member"))?;
    if_match.check(member.staff.version)?;
    let edit = input.read(&profile)?;
    if let Some(to) = edit.leaving.hand_over_to {
        for role in edit.leaves(&member.staff) {
            hand_over(app, actor, id, Successor { role, to, pointer: "/hand_over_to" }).await?;
        }
    }
    let done = run(app, if_match.on_stale(), async |uow: &mut dyn UnitOfWork| {
        let found: Option<Staff> = uow.get(id).await?;
        let before = found.ok_or(Error::NotFound("staff member"))?;
        if_match.check(before.version)?;
        refuse_while_open(uow, id, &edit.leaves(&before), edit.leaving).await?;
        printable(app, &edit.fields)?;
        // One that is no longer offered stays with whoever has it.
        let specialty = edit.fields.specialty_id.filter(|new| *new != before.specialty_id);
        offered(uow, "/specialty_id", specialty.flatten()).await?;
        let mut differences = Differences::default();
        let person: Option<Person> = uow.get(before.person).await?;
        let person = person.ok_or_else(|| Error::internal("a staff member without person"))?;
        let person = match &edit.person {
            None => person,
            Some(given) => correct(app, actor, uow, &profile, person, given, &mut differences).await?,
        };
        let mut staff = before.clone();
        edit.fields.clone().apply(&mut staff);
        differences.extend(Differences::between(Some(&before), &staff));
        if differences.is_empty() {
            return seen(app, uow, &profile, id).await;
        }
        staff.updated_at = app.now();
        uow.update(&staff).await?;
        index_staff(uow, &person, &staff).await?;
        note(app, actor, uow, &staff, ("EDIT", "people.edit_staff"), differences).await?;
        seen(app, uow, &profile, id).await
    })
    .await?;
    app.forget_sessions();
    Ok(done)
}

/// Removes a staff record that was never used.
pub async fn delete_staff(app: &App, actor: &Actor, id: StaffId, if_match: IfMatch) -> Result<(), Error> {
    app.require(actor, WRITE_STAFF).await?;
    let if_match = if_match.required()?;
    run(app, if_match.on_stale(), async |uow: &mut dyn UnitOfWork| {
        let found: Option<Staff> = uow.get(id).await?;
        let staff = found.ok_or(Error::NotFound("staff member"))?;
        if_match.check(staff.version)?;
        for follower in people_followers() {
            follower.staff_leaving(uow, id).await?;
        }
        uow.delete(&staff).await?;
        forget_staff(uow, id).await?;
        note(app, actor, uow, &staff, ("DELETE", "people.delete_staff"), Differences::default()).await
    })
    .await?;
    app.forget_sessions();
    Ok(())
}

/// Licence and specialty are printed on certificates.
fn printable(app: &App, fields: &StaffPatch) -> Result<(), Invalid> {
    for (pointer, text) in [("/licence_number", &fields.licence_number), ("/specialty", &fields.specialty)] {
        if let Some(Some(text)) = text {
            app.printable(pointer, text)?;
        }
    }
    Ok(())
}

/// The person with this document, corrected by what is said; or a new one.
async fn find_or_make(
    app: &App,
    actor: &Actor,
    uow: &mut dyn UnitOfWork,
    profile: &Institution,
    given: &PersonInput,
    differences: &mut Differences,
) -> Result<Person, Failed> {
    let mut finder = PersonResolver::new(app, actor, uow, profile);
    let person = finder.find_or_make("person", given).await?;
    finder.reindex_renamed().await?;
    let protected = finder.changes.iter().any(|change| !change.change.applied);
    // What requests may not change of people with a login, whoever makes them staff may.
    if protected { correct(app, actor, uow, profile, person, given, differences).await } else { Ok(person) }
}

/// Corrects the data of a staff member's person, and notes it for the history of the record, too.
async fn correct(
    app: &App,
    actor: &Actor,
    uow: &mut dyn UnitOfWork,
    profile: &Institution,
    person: Person,
    given: &PersonInput,
    differences: &mut Differences,
) -> Result<Person, Failed> {
    let correction = Correction { app, actor, profile, at: At::Person };
    let (person, changes) = correction.freely(uow, person, given).await?;
    for change in changes {
        differences.note(field(change.field), change.old, change.new);
    }
    Ok(person)
}

/// What a field of the person is called in the history of the staff record.
fn field(of_person: &'static str) -> &'static str {
    match of_person {
        "document" => "person.document",
        "given_names" => "person.given_names",
        "family_names" => "person.family_names",
        "birth_date" => "person.birth_date",
        "email" => "person.email",
        "phone" => "person.phone",
        "phone_2" => "person.phone_2",
        "landline" => "person.landline",
        "address" => "person.address",
        "preferred_locale" => "person.preferred_locale",
        other => other,
    }
}

async fn note(
    app: &App,
    actor: &Actor,
    uow: &mut dyn UnitOfWork,
    staff: &Staff,
    (action, audited): (&'static str, &'static str),
    differences: Differences,
) -> Result<(), Failed> {
    let about = About::object(Staff::KIND, staff.id.raw());
    audited_entity::journal(app, actor, uow, Change { about, action, audited, differences, comment: None })
        .await
}

async fn seen(
    app: &App,
    uow: &mut dyn UnitOfWork,
    profile: &Institution,
    id: StaffId,
) -> Result<VisibleStaff, Failed> {
    let member: Option<Member> = uow.member(id).await?;
    let member = member.ok_or_else(|| Error::internal("a staff record just written is not there"))?;
    Ok(VisibleStaff::whole(member, profile.day_of(app.now())))
}
