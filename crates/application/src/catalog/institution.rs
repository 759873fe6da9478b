//! The institution's profile: who issues, and by which rules.

use chrono_tz::Tz;
use medcert_domain::{
    Country, Currency, Entity as _, Locale, catalog::Institution, identity::Actor, policy::Permission,
};

use crate::{
    App, Error, IfMatch,
    audit::About,
    audited_entity::{self, Change, Differences},
    input::Input,
    retry::{Failed, run},
    store::{ChangeRow, Page, PageRequest, UnitOfWork},
};

/// Changes to the profile: `None` leaves a field, `Some(None)` clears it.
#[derive(Debug, Clone, Default)]
pub struct InstitutionPatch {
    /// Legal name.
    pub name: Option<String>,
    /// Tax id.
    pub tax_id: Option<Option<String>>,
    /// Postal address.
    pub address: Option<Option<String>>,
    /// Telephone.
    pub phone: Option<Option<String>>,
    /// Country.
    pub country: Option<Country>,
    /// Time zone.
    pub time_zone: Option<Tz>,
    /// Language when a person has none.
    pub locale: Option<Locale>,
    /// Currency of what has no other.
    pub currency: Option<Currency>,
    /// Prefix of certificate numbers; another one begins to count anew.
    pub certificate_series: Option<String>,
    /// Whether the operator who registered a request may be its doctor.
    pub registrar_may_evaluate: Option<bool>,
    /// Whether an operator's payment counts at once.
    pub cashier_may_validate: Option<bool>,
    /// Days after which an evaluation is too old to issue.
    pub evaluation_max_age_days: Option<u32>,
    /// Days by which validity may begin before the evaluation.
    pub backdating_days: Option<u32>,
    /// Age in years from which nobody needs a guardian.
    pub age_of_majority: Option<u32>,
}

impl InstitutionPatch {
    fn apply(self, to: &mut Institution) {
        fn set<T>(slot: &mut T, new: Option<T>) {
            if let Some(new) = new {
                *slot = new;
            }
        }
        set(&mut to.name, self.name);
        set(&mut to.tax_id, self.tax_id);
        set(&mut to.address, self.address);
        set(&mut to.phone, self.phone);
        set(&mut to.country, self.country);
        set(&mut to.time_zone, self.time_zone);
        set(&mut to.locale, self.locale);
        set(&mut to.currency, self.currency);
        set(&mut to.certificate_series, self.certificate_series);
        set(&mut to.rules.registrar_may_evaluate, self.registrar_may_evaluate);
        set(&mut to.rules.cashier_may_validate, self.cashier_may_validate);
        set(&mut to.rules.evaluation_max_age_days, self.evaluation_max_age_days);
        set(&mut to.rules.backdating_days, self.backdating_days);
        set(&mut to.rules.age_of_majority, self.age_of_majority);
    }
}

/// The institution's profile.
pub async fn institution(app: &App, actor: &Actor) -> Result<Institution, Error> {
    app.require(actor, Permission::ReadInstitution).await?;
    app.profile().await
}

/// The history of the profile, newest first.
pub async fn institution_history(
    app: &App,
    actor: &Actor,
    page: &PageRequest,
) -> Result<Page<ChangeRow>, Error> {
    app.require(actor, Permission::ReadInstitution).await?;
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
    app.require(actor, Permission::WriteInstitution).await?;
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
    let mut differences = Differences::default();
    let mut note = |field, read: &dyn Fn(&Institution) -> Option<String>| {
        differences.note(field, read(before), read(after));
    };
    note("name", &|profile| Some(profile.name.clone()));
    note("tax_id", &|profile| profile.tax_id.clone());
    note("address", &|profile| profile.address.clone());
    note("phone", &|profile| profile.phone.clone());
    note("country", &|profile| Some(profile.country.code().to_owned()));
    note("time_zone", &|profile| Some(profile.time_zone.name().to_owned()));
    note("locale", &|profile| Some(profile.locale.to_string()));
    note("currency", &|profile| Some(profile.currency.to_string()));
    note("certificate_series", &|profile| Some(profile.certificate_series.clone()));
    note("logo", &|profile| profile.logo.as_ref().map(|logo| logo.sha256.clone()));
    note("registrar_may_evaluate", &|profile| Some(profile.rules.registrar_may_evaluate.to_string()));
    note("cashier_may_validate", &|profile| Some(profile.rules.cashier_may_validate.to_string()));
    note("evaluation_max_age_days", &|profile| Some(profile.rules.evaluation_max_age_days.to_string()));
    note("backdating_days", &|profile| Some(profile.rules.backdating_days.to_string()));
    note("age_of_majority", &|profile| Some(profile.rules.age_of_majority.to_string()));
    differences
}
