//! What is paid through settlements, and what its room does when one has changed.

use async_trait::async_trait;
use medcert_domain::{
    Id,
    billing::{Movement, Settlement},
    policy::Actor,
};
use uuid::Uuid;

use crate::{
    App,
    retry::Failed,
    rooms::ROOMS,
    store::{StoreError, UnitOfWork},
};

/// A kind of things that are paid; things are locked in the order of the rooms.
#[async_trait]
pub(crate) trait Payable: Sync {
    /// Which kind it is.
    fn kind(&self) -> &'static str;

    /// What of this kind is paid through the settlement, locked until the end of the unit of work.
    async fn lock(
        &self,
        uow: &mut dyn UnitOfWork,
        settlement: Id<Settlement>,
    ) -> Result<Option<Uuid>, StoreError>;

    /// Brings it in step with a settlement that was stored with this movement, and writes down what that means for it.
    async fn follow(
        &self,
        app: &App,
        actor: &Actor,
        uow: &mut dyn UnitOfWork,
        id: Uuid,
        settlement: &Settlement,
        movement: Movement,
    ) -> Result<(), Failed>;
}

/// What is paid through one settlement, locked until the end of the unit of work: before the settlement itself, as
/// everywhere.
pub(crate) struct Payables(Vec<(&'static dyn Payable, Uuid)>);

impl Payables {
    /// All of it.
    pub(crate) async fn lock(
        uow: &mut dyn UnitOfWork,
        settlement: Id<Settlement>,
    ) -> Result<Self, StoreError> {
        Self::lock_where(uow, settlement, |_| true).await
    }

    /// All but what is of this kind, which is in hand and stores the settlement with itself. Without movements nothing
    /// is to follow.
    pub(crate) async fn lock_others(
        uow: &mut dyn UnitOfWork,
        settlement: Id<Settlement>,
        kind: &'static str,
        movements: &[Movement],
    ) -> Result<Self, StoreError> {
        Self::lock_where(uow, settlement, |payable| !movements.is_empty() && payable.kind() != kind).await
    }

    async fn lock_where(
        uow: &mut dyn UnitOfWork,
        settlement: Id<Settlement>,
        wanted: impl Fn(&dyn Payable) -> bool,
    ) -> Result<Self, StoreError> {
        let mut locked: Vec<(&'static dyn Payable, Uuid)> = vec![];
        let payables = ROOMS.iter().flat_map(|room| room.payables).copied();
        for payable in payables.filter(|payable| wanted(*payable)) {
            locked.extend(payable.lock(uow, settlement).await?.map(|id| (payable, id)));
        }
        Ok(Self(locked))
    }

    /// Has each of them follow what was stored.
    pub(crate) async fn follow(
        &self,
        app: &App,
        actor: &Actor,
        uow: &mut dyn UnitOfWork,
        settlement: &Settlement,
        movements: &[Movement],
    ) -> Result<(), Failed> {
        for (payable, id) in &self.0 {
            for movement in movements {
                payable.follow(app, actor, uow, *id, settlement, movement.clone()).await?;
            }
        }
        Ok(())
    }
}
