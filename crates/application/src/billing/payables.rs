//! The rooms whose things are paid through settlements, and what each does when one has changed.

use async_trait::async_trait;
use medcert_domain::{
    Id,
    billing::{Movement, Settlement},
    identity::Actor,
};
use uuid::Uuid;

use crate::{
    App, certification,
    retry::Failed,
    store::{StoreError, UnitOfWork},
};

/// Every one of them, in the order in which their things are locked.
const ROOMS: &[&dyn Room] = &[&certification::Requests];

/// What such a room registers.
#[async_trait]
pub(crate) trait Room: Sync {
    /// The kind of its things.
    fn kind(&self) -> &'static str;

    /// What of this room is paid through the settlement, locked until the end of the unit of work.
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
pub(crate) struct Payables(Vec<(&'static dyn Room, Uuid)>);

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
        Self::lock_where(uow, settlement, |room| !movements.is_empty() && room.kind() != kind).await
    }

    async fn lock_where(
        uow: &mut dyn UnitOfWork,
        settlement: Id<Settlement>,
        wanted: impl Fn(&dyn Room) -> bool,
    ) -> Result<Self, StoreError> {
        let mut locked: Vec<(&'static dyn Room, Uuid)> = vec![];
        for room in ROOMS.iter().copied().filter(|room| wanted(*room)) {
            locked.extend(room.lock(uow, settlement).await?.map(|id| (room, id)));
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
        for (room, id) in &self.0 {
            for movement in movements {
                room.follow(app, actor, uow, *id, settlement, movement.clone()).await?;
            }
        }
        Ok(())
    }
}
