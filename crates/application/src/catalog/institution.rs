//! The institution's profile: who issues, and by which rules.

use medcert_domain::{
    Entity as _,
    catalog::{READ_INSTITUTION, WRITE_INSTITUTION},
    institution::{Institution, InstitutionPatch},
    policy::Actor,
};

use crate::{
    App, Error, IfMatch,
    audit::About,
    audited_entity::{self, Change, Differences},
    input::Input,
    retry::{Failed, run},
    store::{ChangeRow, Page, PageRequest, UnitOfWork},
};

/// The institution's profile.
pub async fn institution(app: &App, actor: &Actor) -> Result<Institution, Error> {
    app.require(actor, READ_INSTITUTION).await?;
    app.profile().await
}

/// The history of the profile, newest first.
pub async fn institution_history(
    app: &App,
    actor: &Actor,
    page: &PageRequest,
) -> Result<Page<ChangeRow>, Error> {
    app.require(actor, READ_INSTITUTION).await?;
    audited_entity::history(app, actor, Institution::KIND, Institution::the_id().raw(), page).await
}

/// Changes the profile. Other replicas go by it within two seconds; what was decided before keeps the rules it was
/// decided by.
pub async fn change_institution(
    app: &App,
    actor: &Actor,
    input: &(dyn Input<InstitutionPatch> + Sync),
    if_match: IfMatch,
) -> Result<Institution, Error> {
    app.require(actor, WRITE_INSTITUTION).await?;
    input.well_formed()?;
    let if_match = if_match.required()?;
    let now_known = app.profile().await?;
    change(app, actor, if_match, "EDIT", |profile| {
        let patch = input.read(&now_known)?;
        for (pointer, text) in [
            ("/name", patch.name.as_ref()),
            ("/tax_id", patch.tax_id.iter().flatten().next()),
            ("/address", patch.address.iter().flatten().next()),
            ("/phone", patch.phone.iter().flatten().next()),
        ] {
            text.map_or(Ok(()), |text| app.printable(pointer, text))?;
        }
        patch.apply(profile);
        Ok(())
    })
    .await
}

/// Changes the profile in a unit of work of its own; writes it down first where there is none yet.
pub(super) async fn change(
    app: &App,
    actor: &Actor,
    if_match: IfMatch,
    action: &'static str,
    mut edit: impl FnMut(&mut Institution) -> Result<(), Error>,
) -> Result<Institution, Error> {
    let done = run(app, if_match.on_stale(), async |uow: &mut dyn UnitOfWork| {
        let found: Option<Institution> = uow.get(Institution::the_id()).await?;
        let unnamed = || {
            Institution::unnamed(app.now()).ok_or_else(|| Error::internal("the built-in profile is wrong"))
        };
        let before = found.map_or_else(unnamed, Ok)?;
        if_match.check(before.version)?;
        let mut profile = before.clone();
        edit(&mut profile)?;
        if profile == before {
            return Ok(before);
        }
        profile.updated_at = app.now();
        if before.version == 0 {
            uow.insert(&profile).await?;
        } else {
            uow.update(&profile).await?;
        }
        let about = About::object(Institution::KIND, profile.id.raw());
        let differences = differences(&before, &profile);
        let audited = "catalog.edit_institution";
        let change = Change { about, action, audited, differences, comment: None };
        audited_entity::journal(app, actor, uow, change).await?;
        Ok::<_, Failed>(Institution { version: before.version + 1, ..profile })
    })
    .await?;
    app.forget_profile();
    Ok(done)
}

fn differences(before: &Institution, after: &Institution) -> Differences {
    let mut differences = Differences::between(Some(before), after);
    let logo = |profile: &Institution| profile.logo.as_ref().map(|logo| logo.sha256.clone());
    differences.note("logo", logo(before), logo(after));
    differences
}
