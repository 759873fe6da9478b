//! Identity: accounts, sessions, refresh tokens, new addresses.

pub(crate) mod acting;
pub(crate) mod email_change;
pub(crate) mod list;
pub(crate) mod members;
pub(crate) mod open_sessions;
mod reads;
pub(crate) mod refresh;
pub(crate) mod session;
pub(crate) mod user;
mod writes;

use crate::rooms::Room;

/// What this room brings.
pub(crate) const ROOM: Room = Room {
    searchable: &[user::SEARCHABLE],
    person_references: &[user::PERSON_REFERENCE],
    person_copies: &[user::copy_person],
    ..Room::EMPTY
};
