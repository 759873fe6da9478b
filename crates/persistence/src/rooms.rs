//! The rooms of the database: the one list of them. What a room brings stands beside its tables.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    sync::Arc,
};

use async_trait::async_trait;
use medcert_application::store::StoreError;
use sea_orm::sea_query::SelectStatement;
use uuid::Uuid;

use crate::{
    audited_entity::keys::Searchable,
    catalog,
    certification::{self, RequestFollower},
    identity,
    people::{self, PersonCopy, PersonReference},
    reports,
    unit_of_work::SeaUnitOfWork,
};

/// What a room brings.
pub(crate) struct Room {
    /// Its entries that are found by words.
    pub(crate) searchable: &'static [Searchable],
    /// What it does in every unit of work; made anew for each store.
    pub(crate) participant: Option<fn() -> Box<dyn Participant>>,
    /// What of it refers to people.
    pub(crate) person_references: &'static [PersonReference],
    /// What of it keeps a copy of what a person is called.
    pub(crate) person_copies: &'static [PersonCopy],
    /// Its histories that name accounts: a line of each that names this one.
    pub(crate) histories: &'static [fn(Uuid) -> SelectStatement],
    /// What it does when something of a request was stored.
    pub(crate) request_followers: &'static [RequestFollower],
}

impl Room {
    /// One that brings nothing: a room names only what it has.
    pub(crate) const EMPTY: Self = Self {
        searchable: &[],
        participant: None,
        person_references: &[],
        person_copies: &[],
        histories: &[],
        request_followers: &[],
    };
}

/// Every room that brings something.
pub(crate) const ROOMS: &[Room] =
    &[people::ROOM, identity::ROOM, catalog::ROOM, certification::ROOM, reports::ROOM];

/// Everything that refers to people.
pub(crate) fn person_references() -> impl Iterator<Item = &'static PersonReference> {
    ROOMS.iter().flat_map(|room| room.person_references)
}

/// What a room does in every unit of work, which itself knows no room.
#[async_trait]
pub(crate) trait Participant: Send + Sync {
    /// Done before a unit of work is kept, which it is not when this fails.
    async fn before_commit(&self, work: &mut SeaUnitOfWork) -> Result<(), StoreError>;
}

/// The participants of one store, in the order of [`ROOMS`]. Its units of work share them.
pub(crate) type Participants = Arc<[Box<dyn Participant>]>;

/// Those of a new store.
pub(crate) fn participants() -> Participants {
    ROOMS.iter().filter_map(|room| room.participant).map(|make| make()).collect()
}

/// What rooms keep during a unit of work: one value of each type, which the room keeps to itself by keeping the type.
#[derive(Default)]
pub(crate) struct RoomState(HashMap<TypeId, Box<dyn Any + Send>>);

impl RoomState {
    /// Takes the value away; a new one when there is none.
    pub(crate) fn take<T: Any + Default + Send>(&mut self) -> T {
        let kept = self.0.remove(&TypeId::of::<T>()).and_then(|kept| kept.downcast().ok());
        kept.map_or_else(T::default, |kept| *kept)
    }

    /// Looks at the value or changes it.
    pub(crate) fn with<T: Any + Default + Send, R>(&mut self, look: impl FnOnce(&mut T) -> R) -> R {
        let mut kept = self.take();
        let found = look(&mut kept);
        self.0.insert(TypeId::of::<T>(), Box::new(kept));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_is_kept_once() {
        let mut state = RoomState::default();
        state.with(|numbers: &mut Vec<i32>| numbers.push(1));
        state.with(|text: &mut String| text.push('a'));
        state.with(|numbers: &mut Vec<i32>| numbers.push(2));
        assert_eq!(state.take::<Vec<i32>>(), [1, 2]);
        assert_eq!(state.take::<Vec<i32>>(), Vec::<i32>::new());
        assert_eq!(state.take::<String>(), "a");
    }
}
