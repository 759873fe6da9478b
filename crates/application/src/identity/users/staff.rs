//! The staff record behind an account: whoever is given an operational role gets one, so that requests can be given
//! to them as soon as nothing else is missing, such as a doctor's licence.

use std::collections::BTreeSet;

use medcert_domain::{
    Entity as _, Invalid, PersonId,
    people::{Person, Staff, StaffPatch, StaffRole},
    policy::Role,
};

use super::{StaffInput, person::By};
use crate::{
    audit::About,
    audited_entity::{self, Change, Differences},
    people::index_staff,
    retry::Failed,
    store::UnitOfWork,
};

/// The staff record of the person.
pub(in crate::identity) async fn record(
    uow: &mut dyn UnitOfWork,
    person: PersonId,
) -> Result<Option<Staff>, Failed> {
    match uow.staff_of(person).await? {
        Some(id) => Ok(uow.get(id).await?),
        None => Ok(None),
    }
}

/// Makes or extends the staff record of the person for these roles of the account and for what is said of it. Roles
/// are added, never taken: without the role of the account nobody can be given requests anyway, and what somebody was
/// stays true. Gives the record, when there is one.
pub(super) async fn equip(
    By { app, actor, .. }: By<'_>,
    uow: &mut dyn UnitOfWork,
    person: &Person,
    roles: &BTreeSet<Role>,
    input: Option<&StaffInput>,
) -> Result<Option<Staff>, Failed> {
    let given = StaffInput::default();
    let given = input.unwrap_or(&given);
    if let Some(Some(licence)) = &given.licence_number {
        app.printable("/staff/licence_number", licence)?;
    }
    if let Some(Some(specialty)) = &given.specialty {
        app.printable("/staff/specialty", specialty)?;
    }
    let present = record(uow, person.id).await?;
    let brought = roles.iter().filter_map(|role| StaffRole::of_user(*role));
    let mut wanted: BTreeSet<StaffRole> = given.roles.iter().copied().chain(brought).collect();
    if let Some(present) = &present {
        wanted.extend(&present.roles);
    }
    if wanted.is_empty() {
        if input.is_none() {
            return Ok(None);
        }
        let message = "a staff record needs at least one role: OPERATOR, MANAGER or DOCTOR";
        return Err(Invalid::one("/staff/roles", "required", message).into());
    }
    let now = app.now();
    let made = || Staff { version: 1, ..Staff::employed(app.id(), person.id, BTreeSet::new(), now) };
    let mut record = present.clone().unwrap_or_else(made);
    let before = record.clone();
    let fields = StaffPatch {
        roles: Some(wanted),
        licence_number: given.licence_number.clone(),
        licence_valid_until: given.licence_valid_until,
        specialty: given.specialty.clone(),
        ..StaffPatch::default()
    };
    fields.apply(&mut record);
    let differences = Differences::between(Some(&before), &record);
    let (action, audited) = if present.is_some() {
        if differences.is_empty() {
            return Ok(Some(record));
        }
        record.updated_at = now;
        uow.update(&record).await?;
        record.version += 1;
        ("EDIT", "people.edit_staff")
    } else {
        uow.insert(&record).await?;
        ("CREATE", "people.create_staff")
    };
    index_staff(uow, person, &record).await?;
    let about = About::object(Staff::KIND, record.id.raw());
    audited_entity::journal(app, actor, uow, Change { about, action, audited, differences, comment: None })
        .await?;
    Ok(Some(record))
}
