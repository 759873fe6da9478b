//! What other rooms do when something happens to people. Each of them implements [`PeopleFollower`] and declares it
//! in its `ROOM`; people know none of them.

use async_trait::async_trait;
use medcert_domain::{
    Id, StaffId,
    people::{Person, Promoter, StaffRole},
    policy::Actor,
};

use crate::{
    App, Error,
    retry::Failed,
    rooms::people_followers,
    store::{StoreError, UnitOfWork},
};

/// A room that refers to people. What it does inside a unit of work is kept or dropped with the change itself.
#[async_trait(?Send)]
pub(crate) trait PeopleFollower: Sync {
    /// Name, document, a telephone or the address of a person is another one: what the room keeps of that person alone
    /// is to be found by it.
    async fn person_changed(&self, _: &mut dyn UnitOfWork, _: &Person) -> Result<(), StoreError> {
        Ok(())
    }

    /// The same for whatever of the room is found by name, document or telephone of a person.
    async fn person_renamed(&self, _: &mut dyn UnitOfWork, _: &Person) -> Result<(), StoreError> {
        Ok(())
    }

    /// What speaks against both records being one person: a code and a sentence.
    async fn merge_obstacle(
        &self,
        _: &mut dyn UnitOfWork,
        _: &PersonMerge<'_>,
    ) -> Result<Option<(&'static str, &'static str)>, StoreError> {
        Ok(None)
    }

    /// A person is about to be merged: the room writes it into what it keeps of that person.
    async fn person_merging(&self, _: &mut dyn UnitOfWork, _: &PersonMerge<'_>) -> Result<(), Failed> {
        Ok(())
    }

    /// Gives everything of the room that refers to the merged person to the other.
    async fn person_merged(&self, _: &mut dyn UnitOfWork, _: &PersonMerge<'_>) -> Result<(), Failed> {
        Ok(())
    }

    /// The same for a promoter who turned out to be another one; its row goes afterwards.
    async fn promoter_merged(
        &self,
        _: &mut dyn UnitOfWork,
        _: &PersonMerge<'_>,
        _: PromoterMerge,
    ) -> Result<(), Failed> {
        Ok(())
    }

    /// Refuses that a promoter is removed while anything of the room names it.
    async fn promoter_leaving(&self, _: &mut dyn UnitOfWork, _: Id<Promoter>) -> Result<(), Failed> {
        Ok(())
    }

    /// Refuses that a staff record is removed which anything of the room names.
    async fn staff_leaving(&self, _: &mut dyn UnitOfWork, _: StaffId) -> Result<(), Failed> {
        Ok(())
    }

    /// Refuses that a staff member loses these roles while open work of the room needs them.
    async fn roles_leaving(&self, _: &mut dyn UnitOfWork, _: StaffId, _: &[StaffRole]) -> Result<(), Failed> {
        Ok(())
    }

    /// Gives the open work that a staff member has in a role to somebody else, as far as the rules of the room allow.
    async fn hand_over(&self, _: &App, _: &Actor, _: StaffId, _: Successor<'_>) -> Result<(), Error> {
        Ok(())
    }
}

/// Two records of one person that become one.
pub(crate) struct PersonMerge<'m> {
    pub(crate) app: &'m App,
    pub(crate) actor: &'m Actor,
    /// The record that is used no more.
    pub(crate) from: &'m Person,
    /// The record that stays.
    pub(crate) into: &'m Person,
    /// In words.
    pub(crate) reason: &'m str,
}

/// Two promoters who are one person.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PromoterMerge {
    pub(crate) lost: Id<Promoter>,
    pub(crate) kept: Id<Promoter>,
}

/// Who gets the open work of a role.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Successor<'s> {
    pub(crate) role: StaffRole,
    pub(crate) to: StaffId,
    /// Where the caller named who it is.
    pub(crate) pointer: &'s str,
}

/// What is to become of open work when somebody can no longer do it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Offboarding {
    /// Who gets it.
    pub hand_over_to: Option<StaffId>,
    /// What stays may stay.
    pub confirm: bool,
}

/// Hands over what a leaving staff member has in a role. Done before the change that makes them leave, piece by piece:
/// nobody waits for hundreds of them; what stays is left to [`refuse_while_open`].
pub(crate) async fn hand_over(
    app: &App,
    actor: &Actor,
    from: StaffId,
    successor: Successor<'_>,
) -> Result<(), Error> {
    for room in people_followers() {
        room.hand_over(app, actor, from, successor).await?;
    }
    Ok(())
}

/// Refuses to take these roles from the staff member while open work needs them, unless that was confirmed.
pub(crate) async fn refuse_while_open(
    uow: &mut dyn UnitOfWork,
    staff: StaffId,
    roles: &[StaffRole],
    leaving: Offboarding,
) -> Result<(), Failed> {
    if leaving.confirm {
        return Ok(());
    }
    for room in people_followers() {
        room.roles_leaving(uow, staff, roles).await?;
    }
    Ok(())
}
