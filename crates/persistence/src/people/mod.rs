//! People: persons, staff, promoters.

pub(crate) mod denormalized;
pub(crate) mod guardian;
mod lists;
pub(crate) mod person;
pub(crate) mod promoter;
mod reads;
mod reassign;
mod source;
pub(crate) mod staff;
pub(crate) mod uses;
mod writes;

pub(crate) use uses::{PersonCopy, PersonReference};

use crate::rooms::Room;

/// What this room brings.
pub(crate) const ROOM: Room = Room {
    searchable: &[person::SEARCHABLE, promoter::SEARCHABLE, staff::SEARCHABLE],
    person_references: uses::PERSON_REFERENCES,
    person_copies: &[staff::copy_person],
    ..Room::EMPTY
};
