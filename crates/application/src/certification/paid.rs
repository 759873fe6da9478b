//! Requests as what is paid through settlements.

use async_trait::async_trait;
use medcert_domain::{
    Entity as _, Id,
    billing::{Movement, Settlement},
    certification::{Action, Certification, Outcome},
    policy::Actor,
};
use uuid::Uuid;

use super::journal;
use crate::{
    App, Error,
    billing::{Payable, Payables, reference_taken},
    retry::Failed,
    store::{RequestAggregate, StoreError, UnitOfWork},
};

/// What is paid of this room.
pub(super) struct Requests;

#[async_trait]
impl Payable for Requests {
    fn kind(&self) -> &'static str {
        Certification::KIND
    }

    async fn lock(
        &self,
        uow: &mut dyn UnitOfWork,
        settlement: Id<Settlement>,
    ) -> Result<Option<Uuid>, StoreError> {
        Ok(uow.hold_request_of(settlement).await?.map(|request| request.id.raw()))
    }

    async fn follow(
        &self,
        app: &App,
        actor: &Actor,
        uow: &mut dyn UnitOfWork,
        id: Uuid,
        settlement: &Settlement,
        movement: Movement,
    ) -> Result<(), Failed> {
        let found: Option<Certification> = uow.get(Id::new(id)).await?;
        let mut request = found.ok_or_else(|| Error::internal("a request just locked is not there"))?;
        let action = Action::from(movement.what);
        let outcome = request.settled(settlement.clone(), movement);
        keep(app, actor, uow, action, &request, &outcome).await.map(drop)
    }
}

/// Stores a request that has followed its settlement, or has moved it itself, and writes down what came of that.
pub(super) async fn keep(
    app: &App,
    actor: &Actor,
    uow: &mut dyn UnitOfWork,
    action: Action,
    request: &Certification,
    outcome: &Outcome,
) -> Result<RequestAggregate, Failed> {
    uow.update(request).await.map_err(reference_taken)?;
    let fresh = uow.request_aggregate(request.id).await?;
    let fresh = fresh.ok_or_else(|| Error::internal("a request just written is not there"))?;
    journal(app, actor, uow, action, &fresh, outcome).await?;
    Ok(fresh)
}

/// The same for an action of the request itself, with whatever else is paid through its settlement.
pub(super) async fn keep_with_others(
    app: &App,
    actor: &Actor,
    uow: &mut dyn UnitOfWork,
    action: Action,
    request: &Certification,
    outcome: &Outcome,
) -> Result<RequestAggregate, Failed> {
    let (settlement, movements) = (request.settlement.id, outcome.movements.as_slice());
    let others = Payables::lock_others(uow, settlement, Certification::KIND, movements).await?;
    let fresh = keep(app, actor, uow, action, request, outcome).await?;
    others.follow(app, actor, uow, &fresh.certification.settlement, movements).await?;
    Ok(fresh)
}
