//! Changing language, person and staff record of an account.

use medcert_domain::{
    UserId,
    identity::{MANAGE_USERS, User},
    people::{Person, Staff},
    policy::Actor,
};

use super::{
    UserEdit, VisibleUser, about, index,
    person::By,
    seen,
    staff::{equip, record},
};
use crate::{
    App, Error, IfMatch,
    audited_entity::{self, Change},
    input::Input,
    people::At,
    retry::run,
    store::UnitOfWork,
};

/// Changes what is said; the rest stays.
pub async fn edit(
    app: &App,
    actor: &Actor,
    id: UserId,
    if_match: IfMatch,
    input: &(dyn Input<UserEdit> + Sync),
) -> Result<VisibleUser, Error> {
    app.require(actor, MANAGE_USERS).await?;
    input.well_formed()?;
    let if_match = if_match.required()?;
    let profile = app.profile().await?;
    let by = By { app, actor, profile: &profile };
    run(app, if_match.on_stale(), async |uow: &mut dyn UnitOfWork| {
        let found: Option<User> = uow.get(id).await?;
        let mut user = found.ok_or(Error::NotFound("user"))?;
        if_match.check(user.version)?;
        let edit = input.read(&profile)?;
        let known: Option<Person> = uow.get(user.person).await?;
        let known = known.ok_or_else(|| Error::internal("an account without a person"))?;
        let (person, mut differences) = by.correct(uow, known, &edit.person, At::Person).await?;
        if let Some(locale) = edit.locale {
            differences.note("locale", Some(user.locale.to_string()), Some(locale.to_string()));
            user.locale = locale;
        }
        if edit.staff.is_some() {
            let before = record(uow, person.id).await?;
            let after = equip(by, uow, &person, &user.roles, edit.staff.as_ref()).await?;
            let as_text = |staff: &Option<Staff>| staff.as_ref().map(|s| s.id.to_string());
            differences.note("staff_id", as_text(&before), as_text(&after));
            let version = |staff: &Option<Staff>| staff.as_ref().map(|s| s.version);
            if version(&before) == version(&after) && differences.is_empty() {
                return Ok(());
            }
        } else if differences.is_empty() {
            return Ok(());
        }
        user.updated_at = app.now();
        uow.update(&user).await?;
        index(uow, &user, &person).await?;
        let (action, audited) = ("EDIT", "identity.edit_user");
        let change = Change { about: about(&user), action, audited, differences, comment: None };
        audited_entity::journal(app, actor, uow, change).await
    })
    .await?;
    app.forget_sessions();
    seen(app, actor, id).await
}
