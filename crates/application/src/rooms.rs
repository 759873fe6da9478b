//! The rooms of the application: the one list of them. What a room brings stands in its own module.

use crate::{
    billing::Payable,
    catalog::CatalogFollower,
    certification,
    files::{self, KeptObjects},
    idempotent, identity, jobs, mail,
    people::{self, PeopleFollower},
    reports,
    upkeep::Task,
};

/// What a room brings.
pub(crate) struct Room {
    /// What it does again and again, whoever asks.
    pub(crate) tasks: &'static [Task],
    /// What of it is paid through settlements.
    pub(crate) payables: &'static [&'static dyn Payable],
    /// What it does when something happens to people.
    pub(crate) people_followers: &'static [&'static dyn PeopleFollower],
    /// What it does when something happens to what is offered.
    pub(crate) catalog_followers: &'static [&'static dyn CatalogFollower],
    /// The objects that its rows lead to. What no room declares is never swept.
    pub(crate) kept_objects: &'static [KeptObjects],
}

impl Room {
    /// One that brings nothing: a room names only what it has.
    pub(crate) const EMPTY: Self =
        Self { tasks: &[], payables: &[], people_followers: &[], catalog_followers: &[], kept_objects: &[] };
}

/// Every room that brings something. Followers are asked in this order.
pub(crate) const ROOMS: &[Room] = &[
    identity::ROOM,
    people::ROOM,
    certification::ROOM,
    idempotent::ROOM,
    mail::ROOM,
    reports::ROOM,
    jobs::ROOM,
    files::ROOM,
];

/// Who does something when something happens to people.
pub(crate) fn people_followers() -> impl Iterator<Item = &'static dyn PeopleFollower> {
    ROOMS.iter().flat_map(|room| room.people_followers).copied()
}

/// Who does something when something happens to what is offered.
pub(crate) fn catalog_followers() -> impl Iterator<Item = &'static dyn CatalogFollower> {
    ROOMS.iter().flat_map(|room| room.catalog_followers).copied()
}
