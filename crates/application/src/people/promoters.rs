//! Promoters: who sends clients.

use medcert_domain::{
    Entity as _, FieldChange, Id, Invalid, field_changes,
    institution::Institution,
    people::{
        DELETE_PROMOTERS, Promoter, PromoterIdentity, PromoterPatch, PromoterType, READ_PROMOTERS,
        WRITE_PROMOTERS,
    },
    policy::Actor,
};

use super::{persons::untaken, search_terms::index_promoter};
use crate::{
    App, Conditions, Error, IfMatch,
    audit::{self, About},
    audited_entity::{self, Change, Differences},
    idempotent::{EncodeResponse, Idempotent, idempotent_with},
    input::Input,
    people::{Lookup, NewPromoter, PersonResolver},
    retry::{Failed, run},
    rooms::people_followers,
    store::{ChangeRow, Page, PageRequest, PromoterFilter, UnitOfWork},
};

/// What came of making a promoter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromoterMade {
    /// The promoter.
    pub promoter: Promoter,
    /// Whether there was none with the document or tax id before.
    pub created: bool,
    /// Where what was said differs from what is known of the promoter found, or of its person; nothing of it was taken
    /// over.
    pub differences: Vec<FieldChange>,
}

/// Changes to a promoter: `None` leaves a name as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PromoterEdit {
    /// Another legal name; of a COMPANY.
    pub legal_name: Option<String>,
    /// Another name; of an OTHER.
    pub name: Option<String>,
    /// The other fields.
    pub fields: PromoterPatch,
}

fn about(promoter: &Promoter) -> About {
    let about = About::object(Promoter::KIND, promoter.id.raw());
    match promoter.identity {
        PromoterIdentity::Person(person) => about.of(person),
        _ => about,
    }
}

/// Promoters, by name.
pub async fn promoters(
    app: &App,
    actor: &Actor,
    filter: &PromoterFilter,
    page: &PageRequest,
) -> Result<Page<Promoter>, Error> {
    app.require(actor, READ_PROMOTERS).await?;
    Ok(app.store().promoters(filter, page).await?)
}

/// One promoter.
pub async fn promoter(app: &App, actor: &Actor, id: Id<Promoter>) -> Result<Promoter, Error> {
    app.require(actor, READ_PROMOTERS).await?;
    let found = app.store().promoter(id).await?.ok_or(Error::NotFound("promoter"))?;
    app.trail.note(audit::event(app, actor, "promoters.read", about(&found), "ok")).await;
    Ok(found)
}

/// What happened to a promoter, newest first; of one that was removed too.
pub async fn promoter_history(
    app: &App,
    actor: &Actor,
    id: Id<Promoter>,
    page: &PageRequest,
) -> Result<Page<ChangeRow>, Error> {
    app.require(actor, READ_PROMOTERS).await?;
    let found = audited_entity::history(app, actor, Promoter::KIND, id.raw(), page).await?;
    if found.items.is_empty() && app.store().promoter(id).await?.is_none() {
        return Err(Error::NotFound("promoter"));
    }
    Ok(found)
}

/// Finds the promoter with this document or tax id, or makes one. Nothing is taken over of what is said of one found.
pub async fn create_promoter(
    app: &App,
    actor: &Actor,
    conditions: &Conditions,
    input: &dyn Input<NewPromoter>,
    write: EncodeResponse<'_, PromoterMade>,
) -> Result<Idempotent<PromoterMade>, Error> {
    app.require(actor, WRITE_PROMOTERS).await?;
    input.well_formed()?;
    let profile = app.profile().await?;
    let status = |made: &PromoterMade| if made.created { 201 } else { 200 };
    idempotent_with(app, conditions, status, write, async |uow: &mut dyn UnitOfWork| {
        let input = input.read(&profile)?;
        create_promoter_in(app, actor, uow, &profile, &input).await
    })
    .await
}

/// The same inside a unit of work.
pub(crate) async fn create_promoter_in(
    app: &App,
    actor: &Actor,
    uow: &mut dyn UnitOfWork,
    profile: &Institution,
    new: &NewPromoter,
) -> Result<PromoterMade, Failed> {
    let mut finder = PersonResolver::new(app, actor, &mut *uow, profile);
    let mut differences = Vec::new();
    let found = finder.promoter_by_tax_id(new).await?;
    let mut person = None;
    if found.is_none() && new.kind == PromoterType::Person {
        person = Some(match new.person_id {
            Some(id) => finder.known("", id).await?,
            None => match finder.find("", &new.person).await? {
                Lookup::Known(known) => {
                    differences = untaken(&known, &new.person);
                    *known
                }
                Lookup::Unknown(document) => finder.make("", document, &new.person.fields).await?,
            },
        });
    }
    let found = match (found, &person) {
        (None, Some(person)) => finder.uow.promoter_by_person(person.id).await?,
        (found, _) => found,
    };
    let created = found.is_none();
    let promoter = match found {
        Some(found) => {
            differences.extend(untold(&found, new));
            found
        }
        None => finder.make_promoter("", new, person.as_ref()).await?,
    };
    let action = if created { "promoters.create" } else { "promoters.find" };
    uow.audit(&[audit::event(app, actor, action, about(&promoter), "ok")]).await?;
    Ok(PromoterMade { promoter, created, differences })
}

