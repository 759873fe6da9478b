//! Making an account with its person and staff record, in one unit of work.

use medcert_domain::{
    Invalid,
    identity::{MANAGE_USERS, User, UserStatus, check_password, generated_password},
    people::Person,
    policy::Actor,
};

use super::{
    Issued, NewUser, VisibleUser, WhoseAccount, about,
    account_status::{grants_text, roles_text},
    index,
    person::By,
    staff::equip,
};
use crate::{
    App, Conditions, Error,
    audited_entity::{self, Change, Differences},
    idempotent::{EncodeResponse, Idempotent, idempotent, replay},
    input::Input,
    retry::Failed,
    store::{UnitOfWork, UserRow},
};

/// Makes an account. Without a password one is made, shown in the answer this once, and to be changed at the first
/// login. An answer that is given again does not show it.
pub async fn create(
    app: &App,
    actor: &Actor,
    input: &(dyn Input<NewUser> + Sync),
    conditions: &Conditions,
    write: EncodeResponse<'_, VisibleUser>,
) -> Result<Idempotent<Issued>, Error> {
    app.require(actor, MANAGE_USERS).await?;
    input.well_formed()?;
    if let Some(before) = replay(app, conditions).await? {
        return Ok(before);
    }
    let profile = app.profile().await?;
    let new = input.read(&profile)?;
    let generated = new.password.is_none().then(|| fresh_password(app, &new.email));
    let password = new.password.as_deref().or(generated.as_deref()).unwrap_or_default();
    let password = check_password(password, &new.email).map_err(|e| e.below("/password"))?;
    let hash = app.parts.passwords.hash(password.reveal()).await?;
    let by = By { app, actor, profile: &profile };
    let done = idempotent(app, conditions, 201, write, async |uow: &mut dyn UnitOfWork| {
        free_address(uow, &new.email).await?;
        let person = person(by, uow, &new).await?;
        let now = app.now();
        let user = User {
            id: app.id(),
            version: 1,
            email: new.email.clone(),
            person: person.id,
            password_hash: hash.clone(),
            must_change_password: generated.is_some(),
            status: UserStatus::Active,
            locale: new.locale,
            roles: new.roles.clone(),
            grants: new.grants.clone(),
            last_login_at: None,
            created_at: now,
            updated_at: now,
        };
        uow.insert(&user).await?;
        let staff = equip(by, uow, &person, &new.roles, new.staff.as_ref()).await?;
        index(uow, &user, &person).await?;
        let mut differences = Differences::default();
        differences.note("email", None, Some(user.email.clone()));
        differences.note("roles", None, roles_text(&user.roles));
        differences.note("grants", None, grants_text(&user.grants));
        let (action, audited) = ("CREATE", "identity.create_user");
        let change = Change { about: about(&user), action, audited, differences, comment: None };
        audited_entity::journal(app, actor, uow, change).await?;
        // Somebody who only just came in is neither the actor nor the last administrator, and never acted.
        let actions = Some(user.actions(false, false, false));
        let row = UserRow { user, person, staff: staff.map(|staff| staff.id), pending_email: None };
        Ok(VisibleUser { actions, ..VisibleUser::listed(app, row) })
    })
    .await?;
    app.forget_sessions();
    Ok(match done {
        Idempotent::Done(seen) => Idempotent::Done(Issued { seen, password: generated }),
        Idempotent::Replayed(kept) => Idempotent::Replayed(kept),
    })
}

/// Whose account it will be: nobody who has one.
async fn person(by: By<'_>, uow: &mut dyn UnitOfWork, new: &NewUser) -> Result<Person, Failed> {
    let (person, pointer) = match &new.person {
        WhoseAccount::Known(id) => {
            let found: Option<Person> = uow.get(*id).await?;
            let unknown = || Invalid::one("/person_id", "unknown", "is nobody who is known");
            (found.ok_or_else(unknown)?, "/person_id")
        }
        WhoseAccount::Described(input) => (by.find_or_make(uow, input).await?, "/person/document_number"),
    };
    if uow.user_by_person(person.id).await?.is_some() {
        let message = "this person has an account already";
        return Err(Error::Duplicate { pointer, message }.into());
    }
    Ok(person)
}

/// A random password that passes the checks, as all but one in a great many do.
pub(super) fn fresh_password(app: &App, email: &str) -> String {
    loop {
        let password = generated_password(app.parts.ids.public_id());
        if check_password(&password, email).is_ok() {
            return password;
        }
    }
}

/// Refuses an address that an account has.
async fn free_address(uow: &mut dyn UnitOfWork, email: &str) -> Result<(), Failed> {
    if uow.user_by_email(email).await?.is_some() {
        let message = "an account has this e-mail address already";
        return Err(Error::Duplicate { pointer: "/email", message }.into());
    }
    Ok(())
}
