//! Money that is owed and that came in. A settlement is changed in two ways, and whatever is paid through it follows
//! both in the same unit of work: by the room of what is paid, which stores it together with its own, and by
//! [`settle`], for everybody else.

mod payables;

pub(crate) use payables::{Payable, Payables};

use medcert_domain::{
    Id, Invalid,
    billing::{Clerk, Movement, Payment, Settlement},
    institution::Institution,
    policy::Actor,
};

use crate::{
    App, Error,
    retry::{Failed, OnStale, run},
    store::{StoreError, UnitOfWork},
};

/// Changes a settlement: `write` says how, by the rules of the settlement itself. Whether the actor may do so is asked
/// by whoever calls.
pub async fn settle(
    app: &App,
    actor: &Actor,
    id: Id<Settlement>,
    write: impl Fn(&mut Settlement, &Clerk<'_>) -> Result<Movement, Invalid>,
) -> Result<Settlement, Error> {
    let profile = app.profile().await?;
    run(app, OnStale::Retry, async |uow: &mut dyn UnitOfWork| {
        settle_in(app, actor, uow, &profile, id, &write).await
    })
    .await
}

/// The same inside a unit of work.
pub(crate) async fn settle_in(
    app: &App,
    actor: &Actor,
    uow: &mut dyn UnitOfWork,
    profile: &Institution,
    id: Id<Settlement>,
    write: impl FnOnce(&mut Settlement, &Clerk<'_>) -> Result<Movement, Invalid>,
) -> Result<Settlement, Failed> {
    let payables = Payables::lock(uow, id).await?;
    let mut settlement = uow.settlement(id).await?.ok_or(Error::NotFound("settlement"))?;
    let (now, new_id) = (app.now(), || app.parts.ids.uuid());
    let clerk = Clerk { user: actor.user, now, today: profile.day_of(now), new_id: &new_id };
    let movement = write(&mut settlement, &clerk)?;
    uow.update_settlement(&settlement).await.map_err(reference_taken)?;
    let stored = uow.settlement(id).await?;
    let stored = stored.ok_or_else(|| Error::internal("a settlement just written is not there"))?;
    payables.follow(app, actor, uow, &stored, &[movement]).await?;
    Ok(stored)
}

/// A payment whose channel and reference another one in force has already: the caller wrote the reference, so no other
/// run could find it free.
pub(crate) fn reference_taken(error: StoreError) -> Failed {
    match error {
        StoreError::Duplicate(Payment::KIND) => {
            let message = "a payment in force has this channel and transaction reference already";
            Error::Duplicate { pointer: "/transaction_reference", message }.into()
        }
        other => other.into(),
    }
}