/// Where what is said of a promoter differs from what is known; what is left out differs from nothing.
fn untold(known: &Promoter, new: &NewPromoter) -> Vec<FieldChange> {
    let mut differences = Differences::default();
    if known.kind() != new.kind {
        differences.note("type", Some(known.kind().to_string()), Some(new.kind.to_string()));
    }
    if new.name.is_some() {
        differences.note(name_field(new.kind), Some(known.name.clone()), new.name.clone());
    }
    let mut wanted = known.clone();
    new.fields.clone().apply(&mut wanted);
    let fields = field_changes(Some(known), &wanted).into_iter();
    let all = differences.into_iter().chain(fields.map(|change| FieldChange { applied: false, ..change }));
    all.collect()
}

/// The name as the API calls it.
fn name_field(kind: PromoterType) -> &'static str {
    if kind == PromoterType::Company { "legal_name" } else { "name" }
}

/// Changes a promoter: what is left out stays, and what it is stays for ever.
pub async fn edit_promoter(
    app: &App,
    actor: &Actor,
    id: Id<Promoter>,
    if_match: IfMatch,
    input: &dyn Input<PromoterEdit>,
) -> Result<Promoter, Error> {
    app.require(actor, WRITE_PROMOTERS).await?;
    input.well_formed()?;
    let if_match = if_match.required()?;
    let profile = app.profile().await?;
    run(app, if_match.on_stale(), async |uow: &mut dyn UnitOfWork| {
        let promoter = in_version(uow, id, if_match).await?;
        let edit = input.read(&profile)?;
        edit_promoter_in(app, actor, uow, &profile, promoter, edit).await
    })
    .await
}

/// The same inside a unit of work, of a promoter just loaded there.
pub(crate) async fn edit_promoter_in(
    app: &App,
    actor: &Actor,
    uow: &mut dyn UnitOfWork,
    profile: &Institution,
    before: Promoter,
    edit: PromoterEdit,
) -> Result<Promoter, Failed> {
    let mut after = before.clone();
    rename(&mut after, &edit)?;
    if let Some(source) = edit.fields.source.filter(|source| *source != before.source) {
        PersonResolver::new(app, actor, &mut *uow, profile).source("", source).await?;
    }
    edit.fields.apply(&mut after);
    if let Some(tax_id) = after.tax_id.as_ref().filter(|_| after.tax_id != before.tax_id)
        && let Some(other) = uow.promoter_by_tax_id(tax_id).await?
    {
        return Err(Error::Taken { pointer: "/tax_id", by: other.id.raw() }.into());
    }
    let differences = differences(&before, &after);
    if differences.is_empty() {
        return Ok(after);
    }
    after.updated_at = app.now();
    uow.update(&after).await?;
    let person = match after.identity {
        PromoterIdentity::Person(person) => uow.get(person).await?,
        _ => None,
    };
    index_promoter(uow, &after, person.as_ref()).await?;
    let about = about(&after);
    let change = Change { about, action: "EDIT", audited: "promoters.edit", differences, comment: None };
    audited_entity::journal(app, actor, uow, change).await?;
    Ok(Promoter { version: after.version + 1, ..after })
}

/// Takes the name over that belongs to what the promoter is; a person is renamed among the people.
fn rename(promoter: &mut Promoter, edit: &PromoterEdit) -> Result<(), Invalid> {
    let kind = promoter.kind();
    let unexpected = |field: &str| {
        let message = format!("does not belong to a promoter of type {kind}");
        Err(Invalid::one(&format!("/{field}"), "unexpected", message))
    };
    match (kind, &edit.legal_name, &edit.name) {
        (PromoterType::Person | PromoterType::Other, Some(_), _) => return unexpected("legal_name"),
        (PromoterType::Person | PromoterType::Company, _, Some(_)) => return unexpected("name"),
        (PromoterType::Company, Some(legal_name), _) => {
            promoter.name.clone_from(legal_name);
            promoter.identity = PromoterIdentity::Company { legal_name: legal_name.clone() };
        }
        (PromoterType::Other, _, Some(name)) => {
            promoter.name.clone_from(name);
            promoter.identity = PromoterIdentity::Other { name: name.clone() };
        }
        _ => {}
    }
    Ok(())
}

fn differences(before: &Promoter, after: &Promoter) -> Differences {
    let mut found = Differences::default();
    found.note(name_field(after.kind()), Some(before.name.clone()), Some(after.name.clone()));
    found.extend(Differences::between(Some(before), after));
    found
}

/// Removes a promoter that no request names. Its history stays; that of a person keeps no value.
pub async fn delete_promoter(
    app: &App,
    actor: &Actor,
    id: Id<Promoter>,
    if_match: IfMatch,
) -> Result<(), Error> {
    app.require(actor, DELETE_PROMOTERS).await?;
    let if_match = if_match.required()?;
    run(app, if_match.on_stale(), async |uow: &mut dyn UnitOfWork| {
        let promoter = in_version(uow, id, if_match).await?;
        for follower in people_followers() {
            follower.promoter_leaving(uow, id).await?;
        }
        uow.delete(&promoter).await?;
        uow.index_entry(Promoter::KIND, id.raw(), &[]).await?;
        if matches!(promoter.identity, PromoterIdentity::Person(_)) {
            uow.blank_changes(Promoter::KIND, id.raw()).await?;
        }
        let (about, differences) = (about(&promoter), Differences::default());
        let change =
            Change { about, action: "DELETE", audited: "promoters.delete", differences, comment: None };
        audited_entity::journal(app, actor, uow, change).await
    })
    .await
}

async fn in_version(
    uow: &mut dyn UnitOfWork,
    id: Id<Promoter>,
    if_match: IfMatch,
) -> Result<Promoter, Failed> {
    let found: Option<Promoter> = uow.get(id).await?;
    let promoter = found.ok_or(Error::NotFound("promoter"))?;
    if_match.check(promoter.version)?;
    Ok(promoter)
}
